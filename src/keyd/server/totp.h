/* One-time codes: RFC 6238 with SHA-1, 30 s, six digits, one step of tolerance either way. */
#ifndef VDPD_KEYD_SERVER_TOTP_H
#define VDPD_KEYD_SERVER_TOTP_H

#include "base/str.h"

enum { TOTP_STEP_S = 30, TOTP_DIGITS = 6 };

/* *STEP is that which CODE (spaces are skipped) belongs to. ERR_AUTH if it is of none of the three.
 * Whether it was used before is the caller's to judge, by its step. */
enum err totp_check(const unsigned char *secret, size_t n, struct str code, int64_t now,
        int64_t *step) MUST_CHECK;

#endif
