/* What the desk's pages for reports that came another way show, and the report of a case in the
 * shape of the form. */
#ifndef VDPD_WEB_VIEWS_ENTRY_H
#define VDPD_WEB_VIEWS_ENTRY_H

#include "web/views_desk.h"
#include "web/views_public.h"

/* ---- view_desk_report at /report. POST there: "step" check | edit | send, channel, received (a
 * local date-time, meant as UTC), and the fields of view_report. ---- */
struct view_entry_form {
	struct view_desk page;
	struct view_report form; /* inputs; of its page the policy alone is set */
	struct view_mistakes mistakes;
	struct view_hiddens hidden;
	struct view_options channels;
	struct view_input channel, received;
	struct text now; /* as the input wants it: the latest that can be given */
};

/* ---- view_desk_report_check: the step before it is entered ---- */
struct view_entry_check {
	struct view_desk page;
	struct view_hiddens hidden; /* every field again */
	struct str channel;
	int64_t received_at, now;
	struct view_rows rows;
	struct view_texts missing;
	struct view_promises promises; /* as they would run */
	uint64_t late;                 /* of them that are missed already */
	int64_t files_max, file_bytes;
};

/* ---- view_desk_report_done: the receipt, shown once ---- */
struct view_entry_done {
	struct view_desk page;
	struct str case_number;
	struct str code; /* 26 characters */
	int64_t received_at;
	struct view_promises promises;
	struct str letter; /* to pass on, with number and code */
};

/* ---- view_desk_case_form at /cases/CASE/form ---- */
struct view_form_field {
	struct str label, value;
	bool given, is_code;
};
struct view_form_part {
	struct str title, hint;
	bool optional, missing;
	const struct view_form_field *fields;
	size_t n;
};
struct view_case_as_form {
	struct view_desk page;
	struct str case_number, title, reporter;
	const struct view_form_part *parts;
	size_t n;
	struct view_texts missing;
	struct str ask; /* the question for them */
	bool may_ask, question;
};

#endif
