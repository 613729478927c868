/* vdpd case list and show while nothing runs: what stands in the clear, which is numbers, states
 * and dates. vdpd-client executes it; the rest wants keyd and a session. */
#include "cli/admin/admin.h"

#include "base/buf.h"
#include "base/time.h"
#include "cli/admin/cases.h"
#include "cli/admin/place.h"

enum { ARENA_BYTES = CONFIG_ARENA_BYTES + POLICY_ARENA_BYTES, LINE_MAX_BYTES = 4096 };

struct figures {
	const char *dir, *state, *severity;
	const char *wanted; /* a number; NULL: all */
	bool json;
	bool some; /* one was printed */
	struct cases cases;
	struct diag why;
};

static bool
fits(const struct figures *f, const struct case_seen *c)
{
	if (f->wanted != NULL)
		return str_eq_nocase(c->number, str_of(f->wanted));
	return (f->state == NULL ||
	               strcmp(f->state, case_state_name((enum case_state)c->row.state)) == 0) &&
	       (f->severity == NULL ||
	               strcmp(f->severity, severity_name((enum severity)c->row.severity)) == 0);
}

static struct str
time_or_dash(struct arena *a, int64_t at)
{
	return at == CASE_DUE_NEVER ? STR("-") : time_str(a, at);
}

static void
line(const struct case_seen *c, struct buf *b)
{
	const struct case_row *r = &c->row;
	const char *clock = r->next_clock >= 0 ? clock_name((enum clock_kind)r->next_clock) : "-";

	buf_fmt(b, "%-16.*s %-13s %-9s %-12s %-21.*s received %.*s\n", STR_ARG(c->number),
	        r->needs_info ? "needs info" : case_state_name((enum case_state)r->state),
	        r->severity != 0 ? severity_name((enum severity)r->severity) : "-", clock,
	        STR_ARG(time_or_dash(c->a, r->next_due)), STR_ARG(time_str(c->a, r->received_at)));
}

static void
object(const struct case_seen *c, struct buf *b)
{
	const struct case_row *r = &c->row;

	buf_fmt(b, "{\"case\":\"%.*s\",\"state\":\"%s\"", STR_ARG(c->number),
	        case_state_name((enum case_state)r->state));
	if (r->severity != 0)
		buf_fmt(b, ",\"severity\":\"%s\"", severity_name((enum severity)r->severity));
	else
		buf_z(b, ",\"severity\":null");
	buf_fmt(b, ",\"needs_info\":%s,\"received_at\":\"%.*s\",\"updated_at\":\"%.*s\"",
	        r->needs_info ? "true" : "false", STR_ARG(time_str(c->a, r->received_at)),
	        STR_ARG(time_str(c->a, r->updated_at)));
	if (r->next_clock >= 0)
		buf_fmt(b, ",\"next\":{\"clock\":\"%s\",\"due_at\":\"%.*s\"}}",
		        clock_name((enum clock_kind)r->next_clock),
		        STR_ARG(time_or_dash(c->a, r->next_due)));
	else
		buf_z(b, ",\"next\":null}");
}

static enum err
see(void *ctx, const struct case_seen *c)
{
	struct figures *f = ctx;
	struct buf b;

	if (!fits(f, c))
		return ERR_OK;
	buf_init(&b, LINE_MAX_BYTES);
	if (f->json && f->some)
		buf_char(&b, ',');
	(f->json ? object : line)(c, &b);
	fwrite(b.p, 1, b.n, stdout);
	buf_clear(&b);
	f->some = true;
	return ERR_OK;
}

static int
print(struct figures *f)
{
	bool whole = f->json && f->wanted == NULL;

	if (whole)
		fputs("{\"items\":[", stdout);
	if (cases_walk(&f->cases, see, f, &f->why) != ERR_OK)
		return cli_error(&f->why);
	if (f->wanted != NULL && !f->some) {
		diag_set(&f->why, ERR_NOT_FOUND, "`vdpd case list` shows which there are",
		        "there is no case \"%s\"", f->wanted);
		return cli_error(&f->why);
	}
	if (whole)
		fputs("],\"next\":null}\n", stdout);
	else if (f->json)
		putchar('\n');
	return CLI_OK;
}

static int
run(struct figures *f)
{
	struct arena *a = arena_new(ARENA_BYTES);
	const struct config *config;
	int status;

	if (place_enter(a, f->dir, &config, &f->why) != ERR_OK ||
	        cases_open(a, config, &f->cases, &f->why) != ERR_OK) {
		arena_free(a);
		return cli_error(&f->why);
	}
	fputs("Nothing runs, so this is what stands in the clear.\n", stderr);
	status = print(f);
	cases_close(&f->cases);
	arena_free(a);
	return status;
}

int
admin_case(int argc, char **argv)
{
	struct figures f = {0};
	const struct cli_option options[] = {
	        {.name = "directory", .letter = 'C', .value = &f.dir},
	        {.name = "state", .value = &f.state},
	        {.name = "severity", .value = &f.severity},
	        {.name = "json", .flag = &f.json},
	};
	int first, status = cli_options(argc, argv, options, 4, &first);

	if (status != CLI_OK)
		return status;
	if (argc - first == 2 && strcmp(argv[first], "show") == 0)
		f.wanted = argv[first + 1];
	else if (argc - first != 1 || strcmp(argv[first], "list") != 0)
		return cli_usage("case: while nothing runs there are only list and show CASE");
	if (f.dir == NULL)
		return cli_usage("case: -C names the instance's directory");
	return run(&f);
}
