/* Token buckets in one fixed table: a bucket is (keyed hash of network and class), found by probing
 * a few places; where all are taken the fullest, which is the least busy, gives way. */
#include "web/limits.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
	BUCKETS = 1 << 14,
	PROBES = 8,
	DAY_MS = 24 * 3600 * 1000,
	CONNECTIONS_PER_NET = 256,
};

/* How many at once, and how many an hour from then on. A /24 may be an office, so that the classes
 * that cost nothing are wide. */
static const struct rate {
	uint64_t burst, per_hour;
} default_rates[RATE_COUNT] = {
        [RATE_NONE] = {300, 18000},
        [RATE_READ] = {300, 18000},
        [RATE_INTAKE] = {20, 120},
        [RATE_RECEIPT] = {60, 1200},
        [RATE_WRITE] = {60, 600},
        [RATE_UPLOAD] = {40, 240},
        [RATE_SIGN_IN] = {20, 120},
        [RATE_STAFF] = {600, 36000},
        [RATE_FREE] = {0, 0},
};

struct bucket {
	uint64_t id;   /* 0: free */
	double tokens; /* at `at_ms` */
	int64_t at_ms;
	unsigned open; /* connections; only in buckets of the connection class */
	enum rate_class class;
};

struct limits {
	pthread_mutex_t lock;
	bool off;
	struct rate rates[RATE_COUNT];
	unsigned char key[crypto_shorthash_KEYBYTES];
	int64_t key_at_ms;
	struct bucket buckets[BUCKETS];
	struct bucket connections[BUCKETS];
	unsigned char connection_key[crypto_shorthash_KEYBYTES];
};

struct limits *
limits_new(bool off)
{
	struct limits *l = calloc(1, sizeof *l);

	if (l == NULL)
		abort();
	pthread_mutex_init(&l->lock, NULL);
	l->off = off;
	memcpy(l->rates, default_rates, sizeof l->rates);
	randombytes_buf(l->key, sizeof l->key);
	randombytes_buf(l->connection_key, sizeof l->connection_key);
	l->key_at_ms = INT64_MIN;
	return l;
}

void
limits_free(struct limits *l)
{
	if (l == NULL)
		return;
	pthread_mutex_destroy(&l->lock);
	sodium_memzero(l, sizeof *l);
	free(l);
}

static struct rate
rate_of(int64_t n, unsigned times_an_hour)
{
	uint64_t at_least = n > 0 ? (uint64_t)n : 1;

	return (struct rate){at_least, at_least * times_an_hour};
}

void
limits_configure(struct limits *l, int64_t requests_per_minute, int64_t reports_per_hour,
        int64_t sign_ins_per_hour)
{
	pthread_mutex_lock(&l->lock);
	l->rates[RATE_NONE] = l->rates[RATE_READ] = l->rates[RATE_STAFF] =
	        rate_of(requests_per_minute, 60);
	l->rates[RATE_INTAKE] = rate_of(reports_per_hour, 1);
	l->rates[RATE_SIGN_IN] = rate_of(sign_ins_per_hour, 1);
	pthread_mutex_unlock(&l->lock);
}

static uint64_t
bucket_id(const unsigned char key[], const struct client_net *net, enum rate_class class)
{
	unsigned char in[sizeof net->b + 1], out[crypto_shorthash_BYTES];
	uint64_t id;

	memcpy(in, net->b, sizeof net->b);
	in[sizeof net->b] = (unsigned char)class;
	crypto_shorthash(out, in, sizeof in, key);
	memcpy(&id, out, sizeof id);
	return id != 0 ? id : 1;
}

static double
tokens_now(const struct limits *l, const struct bucket *b, int64_t now_ms)
{
	const struct rate *r = &l->rates[b->class];
	double t = b->tokens + (double)(now_ms - b->at_ms) * (double)r->per_hour / 3600000.0;

	return t > (double)r->burst ? (double)r->burst : t;
}

static struct bucket *
bucket_find(struct limits *l, uint64_t id, enum rate_class class, int64_t now_ms)
{
	struct bucket *best = NULL;
	double best_left = -1;

	for (unsigned i = 0; i < PROBES; i++) {
		struct bucket *b = &l->buckets[(id + i) % BUCKETS];
		double left;

		if (b->id == id)
			return b;
		left = b->id == 0 ? 2 : tokens_now(l, b, now_ms) / (double)l->rates[b->class].burst;
		if (left > best_left) {
			best_left = left;
			best = b;
		}
	}
	*best = (struct bucket){
	        .id = id, .tokens = (double)l->rates[class].burst, .at_ms = now_ms, .class = class};
	return best;
}

enum err
limits_take(struct limits *l, enum rate_class class, const struct client_net *net, int64_t now_ms,
        unsigned *retry_s)
{
	struct bucket *b;
	enum err e = ERR_OK;

	if (l == NULL || l->off || l->rates[class].per_hour == 0)
		return ERR_OK;
	pthread_mutex_lock(&l->lock);
	if (l->key_at_ms == INT64_MIN || now_ms - l->key_at_ms >= DAY_MS) {
		randombytes_buf(l->key, sizeof l->key);
		sodium_memzero(l->buckets, sizeof l->buckets);
		l->key_at_ms = now_ms;
	}
	b = bucket_find(l, bucket_id(l->key, net, class), class, now_ms);
	b->tokens = tokens_now(l, b, now_ms);
	b->at_ms = now_ms;
	if (b->tokens >= 1) {
		b->tokens -= 1;
	} else {
		*retry_s =
		        1 + (unsigned)((1 - b->tokens) * 3600.0 / (double)l->rates[class].per_hour);
		e = ERR_RATE;
	}
	pthread_mutex_unlock(&l->lock);
	return e;
}

/* A place in the table of open connections; NULL if all that it may have are taken by others. */
static struct bucket *
connection_find(struct limits *l, const struct client_net *net)
{
	uint64_t id = bucket_id(l->connection_key, net, RATE_NONE);
	struct bucket *free_one = NULL;

	for (unsigned i = 0; i < PROBES; i++) {
		struct bucket *b = &l->connections[(id + i) % BUCKETS];

		if (b->id == id)
			return b;
		if (b->id == 0 && free_one == NULL)
			free_one = b;
	}
	if (free_one != NULL)
		free_one->id = id;
	return free_one;
}

bool
limits_connection_open(struct limits *l, const struct client_net *net)
{
	struct bucket *b;
	bool yes;

	if (l == NULL || l->off)
		return true;
	pthread_mutex_lock(&l->lock);
	b = connection_find(l, net);
	yes = b != NULL && b->open < CONNECTIONS_PER_NET;
	if (yes)
		b->open++;
	pthread_mutex_unlock(&l->lock);
	return yes;
}

void
limits_connection_close(struct limits *l, const struct client_net *net)
{
	struct bucket *b;

	if (l == NULL || l->off)
		return;
	pthread_mutex_lock(&l->lock);
	b = connection_find(l, net);
	if (b != NULL && (b->open == 0 || --b->open == 0))
		*b = (struct bucket){0};
	pthread_mutex_unlock(&l->lock);
}
