/* What happened to a case, as the page tells it: the conversation, and the chain. */
#include "web/desk/case_parts.h"

#include "base/id.h"
#include "case/cwe.h"
#include "web/view_helpers.h"

/* ---- Files ---- */

static struct view_file
file_of(struct arena *a, const struct case_view *v, const struct case_file *f)
{
	struct str href =
	        str_fmt(a, "/cases/%.*s/files/%lld", STR_ARG(v->number), (long long)f->number);

	return (struct view_file){
	        .name = f->name,
	        .href = href,
	        .preview = f->picture ? str_fmt(a, "%.*s/picture", STR_ARG(href)) : STR(""),
	        .size = (uint64_t)f->size_bytes,
	};
}

struct view_files
part_files(struct arena *a, const struct case_view *v, int64_t seq)
{
	struct view_file *files = ARENA_ARRAY(a, v->files_n + 1, struct view_file);
	size_t n = 0;

	for (size_t i = 0; i < v->files_n; i++)
		if (v->files[i].event_seq == seq)
			files[n++] = file_of(a, v, &v->files[i]);
	return (struct view_files){files, n};
}

/* Is the event at I a file of the entry at AT? Each file is an event of its own behind its
 * message. */
static bool
belongs(const struct case_view *v, size_t at, size_t i)
{
	return i < v->items_n && v->items[i].kind == EVENT_FILE_ADDED &&
	       v->items[i].at_utc_s == v->items[at].at_utc_s &&
	       str_eq(v->items[i].actor, v->items[at].actor);
}

/* The files behind the entry at AT; *next is the first event that is not one of them. */
static struct view_files
files_behind(struct arena *a, const struct case_view *v, size_t at, size_t *next)
{
	size_t first = v->items[at].kind == EVENT_FILE_ADDED ? at : at + 1, end = first;
	struct view_file *files;
	size_t n = 0;

	while (belongs(v, at, end))
		end++;
	*next = end;
	files = ARENA_ARRAY(a, end - first + 1, struct view_file);
	for (size_t i = first; i < end; i++) {
		const struct case_file *f = case_file_find(v, v->items[i].clear.file);

		if (f != NULL)
			files[n++] = file_of(a, v, f);
	}
	return (struct view_files){files, n};
}

static bool
file_is_team_only(const struct case_view *v, const struct case_item *it)
{
	const struct case_file *f = case_file_find(v, it->clear.file);

	return f != NULL && f->team_only;
}

/* ---- In words ---- */

static struct str
what_words(struct arena *a, const struct keyd_people *people, const struct case_item *it)
{
	const struct clear *c = &it->clear;
	struct str who;

	switch (it->kind) {
	case EVENT_RECEIVED:
		return STR("received");
	case EVENT_ACKNOWLEDGED:
		return STR("acknowledged");
	case EVENT_MESSAGE:
		return it->from_reporter ? STR("message from the reporter")
		                         : STR("message to the reporter");
	case EVENT_INFO_REQUESTED:
		return STR("asked for information");
	case EVENT_INFO_PROVIDED:
		return STR("answered by the reporter");
	case EVENT_TRIAGED:
		return str_fmt(a, "severity set: %s%s%.*s", severity_name(c->severity),
		        c->cvss.n > 0 ? ", " : "", STR_ARG(c->cvss));
	case EVENT_FIXED:
		return STR("fixed");
	case EVENT_CLOSED:
		return str_fmt(a, "closed: %s%s%.*s", close_reason_label(c->reason),
		        c->of.n > 0 ? " of " : "", STR_ARG(c->of));
	case EVENT_REOPENED:
		return STR("reopened");
	case EVENT_EXPLOITED:
		return STR("exploited in the wild");
	case EVENT_REGULATOR_SENT:
		return str_fmt(a, "sent to the regulator: %s", regulator_report_name(c->what));
	case EVENT_DISCLOSURE_ASKED:
		return str_fmt(a, "the reporter wishes to publish on %.*s", STR_ARG(c->date));
	case EVENT_PUBLISHED:
		return str_fmt(a, "published: %.*s", STR_ARG(c->advisory));
	case EVENT_NOTE:
		return STR("team note");
	case EVENT_ASSIGNED:
		if (c->assignee == 0)
			return STR("assigned to nobody");
		who = desk_person_name(people, c->assignee);
		return who.n > 0 ? str_fmt(a, "assigned to %.*s", STR_ARG(who))
		                 : str_fmt(a, "assigned to person %lld", (long long)c->assignee);
	case EVENT_FILE_ADDED:
		return str_fmt(a, "file %lld added", (long long)c->file);
	case EVENT_WITHDRAWN:
		return STR("withdrawn by the reporter");
	case EVENT_CREDIT_CHANGED:
		return STR("credit changed by the reporter");
	case EVENT_LETTER_REQUESTED:
		return STR("letter of appreciation asked for");
	case EVENT_HELD:
		return STR("put on legal hold");
	case EVENT_HOLD_LIFTED:
		return STR("legal hold lifted");
	case EVENT_ERASE_ASKED:
		return STR("asked to erase the case");
	case EVENT_ERASED:
		return str_eq(it->actor, STR("system")) ? STR("erased by the policy")
		                                        : STR("erased by hand");
	case EVENT_KIND_COUNT:
		break;
	}
	abort();
}

/* Kinds that are told by their own text alone. */
static bool
is_talk(enum event_kind k)
{
	return k == EVENT_MESSAGE || k == EVENT_NOTE || k == EVENT_FILE_ADDED;
}

static enum view_case_entry_kind
side_of(const struct case_view *v, const struct case_item *it)
{
	if (it->from_reporter)
		return VIEW_ENTRY_FROM_REPORTER;
	if (it->team_only || (it->kind == EVENT_FILE_ADDED && file_is_team_only(v, it)))
		return VIEW_ENTRY_NOTE;
	return VIEW_ENTRY_TO_REPORTER;
}

void
part_thread(struct arena *a, const struct case_view *v, const struct keyd_people *people,
        struct view_case *out)
{
	struct view_case_entry *t = ARENA_ARRAY(a, 2 * v->items_n + 1, struct view_case_entry);
	size_t n = 0, next;

	for (size_t i = 0; i < v->items_n; i = next) {
		const struct case_item *it = &v->items[i];
		struct str who = desk_actor_name(a, people, it->actor);

		next = i + 1;
		/* Files of the report itself stand with it. */
		if (it->kind == EVENT_RECEIVED)
			continue;
		if (!is_talk(it->kind))
			t[n++] = (struct view_case_entry){.kind = VIEW_ENTRY_EVENT,
			        .at = it->at_utc_s,
			        .who = who,
			        .text = what_words(a, people, it)};
		if (it->kind == EVENT_CREDIT_CHANGED || (it->text.n == 0 && !is_talk(it->kind)))
			continue;
		t[n++] = (struct view_case_entry){
		        .kind = side_of(v, it),
		        .at = it->at_utc_s,
		        .who = who,
		        .text = it->text,
		        .files = files_behind(a, v, i, &next),
		};
	}
	out->thread = t;
	out->n_thread = n;
}

void
part_events(struct arena *a, const struct case_view *v, const struct keyd_people *people,
        struct view_case *out)
{
	struct view_event *events = ARENA_ARRAY(a, v->items_n + 1, struct view_event);

	for (size_t i = 0; i < v->items_n; i++)
		events[i] = (struct view_event){
		        .at = v->items[i].at_utc_s,
		        .what = what_words(a, people, &v->items[i]),
		        .who = desk_actor_name(a, people, v->items[i].actor),
		        .hash = hex_str(a, v->items[i].chain, sizeof v->items[i].chain),
		};
	out->events = events;
	out->n_events = v->items_n;
}
