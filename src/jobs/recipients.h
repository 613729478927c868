/* Whom a notice goes to. Addresses stay in keyd's database and in capsules; they are asked for when
 * they are needed and kept nowhere. */
#ifndef VDPD_JOBS_RECIPIENTS_H
#define VDPD_JOBS_RECIPIENTS_H

#include "jobs/jobs.h"

/* The person PERSON_ID, disabled or not. ERR_NOT_FOUND if there is nobody of that number. */
enum err recipient_of(
        struct arena *a, struct jobs *j, int64_t person_id, struct keyd_person *out) MUST_CHECK;

/* All who may read cases, or all there are; not who is disabled. */
enum err recipient_group(
        struct arena *a, struct jobs *j, bool everybody, struct keyd_people *out) MUST_CHECK;

/* The address that the reporter of ROW left, for the template T. ERR_NOT_FOUND if there is none;
 * ERR_FORGED if its capsule does not belong to the case; ERR_RATE over keyd's budget. */
enum err recipient_reporter(struct arena *a, struct jobs *j, const struct case_row *row,
        struct str number, enum notice_template t, struct str *address) MUST_CHECK;

/* What the mail capsule of ROW about event ABOUT holds; 0: the Message-ID that it came by.
 * ERR_NOT_FOUND without one; In A. */
enum err recipient_mail(struct arena *a, struct jobs *j, const struct case_row *row,
        struct str number, int64_t about, struct str *content) MUST_CHECK;

/* A new link to the reporter's page of ROW, which serves once until LINK_LIFE_S are over, in the
 * place of the one before; its address in A. Errors of keyd and of the store. */
enum { LINK_LIFE_S = 3 * 24 * 3600 };
enum err recipient_link(struct arena *a, struct jobs *j, const struct case_row *row,
        struct str number, struct str *url) MUST_CHECK;

#endif
