/* Reading advisories that stand in other formats: what the readers share. */
#include "publish/formats.h"

#include "base/time.h"
#include "case/cwe.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

enum { LIST_MAX = 500, TITLE_MAX = 256, TEXT_MAX = 4000 };

static const char *const names[] = {
        [IMPORT_CSAF] = "csaf",
        [IMPORT_OSV] = "osv",
        [IMPORT_CVE] = "cve",
        [IMPORT_GHSA] = "ghsa",
        [IMPORT_RECORD] = "json",
};

enum err
import_format_parse(struct str s, enum import_format *out)
{
	for (size_t i = 0; i < COUNT(names); i++) {
		if (str_eq(s, str_of(names[i]))) {
			*out = (enum import_format)i;
			return ERR_OK;
		}
	}
	return ERR_INVALID;
}

struct str
import_text(struct arena *a, const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	return json_is_string(v)
	               ? str_dup(a, str_bytes(json_string_value(v), json_string_length(v)))
	               : STR("");
}

struct str
import_cut(struct arena *a, struct str s, size_t max, bool line)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0, points = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c & 0xc0) != 0x80 && ++points > max)
			break;
		if (line && (c < ' ' || c == 0x7f))
			c = ' ';
		if (c != 0)
			p[n++] = (char)c;
	}
	return str_trim(str_bytes(p, n));
}

int64_t
import_time(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	int64_t at = 0;

	if (!json_is_string(v) ||
	        time_parse(str_bytes(json_string_value(v), json_string_length(v)), &at) != ERR_OK)
		return 0;
	return at;
}

int
import_word(struct str s, const char *const *list, int n, int else_)
{
	for (int i = 0; i < n; i++) {
		if (list[i] != NULL && str_eq_nocase(s, str_of(list[i])))
			return i;
	}
	return else_;
}

void
import_rest(struct arena *a, const json_t *object, const char *key, struct advisory *v)
{
	const json_t *rest = json_object_get(object, key);
	char *text = json_is_object(rest) ? json_dumps(rest, 0) : NULL;

	/* What is no record of ours leaves *V as it is. */
	if (text != NULL && record_read_some(a, str_of(text), &advisory_table, v) != ERR_OK)
		abort();
	free(text);
}

void
import_add(struct arena *a, const struct str **list, size_t *n, struct str s)
{
	struct str *more;

	for (size_t i = 0; i < *n; i++) {
		if (str_eq((*list)[i], s))
			return;
	}
	if (s.n == 0 || *n == LIST_MAX)
		return;
	more = ARENA_ARRAY(a, *n + 1, struct str);
	if (*n > 0)
		memcpy(more, *list, *n * sizeof *more);
	more[(*n)++] = s;
	*list = more;
}

bool
import_is_vector(struct str s)
{
	struct cvss v;

	return cvss_parse(s, &v, NULL) == ERR_OK;
}

bool
import_is_cwe(struct str s)
{
	int64_t id;

	return str_starts(s, STR("CWE-")) && cwe_parse(s, &id) == ERR_OK;
}

bool
import_is_cve(struct str s)
{
	return str_starts(s, STR("CVE-"));
}

bool
import_is_url(struct str s)
{
	return str_starts(s, STR("https://")) || str_starts(s, STR("http://"));
}

/* Are the marks of FORMAT there? */
static bool
is_format(enum import_format format, const json_t *root)
{
	switch (format) {
	case IMPORT_CSAF:
		return json_is_string(
		        json_object_get(json_object_get(root, "document"), "csaf_version"));
	case IMPORT_OSV:
	case IMPORT_GHSA:
		return json_is_string(json_object_get(root, "id")) &&
		       json_is_string(json_object_get(root, "modified"));
	case IMPORT_CVE:
		return json_is_object(json_object_get(root, "cveMetadata"));
	case IMPORT_RECORD:
		return true;
	}
	abort();
}

/* What every record must have, from what there is. */
static void
complete(struct arena *a, struct advisory *v)
{
	if (v->id.n == 0)
		v->id = v->cve;
	v->title = import_cut(a, v->title.n > 0 ? v->title : v->id, TITLE_MAX, true);
	if (v->summary.n == 0)
		v->summary = v->title;
	v->summary = import_cut(a, v->summary, TEXT_MAX, false);
	v->impact = import_cut(a, v->impact, TEXT_MAX, false);
	v->remediation = import_cut(a, v->remediation, TEXT_MAX, false);
	v->workarounds = import_cut(a, v->workarounds, TEXT_MAX, false);
}

enum err
advisory_import(struct arena *a, enum import_format format, struct str text, struct advisory *out,
        struct diag *d)
{
	struct advisory v = {0};
	json_error_t at;
	json_t *root;
	struct buf again;
	enum err e;

	if (format == IMPORT_RECORD)
		return advisory_read(a, text, out, d);
	root = text.n > RECORD_FILE_MAX ? NULL : json_loadb(text.p, text.n, 0, &at);
	if (root == NULL)
		return diag_set(d, ERR_SYNTAX, NULL, "no JSON, or over %d bytes", RECORD_FILE_MAX);
	if (!is_format(format, root)) {
		json_decref(root);
		return diag_set(d, ERR_INVALID, "name the format that it has", "is no %s document",
		        names[format]);
	}
	if (format == IMPORT_CSAF)
		import_csaf(a, root, &v);
	else if (format == IMPORT_CVE)
		import_cve(a, root, &v);
	else
		import_osv(a, root, &v);
	json_decref(root);
	complete(a, &v);
	/* It goes through the same gate as a record that somebody wrote. */
	buf_init(&again, 2 * RECORD_FILE_MAX);
	advisory_write(&v, &again);
	e = again.full ? diag_set(d, ERR_TOO_LARGE, NULL, "is too large")
	               : advisory_read(a, buf_view(&again), out, d);
	buf_clear(&again);
	return e;
}
