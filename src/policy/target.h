/* Reading what somebody says is affected: a URL, a host, a path or a purl, made canonical so that
 * two spellings of one place compare equal. Whatever could be read in two ways is refused. */
#ifndef VDPD_POLICY_TARGET_H
#define VDPD_POLICY_TARGET_H

#include "base/str.h"

enum { TARGET_MAX = 8192 }; /* bytes of a target that is looked at */

enum target_kind { TARGET_HOST = 1, TARGET_PATH, TARGET_PURL };

struct target {
	enum target_kind kind;
	struct str host; /* TARGET_HOST: A-labels in small letters, without a dot at the end; may
	                  * begin with "*." */
	uint16_t port;   /* given, or that of the scheme; 0 = neither is there */
	struct str path; /* canonical, "/" if there is none */
	struct str purl; /* TARGET_PURL: "/type/namespace/name", decoded, without version */
};

/* Reads S (RFC 3986; http, https, ws, wss; the scheme may be missing) into A. ERR_INVALID if it is
 * none of these, or is a host that mixes scripts; ERR_TOO_LARGE over TARGET_MAX. */
enum err target_parse(struct arena *a, struct str s, struct target *out) MUST_CHECK;

/* "HOST" or "HOST:PORT" as it stands in a URL's authority, without user name: percent-decoded,
 * IDNA (UTS 46, by libidn2). *port is 0 where none is given. ERR_INVALID as above. */
enum err target_host(struct arena *a, struct str s, struct str *host, uint16_t *port) MUST_CHECK;

/* The path S, which begins with a slash, with dot segments and double slashes removed and what is
 * percent-encoded decoded, but for %2F, %25 and control characters, which stay as %XX. */
struct str target_path(struct arena *a, struct str s);

/* The purl S ("pkg:npm/%40a/b@1.0"), see struct target. */
enum err target_purl(struct arena *a, struct str s, struct str *out) MUST_CHECK;

#endif
