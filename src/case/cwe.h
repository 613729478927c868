/* Weaknesses of the Common Weakness Enumeration, by number and name. */
#ifndef VDPD_CASE_CWE_H
#define VDPD_CASE_CWE_H

#include "base/str.h"

/* The name of CWE-ID ("Path Traversal: …"); NULL if there is no such weakness, or it is
 * deprecated. Static. */
const char *cwe_name(int64_t id);

/* Reads "CWE-79", "cwe-79" or "79" as a weakness that exists; ERR_INVALID otherwise. */
enum err cwe_parse(struct str s, int64_t *out) MUST_CHECK;

/* Up to MAX weaknesses that fit S, the best first: the one of that number; then those whose name
 * has every word of S, each at the beginning of a word and in any letter case, where those rank
 * first that begin with S, then shorter names. Static texts. Returns how many. */
enum { CWE_FOUND_MAX = 100 };
struct cwe {
	int64_t id;
	const char *name;
};
size_t cwe_search(struct str s, struct cwe *out, size_t max);

#endif
