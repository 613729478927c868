/* Two small files in data/. */
#include "cli/admin/backup_record.h"

#include "base/time.h"
#include "keyd/client/public_keys.h"
#include "proc/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#define LAST_BACKUP "data/last-backup"
#define KEY_KEPT    "data/storage-key-kept" /* time, and the key's public half */

enum { TEXT_MAX = 200, KEY_HEX = 2 * 32 + 1 };

static enum err
keep(const char *name, const char *text, struct diag *d)
{
	if (instance_write(name, text) == ERR_OK)
		return ERR_OK;
	return diag_set(d, ERR_IO, NULL, "%s: %s", name, strerror(errno));
}

/* The public half of the storage key of now, in hex. */
static enum err
key_now(char hex[KEY_HEX])
{
	struct public_keys keys;
	int fd = open("keys/public.keys", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err e = fd < 0 ? ERR_IO : public_keys_read(fd, &keys);

	if (fd >= 0)
		close(fd);
	if (e == ERR_OK)
		sodium_bin2hex(hex, KEY_HEX, keys.storage, sizeof keys.storage);
	return e;
}

enum err
backup_record_made(int64_t at, struct diag *d)
{
	char text[RFC3339_MAX];

	time_format(at, text);
	return keep(LAST_BACKUP, text, d);
}

enum err
backup_record_key(int64_t at, struct diag *d)
{
	char text[RFC3339_MAX], hex[KEY_HEX], line[TEXT_MAX];

	if (key_now(hex) != ERR_OK)
		return diag_set(d, ERR_INVALID, "restore it from a backup",
		        "keys/public.keys cannot be read");
	time_format(at, text);
	snprintf(line, sizeof line, "%s %s", text, hex);
	return keep(KEY_KEPT, line, d);
}

/* What stands in the file NAME, and of that the time which it begins with; 0 if there is none. */
static int64_t
read_record(const char *name, char text[TEXT_MAX], struct str *rest)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got = fd < 0 ? -1 : read(fd, text, TEXT_MAX);
	struct str time;
	int64_t at;

	if (fd >= 0)
		close(fd);
	*rest = str_trim((struct str){text, got > 0 ? (size_t)got : 0});
	return str_cut(rest, ' ', &time) && time_parse(time, &at) == ERR_OK ? at : 0;
}

void
backup_record_read(struct backup_record *out)
{
	char text[TEXT_MAX], hex[KEY_HEX];
	struct str rest;

	*out = (struct backup_record){0};
	out->made_at = read_record(LAST_BACKUP, text, &rest);
	out->key_at = read_record(KEY_KEPT, text, &rest);
	out->key_holds = key_now(hex) == ERR_OK && str_eq(rest, str_of(hex));
}
