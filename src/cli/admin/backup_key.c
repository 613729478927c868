/* Backup keys as files. */
#include "cli/admin/backup_key.h"

#include "base/id.h"
#include "base/time.h"
#include "cli/cli.h"

#include <sodium.h>

enum { KEY_FILE_MAX = 4096 };

struct str
backup_key_new(struct arena *a, int64_t now, unsigned char out[BACKUP_PUBLIC_BYTES])
{
	struct key secret;
	struct str text, at = time_str(a, now);

	crypto_box_keypair(out, secret.b);
	text = str_fmt(a,
	        "# The secret half of a backup key of vdpd, made %.*s.\n"
	        "# It opens every backup that was encrypted to its public half. Keep it, and a\n"
	        "# copy of it, away from the server that is backed up.\n"
	        "secret: %.*s\n"
	        "public: %.*s\n",
	        STR_ARG(at), STR_ARG(hex_str(a, secret.b, sizeof secret.b)),
	        STR_ARG(hex_str(a, out, BACKUP_PUBLIC_BYTES)));
	key_wipe(&secret);
	return text;
}

/* The 32 bytes in the line that begins with LABEL, or with NULL in the first line that holds
 * nothing else. */
static bool
find(struct str text, const char *label, unsigned char out[32])
{
	struct str line;

	while (str_cut(&text, '\n', &line)) {
		line = str_trim(line);
		if (label != NULL && !str_starts(line, str_of(label)))
			continue;
		if (label != NULL)
			line = str_trim(str_sub(line, strlen(label), SIZE_MAX));
		if (hex_parse(line, out, 32) == ERR_OK)
			return true;
	}
	return false;
}

enum err
backup_key_secret(struct arena *a, const char *path, struct key *out, struct diag *d)
{
	struct str text;
	enum err e = cli_read(a, path, KEY_FILE_MAX, &text, d);

	if (e == ERR_OK && !find(text, "secret:", out->b))
		e = diag_set(d, ERR_INVALID, "name the file that `vdpd backup-key create` made",
		        "holds no secret half of a backup key");
	if (e == ERR_OK && d != NULL)
		d->file[0] = '\0';
	return e;
}

enum err
backup_key_public(
        struct arena *a, const char *given, unsigned char out[BACKUP_PUBLIC_BYTES], struct diag *d)
{
	struct str text;
	enum err e;

	if (hex_parse(str_of(given), out, BACKUP_PUBLIC_BYTES) == ERR_OK)
		return ERR_OK;
	e = cli_read(a, given, KEY_FILE_MAX, &text, d);
	if (e == ERR_OK && !find(text, "public:", out) && !find(text, NULL, out))
		e = diag_set(d, ERR_INVALID,
		        "give the 64 hex digits that `vdpd backup-key create` printed, or a file "
		        "with them",
		        "holds no public half of a backup key");
	if (e == ERR_OK && d != NULL)
		d->file[0] = '\0';
	return e;
}
