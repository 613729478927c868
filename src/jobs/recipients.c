/* Asking keyd for addresses. */
#include "jobs/recipients.h"

#include "act/view.h"
#include "base/time.h"
#include "jobs/message.h"
#include "mail/thread.h"
#include "seal/capsule.h"
#include "store/mail_store.h"
#include "store/tx.h"

enum err
recipient_of(struct arena *a, struct jobs *j, int64_t person_id, struct keyd_person *out)
{
	struct keyd_staff_contacts q = {.person_id = person_id, .everybody = 1};
	struct keyd_people people;
	enum err e = keyd_staff_contacts(a, j->keyd, &q, &people, NULL);

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < people.n; i++)
		if (people.items[i].person_id == person_id) {
			*out = people.items[i];
			return ERR_OK;
		}
	return ERR_NOT_FOUND;
}

enum err
recipient_group(struct arena *a, struct jobs *j, bool everybody, struct keyd_people *out)
{
	struct keyd_staff_contacts q = {.everybody = everybody};

	return keyd_staff_contacts(a, j->keyd, &q, out, NULL);
}

enum err
recipient_reporter(struct arena *a, struct jobs *j, const struct case_row *row, struct str number,
        enum notice_template t, struct str *address)
{
	struct keyd_open_contact q = {
	        .programme = j->programme->name,
	        .case_number = number,
	        .template_id = str_of(notice_name(t)),
	};
	struct keyd_contact contact;
	struct capsule_row capsule;
	enum err e = capsule_get(a, j->db, row->id, CAPSULE_CONTACT, 0, &capsule);

	if (e != ERR_OK)
		return e;
	memcpy(q.case_uid, row->uid, sizeof q.case_uid);
	q.not_before = capsule.not_before_utc_s;
	q.sealed = capsule.content;
	e = keyd_open_contact(a, j->keyd, &q, &contact, NULL);
	return e == ERR_OK ? message_address(a, contact.email, address) : e;
}

struct str
mail_reply_to(struct arena *a, const struct jobs *j, const struct case_row *row, struct str number)
{
	struct str to = j->config->mail.recipients_n > 0 ? j->config->mail.recipients[0]
	                                                 : j->policy->contact.email;

	if (!str_eq(row->channel, STR("mail")) || message_address(a, to, &to) != ERR_OK)
		return STR("");
	if (j->config->mail.plus)
		to = mail_tagged(a, to, mail_tag(a, j->server_key, number));
	return to;
}

enum err
recipient_mail(struct arena *a, struct jobs *j, const struct case_row *row, struct str number,
        int64_t about, struct str *content)
{
	struct keyd_open_contact q = {
	        .programme = j->programme->name,
	        .case_number = number,
	        .template_id = STR("mail"),
	};
	struct capsule_row capsule;
	struct keyd_mail mail;
	enum err e = capsule_get(a, j->db, row->id, CAPSULE_MAIL, about, &capsule);

	if (e != ERR_OK)
		return e;
	memcpy(q.case_uid, row->uid, sizeof q.case_uid);
	q.not_before = capsule.not_before_utc_s;
	q.sealed = capsule.content;
	e = keyd_open_mail(a, j->keyd, &q, &mail, NULL);
	if (e == ERR_OK)
		*content = mail.content;
	return e;
}

struct link_put {
	int64_t case_id;
	struct case_link_row row;
};

static enum err
link_put(struct db *db, void *ctx)
{
	const struct link_put *l = ctx;

	return case_link_put(db, l->case_id, &l->row);
}

enum err
recipient_link(struct arena *a, struct jobs *j, const struct case_row *row, struct str number,
        struct str *url)
{
	struct keyd_case_link q = {.of = case_for_keyd(a, j->programme, row)};
	struct link_put l = {.case_id = row->id, .row.expires_at = now_utc_s() + LINK_LIFE_S};
	struct keyd_link link;
	struct receipt_code code;
	enum err e = keyd_case_link(a, j->keyd, &q, &link, NULL);

	if (e != ERR_OK)
		return e;
	memcpy(code.c, link.code, sizeof code.c);
	memcpy(l.row.wrap, link.wrap, sizeof l.row.wrap);
	receipt_code_hash(&code, l.row.hash);
	*url = str_fmt(a, "%.*s/case/link?code=%.*s", STR_ARG(j->config->public_url.text),
	        STR_ARG(receipt_text(a, number, &code)));
	receipt_code_wipe(&code);
	return tx_run(j->db, link_put, &l);
}
