/* Events as people write them for `vdpd clocks`: a JSON object a line, checked as the contract
 * says. */
#ifndef VDPD_CLI_EVENT_JSON_H
#define VDPD_CLI_EVENT_JSON_H

#include "case/event.h"

/* Most bytes of a whole input. */
enum { EVENT_JSON_MAX = 16 << 20 };

/* Reads TEXT into *out, *n of them, in A. ERR_SYNTAX (not JSON) or ERR_INVALID with D's line and
 * what: an unknown event, a field missing or impossible, received not first or twice, times that
 * go backwards, reopened with nothing fixed or closed since received or the last reopened. Unknown
 * keys are ignored; D->file is left as it is. */
enum err event_json_read(
        struct arena *a, struct str text, struct event **out, size_t *n, struct diag *d) MUST_CHECK;

#endif
