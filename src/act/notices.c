/* The texts of notices. */
#include "act/notices.h"

/* What everybody is told: SUBJECT, TEXT and who did it, when. */
#define TOLD(subject, text)                                                                        \
	"[{programme}] " subject, text                                                             \
	        "\n"                                                                               \
	        "By: {by}\n"                                                                       \
	        "When: {when}\n"                                                                   \
	        "\n"                                                                               \
	        "{yours}\n"                                                                        \
	        "\n"                                                                               \
	        "Everybody of the team gets this mail. If nobody knows why, an administrator\n"    \
	        "can shut the account out here:\n"                                                 \
	        "\n"                                                                               \
	        "{desk}\n"

/* To a deputy, of what is somebody else's. */
#define STANDS_IN                                                                                  \
	"You get this because you stand in for {absent}.\n"                                        \
	"\n"

/* The facts of struct notice_facts in braces are replaced. */
static const struct {
	const char *name, *subject, *text;
} templates[NOTICE_COUNT] = {
        [NOTICE_NEW_REPORT] = {"new_report", "[{case}] New report",
                "A new report has arrived at {programme}: {case}.\n"
                "\n"
                "Next promise: {promise}, by {due}.\n"
                "\n"
                "{desk}\n"},
        [NOTICE_REPORTER_WROTE] = {"reporter_wrote", "[{case}] The reporter has written",
                "There is something new from the reporter in {case}.\n"
                "\n" STANDS_IN "{desk}\n"},
        [NOTICE_MAIL_HELD] = {"mail_held", "[{case}] A mail is held for you",
                "A mail about {case} has come that was not added to the conversation:\n"
                "its sender is not the reporter, or it was written by a program. It stands\n"
                "with the case as a note, with all that came with it.\n"
                "\n" STANDS_IN "{desk}\n"},
        [NOTICE_ASSIGNED] = {"assigned", "[{case}] Assigned to {owner}",
                "{case} has been assigned to {owner}.\n"
                "\n"
                "Next promise: {promise}, by {due}.\n"
                "\n" STANDS_IN "{desk}\n"},
        [NOTICE_WITHDRAWN] = {"withdrawn", "[{case}] Withdrawn by the reporter",
                "The reporter has withdrawn {case}. It is closed; it can be reopened if\n"
                "the weakness is real all the same.\n"
                "\n" STANDS_IN "{desk}\n"},
        [NOTICE_WARNING] = {"warning", "[{case}] {promise} is due {due}",
                "{percent} % of the time for a promise have passed in {case}.\n"
                "\n"
                "Promise: {promise}, by {due}.\n"
                "\n" STANDS_IN "{desk}\n"},
        [NOTICE_MISSED] = {"missed", "[{case}] Missed: {promise}",
                "A promise to the reporter has not been kept in {case}.\n"
                "\n"
                "Promise: {promise}, by {due}.\n"
                "\n"
                "The reporter sees this too. An answer now is still worth much.\n"
                "\n" STANDS_IN "{desk}\n"},
        [NOTICE_UPDATE_DUE] = {"update_due", "[{case}] Tell the reporter how it stands",
                "The reporter of {case} was promised news from us by\n"
                "{due}.\n"
                "\n" STANDS_IN "{desk}\n"},
        [NOTICE_ERASE_SOON] = {"erase_soon", "[{programme}] Cases will be erased from {due} on",
                "The policy says how long closed cases are kept. Of these, the time is over\n"
                "soon: {erase_count}, first {case}, on {due}.\n"
                "\n"
                "Their keys will be destroyed, and nobody can read them again. What is still\n"
                "needed can be exported, or put on legal hold.\n"
                "\n"
                "{desk}\n"},
        [NOTICE_ERASE_ASKED] = {"erase_asked", "[{case}] A colleague asks to erase it",
                "A coordinator asks that {case} be erased for good.\n"
                "It is done once another coordinator has confirmed it.\n"
                "\n"
                "{desk}\n"},
        [NOTICE_STANDS_IN] = {"stands_in", "[{programme}] You stand in for {person}",
                "{person} is away from {when}\n"
                "until {until}, and you are the deputy.\n"
                "\n"
                "What is assigned to {person} is told to you as well meanwhile. It ends\n"
                "by itself.\n"
                "\n"
                "{desk}\n"},
        [NOTICE_ENROLLED] = {"enrolled",
                TOLD("{person} has joined",
                        "{person} has enrolled, as {roles}, and can sign in.\n")},
        [NOTICE_ROLES] = {"roles",
                TOLD("{person} has other roles", "{person} may sign in as {roles}.\n")},
        [NOTICE_DISABLED] = {"disabled",
                TOLD("{person} was shut out",
                        "{person} may not sign in any more. Sessions, tokens and open links of\n"
                        "that account have ended.\n")},
        [NOTICE_RENEWAL] = {"renewal",
                TOLD("A new start for {person}",
                        "A link was made by which {person} gets a new password and a new code\n"
                        "generator. It serves once, for a week; until then the old ones hold.\n")},
        [NOTICE_RENEWED] = {"renewed",
                TOLD("{person} has a new second factor",
                        "{person} has a new password and a new code generator. Passkeys and\n"
                        "recovery codes of before open nothing any more.\n")},
        [NOTICE_PASSWORD] = {"password",
                TOLD("{person} has a new password", "{person} has changed the password.\n")},
        [NOTICE_PASSKEY] = {"passkey",
                TOLD("{person} has a new passkey",
                        "{person} has added a passkey, which signs in by itself.\n")},
        [NOTICE_PASSKEY_REMOVED] = {"passkey_removed",
                TOLD("{person} has removed a passkey", "{person} has removed a passkey.\n")},
        [NOTICE_RECOVERY_USED] = {"recovery_used",
                TOLD("{person} has used a recovery code",
                        "{person} has signed in with a recovery code in place of one from the\n"
                        "phone.\n")},
        [NOTICE_RECOVERY_RENEWED] = {"recovery_renewed",
                TOLD("{person} has new recovery codes",
                        "{person} has made new recovery codes. The old ones open nothing.\n")},
        [NOTICE_SIGNED_OUT] = {"signed_out", TOLD("{person} was signed out everywhere",
                                                     "All sessions of {person} were ended.\n")},
        [NOTICE_TOKEN] = {"token", TOLD("A new API token", "A token of the staff API was made: it "
                                                           "works on cases without a person.\n")},
        [NOTICE_ANSWER] = {"answer", "[{case}] There is an answer to your report",
                "There is news about your report {case} to {programme}.\n"
                "\n"
                "To read it, open this page and enter the code that you were given when you\n"
                "sent the report:\n"
                "\n"
                "{track}\n"
                "\n"
                "We never send that code, nor what was written, by mail.\n"
                "\n"
                "{programme} security team, {contact}\n"},
        [NOTICE_ANSWER_MAIL] = {"answer_mail", "[{case}] Your report to {programme}",
                "{words}\n"
                "\n"
                "-- \n"
                "{programme} security team, {contact}\n"
                "\n"
                "To write to us, answer this mail and keep its subject. All of the case stands\n"
                "here; the link serves once, within three days:\n"
                "\n"
                "{link}\n"},
        [NOTICE_ANSWER_LINK] = {"answer_link", "[{case}] There is news about your report",
                "There is news about your report {case} to {programme}.\n"
                "\n"
                "It stands here; the link serves once, within three days:\n"
                "\n"
                "{link}\n"
                "\n"
                "To write to us, answer this mail and keep its subject.\n"
                "\n"
                "{programme} security team, {contact}\n"},
        [NOTICE_CASE_LINK] = {"case_link", "[{case}] Your way back to your report",
                "Somebody, you we hope, has asked for a way back to the report {case}\n"
                "to {programme}. This link serves once, within three days:\n"
                "\n"
                "{link}\n"
                "\n"
                "It gives you a new code; the old one ends then. If it was not you, there is\n"
                "nothing to do: the link was sent to you alone.\n"
                "\n"
                "{programme} security team, {contact}\n"},
        [NOTICE_RECEIVED] = {"received", "[{case}] We have your report",
                "Thank you. Your mail to {programme} has arrived and is a report now:\n"
                "{case}. A person will read it.\n"
                "\n"
                "What we promise:\n"
                "\n"
                "{promises}\n"
                "\n"
                "To add something, answer this mail and keep its subject. Where the report\n"
                "stands you see here; the link serves once, within three days:\n"
                "\n"
                "{link}\n"
                "\n"
                "This mail was written by a program, so that you know at once.\n"
                "\n"
                "{programme} security team, {contact}\n"},
};

const char *
notice_name(enum notice_template t)
{
	return templates[t].name;
}

enum err
notice_parse(struct str s, enum notice_template *out)
{
	for (unsigned i = 0; i < NOTICE_COUNT; i++) {
		if (str_eq(s, str_of(templates[i].name))) {
			*out = (enum notice_template)i;
			return ERR_OK;
		}
	}
	return ERR_INVALID;
}

#define YOURS                                                                                      \
	"This is about your own account. If it was not you, and was not agreed with\n"             \
	"you, tell an administrator now."

static struct str
fact(const struct notice_facts *f, struct str name)
{
	const struct {
		struct str name, value;
	} facts[] = {
	        {STR("case"), f->case_number},
	        {STR("programme"), f->programme_name},
	        {STR("promise"), f->promise},
	        {STR("due"), f->due},
	        {STR("percent"), f->percent},
	        {STR("desk"), f->desk_url},
	        {STR("track"), f->track_url},
	        {STR("promises"), f->promises},
	        {STR("words"), f->words},
	        {STR("link"), f->link_url},
	        {STR("contact"), f->contact},
	        {STR("erase_count"), f->erase_count},
	        {STR("absent"), f->absent},
	        {STR("person"), f->person},
	        {STR("by"), f->by},
	        {STR("roles"), f->roles},
	        {STR("when"), f->when},
	        {STR("until"), f->until},
	        {STR("owner"), f->absent.n > 0 ? f->absent : STR("you")},
	        {STR("yours"), f->yours ? STR(YOURS) : STR("")},
	};

	for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
		if (str_eq(name, facts[i].name))
			return facts[i].value;
	abort(); /* the templates are literals */
}

/* One line with its facts; false if it mentions one that there is not. */
static bool
fill(struct arena *a, struct str line, const struct notice_facts *f, struct str *out)
{
	struct str done = STR("");
	bool whole = true;
	size_t open;

	while ((open = str_find(line, '{', 0)) != SIZE_MAX) {
		size_t close = str_find(line, '}', open);
		struct str value = fact(f, str_sub(line, open + 1, close - open - 1));

		whole = whole && value.n > 0;
		done = str_fmt(a, "%.*s%.*s%.*s", STR_ARG(done), (int)open, line.p, STR_ARG(value));
		line = str_sub(line, close + 1, SIZE_MAX);
	}
	*out = str_fmt(a, "%.*s%.*s", STR_ARG(done), STR_ARG(line));
	return whole;
}

/* All lines; one that is left out takes the empty line after it along. */
static struct str
fill_all(struct arena *a, struct str text, const struct notice_facts *f)
{
	struct str line, filled, out = STR("");
	bool skipped = false;

	while (str_cut(&text, '\n', &line)) {
		bool keep = fill(a, line, f, &filled) && !(skipped && line.n == 0);

		if (keep)
			out = str_fmt(a, "%.*s%.*s\n", STR_ARG(out), STR_ARG(filled));
		skipped = !keep && line.n > 0;
	}
	return out;
}

struct notice_mail
notice_write(struct arena *a, enum notice_template t, const struct notice_facts *f)
{
	struct notice_mail m = {.text = fill_all(a, str_of(templates[t].text), f)};

	(void)fill(a, str_of(templates[t].subject), f, &m.subject);
	return m;
}
