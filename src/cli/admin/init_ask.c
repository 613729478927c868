/* Asking, one question after the other. */
#include "cli/admin/init_ask.h"

#include <stdio.h>
#include <unistd.h>

struct asking {
	struct arena *a;
	struct draft draft;
	const char *public_url;
	bool any; /* an answer was read */
};

static struct str
default_of(const struct asking *k, enum draft_question q)
{
	if (q == DRAFT_PUBLIC_URL && k->public_url != NULL)
		return str_of(k->public_url);
	return draft_default(k->a, &k->draft, q);
}

static void
ask(const struct asking *k, enum draft_question q)
{
	struct str otherwise = default_of(k, q);

	fprintf(stderr, "\n%2d of %d  %s\n          %s\n", q + 1, DRAFT_COUNT, draft_asks(q),
	        draft_hint(q));
	if (otherwise.n > 0)
		fprintf(stderr, "          [%.*s]\n", STR_ARG(otherwise));
	fputs("> ", stderr);
	fflush(stderr);
}

/* A line, cut shortly past what an answer may have, so that it is found too long. False at the end.
 */
static bool
line_read(struct arena *a, struct str *out)
{
	char text[DRAFT_ANSWER_MAX + 2];
	size_t n = 0;
	int c;

	while ((c = getchar()) != EOF && c != '\n')
		if (n < sizeof text)
			text[n++] = (char)c;
	if (c == EOF && n == 0)
		return false;
	*out = str_trim(str_dup(a, str_bytes(text, n)));
	return true;
}

/* Tried in memory of its own: a person may be wrong often. */
static bool
passes(struct asking *k, enum draft_question q, struct str given)
{
	struct arena *a = arena_new(DRAFT_ARENA_BYTES);
	struct draft_made made;
	struct diag why = {.what = ""};
	char *place;
	enum err e;

	k->draft.answers[q] = given.n > 0 ? given : default_of(k, q);
	e = k->draft.answers[q].n > 0
	            ? draft_make(a, &k->draft, &made, &why)
	            : diag_set(&why, ERR_INVALID, NULL, "this one needs an answer");
	arena_free(a);
	if (e == ERR_OK)
		return true;
	if ((place = strstr(why.what, ", first on line")) != NULL)
		*place = '\0'; /* of a file that nobody sees */
	fprintf(stderr, "  %s%s%s\n", why.what, why.mend[0] != '\0' ? ": " : "", why.mend);
	k->draft.answers[q] = (struct str){NULL, 0};
	return false;
}

static enum err
answer(struct asking *k, enum draft_question q, struct diag *d)
{
	struct str given;

	do {
		ask(k, q);
		if (!line_read(k->a, &given)) {
			fputc('\n', stderr);
			if (!k->any && !isatty(STDIN_FILENO))
				return diag_set(d, ERR_NOT_FOUND, NULL, "there are no answers");
			return diag_set(d, ERR_IO, NULL,
			        "the answers ended at question %d of %d: nothing was made", q + 1,
			        DRAFT_COUNT);
		}
		k->any = true;
	} while (!passes(k, q, given));
	return ERR_OK;
}

enum err
init_ask(struct arena *a, const char *public_url, const char *desk_url, int64_t now_utc_s,
        struct draft_made *out, struct diag *d)
{
	struct asking k = {
	        .a = a,
	        .draft = {.desk_url = str_of(desk_url), .now_utc_s = now_utc_s},
	        .public_url = public_url,
	};
	enum err e = ERR_OK;

	fputs("Ten questions, for a policy of your own. It is a file, and yours to change later.\n"
	      "An empty answer takes what stands in brackets.\n",
	        stderr);
	for (int q = 0; q < DRAFT_COUNT && e == ERR_OK; q++)
		e = answer(&k, (enum draft_question)q, d);
	if (e != ERR_OK)
		return e;
	fputc('\n', stderr);
	return draft_make(a, &k.draft, out, d);
}
