/* What a message says, in the words of a case. */
#ifndef VDPD_MAIL_COMPOSE_CASE_H
#define VDPD_MAIL_COMPOSE_CASE_H

#include "act/intake.h"
#include "mail/mime/message.h"

/* Sets title, body (the report as the API's JSON), contact and question of IN from M, in A. */
void case_report(struct arena *a, const struct mail_message *m, struct intake *in);

/* The text of M as the reporter's message. */
struct str case_reply_text(struct arena *a, const struct mail_message *m);

/* The text of M as a note for the team: who wrote it, why it is held, what it says; of a delivery
 * report what did not arrive. */
struct str case_held_text(struct arena *a, const struct mail_message *m);

/* What was wrong with M, as a note for the team; "" if there is nothing to say. */
struct str case_notes_text(struct arena *a, const struct mail_message *m);

/* A name for the part P, which is number I. */
struct str case_file_name(struct arena *a, const struct mail_part *p, size_t i);

#endif
