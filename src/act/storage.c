/* Which storage key is in force where something is sealed to it. */
#include "act/act.h"

#include "keyd/client/keyd_client.h"
#include "store/wrap_store.h"

enum err
act_storage(struct arena *a, struct db *db, const struct programme *pr,
        unsigned char storage[STORAGE_PUBLIC_BYTES])
{
	const struct keyd_nothing nothing = {0};
	struct keyd_keys keys;
	bool other;
	enum err e;

	wrapper_public(pr->wrapper, storage);
	e = sealing_other(db, storage, &other);
	if (e != ERR_OK || !other)
		return e;
	if (pr->keyd == NULL)
		return ERR_STATE;
	/* keyd, not the database, says to which. */
	e = keyd_keys(a, pr->keyd, &nothing, &keys, NULL);
	if (e != ERR_OK)
		return e;
	if (memcmp(keys.storage_public, storage, STORAGE_PUBLIC_BYTES) != 0)
		wrapper_change(pr->wrapper, keys.storage_public);
	memcpy(storage, keys.storage_public, STORAGE_PUBLIC_BYTES);
	return ERR_OK;
}
