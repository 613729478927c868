/* One-time codes, by liboath. */
#include "keyd/server/totp.h"

#include "base/secret.h"

#include <liboath/oath.h>
#include <sodium.h>

static bool
code_read(struct str code, char digits[TOTP_DIGITS])
{
	size_t n = 0;

	for (size_t i = 0; i < code.n; i++) {
		if (code.p[i] == ' ')
			continue;
		if (n == TOTP_DIGITS || code.p[i] < '0' || code.p[i] > '9')
			return false;
		digits[n++] = code.p[i];
	}
	return n == TOTP_DIGITS;
}

enum err
totp_check(const unsigned char *secret, size_t n, struct str code, int64_t now, int64_t *step)
{
	static const int tries[] = {0, -1, 1};
	char digits[TOTP_DIGITS], want[TOTP_DIGITS + 1];
	int64_t found = -1;

	if (!code_read(code, digits))
		return ERR_AUTH;
	/* All three are always computed: how long it takes tells nothing. */
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
		int64_t at = now / TOTP_STEP_S + tries[i];

		if (at < 0 || oath_hotp_generate((const char *)secret, n, (uint64_t)at, TOTP_DIGITS,
		                      false, OATH_HOTP_DYNAMIC_TRUNCATION, want) != OATH_OK)
			continue;
		if (secret_eq(want, digits, TOTP_DIGITS) && found < 0)
			found = at;
	}
	sodium_memzero(want, sizeof want);
	if (found < 0)
		return ERR_AUTH;
	*step = found;
	return ERR_OK;
}
