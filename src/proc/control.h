/* What the supervisor tells a role on its control socket (descriptor 3, SOCK_SEQPACKET), and the
 * names of what it hands over. Packets as in proc/packet.h: u32 type, u64 0, then:
 *
 *	GIVE   u32 slot, u32 role; 1 … CHANNEL_FDS descriptors. Before GO: what the slot holds.
 *	       After it: a replacement (POLICY: read anew; TO_*: the peer was started again), or
 *	       one more channel to answer on (FROM).
 *	GO     u32 flags (enum control_flag): all is there; open, enter the sandbox, answer READY
 *	STOP   end gracefully: take nothing new, finish what is begun, exit 0
 *	READY  from the role, no fields
 *	FAILED from the role, block text: a mistake that starting again would not mend
 */
#ifndef VDPD_PROC_CONTROL_H
#define VDPD_PROC_CONTROL_H

#include "base/buf.h"

enum { CONTROL_FD = 3 };

enum control_type { CONTROL_GIVE, CONTROL_GO, CONTROL_STOP, CONTROL_READY, CONTROL_FAILED };

enum control_flag {
	CONTROL_NO_LIMITS = 1,   /* serve --no-limits: no rate limits */
	CONTROL_SANDBOX_OFF = 2, /* the configuration says sandbox: off */
	CONTROL_LOG_JSON = 4,    /* likewise log: {format: json} */
};

/* Who speaks on a channel. ROLE_COMMAND: the command line, on keyd's socket. */
enum role_id {
	ROLE_SUPERVISOR,
	ROLE_KEYD,
	ROLE_PUBLIC,
	ROLE_DESK,
	ROLE_COURIER,
	ROLE_NURSERY,
	ROLE_MIME,
	ROLE_PGP,
	ROLE_COMMAND,
	ROLE_COUNT
};

/* What a role can be given. A slot holds one descriptor, channels several. */
enum slot {
	SLOT_CONFIG,           /* vdpd.yaml as the supervisor read it (sealed memory) */
	SLOT_POLICY,           /* the policy file in force, as it was checked (sealed memory) */
	SLOT_LISTENER,         /* the TCP listener, listening, not blocking */
	SLOT_DATA_DIR,         /* data/: databases, turnstile */
	SLOT_KEYS_DIR,         /* keys/ (keyd alone) */
	SLOT_SMTP_PASSWORD,    /* the relay's password file, where there is one (courier alone) */
	SLOT_PUBLIC_KEYS,      /* keys/public.keys: the public halves of keyd's keys, read-only */
	SLOT_SERVER_KEY,       /* keys/server.key: for the receipts of repeated requests */
	SLOT_COMMAND_LISTENER, /* run/keyd.sock, SOCK_SEQPACKET, listening, not blocking */
	SLOT_DELIVER_LISTENER, /* run/deliver.sock, a stream, listening, not blocking */
	SLOT_LMTP_LISTENER,    /* likewise, where the configuration has one: TCP or unix */
	SLOT_TEST_CLOCK,       /* run/test-clock (test builds) */
	SLOT_TO_SUPERVISOR,    /* channels on which proc/blob.h asks */
	SLOT_TO_KEYD,          /* channels to ask keyd on */
	SLOT_TO_NURSERY,       /* channels to ask the nursery of pictures on */
	SLOT_TO_MIME,          /* channels to ask for MIME workers on */
	SLOT_TO_PGP,           /* channels to ask for OpenPGP workers on */
	SLOT_FROM,             /* channels to answer on; GIVE's role says who asks */
	SLOT_COUNT
};

/* "keyd", for logs and executables' names. Static. */
const char *role_name(enum role_id role);

struct control_give {
	enum slot slot;
	enum role_id role;
};

/* Behind the head of CONTROL_GIVE; false if it is cut or names no slot or role. */
void control_give_pack(struct buf *b, const struct control_give *m);
bool control_give_unpack(struct cursor *c, struct control_give *m) MUST_CHECK;

/* The head of a packet. */
void control_head(struct buf *b, enum control_type type);
bool control_head_unpack(struct cursor *c, enum control_type *type) MUST_CHECK;

#endif
