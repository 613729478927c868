/* The password thread. */
#include "keyd/server/password.h"

#include "base/id.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

/* OWASP's first choice for argon2id with one lane. */
enum { PASSES = 2, MEMORY_BYTES = 19 * 1024 * 1024 };

_Static_assert(PASSWORD_STORED_BYTES == crypto_pwhash_STRBYTES, "libsodium's own size");

struct list {
	struct password_job *first, **end;
};

struct passwords {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct list todo, done;
	size_t waiting;
	bool stop;
	void (*wake)(void *arg);
	void *arg;
};

static void
list_add(struct list *l, struct password_job *job)
{
	job->next = NULL;
	*l->end = job;
	l->end = &job->next;
}

static struct password_job *
list_take(struct list *l)
{
	struct password_job *job = l->first;

	if (job != NULL) {
		l->first = job->next;
		if (l->first == NULL)
			l->end = &l->first;
	}
	return job;
}

static bool
hash(char stored[PASSWORD_STORED_BYTES], struct str password)
{
	return crypto_pwhash_str_alg(stored, password.p, password.n, PASSES, MEMORY_BYTES,
	               crypto_pwhash_ALG_ARGON2ID13) == 0;
}

static void
work(struct password_job *job)
{
	if (job->verify)
		job->ok = crypto_pwhash_str_verify(job->stored, job->password.p, job->password.n) ==
		          0;
	else
		job->ok = hash(job->stored, job->password);
}

static void *
run(void *arg)
{
	struct passwords *p = arg;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		struct password_job *job;

		while (p->todo.first == NULL && !p->stop)
			pthread_cond_wait(&p->work, &p->lock);
		if (p->stop)
			break;
		job = list_take(&p->todo);
		pthread_mutex_unlock(&p->lock);
		work(job);
		pthread_mutex_lock(&p->lock);
		p->waiting--;
		list_add(&p->done, job);
		p->wake(p->arg);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct passwords *
passwords_new(void (*wake)(void *arg), void *arg)
{
	struct passwords *p = calloc(1, sizeof *p);

	if (p == NULL)
		abort();
	p->wake = wake;
	p->arg = arg;
	p->todo.end = &p->todo.first;
	p->done.end = &p->done.first;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	if (pthread_create(&p->thread, NULL, run, p) != 0)
		abort();
	return p;
}

void
passwords_free(struct passwords *p)
{
	struct password_job *job;

	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	while ((job = list_take(&p->todo)) != NULL) {
		job->ok = false;
		list_add(&p->done, job);
	}
	passwords_collect(p);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

enum err
passwords_submit(struct passwords *p, struct password_job *job)
{
	enum err e = ERR_OK;

	job->ok = false;
	pthread_mutex_lock(&p->lock);
	if (p->waiting >= PASSWORD_WAITING_MAX || p->stop) {
		e = ERR_BUSY;
	} else {
		p->waiting++;
		list_add(&p->todo, job);
		pthread_cond_signal(&p->work);
	}
	pthread_mutex_unlock(&p->lock);
	return e;
}

void
passwords_collect(struct passwords *p)
{
	for (;;) {
		struct password_job *job;

		pthread_mutex_lock(&p->lock);
		job = list_take(&p->done);
		pthread_mutex_unlock(&p->lock);
		if (job == NULL)
			return;
		job->then(job);
	}
}

void
password_dummy(char stored[PASSWORD_STORED_BYTES])
{
	char random[32];

	random_bytes(random, sizeof random);
	if (!hash(stored, str_bytes(random, sizeof random)))
		abort();
	sodium_memzero(random, sizeof random);
}
