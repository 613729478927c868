/* What team and reporter do in the cases of the demo, and what they write. */
#ifndef VDPD_CLI_ADMIN_DEMO_ACT_H
#define VDPD_CLI_ADMIN_DEMO_ACT_H

#include "act/intake.h"
#include "cli/admin/demo_write.h"

/* All steps of C, whose case IN has just been inserted. NUMBERS: of the cases so far. Inside
 * tx_run. */
enum err demo_live(struct demo *m, const struct demo_case *c, const struct demo_words *w,
        struct intake *in, const struct str *numbers) MUST_CHECK;

#endif
