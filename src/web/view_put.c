/* Printing expressions of views, escaped for where they stand. */
#include "web/view_put.h"

void
put_str(struct buf *out, struct str s)
{
	buf_html(out, s);
}

void
put_z(struct buf *out, const char *z)
{
	buf_html(out, str_of(z));
}

void
put_short(struct buf *out, struct text t)
{
	buf_html(out, str_of(t.z));
}

void
put_i64(struct buf *out, int64_t v)
{
	buf_fmt(out, "%lld", (long long)v);
}

void
put_u64(struct buf *out, uint64_t v)
{
	buf_fmt(out, "%llu", (unsigned long long)v);
}

void
put_safe(struct buf *out, struct safe_html html)
{
	buf_str(out, html.from_renderer);
}

void
put_svg(struct buf *out, struct svg_path path)
{
	buf_str(out, path.from_modules);
}

static bool
url_allowed(struct str s)
{
	static const struct str schemes[] = {STR("http"), STR("https"), STR("mailto")};

	/* Browsers drop tabs and line ends inside a URL and spaces before it: "java\nscript:". */
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '/' || s.p[i] == '?' || s.p[i] == '#')
			return true;
		if (s.p[i] != ':')
			continue;
		for (size_t k = 0; k < sizeof schemes / sizeof *schemes; k++)
			if (str_eq_nocase(str_sub(s, 0, i), schemes[k]))
				return true;
		return false;
	}
	return true;
}

void
put_url_str(struct buf *out, struct str s)
{
	buf_html(out, url_allowed(s) ? s : STR("#"));
}

void
put_url_z(struct buf *out, const char *z)
{
	put_url_str(out, str_of(z));
}

void
put_part_str(struct buf *out, struct str s)
{
	if (str_eq(s, STR(".")) || str_eq(s, STR(".."))) {
		buf_char(out, '-');
		return;
	}
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		        (c != '\0' && strchr("-._~@", c) != NULL))
			buf_char(out, (char)c);
		else
			buf_fmt(out, "%%%02X", c);
	}
}

void
put_part_z(struct buf *out, const char *z)
{
	put_part_str(out, str_of(z));
}

void
put_part_short(struct buf *out, struct text t)
{
	put_part_str(out, str_of(t.z));
}
