/* The VFS that remembers what was not synced, and its recovery. FILE.undo holds, after the offset
 * of its end, a record for each write since the last sync: where, how long the file was, and the
 * bytes that stood there. The end is written after the record, so that a process killed in
 * between leaves nothing that others would stumble over. A lock on the undo file (of the open
 * file description: threads count too) makes record and write, and sync and emptying, one step
 * for all processes: no record of a write that the sync did not cover is lost. */
#include "store/fault.h"

#ifndef VDPD_TEST

const char *
fault_vfs(void)
{
	return NULL;
}

bool
fault_sync_off(void)
{
	return false;
}

enum err
fault_recover(const char *dir, size_t *undone)
{
	(void)dir;
	if (undone != NULL)
		*undone = 0;
	return ERR_OK;
}

#else

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define VFS_NAME "vdpd-fault"

enum {
	LOCK_STEP, /* held for the time of a write, a truncation or a sync */
	LOCK_ALIVE /* held, shared, by everybody who has the database open */
};

struct record {
	int64_t at;       /* offset of the bytes in the file */
	int64_t size;     /* of the file, before */
	int64_t n;        /* bytes that follow this record */
	int64_t previous; /* offset of the record before this one, 0 for the first */
};

struct undo {
	int64_t end;  /* of the last record */
	int64_t last; /* offset of the last record; 0 if there is none */
};

struct fault_file {
	sqlite3_file base;
	int undo_fd; /* -1: a file that is not watched */
	sqlite3_file *real;
};

static bool
env_is_one(const char *name)
{
	return str_eq(str_of(getenv(name)), STR("1"));
}

bool
fault_sync_off(void)
{
	return env_is_one("VDPD_SYNC_OFF");
}

/* ---- The undo file ---- */

static bool
read_at(int fd, void *p, size_t n, int64_t at)
{
	return pread(fd, p, n, at) == (ssize_t)n;
}

static bool
write_at(int fd, const void *p, size_t n, int64_t at)
{
	return pwrite(fd, p, n, at) == (ssize_t)n;
}

static bool
lock_byte(int fd, int command, short type, off_t at)
{
	struct flock l = {.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};

	while (fcntl(fd, command, &l) != 0)
		if (errno != EINTR)
			return false;
	return true;
}

static bool
lock(int fd, short type)
{
	return lock_byte(fd, F_OFD_SETLKW, type, LOCK_STEP);
}

static void
undo_read(int fd, struct undo *u)
{
	if (!read_at(fd, u, sizeof *u, 0))
		*u = (struct undo){.end = sizeof *u};
}

static bool
undo_empty(int fd)
{
	struct undo u = {.end = sizeof u};

	return write_at(fd, &u, sizeof u, 0);
}

/* Remembers the N bytes at AT of F, which is SIZE bytes long. */
static bool
undo_append(struct fault_file *f, int64_t at, int64_t n, int64_t size)
{
	struct record r = {.at = at, .size = size};
	struct undo u;
	char *old;
	bool ok;

	if (at < size)
		r.n = n < size - at ? n : size - at;
	old = malloc((size_t)r.n + 1);
	if (old == NULL)
		return false;
	undo_read(f->undo_fd, &u);
	r.previous = u.last;
	u.last = u.end;
	u.end += (int64_t)sizeof r + r.n;
	ok = (r.n == 0 || f->real->pMethods->xRead(f->real, old, (int)r.n, at) == SQLITE_OK) &&
	     write_at(f->undo_fd, &r, sizeof r, u.last) &&
	     (r.n == 0 || write_at(f->undo_fd, old, (size_t)r.n, u.last + (int64_t)sizeof r)) &&
	     write_at(f->undo_fd, &u, sizeof u, 0);
	free(old);
	return ok;
}

/* ---- Methods of a file ---- */

static sqlite3_file *
real_of(sqlite3_file *file)
{
	return ((struct fault_file *)file)->real;
}

static int
fault_close(sqlite3_file *file)
{
	struct fault_file *f = (struct fault_file *)file;
	int rc = f->real->pMethods->xClose(f->real);

	if (f->undo_fd >= 0)
		close(f->undo_fd);
	return rc;
}

static int
fault_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
	return real_of(file)->pMethods->xRead(real_of(file), p, n, at);
}

static int
fault_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
	struct fault_file *f = (struct fault_file *)file;
	sqlite3_int64 size;
	int rc;

	if (f->undo_fd < 0)
		return f->real->pMethods->xWrite(f->real, p, n, at);
	if (!lock(f->undo_fd, F_WRLCK))
		return SQLITE_IOERR_WRITE;
	rc = f->real->pMethods->xFileSize(f->real, &size);
	if (rc == SQLITE_OK && !undo_append(f, at, n, size))
		rc = SQLITE_IOERR_WRITE;
	if (rc == SQLITE_OK)
		rc = f->real->pMethods->xWrite(f->real, p, n, at);
	(void)lock(f->undo_fd, F_UNLCK);
	return rc;
}

static int
fault_truncate(sqlite3_file *file, sqlite3_int64 to)
{
	struct fault_file *f = (struct fault_file *)file;
	sqlite3_int64 size;
	int rc;

	if (f->undo_fd < 0)
		return f->real->pMethods->xTruncate(f->real, to);
	if (!lock(f->undo_fd, F_WRLCK))
		return SQLITE_IOERR_TRUNCATE;
	rc = f->real->pMethods->xFileSize(f->real, &size);
	if (rc == SQLITE_OK && !undo_append(f, to, size > to ? size - to : 0, size))
		rc = SQLITE_IOERR_TRUNCATE;
	if (rc == SQLITE_OK)
		rc = f->real->pMethods->xTruncate(f->real, to);
	(void)lock(f->undo_fd, F_UNLCK);
	return rc;
}

static int
fault_sync(sqlite3_file *file, int flags)
{
	struct fault_file *f = (struct fault_file *)file;
	int rc;

	if (f->undo_fd < 0)
		return f->real->pMethods->xSync(f->real, flags);
	if (!lock(f->undo_fd, F_WRLCK))
		return SQLITE_IOERR_FSYNC;
	rc = f->real->pMethods->xSync(f->real, flags);
	if (rc == SQLITE_OK && !undo_empty(f->undo_fd))
		rc = SQLITE_IOERR_FSYNC;
	(void)lock(f->undo_fd, F_UNLCK);
	return rc;
}

static int
fault_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int
fault_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int
fault_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int
fault_check_lock(sqlite3_file *file, int *out)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int
fault_control(sqlite3_file *file, int op, void *arg)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int
fault_sector_size(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int
fault_device(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int
fault_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int
fault_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void
fault_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int
fault_shm_unmap(sqlite3_file *file, int delete_it)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), delete_it);
}

/* Version 2: shared memory, but no mapped reads of the database. */
static const sqlite3_io_methods methods = {
        .iVersion = 2,
        .xClose = fault_close,
        .xRead = fault_read,
        .xWrite = fault_write,
        .xTruncate = fault_truncate,
        .xSync = fault_sync,
        .xFileSize = fault_size,
        .xLock = fault_lock,
        .xUnlock = fault_unlock,
        .xCheckReservedLock = fault_check_lock,
        .xFileControl = fault_control,
        .xSectorSize = fault_sector_size,
        .xDeviceCharacteristics = fault_device,
        .xShmMap = fault_shm_map,
        .xShmLock = fault_shm_lock,
        .xShmBarrier = fault_shm_barrier,
        .xShmUnmap = fault_shm_unmap,
};

/* ---- Recovery ---- */

static bool
undo_record(int fd, int undo_fd, const struct record *r, int64_t at)
{
	char *old = malloc((size_t)r->n + 1);
	bool ok = old != NULL &&
	          (r->n == 0 || (read_at(undo_fd, old, (size_t)r->n, at + (int64_t)sizeof *r) &&
	                                write_at(fd, old, (size_t)r->n, r->at))) &&
	          ftruncate(fd, r->size) == 0;

	free(old);
	return ok;
}

static enum err
undo_all(int fd, int undo_fd, size_t *undone)
{
	struct undo u;
	struct record r;

	undo_read(undo_fd, &u);
	for (int64_t at = u.last; at != 0; at = r.previous) {
		if (!read_at(undo_fd, &r, sizeof r, at) || r.n < 0 || r.previous >= at ||
		        !undo_record(fd, undo_fd, &r, at))
			return ERR_IO;
		++*undone;
	}
	return fsync(fd) == 0 && undo_empty(undo_fd) && ftruncate(undo_fd, sizeof u) == 0 ? ERR_OK
	                                                                                  : ERR_IO;
}

/* UNDO_FD is the undo file of PATH. */
static enum err
recover_path(const char *path, int undo_fd, size_t *undone)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	enum err e;

	if (fd < 0)
		/* The file was never there, or somebody has deleted it. */
		return errno == ENOENT && undo_empty(undo_fd) ? ERR_OK : ERR_IO;
	e = undo_all(fd, undo_fd, undone);
	close(fd);
	return e;
}

static enum err
recover_file(const char *dir, const char *undo_name, size_t *undone)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof path, "%s/%s", dir, undo_name);
	enum err e = ERR_BUSY;
	int undo_fd;

	if (n < 0 || (size_t)n >= sizeof path)
		return ERR_TOO_LARGE;
	undo_fd = open(path, O_RDWR | O_CLOEXEC);
	if (undo_fd < 0)
		return ERR_IO;
	path[(size_t)n - strlen(".undo")] = '\0';
	if (lock_byte(undo_fd, F_OFD_SETLK, F_WRLCK, LOCK_ALIVE))
		e = recover_path(path, undo_fd, undone);
	close(undo_fd);
	return e;
}

/* The first to open the database after everybody died does what a restart after the cut would find
 * done. UNDO_FD is the undo file of the database called NAME, whose files are not open yet. */
static bool
come_alive(int undo_fd, const char *name)
{
	char path[PATH_MAX];
	size_t undone = 0;
	int wal_fd;
	bool ok = true;

	if (lock_byte(undo_fd, F_OFD_SETLK, F_WRLCK, LOCK_ALIVE)) {
		ok = recover_path(name, undo_fd, &undone) == ERR_OK;
		snprintf(path, sizeof path, "%s-wal.undo", name);
		wal_fd = open(path, O_RDWR | O_CLOEXEC);
		path[strlen(path) - strlen(".undo")] = '\0';
		if (wal_fd >= 0) {
			ok = ok && recover_path(path, wal_fd, &undone) == ERR_OK;
			close(wal_fd);
		}
	}
	return ok && lock_byte(undo_fd, F_OFD_SETLKW, F_RDLCK, LOCK_ALIVE);
}

/* ---- The VFS ---- */

static int
fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	sqlite3_vfs *real = vfs->pAppData;
	struct fault_file *f = (struct fault_file *)file;
	char path[PATH_MAX];
	int rc;

	*f = (struct fault_file){.undo_fd = -1, .real = (sqlite3_file *)(f + 1)};
	if (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) {
		snprintf(path, sizeof path, "%s.undo", name);
		f->undo_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (f->undo_fd < 0)
			return SQLITE_CANTOPEN;
	}
	rc = SQLITE_OK;
	/* Before SQLite opens it: closing a file that it has open would take its locks away. */
	if ((flags & SQLITE_OPEN_MAIN_DB) && !come_alive(f->undo_fd, name))
		rc = SQLITE_IOERR;
	if (rc == SQLITE_OK)
		rc = real->xOpen(real, name, f->real, flags, out_flags);
	if (rc != SQLITE_OK) {
		if (f->undo_fd >= 0)
			close(f->undo_fd);
		return rc;
	}
	f->base.pMethods = &methods;
	return SQLITE_OK;
}

static void
register_vfs(void)
{
	static sqlite3_vfs vfs;
	sqlite3_vfs *real = sqlite3_vfs_find(NULL);

	vfs = *real;
	vfs.pNext = NULL;
	vfs.zName = VFS_NAME;
	vfs.szOsFile = (int)sizeof(struct fault_file) + real->szOsFile;
	vfs.pAppData = real;
	vfs.xOpen = fault_open;
	sqlite3_vfs_register(&vfs, 0);
}

const char *
fault_vfs(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (!env_is_one("VDPD_FAULT"))
		return NULL;
	pthread_once(&once, register_vfs);
	return VFS_NAME;
}

enum err
fault_recover(const char *dir, size_t *undone)
{
	size_t count = 0;
	struct dirent *entry;
	enum err e = ERR_OK;
	DIR *d;

	if (undone != NULL)
		*undone = 0;
	if (!env_is_one("VDPD_FAULT"))
		return ERR_OK;
	d = opendir(dir);
	if (d == NULL)
		return ERR_IO;
	while (e == ERR_OK && (entry = readdir(d)) != NULL)
		if (str_ends(str_of(entry->d_name), STR(".undo")))
			e = recover_file(dir, entry->d_name, &count);
	closedir(d);
	if (e == ERR_OK && undone != NULL)
		*undone = count;
	return e;
}

#endif
