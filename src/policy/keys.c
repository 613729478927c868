/* Every key of the policy file: its name, type, bounds, and what it is. */
#include "policy/keys.h"

#include "policy/values.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define MAP(what_, type_, keys_)                                                                   \
	static const struct yaml_map keys_##_map = {                                               \
	        .what = what_, .keys = keys_, .keys_n = COUNT(keys_), .size = sizeof(type_)}

/* One member of a row: where the value goes. */
#define AT(type_, member_)       .offset = offsetof(type_, member_)
#define LIST(type_, member_, n_) .list = true, AT(type_, member_), .offset_n = offsetof(type_, n_)
#define TEXT(min_, max_)         .type = YAML_TEXT, .min = (min_), .max = (max_)
#define FORMAT(read_, ctype_)    .type = YAML_VALUE, .read = (read_), .size = sizeof(ctype_)
#define ID                       FORMAT(value_id, struct str)
#define ID_MEND                  "write small letters, digits and hyphens: \"third-parties\""
#define HOST_MEND                "write \"*.example.org\", \"api.example.org\" or \"api.example.org:8443\""

enum { LINE = 300, PARAGRAPH = 4000 };

const char *
report_key_name(enum report_key k)
{
	static const char *const names[REPORT_KEY_COUNT] = {
	        [REPORT_KEY_NONE] = "",
	        [REPORT_KEY_DESCRIPTION] = "description",
	        [REPORT_KEY_IMPACT] = "impact",
	        [REPORT_KEY_STEPS] = "steps",
	        [REPORT_KEY_AFFECTED] = "affected",
	        [REPORT_KEY_COMPONENT] = "component",
	        [REPORT_KEY_PROOF_OF_CONCEPT] = "proof_of_concept",
	        [REPORT_KEY_SEVERITY] = "severity",
	        [REPORT_KEY_CVSS] = "cvss",
	        [REPORT_KEY_REMEDIATION] = "remediation",
	        [REPORT_KEY_ATTACHMENTS] = "attachments",
	};

	return k < REPORT_KEY_COUNT ? names[k] : "";
}

static const char *const report_keys[] = {"", "description", "impact", "steps", "affected",
        "component", "proof_of_concept", "severity", "cvss", "remediation", "attachments", NULL};

/* ---- Head, introduction, contact ---------------------------------------------------------- */

static const struct yaml_key intro[] = {
        {"heading", TEXT(1, LINE), .required = true, AT(struct policy, intro.heading),
                .help = "heading of the introduction"},
        {"text", TEXT(1, PARAGRAPH), .required = true, AT(struct policy, intro.text),
                .help = "the introduction"},
};
MAP("intro", struct policy, intro);

static const char *const pgp_choices[] = {
        [POLICY_PGP_NONE] = "none",
        [POLICY_PGP_ON_REQUEST] = "on-request",
        [POLICY_PGP_PUBLISHED] = "published",
        NULL,
};

static const char *const replies_choices[] = {
        [REPLIES_ENCRYPTED] = "encrypted",
        [REPLIES_PLAIN] = "plain",
        NULL,
};

static const struct yaml_key contact[] = {
        {"heading", TEXT(1, LINE), .required = true, AT(struct policy, contact.heading),
                .help = "heading of the section"},
        {"info_heading", TEXT(1, LINE), AT(struct policy, contact.info_heading),
                .help = "heading of the contact information at the end"},
        {"team", TEXT(1, 100), .required = true, AT(struct policy, contact.team),
                .help = "name of the team"},
        {"email", FORMAT(value_email, struct str), .required = true,
                AT(struct policy, contact.email), .help = "address for reports",
                .mend = "write one address: \"security@example.org\""},
        {"pgp", .type = YAML_CHOICE, .choices = pgp_choices, AT(struct policy, contact.pgp),
                .help = "whether there is an OpenPGP key: none, on-request, published"},
        {"pgp_text", TEXT(1, LINE), AT(struct policy, contact.pgp_text),
                .help = "what is said about encrypted communication"},
        {"replies", .type = YAML_CHOICE, .choices = replies_choices,
                AT(struct policy, contact.replies),
                .help = "what answers to mailed reports may hold unencrypted: plain: their text; "
                        "encrypted, if left out: that there is one"},
        {"security_txt", FORMAT(value_path, struct str), .required = true,
                AT(struct policy, contact.security_txt), .help = "path of security.txt",
                .mend = "write \"/.well-known/security.txt\""},
        {"trust", FORMAT(value_path, struct str), .required = true,
                AT(struct policy, contact.trust), .help = "path of the trust center",
                .mend = "write \"/trust\""},
};
MAP("contact", struct policy, contact);

/* ---- Scope -------------------------------------------------------------------------------- */

static const struct yaml_key third_party[] = {
        {"name", TEXT(1, 100), .required = true, .unique = true,
                AT(struct policy_third_party, name), .help = "whose service it is"},
        {"hosts", TEXT(1, 260), .required = true, LIST(struct policy_third_party, hosts, hosts_n),
                .items_min = 1, .unique = true,
                .help = "its hosts, as for rules; \"*.\" includes the apex", .mend = HOST_MEND},
        {"report_to", FORMAT(value_https_url, struct str), AT(struct policy_third_party, report_to),
                .help = "where to report a weakness in it instead",
                .mend = "write an address that begins with https://"},
};
MAP("a third party", struct policy_third_party, third_party);

static const struct yaml_key rule[] = {
        {"id", ID, .required = true, .unique = true, AT(struct policy_rule, id),
                .help = "name of the rule in answers", .mend = ID_MEND},
        {"text", TEXT(1, LINE), .required = true, AT(struct policy_rule, text),
                .help = "the line of the policy"},
        {"hosts", TEXT(1, 260), LIST(struct policy_rule, hosts, hosts_n), .items_min = 1,
                .unique = true, .help = "hosts: \"*.a.b\" is every depth below a.b",
                .mend = HOST_MEND},
        {"apex", .type = YAML_BOOL, AT(struct policy_rule, apex),
                .help = "\"*.a.b\" includes a.b itself"},
        {"paths", TEXT(1, 500), LIST(struct policy_rule, paths, paths_n), .items_min = 1,
                .unique = true,
                .help = "paths; of the rule's hosts, or of all hosts in scope if it has none",
                .mend = "write \"/api/*\" or \"/login\""},
        {"components", ID, LIST(struct policy_rule, components, components_n), .items_min = 1,
                .unique = true, .help = "ids of components", .mend = ID_MEND},
        {"purls", TEXT(1, 500), LIST(struct policy_rule, purls, purls_n), .items_min = 1,
                .unique = true, .help = "packages, without version",
                .mend = "write \"pkg:npm/name\" or \"pkg:npm/%40scope/*\""},
        {"third_parties", .type = YAML_MAP, .map = &third_party_map,
                LIST(struct policy_rule, third_parties, third_parties_n), .items_min = 1,
                .help = "services of others"},
};
MAP("a rule", struct policy_rule, rule);

static const struct yaml_key scope[] = {
        {"heading", TEXT(1, LINE), .required = true, AT(struct policy, scope.heading),
                .help = "heading of the section"},
        {"in_heading", TEXT(1, LINE), .required = true, AT(struct policy, scope.in_heading),
                .help = "heading of what is in scope"},
        {"in", .type = YAML_MAP, .map = &rule_map, .required = true,
                LIST(struct policy, scope.in, scope.in_n), .items_min = 1,
                .help = "rules for what is in scope"},
        {"out_heading", TEXT(1, LINE), .required = true, AT(struct policy, scope.out_heading),
                .help = "heading of what is out of scope"},
        {"out", .type = YAML_MAP, .map = &rule_map, LIST(struct policy, scope.out, scope.out_n),
                .help = "rules for what is out of scope; they beat the others"},
};
MAP("scope", struct policy, scope);

static const char *const severity_choices[] = {
        [SEVERITY_NONE] = "",
        [SEVERITY_CRITICAL] = "critical",
        [SEVERITY_HIGH] = "high",
        [SEVERITY_MEDIUM] = "medium",
        [SEVERITY_LOW] = "low",
        NULL,
};

#define SCORE(name_, help_)                                                                        \
	{                                                                                          \
		name_, FORMAT(value_score, int64_t),                                               \
		        AT(struct policy, score_from[SEVERITY_##help_]),                           \
		        .help = "lowest CVSS score that is " name_, .mend = "write \"7.0\""        \
	}

static const struct yaml_key scores[] = {
        SCORE("critical", CRITICAL),
        SCORE("high", HIGH),
        SCORE("medium", MEDIUM),
        SCORE("low", LOW),
};
MAP("scores", struct policy, scores);

static const struct yaml_key component[] = {
        {"id", ID, .required = true, .unique = true, AT(struct policy_component, id),
                .help = "name in cases and in the API", .mend = ID_MEND},
        {"name", TEXT(1, 100), .required = true, .unique = true, AT(struct policy_component, name),
                .help = "name for people"},
        {"also", TEXT(1, 100), LIST(struct policy_component, also, also_n), .items_max = 20,
                .unique = true, .help = "other names for it"},
        {"severity_at_most", .type = YAML_CHOICE, .choices = severity_choices,
                AT(struct policy_component, severity_at_most),
                .help = "what a CVSS score can mean in it at the most"},
};
MAP("a component", struct policy_component, component);

/* ---- Safe harbour, promises --------------------------------------------------------------- */

static const struct yaml_key clause[] = {
        {"id", ID, .required = true, .unique = true, AT(struct policy_clause, id),
                .help = "name of the clause", .mend = ID_MEND},
        {"text", TEXT(1, LINE), .required = true, .unique = true, AT(struct policy_clause, text),
                .help = "the line of the policy"},
};
MAP("a clause", struct policy_clause, clause);

static const struct yaml_key safe_harbour[] = {
        {"heading", TEXT(1, LINE), .required = true, AT(struct policy, safe_harbour.heading),
                .help = "heading of the section"},
        {"intro", TEXT(1, PARAGRAPH), .required = true, AT(struct policy, safe_harbour.intro),
                .help = "the sentence that the clauses end"},
        {"clauses", .type = YAML_MAP, .map = &clause_map, .required = true,
                LIST(struct policy, safe_harbour.clauses, safe_harbour.clauses_n), .items_min = 1,
                .help = "what research is considered to be"},
        {"no_legal_action", TEXT(1, PARAGRAPH), .required = true,
                AT(struct policy, safe_harbour.no_legal_action),
                .help = "the promise not to pursue legal action"},
};
MAP("safe_harbour", struct policy, safe_harbour);

#define DURATION_MEND "write \"48 h\" or \"7 d\" (units: s, min, h, d)"

static const struct yaml_key promise[] = {
        {"label", TEXT(1, LINE), .required = true, AT(struct promise_read, label),
                .help = "what is promised"},
        {"within", FORMAT(value_duration, int64_t), AT(struct promise_read, within_s),
                .help = "by when", .mend = DURATION_MEND},
        {"every", FORMAT(value_duration, int64_t), AT(struct promise_read, every_s),
                .help = "how often", .mend = DURATION_MEND},
};
MAP("a promise", struct promise_read, promise);

/* offset_n tells that the promise was given; `fix` is a map of its own. */
#define PROMISE(name_, member_, help_)                                                             \
	{                                                                                          \
		name_, .type = YAML_MAP, .map = &promise_map,                                      \
		       AT(struct policy_read, promises.member_),                                   \
		       .offset_n = offsetof(struct policy_read, promises.member_.given),           \
		       .help = help_                                                               \
	}

static const struct yaml_key fix[] = {
        PROMISE("critical", fix[0], "to fix a critical weakness"),
        PROMISE("high", fix[1], "to fix a high one"),
        PROMISE("medium", fix[2], "to fix a medium one"),
        PROMISE("low", fix[3], "to fix a low one"),
};
MAP("fix", struct policy_read, fix);

static const struct yaml_key promises[] = {
        {"heading", TEXT(1, LINE), .required = true, AT(struct policy_read, p.timeline.heading),
                .help = "heading of the section"},
        {"action_heading", TEXT(1, LINE), .required = true,
                AT(struct policy_read, p.timeline.action_heading),
                .help = "heading of the table's first column"},
        {"time_heading", TEXT(1, LINE), .required = true,
                AT(struct policy_read, p.timeline.time_heading),
                .help = "heading of its second column"},
        PROMISE("acknowledge", acknowledge, "a first answer"),
        PROMISE("triage", triage, "severity and triage"),
        {"fix", .type = YAML_SECTION, .map = &fix_map, .help = "a fix, by severity"},
        PROMISE("update", update, "news while the case is worked on: every …"),
        PROMISE("cra_warning", cra_warning, "EU CRA Article 14(2)(a), once exploited"),
        PROMISE("cra_notification", cra_notification, "EU CRA Article 14(2)(b), likewise"),
        PROMISE("cra_final", cra_final, "EU CRA Article 14(2)(c), once fixed"),
        PROMISE("disclosure", disclosure, "an answer to the wish to publish"),
};
MAP("promises", struct policy_read, promises);

/* ---- Report, recognition, guidelines ------------------------------------------------------ */

static const struct yaml_key part[] = {
        {"id", ID, .required = true, .unique = true, AT(struct policy_part, id),
                .help = "name of the part", .mend = ID_MEND},
        {"text", TEXT(1, LINE), .required = true, AT(struct policy_part, text),
                .help = "the line of the policy"},
        {"title", TEXT(1, 100), .required = true, AT(struct policy_part, title),
                .help = "heading of the form's section"},
        {"hint", TEXT(1, PARAGRAPH), AT(struct policy_part, hint), .help = "what helps"},
        {"example", TEXT(1, PARAGRAPH), AT(struct policy_part, example), .help = "an example"},
        {"optional", .type = YAML_BOOL, AT(struct policy_part, optional),
                .help = "a report without it lacks nothing"},
        {"fields", .type = YAML_CHOICE, .choices = report_keys, .required = true,
                LIST(struct policy_part, fields, fields_n), .items_min = 1, .unique = true,
                .help = "keys of the report that belong to it"},
};
MAP("a part of the report", struct policy_part, part);

static const struct yaml_key report[] = {
        {"heading", TEXT(1, LINE), .required = true, AT(struct policy, report.heading),
                .help = "heading of the section"},
        {"parts", .type = YAML_MAP, .map = &part_map, .required = true,
                LIST(struct policy, report.parts, report.parts_n), .items_min = 1, .items_max = 20,
                .help = "what to include: the sections of the form"},
};
MAP("report", struct policy, report);

static const char *const credit_choices[] = {
        [POLICY_CREDIT_NEVER] = "never",
        [POLICY_CREDIT_WITH_PERMISSION] = "with-permission",
        NULL,
};
static const char *const letter_choices[] = {
        [POLICY_LETTER_NEVER] = "never",
        [POLICY_LETTER_ON_REQUEST] = "on-request",
        NULL,
};

static const struct yaml_key recognition[] = {
        {"heading", TEXT(1, LINE), .required = true, AT(struct policy, recognition.heading),
                .help = "heading of the section"},
        {"paid_bounty", .type = YAML_BOOL, .required = true,
                AT(struct policy, recognition.paid_bounty), .help = "whether reports are paid"},
        {"credit", .type = YAML_CHOICE, .choices = credit_choices, .required = true,
                AT(struct policy, recognition.credit),
                .help = "names in advisories: never, with-permission"},
        {"letter", .type = YAML_CHOICE, .choices = letter_choices, .required = true,
                AT(struct policy, recognition.letter),
                .help = "letters of appreciation: never, on-request"},
        {"paragraphs", TEXT(1, PARAGRAPH), .required = true,
                LIST(struct policy, recognition.paragraphs, recognition.paragraphs_n),
                .items_min = 1, .help = "the text of the section"},
};
MAP("recognition", struct policy, recognition);

static const char *const ask_choices[] = {
        [POLICY_ASK_NOTHING] = "",
        [POLICY_ASK_REACHED_OTHERS_DATA] = "reached_others_data",
        [POLICY_ASK_CAUSED_DISRUPTION] = "caused_disruption",
        [POLICY_ASK_TESTING] = "testing",
        NULL,
};

static const struct yaml_key guideline[] = {
        {"id", ID, .required = true, .unique = true, AT(struct policy_clause, id),
                .help = "name of the guideline", .mend = ID_MEND},
        {"text", TEXT(1, LINE), .required = true, .unique = true, AT(struct policy_clause, text),
                .help = "the line of the policy"},
        {"asks", .type = YAML_CHOICE, .choices = ask_choices, .unique = true,
                AT(struct policy_clause, asks),
                .help = "the key of the report that the form asks because of it"},
        {"question", TEXT(1, LINE), AT(struct policy_clause, question),
                .help = "the question in the form"},
        {"question_hint", TEXT(1, PARAGRAPH), AT(struct policy_clause, question_hint),
                .help = "what is said below the question"},
};
MAP("a guideline", struct policy_clause, guideline);

static const struct yaml_key guidelines[] = {
        {"heading", TEXT(1, LINE), .required = true, AT(struct policy, guidelines.heading),
                .help = "heading of the section"},
        {"intro", TEXT(1, PARAGRAPH), .required = true, AT(struct policy, guidelines.intro),
                .help = "the sentence before the list"},
        {"items", .type = YAML_MAP, .map = &guideline_map, .required = true,
                LIST(struct policy, guidelines.items, guidelines.items_n), .items_min = 1,
                .help = "what researchers are asked to heed"},
};
MAP("guidelines", struct policy, guidelines);

/* ---- Replies, reminders, limits ----------------------------------------------------------- */

#define REPLY(name_, member_, help_)                                                               \
	{                                                                                          \
		name_, TEXT(1, PARAGRAPH), AT(struct policy, replies[member_]), .help = help_      \
	}

static const struct yaml_key closing[] = {
        REPLY("resolved", REPLY_CLOSE_RESOLVED, "closed, because it is mended"),
        REPLY("duplicate", REPLY_CLOSE_DUPLICATE, "closed, because it was known"),
        REPLY("out_of_scope", REPLY_CLOSE_OUT_OF_SCOPE, "closed as out of scope"),
        REPLY("not_reproducible", REPLY_CLOSE_NOT_REPRODUCIBLE, "closed as not reproducible"),
        REPLY("informative", REPLY_CLOSE_INFORMATIVE, "closed as informative"),
        REPLY("not_applicable", REPLY_CLOSE_NOT_APPLICABLE, "closed as not applicable"),
        REPLY("spam", REPLY_CLOSE_SPAM, "closed as spam"),
        REPLY("withdrawn", REPLY_CLOSE_WITHDRAWN, "closed, because it was withdrawn"),
};
MAP("close", struct policy, closing);

static const struct yaml_key replies[] = {
        REPLY("acknowledge", REPLY_ACKNOWLEDGE, "first answer"),
        REPLY("request_info", REPLY_REQUEST_INFO, "question to the reporter"),
        REPLY("message", REPLY_MESSAGE, "news while the case is worked on"),
        REPLY("triage", REPLY_TRIAGE, "confirmed, with its severity"),
        REPLY("fix", REPLY_FIX, "mended"),
        REPLY("reopen", REPLY_REOPEN, "looked at again"),
        {"close", .type = YAML_SECTION, .map = &closing_map, .help = "closed, by reason"},
};
MAP("replies", struct policy, replies);

static const struct yaml_key reminders[] = {
        {"warn_percent", .type = YAML_INT, .min = 1, .max = 99,
                AT(struct policy, reminders.warn_percent),
                .help = "of a promise gone by when the assignee is told; 75 if left out"},
        {"quiet_percent", .type = YAML_INT, .min = 1, .max = 99,
                AT(struct policy, reminders.quiet_percent),
                .help = "of it without any event: everyone is told; 25 if left out"},
};
MAP("reminders", struct policy, reminders);

#define KEEP_MEND "write \"30 d\", \"24 months\", \"7 years\" or \"never\""

static const struct yaml_key retention[] = {
        {"spam", FORMAT(value_retention, int64_t), AT(struct policy, retention.spam_s),
                .help = "how long after its closing a case closed as spam is erased; 30 d if left "
                        "out",
                .mend = KEEP_MEND},
        {"closed", FORMAT(value_retention, int64_t), AT(struct policy, retention.closed_s),
                .help = "how long after its closing any other case is erased; never if left out",
                .mend = KEEP_MEND},
};
MAP("retention", struct policy, retention);

#define BYTES_MEND "write \"25 MB\" or \"10 MiB\""

static const struct yaml_key limits[] = {
        {"file", FORMAT(value_bytes, int64_t), AT(struct policy, limits.file_bytes),
                .help = "largest attachment; 25 MB if left out", .mend = BYTES_MEND},
        {"total", FORMAT(value_bytes, int64_t), AT(struct policy, limits.total_bytes),
                .help = "all attachments of one sending; 100 MB if left out", .mend = BYTES_MEND},
        {"files", .type = YAML_INT, .min = 0, .max = 100, AT(struct policy, limits.files),
                .help = "attachments of one sending; 10 if left out"},
};
MAP("limits", struct policy, limits);

/* ---- The file ----------------------------------------------------------------------------- */

static const struct yaml_key top[] = {
        {"programme", ID, .required = true, AT(struct policy_read, p.programme),
                .help = "name of the programme: its folder, and the name in receipts",
                .mend = "write small letters, digits, dots and hyphens"},
        {"name", TEXT(1, 100), .required = true, AT(struct policy_read, p.name),
                .help = "name of the organisation"},
        {"case_prefix", FORMAT(value_prefix, struct str), .required = true,
                AT(struct policy_read, p.case_prefix), .help = "what case numbers begin with",
                .mend = "write two to eight capital letters or digits: \"EXW\""},
        {"title", TEXT(1, LINE), .required = true, AT(struct policy_read, p.title),
                .help = "title of the policy page"},
        {"subtitle", TEXT(1, LINE), .required = true, AT(struct policy_read, p.subtitle),
                .help = "what the policy is, in one line"},
        {"updated", TEXT(1, 60), .required = true, AT(struct policy_read, p.updated),
                .help = "when the policy was last changed, in words"},
        {"accent", FORMAT(value_colour, struct str), AT(struct policy_read, p.accent),
                .help = "colour of links and buttons", .mend = "write \"#1f4d8f\""},
        {"languages", FORMAT(value_language, struct str), .required = true,
                LIST(struct policy_read, p.languages, p.languages_n), .items_min = 1,
                .items_max = 20, .unique = true, .help = "languages that the team reads",
                .mend = "write \"en\" or \"de-AT\""},
        {"intro", .type = YAML_SECTION, .map = &intro_map, .required = true,
                .help = "what comes first"},
        {"contact", .type = YAML_SECTION, .map = &contact_map, .required = true,
                .help = "how to reach the team"},
        {"scope", .type = YAML_SECTION, .map = &scope_map, .required = true,
                .help = "what may be tested"},
        {"components", .type = YAML_MAP, .map = &component_map, .required = true,
                LIST(struct policy_read, p.components, p.components_n), .items_min = 1,
                .help = "parts of the product"},
        {"scores", .type = YAML_SECTION, .map = &scores_map,
                .help = "from which CVSS score on a severity holds; 9.0, 7.0, 4.0, 0.1 if left "
                        "out"},
        {"safe_harbour", .type = YAML_SECTION, .map = &safe_harbour_map, .required = true,
                .help = "what researchers are promised"},
        {"promises", .type = YAML_SECTION, .map = &promises_map, .required = true,
                .help = "what runs on clocks"},
        {"report", .type = YAML_SECTION, .map = &report_map, .required = true,
                .help = "what to include in a report"},
        {"recognition", .type = YAML_SECTION, .map = &recognition_map, .required = true,
                .help = "how researchers are thanked"},
        {"guidelines", .type = YAML_SECTION, .map = &guidelines_map, .required = true,
                .help = "what researchers are asked to heed"},
        {"replies", .type = YAML_SECTION, .map = &replies_map,
                .help = "texts for the team to begin answers with"},
        {"reminders", .type = YAML_SECTION, .map = &reminders_map, .help = "when the team is told"},
        {"retention", .type = YAML_SECTION, .map = &retention_map,
                .help = "when closed cases are erased: their keys destroyed, and files; numbers, "
                        "states and dates stay. The version in force counts; the team is told "
                        "14 days before, and a case on legal hold is kept"},
        {"limits", .type = YAML_SECTION, .map = &limits_map, .help = "attachments"},
};

const struct yaml_map policy_keys = {
        .what = "the policy",
        .keys = top,
        .keys_n = COUNT(top),
        .size = sizeof(struct policy_read),
};

/* The section maps are laid over the whole struct, so that a row names its member in full. */
_Static_assert(offsetof(struct policy_read, p) == 0, "struct policy comes first");
