/* The outbox as the courier asks the supervisor for it. */
#include "unit.h"

#include "proc/blob_server.h"
#include "proc/control.h"
#include "proc/outbox.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/vdpd-outbox-XXXXXX";

struct running {
	struct blob_server state;
	struct channel_server *server;
	_Atomic bool stop;
	pthread_t thread;
};

static void *
run(void *arg)
{
	struct running *r = arg;

	while (!r->stop)
		assert_int_equal(channel_server_step(r->server, 1000), ERR_OK);
	return NULL;
}

static struct channel_pool *
connect_as(struct running *r, enum role_id role)
{
	struct channel_pool *p = channel_pool_new();
	struct fds fds = {.n = 1};
	int pair[2];

	assert_int_equal(packet_pair(pair), ERR_OK);
	assert_int_equal(channel_server_add(r->server, pair[1], role), ERR_OK);
	fds.fd[0] = pair[0];
	channel_pool_replace(p, &fds);
	return p;
}

static void
put(struct channel_pool *p, const char *name, const char *text)
{
	int fd;

	assert_int_equal(outbox_create(p, str_of(name), &fd), ERR_OK);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static bool
holds(struct running *r, const char *file, const char *text)
{
	char got[64] = "";
	int fd = openat(r->state.outbox, file, O_RDONLY | O_CLOEXEC);
	bool same = fd >= 0 && read(fd, got, sizeof got - 1) == (ssize_t)strlen(text) &&
	            strcmp(got, text) == 0;

	if (fd >= 0)
		close(fd);
	return same;
}

static void
test_courier(struct running *r)
{
	static const char *const bad[] = {"", ".", "..", "a/b", "../a", "/tmp/a", "a.b", "a b",
	        "\303\244", "a\n",
	        "01234567890123456789012345678901234567890123456789012345678901234"};
	struct channel_pool *p = connect_as(r, ROLE_COURIER);
	struct stat st;
	int fd;

	put(p, "1-notice-1", "half");
	assert_false(holds(r, "1-notice-1.eml", "half"));
	put(p, "1-notice-1", "whole"); /* a second try begins anew */
	assert_int_equal(outbox_publish(p, STR("1-notice-1")), ERR_OK);
	assert_true(holds(r, "1-notice-1.eml", "whole"));
	assert_int_equal(fstatat(r->state.outbox, "1-notice-1.eml", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(outbox_publish(p, STR("1-notice-1")), ERR_NOT_FOUND);
	put(p, "1-notice-1", "again");
	assert_int_equal(outbox_publish(p, STR("1-notice-1")), ERR_OK);
	assert_true(holds(r, "1-notice-1.eml", "again"));

	/* Somebody's link in the way is not followed. */
	assert_int_equal(symlinkat("1-notice-1.eml", r->state.outbox, ".b.tmp"), 0);
	put(p, "b", "new");
	assert_true(holds(r, "1-notice-1.eml", "again"));
	assert_int_equal(outbox_publish(p, STR("b")), ERR_OK);

	for (size_t i = 0; i + 1 < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(outbox_create(p, str_of(bad[i]), &fd), ERR_INVALID);
	channel_pool_free(p);
	/* Too long breaks the protocol. */
	p = connect_as(r, ROLE_COURIER);
	assert_int_not_equal(
	        outbox_create(p, str_of(bad[sizeof bad / sizeof bad[0] - 1]), &fd), ERR_OK);
	channel_pool_free(p);
}

static void
test_others(struct running *r)
{
	static const enum role_id roles[] = {ROLE_PUBLIC, ROLE_DESK, ROLE_KEYD, ROLE_NURSERY};
	struct channel_pool *p;
	int fd, outbox = r->state.outbox;

	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
		p = connect_as(r, roles[i]);
		assert_int_equal(outbox_create(p, STR("a"), &fd), ERR_DENIED);
		assert_int_equal(outbox_publish(p, STR("a")), ERR_DENIED);
		channel_pool_free(p);
	}
	p = connect_as(r, ROLE_COURIER);
	r->state.outbox = -1; /* the transport is smtp */
	assert_int_equal(outbox_create(p, STR("a"), &fd), ERR_STATE);
	r->state.outbox = outbox;
	channel_pool_free(p);
}

static void
test_outbox(void **state)
{
	struct running r = {.state.dir = -1};
	char command[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	r.state.outbox = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r.server = channel_server_new(blob_requests, blob_requests_n, &r.state);
	assert_int_equal(pthread_create(&r.thread, NULL, run, &r), 0);
	test_courier(&r);
	test_others(&r);
	r.stop = true;
	channel_server_wake(r.server);
	pthread_join(r.thread, NULL);
	channel_server_free(r.server);
	close(r.state.outbox);
	snprintf(command, sizeof command, "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_outbox)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
