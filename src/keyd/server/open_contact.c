/* The reporter's address out of a contact capsule, for a notice of a fixed template, so that who
 * owns another process cannot have mail of its own sent. */
#include "keyd/server/call.h"

#include "base/id.h"
#include "seal/capsule.h"

static const char *const templates[] = {
        "received", "answer", "answer_mail", "answer_link", "case_link", "closed", "letter"};

static bool
template_known(struct str id)
{
	for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++)
		if (str_eq(id, str_of(templates[i])))
			return true;
	return false;
}

enum err
handle_open_contact(struct call *c)
{
	const struct keyd_open_contact *q = c->in;
	struct keyd_contact *out = c->out;
	struct capsule_bond bond = {CAPSULE_CONTACT, q->case_uid, q->not_before};
	const struct actor by = {.kind = ACTOR_COURIER};
	/* The number is what courier says; the uid is bound into the capsule, so that it counts. */
	struct str uid = hex_str(c->a, q->case_uid, sizeof q->case_uid);
	struct str content, detail;
	struct contact contact;
	bool alert;
	enum err e;

	if (!template_known(q->template_id) || !number_plain(q->case_number))
		return ERR_INVALID;
	if (c->now < q->not_before)
		return ERR_STATE;
	e = call_budget(c, BUDGET_CONTACTS, &by, &uid, 1, &alert);
	if (e == ERR_OK)
		e = storage_capsule_open(c, &bond, q->sealed, &content);
	if (e == ERR_OK)
		e = contact_unpack(content, &contact);
	if (e != ERR_OK)
		return e;
	*out = (struct keyd_contact){contact.email, contact.name, contact.pgp_key};
	detail = str_fmt(c->a, "%.*s %.*s", STR_ARG(q->template_id), STR_ARG(uid));
	return call_opened(c, &by, STR("open_contact"), detail, &q->case_number, 1);
}
