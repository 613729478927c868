/* Answers to a policy file: a text with places that are filled, then read as any other. */
#include "policy/draft.h"

#include "base/buf.h"
#include "base/embed.h"
#include "base/time.h"
#include "texts.h"

enum { LIST_MAX = 40, ID_MAX = 40, TEXT_MAX = 256 * 1024 };

static const struct {
	const char *asks, *hint;
} questions[DRAFT_COUNT] = {
        [DRAFT_NAME] = {"What is your organisation called?",
                "As it stands in sentences: \"Example Ltd\"."},
        [DRAFT_PREFIX] = {"What shall case numbers begin with?",
                "Two to eight capital letters or digits. It stays for good."},
        [DRAFT_EMAIL] = {"To which address can people write about security?",
                "It stands in the policy and in security.txt."},
        [DRAFT_PUBLIC_URL] = {"Under which address will the public pages be found?",
                "https://security.example.org; as it is, you can try it on this machine."},
        [DRAFT_HOSTS] = {"Which hosts may be tested?",
                "With commas; *.example.org is example.org and everything below it."},
        [DRAFT_PARTS] = {"Which parts does your product have?",
                "With commas; people choose one when they report, and you sort by them."},
        [DRAFT_OUT] = {"What shall be left alone?", "With commas; - for nothing."},
        [DRAFT_TIMES] = {"By when do you answer, give your verdict, and send news?",
                "Three durations; every report is held to them. Promise what you can keep."},
        [DRAFT_FIXES] = {"By when do you mend what is critical, high, medium, low?",
                "Four durations; - where you make no promise."},
        [DRAFT_THANKS] = {"How do you thank people?",
                "Any of credit, letter, reward, with commas; - for none of them."},
};

const char *
draft_asks(enum draft_question q)
{
	return questions[q].asks;
}

const char *
draft_hint(enum draft_question q)
{
	return questions[q].hint;
}

/* ---- Answers taken apart ---- */

struct list {
	struct str items[LIST_MAX];
	size_t n; /* may be more than LIST_MAX: then the rest is not there */
};

static struct list
list_of(struct str answer)
{
	struct list l = {.n = 0};
	struct str part;

	if (str_eq(answer, STR("-")))
		return l;
	while (str_cut(&answer, ',', &part)) {
		part = str_trim(part);
		if (part.n == 0)
			continue;
		if (l.n < LIST_MAX)
			l.items[l.n] = part;
		l.n++;
	}
	return l;
}

/* What can be told of S in small letters, digits and hyphens; OTHERWISE if nothing can. */
static struct str
id_of(struct arena *a, struct str s, struct str otherwise)
{
	char *id = arena_alloc(a, ID_MAX);
	size_t n = 0;
	bool gap = false;

	s = str_lower(a, s);
	for (size_t i = 0; i < s.n && n + 1 < ID_MAX; i++) {
		bool plain = (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9');

		if (plain && gap && n > 0)
			id[n++] = '-';
		if (plain)
			id[n++] = s.p[i];
		gap = !plain;
	}
	return n > 0 ? str_bytes(id, n) : otherwise;
}

static bool
has_word(const struct list *l, const char *word)
{
	for (size_t i = 0; i < l->n && i < LIST_MAX; i++)
		if (str_eq_nocase(l->items[i], str_of(word)))
			return true;
	return false;
}

/* ---- What holds without an answer ---- */

/* The first three letters and digits of the name, if case numbers can begin with them. */
static struct str
default_prefix(struct arena *a, struct str name)
{
	char *out = arena_alloc(a, 3);
	size_t n = 0;

	for (size_t i = 0; i < name.n && n < 3; i++) {
		char c = name.p[i];
		bool digit = c >= '0' && c <= '9';

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		if ((c >= 'A' && c <= 'Z') || (digit && n > 0))
			out[n++] = c;
	}
	return n == 3 ? str_bytes(out, n) : STR("SEC");
}

static struct str
domain_of(struct str email)
{
	size_t at = str_find(email, '@', 0);

	return at == SIZE_MAX ? STR("example.org") : str_sub(email, at + 1, email.n);
}

static struct str
answer(struct arena *a, const struct draft *d, enum draft_question q)
{
	return d->answers[q].n > 0 ? d->answers[q] : draft_default(a, d, q);
}

struct str
draft_default(struct arena *a, const struct draft *d, enum draft_question q)
{
	static const char *const fixed[DRAFT_COUNT] = {
	        [DRAFT_PUBLIC_URL] = "http://127.0.0.1:8080",
	        [DRAFT_PARTS] = "Website, API, Accounts and sign-in",
	        [DRAFT_OUT] = "Denial of service, Social engineering, Physical attacks, Spam",
	        [DRAFT_TIMES] = "48 h, 7 d, 14 d",
	        [DRAFT_FIXES] = "30 d, 60 d, 90 d, -",
	        [DRAFT_THANKS] = "credit, letter",
	};

	if (q == DRAFT_PREFIX)
		return default_prefix(a, d->answers[DRAFT_NAME]);
	if (q == DRAFT_HOSTS)
		return str_fmt(a, "*.%.*s", STR_ARG(domain_of(d->answers[DRAFT_EMAIL])));
	return str_of(fixed[q]);
}

/* ---- Pieces of YAML ---- */

/* Double quotes of YAML 1.1 escape as JSON does, for what can stand in an answer. */
static void
quoted(struct buf *b, struct str s)
{
	buf_json(b, s);
}

static void
item(struct buf *b, struct str id, struct str text)
{
	buf_fmt(b, "    - id: %.*s\n      text: ", STR_ARG(id));
	quoted(b, text);
	buf_char(b, '\n');
}

static void
put_hosts(struct buf *b, const struct list *hosts)
{
	buf_z(b, "    - id: hosts\n      text: \"");
	for (size_t i = 0; i < hosts->n; i++) {
		struct str text = hosts->items[i];
		struct buf q;

		buf_init(&q, TEXT_MAX);
		quoted(&q, text);
		buf_z(b, i == 0 ? "" : i + 1 < hosts->n ? ", " : " and ");
		buf_str(b, str_sub(buf_view(&q), 1, q.n - 2));
		buf_clear(&q);
	}
	buf_z(b, "\"\n      hosts: [");
	for (size_t i = 0; i < hosts->n; i++) {
		buf_z(b, i == 0 ? "" : ", ");
		quoted(b, hosts->items[i]);
	}
	buf_z(b, "]\n      apex: true\n");
}

static void
put_in(struct arena *a, struct buf *b, const struct draft *d)
{
	struct list hosts = list_of(answer(a, d, DRAFT_HOSTS));
	struct list parts = list_of(answer(a, d, DRAFT_PARTS));

	if (hosts.n > 0)
		put_hosts(b, &hosts);
	for (size_t i = 0; i < parts.n; i++) {
		struct str id = id_of(a, parts.items[i], str_fmt(a, "part-%zu", i + 1));

		item(b, id, parts.items[i]);
		buf_fmt(b, "      components: [%.*s]\n", STR_ARG(id));
	}
}

static void
put_out(struct arena *a, struct buf *b, const struct draft *d)
{
	struct list out = list_of(answer(a, d, DRAFT_OUT));

	for (size_t i = 0; i < out.n; i++)
		item(b, id_of(a, out.items[i], str_fmt(a, "out-%zu", i + 1)), out.items[i]);
	buf_z(b, out.n == 0 ? "    []\n" : "");
}

static void
put_components(struct arena *a, struct buf *b, const struct draft *d)
{
	struct list parts = list_of(answer(a, d, DRAFT_PARTS));

	for (size_t i = 0; i < parts.n; i++) {
		struct str id = id_of(a, parts.items[i], str_fmt(a, "part-%zu", i + 1));

		buf_fmt(b, "  - id: %.*s\n    name: ", STR_ARG(id));
		quoted(b, parts.items[i]);
		buf_char(b, '\n');
	}
	buf_z(b, parts.n == 0 ? "  []\n" : "");
}

static void
put_fix(struct arena *a, struct buf *b, const struct draft *d)
{
	static const char *const names[] = {"critical", "high", "medium", "low"};
	struct list fixes = list_of(answer(a, d, DRAFT_FIXES));
	bool any = false;

	for (size_t i = 0; i < fixes.n && i < 4; i++) {
		if (str_eq(fixes.items[i], STR("-")))
			continue;
		buf_z(b, any ? "" : "  fix:\n");
		any = true;
		buf_fmt(b, "    %s:\n      label: %s weakness is mended\n      within: ", names[i],
		        (const char *[]){"A critical", "A high", "A medium", "A low"}[i]);
		quoted(b, fixes.items[i]);
		buf_char(b, '\n');
	}
}

static void
put_paragraphs(struct arena *a, struct buf *b, const struct draft *d)
{
	struct list thanks = list_of(answer(a, d, DRAFT_THANKS));

	if (has_word(&thanks, "reward"))
		buf_z(b, "    - >-\n"
		         "      We pay for reports of weaknesses that we did not know. How much "
		         "depends on how severe they are;\n"
		         "      we tell you together with our verdict.\n");
	else
		buf_z(b, "    - We do not pay for reports. What we can give is our thanks, and we "
		         "mean them.\n");
	if (has_word(&thanks, "credit"))
		buf_z(b, "    - >-\n"
		         "      If you want it so, we name you in the advisory and on our page of "
		         "acknowledgments. You choose the\n"
		         "      name, and can change your mind.\n");
	if (has_word(&thanks, "letter"))
		buf_z(b, "    - Ask for a letter of appreciation if one would help you; we are "
		         "glad to write it.\n");
}

/* ---- The text ---- */

static struct str
month_of(struct arena *a, int64_t utc_s)
{
	static const char *const months[] = {"January", "February", "March", "April", "May", "June",
	        "July", "August", "September", "October", "November", "December"};
	int year, month;

	time_date(utc_s, &year, &month, NULL);
	return str_fmt(a, "%s %d", months[month - 1], year);
}

static bool
put_block(struct arena *a, struct buf *b, const struct draft *d, struct str name)
{
	static const struct {
		const char *name;
		void (*put)(struct arena *, struct buf *, const struct draft *);
	} blocks[] = {{"in", put_in}, {"out", put_out}, {"components", put_components},
	        {"fix", put_fix}, {"paragraphs", put_paragraphs}};

	for (size_t i = 0; i < sizeof blocks / sizeof blocks[0]; i++)
		if (str_eq(name, str_of(blocks[i].name))) {
			blocks[i].put(a, b, d);
			if (b->n > 0 && b->p[b->n - 1] == '\n')
				b->n--; /* the place stands on a line of its own */
			return true;
		}
	return false;
}

static struct str
value_of(struct arena *a, const struct draft *d, struct str place)
{
	struct list times = list_of(answer(a, d, DRAFT_TIMES));
	struct list thanks = list_of(answer(a, d, DRAFT_THANKS));
	struct str name = answer(a, d, DRAFT_NAME), prefix = answer(a, d, DRAFT_PREFIX);
	struct str domain = domain_of(d->answers[DRAFT_EMAIL]);
	const struct {
		const char *place;
		struct str value;
	} values[] = {
	        {"name", name.n > 0 ? name : STR("Example")},
	        {"prefix", prefix},
	        {"programme", id_of(a, name, id_of(a, prefix, STR("security")))},
	        {"subtitle", str_fmt(a, "How to tell %.*s about a vulnerability", STR_ARG(name))},
	        {"team", str_fmt(a, "%.*s security team", STR_ARG(name))},
	        {"updated", month_of(a, d->now_utc_s)},
	        {"email", d->answers[DRAFT_EMAIL].n > 0 ? d->answers[DRAFT_EMAIL]
	                                                : STR("security@example.org")},
	        {"answer", times.items[0]},
	        {"triage", times.items[1]},
	        {"news", times.items[2]},
	        {"reward", has_word(&thanks, "reward") ? STR("true") : STR("false")},
	        {"credit", has_word(&thanks, "credit") ? STR("with-permission") : STR("never")},
	        {"letter", has_word(&thanks, "letter") ? STR("on-request") : STR("never")},
	        {"example_address", str_fmt(a, "https://www.%.*s/reset?token=…", STR_ARG(domain))},
	        {"example_proof", str_fmt(a, "curl -d password=new https://www.%.*s/reset?token=…",
	                                  STR_ARG(domain))},
	};

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (str_eq(place, str_of(values[i].place)))
			return values[i].value;
	abort(); /* a place that texts/policy.yaml has and nobody fills */
}

static struct str
policy_text(struct arena *a, const struct draft *d)
{
	struct str rest = {NULL, 0}, part, out;
	struct buf b;
	bool place = false;

	for (size_t i = 0; i < texts_files_n; i++)
		if (strcmp(texts_files[i].name, "policy.yaml") == 0)
			rest = str_bytes(texts_files[i].bytes, texts_files[i].n);
	buf_init(&b, TEXT_MAX);
	for (; str_cut(&rest, '@', &part); place = !place) {
		bool in_quotes = part.n > 2 && part.p[0] == '"';

		if (!place)
			buf_str(&b, part);
		else if (in_quotes)
			quoted(&b, value_of(a, d, str_sub(part, 1, part.n - 2)));
		else if (!put_block(a, &b, d, part))
			buf_str(&b, value_of(a, d, part));
	}
	out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return out;
}

/* ---- Checking ---- */

/* What a file could not say, since it would not be written as the answer is. */
static enum err
check_shape(struct arena *a, const struct draft *d, struct diag *why)
{
	static const char *const thanks_words[] = {"credit", "letter", "reward"};
	struct list thanks = list_of(answer(a, d, DRAFT_THANKS));
	size_t known = 0, words = sizeof thanks_words / sizeof thanks_words[0];

	for (int q = 0; q < DRAFT_COUNT; q++) {
		if (d->answers[q].n > DRAFT_ANSWER_MAX)
			return diag_set(why, ERR_TOO_LARGE, NULL,
			        "the answer is too long: at most %d bytes", DRAFT_ANSWER_MAX);
		if (!str_utf8_valid(d->answers[q], NULL))
			return diag_set(why, ERR_SYNTAX, NULL, "the answer is not UTF-8");
		if (list_of(d->answers[q]).n > LIST_MAX)
			return diag_set(why, ERR_TOO_LARGE, "add the rest to the file later",
			        "the list is too long: at most %d", LIST_MAX);
		for (size_t i = 0; i < d->answers[q].n; i++)
			if ((unsigned char)d->answers[q].p[i] < ' ' || d->answers[q].p[i] == 127)
				return diag_set(why, ERR_SYNTAX, NULL,
				        "the answer has a character that cannot be shown");
	}
	if (list_of(answer(a, d, DRAFT_TIMES)).n != 3)
		return diag_set(why, ERR_INVALID, "write \"48 h, 7 d, 14 d\"",
		        "three durations are needed: first answer, verdict, news");
	if (list_of(answer(a, d, DRAFT_FIXES)).n != 4 && !str_eq(d->answers[DRAFT_FIXES], STR("-")))
		return diag_set(why, ERR_INVALID, "write \"30 d, 60 d, 90 d, -\"",
		        "four durations are needed: critical, high, medium, low");
	for (size_t i = 0; i < words; i++)
		known += has_word(&thanks, thanks_words[i]);
	if (known != thanks.n)
		return diag_set(why, ERR_INVALID, "write \"credit, letter\", or \"-\"",
		        "that is not all of credit, letter, reward, each once");
	return ERR_OK;
}

enum err
draft_make(struct arena *a, const struct draft *d, struct draft_made *out, struct diag *why)
{
	struct draft_made made;
	struct diags ds = {.n = 0};
	enum err e = check_shape(a, d, why);

	if (e != ERR_OK)
		return e;
	made.policy_text = policy_text(a, d);
	e = policy_parse(a, "policy.yaml", made.policy_text, &ds, &made.policy);
	if (e == ERR_OK) {
		made.config_text = config_text(
		        a, made.policy->programme, answer(a, d, DRAFT_PUBLIC_URL), d->desk_url);
		e = config_parse(a, "vdpd.yaml", made.config_text, &ds, &made.config);
	}
	diags_first(&ds, why);
	if (e == ERR_OK)
		*out = made;
	return e;
}
