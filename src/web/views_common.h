/* What pages of both origins show. Views read these structs and keep nothing; everything in them is
 * owned by the caller. Times: UTC seconds, 0 = not (yet). Empty strings are left out. */
#ifndef VDPD_WEB_VIEWS_COMMON_H
#define VDPD_WEB_VIEWS_COMMON_H

#include "web/view_types.h"

struct view_texts {
	const struct str *items;
	size_t n;
};

/* Fields that every form of a page sends along unseen: receipt code, idempotency key, token against
 * forged requests. */
struct view_hidden {
	struct str name, value;
};
struct view_hiddens {
	const struct view_hidden *items;
	size_t n;
};

/* A label and its value. Long: line breaks are kept, and it is set as a block; code: likewise, in a
 * font of one width. */
struct view_row {
	struct str label, value;
	bool is_long, is_code;
};
struct view_rows {
	const struct view_row *items;
	size_t n;
};

/* What was typed into a field, and what is wrong with it ("" = nothing). */
struct view_input {
	struct str value, error;
};

/* A line of the error summary; FIELD is the name of the field that it links to. */
struct view_mistake {
	struct str field, text;
};
struct view_mistakes {
	const struct view_mistake *items;
	size_t n;
	bool kept; /* say that nothing typed is lost; the views that keep all set it */
};

/* A choice of a select or a group of radio buttons. */
struct view_option {
	struct str value, label, hint;
};
struct view_options {
	const struct view_option *items;
	size_t n;
};

/* A moment; the view `time` shows it. */
struct view_when {
	int64_t at;
};

/* The options of a <select> and which is chosen; the view `options` shows them. */
struct view_select {
	struct view_options options;
	struct str chosen;
};

enum view_promise_state {
	VIEW_PROMISE_DUE, /* runs */
	VIEW_PROMISE_PAUSED,
	VIEW_PROMISE_KEPT,
	VIEW_PROMISE_MISSED, /* stopped too late, or runs and is past its time */
};

/* One clock of a case; promises_of_clocks (web/view_promises.h) makes them. */
struct view_promise {
	struct str what; /* "An answer", "Severity and triage" */
	enum view_promise_state state;
	int64_t now;
	int64_t started_at, due_at;
	int64_t stopped_at; /* 0: still runs or is paused */
	int64_t length_s;   /* what was promised, without pauses */
};
struct view_promises {
	const struct view_promise *items;
	size_t n;
};

/* A file that came with a report or message. HREF is where it is fetched; PREVIEW where its picture
 * is, drawn anew by a worker ("" if it is no picture). */
struct view_file {
	struct str name, href, preview;
	uint64_t size; /* bytes */
};
struct view_files {
	const struct view_file *items;
	size_t n;
};

/* One labelled text field of a form; the view `field` shows it. */
struct view_field {
	const char *name, *label;
	const char *hint;    /* NULL: none */
	const char *example; /* NULL: none */
	struct view_input in;
	const char *type;         /* of <input>; NULL: a text area */
	const char *autocomplete; /* NULL: off */
	unsigned rows;            /* of the text area */
	unsigned max;             /* characters; 0: no limit said */
	bool code;                /* a font of one width */
	bool narrow;              /* a short value */
	bool required;
	bool numeric; /* digits: a phone shows its number pad */
};

/* A group of radio buttons; the view `choice` shows it. */
struct view_choice {
	const char *name;
	struct str legend, hint; /* the hint may be "" */
	struct view_input in;
	struct view_options options;
	bool in_line; /* beside each other where there is room */
};

#endif
