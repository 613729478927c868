/* What is found, in words. Apart from what uses RNP, for processes that only ask. */
#include "pgp/pgp.h"

static const char *const usable_texts[PGP_USABLE_COUNT] = {
        [PGP_USABLE] = "the key can be used",
        [PGP_KEY_REVOKED] = "the key was revoked by its owner",
        [PGP_KEY_EXPIRED] = "the key has expired",
        [PGP_KEY_NO_ENCRYPTION] = "the key cannot be encrypted to",
        [PGP_KEY_WEAK] = "the key is too short to be safe",
        [PGP_KEY_INVALID] = "the key is not validly signed by itself",
};
static const char *const trouble_texts[PGP_TROUBLE_COUNT] = {
        [PGP_FINE] = "it could be opened",
        [PGP_MALFORMED] = "it is not a whole OpenPGP message",
        [PGP_NOT_ENCRYPTED] = "nothing in it is encrypted",
        [PGP_NOT_FOR_US] = "it was not encrypted to our key",
        [PGP_UNPROTECTED] = "it has no protection against changes on its way",
        [PGP_DAMAGED] = "it was changed or cut on its way",
        [PGP_TOO_LARGE] = "what it holds is larger than is taken",
};
static const char *const signed_names[PGP_SIGNED_COUNT] = {
        [PGP_SIGNED_NONE] = "none",
        [PGP_SIGNED_GOOD] = "good",
        [PGP_SIGNED_BAD] = "bad",
        [PGP_SIGNED_UNKNOWN_KEY] = "unknown-key",
        [PGP_SIGNED_EXPIRED] = "expired",
};

const char *
pgp_usable_text(enum pgp_usable u)
{
	return usable_texts[u < PGP_USABLE_COUNT ? u : PGP_KEY_INVALID];
}

const char *
pgp_trouble_text(enum pgp_trouble t)
{
	return trouble_texts[t < PGP_TROUBLE_COUNT ? t : PGP_MALFORMED];
}

const char *
pgp_signed_name(enum pgp_signed s)
{
	return signed_names[s < PGP_SIGNED_COUNT ? s : PGP_SIGNED_BAD];
}
