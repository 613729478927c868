/* The words for events and what they carry. */
#include "case/event.h"

static const char *const kinds[EVENT_KIND_COUNT] = {
        [EVENT_RECEIVED] = "received",
        [EVENT_ACKNOWLEDGED] = "acknowledged",
        [EVENT_MESSAGE] = "message",
        [EVENT_INFO_REQUESTED] = "info_requested",
        [EVENT_INFO_PROVIDED] = "info_provided",
        [EVENT_TRIAGED] = "triaged",
        [EVENT_FIXED] = "fixed",
        [EVENT_CLOSED] = "closed",
        [EVENT_REOPENED] = "reopened",
        [EVENT_EXPLOITED] = "exploited",
        [EVENT_REGULATOR_SENT] = "regulator_sent",
        [EVENT_DISCLOSURE_ASKED] = "disclosure_asked",
        [EVENT_PUBLISHED] = "published",
        [EVENT_NOTE] = "note",
        [EVENT_ASSIGNED] = "assigned",
        [EVENT_FILE_ADDED] = "file_added",
        [EVENT_WITHDRAWN] = "withdrawn",
        [EVENT_CREDIT_CHANGED] = "credit_changed",
        [EVENT_LETTER_REQUESTED] = "letter_requested",
        [EVENT_HELD] = "held",
        [EVENT_HOLD_LIFTED] = "hold_lifted",
        [EVENT_ERASE_ASKED] = "erase_asked",
        [EVENT_ERASED] = "erased",
};

static const char *const parties[] = {
        [PARTY_NONE] = "",
        [PARTY_REPORTER] = "reporter",
        [PARTY_TEAM] = "team",
};

static const struct {
	const char *name, *label;
} reasons[CLOSE_REASON_COUNT] = {
        [CLOSE_NONE] = {"", ""},
        [CLOSE_RESOLVED] = {"resolved", "Resolved"},
        [CLOSE_DUPLICATE] = {"duplicate", "Duplicate"},
        [CLOSE_OUT_OF_SCOPE] = {"out_of_scope", "Out of scope"},
        [CLOSE_NOT_REPRODUCIBLE] = {"not_reproducible", "Not reproducible"},
        [CLOSE_INFORMATIVE] = {"informative", "Informative"},
        [CLOSE_NOT_APPLICABLE] = {"not_applicable", "Not applicable"},
        [CLOSE_SPAM] = {"spam", "Spam"},
        [CLOSE_WITHDRAWN] = {"withdrawn", "Withdrawn by the reporter"},
};

static const char *const reports[REGULATOR_REPORT_COUNT] = {
        [REGULATOR_NONE] = "",
        [REGULATOR_WARNING] = "warning",
        [REGULATOR_NOTIFICATION] = "notification",
        [REGULATOR_FINAL] = "final",
};

/* The index of S in NAMES from FROM on, or -1. */
static int
find(const char *const *names, int from, int n, struct str s)
{
	for (int i = from; i < n; i++)
		if (str_eq(s, str_of(names[i])))
			return i;
	return -1;
}

const char *
event_name(enum event_kind k)
{
	return k < EVENT_KIND_COUNT ? kinds[k] : "";
}

enum err
event_parse(struct str s, enum event_kind *out)
{
	int i = find(kinds, 0, EVENT_KIND_COUNT, s);

	if (i < 0)
		return ERR_INVALID;
	*out = (enum event_kind)i;
	return ERR_OK;
}

const char *
party_name(enum party p)
{
	return p <= PARTY_TEAM ? parties[p] : "";
}

enum err
party_parse(struct str s, enum party *out)
{
	int i = find(parties, PARTY_REPORTER, PARTY_TEAM + 1, s);

	if (i < 0)
		return ERR_INVALID;
	*out = (enum party)i;
	return ERR_OK;
}

const char *
close_reason_name(enum close_reason r)
{
	return r < CLOSE_REASON_COUNT ? reasons[r].name : "";
}

const char *
close_reason_label(enum close_reason r)
{
	return r < CLOSE_REASON_COUNT ? reasons[r].label : "";
}

enum err
close_reason_parse(struct str s, enum close_reason *out)
{
	for (int i = CLOSE_RESOLVED; i < CLOSE_REASON_COUNT; i++) {
		if (!str_eq(s, str_of(reasons[i].name)))
			continue;
		*out = (enum close_reason)i;
		return ERR_OK;
	}
	return ERR_INVALID;
}

const char *
regulator_report_name(enum regulator_report r)
{
	return r < REGULATOR_REPORT_COUNT ? reports[r] : "";
}

enum err
regulator_report_parse(struct str s, enum regulator_report *out)
{
	int i = find(reports, REGULATOR_WARNING, REGULATOR_REPORT_COUNT, s);

	if (i < 0)
		return ERR_INVALID;
	*out = (enum regulator_report)i;
	return ERR_OK;
}
