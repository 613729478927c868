/* A report as JSON: read from an API body, written from a form. Both by the table of case/report.c.
 */
#ifndef VDPD_WEB_API_REPORT_JSON_H
#define VDPD_WEB_API_REPORT_JSON_H

#include "case/report.h"
#include "web/json.h"

/* Reads and checks BODY into *OUT, its texts in A. ERR_SYNTAX or ERR_INVALID with D's pointer. */
enum err report_json_read(
        struct arena *a, struct str body, struct report *out, struct diag *d) MUST_CHECK;

/* The fields of R that were given, as one JSON object: what a form's report is kept as, and what
 * its hash covers. */
void report_json_write(struct json_writer *w, const char *key, const struct report *r);

/* The JSON table of the report's fields, with MORE fields behind them, in A; for bodies that carry
 * a report and more. Offsets are those of struct report plus BASE. */
struct json_table report_json_table(
        struct arena *a, size_t base, const struct json_field *more, size_t more_n);

#endif
