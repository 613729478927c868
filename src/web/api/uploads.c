/* Files of a form on their way into sealed blobs. */
#include "web/api/uploads.h"

#include "proc/blob.h"
#include "seal/blob.h"

enum { SNIFF = 8 };

struct upload_state {
	struct blob_writer *writer; /* open until the file is taken */
	struct act_file file;
	unsigned char head[SNIFF];
	size_t head_n;
	uint64_t before; /* bytes of the files before it in the form */
	uint64_t file_max, total_max;
};

enum err
upload_open(struct request *req, struct upload_file *file, struct instance *instance,
        const struct key *case_key, bool team)
{
	struct upload_state *s = ARENA_NEW(req->a, struct upload_state);
	const struct policy *p = instance_policy(instance);
	struct blob_id id;
	enum err e;
	int fd;

	if ((int64_t)req->n_files >= p->limits.files)
		return ERR_TOO_LARGE;
	e = blob_create(instance->supervisor, &id, &fd);
	if (e != ERR_OK)
		return e;
	memcpy(s->file.blob, id.b, sizeof s->file.blob);
	s->file.name = file->name;
	s->file.team = team;
	s->file_max = (uint64_t)p->limits.file_bytes;
	s->total_max = (uint64_t)p->limits.total_bytes;
	for (size_t i = 0; i < req->n_files; i++)
		s->before += req->files[i].size;
	s->writer = blob_writer_new(fd, case_key, id.b);
	file->state = s;
	return ERR_OK;
}

enum err
upload_write(struct request *req, struct upload_file *file, struct str bytes)
{
	struct upload_state *s = file->state;
	size_t n = SNIFF - s->head_n < bytes.n ? SNIFF - s->head_n : bytes.n;

	(void)req;
	if (file->size > s->file_max || s->before + file->size > s->total_max)
		return ERR_TOO_LARGE;
	memcpy(s->head + s->head_n, bytes.p, n);
	s->head_n += n;
	return blob_write(s->writer, bytes.p, bytes.n);
}

/* Begins it like a PNG or a JPEG? Only then a worker is asked to draw it. */
static bool
is_picture(const struct upload_state *s)
{
	static const unsigned char png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
	static const unsigned char jpeg[] = {0xff, 0xd8, 0xff};

	return (s->head_n == SNIFF && memcmp(s->head, png, sizeof png) == 0) ||
	       (s->head_n >= sizeof jpeg && memcmp(s->head, jpeg, sizeof jpeg) == 0);
}

enum err
upload_close(struct request *req, struct upload_file *file)
{
	struct upload_state *s = file->state;
	enum err e;

	(void)req;
	e = blob_finish(s->writer, &s->file.info);
	s->file.picture = is_picture(s);
	return e;
}

void
upload_abandon(struct upload_file *file)
{
	struct upload_state *s = file->state;

	if (s != NULL)
		blob_writer_discard(s->writer);
}

void
upload_take(struct request *req, const struct act_file **files, size_t *n)
{
	struct act_file *out = ARENA_ARRAY(req->a, req->n_files + 1, struct act_file);

	*n = 0;
	for (size_t i = 0; i < req->n_files; i++) {
		struct upload_state *s = req->files[i].state;

		if (s != NULL) {
			out[(*n)++] = s->file;
			blob_writer_free(s->writer);
		}
		req->files[i].state = NULL;
	}
	*files = out;
}
