/* The policies that cases are pinned to. */
#include "act/policies.h"

#include "store/policy_store.h"

#include <pthread.h>

struct version {
	struct version *next;
	struct arena *a;
	const struct policy *policy;
};

struct policies {
	pthread_rwlock_t lock;
	struct version *first;
};

struct policies *
policies_new(void)
{
	struct policies *p = calloc(1, sizeof *p);

	if (p == NULL || pthread_rwlock_init(&p->lock, NULL) != 0)
		abort();
	return p;
}

void
policies_free(struct policies *p)
{
	if (p == NULL)
		return;
	for (struct version *v = p->first, *next; v != NULL; v = next) {
		next = v->next;
		arena_free(v->a);
		free(v);
	}
	pthread_rwlock_destroy(&p->lock);
	free(p);
}

static const struct policy *
find(struct policies *p, const unsigned char sha256[32])
{
	const struct policy *hit = NULL;

	pthread_rwlock_rdlock(&p->lock);
	for (struct version *v = p->first; v != NULL && hit == NULL; v = v->next)
		if (memcmp(v->policy->sha256, sha256, 32) == 0)
			hit = v->policy;
	pthread_rwlock_unlock(&p->lock);
	return hit;
}

enum err
policies_add(struct policies *p, const char *filename, struct str text, struct diag *d,
        const struct policy **out)
{
	struct version *v = calloc(1, sizeof *v);
	struct diags *ds = calloc(1, sizeof *ds);
	const struct policy *held;
	enum err e;

	if (v == NULL || ds == NULL)
		abort();
	v->a = arena_new(POLICY_ARENA_BYTES);
	e = policy_parse(v->a, filename, text, ds, &v->policy);
	if (e != ERR_OK && d != NULL)
		diags_first(ds, d);
	free(ds);
	held = e == ERR_OK ? find(p, v->policy->sha256) : NULL;
	if (e != ERR_OK || held != NULL) {
		arena_free(v->a);
		free(v);
		if (e == ERR_OK)
			*out = held;
		return e;
	}
	pthread_rwlock_wrlock(&p->lock);
	v->next = p->first;
	p->first = v;
	pthread_rwlock_unlock(&p->lock);
	*out = v->policy;
	return ERR_OK;
}

enum err
policies_get(struct policies *p, struct db *db, const unsigned char sha256[32],
        const struct policy **out)
{
	const struct policy *hit = find(p, sha256);
	struct policy_row row;
	struct arena *a;
	enum err e;

	if (hit != NULL) {
		*out = hit;
		return ERR_OK;
	}
	a = arena_new(2 * POLICY_TEXT_MAX);
	e = policy_get(a, db, sha256, &row);
	if (e == ERR_OK && policies_add(p, "policy", row.text, NULL, &hit) != ERR_OK)
		e = ERR_STORE;
	if (e == ERR_OK && memcmp(hit->sha256, sha256, 32) != 0)
		e = ERR_STORE;
	arena_free(a);
	if (e == ERR_OK)
		*out = hit;
	return e;
}
