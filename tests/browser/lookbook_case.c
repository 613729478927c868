/* The desk's case page with sample data. */
#include "lookbook.h"

static const struct view_row report[] = {
        {STR("Description"),
                STR("The release call of an escrow takes the buyer's confirmation from the request "
                    "body. "
                    "If the field is left out, the server treats it as confirmed.\n\n"
                    "I only tried it with two accounts of my own."),
                true},
        {STR("Impact"),
                STR("A seller can take the money of an order that the buyer never confirmed."),
                true},
        {STR("Steps"),
                STR("1. As buyer, pay into an escrow.\n2. As seller, mark the order as delivered.\n"
                    "3. As seller, POST /api/v1/escrow/{id}/release with an empty body.\n"
                    "4. The money is paid out."),
                true},
        {STR("Affected"), STR("https://api.exact.works/api/v1/escrow/{id}/release"), true},
        {STR("Proof of concept"),
                STR("curl -X POST -H 'Authorization: Bearer SELLER' \\\n"
                    "  https://api.exact.works/api/v1/escrow/8812/release"),
                .is_code = true},
        {STR("Remediation"), STR("Take the confirmation from the order, never from the request."),
                true},
        {STR("Severity"), STR("critical"), false},
};

static const struct view_file files[] = {
        {STR("ledger.png"), STR("/cases/EXW-2026-0042/files/1"), STR("/assets/icon.svg"), 311204},
        {STR("request.txt"), STR("/cases/EXW-2026-0042/files/2"), {NULL, 0}, 2210},
};

static const struct view_case_entry thread[] = {
        {VIEW_ENTRY_EVENT, AGO(3, 1), STR("ana"), STR("acknowledged"), {NULL, 0}},
        {VIEW_ENTRY_TO_REPORTER, AGO(3, 1), STR("ana"),
                STR("Hello Mira,\n\nthank you. I have read your report and set up two test "
                    "accounts to "
                    "try it. You will hear from me this week."),
                {NULL, 0}},
        {VIEW_ENTRY_NOTE, AGO(3, 0), STR("ben"),
                STR("Same handler as in February. I bet the schema makes the field optional. Who "
                    "owns "
                    "payments this sprint?"),
                {NULL, 0}},
        {VIEW_ENTRY_FROM_REPORTER, AGO(2, 20), STR(""),
                STR("Good. The order must be in state “delivered” for it to work. I attach the "
                    "request "
                    "that I used."),
                {files, N(files)}},
        {VIEW_ENTRY_NOTE, AGO(1, 3), STR("ana"),
                STR("Reproduced on staging. Finance says that nobody used it."), {NULL, 0}},
};

static const struct view_promise promises[] = {
        {.what = STR("Severity and triage"),
                .state = VIEW_PROMISE_DUE,
                .now = NOW,
                .started_at = AGO(3, 8),
                .due_at = IN(3, 16),
                .length_s = 7 * 86400},
        {.what = STR("Next update"),
                .state = VIEW_PROMISE_DUE,
                .now = NOW,
                .started_at = AGO(3, 1),
                .due_at = IN(10, 23),
                .length_s = 14 * 86400},
        {.what = STR("Answer"),
                .state = VIEW_PROMISE_KEPT,
                .now = NOW,
                .started_at = AGO(3, 8),
                .due_at = AGO(1, 8),
                .stopped_at = AGO(3, 1),
                .length_s = 2 * 86400},
};

static const struct view_row reporter[] = {
        {STR("Name"), STR("Mira Okafor"), false},
        {STR("Address"), STR("left; notices only"), false},
        {STR("PGP key"), STR("none"), false},
        {STR("Credit"), STR("wanted, as Mira Okafor"), false},
        {STR("Letter"), STR("asked for"), false},
        {STR("Tested with"), STR("buyer-17, seller-17"), false},
        {STR("Tested from"), STR("198.51.100.7"), false},
};

static const struct view_event events[] = {
        {AGO(3, 8), STR("received"), STR(""), STR("9b2d44e01c7a5f38a1")},
        {AGO(3, 1), STR("acknowledged"), STR("ana"), STR("71f00c9e2b4d8a6655")},
        {AGO(3, 1), STR("message to the reporter"), STR("ana"), STR("c3aa90178e6f2d4b10")},
        {AGO(3, 0), STR("note"), STR("ben"), STR("0e55d1b7439fa2c866")},
        {AGO(2, 20), STR("message from the reporter"), STR(""), STR("5a1c8872fe03b94d21")},
        {AGO(1, 3), STR("note"), STR("ana"), STR("e8f4b6031d927ac577")},
};

static const struct view_template templates[] = {
        {STR("Ask for more"), STR("Hello Mira,\n\nto reproduce it we need to know more:\n\n-")},
        {STR("News"), STR("Hello Mira,\n\nhere is where we are with EXW-2026-0042:")},
};

static const struct view_option people[] = {
        {.value = STR("1"), .label = STR("ana")}, {.value = STR("2"), .label = STR("ben")}};
static const struct view_option components[] = {{.value = STR("payment"), .label = STR("Payment")},
        {.value = STR("api"), .label = STR("API endpoints")}};
static const struct view_option severities[] = {
        {.value = STR("critical"), .label = STR("critical")},
        {.value = STR("high"), .label = STR("high")},
        {.value = STR("medium"), .label = STR("medium")},
        {.value = STR("low"), .label = STR("low")}};
static const struct view_option reasons[] = {{.value = STR("duplicate"), .label = STR("duplicate")},
        {.value = STR("out_of_scope"), .label = STR("out of scope")}};
static const struct view_hidden token[] = {{STR("form_token"), STR("sample")}};

void
lookbook_case(void)
{
	struct view_case v = {
	        .page = {.programme = STR("exact.works"),
	                .title = STR("EXW-2026-0042"),
	                .hidden = {token, N(token)},
	                .person = STR("ana"),
	                .roles = STR("coordinator"),
	                .queue = 42,
	                .mine = 7,
	                .waiting = 5},
	        .case_number = STR("EXW-2026-0042"),
	        .title = STR("Escrow release without confirmation"),
	        .state = STR("acknowledged"),
	        .severity = STR("critical"),
	        .severity_claimed = true,
	        .part = STR("payment"),
	        .who = STR("ana"),
	        .scope = STR("in scope: api"),
	        .channel = STR("web form"),
	        .received_at = AGO(3, 8),
	        .now = NOW,
	        .report = {report, N(report)},
	        .files = {files, N(files)},
	        .thread = thread,
	        .n_thread = N(thread),
	        .promises = {promises, N(promises)},
	        .reporter = STR("Mira Okafor"),
	        .reporter_rows = {reporter, N(reporter)},
	        .events = events,
	        .n_events = N(events),
	        .policy = STR("3f9ac21b77e04d58"),
	        .public_url = STR("https://security.exact.works"),
	        .templates = templates,
	        .n_templates = N(templates),
	        .people = {people, N(people)},
	        .components = {components, N(components)},
	        .severities = {severities, N(severities)},
	        .reasons = {reasons, N(reasons)},
	        .assignee = STR("1"),
	        .component = STR("payment"),
	        .severity_now = STR("critical"),
	        .may_ask = true,
	        .may_message = true,
	        .may_note = true,
	        .may_assign = true,
	        .may_triage = true,
	        .may_fix = true,
	        .may_close = true,
	};

	v.text.value = STR("Hello Mira,\n\n");
	v.note.value = STR("Ask finance again.");
	SHOW("desk-case", view_desk_case, &v);
	v.text.value = v.note.value = STR("");
	v.thread = NULL;
	v.n_thread = 0;
	v.privacy = true;
	v.anonymous = true;
	v.reporter = STR("the reporter");
	v.state = STR("new");
	v.may_acknowledge = true;
	SHOW("desk-case-new", view_desk_case, &v);
}
