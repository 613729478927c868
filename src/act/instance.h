/* What a process that serves a programme holds: configuration, policy in force, public keys,
 * channels, databases. Read at the start, before the sandbox; the policy alone changes afterwards.
 */
#ifndef VDPD_ACT_INSTANCE_H
#define VDPD_ACT_INSTANCE_H

#include "act/act.h"
#include "keyd/client/keyd_client.h"
#include "policy/config.h"
#include "proc/role.h"

struct instance {
	struct arena *a; /* for the life of the process */
	struct role *role;
	const struct config *config;
	struct programme programme;
	struct key *intake_key;  /* guarded memory; zeroes where the role was not given it */
	struct keyd_client keyd; /* pool */
	struct channel_pool *supervisor; /* blobs */
	char data_dir[ROLE_DIR_MAX];
	const struct policy *_Atomic in_force;
};

/* Reads all of it, brings the database to this program's version, and writes down programme and
 * policy version. Ends the process by role_fail where something is wrong. */
void instance_open(struct instance *in, enum role_id self);

/* A connection to the main database. Before role_sandbox; ends the process where it fails. The
 * first one is prepared whole, others as they are used. */
struct db *instance_db(struct instance *in);

/* The policy in force now. It stays valid for the life of the process. */
const struct policy *instance_policy(struct instance *in);

/* A new policy file came (SIGHUP; the supervisor has checked it): writes the version down through
 * DB and takes it into force. FD is closed. On error the old one stays and D says why. */
enum err instance_policy_read(
        struct instance *in, struct db *db, int fd, struct diag *d) MUST_CHECK;

#endif
