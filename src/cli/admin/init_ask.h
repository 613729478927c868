/* The ten questions of `vdpd init` without --policy, asked on stderr and answered on stdin, from a
 * terminal or a pipe. */
#ifndef VDPD_CLI_ADMIN_INIT_ASK_H
#define VDPD_CLI_ADMIN_INIT_ASK_H

#include "policy/draft.h"

/* Asks until every answer passes the checkers of the policy and of the configuration; a wrong one
 * is asked again. PUBLIC_URL stands for an empty answer if not NULL. OUT is in A. ERR_NOT_FOUND
 * without any answer (stdin is empty and no terminal), ERR_IO if the answers end early, with D. */
enum err init_ask(struct arena *a, const char *public_url, const char *desk_url, int64_t now_utc_s,
        struct draft_made *out, struct diag *d) MUST_CHECK;

#endif
