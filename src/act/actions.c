/* The table of actions: who may, which fields, which function; and act_run, which goes by it. */
#include "act/actions.h"

#include "base/time.h"
#include "case/permission.h"
#include "seal/capsule.h"

/* Fields of a struct act_request, as bits. */
enum {
	F_TEXT = 1 << 0,
	F_SEVERITY = 1 << 1,
	F_CVSS = 1 << 2,
	F_CWE = 1 << 3,
	F_COMPONENT = 1 << 4,
	F_REASON = 1 << 5,
	F_OF = 1 << 6,
	F_TO = 1 << 7,
	F_ADVISORY = 1 << 8,
	F_DATE = 1 << 9,
	F_CREDIT = 1 << 10,
	F_FILES = 1 << 11,
	F_NOTE = 1 << 12,
	F_COUNT = 13
};

static const char *const field_names[F_COUNT] = {"text", "severity", "cvss", "cwe", "component",
        "reason", "of", "to", "advisory", "date", "credit", "files", "note"};

static const struct action_row {
	const char *name;
	enum permission permission; /* 0: the reporter's */
	unsigned must, may;         /* fields */
	action_fn *run;
} table[ACTION_COUNT] = {
        [ACTION_ACKNOWLEDGE] = {"acknowledge", PERMISSION_HANDLE_CASES, 0, F_TEXT, act_acknowledge},
        [ACTION_REQUEST_INFO] = {"request_info", PERMISSION_HANDLE_CASES, F_TEXT, F_FILES,
                act_request_info},
        [ACTION_MESSAGE] = {"message", PERMISSION_HANDLE_CASES, F_TEXT, F_FILES, act_message},
        [ACTION_NOTE] = {"note", PERMISSION_HANDLE_CASES, F_TEXT, F_FILES, act_note},
        [ACTION_TRIAGE] = {"triage", PERMISSION_HANDLE_CASES, 0,
                F_SEVERITY | F_CVSS | F_CWE | F_COMPONENT | F_TEXT | F_NOTE, act_triage},
        [ACTION_ASSIGN] = {"assign", PERMISSION_HANDLE_CASES, 0, F_TO, act_assign},
        [ACTION_FIX] = {"fix", PERMISSION_HANDLE_CASES, 0, F_TEXT, act_fix},
        [ACTION_CLOSE] = {"close", PERMISSION_DECIDE_CASES, F_REASON, F_OF | F_TEXT, act_close},
        [ACTION_REOPEN] = {"reopen", PERMISSION_DECIDE_CASES, 0, F_TEXT, act_reopen},
        [ACTION_HOLD] = {"hold", PERMISSION_DECIDE_CASES, F_TEXT, 0, act_hold},
        [ACTION_LIFT_HOLD] = {"lift_hold", PERMISSION_DECIDE_CASES, F_TEXT, 0, act_lift_hold},
        [ACTION_ERASE] = {"erase", PERMISSION_DECIDE_CASES, 0, 0, act_erase},
        [ACTION_PUBLISH] = {"publish", PERMISSION_DECIDE_CASES, F_ADVISORY, 0, act_publish},
        [ACTION_REPLY] = {"reply", 0, F_TEXT, F_FILES, act_reply},
        [ACTION_ADD_FILES] = {"add_files", 0, F_FILES, 0, act_add_files},
        [ACTION_WITHDRAW] = {"withdraw", 0, 0, F_TEXT, act_withdraw},
        [ACTION_CREDIT] = {"credit", 0, F_CREDIT, 0, act_credit},
        [ACTION_LETTER] = {"letter", 0, 0, 0, act_letter},
        [ACTION_DISCLOSURE] = {"disclosure", 0, F_DATE, F_TEXT, act_disclosure},
};

const char *
action_name(enum action a)
{
	return table[a].name;
}

enum err
action_parse(struct str s, enum action *out)
{
	for (unsigned i = 0; i < ACTION_COUNT; i++) {
		if (str_eq(s, str_of(table[i].name))) {
			*out = (enum action)i;
			return ERR_OK;
		}
	}
	return ERR_INVALID;
}

static unsigned
fields_of(const struct act_request *q)
{
	const bool has[F_COUNT] = {q->text.n > 0, q->severity != SEVERITY_NONE, q->cvss.n > 0,
	        q->cwe != 0, q->component.n > 0, q->reason != CLOSE_NONE, q->of.n > 0,
	        q->assignee != 0, q->advisory.n > 0, q->date.n > 0, q->credit.n > 0, q->files_n > 0,
	        q->note.n > 0};
	unsigned bits = 0;

	for (unsigned i = 0; i < F_COUNT; i++)
		bits |= has[i] ? 1u << i : 0;
	return bits;
}

/* An advisory's id, as it can stand in an address and in an event's clear fields. */
static bool
id_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		            c == '-' || c == '_' || c == '.'))
			return false;
	}
	return s.n <= ACT_ADVISORY_MAX;
}

/* A day of the calendar, since 1970. */
static bool
day_plain(struct str s)
{
	char text[RFC3339_MAX];
	int64_t at;

	return s.n == 10 &&
	       snprintf(text, sizeof text, "%.*sT00:00:00Z", STR_ARG(s)) < (int)sizeof text &&
	       time_parse(str_of(text), &at) == ERR_OK && at >= 0;
}

enum err
act_check(const struct act_request *q, struct diag *d)
{
	const struct action_row *row = &table[q->action];
	unsigned has = fields_of(q);
	/* A vector means a severity by the policy. */
	unsigned severity = q->action == ACTION_TRIAGE && q->cvss.n == 0 ? F_SEVERITY : 0;
	unsigned missing = (row->must | severity) & ~has, strange = has & ~(row->must | row->may);

	for (unsigned i = 0; i < F_COUNT; i++) {
		bool wanted = (missing >> i & 1) != 0;

		if (!wanted && (strange >> i & 1) == 0)
			continue;
		if (d != NULL)
			snprintf(d->pointer, sizeof d->pointer, "/%s", field_names[i]);
		return diag_set(d, ERR_INVALID, NULL,
		        wanted ? "%s is missing: %s needs it" : "%s is not a field of %s",
		        field_names[i], row->name);
	}
	if (!id_plain(q->advisory)) {
		if (d != NULL)
			snprintf(d->pointer, sizeof d->pointer, "/advisory");
		return diag_set(d, ERR_INVALID, "give one such as EXW-2026-0001",
		        "an advisory's id is letters, digits, -, _ and .");
	}
	if (q->date.n > 0 && !day_plain(q->date)) {
		if (d != NULL)
			snprintf(d->pointer, sizeof d->pointer, "/date");
		return diag_set(d, ERR_INVALID, "write it as 2026-05-01", "date is not a day");
	}
	return ERR_OK;
}

bool
act_allowed(const struct actor *actor, enum action action)
{
	enum permission p = table[action].permission;

	if (actor->kind == ACTOR_REPORTER)
		return p == 0;
	/* Mail that may not speak for the reporter, or says that one of ours did not arrive. */
	if (actor->kind == ACTOR_SYSTEM)
		return action == ACTION_NOTE;
	return p != 0 && permission_allows(actor->roles, p);
}

enum err
act_run(struct act *act, const struct act_request *q)
{
	enum err e;

	if (!act_allowed(&act->actor, q->action))
		return ERR_DENIED;
	e = act_check(q, act->why);
	if (e == ERR_OK)
		e = table[q->action].run(act, q);
	return e == ERR_OK ? act_save(act) : e;
}

enum err
act_notice(struct act *act, enum notice_template t, int64_t recipient)
{
	return notice_queue(act->db, &(struct notice_row){
	                                     .case_id = act->row.id,
	                                     .template = str_of(notice_name(t)),
	                                     .about = act->row.events,
	                                     .recipient = recipient,
	                                     .queued_at = act->now_utc_s,
	                                     .try_at = act->now_utc_s,
	                             });
}

enum err
act_notice_team(struct act *act, enum notice_template t)
{
	return act_notice(
	        act, t, act->row.assignee != 0 ? act->row.assignee : NOTICE_RECIPIENT_TEAM);
}

/* The text of the last event for courier, who has no other way to it. */
static enum err
mail_capsule(struct act *act, struct str text)
{
	struct capsule_bond bond = {CAPSULE_MAIL, act->row.uid, 0};
	unsigned char storage[STORAGE_PUBLIC_BYTES];
	struct capsule_row row = {
	        .case_id = act->row.id,
	        .purpose = CAPSULE_MAIL,
	        .about = act->row.events,
	};

	enum err e = act_storage(act->a, act->db, act->programme, storage);

	if (e != ERR_OK)
		return e;
	row.content = capsule_seal(act->a, storage, &bond, text);
	return capsule_insert(act->db, &row);
}

enum err
act_notice_reporter(struct act *act, struct str text)
{
	static const unsigned char none[32];
	enum notice_template t = NOTICE_ANSWER;
	const struct policy *policy;
	enum err e;

	if (memcmp(act->row.contact_hash, none, sizeof none) == 0)
		return ERR_OK;
	if (str_eq(act->row.channel, STR("mail"))) {
		e = policies_get(
		        act->programme->policies, act->db, act->row.policy_sha256, &policy);
		if (e != ERR_OK)
			return e;
		t = text.n > 0 && text.n <= CAPSULE_CONTENT_MAX &&
		                    policy->contact.replies == REPLIES_PLAIN
		            ? NOTICE_ANSWER_MAIL
		            : NOTICE_ANSWER_LINK;
	}
	e = t == NOTICE_ANSWER_MAIL ? mail_capsule(act, text) : ERR_OK;
	return e == ERR_OK ? act_notice(act, t, NOTICE_RECIPIENT_REPORTER) : e;
}

enum err
act_tell(struct act *act, enum event_kind kind, const struct clear *c, struct str text)
{
	enum err e = act_append(act, kind, c, SEALED_REPORTER, text);

	return e == ERR_OK ? act_notice_reporter(act, text) : e;
}
