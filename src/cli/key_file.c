/* Reading public keys. */
#include "cli/key_file.h"

#include "base/id.h"

#include <jansson.h>

/* What stands before the 32 bytes in the DER of an Ed25519 public key (RFC 8410 section 4). */
static const unsigned char spki[] = {
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};

/* public.keys of an instance: the storage key, then the signing key. */
enum { INSTANCE_KEYS_BYTES = 2 * PUBLIC_KEY_BYTES };

static void
add(struct public_key_list *list, const void *key)
{
	if (list->n < PUBLIC_KEYS_MAX)
		memcpy(list->k[list->n++], key, PUBLIC_KEY_BYTES);
}

/* DER, or the bytes of the key alone. */
static void
add_binary(struct public_key_list *list, struct str bytes)
{
	if (bytes.n == PUBLIC_KEY_BYTES)
		add(list, bytes.p);
	else if (bytes.n == sizeof spki + PUBLIC_KEY_BYTES &&
	         memcmp(bytes.p, spki, sizeof spki) == 0)
		add(list, bytes.p + sizeof spki);
}

static void
add_text(struct arena *a, struct public_key_list *list, struct str text)
{
	unsigned char key[PUBLIC_KEY_BYTES];
	struct str bytes;

	if (hex_parse(text, key, sizeof key) == ERR_OK)
		add(list, key);
	else if (base64_parse(a, text, &bytes) == ERR_OK)
		add_binary(list, bytes);
}

static void
add_pem(struct arena *a, struct public_key_list *list, struct str text)
{
	char *joined = arena_alloc(a, text.n);
	struct str line, whole = {joined, 0};

	while (str_cut(&text, '\n', &line)) {
		line = str_trim(line);
		if (str_starts(line, STR("-----END")))
			break;
		if (str_starts(line, STR("-----")))
			continue;
		memcpy(joined + whole.n, line.p, line.n);
		whole.n += line.n;
	}
	add_text(a, list, whole);
}

static void
add_json(struct arena *a, struct public_key_list *list, const json_t *v)
{
	const char *key;
	json_t *child;
	size_t i;

	if (json_is_string(v))
		add_text(a, list, str_bytes(json_string_value(v), json_string_length(v)));
	json_array_foreach(v, i, child)
	{
		add_json(a, list, child);
	}
	json_object_foreach((json_t *)v, key, child)
	{
		/* A fingerprint has the length of a key. */
		if (strstr(key, "fingerprint") == NULL)
			add_json(a, list, child);
	}
}

enum err
key_file_read(struct arena *a, struct str text, struct public_key_list *out, struct diag *d)
{
	struct public_key_list list = {.n = 0};
	struct str t = str_trim(text);
	json_t *json;

	if (text.n == INSTANCE_KEYS_BYTES && !str_utf8_valid(text, NULL)) {
		add(&list, text.p + PUBLIC_KEY_BYTES);
	} else if (str_starts(t, STR("-----"))) {
		add_pem(a, &list, t);
	} else if (str_starts(t, STR("{")) || str_starts(t, STR("["))) {
		json = json_loadb(t.p, t.n, JSON_REJECT_DUPLICATES, NULL);
		add_json(a, &list, json);
		json_decref(json);
	} else {
		add_text(a, &list, t);
		if (list.n == 0)
			add_binary(&list, text);
	}
	if (list.n == 0)
		return diag_set(d, ERR_INVALID,
		        "give the programme's signing key as /trust or /api/v1/keys publishes it",
		        "holds no Ed25519 public key");
	*out = list;
	return ERR_OK;
}
