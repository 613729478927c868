/* vdpd backup: one file with all of an instance, whether it runs or not. */
#include "cli/admin/admin.h"

#include "base/id.h"
#include "base/time.h"
#include "cli/admin/backup_key.h"
#include "cli/admin/backup_make.h"
#include "cli/admin/backup_record.h"
#include "cli/admin/out_file.h"
#include "cli/admin/place.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARENA_BYTES = 64 * 1024, KEY_ID_BYTES = 8 /* of its public half, as shown */ };

struct backup {
	struct arena *a;
	const char *file, *to, *base;
	bool without, json;
	unsigned char recipient[BACKUP_PUBLIC_BYTES];
	struct backup_request q;
	struct out_file out;
	struct backup_made *made; /* shared with the process that makes it */
	struct diag why;
};

/* The work is done as the instance's owner, but the file is put where who called this may write:
 * so the work has a process of its own. Its exit status is the result, CLI_NO if it was killed. */
static int
in_a_child(struct backup *b, int (*work)(struct backup *b))
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		diag_set(&b->why, ERR_IO, NULL, "cannot start a process: %s", strerror(errno));
		return cli_error(&b->why);
	}
	if (pid == 0) {
		status = work(b);
		fflush(NULL);
		_exit(status);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	diag_set(&b->why, ERR_PEER, NULL, "the backup was ended by signal %d", WTERMSIG(status));
	return cli_error(&b->why);
}

static int
make(struct backup *b)
{
	if (backup_make(&b->q, b->made, &b->why) != ERR_OK)
		return cli_error(&b->why);
	return CLI_OK;
}

/* For `vdpd doctor`: when the last one was made, and that the key is in it. */
static int
note(struct backup *b)
{
	enum err e = place_go(b->q.dir, &b->why);

	if (e == ERR_OK)
		e = backup_record_made(b->made->made_at_utc_s, &b->why);
	if (e == ERR_OK && b->q.storage_key)
		e = backup_record_key(b->made->made_at_utc_s, &b->why);
	return e == ERR_OK ? CLI_OK : cli_error(&b->why);
}

static void
print_json(const struct backup *b)
{
	const struct backup_made *m = b->made;
	char at[RFC3339_MAX];

	time_format(m->made_at_utc_s, at);
	printf("{\"id\":\"%.*s\",\"made_at\":\"%s\",\"bytes\":%llu,\"storage_key\":%s,"
	       "\"storage_key_id\":\"%.*s\",\"backup_key\":\"%.*s\",\"files\":%zu,\"files_copied\":"
	       "%zu,\"files_in_base\":%zu,"
	       "\"files_missing\":%zu,\"files_damaged\":%zu}\n",
	        STR_ARG(hex_str(b->a, m->id, sizeof m->id)), at, (unsigned long long)m->bytes,
	        b->q.storage_key ? "true" : "false",
	        STR_ARG(hex_str(b->a, m->storage_public, KEY_ID_BYTES)),
	        STR_ARG(hex_str(b->a, m->recipient, sizeof m->recipient)), m->blobs_n, m->copied_n,
	        m->in_base_n, m->missing_n, m->damaged_n);
}

static void
print_text(const struct backup *b)
{
	const struct backup_made *m = b->made;
	char at[RFC3339_MAX];

	time_format(m->made_at_utc_s, at);
	printf("%s holds the instance as of %s, %llu bytes.\n", b->file, at,
	        (unsigned long long)m->bytes);
	printf("files of cases  %zu: %zu copied", m->blobs_n, m->copied_n);
	if (b->base != NULL)
		printf(", %zu in %s, which a restore needs too", m->in_base_n, b->base);
	printf("\nstorage key     %.*s, ", STR_ARG(hex_str(b->a, m->storage_public, KEY_ID_BYTES)));
	if (b->q.storage_key)
		printf("in it: who has the file and the backup key reads every report\n");
	else
		printf("NOT in it: a restore opens no report before keys/storage.key\n"
		       "                is put back from a backup of its own\n");
	printf("encrypted to    %.*s\n", STR_ARG(hex_str(b->a, m->recipient, sizeof m->recipient)));
}

static enum err
open_given(struct backup *b)
{
	enum err e = ERR_OK;

	b->q.base_fd = -1;
	if (b->to != NULL) {
		e = backup_key_public(b->a, b->to, b->recipient, &b->why);
		b->q.recipient = b->recipient;
	}
	if (e == ERR_OK && b->base != NULL) {
		b->q.base_name = basename(str_z(b->a, str_of(b->base)));
		b->q.base_fd = open(b->base, O_RDONLY | O_CLOEXEC);
		if (b->q.base_fd < 0)
			e = diag_set(&b->why, ERR_IO, NULL, "%s: %s", b->base, strerror(errno));
	}
	return e;
}

static int
run(struct backup *b)
{
	enum err e = open_given(b);
	int status;

	if (e == ERR_OK)
		e = out_file_begin(&b->out, b->file, &b->why);
	if (e != ERR_OK)
		return cli_error(&b->why);
	b->q.out_fd = b->out.fd;
	b->q.quiet = b->json;
	status = in_a_child(b, make);
	if (status != CLI_OK) {
		out_file_drop(&b->out);
		return status;
	}
	if (out_file_finish(&b->out, &b->why) != ERR_OK)
		return cli_error(&b->why);
	status = in_a_child(b, note);
	if (b->json)
		print_json(b);
	else
		print_text(b);
	return status;
}

int
admin_backup(int argc, char **argv)
{
	struct backup b = {.q = {.base_fd = -1}};
	const struct cli_option options[] = {
	        {.name = "directory", .letter = 'C', .value = &b.q.dir},
	        {.name = "to", .value = &b.to},
	        {.name = "base", .value = &b.base},
	        {.name = "without-storage-key", .flag = &b.without},
	        {.name = "json", .flag = &b.json},
	};
	int first, status = cli_options(argc, argv, options, 5, &first);

	if (status != CLI_OK)
		return status;
	if (b.q.dir == NULL || argc - first != 1)
		return cli_usage("backup: -C with the instance's directory, and the new file");
	b.file = argv[first];
	b.q.storage_key = !b.without;
	b.made = mmap(
	        NULL, sizeof *b.made, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (b.made == MAP_FAILED)
		return CLI_NO;
	b.a = arena_new(ARENA_BYTES);
	status = run(&b);
	arena_free(b.a);
	if (b.q.base_fd >= 0)
		close(b.q.base_fd);
	munmap(b.made, sizeof *b.made);
	return status;
}
