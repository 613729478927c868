/* The pages made of advisories. */
#include "web/public/shelf_cache.h"

#include "store/advisory_store.h"
#include "web/respond.h"

#include <pthread.h>
#include <stdlib.h>

enum { KEPT_MAX = 8192, KEPT_PATH_MAX = 256, KEPT_BODY_MAX = 4 << 20 };

struct shelf_cache {
	struct pages *pages;
	pthread_mutex_t lock; /* of all below */
	int64_t change;
	char *paths[KEPT_MAX]; /* in the order in which they came; NULL: free */
	size_t next;
};

struct shelf_cache *
shelf_cache_new(struct pages *pages)
{
	struct shelf_cache *c = calloc(1, sizeof *c);

	if (c == NULL)
		abort();
	c->pages = pages;
	pthread_mutex_init(&c->lock, NULL);
	return c;
}

/* The caller holds the lock. */
static void
drop(struct shelf_cache *c, size_t i)
{
	if (c->paths[i] != NULL)
		pages_remove(c->pages, str_of(c->paths[i]));
	free(c->paths[i]);
	c->paths[i] = NULL;
}

static void
drop_all(struct shelf_cache *c)
{
	for (size_t i = 0; i < KEPT_MAX; i++)
		drop(c, i);
	c->next = 0;
}

void
shelf_cache_forget(struct shelf_cache *c)
{
	pthread_mutex_lock(&c->lock);
	drop_all(c);
	pthread_mutex_unlock(&c->lock);
}

void
shelf_cache_look(struct shelf_cache *c, struct db *db, int64_t programme_id)
{
	int64_t change;

	if (advisory_last_change(db, programme_id, &change) != ERR_OK)
		return;
	pthread_mutex_lock(&c->lock);
	if (change != c->change) {
		c->change = change;
		drop_all(c);
	}
	pthread_mutex_unlock(&c->lock);
}

int64_t
shelf_cache_change(struct shelf_cache *c)
{
	int64_t change;

	pthread_mutex_lock(&c->lock);
	change = c->change;
	pthread_mutex_unlock(&c->lock);
	return change;
}

static void
keep(struct shelf_cache *c, int64_t change, struct str path, const char *type, struct str body)
{
	struct buf copy;

	buf_init(&copy, body.n + 1);
	buf_str(&copy, body);
	pthread_mutex_lock(&c->lock);
	if (change == c->change) {
		drop(c, c->next);
		c->paths[c->next] = strndup(path.p, path.n);
		if (c->paths[c->next] != NULL &&
		        pages_put(c->pages, path, type, NULL, &copy) == ERR_OK)
			c->next = (c->next + 1) % KEPT_MAX;
	}
	pthread_mutex_unlock(&c->lock);
	buf_clear(&copy);
}

void
shelf_answer(struct request *req, struct shelf_cache *c, int64_t change, const char *type,
        struct buf *body)
{
	if (!body->full && req->n_query == 0 && req->path.n < KEPT_PATH_MAX &&
	        body->n <= KEPT_BODY_MAX)
		keep(c, change, req->path, type, buf_view(body));
	respond_bytes(req, 200, type, body);
	respond_cache(req, "public, max-age=60");
}
