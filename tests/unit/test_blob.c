/* Blobs, asked for by the role that may do everything and by those that may not. */
#include "unit.h"

#include "proc/blob.h"
#include "proc/blob_server.h"
#include "proc/control.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/vdpd-blob-XXXXXX";

struct running {
	struct channel_server *server;
	struct blob_server state;
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

static bool
listed(struct channel_pool *p, const struct blob_id *id)
{
	static struct blob_entry entries[BLOB_LIST_MAX];
	struct blob_id after = {{id->b[0]}};
	size_t n;

	assert_int_equal(blob_list(p, &after, entries, &n), ERR_OK);
	for (size_t i = 0; i < n; i++) {
		assert_true(entries[i].changed_utc_s > 0);
		if (memcmp(&entries[i].id, id, sizeof *id) == 0)
			return true;
	}
	return false;
}

static void
test_courier(struct running *r)
{
	struct channel_pool *p = connect_as(r, ROLE_COURIER);
	struct blob_id id;
	struct stat st;
	char text[5];
	int fd;

	assert_int_equal(blob_create(p, &id, &fd), ERR_OK);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(write(fd, "hello", 5), 5);
	close(fd);
	assert_true(listed(p, &id));
	assert_int_equal(blob_open(p, &id, &fd), ERR_OK);
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(read(fd, text, 5), 5);
	close(fd);
	assert_int_equal(blob_unlink(p, &id), ERR_OK);
	assert_int_equal(blob_unlink(p, &id), ERR_NOT_FOUND);
	assert_int_equal(blob_open(p, &id, &fd), ERR_NOT_FOUND);
	assert_false(listed(p, &id));
	channel_pool_free(p);
}

static void
test_many(struct running *r)
{
	static struct blob_entry entries[BLOB_LIST_MAX];
	struct channel_pool *p = connect_as(r, ROLE_COURIER);
	struct blob_id after = {{0xAB}};
	char name[80];
	size_t n, total = 0;

	snprintf(name, sizeof name, "%s/ab", dir);
	assert_true(mkdir(name, 0700) == 0 || access(name, W_OK) == 0);
	for (unsigned i = 1; i <= BLOB_LIST_MAX + 50; i++) {
		snprintf(name, sizeof name, "%s/ab/ab%030x", dir, i * 7919u);
		close(open(name, O_CREAT | O_WRONLY, 0600));
	}
	snprintf(name, sizeof name, "%s/ab/no-blob", dir);
	close(open(name, O_CREAT | O_WRONLY, 0600));
	do {
		assert_int_equal(blob_list(p, &after, entries, &n), ERR_OK);
		for (size_t i = 0; i < n; i++) {
			assert_true(memcmp(&entries[i].id, &after, sizeof after) > 0);
			after = entries[i].id;
		}
		total += n;
	} while (n > 0);
	assert_true(total >= BLOB_LIST_MAX + 50 && total <= BLOB_LIST_MAX + 60);
	channel_pool_free(p);
}

static void
test_others(struct running *r)
{
	static const struct {
		enum role_id role;
		enum err create, unlink;
	} may[] = {
	        {ROLE_PUBLIC, ERR_OK, ERR_DENIED},
	        {ROLE_DESK, ERR_OK, ERR_DENIED},
	        {ROLE_KEYD, ERR_DENIED, ERR_DENIED},
	        {ROLE_NURSERY, ERR_DENIED, ERR_DENIED},
	        {ROLE_COMMAND, ERR_DENIED, ERR_DENIED},
	};

	for (size_t i = 0; i < sizeof may / sizeof may[0]; i++) {
		struct channel_pool *p = connect_as(r, may[i].role);
		struct blob_id id = {{1}};
		int fd;

		assert_int_equal(blob_create(p, &id, &fd), may[i].create);
		if (may[i].create == ERR_OK)
			close(fd);
		assert_int_equal(blob_unlink(p, &id), may[i].unlink);
		channel_pool_free(p);
	}
}

static void
test_blobs(void **state)
{
	struct running r = {0};
	char command[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	r.state.dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	r.server = channel_server_new(blob_requests, blob_requests_n, &r.state);
	assert_int_equal(pthread_create(&r.thread, NULL, run, &r), 0);
	test_courier(&r);
	test_many(&r);
	test_others(&r);
	r.stop = true;
	channel_server_wake(r.server);
	pthread_join(r.thread, NULL);
	channel_server_free(r.server);
	close(r.state.dir);
	snprintf(command, sizeof command, "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_blobs)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
