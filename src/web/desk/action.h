/* An action as it was asked for, by form or JSON, as act/ wants it. */
#ifndef VDPD_WEB_DESK_ACTION_H
#define VDPD_WEB_DESK_ACTION_H

#include "web/desk/desk.h"

enum { ACTION_TEXT_MAX = 50000 }; /* code points */

/* As it was sent: "" where nothing was. */
struct action_input {
	struct str action, text, note, severity, cvss, cwe, component, reason, of, to, advisory;
};

/* Reads and checks IN. ERR_INVALID with D's pointer ("/severity"). May ask keyd for the people, for
 * `to`. */
enum err action_read(struct request *req, const struct action_input *in, struct act_request *out,
        struct diag *d) MUST_CHECK;

/* The fields of a form. */
struct action_input action_of_form(const struct request *req);
/* A JSON body; ERR_SYNTAX or ERR_INVALID with D. */
enum err action_of_json(struct request *req, struct action_input *out, struct diag *d) MUST_CHECK;

#endif
