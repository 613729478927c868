/* Weaknesses of the Common Weakness Enumeration, by number and name. */
#ifndef VDPD_CASE_CWE_H
#define VDPD_CASE_CWE_H

#include "base/str.h"

/* The name of CWE-ID ("Path Traversal: …"); NULL if there is no such weakness, or it is
 * deprecated. Static. */
const char *cwe_name(int64_t id);

/* Reads "CWE-79", "cwe-79" or "79" as a weakness that exists; ERR_INVALID otherwise. */
enum err cwe_parse(struct str s, int64_t *out) MUST_CHECK;

#endif
