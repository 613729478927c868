/* The instance that a command works on. */
#ifndef VDPD_CLI_ADMIN_PLACE_H
#define VDPD_CLI_ADMIN_PLACE_H

#include "keyd/client/public_keys.h"
#include "policy/config.h"

/* Enters the instance DIR (`-C DIR`): it becomes the working directory, and root is given up for
 * its owner, so that nothing in it ever comes to belong to somebody else. Its vdpd.yaml, read into
 * A (CONFIG_ARENA_BYTES), is *out. In test builds its test clock is used. Errors fill D. */
enum err place_enter(
        struct arena *a, const char *dir, const struct config **out, struct diag *d) MUST_CHECK;

/* The same in two steps, for who goes on without a vdpd.yaml. */
enum err place_go(const char *dir, struct diag *d) MUST_CHECK;
enum err place_config(struct arena *a, const struct config **out, struct diag *d) MUST_CHECK;

/* keys/public.keys of the instance that was entered. ERR_INVALID with D. */
enum err place_public_keys(struct public_keys *out, struct diag *d) MUST_CHECK;

/* True while a supervisor serves the instance that was entered. */
bool place_is_served(void);

#endif
