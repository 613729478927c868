/* The published key, and the security.txt that goes with it. */
#include "publish/pgp_public.h"

#include "base/time.h"
#include "publish/security_txt.h"

/* vdpd-pgp signs anew each day, and when the policy changes. */
enum { SIGNED_AGE_MAX_S = 3 * DAY_S };

bool
pgp_is_public(const struct policy *p, const struct pgp_public *k)
{
	return p->contact.pgp != POLICY_PGP_NONE && k->state.n > 0 && k->published.armored.n > 0;
}

void
security_txt_now(const struct policy *p, const struct config *c, const struct pgp_public *k,
        int64_t now_utc_s, struct buf *out)
{
	bool key = pgp_is_public(p, k);

	if (key && memcmp(k->published.policy_sha256, p->sha256, sizeof p->sha256) == 0 &&
	        now_utc_s - k->published.made_at <= SIGNED_AGE_MAX_S)
		buf_str(out, k->published.security_txt);
	else
		security_txt_write(p, c, key, now_utc_s, out);
}
