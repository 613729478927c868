/* What a reporter sees after sending, with sample data. */
#include "lookbook.h"

static const struct view_hidden hidden[] = {{STR("receipt"), STR("sample")}};

static const struct view_promise promises[] = {
        {.what = STR("Severity assessment and triage"),
                .state = VIEW_PROMISE_DUE,
                .now = NOW,
                .started_at = AGO(3, 8),
                .due_at = IN(3, 16),
                .length_s = 7 * 86400},
        {.what = STR("Status updates during remediation"),
                .state = VIEW_PROMISE_DUE,
                .now = NOW,
                .started_at = AGO(1, 2),
                .due_at = IN(12, 22),
                .length_s = 14 * 86400},
        {.what = STR("Initial acknowledgment"),
                .state = VIEW_PROMISE_KEPT,
                .now = NOW,
                .started_at = AGO(3, 8),
                .due_at = AGO(1, 8),
                .stopped_at = AGO(3, 1),
                .length_s = 2 * 86400},
};

static const struct view_row sent[] = {
        {STR("What did you find?"),
                STR("The release call of an escrow takes the buyer's confirmation from the request "
                    "body. If the field is left out, the server treats it as confirmed."),
                true},
        {STR("Where it is"), STR("https://api.exact.works/api/v1/escrow/{id}/release"), true},
        {STR("Your assessment"), STR("Critical"), false},
};

static void
receipt(const struct policy *policy)
{
	const struct str missing[] = {STR("Proof of concept")};
	struct view_promise fresh[2] = {promises[2], promises[0]};
	struct view_receipt v = {
	        .page = {.policy = policy, .title = STR("We have it"), .nav = VIEW_NAV_REPORT},
	        .hidden = {hidden, N(hidden)},
	        .case_number = STR("EXW-2026-0042"),
	        .code = STR("K7QX2MPAWZ3NHB6RT4VDJY5SEC"),
	        .received_at = NOW,
	        .policy = str_of(policy->sha256_hex),
	        .missing = {missing, N(missing)},
	        .anonymous = true,
	        .has_text = true,
	};

	for (size_t i = 0; i < N(fresh); i++) {
		fresh[i].state = VIEW_PROMISE_DUE;
		fresh[i].started_at = NOW;
		fresh[i].due_at = NOW + fresh[i].length_s;
		fresh[i].stopped_at = 0;
	}
	v.promises = (struct view_promises){fresh, N(fresh)};
	SHOW("receipt", view_public_receipt, &v);
}

static void
track(const struct policy *policy)
{
	struct view_track v = {
	        .page = {.policy = policy, .title = STR("Track a report"), .nav = VIEW_NAV_TRACK},
	};

	SHOW("track", view_public_track, &v);
	v.receipt.error =
	        STR("No report opens with this number and code. Look for a mistyped character.");
	SHOW("track-wrong", view_public_track, &v);
}

static void
case_page(const struct policy *policy)
{
	const struct view_file files[] = {
	        {STR("release-request.txt"), STR("/case/files/1"), {NULL, 0}, 2210},
	        {STR("screen.png"), STR("/case/files/2"), {NULL, 0}, 311204},
	};
	const struct view_entry thread[] = {
	        {.at = AGO(3, 1),
	                .author = STR("Ana"),
	                .text = STR("Hello Mira,\n\nthank you. I have read your report and set up "
	                            "two test "
	                            "accounts to try it. You will hear from me this week.")},
	        {.at = AGO(2, 20),
	                .from_you = true,
	                .text = STR("Good. The order must be in state “delivered” for it to work. "
	                            "I attach "
	                            "the request that I used."),
	                .files = {files, N(files)}},
	        {.at = AGO(1, 2),
	                .author = STR("Ana"),
	                .text = STR("That helped: we see it too. Did you try it on an order that "
	                            "had been "
	                            "disputed?")},
	};
	struct view_reporter v = {
	        .page = {.policy = policy, .title = STR("EXW-2026-0042"), .nav = VIEW_NAV_TRACK},
	        .hidden = {hidden, N(hidden)},
	        .case_number = STR("EXW-2026-0042"),
	        .title = STR("Escrow release without confirmation"),
	        .received_at = AGO(3, 8),
	        .now = NOW,
	        .stages = {{STR("Received"), AGO(3, 8)}, {STR("Answered"), AGO(3, 1)},
	                {STR("Confirmed"), 0}, {STR("Fixed"), 0}, {STR("Published"), 0}},
	        .open = true,
	        .promises = {promises, N(promises)},
	        .thread = thread,
	        .n_thread = N(thread),
	        .report = {sent, N(sent)},
	        .credit_wanted = true,
	        .credit_name.value = STR("Mira Okafor"),
	        .may_ask_disclosure = true,
	        .may_withdraw = true,
	        .policy = str_of(policy->sha256_hex),
	};
	struct view_promise asked = promises[0];

	SHOW("case", view_public_case, &v);
	asked.state = VIEW_PROMISE_PAUSED;
	v.promises = (struct view_promises){&asked, 1};
	v.waiting_for_you = true;
	v.done = STR("Your message was sent.");
	v.may_ask_letter = true;
	SHOW("case-waiting", view_public_case, &v);
	v = (struct view_reporter){
	        .page = v.page,
	        .hidden = v.hidden,
	        .case_number = v.case_number,
	        .title = v.title,
	        .received_at = NOW - 300,
	        .now = NOW,
	        .stages = {{STR("Received"), NOW - 300}, {STR("Answered"), 0},
	                {STR("Confirmed"), 0}, {STR("Fixed"), 0}, {STR("Published"), 0}},
	        .open = true,
	        .promises = {promises, 1},
	        .report = v.report,
	        .may_withdraw = true,
	        .policy = v.policy,
	};
	SHOW("case-new", view_public_case, &v);
}

void
lookbook_reporter(const struct policy *policy)
{
	receipt(policy);
	track(policy);
	case_page(policy);
}
