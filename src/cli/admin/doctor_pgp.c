/* The OpenPGP key that the policy speaks of: is there one, and does it last? */
#include "cli/admin/doctor.h"

#include "base/time.h"
#include "cli/admin/staff.h"
#include "cli/cli.h"
#include "policy/policy.h"

/* It is extended 90 days before its end: so near to it something does not work. */
enum { NEAR_S = 60 * DAY_S };

static bool
is_promised(struct doctor *doc)
{
	const char *file = str_z(doc->a,
	        str_fmt(doc->a, "programmes/%.*s/policy.yaml", STR_ARG(doc->config->programme)));
	const struct policy *p;
	struct diags ds = {0};
	struct diag d = {0};
	struct str text;

	/* What is wrong with it another check says. */
	return cli_read(doc->a, file, POLICY_FILE_MAX, &text, &d) == ERR_OK &&
	       policy_parse(doc->a, file, text, &ds, &p) == ERR_OK &&
	       p->contact.pgp != POLICY_PGP_NONE;
}

static void
judge(struct doctor *doc, const struct keyd_pgp_state *state)
{
	int64_t now = now_utc_s(), ends = state->n > 0 ? state->items[0].expires_at : 0;
	struct diag d = {0};

	if (state->n == 0 && state->wanted == KEYD_PGP_WISH_NONE) {
		/* As in every instance that was made before there were such keys. */
		diag_set(&d, ERR_NOT_FOUND, "vdpd keys pgp create -C DIR",
		        "there is no OpenPGP key, and the policy speaks of one");
		doctor_note(doc, &d);
	}
	if (state->n == 0)
		return;
	if (state->items[0].superseded_at != 0)
		doctor_say(doc, "vdpd keys pgp roll -C DIR", "no OpenPGP key is in use");
	else if (ends <= now)
		doctor_say(doc, "start the instance, or vdpd keys pgp extend -C DIR",
		        "the OpenPGP key ran out on %.*s", STR_ARG(time_str(doc->a, ends)));
	else if (ends - now < NEAR_S)
		doctor_say(doc, "see what role=pgp says in the log",
		        "the OpenPGP key runs out on %.*s and was not extended",
		        STR_ARG(time_str(doc->a, ends)));
}

void
doctor_pgp(struct doctor *doc)
{
	struct keyd_pgp_state state;
	struct staff *staff;
	struct diag d = {0};
	enum err e;

	if (doc->config == NULL || !is_promised(doc))
		return;
	e = staff_open(doc->a, &staff, &d);
	if (e == ERR_OK) {
		e = staff_pgp_state(staff, &state, &d);
		staff_close(staff);
	}
	if (e == ERR_OK)
		judge(doc, &state);
	else
		doctor_problem(doc, &d);
}
