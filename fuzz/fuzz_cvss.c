/* Any bytes as a CVSS vector: refused with a reason in printable ASCII, or read, scored within
 * bounds, and the same again after it was written in canonical order. */
#include "case/cvss.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cvss v, again;
	struct cvss_scores s;
	struct diag d = {0};
	struct buf b;

	if (cvss_parse(str_bytes(data, size), &v, &d) != ERR_OK) {
		must(d.what[0] != '\0');
		for (const char *p = d.what; *p != '\0'; p++)
			must(*p >= ' ' && *p < 0x7F);
		return 0;
	}
	s = cvss_score(&v);
	must(s.score >= 0 && s.score <= 100 && s.base >= 0 && s.base <= 100);
	must(s.temporal >= 0 && s.temporal <= s.base && s.environmental >= 0);
	buf_init(&b, CVSS_VECTOR_MAX);
	cvss_format(&v, &b);
	must(!b.full && b.n == size);
	must(cvss_parse(buf_view(&b), &again, NULL) == ERR_OK);
	must(memcmp(&v, &again, sizeof v) == 0);
	buf_clear(&b);
	return 0;
}
