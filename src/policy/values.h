/* The small formats that the two files hold. Each is a `read` of policy/yaml.h: it fills OUT and
 * returns NULL, or returns what is wrong with S (static: "is not a duration"). */
#ifndef VDPD_POLICY_VALUES_H
#define VDPD_POLICY_VALUES_H

#include "base/str.h"

/* int64_t, seconds: "90 s", "30 min", "48 h", "7 d"; more than nothing, at most ten years. */
const char *value_duration(struct arena *a, struct str s, void *out);
/* int64_t, seconds, 0 for "never": "30 d", "24 months", "7 years"; at most a hundred years. A month
 * is a twelfth of 365 days. */
const char *value_retention(struct arena *a, struct str s, void *out);
/* int64_t, tenths: "9.0", from 0.1 to 10.0. */
const char *value_score(struct arena *a, struct str s, void *out);
/* int64_t, bytes: "500 kB", "20 MB" (powers of 1,000), "64 KiB", "25 MiB"; at most 4 GiB. */
const char *value_bytes(struct arena *a, struct str s, void *out);
/* struct str: "#1f4d8f", in small letters. */
const char *value_colour(struct arena *a, struct str s, void *out);
/* struct str: 64 hex digits, in small letters: the public half of a key. */
const char *value_key(struct arena *a, struct str s, void *out);
/* struct str: one plain address, RFC 5321's dot-string at a host name. */
const char *value_email(struct arena *a, struct str s, void *out);
/* struct str: [a-z0-9] and single hyphens or dots between them, at most 40. */
const char *value_id(struct arena *a, struct str s, void *out);
/* struct str: two to eight capital letters or digits, a letter first: "EXW". */
const char *value_prefix(struct arena *a, struct str s, void *out);
/* struct str: a path from the root, of unreserved characters and slashes. */
const char *value_path(struct arena *a, struct str s, void *out);
/* struct str: an https URL without user name. */
const char *value_https_url(struct arena *a, struct str s, void *out);
/* struct str: a language tag: "en", "de-AT" (RFC 5646, in its simplest forms). */
const char *value_language(struct arena *a, struct str s, void *out);

/* SECONDS in words: "48 hours", "7 days". Hours up to three days, days from there, as
 * people say it; what divides by neither in minutes or seconds. */
struct str duration_words(struct arena *a, int64_t seconds);

#endif
