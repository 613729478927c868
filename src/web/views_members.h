/* What the desk's pages about people show: the list, one person, tokens, one's own account. */
#ifndef VDPD_WEB_VIEWS_MEMBERS_H
#define VDPD_WEB_VIEWS_MEMBERS_H

#include "web/views_desk.h"

struct view_session {
	int64_t created_at, seen_at, expires_at;
	bool this_one;
};
struct view_sessions {
	const struct view_session *items;
	size_t n;
	int64_t now;
};

/* A box of a form, and whether it is ticked. */
struct view_role {
	struct str value, label, hint;
	bool on;
};
struct view_role_list {
	const struct view_role *items;
	size_t n;
	bool wrong; /* none was ticked */
};

/* ---- People: view_desk_people at /settings/people. POST /settings/people (name, role…) invites,
 * POST /settings/invitations/end (ref) takes a link back. ---- */
struct view_person {
	struct str href, name, email, roles, state; /* "active", "disabled" */
	int64_t since;                              /* enrolled */
	uint64_t sessions;
};
struct view_invitation {
	struct str ref, who, roles; /* "ana (a new start)" for somebody who belongs already */
	int64_t created_at, expires_at;
};
struct view_people {
	struct view_desk page;
	struct view_mistakes mistakes;
	const struct view_person *people;
	size_t n;
	const struct view_invitation *invitations;
	size_t n_invitations;
	struct view_role_list roles;
	struct view_input name;
	struct str link; /* the enrolment link just made, shown once; "" = none */
	int64_t now;
};

/* An absence, as the view absence_fields shows it: from, until, deputy; absence = end ends it. */
struct view_absence {
	bool set;                      /* there is one, now or to come */
	struct view_input from, until; /* "2026-05-12" */
	struct view_options deputies;  /* the first is nobody */
	struct str deputy, deputy_error;
};

/* ---- One person: view_desk_member at /settings/people/ID, and POST there with action = roles
 * (role…), disable, enable, sign_out, renew or absence. ---- */
struct view_member {
	struct view_desk page;
	struct view_absence absence;
	struct view_mistakes mistakes;
	struct str action, name, email, state;
	int64_t since;
	bool disabled, self;
	struct view_role_list roles;
	struct view_sessions sessions;
	struct str link; /* for a new password and second factor, shown once; "" = none */
};

/* ---- Tokens: view_desk_tokens at /settings/tokens. POST there (name, role…, days) makes one, POST
 * /settings/tokens/revoke (id) ends one. ---- */
struct view_token {
	struct str id, name, made_by, roles, state; /* "works", "revoked", "expired" */
	int64_t created_at, expires_at;
	bool may_revoke;
};
struct view_tokens {
	struct view_desk page;
	struct view_mistakes mistakes;
	const struct view_token *tokens;
	size_t n;
	struct view_role_list roles;
	struct view_input name;
	struct view_options days;
	struct str days_chosen;
	struct str token; /* just made, shown once; "" = none */
};

/* ---- Recovery codes after an enrolment: view_desk_codes. ---- */
struct view_codes {
	struct view_desk page;
	struct str codes; /* a line each */
	struct str next;  /* where to go on: the queue */
};

struct view_passkey {
	struct str id, name;
	int64_t created_at, used_at; /* used_at 0: not yet */
};

/* ---- One's own account: view_desk_account at /account. POST /account/password (password, code,
 * new_password, new_password_again), POST /account/codes (renew_code). ---- */
struct view_account {
	struct view_desk page;
	struct view_mistakes mistakes;
	struct str roles;
	struct str codes; /* recovery codes just made, a line each, shown once; "" = none */
	unsigned codes_left;
	bool person; /* not a token, nor the operator: has a password and sessions */
	struct view_sessions sessions;
	struct view_input password, code, new_password, renew_code;
	unsigned password_min;       /* characters */
	struct view_absence absence; /* POST /account/absence */
	/* Passkeys: POST /account/passkeys (passkey_name, passkey_code, and what the script adds:
	 * client_data, auth_data), /account/passkeys/remove (id). */
	struct str challenge, rp_id, user; /* base64url, host, base64url; challenge "": none here */
	struct str exclude; /* ids of those that there are, base64url, parted by spaces */
	const struct view_passkey *passkeys;
	size_t n_passkeys;
	struct view_input passkey_name, passkey_code;
};

#endif
