/* Time, from one place. A test build reads it from a page that the supervisor hands to every
 * process, so that a case's year can be lived in a minute; a release build does not contain that.
 */
#ifndef VDPD_BASE_TIME_H
#define VDPD_BASE_TIME_H

#include "base/str.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

/* Now, UTC seconds since 1970. */
int64_t now_utc_s(void);
/* A clock that only goes forward, for time-outs; never under the test clock. */
int64_t now_mono_ms(void);

/* Uses the page behind FD (8 bytes, little-endian UTC seconds; 0 means the real clock) as the clock
 * of this process. In a release build: ERR_UNSUPPORTED, always. */
enum err time_use_test_clock(int fd) MUST_CHECK;

enum { RFC3339_MAX = 32 };
/* "2026-01-05T09:00:00Z" (RFC 3339, UTC) into OUT. */
void time_format(int64_t utc_s, char out[RFC3339_MAX]);
/* The same as a slice in A. */
struct str time_str(struct arena *a, int64_t utc_s);
/* Reads RFC 3339 date-times with Z or an offset; a fraction of a second is cut off. */
enum err time_parse(struct str s, int64_t *utc_s) MUST_CHECK;
/* The UTC calendar year, month (1–12) and day of month of UTC_S; each may be NULL. */
void time_date(int64_t utc_s, int *year, int *month, int *day);

#endif
