/* A case's number: the prefix of its programme, the year, and a count of at least four digits:
 * "EXW-2026-0001". */
#ifndef VDPD_CASE_NUMBER_H
#define VDPD_CASE_NUMBER_H

#include "base/str.h"

struct case_number {
	int64_t year; /* four digits */
	int64_t seq;  /* from 1 */
};

/* The number as text, in A. */
struct str case_number_str(struct arena *a, struct str prefix, int64_t year, int64_t seq);

/* Reads a number of the programme with PREFIX, in any letter case; zeroes only up to four digits.
 * ERR_INVALID for anything else, also the number of another programme. */
enum err case_number_parse(struct str prefix, struct str s, struct case_number *out) MUST_CHECK;

#endif
