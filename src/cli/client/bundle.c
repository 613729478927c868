/* Checking a bundle. */
#include "cli/client/bundle.h"

#include "base/id.h"
#include "base/time.h"
#include "cli/key_file.h"
#include "seal/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <unistd.h>

enum { MANIFEST_MAX = 1 << 20, KEY_FILE_MAX = 1 << 20, PIECE_BYTES = 64 * 1024 };

struct check {
	struct arena *a;
	int fd;
	struct diag *d;
	struct public_key_list keys;
	json_t *manifest;
	struct bundle_facts facts;
	struct bundle_found found;
};

static enum err
damaged(struct check *c, const char *what)
{
	return diag_set(c->d, ERR_FORGED, "take another copy of it", "%s", what);
}

/* Exactly N bytes. */
static enum err
read_n(struct check *c, void *out, size_t n)
{
	char *p = out;

	while (n > 0) {
		ssize_t got = read(c->fd, p, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return diag_set(c->d, ERR_IO, NULL, "cannot be read: %s", strerror(errno));
		if (got == 0)
			return damaged(c, "it is cut short");
		p += got;
		n -= (size_t)got;
	}
	return ERR_OK;
}

static enum err
read_padding(struct check *c, uint64_t size)
{
	unsigned char block[BUNDLE_BLOCK];
	size_t n = bundle_padding(size);
	enum err e = read_n(c, block, n);

	if (e == ERR_OK && !sodium_is_zero(block, n))
		e = damaged(c, "something stands between its files");
	return e;
}

/* The next file must be called NAME, behind the case's number and a slash. */
static enum err
header(struct check *c, const char *name, uint64_t *size)
{
	unsigned char block[BUNDLE_BLOCK];
	char have[BUNDLE_NAME_MAX + 1];
	struct str rest;
	enum err e = read_n(c, block, sizeof block);

	if (e != ERR_OK)
		return e;
	if (bundle_header_read(block, have, size) != ERR_OK)
		return damaged(c, "it is not a bundle, or damaged");
	rest = str_of(have);
	/* Before the manifest is read, any directory will do. */
	if (c->facts.case_number.n > 0 && !str_starts(rest, c->facts.case_number))
		return damaged(c, "a file in it is of another case");
	rest = str_sub(rest, str_find(rest, '/', 0) + 1, SIZE_MAX);
	if (str_find(str_of(have), '/', 0) == SIZE_MAX || !str_eq(rest, str_of(name)))
		return diag_set(c->d, ERR_FORGED, "take another copy of it",
		        "%s should come next, and %s does", name, have);
	return ERR_OK;
}

/* A small file, whole. */
static enum err
small(struct check *c, const char *name, struct str *out)
{
	uint64_t size = 0;
	char *p;
	enum err e = header(c, name, &size);

	if (e == ERR_OK && size > MANIFEST_MAX)
		e = damaged(c, "its manifest is too large");
	if (e != ERR_OK)
		return e;
	p = arena_array(c->a, (size_t)size + 1, 1);
	e = read_n(c, p, (size_t)size);
	if (e == ERR_OK)
		e = read_padding(c, size);
	if (e == ERR_OK)
		*out = str_bytes(p, (size_t)size);
	return e;
}

static struct str
text(struct check *c, const json_t *object, const char *key)
{
	const char *z = json_string_value(json_object_get(object, key));

	return z != NULL ? str_dup(c->a, str_of(z)) : STR("");
}

static enum err
read_signature(struct check *c, unsigned char signature[BUNDLE_SIGNATURE_BYTES])
{
	struct str bytes, raw = {0};
	json_t *sig;
	bool good;
	enum err e = small(c, "manifest.sig", &bytes);

	if (e != ERR_OK)
		return e;
	sig = json_loadb(bytes.p, bytes.n, JSON_REJECT_DUPLICATES, NULL);
	good = time_parse(text(c, sig, "signed_at"), &c->facts.signed_utc_s) == ERR_OK &&
	       base64_parse(c->a, text(c, sig, "signature"), &raw) == ERR_OK &&
	       raw.n == BUNDLE_SIGNATURE_BYTES;
	json_decref(sig);
	if (good)
		memcpy(signature, raw.p, raw.n);
	return good ? ERR_OK : damaged(c, "manifest.sig is not understood");
}

static enum err
read_manifest(struct check *c)
{
	unsigned char signature[BUNDLE_SIGNATURE_BYTES];
	struct str bytes;
	enum err e = small(c, "manifest.json", &bytes);

	if (e == ERR_OK)
		e = read_signature(c, signature);
	if (e != ERR_OK)
		return e;
	c->manifest = json_loadb(bytes.p, bytes.n, JSON_REJECT_DUPLICATES, NULL);
	c->facts.programme = text(c, c->manifest, "programme");
	c->facts.case_number = text(c, c->manifest, "case");
	crypto_hash_sha256(c->facts.manifest_sha256, (const unsigned char *)bytes.p, bytes.n);
	for (size_t i = 0; i < c->keys.n; i++)
		if (bundle_verify(c->keys.k[i], &c->facts, signature) == ERR_OK)
			return str_eq(text(c, c->manifest, "format"), STR(BUNDLE_FORMAT))
			               ? ERR_OK
			               : diag_set(c->d, ERR_UNSUPPORTED,
			                         "use a newer version of vdpd",
			                         "is a bundle of another format");
	return diag_set(c->d, ERR_FORGED,
	        "one of them was changed, or the key is another programme's",
	        "the signature is not that of this key over this bundle");
}

static enum err
one_file(struct check *c, const json_t *entry)
{
	unsigned char want[BUNDLE_SHA256_BYTES], have[BUNDLE_SHA256_BYTES], piece[PIECE_BYTES];
	const char *path = json_string_value(json_object_get(entry, "path"));
	json_int_t listed = json_integer_value(json_object_get(entry, "size"));
	crypto_hash_sha256_state st;
	uint64_t size = 0;
	enum err e;

	if (path == NULL || hex_parse(text(c, entry, "sha256"), want, sizeof want) != ERR_OK)
		return damaged(c, "its manifest is not understood");
	e = header(c, path, &size);
	if (e == ERR_OK && (listed < 0 || (uint64_t)listed != size))
		return diag_set(c->d, ERR_FORGED, "take another copy of it",
		        "%s has not the size that the manifest says", path);
	crypto_hash_sha256_init(&st);
	for (uint64_t left = size; e == ERR_OK && left > 0;) {
		size_t n = left < sizeof piece ? (size_t)left : sizeof piece;

		e = read_n(c, piece, n);
		crypto_hash_sha256_update(&st, piece, n);
		left -= n;
	}
	if (e != ERR_OK)
		return e;
	crypto_hash_sha256_final(&st, have);
	if (memcmp(have, want, sizeof have) != 0)
		return diag_set(c->d, ERR_FORGED, "take another copy of it",
		        "%s is not what the manifest says", path);
	c->found.files_n++;
	c->found.bytes += size;
	return read_padding(c, size);
}

static enum err
read_end(struct check *c)
{
	unsigned char blocks[2 * BUNDLE_BLOCK], more;
	enum err e = read_n(c, blocks, sizeof blocks);

	if (e == ERR_OK && (!sodium_is_zero(blocks, sizeof blocks) || read(c->fd, &more, 1) != 0))
		e = damaged(c, "more stands behind its end");
	return e;
}

static enum err
check(struct check *c)
{
	const json_t *entry;
	size_t i;
	enum err e = read_manifest(c);

	if (e != ERR_OK)
		return e;
	json_array_foreach(json_object_get(c->manifest, "files"), i, entry)
	{
		e = one_file(c, entry);
		if (e != ERR_OK)
			return e;
	}
	return c->found.files_n > 0 ? read_end(c) : damaged(c, "it lists no case.json");
}

enum err
bundle_check(struct arena *a, const char *file, const char *key_file, struct bundle_found *out,
        struct diag *d)
{
	struct check c = {.a = a, .d = d};
	struct str key;
	enum err e = cli_read(a, key_file, KEY_FILE_MAX, &key, d);

	if (e == ERR_OK)
		e = key_file_read(a, key, &c.keys, d);
	if (e != ERR_OK)
		return e;
	*d = (struct diag){0};
	snprintf(d->file, sizeof d->file, "%.120s", file);
	c.fd = open(file, O_RDONLY | O_CLOEXEC);
	if (c.fd < 0)
		return diag_set(d, ERR_IO, NULL, "%s", strerror(errno));
	e = check(&c);
	close(c.fd);
	json_decref(c.manifest);
	if (e != ERR_OK)
		return e;
	c.found.programme = c.facts.programme;
	c.found.case_number = c.facts.case_number;
	c.found.signed_utc_s = c.facts.signed_utc_s;
	*out = c.found;
	return ERR_OK;
}
