/* Asking the nursery. */
#include "proc/nursery.h"

enum err
nursery_image(struct channel_pool *nursery, int in_fd, int out_fd, int timeout_ms)
{
	const struct fds send = {.fd = {in_fd, out_fd}, .n = 2};

	return channel_pool_call_fds(nursery, NURSERY_IMAGE, NULL, &send, NULL, NULL, timeout_ms);
}
