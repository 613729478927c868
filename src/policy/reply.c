/* Replies: finding one, and filling it in. */
#include "policy/reply.h"

#include "base/buf.h"

static const struct {
	const char *action, *reason;
} names[REPLY_COUNT] = {
        [REPLY_ACKNOWLEDGE] = {"acknowledge", NULL},
        [REPLY_REQUEST_INFO] = {"request_info", NULL},
        [REPLY_MESSAGE] = {"message", NULL},
        [REPLY_TRIAGE] = {"triage", NULL},
        [REPLY_FIX] = {"fix", NULL},
        [REPLY_REOPEN] = {"reopen", NULL},
        [REPLY_CLOSE_RESOLVED] = {"close", "resolved"},
        [REPLY_CLOSE_DUPLICATE] = {"close", "duplicate"},
        [REPLY_CLOSE_OUT_OF_SCOPE] = {"close", "out_of_scope"},
        [REPLY_CLOSE_NOT_REPRODUCIBLE] = {"close", "not_reproducible"},
        [REPLY_CLOSE_INFORMATIVE] = {"close", "informative"},
        [REPLY_CLOSE_NOT_APPLICABLE] = {"close", "not_applicable"},
        [REPLY_CLOSE_SPAM] = {"close", "spam"},
        [REPLY_CLOSE_WITHDRAWN] = {"close", "withdrawn"},
};

static const struct {
	const char *word;
	size_t of_facts, of_policy; /* where the value stands; SIZE_MAX: not there */
} words[] = {
        {"case", offsetof(struct reply_facts, case_no), SIZE_MAX},
        {"name", offsetof(struct reply_facts, name), SIZE_MAX},
        {"severity", offsetof(struct reply_facts, severity), SIZE_MAX},
        {"component", offsetof(struct reply_facts, component), SIZE_MAX},
        {"of", offsetof(struct reply_facts, of), SIZE_MAX},
        {"policy_url", offsetof(struct reply_facts, policy_url), SIZE_MAX},
        {"case_url", offsetof(struct reply_facts, case_url), SIZE_MAX},
        {"team", SIZE_MAX, offsetof(struct policy, contact.team)},
        {"programme", SIZE_MAX, offsetof(struct policy, name)},
};

enum { WORDS = sizeof words / sizeof words[0] };

struct str
policy_reply(const struct policy *p, struct str action, struct str reason)
{
	for (int i = 0; i < REPLY_COUNT; i++)
		if (str_eq(action, str_of(names[i].action)) &&
		        (names[i].reason == NULL || str_eq(reason, str_of(names[i].reason))))
			return p->replies[i];
	return STR("");
}

/* The next {word} of *REST: what stands before it goes to *BEFORE, the word without braces to
 * *WORD. False, with all that is left in *BEFORE, when there is no more. */
static bool
next_word(struct str *rest, struct str *before, struct str *word)
{
	for (size_t at = 0; (at = str_find(*rest, '{', at)) != SIZE_MAX; at++) {
		size_t end = at + 1;

		while (end < rest->n &&
		        ((rest->p[end] >= 'a' && rest->p[end] <= 'z') || rest->p[end] == '_'))
			end++;
		if (end == at + 1 || end == rest->n || rest->p[end] != '}')
			continue;
		*before = str_sub(*rest, 0, at);
		*word = str_sub(*rest, at + 1, end - at - 1);
		*rest = str_sub(*rest, end + 1, rest->n);
		return true;
	}
	*before = *rest;
	*rest = str_sub(*rest, rest->n, 0);
	return false;
}

static size_t
find_word(struct str word)
{
	size_t i = 0;

	while (i < WORDS && !str_eq(word, str_of(words[i].word)))
		i++;
	return i;
}

struct str
reply_fill(
        struct arena *a, const struct policy *p, struct str text, const struct reply_facts *facts)
{
	struct str before, word, out;
	struct buf b;

	buf_init(&b, 1 << 20);
	while (next_word(&text, &before, &word)) {
		size_t i = find_word(word);
		struct str value = STR("");

		buf_str(&b, before);
		if (i == WORDS) {
			buf_fmt(&b, "{%.*s}", STR_ARG(word));
			continue;
		}
		if (words[i].of_policy != SIZE_MAX)
			memcpy(&value, (const char *)p + words[i].of_policy, sizeof value);
		else
			memcpy(&value, (const char *)facts + words[i].of_facts, sizeof value);
		if (value.n == 0 && str_eq(word, STR("name")))
			value = STR("there");
		buf_str(&b, value);
	}
	buf_str(&b, before);
	out = str_dup(a, buf_view(&b));
	buf_clear(&b);
	return out;
}

struct str
reply_unknown(struct str text)
{
	struct str before, word;

	while (next_word(&text, &before, &word))
		if (find_word(word) == WORDS)
			return word;
	return STR("");
}
