/* The desk's lists and entry pages with sample data. */
#include "lookbook.h"

#include "web/view_helpers.h"

#include <qrencode.h>

static const struct view_hidden token[] = {{STR("form_token"), STR("sample")}};

static struct view_desk
desk_of(const char *title, enum view_desk_nav nav)
{
	return (struct view_desk){.programme = STR("exact.works"),
	        .title = str_of(title),
	        .nav = nav,
	        .hidden = {token, N(token)},
	        .person = STR("ana"),
	        .roles = STR("administrator, coordinator"),
	        .administrator = true,
	        .queue = 42,
	        .mine = 7,
	        .waiting = 5,
	        .overdue = 2};
}

#define PROMISE(name, how, begun, end, length)                                                     \
	{                                                                                          \
		.what = STR(name), .state = VIEW_PROMISE_##how, .now = NOW, .started_at = begun,   \
		.due_at = end, .length_s = length                                                  \
	}

static void
queue(void)
{
	const struct view_queue_row rows[] = {
	        {.case_number = STR("EXW-2026-0044"),
	                .title = STR("Export of a workspace holds rows of another customer"),
	                .next = PROMISE("answer", DUE, AGO(0, 4), IN(1, 20), 2 * 86400),
	                .severity = STR("high"),
	                .severity_claimed = true,
	                .part = STR("data"),
	                .state = STR("new"),
	                .privacy = true,
	                .received_at = AGO(0, 4)},
	        {.case_number = STR("EXW-2026-0029"),
	                .title = STR("Session survives a change of password"),
	                .next = PROMISE("update", MISSED, AGO(15, 0), AGO(1, 0), 14 * 86400),
	                .severity = STR("medium"),
	                .cvss = STR("5.4"),
	                .part = STR("auth"),
	                .who = STR("ben"),
	                .state = STR("triaged"),
	                .received_at = AGO(33, 0)},
	        {.case_number = STR("EXW-2026-0042"),
	                .title = STR("Escrow release without confirmation"),
	                .next = PROMISE("answer", DUE, AGO(1, 23), NOW + 4320, 2 * 86400),
	                .severity = STR("critical"),
	                .severity_claimed = true,
	                .part = STR("payment"),
	                .state = STR("new"),
	                .received_at = AGO(1, 23)},
	        {.case_number = STR("EXW-2026-0031"),
	                .title = STR("Sandbox egress rule lets DNS answers through to any port"),
	                .next = PROMISE("update", DUE, AGO(13, 20), IN(0, 2), 14 * 86400),
	                .severity = STR("high"),
	                .cvss = STR("8.7"),
	                .part = STR("sandbox"),
	                .who = STR("ben"),
	                .state = STR("triaged"),
	                .received_at = AGO(19, 0)},
	        {.case_number = STR("EXW-2026-0038"),
	                .title = STR("Reflected XSS in /api/search"),
	                .next = {.what = STR("triage"),
	                        .state = VIEW_PROMISE_PAUSED,
	                        .now = NOW,
	                        .due_at = IN(4, 0),
	                        .length_s = 7 * 86400},
	                .severity = STR("medium"),
	                .severity_claimed = true,
	                .part = STR("api"),
	                .who = STR("ana"),
	                .state = STR("acknowledged"),
	                .received_at = AGO(5, 0)},
	        {.case_number = STR("EXW-2026-0043"),
	                .title = STR("Is the staging host in scope?"),
	                .next = PROMISE("answer", DUE, AGO(0, 9), IN(1, 15), 2 * 86400),
	                .state = STR("new"),
	                .question = true,
	                .received_at = AGO(0, 9)},
	        {.case_number = STR("EXW-2026-0012"),
	                .title = STR("Verbose error page names internal hosts"),
	                .severity = STR("low"),
	                .cvss = STR("3.1"),
	                .part = STR("web"),
	                .who = STR("chi"),
	                .state = STR("fixed"),
	                .received_at = AGO(61, 0)},
	};
	const struct view_option states[] = {{.label = STR("any")},
	        {.value = STR("new"), .label = STR("new")},
	        {.value = STR("triaged"), .label = STR("triaged")}};
	const struct view_option severities[] = {{.label = STR("any")},
	        {.value = STR("critical"), .label = STR("critical")},
	        {.value = STR("high"), .label = STR("high")}};
	const struct view_option people[] = {{.label = STR("anyone")},
	        {.value = STR("1"), .label = STR("ana")}, {.value = STR("2"), .label = STR("ben")}};
	struct view_queue v = {
	        .page = desk_of("Queue", VIEW_DESK_QUEUE),
	        .rows = rows,
	        .n = N(rows),
	        .now = NOW,
	        .states = {states, N(states)},
	        .severities = {severities, N(severities)},
	        .people = {people, N(people)},
	        .next_href = STR("/?cursor=abc"),
	        .may_open = true,
	        .public_url = STR("https://security.exact.works"),
	};

	SHOW("desk-queue", view_desk_queue, &v);
	v.n = 0;
	v.never_any = true;
	SHOW("desk-queue-new", view_desk_queue, &v);
	v.never_any = false;
	v.page = desk_of("Waiting for reporter", VIEW_DESK_WAITING);
	SHOW("desk-queue-waiting", view_desk_queue, &v);
}

static void
entry(void)
{
	struct view_enrol v = {
	        .page = desk_of("Join the desk", VIEW_DESK_NONE),
	        .action = STR("/enrol/sample"),
	        .roles = STR("administrator and coordinator"),
	        .password_min = 12,
	        .secret = STR("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
	};
	const struct view_mistake wrong[] = {
	        {STR("code"), STR("The code does not fit: wait for the next one")}};
	const struct view_mistake refused[] = {
	        {STR("name"), STR("Name, password and code do not fit together")}};
	struct view_sign_in sign_in = {
	        .page = v.page, .challenge = STR("AAAA"), .rp_id = STR("desk.exact.works")};
	struct arena *a = arena_new(1 << 20);
	QRcode *qr = QRcode_encodeString(
	        "otpauth://totp/"
	        "exact.works:ana?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=exact.works",
	        0, QR_ECLEVEL_M, QR_MODE_8, 1);

	v.page.person = STR("");
	v.qr_width = (unsigned)qr->width;
	v.qr = qr_path(a, qr->data, v.qr_width);
	v.mistakes = (struct view_mistakes){wrong, 1};
	v.code.error = STR("This code does not fit. Is the phone's clock right?");
	SHOW("desk-enrol", view_desk_enrol, &v);
	sign_in.page.person = STR("");
	sign_in.page.title = STR("Sign in");
	sign_in.mistakes = (struct view_mistakes){refused, 1};
	SHOW("desk-sign-in", view_desk_sign_in, &sign_in);
	QRcode_free(qr);
	arena_free(a);
}

static void
people(void)
{
	const struct view_person persons[] = {
	        {STR("/settings/people/1"), STR("ana"), STR("ana@exact.works"),
	                STR("administrator, coordinator"), STR("active"), AGO(90, 0), 2},
	        {STR("/settings/people/2"), STR("ben"), STR("ben@exact.works"), STR("analyst"),
	                STR("active"), AGO(30, 3), 1},
	        {STR("/settings/people/3"), STR("chi"), STR("chi@exact.works"), STR("auditor"),
	                STR("disabled"), AGO(20, 1), 0},
	};
	const struct view_invitation links[] = {
	        {STR("00ff"), STR("dee"), STR("analyst"), AGO(1, 2), NOW + 5 * 86400},
	};
	const struct view_role roles[] = {
	        {STR("coordinator"), STR("Coordinator"),
	                STR("works on cases, closes and reopens them"), true},
	        {STR("analyst"), STR("Analyst"), STR("works on cases"), false},
	        {STR("auditor"), STR("Auditor"), STR("sees numbers, states, dates and the log"),
	                false},
	        {STR("administrator"), STR("Administrator"), STR("people, tokens, settings, keys"),
	                false},
	};
	const struct view_session sessions[] = {
	        {AGO(0, 5), AGO(0, 0), NOW + 19 * 3600, true},
	        {AGO(0, 9), AGO(0, 3), NOW + 15 * 3600, false},
	};
	const struct view_token tokens[] = {
	        {STR("1"), STR("importer"), STR("ana"), STR("coordinator"), STR("works"), AGO(9, 0),
	                NOW + 80 * 86400, true},
	        {STR("2"), STR("old script"), STR("operator"), STR("analyst"), STR("revoked"),
	                AGO(99, 0), NOW + 8 * 86400, false},
	};
	const struct view_option days[] = {{STR("90"), STR("90 days"), STR("")}};
	const struct view_role_list boxes = {roles, N(roles), false};
	struct view_people v = {
	        .page = desk_of("People", VIEW_DESK_NONE),
	        .people = persons,
	        .n = N(persons),
	        .invitations = links,
	        .n_invitations = N(links),
	        .roles = boxes,
	        .link = STR("https://desk.exact.works/enrol/k3v9-sample-link"),
	        .now = NOW,
	};
	struct view_member member = {
	        .page = desk_of("ben", VIEW_DESK_NONE),
	        .action = STR("/settings/people/2"),
	        .name = STR("ben"),
	        .email = STR("ben@exact.works"),
	        .state = STR("active"),
	        .since = AGO(30, 3),
	        .roles = boxes,
	        .sessions = {sessions, N(sessions), NOW},
	};
	struct view_tokens token_list = {
	        .page = desk_of("API tokens", VIEW_DESK_NONE),
	        .tokens = tokens,
	        .n = N(tokens),
	        .roles = boxes,
	        .days = {days, N(days)},
	        .days_chosen = STR("90"),
	};
	struct view_codes codes = {
	        .page = desk_of("You have joined", VIEW_DESK_NONE),
	        .codes = STR("JBSW-Y3DP-EHPK-3PXP\nPXPK-3EHP-3DPY-WBSJ\n"),
	        .next = STR("/"),
	};
	const struct view_passkey keys_held[] = {{STR("1"), STR("phone"), AGO(9, 0), AGO(0, 5)}};
	struct view_account account = {
	        .page = desk_of("Your account", VIEW_DESK_NONE),
	        .roles = STR("coordinator"),
	        .person = true,
	        .codes_left = 9,
	        .challenge = STR("AAAA"),
	        .rp_id = STR("desk.exact.works"),
	        .user = STR("MQ"),
	        .passkeys = keys_held,
	        .n_passkeys = N(keys_held),
	        .sessions = {sessions, N(sessions), NOW},
	        .password_min = 12,
	};
	struct view_desk keys = desk_of("Keyboard", VIEW_DESK_NONE);
	struct view_desk_error error = {
	        .page = desk_of("That did not work", VIEW_DESK_NONE),
	        .status = 409,
	        .what = STR("The case was closed a moment ago, by ben."),
	        .mend = STR("Look at it again; reopen it if it should go on."),
	};

	SHOW("desk-people", view_desk_people, &v);
	SHOW("desk-member", view_desk_member, &member);
	SHOW("desk-tokens", view_desk_tokens, &token_list);
	SHOW("desk-codes", view_desk_codes, &codes);
	SHOW("desk-account", view_desk_account, &account);
	SHOW("desk-keys", view_desk_keys, &keys);
	SHOW("desk-error", view_desk_error, &error);
}

void
lookbook_desk(void)
{
	queue();
	entry();
	people();
}
