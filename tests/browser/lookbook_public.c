/* Public pages with sample data: policy, form, check step, trust center, single messages. */
#include "lookbook.h"

static struct view_page
page_of(const struct policy *policy, const char *title, enum view_nav nav)
{
	return (struct view_page){.policy = policy, .title = str_of(title), .nav = nav};
}

static const struct view_hidden token[] = {
        {STR("form_token"), STR("sample")},
        {STR("idempotency_key"), STR("sample-key")},
};

static void
policy_pages(const struct policy *policy)
{
	struct view_policy v = {.page = page_of(policy, "Security Policy", VIEW_NAV_POLICY),
	        .policy = policy,
	        .kept = 210,
	        .ended = 214};

	SHOW("policy", view_public_policy, &v);
	v.kept = v.ended = 0;
	v.page.pgp_key = true;
	SHOW("policy-new", view_public_policy, &v);
	v.from = AGO(200, 0);
	v.until = AGO(12, 3);
	SHOW("policy-version", view_public_policy_version, &v);
}

static void
report_form(const struct policy *policy)
{
	struct view_report v = {.page = page_of(policy, "Report a vulnerability", VIEW_NAV_REPORT),
	        .hidden = {token, N(token)},
	        .kind.value = STR("report")};
	const struct view_mistake mistakes[] = {
	        {STR("description"), STR("Say what you found: this is the one thing that we need")},
	        {STR("cvss"), STR("The CVSS vector cannot be read: the metric XX does not exist")},
	        {STR("reporter_email"), STR("The e-mail address has no domain")},
	};

	SHOW("report", view_public_report, &v);
	v.mistakes = (struct view_mistakes){mistakes, N(mistakes)};
	v.title.value = STR("Sandbox can be left through the build cache");
	v.description.error = STR("Say what you found: this is the one thing that we need.");
	v.steps.value = STR("1. Create an agent with a build step.\n"
	                    "2. Let the step write a symbolic link into the cache.\n"
	                    "3. Start a second agent and read through the link.");
	v.cvss = (struct view_input){STR("CVSS:3.1/XX:N/AC:L"),
	        STR("The metric XX does not exist. Begin with AV, AC, PR.")};
	v.severity.value = STR("high");
	v.reporter_email =
	        (struct view_input){STR("mira@"), STR("There is no domain after the @.")};
	v.credit_wanted.value = STR("yes");
	v.reached_others_data.value = STR("no");
	SHOW("report-mistakes", view_public_report, &v);
}

static void
report_check(const struct policy *policy)
{
	const struct view_row rows[] = {
	        {STR("Kind"), STR("A vulnerability"), false},
	        {STR("Title"), STR("Escrow release without confirmation"), false},
	        {STR("What did you find?"),
	                STR("The release call of an escrow takes the buyer's confirmation from the "
	                    "request body. If the field is left out, the server treats it as "
	                    "confirmed.\n\nI only tried it with two accounts of my own."),
	                true},
	        {STR("Impact"),
	                STR("A seller can take the money of an order that the buyer never "
	                    "confirmed."),
	                true},
	        {STR("Where it is"), STR("https://api.exact.works/api/v1/escrow/{id}/release"),
	                true},
	        {STR("Your assessment"), STR("Critical"), false},
	        {STR("Other people's data reached"), STR("No"), false},
	        {STR("Service disturbed"), STR("No"), false},
	        {STR("Credit"), STR("No"), false},
	};
	const struct str missing[] = {STR("Steps to reproduce it"), STR("Proof of concept")};
	struct view_report_check v = {
	        .page = page_of(policy, "Check your report", VIEW_NAV_REPORT),
	        .hidden = {token, N(token)},
	        .rows = {rows, N(rows)},
	        .missing = {missing, N(missing)},
	        .anonymous = true,
	};

	SHOW("report-check", view_public_report_check, &v);
}

static void
trust(const struct policy *policy)
{
	const struct view_figure figures[] = {
	        {STR("98 %"), STR("of 214 promises kept"), STR("all since March 2025")},
	        {STR("6 h"), STR("to a first answer"), STR("median; promised 48 hours")},
	        {STR("2 days 4 h"), STR("to triage"), STR("median; promised 7 days")},
	        {STR("11 days"), STR("to a critical fix"), STR("median; promised 30 days")},
	};
	const struct view_quarter quarters[] = {
	        {STR("Q2 2025"), 31, 2},
	        {STR("Q3 2025"), 58, 1},
	        {STR("Q4 2025"), 64, 1},
	        {STR("Q1 2026"), 57, 0},
	};
	const struct view_key keys[] = {
	        {STR("Receipt signing key"), STR("Ed25519, signs receipts"),
	                STR("5d1f88c2a7b94e60f3c1d2e894ab77650b1cfe3392d84a6179e0c5b82a3f4d16"),
	                STR("/api/v1/keys")},
	};
	const struct view_row facts[] = {
	        {STR("Safe harbour"), STR("yes, four clauses; no legal action"), false},
	        {STR("Paid bounty"), STR("no"), false},
	        {STR("Credit"), STR("with your permission"), false},
	        {STR("Letter"), STR("on request"), false},
	        {STR("Anonymous reports"), STR("yes"), false},
	};
	struct view_trust v = {.page = page_of(policy, "Trust center", VIEW_NAV_TRUST), .now = NOW};

	v.facts = (struct view_rows){facts, N(facts)};
	SHOW("trust-new", view_public_trust, &v);
	v.figures = figures;
	v.n_figures = N(figures);
	v.quarters = quarters;
	v.n_quarters = N(quarters);
	v.keys = keys;
	v.n_keys = N(keys);
	SHOW("trust", view_public_trust, &v);
}

static void
shelf(const struct policy *policy)
{
	static const struct view_advisory_item items[] = {
	        {STR("EXW-SA-2026-0002"), STR("Escrow released twice"), STR("critical"),
	                STR("CVE-2026-12345"), AGO(3, 0), false},
	        {STR("EXW-SA-2026-0001"), STR("Session kept after signing out"), STR("medium"),
	                STR(""), AGO(40, 0), true},
	};
	static const struct view_thanked people[] = {
	        {2026, STR("Ana López"), STR("https://ana.example.org")},
	        {2026, STR("Боб"), STR("")},
	        {2025, STR("Ana López"), STR("")},
	};
	struct view_advisories list = {
	        .page = page_of(policy, "Advisories", VIEW_NAV_ADVISORIES), .first_page = true};
	struct view_thanks thanks = {.page = page_of(policy, "Thanks", VIEW_NAV_THANKS)};
	struct view_advisory one = {
	        .page = page_of(policy, "Escrow released twice", VIEW_NAV_ADVISORIES),
	        .id = items[0].id,
	        .cve = items[0].cve,
	        .csaf = STR("/.well-known/csaf/white/2026/exw-sa-2026-0002.json"),
	};
	struct arena *a = arena_new(8 << 20);

	SHOW("advisories", view_public_advisories, &list);
	SHOW("thanks", view_public_acknowledgments, &thanks);
	list.items = items;
	list.n = N(items);
	list.older = STR("1767603600-1");
	SHOW("advisories-two", view_public_advisories, &list);
	thanks.people = people;
	thanks.n = N(people);
	SHOW("thanks-three", view_public_acknowledgments, &thanks);
	if (markdown_view(a,
	            STR("# Escrow released twice\n\n* Severity: Critical\n\n## Summary\n\nA "
	                "race.\n"),
	            MARKDOWN_POLICY, 1 << 16, &one.text) == ERR_OK)
		SHOW("advisory", view_public_advisory, &one);
	arena_free(a);
}

static void
single(const struct policy *policy)
{
	const struct str sure[] = {
	        STR("We stop working on it and its clocks stop. What you sent stays sealed in the "
	            "case; "
	            "you cannot take the step back yourself."),
	        STR("If you only want to correct something, write a message instead."),
	};
	struct view_confirm confirm = {
	        .page = page_of(policy, "Withdraw EXW-2026-0042?", VIEW_NAV_TRACK),
	        .text = {sure, N(sure)},
	        .action = STR("/case/withdraw"),
	        .button = STR("Withdraw the report"),
	        .danger = true,
	        .back = STR("/case"),
	};
	struct view_error error = {
	        .page = page_of(policy, "This page is not here", VIEW_NAV_NONE),
	        .status = 404,
	        .what = STR("The address may be mistyped, or what stood here is gone."),
	        .mend = STR("If you followed a link of ours, please tell us."),
	};
	const struct str left[] = {STR("The receipt code is forgotten by this browser.")};
	struct view_message message = {
	        .page = page_of(policy, "You have left the report", VIEW_NAV_TRACK),
	        .text = {left, 1},
	        .href = STR("/case"),
	        .label = STR("Open it again"),
	};

	SHOW("confirm", view_public_confirm, &confirm);
	SHOW("error", view_public_error, &error);
	SHOW("message", view_public_message, &message);
}

void
lookbook_public(const struct policy *policy)
{
	policy_pages(policy);
	report_form(policy);
	report_check(policy);
	trust(policy);
	shelf(policy);
	single(policy);
}
