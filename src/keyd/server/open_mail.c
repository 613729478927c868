/* What goes to a reporter by mail besides an address: the text of a mail out of its capsule, and a
 * link that opens the reporter's page once. Both for courier, within the budget of addresses. */
#include "keyd/server/call.h"

#include "base/id.h"
#include "base/log.h"
#include "seal/capsule.h"
#include "seal/receipt.h"

static const struct actor courier = {.kind = ACTOR_COURIER};

enum err
handle_open_mail(struct call *c)
{
	const struct keyd_open_contact *q = c->in;
	struct capsule_bond bond = {CAPSULE_MAIL, q->case_uid, q->not_before};
	struct keyd_mail *out = c->out;
	struct str uid = hex_str(c->a, q->case_uid, sizeof q->case_uid), detail;
	bool alert;
	enum err e;

	if (!word_plain(q->template_id) || !number_plain(q->case_number))
		return ERR_INVALID;
	if (c->now < q->not_before)
		return ERR_STATE;
	e = call_budget(c, BUDGET_CONTACTS, &courier, &uid, 1, &alert);
	if (e == ERR_OK)
		e = storage_capsule_open(c, &bond, q->sealed, &out->content);
	if (e != ERR_OK)
		return e;
	detail = str_fmt(c->a, "%.*s %.*s", STR_ARG(q->template_id), STR_ARG(uid));
	return call_opened(c, &courier, STR("open_mail"), detail, &q->case_number, 1);
}

enum err
handle_case_link(struct call *c)
{
	const struct keyd_case_link *q = c->in;
	struct keyd_link *out = c->out;
	struct str uid = hex_str(c->a, q->of.case_uid, sizeof q->of.case_uid);
	struct receipt_code code;
	struct team_keys keys;
	struct key code_key;
	bool alert;
	enum err e;

	_Static_assert(sizeof out->code == RECEIPT_CODE_CHARS, "code");
	_Static_assert(sizeof out->wrap == REPORTER_WRAP_BYTES, "wrap");
	if (!number_plain(q->of.case_number))
		return ERR_INVALID;
	e = call_budget(c, BUDGET_CONTACTS, &courier, &uid, 1, &alert);
	if (e != ERR_OK)
		return e;
	e = case_check(c->k, &q->of, &keys);
	if (e != ERR_OK) {
		log_error("case_forged", "case", str_z(c->a, q->of.case_number));
		return e;
	}
	receipt_code_random(&code);
	receipt_code_key(&code, &code_key);
	reporter_wrap(&code_key, &keys.shared.reporter, q->of.case_uid, out->wrap);
	memcpy(out->code, code.c, sizeof out->code);
	receipt_code_wipe(&code);
	key_wipe(&code_key);
	team_keys_wipe(&keys);
	return call_opened(c, &courier, STR("case_link"), uid, &q->of.case_number, 1);
}
