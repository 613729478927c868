/* What an error is called over HTTP: one map from enum err to status code (RFC 9110 section 15). */
#ifndef VDPD_WEB_STATUS_H
#define VDPD_WEB_STATUS_H

#include "base/err.h"

/* The status that E is answered with; ERR_OK is 200, and what nobody outside can mend is 500. */
unsigned status_of(enum err e);

/* The reason phrase of STATUS for titles ("Not Found"); "Error" if STATUS is not in the list.
 * Static. */
const char *status_title(unsigned status);

/* One plain sentence for a person who meets STATUS and gets no better one; "" if none. Static. */
const char *status_hint(unsigned status);

#endif
