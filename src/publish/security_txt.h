/* security.txt (RFC 9116): written from policy and configuration, and checked line by line. */
#ifndef VDPD_PUBLISH_SECURITY_TXT_H
#define VDPD_PUBLISH_SECURITY_TXT_H

#include "base/buf.h"
#include "policy/config.h"
#include "policy/policy.h"

enum {
	SECURITY_TXT_MAX = 64 * 1024, /* bytes of a file that is written or read */
	SECURITY_TXT_LIFE_S = 180 * 86400,
};

/* Appends the file to OUT: Contact, Expires, Preferred-Languages, Canonical, Policy and, where the
 * policy gives credit, Acknowledgments; with a KEY also Encryption (/pgp-key.asc). Expires is
 * SECURITY_TXT_LIFE_S after the beginning of NOW's day, so the text is the same for a whole day. */
void security_txt_write(const struct policy *p, const struct config *c, bool key, int64_t now_utc_s,
        struct buf *out);

/* When the text written at NOW is to be written anew: the beginning of the next day (UTC). */
int64_t security_txt_until(int64_t now_utc_s);

/* Checks TEXT, called FILENAME in what is found, as of NOW. What breaks RFC 9116 goes to WRONG: a
 * missing or repeated field, a value that is none, an expired file, a line that is no field.
 * What it only recommends (expiry within a year, Canonical) goes to ADVICE. http is taken on
 * localhost and 127.0.0.1, where no certificate can be had. ERR_INVALID if anything is WRONG. */
enum err security_txt_check(const char *filename, struct str text, int64_t now_utc_s,
        struct diags *wrong, struct diags *advice) MUST_CHECK;

#endif
