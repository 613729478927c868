/* The yardstick of intake: one row of 4 KiB per SQLite transaction, WAL, synchronous=FULL, for some
 * seconds. Prints rows a second and the CPU time of one. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

enum { ROW_BYTES = 4096 };

static double
now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
want(sqlite3 *db, int rc, int wanted)
{
	if (rc == wanted)
		return;
	fprintf(stderr, "insert_loop: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static uint64_t
next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	return *s ^= *s << 17;
}

int
main(int argc, char **argv)
{
	static uint64_t row[ROW_BYTES / sizeof(uint64_t)];
	uint64_t seed = 88172645463325252u;
	struct rusage use;
	sqlite3_stmt *insert;
	double seconds, from, took, cpu;
	sqlite3 *db = NULL;
	char *end;
	long n = 0;

	if (argc != 3 || (seconds = strtod(argv[2], &end)) <= 0 || *end != '\0') {
		fprintf(stderr, "usage: insert_loop FILE SECONDS\n");
		return 2;
	}
	want(db, sqlite3_open(argv[1], &db), SQLITE_OK);
	want(db,
	        sqlite3_exec(db,
	                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	                "CREATE TABLE IF NOT EXISTS report (id INTEGER PRIMARY KEY, body BLOB)",
	                NULL, NULL, NULL),
	        SQLITE_OK);
	want(db, sqlite3_prepare_v2(db, "INSERT INTO report (body) VALUES (?)", -1, &insert, NULL),
	        SQLITE_OK);
	from = now_s();
	do {
		for (size_t i = 0; i < ROW_BYTES / sizeof row[0]; i++)
			row[i] = next_random(&seed);
		sqlite3_bind_blob(insert, 1, row, ROW_BYTES, SQLITE_STATIC);
		want(db, sqlite3_step(insert), SQLITE_DONE);
		want(db, sqlite3_reset(insert), SQLITE_OK);
		n++;
		took = now_s() - from;
	} while (took < seconds);
	getrusage(RUSAGE_SELF, &use);
	cpu = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
	      (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
	printf("%.1f %.1f\n", (double)n / took, cpu * 1e6 / (double)n);
	sqlite3_finalize(insert);
	sqlite3_close(db);
	return 0;
}
