/* Asking keyd for addresses. */
#include "jobs/recipients.h"

#include "jobs/message.h"
#include "mail/thread.h"
#include "seal/capsule.h"

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
	enum err e = capsule_get(a, j->db, row->id, CAPSULE_CONTACT, &capsule);

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
