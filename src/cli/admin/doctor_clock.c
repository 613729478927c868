/* The clock: promises are kept by it, and codes from phones fit by it. */
#include "cli/admin/doctor.h"

#include "base/time.h"

#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>

enum { AHEAD_S = MINUTE_S };

/* Files are written with the kernel's clock, whatever a test says. */
static void
against_files(struct doctor *doc)
{
	static const char *const written[] = {
	        "data/vdpd.db", "data/vdpd.db-wal", "keys/keyd.db", "keys/keyd.db-wal", "run/lock"};
	struct timespec now;
	struct stat st;
	int64_t ahead = 0;
	const char *which = NULL;

	clock_gettime(CLOCK_REALTIME, &now);
	for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
		if (stat(written[i], &st) != 0 || st.st_mtime - now.tv_sec <= ahead)
			continue;
		ahead = st.st_mtime - now.tv_sec;
		which = written[i];
	}
	if (ahead > AHEAD_S)
		doctor_say(doc,
		        "set the clock (timedatectl); if it is right now, it was wrong when the "
		        "file was written, and times in the log are too",
		        "the clock was set back: %s was written %lld s ahead of now", which,
		        (long long)ahead);
}

static void
against_others(struct doctor *doc)
{
	struct timex t = {0};
	struct diag d = {0};

	if (adjtimex(&t) != TIME_ERROR && (t.status & STA_UNSYNC) == 0)
		return;
	diag_set(&d, ERR_STATE, "run chrony or systemd-timesyncd",
	        "the kernel says that nobody keeps its clock right");
	doctor_note(doc, &d);
}

void
doctor_clock(struct doctor *doc)
{
	against_files(doc);
	against_others(doc);
}
