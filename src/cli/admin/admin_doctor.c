/* vdpd doctor: what is wrong with an instance, and what to do about each. */
#include "cli/admin/admin.h"

#include "base/buf.h"
#include "base/time.h"
#include "cli/admin/backup_record.h"
#include "cli/admin/doctor.h"
#include "cli/admin/place.h"
#include "policy/policy.h"

#include <stdarg.h>

enum { ARENA_BYTES = CONFIG_ARENA_BYTES + POLICY_ARENA_BYTES + (4 << 20), ANSWER_MAX = 1 << 20 };

static const struct {
	const char *name;
	void (*run)(struct doctor *doc);
} checks[] = {
        {"configuration", doctor_configuration},
        {"permissions", doctor_permissions},
        {"disk", doctor_disk},
        {"kernel", doctor_kernel},
        {"clock", doctor_clock},
        {"processes", doctor_processes},
        {"keys", doctor_keys},
        {"OpenPGP", doctor_pgp},
        {"databases", doctor_databases},
        {"cases", doctor_cases},
        {"notices", doctor_notices},
        {"security.txt", doctor_security_txt},
        {"relay", doctor_relay},
        {"backup", doctor_backup},
};
enum { CHECKS = sizeof checks / sizeof checks[0] };

static void
add(struct doctor *doc, enum finding_level level, const struct diag *d)
{
	if (doc->n == DOCTOR_FINDINGS_MAX) {
		doc->more++;
		return;
	}
	doc->findings[doc->n++] = (struct finding){level, doc->check, *d};
}

void
doctor_problem(struct doctor *doc, const struct diag *d)
{
	add(doc, FINDING_PROBLEM, d);
}

void
doctor_note(struct doctor *doc, const struct diag *d)
{
	add(doc, FINDING_NOTE, d);
}

void
doctor_say(struct doctor *doc, const char *mend, const char *what_fmt, ...)
{
	char what[256];
	struct diag d = {0};
	va_list ap;

	va_start(ap, what_fmt);
	vsnprintf(what, sizeof what, what_fmt, ap);
	va_end(ap);
	diag_set(&d, ERR_INVALID, mend, "%s", what);
	doctor_problem(doc, &d);
}

static bool
is_well(const struct doctor *doc)
{
	for (size_t i = 0; i < doc->n; i++)
		if (doc->findings[i].level == FINDING_PROBLEM)
			return false;
	return true;
}

static void
print_text(const struct doctor *doc)
{
	for (size_t c = 0; c < CHECKS; c++) {
		bool found = false;

		for (size_t i = 0; i < doc->n; i++) {
			const struct finding *f = &doc->findings[i];
			char text[1024];

			if (f->check != checks[c].name)
				continue;
			diag_format(&f->what, text, sizeof text);
			printf("%-14s %s: %s\n", f->check,
			        f->level == FINDING_PROBLEM ? "PROBLEM" : "note", text);
			found = true;
		}
		if (!found)
			printf("%-14s %s\n", checks[c].name,
			        doc->broken && (checks[c].run == doctor_cases ||
			                               checks[c].run == doctor_notices)
			                ? "left out: configuration or databases cannot be read"
			                : "ok");
	}
	if (doc->more > 0)
		printf("and %zu more\n", doc->more);
}

static void
print_json(const struct doctor *doc)
{
	struct buf b;

	buf_init(&b, ANSWER_MAX);
	buf_fmt(&b, "{\"ok\":%s,\"findings\":[", is_well(doc) ? "true" : "false");
	for (size_t i = 0; i < doc->n; i++) {
		const struct finding *f = &doc->findings[i];

		buf_fmt(&b, "%s{\"check\":\"%s\",\"level\":\"%s\",\"what\":", i > 0 ? "," : "",
		        f->check, f->level == FINDING_PROBLEM ? "problem" : "note");
		buf_json(&b, str_of(f->what.what));
		buf_z(&b, ",\"mend\":");
		buf_json(&b, str_of(f->what.mend));
		buf_char(&b, '}');
	}
	buf_fmt(&b, "],\"more\":%zu}\n", doc->more);
	fwrite(b.p, 1, b.n, stdout);
	buf_clear(&b);
}

static int
run(struct doctor *doc, const char *dir, bool json)
{
	struct diag why = {0};

	if (place_go(dir, &why) != ERR_OK)
		return cli_error(&why);
	for (size_t i = 0; i < CHECKS; i++) {
		doc->check = checks[i].name;
		checks[i].run(doc);
	}
	(json ? print_json : print_text)(doc);
	return is_well(doc) ? CLI_OK : CLI_NO;
}

/* The operator says that a copy of the storage key lies in a safe place. */
static int
key_kept(const char *dir)
{
	struct diag why = {0};

	if (place_go(dir, &why) != ERR_OK || backup_record_key(now_utc_s(), &why) != ERR_OK)
		return cli_error(&why);
	return CLI_OK;
}

int
admin_doctor(int argc, char **argv)
{
	const char *dir = NULL;
	bool json = false, repair = false, offline = false, kept = false;
	const struct cli_option options[] = {
	        {.name = "directory", .letter = 'C', .value = &dir},
	        {.name = "json", .flag = &json},
	        {.name = "repair", .flag = &repair},
	        {.name = "offline", .flag = &offline},
	        {.name = "storage-key-kept", .flag = &kept},
	};
	int first, status = cli_options(argc, argv, options, 5, &first);
	struct arena *a;
	struct doctor *doc;

	if (status != CLI_OK)
		return status;
	if (dir == NULL || argc != first)
		return cli_usage("doctor: -C names the instance's directory");
	a = arena_new(ARENA_BYTES);
	doc = ARENA_NEW(a, struct doctor);
	doc->a = a;
	doc->repair = repair;
	doc->offline = offline;
	status = kept ? key_kept(dir) : run(doc, dir, json);
	arena_free(a);
	return status;
}
