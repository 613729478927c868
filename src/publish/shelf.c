/* Publishing. */
#include "publish/shelf.h"

#include "base/time.h"

enum { RECORD_BUF_MAX = ADVISORY_RECORD_MAX };

struct publisher
publisher_of(const struct policy *p, const struct config *c)
{
	return (struct publisher){
	        .name = p->name,
	        .namespace_ = c->public_url.text,
	        .contact = p->contact.email,
	        .public_url = c->public_url.text,
	        .cna_org_id = c->cve.org_id,
	        .cna_short_name = c->cve.short_name,
	};
}

/* Its revisions with one for what is published now, unless the record brought it. */
static void
add_revision(struct arena *a, struct advisory *v, int64_t revision, int64_t now)
{
	struct advisory_revision *more;

	if (v->revisions_n > 0 && v->revisions[v->revisions_n - 1].number >= revision)
		return;
	more = ARENA_ARRAY(a, v->revisions_n + 1, struct advisory_revision);
	if (v->revisions_n > 0)
		memcpy(more, v->revisions, v->revisions_n * sizeof *more);
	more[v->revisions_n] = (struct advisory_revision){
	        .number = (int64_t)v->revisions_n + 1,
	        .at = now,
	        .summary = v->withdrawn != 0 ? STR("Withdrawn")
	                   : revision > 1    ? STR("Updated")
	                                     : STR("Initial version"),
	};
	v->revisions = more;
	v->revisions_n++;
}

static enum err
fill(struct arena *a, struct db *db, int64_t programme_id, struct advisory *v, int64_t now)
{
	struct advisory_row before;
	struct advisory known;
	enum err e = advisory_get(a, db, programme_id, v->id, &before);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	/* A record that says nothing of its history goes on with what there is. */
	if (e == ERR_OK && v->revisions_n == 0 &&
	        advisory_read(a, before.record, &known, NULL) == ERR_OK) {
		v->revisions = known.revisions;
		v->revisions_n = known.revisions_n;
	}
	if (v->published == 0)
		v->published = e == ERR_OK ? before.published_at : now;
	if (v->modified == 0)
		v->modified = now > v->published ? now : v->published;
	add_revision(a, v, e == ERR_OK ? before.revision + 1 : 1, v->modified);
	return ERR_OK;
}

static enum err
thank(struct arena *a, struct db *db, const struct advisory_row *row, const struct advisory *v)
{
	struct acknowledgment *list = ARENA_ARRAY(a, v->credits_n + 1, struct acknowledgment);
	size_t n = 0;
	int year;

	time_date(v->published, &year, NULL, NULL);
	for (size_t i = 0; i < v->credits_n; i++) {
		const struct advisory_credit *c = &v->credits[i];

		/* Those who found it; who mended it is named in the advisory itself. */
		if (c->role <= CREDIT_ANALYST && v->withdrawn == 0)
			list[n++] = (struct acknowledgment){
			        year, c->name, c->url.p != NULL ? c->url : STR("")};
	}
	return acknowledgments_put(db, row->programme_id, row->id, list, n);
}

static struct str
or_empty(struct str s)
{
	return s.p != NULL ? s : STR("");
}

enum err
shelf_put(struct arena *a, struct db *db, int64_t programme_id, const struct advisory *given,
        int64_t now, struct advisory_row *put, struct diag *d)
{
	struct advisory v = *given;
	struct advisory_row row;
	struct buf record, file;
	enum err e;

	if (v.tlp != TLP_CLEAR)
		return diag_set(d, ERR_INVALID, "only what is TLP:CLEAR is for everybody",
		        "the advisory is TLP:%s", advisory_tlp_name(v.tlp));
	e = fill(a, db, programme_id, &v, now);
	if (e == ERR_OK)
		e = advisory_check(&v, d);
	if (e != ERR_OK)
		return e;
	buf_init(&record, RECORD_BUF_MAX);
	advisory_write(&v, &record);
	buf_init(&file, 128);
	advisory_csaf_name(v.id, &file);
	row = (struct advisory_row){
	        .programme_id = programme_id,
	        .name = v.id,
	        .file = str_dup(a, buf_view(&file)),
	        .published_at = v.published,
	        .modified_at = v.modified,
	        .withdrawn_at = v.withdrawn,
	        .title = v.title,
	        .severity = or_empty(v.severity),
	        .cve = or_empty(v.cve),
	        .record = str_dup(a, buf_view(&record)),
	};
	if (record.full)
		e = diag_set(d, ERR_TOO_LARGE, NULL, "the record is too large");
	buf_clear(&record);
	buf_clear(&file);
	if (e == ERR_OK)
		e = advisory_put(db, &row);
	if (e == ERR_CONFLICT)
		e = diag_set(
		        d, e, "give it another id", "its id makes the same file name as another's");
	if (e == ERR_OK)
		e = thank(a, db, &row, &v);
	if (e == ERR_OK && put != NULL)
		*put = row;
	return e;
}
