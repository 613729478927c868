/* OpenPGP in texts and files, found by its armor (RFC 4880 section 6.2), its first packet, or its
 * name. Nothing is decoded here. */
#include "mail/mime/walk.h"

static const struct {
	struct str begin, end;
	enum mail_pgp_kind in_text, in_file;
} armors[] = {
        {STR("-----BEGIN PGP MESSAGE-----"), STR("-----END PGP MESSAGE-----"), MAIL_PGP_INLINE,
                MAIL_PGP_FILE},
        {STR("-----BEGIN PGP SIGNED MESSAGE-----"), STR("-----END PGP SIGNATURE-----"),
                MAIL_PGP_INLINE_SIGNED, MAIL_PGP_INLINE_SIGNED},
        {STR("-----BEGIN PGP PUBLIC KEY BLOCK-----"), STR("-----END PGP PUBLIC KEY BLOCK-----"),
                MAIL_PGP_KEY, MAIL_PGP_KEY},
        {STR("-----BEGIN PGP SIGNATURE-----"), STR("-----END PGP SIGNATURE-----"),
                MAIL_PGP_KIND_COUNT, MAIL_PGP_FILE_SIGNATURE},
};
enum { ARMORS = sizeof armors / sizeof armors[0] };

static size_t
find(struct str s, struct str needle, size_t from)
{
	const char *p = from < s.n ? memmem(s.p + from, s.n - from, needle.p, needle.n) : NULL;

	return p != NULL ? (size_t)(p - s.p) : SIZE_MAX;
}

/* The first armor at or after FROM that begins a line. */
static size_t
next_armor(struct str text, size_t from, size_t *which)
{
	for (;;) {
		size_t at = find(text, STR("-----BEGIN PGP "), from);

		if (at == SIZE_MAX)
			return SIZE_MAX;
		if (at == 0 || text.p[at - 1] == '\n' || text.p[at - 1] == '\r') {
			for (size_t i = 0; i < ARMORS; i++) {
				if (str_starts(str_sub(text, at, 64), armors[i].begin)) {
					*which = i;
					return at;
				}
			}
		}
		from = at + 1;
	}
}

void
walk_armor(struct walk *w, struct str text, struct mail_extent bytes, uint32_t part)
{
	size_t from = 0, which = 0, at;

	while ((at = next_armor(text, from, &which)) != SIZE_MAX) {
		size_t end = find(text, armors[which].end, at);

		if (end == SIZE_MAX)
			return;
		end += armors[which].end.n;
		if (armors[which].in_text != MAIL_PGP_KIND_COUNT && end <= bytes.n)
			walk_pgp(w, &(struct mail_pgp){.kind = armors[which].in_text,
			                    .part = part,
			                    .bytes = {bytes.at + at, end - at}});
		from = end;
	}
}

/* By the tag of a first packet in binary (RFC 4880 section 4.2). */
static enum mail_pgp_kind
by_packet(unsigned char first)
{
	unsigned tag = (first & 0x40) != 0 ? first & 0x3F : (first & 0x3F) >> 2;

	if ((first & 0x80) == 0)
		return MAIL_PGP_KIND_COUNT;
	switch (tag) {
	case 1: /* session keys, then encrypted data */
	case 3:
	case 4: /* one-pass signature: a signed message */
	case 8: /* compressed */
	case 9:
	case 18:
		return MAIL_PGP_FILE;
	case 2:
		return MAIL_PGP_FILE_SIGNATURE;
	case 6:
		return MAIL_PGP_KEY;
	default:
		return MAIL_PGP_KIND_COUNT;
	}
}

enum mail_pgp_kind
armor_file_kind(struct str text, struct str name, struct str type)
{
	bool named = str_ends(name, STR(".pgp")) || str_ends(name, STR(".gpg")) ||
	             str_ends(name, STR(".asc")) || str_ends(name, STR(".sig")) ||
	             str_ends(name, STR(".key"));
	struct str head = str_trim(str_sub(text, 0, 4096));

	for (size_t i = 0; i < ARMORS; i++) {
		if (str_starts(head, armors[i].begin))
			return armors[i].in_file;
	}
	/* A picture's first byte may look like a packet's. */
	if (named || str_starts(type, STR("application/pgp")))
		return text.n > 0 ? by_packet((unsigned char)text.p[0]) : MAIL_PGP_KIND_COUNT;
	return MAIL_PGP_KIND_COUNT;
}
