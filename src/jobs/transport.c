/* The transports as one thing. */
#include "jobs/transport.h"

#include <stdlib.h>

struct transport {
	const struct transport_class *class;
	void *state;
};

struct transport *
transport_new(const struct transport_class *class, void *state)
{
	struct transport *t = calloc(1, sizeof *t);

	if (t == NULL)
		abort();
	*t = (struct transport){class, state};
	return t;
}

void
transport_free(struct transport *t)
{
	if (t == NULL)
		return;
	t->class->free(t->state);
	free(t);
}

enum sent
transport_send(struct transport *t, struct arena *a, struct str name, struct str from,
        struct str to, struct str message, const char **trouble)
{
	return t->class->send(t->state, a, name, from, to, message, trouble);
}
