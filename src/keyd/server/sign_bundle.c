/* Signing the manifest of a case that is exported: who took the case out is in the log. */
#include "keyd/server/call.h"

#include "seal/bundle.h"

static bool
plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return s.n > 0;
}

enum err
handle_sign_bundle(struct call *c)
{
	const struct keyd_sign_bundle *q = c->in;
	struct keyd_bundle_signed *out = c->out;
	struct actor by = call_actor(c);
	struct bundle_facts f = {
	        .programme = q->programme,
	        .case_number = q->case_number,
	        .signed_utc_s = c->now,
	};

	if (!plain(q->programme) || !number_plain(q->case_number))
		return ERR_INVALID;
	memcpy(f.manifest_sha256, q->manifest_sha256, sizeof f.manifest_sha256);
	out->signed_at = c->now;
	bundle_sign(c->k->secrets->signing_secret, &f, out->signature);
	return call_opened(c, &by, STR("export_case"), STR("bundle"), &q->case_number, 1);
}
