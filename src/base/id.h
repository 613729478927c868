/* Encodings of bytes as text, and random identifiers. */
#ifndef VDPD_BASE_ID_H
#define VDPD_BASE_ID_H

#include "base/str.h"

/* Lower-case hex in A; reading takes either letter case and exactly N bytes. */
struct str hex_str(struct arena *a, const void *p, size_t n);
enum err hex_parse(struct str s, void *out, size_t n) MUST_CHECK;

/* RFC 4648 base64 with padding; base64url without. base64_parse takes either and allocates in A. */
struct str base64_str(struct arena *a, const void *p, size_t n);
struct str base64url_str(struct arena *a, const void *p, size_t n);
enum err base64_parse(struct arena *a, struct str s, struct str *out) MUST_CHECK;

/* RFC 4648 base32 alphabet (A–Z, 2–7), no padding: ⌈8n/5⌉ characters into A. Reading takes either
 * letter case, skips '-' and ' ', and wants exactly N bytes (left-over bits must be zero). */
struct str base32_str(struct arena *a, const void *p, size_t n);
enum err base32_parse(struct str s, void *out, size_t n) MUST_CHECK;

/* N random bytes from the kernel. */
void random_bytes(void *out, size_t n);

#endif
