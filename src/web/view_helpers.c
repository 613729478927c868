/* Words and numbers for views. */
#include "web/view_helpers.h"

#include "base/time.h"

#include <stdio.h>

static const char *const month_names[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct text
time_machine(int64_t utc_s)
{
	struct text t;
	char z[RFC3339_MAX];

	time_format(utc_s, z);
	snprintf(t.z, sizeof t.z, "%s", z);
	return t;
}

struct text
date_machine(int64_t utc_s)
{
	struct text t = time_machine(utc_s);

	t.z[10] = '\0';
	return t;
}

struct text
date_words(int64_t utc_s)
{
	struct text t;
	int year, month, day;

	time_date(utc_s, &year, &month, &day);
	snprintf(t.z, sizeof t.z, "%d %s %d", day, month_names[month - 1], year);
	return t;
}

struct text
time_words(int64_t utc_s)
{
	struct text t, date = date_words(utc_s), machine = time_machine(utc_s);

	snprintf(t.z, sizeof t.z, "%.40s, %.5s UTC", date.z, machine.z + 11);
	return t;
}

struct text
span_words(int64_t seconds)
{
	struct text t;
	long long s = seconds < 0 ? -seconds : seconds;
	long long days = s / DAY_S, hours = s % DAY_S / HOUR_S, minutes = s % HOUR_S / MINUTE_S;

	if (days >= 14 || (days > 0 && hours == 0))
		snprintf(t.z, sizeof t.z, "%lld day%s", days, days == 1 ? "" : "s");
	else if (days > 0)
		snprintf(t.z, sizeof t.z, "%lld day%s %lld h", days, days == 1 ? "" : "s", hours);
	else if (hours > 0 && minutes > 0)
		snprintf(t.z, sizeof t.z, "%lld h %lld m", hours, minutes);
	else if (hours > 0)
		snprintf(t.z, sizeof t.z, "%lld h", hours);
	else if (minutes > 0)
		snprintf(t.z, sizeof t.z, "%lld m", minutes);
	else
		snprintf(t.z, sizeof t.z, "under a minute");
	return t;
}

struct text
until_words(int64_t now, int64_t utc_s)
{
	struct text t, span = span_words(utc_s - now);

	if (utc_s >= now)
		snprintf(t.z, sizeof t.z, "in %.100s", span.z);
	else
		snprintf(t.z, sizeof t.z, "%.100s ago", span.z);
	return t;
}

struct text
age_words(int64_t seconds)
{
	struct text t;
	long long s = seconds < 0 ? 0 : seconds;

	if (s >= DAY_S)
		snprintf(t.z, sizeof t.z, "%lld d", s / DAY_S);
	else if (s >= HOUR_S)
		snprintf(t.z, sizeof t.z, "%lld h", s / HOUR_S);
	else
		snprintf(t.z, sizeof t.z, "%lld m", s / MINUTE_S);
	return t;
}

struct text
count_words(uint64_t n, const char *one, const char *many)
{
	struct text t;

	snprintf(t.z, sizeof t.z, "%llu %.100s", (unsigned long long)n, n == 1 ? one : many);
	return t;
}

unsigned
percent_of(uint64_t part, uint64_t whole)
{
	if (whole == 0)
		return 0;
	return part >= whole ? 100 : (unsigned)((__uint128_t)part * 100 / whole);
}

struct text
size_words(uint64_t bytes)
{
	struct text t;

	if (bytes < 1000)
		return count_words(bytes, "byte", "bytes");
	if (bytes < 1000 * 1000)
		snprintf(t.z, sizeof t.z, "%llu kB", (unsigned long long)bytes / 1000);
	else
		snprintf(t.z, sizeof t.z, bytes % 1000000 < 50000 ? "%.0f MB" : "%.1f MB",
		        (double)bytes / 1e6);
	return t;
}

struct text
grouped(struct str s)
{
	struct text t;
	size_t n = 0, chars = 0;

	for (size_t i = 0; i < s.n && chars < 110; i++) {
		if (s.p[i] == ' ' || s.p[i] == ':' || s.p[i] == '-' || s.p[i] == '\0')
			continue;
		if (chars > 0 && chars % 4 == 0)
			t.z[n++] = ' ';
		t.z[n++] = s.p[i];
		chars++;
	}
	t.z[n] = '\0';
	return t;
}

struct str
short_hash(struct str hex)
{
	return str_sub(hex, 0, 12);
}

const char *
promise_word(enum view_promise_state state)
{
	static const char *const words[] = {
	        [VIEW_PROMISE_DUE] = "due",
	        [VIEW_PROMISE_PAUSED] = "paused",
	        [VIEW_PROMISE_KEPT] = "kept",
	        [VIEW_PROMISE_MISSED] = "missed",
	};
	return words[state];
}

const char *
promise_sign(enum view_promise_state state)
{
	static const char *const signs[] = {
	        [VIEW_PROMISE_DUE] = "●",
	        [VIEW_PROMISE_PAUSED] = "‖",
	        [VIEW_PROMISE_KEPT] = "✓",
	        [VIEW_PROMISE_MISSED] = "!",
	};
	return signs[state];
}

struct text
promise_when(const struct view_promise *p)
{
	struct text t, span;

	switch (p->state) {
	case VIEW_PROMISE_KEPT:
		span = span_words(p->due_at - p->stopped_at);
		snprintf(t.z, sizeof t.z, "%.60s early", span.z);
		break;
	case VIEW_PROMISE_MISSED:
		span = span_words((p->stopped_at != 0 ? p->stopped_at : p->now) - p->due_at);
		snprintf(t.z, sizeof t.z, "%.60s late", span.z);
		break;
	case VIEW_PROMISE_PAUSED:
		/* While it waits, what is left of it does not change. */
		span = span_words(p->due_at - p->now);
		snprintf(t.z, sizeof t.z, "%.60s left", span.z);
		break;
	default:
		return until_words(p->now, p->due_at);
	}
	return t;
}

unsigned
promise_used(const struct view_promise *p)
{
	int64_t end = p->stopped_at != 0 ? p->stopped_at : p->now;
	int64_t left = p->due_at - end;

	if (p->length_s <= 0 || left <= 0)
		return 100;
	return left >= p->length_s
	               ? 0
	               : percent_of((uint64_t)(p->length_s - left), (uint64_t)p->length_s);
}

bool
promise_is_near(const struct view_promise *p)
{
	return p->state == VIEW_PROMISE_DUE && promise_used(p) >= 75;
}

unsigned
rows_for(struct str s, unsigned at_least)
{
	unsigned rows = 1;

	for (size_t i = 0; i < s.n && rows < 24; i++)
		rows += s.p[i] == '\n';
	if (rows < s.n / 80)
		rows = s.n / 80 > 24 ? 24 : (unsigned)(s.n / 80);
	return rows < at_least ? at_least : rows;
}

struct svg_path
qr_path(struct arena *a, const unsigned char *modules, unsigned width)
{
	struct buf path;
	struct svg_path out;

	buf_init(&path, (size_t)1024 * 1024);
	for (unsigned y = 0; y < width; y++) {
		for (unsigned x = 0, run; x < width; x += run + 1) {
			for (run = 0; x + run < width && (modules[y * width + x + run] & 1) != 0;
			        run++)
				continue;
			if (run > 0)
				buf_fmt(&path, "M%u %uh%uv1h-%uz", x, y, run, run);
		}
	}
	out.from_modules = str_dup(a, buf_view(&path));
	buf_clear(&path);
	return out;
}

enum err
markdown_view(struct arena *a, struct str text, enum markdown_trust trust, size_t max,
        struct safe_html *html)
{
	struct buf b;
	bool full;

	buf_init(&b, max);
	markdown_html(&b, text, trust);
	full = b.full;
	if (!full)
		html->from_renderer = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return full ? ERR_TOO_LARGE : ERR_OK;
}

static bool
is_color(struct str s)
{
	if (s.n != 7 || s.p[0] != '#')
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (strchr("0123456789abcdefABCDEF", s.p[i]) == NULL || s.p[i] == '\0')
			return false;
	return true;
}

void
accent_css(struct buf *out, struct str color)
{
	buf_fmt(out, ":root{--accent:%.*s}\n", STR_ARG(is_color(color) ? color : STR("#1f4e8c")));
}
