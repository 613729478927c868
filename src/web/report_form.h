/* A report as a form: read from its fields, shown in them again, and as rows to be checked. */
#ifndef VDPD_WEB_REPORT_FORM_H
#define VDPD_WEB_REPORT_FORM_H

#include "case/report.h"
#include "web/request.h"
#include "web/views_public.h"

/* The report of the form's fields, its texts in the request's arena; what an anonymous reporter
 * filled in about themself is left out. ERR_INVALID with D's pointer as report_check gives it. */
enum err report_form_read(const struct request *req, struct report *out, struct diag *d) MUST_CHECK;

/* What was typed, back into the inputs of the form. D (NULL: none) becomes the mistake of its
 * field. */
void report_form_show(struct request *req, struct view_report *v, const struct diag *d);

/* "2026-01-05T09:00" of a form's local date-time, meant as UTC; RFC 3339 is taken too. A is for
 * work. ERR_INVALID. */
enum err report_form_time(struct arena *a, struct str s, int64_t *utc_s) MUST_CHECK;

/* What R has in the field F, for people; in A. F was given. */
struct str report_value(struct arena *a, const struct report_field *f, const struct report *r);

/* The fields that were given, with labels, in the order of the table. */
struct view_rows report_rows(struct arena *a, const struct report *r);

/* Every field of the form as hidden ones, behind the N of HEAD. */
struct view_hiddens report_form_hidden(
        struct request *req, const struct view_hidden *head, size_t n);

/* The mistake that D tells, with the form's name of the field that it points to. */
struct view_mistake report_mistake(struct arena *a, const struct diag *d);

#endif
