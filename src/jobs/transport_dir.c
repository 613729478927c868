/* One file a message. A file under its last name is whole and durable; the same message written
 * again replaces itself. */
#include "jobs/transport.h"

#include "base/durable.h"
#include "proc/outbox.h"

#include <stdlib.h>

static enum err
put(struct channel_pool *supervisor, struct str name, struct str message)
{
	struct durable *file;
	int fd;
	enum err e = outbox_create(supervisor, name, &fd);

	if (e != ERR_OK)
		return e;
	file = durable_new(fd);
	e = durable_write(file, message);
	if (e == ERR_OK)
		e = durable_sync(file);
	durable_free(file);
	return e == ERR_OK ? outbox_publish(supervisor, name) : e;
}

static enum sent
dir_send(void *state, struct arena *a, struct str name, struct str from, struct str to,
        struct str message, const char **trouble)
{
	enum err e = put(state, name, message);

	(void)a;
	(void)from;
	(void)to;
	if (e == ERR_OK)
		return SENT;
	*trouble = e == ERR_FULL ? "disk_full" : "disk";
	return SENT_DOWN;
}

static void
dir_free(void *state)
{
	(void)state;
}

struct transport *
transport_dir(struct channel_pool *supervisor)
{
	static const struct transport_class class = {dir_send, dir_free};

	return transport_new(&class, supervisor);
}
