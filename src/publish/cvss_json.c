/* A CVSS vector with its scores, as the JSON schemas of FIRST have it: CSAF and CVE carry it. */
#include "publish/formats.h"

#include <stdio.h>

static const char *
upper_rating(int tenths)
{
	static const char *const ratings[] = {
	        [SEVERITY_NONE] = "NONE",
	        [SEVERITY_CRITICAL] = "CRITICAL",
	        [SEVERITY_HIGH] = "HIGH",
	        [SEVERITY_MEDIUM] = "MEDIUM",
	        [SEVERITY_LOW] = "LOW",
	};

	return ratings[cvss_severity(tenths)];
}

void
cvss_members(struct json_writer *w, const struct cvss *v)
{
	struct cvss_scores s = cvss_score(v);
	int base = v->version == CVSS_4_0 ? s.score : s.base;
	char number[16];
	struct buf vector;

	buf_init(&vector, CVSS_VECTOR_MAX + 1);
	cvss_format(v, &vector);
	snprintf(number, sizeof number, "%d.%d", base / 10, base % 10);
	jw_raw(w, "baseScore", str_of(number));
	jw_z(w, "baseSeverity", upper_rating(base));
	jw_str(w, "vectorString", buf_view(&vector));
	jw_z(w, "version", cvss_version_name(v->version));
	buf_clear(&vector);
}
