/* Which case a message belongs to. */
#include "mail/thread.h"

#include "act/view.h"
#include "base/id.h"
#include "store/mail_store.h"

enum { CHECK_BYTES = 10 }; /* 16 characters of base32 */

struct str
mail_tag(struct arena *a, const struct key *server_key, struct str case_number)
{
	struct str number = str_lower(a, case_number);
	struct key check;
	struct str tag;

	key_derive(server_key, "mail tag", number, &check);
	tag = str_fmt(a, "%.*s-%.*s", STR_ARG(number),
	        STR_ARG(str_lower(a, base32_str(a, check.b, CHECK_BYTES))));
	key_wipe(&check);
	return tag;
}

struct str
mail_tagged(struct arena *a, struct str address, struct str tag)
{
	size_t at = str_find(address, '@', 0);

	if (at == SIZE_MAX)
		return address;
	return str_fmt(a, "%.*s+%.*s%.*s", (int)at, address.p, STR_ARG(tag),
	        STR_ARG(str_sub(address, at, SIZE_MAX)));
}

struct str
mail_untagged(struct arena *a, struct str address, struct str *tag)
{
	struct str small = str_lower(a, address);
	size_t plus = str_find(small, '+', 0), at = str_find(small, '@', 0);

	*tag = STR("");
	if (at == SIZE_MAX || plus == SIZE_MAX || plus > at)
		return small;
	*tag = str_sub(small, plus + 1, at - plus - 1);
	return str_fmt(a, "%.*s%.*s", (int)plus, small.p, STR_ARG(str_sub(small, at, SIZE_MAX)));
}

void
mail_id_hash(const struct key *server_key, struct str id, unsigned char out[32])
{
	struct key k;

	key_derive(server_key, "message id", id, &k);
	memcpy(out, k.b, sizeof k.b);
}

/* The number in front of a tag's check, if that is ours; "" otherwise. */
static struct str
by_tag(struct arena *a, const struct key *server_key, struct str tag)
{
	size_t end = tag.n;
	struct str number, right;

	if (tag.n > MAIL_TAG_MAX)
		return STR("");
	while (end > 0 && tag.p[end - 1] != '-')
		end--;
	if (end == 0)
		return STR("");
	number = str_sub(tag, 0, end - 1);
	right = mail_tag(a, server_key, number);
	return right.n == tag.n && secret_eq(right.p, tag.p, tag.n) ? number : STR("");
}

/* The number in "[EXW-2026-0001] …", anywhere in the subject. */
static enum err
by_subject(struct arena *a, struct db *db, const struct programme *pr, struct str subject,
        struct case_row *out)
{
	size_t open = 0, close;

	while ((open = str_find(subject, '[', open)) != SIZE_MAX) {
		close = str_find(subject, ']', open);
		if (close == SIZE_MAX)
			break;
		if (view_find(a, db, pr, str_sub(subject, open + 1, close - open - 1), out) ==
		        ERR_OK)
			return ERR_OK;
		open++;
	}
	return ERR_NOT_FOUND;
}

/* ID as of a message that was kept, or "EXW-2026-0001@HOST", which all of ours refer to. */
static enum err
by_id(struct arena *a, struct db *db, const struct programme *pr, const struct key *server_key,
        struct str host, struct str id, struct case_row *out)
{
	size_t at = str_find(id, '@', 0);
	unsigned char hash[32];
	int64_t case_id;
	enum err e;

	if (id.n == 0)
		return ERR_NOT_FOUND;
	if (at != SIZE_MAX && str_eq_nocase(str_sub(id, at + 1, SIZE_MAX), host) &&
	        view_find(a, db, pr, str_sub(id, 0, at), out) == ERR_OK)
		return ERR_OK;
	mail_id_hash(server_key, id, hash);
	e = mail_id_find(db, hash, &case_id);
	return e == ERR_OK ? case_by_id(a, db, case_id, out) : e;
}

static enum err
by_ids(struct arena *a, struct db *db, const struct programme *pr, const struct key *server_key,
        struct str host, const struct mail_strings *ids, struct case_row *out)
{
	enum err e = ERR_NOT_FOUND;

	/* The newest stands last (RFC 5322 section 3.6.4). */
	for (size_t i = ids->n; i-- > 0 && e == ERR_NOT_FOUND;)
		e = by_id(a, db, pr, server_key, host, ids->v[i], out);
	return e;
}

enum err
mail_thread(struct arena *a, struct db *db, const struct programme *pr,
        const struct key *server_key, struct str host, struct str tag, const struct mail_message *m,
        struct case_row *out)
{
	struct str number = by_tag(a, server_key, tag);
	enum err e = number.n > 0 ? view_find(a, db, pr, number, out) : ERR_NOT_FOUND;

	if (e == ERR_NOT_FOUND)
		e = by_ids(a, db, pr, server_key, host, &m->in_reply_to, out);
	if (e == ERR_NOT_FOUND)
		e = by_ids(a, db, pr, server_key, host, &m->references, out);
	if (e == ERR_NOT_FOUND)
		e = by_id(a, db, pr, server_key, host, m->original_message_id, out);
	if (e == ERR_NOT_FOUND)
		e = by_subject(a, db, pr, m->subject, out);
	/* Nothing can be added to a case that was erased: the mail begins another. */
	return e == ERR_OK && out->erased_at != 0 ? ERR_NOT_FOUND : e;
}
