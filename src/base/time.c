/* The clock, and RFC 3339. */
#include "base/time.h"

#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#ifdef VDPD_TEST
static const volatile int64_t *test_clock;

enum err
time_use_test_clock(int fd)
{
	void *page = mmap(NULL, sizeof *test_clock, PROT_READ, MAP_SHARED, fd, 0);

	if (page == MAP_FAILED)
		return ERR_IO;
	test_clock = page;
	return ERR_OK;
}
#else
enum err
time_use_test_clock(int fd)
{
	(void)fd;
	return ERR_UNSUPPORTED;
}
#endif

int64_t
now_utc_s(void)
{
	struct timespec ts;

#ifdef VDPD_TEST
	if (test_clock != NULL && *test_clock != 0)
		return *test_clock;
#endif
	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec;
}

int64_t
now_mono_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
time_format(int64_t utc_s, char out[RFC3339_MAX])
{
	time_t t = (time_t)utc_s;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(out, RFC3339_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(out, RFC3339_MAX, "1970-01-01T00:00:00Z");
}

struct str
time_str(struct arena *a, int64_t utc_s)
{
	char text[RFC3339_MAX];

	time_format(utc_s, text);
	return str_dup(a, str_of(text));
}

void
time_date(int64_t utc_s, int *year, int *month, int *day)
{
	time_t t = (time_t)utc_s;
	struct tm tm = {.tm_year = 70, .tm_mday = 1};

	gmtime_r(&t, &tm);
	if (year != NULL)
		*year = tm.tm_year + 1900;
	if (month != NULL)
		*month = tm.tm_mon + 1;
	if (day != NULL)
		*day = tm.tm_mday;
}

static enum err
digits(struct str s, size_t at, size_t n, int max, int *out)
{
	uint64_t v;
	enum err e = str_u64(str_sub(s, at, n), (uint64_t)max, &v);

	if (e == ERR_OK)
		*out = (int)v;
	return e;
}

/* The offset from UTC that S ("Z", "+02:00") names, in seconds. */
static enum err
offset_parse(struct str s, int64_t *out)
{
	int hours, minutes;

	if (s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z')) {
		*out = 0;
		return ERR_OK;
	}
	if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':' ||
	        digits(s, 1, 2, 23, &hours) != ERR_OK || digits(s, 4, 2, 59, &minutes) != ERR_OK)
		return ERR_INVALID;
	*out = (s.p[0] == '-' ? -1 : 1) * ((int64_t)hours * HOUR_S + (int64_t)minutes * MINUTE_S);
	return ERR_OK;
}

static int
month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

enum err
time_parse(struct str s, int64_t *utc_s)
{
	struct tm tm = {0};
	int year, month;
	int64_t offset;
	size_t end = 19;

	if (s.n < 20 || s.p[4] != '-' || s.p[7] != '-' || (s.p[10] != 'T' && s.p[10] != 't') ||
	        s.p[13] != ':' || s.p[16] != ':' || digits(s, 0, 4, 9999, &year) != ERR_OK ||
	        digits(s, 5, 2, 12, &month) != ERR_OK || month == 0 ||
	        digits(s, 8, 2, month_days(year, month), &tm.tm_mday) != ERR_OK ||
	        tm.tm_mday == 0 || digits(s, 11, 2, 23, &tm.tm_hour) != ERR_OK ||
	        digits(s, 14, 2, 59, &tm.tm_min) != ERR_OK ||
	        digits(s, 17, 2, 60, &tm.tm_sec) != ERR_OK)
		return ERR_INVALID;
	if (s.p[end] == '.') {
		do
			end++;
		while (end < s.n && s.p[end] >= '0' && s.p[end] <= '9');
		if (end == 20)
			return ERR_INVALID;
	}
	if (offset_parse(str_sub(s, end, SIZE_MAX), &offset) != ERR_OK)
		return ERR_INVALID;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	*utc_s = (int64_t)timegm(&tm) - offset;
	return ERR_OK;
}
