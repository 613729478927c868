/* The secrets that people and scripts carry: 32 random bytes as text with a prefix that says what
 * it is. keyd keeps the hash alone. */
#ifndef VDPD_KEYD_STORE_CREDENTIAL_TEXT_H
#define VDPD_KEYD_STORE_CREDENTIAL_TEXT_H

#include "base/str.h"

enum { CREDENTIAL_HASH_BYTES = 32, CREDENTIAL_CHARS = 4 + 43 };

#define SESSION_PREFIX   "vds_"
#define TOKEN_PREFIX     "vdt_"
#define ENROLMENT_PREFIX "vde_"

/* A new one with PREFIX (four characters), in A, and its hash. */
struct str credential_new(
        struct arena *a, const char *prefix, unsigned char hash[CREDENTIAL_HASH_BYTES]);

/* False unless TEXT has PREFIX and the right length; its hash otherwise. */
bool credential_hash(
        struct str text, const char *prefix, unsigned char hash[CREDENTIAL_HASH_BYTES]);

#endif
