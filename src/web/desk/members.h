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

/* "active", "disabled", "away until 12 May 2026, ben stands in". */
struct str member_state(
        struct arena *a, const struct keyd_people *people, const struct keyd_person *p);

/* The form for the absence of PERSON_ID, as it stands; in the request's arena. */
struct view_absence absence_view(
        struct request *req, const struct keyd_people *people, int64_t person_id);
/* Does what that form was sent for. ERR_INVALID: *v is the form again, *m what is wrong. */
enum err absence_post(struct request *req, const struct keyd_people *people, int64_t person_id,
        struct view_absence *v, struct view_mistake *m) MUST_CHECK;

/* Answers with one's own account; what V has of forms that were refused is kept. */
void account_show(struct request *req, unsigned status, struct view_account *v);

/* "https://desk.exact.works/enrol/vde_…" */
struct str member_link(const struct request *req, struct str enrolment);

#endif
