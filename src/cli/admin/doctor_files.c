/* Files: whose they are, who else may read them, room on the disk, what a crash left behind. */
#include "cli/admin/doctor.h"

#include <errno.h>
#include <fts.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { DISK_PERCENT_MIN = 5 };
#define DISK_BYTES_MIN ((uint64_t)512 << 20)

/* Folders in which nothing is anybody else's business. */
static const char *const closed[] = {"keys", "data", "run", "outbox"};

static bool
is_closed(const char *path)
{
	for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
		size_t n = strlen(closed[i]);

		if (strncmp(path, closed[i], n) == 0 && (path[n] == '\0' || path[n] == '/'))
			return true;
	}
	return false;
}

static void
look(struct doctor *doc, const FTSENT *entry)
{
	const struct stat *st = entry->fts_statp;
	const char *path = entry->fts_path + (strncmp(entry->fts_path, "./", 2) == 0 ? 2 : 0);
	unsigned mode = st->st_mode & 07777;
	const char *mend;

	if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS) {
		doctor_say(doc, "give it back to the instance's owner: chown -R", "%s: %s", path,
		        strerror(entry->fts_errno));
		return;
	}
	if (st->st_uid != geteuid())
		doctor_say(doc, "give it back to the instance's owner: chown -R",
		        "%s belongs to user %u", path, st->st_uid);
	if (S_ISLNK(st->st_mode))
		return;
	mend = S_ISDIR(st->st_mode) ? "chmod 700" : "chmod 600";
	if (is_closed(path) && (mode & 077) != 0)
		doctor_say(doc, mend, "%s can be reached by others: its mode is %04o", path, mode);
	else if ((mode & 022) != 0)
		doctor_say(doc, "chmod go-w", "%s can be written by others: its mode is %04o", path,
		        mode);
}

void
doctor_permissions(struct doctor *doc)
{
	static const char *const wanted[] = {"keys", "data", "data/blobs", "programmes"};
	char here[] = ".";
	char *roots[] = {here, NULL};
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	const FTSENT *entry;

	while (walk != NULL && (entry = fts_read(walk)) != NULL)
		if (entry->fts_info != FTS_DP)
			look(doc, entry);
	if (walk != NULL)
		fts_close(walk);
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		if (access(wanted[i], X_OK) != 0)
			doctor_say(doc, "restore it from a backup", "%s: %s", wanted[i],
			        strerror(errno));
}

void
doctor_disk(struct doctor *doc)
{
	struct statvfs fs;
	uint64_t room;

	if (statvfs("data", &fs) != 0) {
		doctor_say(doc, NULL, "data: %s", strerror(errno));
		return;
	}
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (room < DISK_BYTES_MIN || fs.f_bavail < fs.f_blocks / 100 * DISK_PERCENT_MIN)
		doctor_say(doc, "make room: reports are refused when the disk is full",
		        "%llu MiB are left on the disk of data/", (unsigned long long)(room >> 20));
	if (fs.f_files > 0 && fs.f_favail < fs.f_files / 100 * DISK_PERCENT_MIN)
		doctor_say(doc, "remove small files, or move data/ to a larger disk",
		        "%llu inodes are left on the disk of data/",
		        (unsigned long long)fs.f_favail);
}
