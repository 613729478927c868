/* What of the programme's OpenPGP key everybody may see, by the policy and what keyd has. */
#ifndef VDPD_PUBLISH_PGP_PUBLIC_H
#define VDPD_PUBLISH_PGP_PUBLIC_H

#include "keyd/client/protocol.h"
#include "policy/config.h"
#include "policy/policy.h"

/* What keyd said; either may be zeroed: no key, or nothing published yet. */
struct pgp_public {
	struct keyd_pgp_state state;
	struct keyd_pgp_published published;
};

/* A key is published unless the policy has no PGP. "On request" is: who fetches it requests it. */
bool pgp_is_public(const struct policy *p, const struct pgp_public *k);

/* Appends the security.txt of NOW to OUT (SECURITY_TXT_MAX): the signed one, where what was signed
 * is of the policy in force and not of long ago; otherwise it is written here, unsigned. */
void security_txt_now(const struct policy *p, const struct config *c, const struct pgp_public *k,
        int64_t now_utc_s, struct buf *out);

#endif
