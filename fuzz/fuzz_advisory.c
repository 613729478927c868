/* Advisories of others: the first byte chooses the format, the rest is the document. What is read
 * must go out in every format, and its own record must be read again. */
#include "publish/advisory.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct publisher p = {
	        .name = STR("example.org"),
	        .namespace_ = STR("https://example.org"),
	        .public_url = STR("https://security.example.org"),
	        .cna_org_id = STR("b15e7b5b-3da4-40ae-a43c-f7aa60e62599"),
	};
	struct arena *a;
	struct advisory v, again;
	struct diag d = {0};
	struct buf out;

	if (n < 1 || n > 100000)
		return 0;
	a = arena_new(256 << 20);
	buf_init(&out, 16 << 20);
	if (advisory_import(a, (enum import_format)(data[0] % (IMPORT_RECORD + 1)),
	            str_bytes(data + 1, n - 1), &v, &d) == ERR_OK) {
		advisory_csaf(&v, &p, &out);
		buf_reset(&out);
		advisory_osv(&v, &p, &out);
		buf_reset(&out);
		if (advisory_cve(&v, &p, &out) != ERR_OK && v.cve.n > 0)
			abort();
		buf_reset(&out);
		advisory_markdown(&v, &p, &out);
		buf_reset(&out);
		advisory_write(&v, &out);
		if (advisory_read(a, buf_view(&out), &again, &d) != ERR_OK)
			abort();
	}
	buf_clear(&out);
	arena_free(a);
	return 0;
}
