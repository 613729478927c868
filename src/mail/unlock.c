/* Encrypted mail, handed to those who may open it. */
#include "mail/unlock.h"

#include "mail/signed.h"
#include "pgp/ask.h"
#include "proc/blob.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

enum { PIECE = 64 * 1024, NOTE_MAX = 4096 };

static bool
may_be_opened(const struct mail_pgp *p)
{
	return p->kind == MAIL_PGP_ENCRYPTED || p->kind == MAIL_PGP_INLINE ||
	       p->kind == MAIL_PGP_FILE;
}

bool
unlock_wanted(const struct mail_message *m)
{
	for (size_t i = 0; i < m->pgp_n; i++) {
		if (may_be_opened(&m->pgp[i]))
			return true;
	}
	return false;
}

/* Hash and size of a blob that somebody else wrote, as its row keeps them. */
static enum err
blob_facts(int fd, struct blob_info *out)
{
	crypto_generichash_state st;
	struct blob_info info = {0};
	char *p = malloc(PIECE);
	ssize_t got;

	if (p == NULL)
		abort();
	crypto_generichash_init(&st, NULL, 0, sizeof info.hash);
	while ((got = pread(fd, p, PIECE, (off_t)info.size_bytes)) > 0 ||
	        (got < 0 && errno == EINTR)) {
		if (got < 0)
			continue;
		crypto_generichash_update(&st, (unsigned char *)p, (size_t)got);
		info.size_bytes += (uint64_t)got;
	}
	free(p);
	if (got < 0)
		return ERR_IO;
	crypto_generichash_final(&st, info.hash, sizeof info.hash);
	*out = info;
	return ERR_OK;
}

static enum err
open_one(struct arena *a, struct worker *pgp, struct channel_pool *supervisor, int parts_fd,
        int keys_fd, const struct mail_pgp *piece, const struct mime_seal *to,
        enum pgp_trouble *trouble, struct act_file *out)
{
	struct act_file file = {.team = true, .mail = true};
	struct blob_id id;
	int fd;
	enum err e = blob_create(supervisor, &id, &fd);

	if (e != ERR_OK)
		return e;
	e = pgp_ask_decrypt(a, pgp, parts_fd, keys_fd, fd, piece->bytes, to, trouble, &file.name);
	/* What kills a worker, or takes it too long, is as good as damaged. */
	if (e == ERR_INVALID || e == ERR_TOO_LARGE) {
		*trouble = e == ERR_INVALID ? PGP_MALFORMED : PGP_TOO_LARGE;
		e = ERR_OK;
	}
	if (e == ERR_OK && *trouble == PGP_FINE)
		e = blob_facts(fd, &file.info);
	/* A blob that no row will name takes no room until the sweep. */
	if ((e != ERR_OK || *trouble != PGP_FINE) && ftruncate(fd, 0) != 0 && e == ERR_OK)
		e = ERR_IO;
	close(fd);
	if (e == ERR_OK && *trouble == PGP_FINE) {
		memcpy(file.blob, id.b, sizeof file.blob);
		*out = file;
	}
	return e;
}

enum err
unlock_mail(struct arena *a, struct worker *pgp, struct channel_pool *supervisor,
        const struct programme *pr, const struct case_row *row, const struct mail_message *m,
        int parts_fd, struct act_file *out, size_t *n, struct str *note)
{
	const struct place at = pgp_decrypted_place(row->uid);
	struct mime_seal to = {.flags = MIME_DECRYPTED,
	        .row = at.row,
	        .table = str_of(at.table),
	        .column = str_of(at.column),
	        .facts = act_facts(a, pr, row),
	        .signature = str_bytes(row->signature, sizeof row->signature)};
	int keys_fd = signed_key_file(m, parts_fd);
	size_t opened = 0, tried = 0;
	struct buf why;
	enum err e = keys_fd >= 0 ? ERR_OK : ERR_IO;

	memcpy(to.case_uid, row->uid, sizeof to.case_uid);
	buf_init(&why, NOTE_MAX);
	for (size_t i = 0; e == ERR_OK && i < m->pgp_n && tried < UNLOCK_MAX; i++) {
		enum pgp_trouble trouble = PGP_MALFORMED;

		if (!may_be_opened(&m->pgp[i]))
			continue;
		tried++;
		e = open_one(a, pgp, supervisor, parts_fd, keys_fd, &m->pgp[i], &to, &trouble,
		        &out[opened]);
		if (e == ERR_OK && trouble == PGP_FINE)
			opened++;
		else if (e == ERR_OK)
			buf_fmt(&why, "An encrypted part was not opened: %s.\n",
			        pgp_trouble_text(trouble));
	}
	if (keys_fd >= 0)
		close(keys_fd);
	if (e == ERR_OK) {
		*n = opened;
		*note = str_dup(a, buf_view(&why));
	}
	buf_clear(&why);
	return e;
}
