/* vdpd cvss: the score of a vector, or of a vector a line. */
#include "cli/commands.h"

#include "case/cvss.h"

/* Room for the longest vector twice over, escaped, with its scores. */
enum { ANSWER_MAX = 4096 };

static void
score_json(const struct cvss *v, const struct cvss_scores *s, struct buf *b)
{
	buf_z(b, "{\"vector\":\"");
	cvss_format(v, b);
	buf_fmt(b, "\",\"version\":\"%s\",\"score\":%d.%d,\"severity\":\"%s\"",
	        cvss_version_name(v->version), s->score / 10, s->score % 10, cvss_rating(s->score));
	if (v->version == CVSS_4_0)
		buf_fmt(b, ",\"nomenclature\":\"%s\",\"macro_vector\":\"%s\"}", s->nomenclature,
		        s->macro_vector);
	else
		buf_fmt(b, ",\"base\":%d.%d,\"temporal\":%d.%d,\"environmental\":%d.%d}",
		        s->base / 10, s->base % 10, s->temporal / 10, s->temporal % 10,
		        s->environmental / 10, s->environmental % 10);
}

static void
invalid_json(const struct diag *d, struct buf *b)
{
	struct str why = str_of(d->what);
	size_t colon = str_find(why, ':', 0);

	buf_z(b, "{\"invalid\":");
	buf_json(b, str_sub(why, 0, colon));
	buf_z(b, ",\"why\":");
	buf_json(b, str_trim(str_sub(why, colon + 1, SIZE_MAX)));
	buf_char(b, '}');
}

/* The answer to one vector, without a newline, into B. */
static enum err
answer(struct str vector, bool json, struct buf *b)
{
	struct cvss v;
	struct cvss_scores s;
	struct diag d = {0};
	enum err e = cvss_parse(str_trim(vector), &v, &d);

	buf_reset(b);
	if (e != ERR_OK) {
		if (json)
			invalid_json(&d, b);
		else
			buf_fmt(b, "invalid: %s", d.what);
		return e;
	}
	s = cvss_score(&v);
	if (json)
		score_json(&v, &s, b);
	else
		buf_fmt(b, "%d.%d %s", s.score / 10, s.score % 10, cvss_rating(s.score));
	return ERR_OK;
}

static int
batch(bool json, struct buf *b)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n;
	int status = CLI_OK;

	while ((n = getline(&line, &size, stdin)) > 0) {
		if (line[n - 1] == '\n')
			n--;
		if (answer(str_bytes(line, (size_t)n), json, b) != ERR_OK)
			status = CLI_NO;
		printf("%.*s\n", STR_ARG(buf_view(b)));
	}
	free(line);
	if (ferror(stdin)) {
		fputs("stdin: cannot be read\n", stderr);
		return CLI_NO;
	}
	return status;
}

int
cmd_cvss(int argc, char **argv)
{
	bool lines = false, json = false;
	const struct cli_option options[] = {
	        {.name = "batch", .flag = &lines},
	        {.name = "json", .flag = &json},
	};
	struct buf b;
	int first, status = cli_options(argc, argv, options, 2, &first);

	if (status != CLI_OK)
		return status;
	if (argc - first != (lines ? 0 : 1))
		return cli_usage("cvss: give one vector, or --batch with a vector a line on stdin");
	buf_init(&b, ANSWER_MAX);
	if (lines) {
		status = batch(json, &b);
	} else {
		status = answer(str_of(argv[first]), json, &b) == ERR_OK ? CLI_OK : CLI_NO;
		fprintf(status == CLI_OK ? stdout : stderr, "%.*s\n", STR_ARG(buf_view(&b)));
	}
	buf_clear(&b);
	return status;
}
