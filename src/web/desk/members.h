/* What the desk's pages about people share. */
#ifndef VDPD_WEB_DESK_MEMBERS_H
#define VDPD_WEB_DESK_MEMBERS_H

#include "web/desk/desk.h"
#include "web/views_members.h"

/* The boxes for roles, those of ROLES ticked; in A. */
struct view_role_list member_role_boxes(struct arena *a, unsigned roles);
/* The boxes that were ticked in REQ's form, as a set. */
unsigned member_roles_ticked(const struct request *req);

/* The sessions of ALL that are PERSON_ID's; in A. */
struct view_sessions member_sessions(
        struct arena *a, const struct keyd_sessions *all, int64_t person_id);

/* "https://desk.exact.works/enrol/vde_…" */
struct str member_link(const struct request *req, struct str enrolment);

#endif
