/* The control protocol's messages. */
#include "proc/control.h"

static const char *const names[ROLE_COUNT] = {
        [ROLE_SUPERVISOR] = "supervisor",
        [ROLE_KEYD] = "keyd",
        [ROLE_PUBLIC] = "public",
        [ROLE_DESK] = "desk",
        [ROLE_COURIER] = "courier",
        [ROLE_NURSERY] = "nursery",
        [ROLE_MIME] = "mime",
        [ROLE_PGP] = "pgp",
        [ROLE_COMMAND] = "command",
};

const char *
role_name(enum role_id role)
{
	return names[role];
}

void
control_head(struct buf *b, enum control_type type)
{
	buf_u32(b, (uint32_t)type);
	buf_u64(b, 0);
}

bool
control_head_unpack(struct cursor *c, enum control_type *type)
{
	uint32_t t = cursor_u32(c);

	(void)cursor_u64(c);
	if (c->bad || t > CONTROL_FAILED)
		return false;
	*type = (enum control_type)t;
	return true;
}

void
control_give_pack(struct buf *b, const struct control_give *m)
{
	buf_u32(b, (uint32_t)m->slot);
	buf_u32(b, (uint32_t)m->role);
}

bool
control_give_unpack(struct cursor *c, struct control_give *m)
{
	uint32_t slot = cursor_u32(c);
	uint32_t role = cursor_u32(c);

	if (!cursor_done(c) || slot >= SLOT_COUNT || role >= ROLE_COUNT)
		return false;
	*m = (struct control_give){(enum slot)slot, (enum role_id)role};
	return true;
}
