/* Files that came with an action: a row and an event each. The bytes are durable already, as blobs.
 */
#include "act/actions.h"

#include "base/id.h"

enum err
act_files(struct act *act, const struct act_request *q)
{
	int64_t max = act->actor.kind == ACTOR_REPORTER ? ACT_FILES_REPORTER : ACT_FILES_MAX;

	if (act->row.files + (int64_t)q->files_n > max)
		return diag_set(act->why, ERR_TOO_LARGE, NULL,
		        "the case has as many files as a case may have");
	for (size_t i = 0; i < q->files_n; i++) {
		const struct act_file *f = &q->files[i];
		enum err e = act_append(act, EVENT_FILE_ADDED,
		        &(struct clear){.file = act->row.files + 1}, SEALED_NONE, STR(""));

		if (e == ERR_OK)
			e = act_file_row(
			        act->a, act->db, &act->row, f, act->row.events, &act->keys);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

struct place
act_file_place(struct arena *a, const struct case_row *c, const struct file_row *f)
{
	struct str blob = hex_str(a, f->blob, sizeof f->blob);
	struct str hash = hex_str(a, f->hash, sizeof f->hash);
	struct str column = str_fmt(a, "name of %.*s %.*s size=%lld picture=%d event=%lld with=%u",
	        STR_ARG(blob), STR_ARG(hash), (long long)f->size_bytes, f->picture,
	        (long long)f->event_seq, f->sealed_with);

	return (struct place){"file", str_z(a, column), c->uid, f->number};
}

struct str
pair_file_pack(struct arena *a, const struct key *key, struct str name)
{
	char *p = arena_alloc(a, KEY_BYTES + name.n);

	memcpy(p, key->b, KEY_BYTES);
	memcpy(p + KEY_BYTES, name.p, name.n);
	return str_bytes(p, KEY_BYTES + name.n);
}

bool
pair_file_unpack(struct str plain, struct key *key, struct str *name)
{
	if (plain.n < KEY_BYTES)
		return false;
	memcpy(key->b, plain.p, KEY_BYTES);
	*name = str_sub(plain, KEY_BYTES, SIZE_MAX);
	return true;
}

enum err
act_file_row(struct arena *a, struct db *db, struct case_row *c, const struct act_file *f,
        int64_t event_seq, const struct act_keys *keys)
{
	static const struct key no_key; /* says that the name is a worker's answer */
	const struct key *own = f->mail ? &no_key : f->own;
	const struct key *k = f->team ? keys->team : keys->reporter;
	struct file_row row = {
	        .case_id = c->id,
	        .number = c->files + 1,
	        .event_seq = event_seq,
	        .sealed_with = own != NULL ? SEALED_PAIR
	                       : f->team   ? SEALED_TEAM
	                                   : SEALED_REPORTER,
	        .size_bytes = (int64_t)f->info.size_bytes,
	        .picture = f->picture,
	};
	struct place at;

	if (k == NULL && own == NULL)
		abort(); /* the blob was sealed with it */
	memcpy(row.blob, f->blob, sizeof row.blob);
	memcpy(row.hash, f->info.hash, sizeof row.hash);
	at = act_file_place(a, c, &row);
	row.name = own != NULL ? pair_seal(a, c->pair_public, &at, pair_file_pack(a, own, f->name))
	                       : field_seal(a, k, &at, f->name);
	c->files++;
	return file_insert(db, &row);
}
