/* JSON as most of it is: objects, lists, texts, true, false and null. */
#ifndef VDPD_WEB_JSON_PLAIN_H
#define VDPD_WEB_JSON_PLAIN_H

#include "base/arena.h"
#include "base/str.h"

#include <jansson.h>

/* The value of TEXT, which is valid UTF-8 without NUL and not nested deeper than its caller's stack
 * bears: the same that jansson makes of it, in a fifth of the time. NULL for whatever is not plain
 * (numbers, \u escapes) or not right: then jansson reads it, and says what is wrong. A is for
 * scratch.
 */
json_t *json_plain(struct arena *a, struct str text);

#endif
