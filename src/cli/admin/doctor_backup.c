/* Backups: the last one's age, and whether the storage key is kept elsewhere. A new instance may do
 * without for a week. */
#include "cli/admin/doctor.h"

#include "base/time.h"
#include "cli/admin/backup_record.h"

#include <sys/stat.h>

enum { BACKUP_AGE_S = 7 * DAY_S };

/* A finding: of a new instance a note. */
static void
find(struct doctor *doc, bool is_new, const char *mend, const char *what)
{
	struct diag d = {0};

	diag_set(&d, ERR_STATE, mend, "%s", what);
	if (is_new)
		doctor_note(doc, &d);
	else
		doctor_problem(doc, &d);
}

void
doctor_backup(struct doctor *doc)
{
	struct backup_record r;
	struct stat st;
	int64_t now = now_utc_s();
	bool is_new = stat("keys/storage.key", &st) != 0 || now - st.st_mtime < BACKUP_AGE_S;
	char what[128];

	backup_record_read(&r);
	if (r.made_at == 0) {
		find(doc, is_new, "`vdpd backup -C DIR FILE`, and a timer that does it each day",
		        "there is no backup yet");
	} else if (now - r.made_at > BACKUP_AGE_S) {
		snprintf(what, sizeof what, "the last backup is %lld days old",
		        (long long)((now - r.made_at) / DAY_S));
		find(doc, false, "`vdpd backup -C DIR FILE`; look at the timer", what);
	}
	if (r.key_at == 0)
		find(doc, is_new,
		        "make a backup with the storage key, or copy keys/storage.key to a safe "
		        "place and say so: `vdpd doctor --storage-key-kept`",
		        "no copy of the storage key is known: without it every report is lost");
	else if (!r.key_holds)
		find(doc, false,
		        "make a backup with the storage key, or copy keys/storage.key anew and "
		        "say so: `vdpd doctor --storage-key-kept`",
		        "the copy of the storage key that is kept is of another key");
}
