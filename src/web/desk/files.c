/* Files of a case: as downloads, and pictures drawn anew by a worker. A file is opened and verified
 * whole, into memory without a name, before its first byte leaves. */
#include "web/desk/desk.h"

#include "base/log.h"
#include "proc/blob.h"
#include "proc/nursery.h"
#include "seal/blob.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PICTURE_MAX = 32 * 1024 * 1024, DRAW_MS = 10 * 1000 };

static enum err
to_memory(void *ctx, struct str piece)
{
	int fd = *(int *)ctx;

	while (piece.n > 0) {
		ssize_t n = write(fd, piece.p, piece.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_IO;
		piece = str_sub(piece, (size_t)n, SIZE_MAX);
	}
	return ERR_OK;
}

/* The plain file of F in *OUT, a descriptor that is the caller's. */
static enum err
file_plain(struct request *req, const struct opened *o, const struct case_file *f, int *out)
{
	const struct key *k = case_file_key(f, &o->keys);
	struct blob_id id;
	int sealed, plain;
	enum err e;

	memcpy(id.b, f->row.blob, sizeof id.b);
	e = blob_open(desk_of(req)->in.supervisor, &id, &sealed);
	if (e != ERR_OK)
		return e;
	plain = memfd_create("file", MFD_CLOEXEC);
	if (plain < 0) {
		close(sealed);
		return ERR_IO;
	}
	e = blob_read(sealed, k, f->row.blob, f->row.hash, to_memory, &plain);
	if (e == ERR_OK)
		*out = plain;
	else
		close(plain);
	return e;
}

/* The file {file} of the case {case}; its name is in the request's arena. */
static enum err
find(struct request *req, struct opened *o, const struct case_file **out, struct keyd_verdict *why)
{
	uint64_t number;
	enum err e;

	if (str_u64(request_param(req, "file"), INT64_MAX, &number) != ERR_OK)
		return ERR_NOT_FOUND;
	e = desk_open_case(req, "file", o, why);
	if (e != ERR_OK)
		return e;
	*out = case_file_find(&o->view, (int64_t)number);
	if (*out == NULL) {
		desk_close_case(o);
		return ERR_NOT_FOUND;
	}
	return ERR_OK;
}

/* ---- Downloads ---- */

static enum err
stream_read(void *ctx, void *out, size_t size, size_t *n)
{
	ssize_t got = read(*(int *)ctx, out, size);

	if (got < 0)
		return ERR_IO;
	*n = (size_t)got;
	return ERR_OK;
}

static void
stream_close(void *ctx)
{
	close(*(int *)ctx);
	free(ctx);
}

static const struct response_stream from_memory = {stream_read, stream_close};

static void
send_file(struct request *req, const struct case_file *f, int plain)
{
	int *fd = malloc(sizeof *fd);

	if (fd == NULL)
		abort();
	*fd = plain;
	lseek(plain, 0, SEEK_SET);
	respond_file_stream(req, f->name, (uint64_t)f->size_bytes, &from_memory, fd);
}

static void
download(struct request *req)
{
	struct opened o;
	const struct case_file *f;
	struct keyd_verdict why = {0};
	int plain;
	enum err e = find(req, &o, &f, &why);

	if (e == ERR_OK && f->mail.n > 0) {
		desk_mail_respond(req, &o, f);
		desk_close_case(&o);
		return;
	}
	if (e == ERR_OK) {
		e = file_plain(req, &o, f, &plain);
		desk_close_case(&o);
	}
	if (e != ERR_OK)
		desk_respond_keyd(req, e, &why);
	else
		send_file(req, f, plain);
}

void
desk_file_get(struct request *req)
{
	download(req);
}

void
desk_file_part_get(struct request *req)
{
	struct opened o;
	const struct case_file *f;
	struct keyd_verdict why = {0};
	enum err e = find(req, &o, &f, &why);

	if (e != ERR_OK) {
		desk_respond_keyd(req, e, &why);
		return;
	}
	desk_mail_part(req, &o, f);
	desk_close_case(&o);
}

void
api_file_get(struct request *req)
{
	download(req);
}

/* ---- Pictures ---- */

/* All of FD as the body of a PNG. */
static void
respond_png(struct request *req, int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	struct buf b;
	char piece[16 * 1024];
	ssize_t n = -1;

	if (size <= 0 || size > PICTURE_MAX || lseek(fd, 0, SEEK_SET) != 0) {
		respond_error(req, ERR_TOO_LARGE, NULL);
		return;
	}
	buf_init(&b, PICTURE_MAX);
	while ((n = read(fd, piece, sizeof piece)) > 0)
		buf_add(&b, piece, (size_t)n);
	if (n < 0)
		respond_error(req, ERR_IO, NULL);
	else
		respond_bytes(req, 200, "image/png", &b);
	buf_clear(&b);
}

static enum err
draw(struct request *req, int plain)
{
	int png = memfd_create("picture", MFD_CLOEXEC);
	enum err e = ERR_IO;

	if (png >= 0 && lseek(plain, 0, SEEK_SET) == 0)
		e = nursery_image(desk_of(req)->nursery, plain, png, DRAW_MS);
	if (e == ERR_OK)
		respond_png(req, png);
	if (png >= 0)
		close(png);
	return e;
}

void
desk_picture_get(struct request *req)
{
	struct opened o;
	const struct case_file *f;
	struct keyd_verdict why = {0};
	int plain;
	enum err e = find(req, &o, &f, &why);

	if (e == ERR_OK) {
		e = f->picture ? file_plain(req, &o, f, &plain) : ERR_NOT_FOUND;
		desk_close_case(&o);
	}
	if (e == ERR_OK) {
		e = draw(req, plain);
		close(plain);
		if (e == ERR_OK)
			return;
		/* Bytes that no worker can draw are no picture; they can still be downloaded. */
		log_warn("picture_refused", "why", err_name(e));
		if (e == ERR_INVALID || e == ERR_TOO_LARGE)
			e = ERR_NOT_FOUND;
	}
	desk_respond_keyd(req, e, &why);
}
