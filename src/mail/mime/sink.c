/* The parts file, and the lists that a walk fills. */
#include "mail/mime/walk.h"

#include <unistd.h>

void
sink_add(struct sink *s, const void *p, size_t n)
{
	const char *from = p;

	if (n > MAIL_PARTS_FILE_MAX - s->at) {
		s->full = true;
		n = (size_t)(MAIL_PARTS_FILE_MAX - s->at);
	}
	while (n > 0 && !s->failed) {
		ssize_t done = pwrite(s->fd, from, n, (off_t)s->at);

		if (done <= 0) {
			s->failed = true;
			return;
		}
		s->at += (uint64_t)done;
		from += done;
		n -= (size_t)done;
	}
}

struct mail_extent
sink_since(const struct sink *s, uint64_t at)
{
	return (struct mail_extent){at, s->at - at};
}

struct mail_part *
walk_part(struct walk *w, const struct mail_part *p)
{
	struct mail_message *m = w->m;

	if (m->parts_n == MAIL_PARTS_MAX) {
		walk_note(w, MAIL_NOTE_PARTS_CUT);
		return NULL;
	}
	if ((p->flags & MAIL_PART_CUT) != 0)
		walk_note(w, MAIL_NOTE_BYTES_CUT);
	m->parts[m->parts_n] = *p;
	return &m->parts[m->parts_n++];
}

void
walk_pgp(struct walk *w, const struct mail_pgp *p)
{
	if (w->m->pgp_n < MAIL_PGP_MAX)
		w->m->pgp[w->m->pgp_n++] = *p;
	else
		walk_note(w, MAIL_NOTE_PARTS_CUT);
}
