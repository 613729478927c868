/* vdpd case: cases at the terminal. With nothing running, list and show give what stands in the
 * clear, by vdpd-admin. */
#include "cli/client/client.h"

#include "base/time.h"
#include "cli/client/bundle.h"
#include "cli/client/case_print.h"
#include "cli/client/staff_api.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARENA_BYTES = 32 << 20, TEXT_MAX = 1 << 20, LIST_PAGES_MAX = 10000 };

struct cases {
	struct arena *a;
	const char *dir;
	bool json;
	const char *number;     /* the case */
	const char *text;       /* "-": stdin */
	const char *fields[8];  /* by index in field_names */
	const char *queries[5]; /* by index in query_names */
	const char *out, *key;  /* of a bundle */
	int out_fd;
	struct staff_api *api;
	struct diag why;
};

/* Fields of an action besides its text, as options and in the API. */
enum { F_SEVERITY, F_CVSS, F_CWE, F_COMPONENT, F_TO, F_REASON, F_OF, F_ADVISORY, F_COUNT };
static const char *const field_names[F_COUNT] = {
        "severity", "cvss", "cwe", "component", "to", "reason", "of", "advisory"};

enum { Q_STATE, Q_SEVERITY, Q_ASSIGNEE, Q_DUE_BEFORE, Q_SEARCH, Q_COUNT };
static const char *const query_names[Q_COUNT] = {
        "state", "severity", "assignee", "due_before", "q"};

#define BIT(f) (1u << (f))

/* What can be done to a case: the word at the terminal, the action of the API, what it takes. */
static const struct {
	const char *word, *action;
	unsigned wants, takes; /* BIT of fields */
	bool text_wanted;
} actions[] = {
        {"acknowledge", "acknowledge"},
        {"request-info", "request_info", .text_wanted = true},
        {"message", "message", .text_wanted = true},
        {"note", "note", .text_wanted = true},
        {"triage", "triage", .wants = BIT(F_SEVERITY),
                .takes = BIT(F_CVSS) | BIT(F_CWE) | BIT(F_COMPONENT)},
        {"assign", "assign", .wants = BIT(F_TO)},
        {"fix", "fix"},
        {"close", "close", .wants = BIT(F_REASON), .takes = BIT(F_OF)},
        {"reopen", "reopen"},
        {"hold", "hold", .text_wanted = true},
        {"lift-hold", "lift_hold", .text_wanted = true},
        {"erase", "erase"},
        {"publish", "publish", .wants = BIT(F_ADVISORY)},
};
enum { ACTIONS = sizeof actions / sizeof actions[0] };

/* ---- Reading ---- */

static int
finish(struct cases *c, json_t *answer, void (*print)(const json_t *))
{
	if (c->json) {
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		print(answer);
	}
	json_decref(answer);
	return CLI_OK;
}

static void
print_items(const json_t *answer)
{
	case_print_list(json_object_get(answer, "items"));
}

static struct str
list_path(struct cases *c, const char *cursor)
{
	struct str path = str_fmt(c->a, "/api/v1/cases?");

	for (size_t i = 0; i < Q_COUNT; i++)
		if (c->queries[i] != NULL)
			path = str_fmt(c->a, "%.*s%s=%.*s&", STR_ARG(path), query_names[i],
			        STR_ARG(staff_api_encode(c->a, str_of(c->queries[i]))));
	if (cursor != NULL)
		path = str_fmt(c->a, "%.*scursor=%.*s", STR_ARG(path),
		        STR_ARG(staff_api_encode(c->a, str_of(cursor))));
	return path;
}

/* All pages as one list. */
static int
list(struct cases *c)
{
	json_t *all = json_array(), *page;
	const char *cursor = NULL;

	for (size_t i = 0; i < LIST_PAGES_MAX; i++) {
		const char *path = str_z(c->a, list_path(c, cursor));
		const char *next;

		if (staff_api_call(c->api, path, NULL, &page, &c->why) != ERR_OK) {
			json_decref(all);
			return cli_error(&c->why);
		}
		json_array_extend(all, json_object_get(page, "items"));
		next = json_string_value(json_object_get(page, "next"));
		cursor = next != NULL ? str_z(c->a, str_of(next)) : NULL;
		json_decref(page);
		if (cursor == NULL)
			break;
	}
	return finish(c, json_pack("{s:o,s:n}", "items", all, "next"), print_items);
}

static const char *
case_path(struct cases *c, const char *rest)
{
	return str_z(c->a, str_fmt(c->a, "/api/v1/cases/%.*s%s",
	                           STR_ARG(staff_api_encode(c->a, str_of(c->number))), rest));
}

static int
show(struct cases *c)
{
	json_t *answer;

	if (staff_api_call(c->api, case_path(c, ""), NULL, &answer, &c->why) != ERR_OK)
		return cli_error(&c->why);
	return finish(c, answer, case_print);
}

/* ---- Acting ---- */

static int
check_fields(const struct cases *c, size_t which)
{
	unsigned takes = actions[which].wants | actions[which].takes;

	for (size_t i = 0; i < F_COUNT; i++) {
		if (c->fields[i] != NULL && (takes & BIT(i)) == 0)
			return cli_usage(
			        "case %s: takes no --%s", actions[which].word, field_names[i]);
		if (c->fields[i] == NULL && (actions[which].wants & BIT(i)) != 0)
			return cli_usage(
			        "case %s: --%s is missing", actions[which].word, field_names[i]);
	}
	if (actions[which].text_wanted && c->text == NULL)
		return cli_usage(
		        "case %s: the text is missing; - reads it from stdin", actions[which].word);
	return CLI_OK;
}

/* "nobody" for the API's empty name. */
static json_t *
field_value(size_t field, const char *value)
{
	return json_string(field == F_TO && strcmp(value, "nobody") == 0 ? "" : value);
}

static enum err
action_body(struct cases *c, size_t which, json_t **out)
{
	json_t *body = json_pack("{s:s}", "action", actions[which].action);
	struct str text = str_of(c->text);
	enum err e = ERR_OK;

	for (size_t i = 0; i < F_COUNT; i++)
		if (c->fields[i] != NULL)
			json_object_set_new(body, field_names[i], field_value(i, c->fields[i]));
	if (c->text != NULL && strcmp(c->text, "-") == 0)
		e = cli_read(c->a, "-", TEXT_MAX, &text, &c->why);
	if (e == ERR_OK && c->text != NULL &&
	        json_object_set_new(body, "text", json_stringn(text.p, text.n)) != 0)
		e = diag_set(&c->why, ERR_SYNTAX, NULL, "the text is not UTF-8");
	if (e == ERR_OK)
		*out = body;
	else
		json_decref(body);
	return e;
}

static void
print_done(const json_t *answer)
{
	json_t *items = json_pack("[O]", answer);

	case_print_list(items);
	json_decref(items);
}

static int
act(struct cases *c, json_t *body)
{
	json_t *answer;

	if (staff_api_call(c->api, case_path(c, "/actions"), body, &answer, &c->why) != ERR_OK)
		return cli_error(&c->why);
	return finish(c, answer, print_done);
}

/* ---- Which of them ---- */

/* vdpd-admin, beside this executable, reads the database. */
static int
run_offline(char **argv)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof "vdpd-admin");
	char *slash;

	path[n > 0 ? n : 0] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		return CLI_NO;
	memcpy(slash + 1, "vdpd-admin", sizeof "vdpd-admin");
	argv[0] = path;
	execv(path, argv);
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return CLI_NO;
}

static int
with_api(struct cases *c, int (*run)(struct cases *c, json_t *body), json_t *body)
{
	int status = staff_api_open(c->a, c->dir, &c->api, &c->why) == ERR_OK ? run(c, body)
	                                                                      : cli_error(&c->why);

	staff_api_close(c->api);
	json_decref(body);
	return status;
}

static int
run_list(struct cases *c, json_t *body)
{
	(void)body;
	return list(c);
}

static int
run_show(struct cases *c, json_t *body)
{
	(void)body;
	return show(c);
}

static int
run_action(struct cases *c, size_t which)
{
	json_t *body;
	int status = check_fields(c, which);

	if (status != CLI_OK)
		return status;
	if (action_body(c, which, &body) != ERR_OK)
		return cli_error(&c->why);
	return with_api(c, act, body);
}

/* ---- Bundles ---- */

static int
run_save(struct cases *c, json_t *body)
{
	(void)body;
	if (staff_api_save(c->api, case_path(c, "/bundle"), c->out_fd, &c->why) == ERR_OK)
		return CLI_OK;
	return cli_error(&c->why);
}

/* The download becomes the instance's owner, who may have no say where the file is: so it has a
 * process of its own. Its exit status is the result. */
static int
in_a_child(struct cases *c)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		status = with_api(c, run_save, NULL);
		fflush(NULL);
		_exit(status);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && WIFEXITED(status))
		return WEXITSTATUS(status);
	diag_set(&c->why, ERR_IO, NULL, "the download was ended");
	return cli_error(&c->why);
}

/* Half of a file does not stay. */
static int
run_export(struct cases *c)
{
	int status;

	c->out_fd = open(c->out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (c->out_fd < 0) {
		diag_set(&c->why, ERR_IO, errno == EEXIST ? "choose another name" : NULL, "%s: %s",
		        c->out, strerror(errno));
		return cli_error(&c->why);
	}
	status = in_a_child(c);
	if (status == CLI_OK && fsync(c->out_fd) != 0) {
		diag_set(&c->why, ERR_IO, NULL, "%s: %s", c->out, strerror(errno));
		status = cli_error(&c->why);
	}
	close(c->out_fd);
	if (status != CLI_OK)
		unlink(c->out);
	return status;
}

static int
run_check(struct cases *c, const char *file)
{
	struct bundle_found found;

	if (sodium_init() < 0)
		return CLI_NO;
	if (bundle_check(c->a, file, c->key, &found, &c->why) != ERR_OK)
		return cli_error(&c->why);
	if (c->json)
		printf("{\"valid\":true,\"programme\":\"%.*s\",\"case\":\"%.*s\",\"signed_at\":"
		       "\"%.*s\",\"files\":%zu}\n",
		        STR_ARG(found.programme), STR_ARG(found.case_number),
		        STR_ARG(time_str(c->a, found.signed_utc_s)), found.files_n);
	else
		printf("valid: %.*s of %.*s, exported on %.*s, %zu files, %llu bytes\n",
		        STR_ARG(found.case_number), STR_ARG(found.programme),
		        STR_ARG(time_str(c->a, found.signed_utc_s)), found.files_n,
		        (unsigned long long)found.bytes);
	return CLI_OK;
}

/* WORDS are N arguments without options: the verb, the case, perhaps a text. */
static int
dispatch(struct cases *c, char **words, int n, char **argv)
{
	bool is_list = n == 1 && strcmp(words[0], "list") == 0;
	bool is_show = n == 2 && strcmp(words[0], "show") == 0;

	if (is_list || is_show) {
		c->number = words[1];
		if (!staff_api_runs(c->dir))
			return run_offline(argv);
		return with_api(c, is_list ? run_list : run_show, NULL);
	}
	if (n == 2 && strcmp(words[0], "export") == 0) {
		c->number = words[1];
		return c->out != NULL ? run_export(c) : cli_usage("case export: -o with the file");
	}
	for (size_t i = 0; i < ACTIONS; i++) {
		if (n < 2 || n > 3 || strcmp(words[0], actions[i].word) != 0)
			continue;
		c->number = words[1];
		if (n == 3 && c->text != NULL)
			return cli_usage("case %s: two texts are given", words[0]);
		if (n == 3)
			c->text = words[2];
		return run_action(c, i);
	}
	return cli_usage("case: list, show CASE, or an action and CASE");
}

int
client_case(int argc, char **argv)
{
	struct cases c = {0};
	const struct cli_option options[] = {
	        {.name = "directory", .letter = 'C', .value = &c.dir},
	        {.name = "json", .flag = &c.json},
	        {.name = "text", .value = &c.text},
	        {.name = "severity", .value = &c.fields[F_SEVERITY]},
	        {.name = "cvss", .value = &c.fields[F_CVSS]},
	        {.name = "cwe", .value = &c.fields[F_CWE]},
	        {.name = "component", .value = &c.fields[F_COMPONENT]},
	        {.name = "to", .value = &c.fields[F_TO]},
	        {.name = "reason", .value = &c.fields[F_REASON]},
	        {.name = "of", .value = &c.fields[F_OF]},
	        {.name = "advisory", .value = &c.fields[F_ADVISORY]},
	        {.name = "state", .value = &c.queries[Q_STATE]},
	        {.name = "assignee", .value = &c.queries[Q_ASSIGNEE]},
	        {.name = "due-before", .value = &c.queries[Q_DUE_BEFORE]},
	        {.name = "search", .value = &c.queries[Q_SEARCH]},
	        {.name = "output", .letter = 'o', .value = &c.out},
	        {.name = "key", .value = &c.key},
	};
	char **given = calloc((size_t)argc + 2, sizeof *given);
	int first, status;

	if (given == NULL)
		abort();
	/* As they were before options were moved: for vdpd-admin. */
	for (int i = 0; i < argc; i++)
		given[i + 1] = argv[i];
	status = cli_options(argc, argv, options, sizeof options / sizeof options[0], &first);
	c.queries[Q_SEVERITY] = c.fields[F_SEVERITY];
	c.a = arena_new(ARENA_BYTES);
	if (status == CLI_OK && argc - first == 2 && strcmp(argv[first], "verify-bundle") == 0)
		status = c.key != NULL ? run_check(&c, argv[first + 1])
		                       : cli_usage("case verify-bundle: --key with a file");
	else if (status == CLI_OK && (c.dir == NULL || first == argc))
		status = cli_usage("case: list, show or an action, and -C with the directory");
	else if (status == CLI_OK)
		status = dispatch(&c, argv + first, argc - first, given);
	arena_free(c.a);
	free(given);
	return status;
}
