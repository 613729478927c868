/* The thread that answers. */
#include "web/desk/answers.h"

#include <pthread.h>
#include <stdlib.h>

struct answers {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_t thread;
	struct act_job *first, **last;
	bool stop;
};

static void *
run(void *arg)
{
	struct answers *a = arg;

	pthread_mutex_lock(&a->lock);
	for (;;) {
		struct act_job *j = a->first;

		if (j == NULL && a->stop)
			break;
		if (j == NULL) {
			pthread_cond_wait(&a->wake, &a->lock);
			continue;
		}
		a->first = j->next;
		if (a->first == NULL)
			a->last = &a->first;
		pthread_mutex_unlock(&a->lock);
		act_job_end(j, j->result);
		pthread_mutex_lock(&a->lock);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

enum err
answers_start(struct answers **out)
{
	struct answers *a = calloc(1, sizeof *a);

	if (a == NULL)
		abort();
	a->last = &a->first;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->wake, NULL);
	if (pthread_create(&a->thread, NULL, run, a) != 0) {
		free(a);
		return ERR_IO;
	}
	*out = a;
	return ERR_OK;
}

void
answers_hand_over(struct answers *a, struct act_job *j, enum err e)
{
	j->result = e;
	j->next = NULL;
	pthread_mutex_lock(&a->lock);
	*a->last = j;
	a->last = &j->next;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
}

void
answers_stop(struct answers *a)
{
	if (a == NULL)
		return;
	pthread_mutex_lock(&a->lock);
	a->stop = true;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	pthread_mutex_destroy(&a->lock);
	pthread_cond_destroy(&a->wake);
	free(a);
}
