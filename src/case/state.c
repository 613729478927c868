/* The fold of events into the state of a case. */
#include "case/state.h"

static const struct {
	const char *name, *label;
} states[CASE_STATE_COUNT] = {
        [CASE_NEW] = {"new", "New"},
        [CASE_ACKNOWLEDGED] = {"acknowledged", "Acknowledged"},
        [CASE_TRIAGED] = {"triaged", "Triaged"},
        [CASE_FIXED] = {"fixed", "Fixed"},
        [CASE_CLOSED] = {"closed", "Closed"},
};

static bool
allowed(const struct case_status *s, const struct event *e)
{
	bool open = s->state != CASE_CLOSED;

	if (!s->received)
		return e->kind == EVENT_RECEIVED;
	if (e->at_utc_s < s->last_utc_s || s->erased_utc_s != 0)
		return false;
	switch (e->kind) {
	case EVENT_RECEIVED:
		return false;
	case EVENT_ACKNOWLEDGED:
		return open && !s->acknowledged_ever;
	case EVENT_INFO_REQUESTED:
	case EVENT_CLOSED:
		return open;
	case EVENT_INFO_PROVIDED:
		return s->needs_info;
	case EVENT_TRIAGED:
		return open && s->state != CASE_FIXED;
	case EVENT_FIXED:
		return s->state == CASE_TRIAGED;
	case EVENT_REOPENED:
	case EVENT_PUBLISHED:
		return s->state == CASE_FIXED || !open;
	case EVENT_EXPLOITED:
		return !s->exploited;
	case EVENT_WITHDRAWN:
		return open && s->withdrawn_utc_s == 0;
	case EVENT_HELD:
		return !s->held;
	case EVENT_HOLD_LIFTED:
		return s->held;
	case EVENT_ERASE_ASKED:
	case EVENT_ERASED:
		return !open && !s->held;
	case EVENT_MESSAGE:
	case EVENT_REGULATOR_SENT:
	case EVENT_DISCLOSURE_ASKED:
	case EVENT_NOTE:
	case EVENT_ASSIGNED:
	case EVENT_FILE_ADDED:
	case EVENT_CREDIT_CHANGED:
	case EVENT_LETTER_REQUESTED:
		return true;
	case EVENT_KIND_COUNT:
		break;
	}
	return false;
}

static void
answered(struct case_status *s, int64_t at_utc_s)
{
	if (s->state == CASE_NEW)
		s->state = CASE_ACKNOWLEDGED;
	if (s->acknowledged_utc_s == 0)
		s->acknowledged_utc_s = at_utc_s;
}

static void
reopen(struct case_status *s)
{
	s->close_reason = CLOSE_NONE;
	s->erase_asked = false;
	if (s->triaged_ever)
		s->state = CASE_TRIAGED;
	else
		s->state = s->acknowledged_utc_s != 0 ? CASE_ACKNOWLEDGED : CASE_NEW;
}

/* What E, which is allowed, does to S. */
static void
apply(struct case_status *s, const struct event *e)
{
	switch (e->kind) {
	case EVENT_RECEIVED:
		s->received = true;
		s->question = e->question;
		s->received_utc_s = e->at_utc_s;
		break;
	case EVENT_ACKNOWLEDGED:
		s->acknowledged_ever = true;
		answered(s, e->at_utc_s);
		break;
	case EVENT_MESSAGE:
		if (e->to == PARTY_REPORTER)
			answered(s, e->at_utc_s);
		break;
	case EVENT_INFO_REQUESTED:
		s->needs_info = true;
		answered(s, e->at_utc_s);
		break;
	case EVENT_INFO_PROVIDED:
		s->needs_info = false;
		break;
	case EVENT_TRIAGED:
		s->state = CASE_TRIAGED;
		s->triaged_ever = true;
		s->severity = e->severity;
		s->triaged_utc_s = e->at_utc_s;
		break;
	case EVENT_FIXED:
		s->state = CASE_FIXED;
		s->needs_info = false;
		s->fixed_utc_s = e->at_utc_s;
		break;
	case EVENT_CLOSED:
		s->state = CASE_CLOSED;
		s->needs_info = false;
		s->close_reason = e->reason;
		s->closed_utc_s = e->at_utc_s;
		break;
	case EVENT_REOPENED:
		reopen(s);
		break;
	case EVENT_EXPLOITED:
		s->exploited = true;
		break;
	case EVENT_PUBLISHED:
		s->published_utc_s = e->at_utc_s;
		break;
	case EVENT_WITHDRAWN:
		s->withdrawn_utc_s = e->at_utc_s;
		break;
	case EVENT_LETTER_REQUESTED:
		s->letter_utc_s = e->at_utc_s;
		break;
	case EVENT_HELD:
		s->held = true;
		s->erase_asked = false;
		break;
	case EVENT_HOLD_LIFTED:
		s->held = false;
		break;
	case EVENT_ERASE_ASKED:
		s->erase_asked = true;
		break;
	case EVENT_ERASED:
		s->erased_utc_s = e->at_utc_s;
		break;
	default:
		break;
	}
	s->last_utc_s = e->at_utc_s;
}

enum err
case_step(struct case_status *s, const struct event *e)
{
	if (!allowed(s, e))
		return ERR_STATE;
	apply(s, e);
	return ERR_OK;
}

enum err
case_fold(const struct event *events, size_t n, struct case_status *out, size_t *bad_at)
{
	struct case_status s = {0};

	for (size_t i = 0; i < n; i++) {
		if (case_step(&s, &events[i]) != ERR_OK) {
			if (bad_at != NULL)
				*bad_at = i;
			return ERR_STATE;
		}
	}
	*out = s;
	return ERR_OK;
}

const char *
case_state_name(enum case_state s)
{
	return s < CASE_STATE_COUNT ? states[s].name : "";
}

const char *
case_state_label(enum case_state s)
{
	return s < CASE_STATE_COUNT ? states[s].label : "";
}

enum err
case_state_parse(struct str s, enum case_state *out)
{
	for (int i = 0; i < CASE_STATE_COUNT; i++) {
		if (!str_eq(s, str_of(states[i].name)))
			continue;
		*out = (enum case_state)i;
		return ERR_OK;
	}
	return ERR_INVALID;
}
