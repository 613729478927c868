/* keyd's signatures of the cases, checked by a second thread: they are most of the work of an
 * examination, and need the rows alone. */
#include "cli/admin/doctor_signatures.h"

#include "cli/admin/chain_check.h"

#include <pthread.h>
#include <stdlib.h>

enum { ARENA_BYTES = POLICY_ARENA_BYTES + (4 << 20) };

struct signatures {
	struct arena *a;
	struct cases cases; /* its own connection */
	struct doctor found;
	pthread_t thread;
};

/* The other thread has the rest of the work: with a third of these both take about as long. */
bool
signatures_has(const struct signatures *s, int64_t case_id)
{
	return s != NULL && case_id % 3 != 0;
}

static enum err
see(void *ctx, const struct case_seen *c)
{
	struct signatures *s = ctx;
	struct diag d = {0};

	if (signatures_has(s, c->row.id) && chain_check_signature(c, &d) != ERR_OK)
		doctor_problem(&s->found, &d);
	return ERR_OK;
}

static void *
run(void *arg)
{
	struct signatures *s = arg;
	struct diag d = {0};

	s->cases.rows_only = true;
	if (cases_walk(&s->cases, see, s, &d) != ERR_OK)
		doctor_problem(&s->found, &d);
	return NULL;
}

struct signatures *
signatures_start(const struct doctor *doc)
{
	struct arena *a = arena_new(ARENA_BYTES);
	struct signatures *s = ARENA_NEW(a, struct signatures);
	struct diag d = {0};

	*s = (struct signatures){.a = a, .found = {.a = a, .check = doc->check}};
	if (cases_open(a, doc->config, &s->cases, &d) != ERR_OK) {
		arena_free(a);
		return NULL;
	}
	if (pthread_create(&s->thread, NULL, run, s) != 0) {
		cases_close(&s->cases);
		arena_free(a);
		return NULL;
	}
	return s;
}

void
signatures_end(struct signatures *s, struct doctor *doc)
{
	if (s == NULL)
		return;
	if (pthread_join(s->thread, NULL) != 0)
		abort();
	for (size_t i = 0; i < s->found.n; i++)
		doctor_problem(doc, &s->found.findings[i].what);
	doc->more += s->found.more;
	cases_close(&s->cases);
	arena_free(s->a);
}
