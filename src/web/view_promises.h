/* A case's clocks as the promises that pages show. */
#ifndef VDPD_WEB_VIEW_PROMISES_H
#define VDPD_WEB_VIEW_PROMISES_H

#include "case/clocks.h"
#include "policy/policy.h"
#include "web/views_common.h"

/* One clock, named in the words of POLICY (the version that the case is pinned to). */
struct view_promise promise_of_clock(
        const struct policy *policy, const struct clock_entry *clock, int64_t now_utc_s);

/* The N entries of clocks_compute, in A: what runs first, by when it falls due; then what is
 * paused; then what ended, the latest first. Every missed promise is among them, and of those that
 * were kept the latest of each clock. */
struct view_promises promises_of_clocks(struct arena *a, const struct policy *policy,
        const struct clock_entry *clocks, size_t n, int64_t now_utc_s);

#endif
