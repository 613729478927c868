/* The texts of the demo. */
#include "cli/admin/demo_texts.h"

#include "base/buf.h"
#include "base/embed.h"
#include "policy/yaml.h"
#include "texts.h"

#include <stdlib.h>

#define COUNT(array)           (sizeof(array) / sizeof(array)[0])
#define TEXT(struct_, member_) .type = YAML_TEXT, .max = 4000, .offset = offsetof(struct_, member_)
#define LIST(struct_, member_)                                                                     \
	.list = true, .offset = offsetof(struct_, member_),                                        \
	.offset_n = offsetof(struct_, member_##_n)
#define REPORTS(member_)                                                                           \
	.type = YAML_MAP, .map = &report_map, .list = true,                                        \
	.offset = offsetof(struct demo_texts, member_.items),                                      \
	.offset_n = offsetof(struct demo_texts, member_.n)

static const struct yaml_key person[] = {
        {"name", TEXT(struct demo_person, name)},
        {"email", TEXT(struct demo_person, email)},
        {"url", TEXT(struct demo_person, url)},
        {"roles", TEXT(struct demo_person, roles)},
};
static const struct yaml_map person_map = {
        "a person", person, COUNT(person), sizeof(struct demo_person)};

static const struct yaml_key report[] = {
        {"title", TEXT(struct demo_report, title)},
        {"things", .type = YAML_TEXT, .max = 100, LIST(struct demo_report, things)},
        {"component", TEXT(struct demo_report, component)},
        {"severity", TEXT(struct demo_report, severity)},
        {"judged", TEXT(struct demo_report, judged)},
        {"cwe", .type = YAML_INT, .max = 9999, .offset = offsetof(struct demo_report, cwe)},
        {"cvss", TEXT(struct demo_report, cvss)},
        {"description", TEXT(struct demo_report, description)},
        {"impact", TEXT(struct demo_report, impact)},
        {"steps", TEXT(struct demo_report, steps)},
        {"affected", .type = YAML_TEXT, .max = 500, LIST(struct demo_report, affected)},
        {"proof", TEXT(struct demo_report, proof)},
        {"remediation", TEXT(struct demo_report, remediation)},
        {"incident", .type = YAML_BOOL, .offset = offsetof(struct demo_report, incident)},
        {"file", TEXT(struct demo_report, file)},
        {"note", TEXT(struct demo_report, note)},
        {"question", TEXT(struct demo_report, question)},
        {"reply", TEXT(struct demo_report, reply)},
        {"news", TEXT(struct demo_report, news)},
        {"fixed", TEXT(struct demo_report, fixed)},
        {"close", TEXT(struct demo_report, close)},
        {"answer", TEXT(struct demo_report, answer)},
        {"ask", TEXT(struct demo_report, ask)},
};
static const struct yaml_map report_map = {
        "a report", report, COUNT(report), sizeof(struct demo_report)};

static const struct yaml_key top[] = {
        {"team", .type = YAML_MAP, .map = &person_map, LIST(struct demo_texts, team)},
        {"reporters", .type = YAML_MAP, .map = &person_map, LIST(struct demo_texts, reporters)},
        {"reports", REPORTS(reports)},
        {"noise", REPORTS(noise)},
        {"spam", REPORTS(spam)},
        {"questions", REPORTS(questions)},
};
static const struct yaml_map top_map = {"the demo", top, COUNT(top), sizeof(struct demo_texts)};

static struct str
embedded_text(const char *name)
{
	for (size_t i = 0; i < texts_files_n; i++)
		if (strcmp(texts_files[i].name, name) == 0)
			return str_bytes(texts_files[i].bytes, texts_files[i].n);
	abort();
}

const struct demo_texts *
demo_texts_read(struct arena *a)
{
	struct demo_texts *t = ARENA_NEW(a, struct demo_texts);
	struct diags ds = {.n = 0};
	struct yaml_doc *doc;

	if (yaml_read(a, "demo.yaml", embedded_text("demo.yaml"), &top_map, t, &ds, &doc) != ERR_OK)
		abort();
	return t;
}

struct str
demo_picture(void)
{
	return embedded_text("demo.png");
}

struct demo_words
demo_words_of(struct arena *a, const struct policy *p)
{
	struct str host = STR("www.example.org"), below;

	for (size_t i = p->scope.in_n; i-- > 0;)
		if (p->scope.in[i].hosts_n > 0)
			host = p->scope.in[i].hosts[0];
	if (!str_starts(host, STR("*.")))
		return (struct demo_words){.host = host, .app = host, .api = host};
	below = str_sub(host, 2, host.n);
	return (struct demo_words){
	        .host = str_fmt(a, "www.%.*s", STR_ARG(below)),
	        .app = str_fmt(a, "app.%.*s", STR_ARG(below)),
	        .api = str_fmt(a, "api.%.*s", STR_ARG(below)),
	};
}

static bool
put_word(struct buf *b, struct str word, const struct demo_words *w)
{
	const struct {
		const char *name;
		struct str value;
	} words[] = {{"host", w->host}, {"app", w->app}, {"api", w->api}, {"thing", w->thing},
	        {"day", w->day}};

	for (size_t i = 0; i < COUNT(words); i++)
		if (str_eq(word, str_of(words[i].name))) {
			buf_str(b, words[i].value);
			return true;
		}
	return false;
}

struct str
demo_fill(struct arena *a, struct str text, const struct demo_words *w)
{
	struct str out;
	struct buf b;

	buf_init(&b, 64 * 1024);
	for (size_t i = 0; i < text.n; i++) {
		size_t end = text.p[i] == '{' ? str_find(text, '}', i) : SIZE_MAX;

		if (end != SIZE_MAX && put_word(&b, str_sub(text, i + 1, end - i - 1), w))
			i = end;
		else
			buf_char(&b, text.p[i]);
	}
	if (b.n > 0 && b.p[0] >= 'a' && b.p[0] <= 'z' && text.p[0] == '{')
		b.p[0] = (char)(b.p[0] - 'a' + 'A');
	out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return out;
}
