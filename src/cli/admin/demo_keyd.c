/* Team, numbers and keys for the demo. */
#include "cli/admin/demo_keyd.h"

#include "base/time.h"
#include "case/permission.h"
#include "keyd/store/counter_store.h"
#include "keyd/store/keyd_store.h"
#include "keyd/store/person_store.h"
#include "store/tx.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

struct adding {
	struct arena *a;
	const struct demo_texts *texts;
	struct str prefix;
	size_t count[DEMO_YEARS];
	int64_t now;
	struct demo_keyd *out;
};

/* A run before this one may have come as far as this. */
static enum err
person_known(struct adding *add, struct db *db, struct str name, int64_t *id)
{
	struct keyd_people people;
	enum err e = person_list(add->a, db, false, &people);

	for (size_t i = 0; e == ERR_OK && i < people.n; i++)
		if (str_eq_nocase(people.items[i].name, name)) {
			*id = people.items[i].person_id;
			return ERR_OK;
		}
	return e == ERR_OK ? ERR_CONFLICT : e;
}

static enum err
add_people(struct db *db, void *ctx)
{
	struct adding *add = ctx;

	for (size_t i = 0; i < add->texts->team_n; i++) {
		const struct demo_person *p = &add->texts->team[i];
		int64_t *id = &add->out->team[i];
		uint32_t taken;
		unsigned roles;
		enum err e = staff_roles_parse(p->roles, &roles);

		if (e == ERR_OK)
			e = person_taken(db, p->name, p->email, &taken);
		if (e == ERR_OK && taken != 0)
			e = person_known(add, db, p->name, id);
		else if (e == ERR_OK)
			e = person_add(
			        db, p->name, p->email, roles, add->now - DEMO_DAYS * DAY_S, id);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err
take_numbers(struct db *db, void *ctx)
{
	struct adding *add = ctx;

	for (int i = 0; i < DEMO_YEARS; i++) {
		int year = add->out->year - DEMO_YEARS + 1 + i;
		int64_t last;
		enum err e = add->count[i] == 0
		                     ? ERR_OK
		                     : counter_take(db, add->prefix, year, add->count[i], &last);

		if (e != ERR_OK)
			return e;
		if (add->count[i] > 0)
			add->out->next_number[i] = last - (int64_t)add->count[i] + 1;
	}
	return ERR_OK;
}

static enum err
read_keys(struct demo_keyd *out, struct diag *d)
{
	struct secrets *s;
	int fd = open("keys/server.key", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err e = fd >= 0 ? key_read(fd, &out->intake_key) : ERR_IO;

	if (fd >= 0)
		close(fd);
	if (e != ERR_OK)
		return diag_set(d, e, "restore the folder keys/ from its backup",
		        "keys/server.key is missing or damaged");
	e = secrets_read("keys", &s, d);
	if (e != ERR_OK)
		return e;
	memcpy(out->signing_secret, s->signing_secret, sizeof out->signing_secret);
	memcpy(out->storage_public, s->public_keys.storage, sizeof out->storage_public);
	secrets_free(s);
	return ERR_OK;
}

enum err
demo_keyd_open(struct arena *a, const struct demo_texts *t, struct str prefix,
        const struct demo_case *all, size_t n, int64_t now_utc_s, struct demo_keyd *out,
        struct diag *d)
{
	struct adding add = {.a = a, .texts = t, .prefix = prefix, .now = now_utc_s, .out = out};
	struct keyd_store store;
	enum err e;

	*out = (struct demo_keyd){0};
	if (t->team_n > DEMO_TEAM_MAX)
		abort();
	time_date(now_utc_s, &out->year, NULL, NULL);
	for (size_t i = 0; i < n; i++) {
		int year;

		time_date(all[i].received_utc_s, &year, NULL, NULL);
		add.count[DEMO_YEARS - 1 - (out->year - year)]++;
	}
	e = read_keys(out, d);
	if (e == ERR_OK)
		e = keyd_store_open("keys", &store, d);
	if (e != ERR_OK)
		return e;
	e = tx_run(store.db, add_people, &add);
	if (e == ERR_OK)
		e = tx_run(store.db, take_numbers, &add);
	keyd_store_close(&store);
	return e == ERR_OK ? e
	                   : diag_set(d, e, "`vdpd doctor` tells more", "keys/keyd.db: %s",
	                             err_name(e));
}

void
demo_keyd_wipe(struct demo_keyd *k)
{
	sodium_memzero(k, sizeof *k);
}
