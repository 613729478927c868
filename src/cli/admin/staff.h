/* What keyd knows of people, tokens and its log, for the owner of the instance that was entered:
 * asked of the process keyd with a session of one minute, or read from its files while nothing
 * runs. Each call fills D on error. */
#ifndef VDPD_CLI_ADMIN_STAFF_H
#define VDPD_CLI_ADMIN_STAFF_H

#include "keyd/client/protocol.h"

struct staff;

/* Texts of answers are in A. ERR_IO, ERR_STORE, ERR_DENIED. */
enum err staff_open(struct arena *a, struct staff **out, struct diag *d) MUST_CHECK;
void staff_close(struct staff *s); /* NULL allowed */

/* All people, and all tokens. Texts as above; ERR_STORE, ERR_DENIED. */
enum err staff_people(struct staff *s, struct keyd_people *out, struct diag *d) MUST_CHECK;
enum err staff_tokens(struct staff *s, struct keyd_tokens *out, struct diag *d) MUST_CHECK;

/* Credentials in the requests are set here. Errors as in keyd/client/protocol.h. */
enum err staff_invite(struct staff *s, struct keyd_invite *q, struct keyd_invited *out,
        struct diag *d) MUST_CHECK;
enum err staff_change(struct staff *s, struct keyd_member_change *q, struct diag *d) MUST_CHECK;
enum err staff_sign_out(struct staff *s, int64_t person_id, struct diag *d) MUST_CHECK;
enum err staff_token_create(struct staff *s, struct keyd_token_create *q,
        struct keyd_token_created *out, struct diag *d) MUST_CHECK;
enum err staff_token_revoke(struct staff *s, int64_t token_id, struct diag *d) MUST_CHECK;

/* The OpenPGP keys; what of them is published (ERR_NOT_FOUND: nothing, without D); an order to
 * vdpd-pgp (enum keyd_pgp_wish), carried out at once where the instance runs. */
enum err staff_pgp_state(struct staff *s, struct keyd_pgp_state *out, struct diag *d) MUST_CHECK;
enum err staff_pgp_published(
        struct staff *s, struct keyd_pgp_published *out, struct diag *d) MUST_CHECK;
enum err staff_pgp_want(struct staff *s, uint32_t wish, struct diag *d) MUST_CHECK;
/* True if the process keyd answers, and no files do. */
bool staff_is_served(const struct staff *s);

/* Asks the keyd that runs (ERR_STATE otherwise) to begin or end the change of the storage key to
 * SECRET. */
enum err staff_rekey(struct staff *s, enum keyd_rekey_step step, const unsigned char secret[32],
        struct diag *d) MUST_CHECK;

/* Walks a stretch of the log's chain after the entry AFTER_ID. */
enum err staff_audit_verify(struct staff *s, int64_t after_id, struct keyd_audit_verified *out,
        struct diag *d) MUST_CHECK;

#endif
