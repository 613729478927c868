/* Capsules, and the contact capsule's content. */
#include "seal/capsule.h"

#include "base/buf.h"

static struct place
bond_place(const struct capsule_bond *bond, char column[64])
{
	snprintf(column, 64, "purpose=%d not_before=%lld", (int)bond->purpose,
	        (long long)bond->not_before_utc_s);
	return (struct place){"capsule", column, bond->case_uid, 0};
}

struct str
capsule_seal(struct arena *a, const unsigned char storage_public[STORAGE_PUBLIC_BYTES],
        const struct capsule_bond *bond, struct str content)
{
	char column[64];
	struct place at = bond_place(bond, column);

	return pair_seal(a, storage_public, &at, content);
}

enum err
capsule_open(struct arena *a, const unsigned char storage_public[STORAGE_PUBLIC_BYTES],
        const struct key *storage_secret, const struct capsule_bond *bond, struct str sealed,
        struct str *content)
{
	char column[64];
	struct place at = bond_place(bond, column);

	if (sealed.n > CAPSULE_CONTENT_MAX + PAIR_OVERHEAD)
		return ERR_TOO_LARGE;
	return pair_open(a, storage_public, storage_secret, &at, sealed, content);
}

struct str
contact_pack(struct arena *a, const struct contact *c)
{
	struct buf b;
	struct str out;

	buf_init(&b, CAPSULE_CONTENT_MAX);
	buf_block(&b, c->email);
	buf_block(&b, c->name);
	buf_block(&b, c->pgp_key);
	if (b.full)
		abort(); /* the fields' bounds stand in case/report.c */
	out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return out;
}

enum err
contact_unpack(struct str packed, struct contact *c)
{
	struct cursor in = {.rest = packed};
	struct contact got;

	got.email = cursor_block(&in, CAPSULE_CONTENT_MAX);
	got.name = cursor_block(&in, CAPSULE_CONTENT_MAX);
	got.pgp_key = cursor_block(&in, CAPSULE_CONTENT_MAX);
	if (!cursor_done(&in))
		return ERR_SYNTAX;
	*c = got;
	return ERR_OK;
}

void
contact_hash(const struct key *server_key, struct str email, unsigned char out[32])
{
	struct arena *a = arena_new(64 * 1024);
	struct key k;

	key_derive(server_key, "contact", str_lower(a, str_trim(email)), &k);
	memcpy(out, k.b, sizeof k.b);
	arena_free(a);
}
