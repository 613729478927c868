/* A case as its reporter's page shows it. */
#ifndef VDPD_WEB_PUBLIC_CASE_VIEW_H
#define VDPD_WEB_PUBLIC_CASE_VIEW_H

#include "act/view.h"
#include "web/views_public.h"

/* Fills PAGE, but for page, hidden, done and mistakes, from V at NOW. */
void reporter_view_fill(
        struct arena *a, struct view_reporter *page, const struct case_view *v, int64_t now);

/* What the action named WHAT has just done, in a sentence; "" for anything else. */
struct str reporter_done_text(struct str what);

#endif
