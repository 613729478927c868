/* What a supervisor holds open for its roles, and the configuration and policy in force. */
#ifndef VDPD_PROC_SUPERVISOR_FILES_H
#define VDPD_PROC_SUPERVISOR_FILES_H

#include "policy/config.h"
#include "policy/policy.h"
#include "proc/control.h"
#include "proc/listener.h"
#include "proc/supervisor.h"

struct supervisor_files {
	int lock;
	int fd[SLOT_COUNT]; /* -1 where there is none; not CONFIG, POLICY, LISTENER */
	int listener[ROLE_COUNT];
	char public_name[LISTENER_NAME_MAX], desk_name[LISTENER_NAME_MAX];
	int blobs;  /* data/blobs */
	int outbox; /* of the transport `dir`; -1 where it is another */
	struct arena *arena;
	const struct config *config;
	struct str config_text;
	const char *policy_name;
	struct arena *policy_arena;
	struct str policy_text;
};

/* Enters, locks and opens the instance. What is wrong is said on stderr, in full; false then. */
bool supervisor_files_open(
        struct supervisor_files *f, const struct supervisor_options *o) MUST_CHECK;

/* Gives back configuration and policy, whatever supervisor_files_open said; descriptors end with
 * the process. */
void supervisor_files_clear(struct supervisor_files *f);

/* Reads the policy file again. A bad one changes nothing; its mistakes are logged, each with
 * file:line:column. */
enum err supervisor_files_reload(struct supervisor_files *f) MUST_CHECK;

/* A new descriptor of what ROLE gets in SLOT; -1 where there is none. */
int supervisor_files_get(const struct supervisor_files *f, enum role_id role, enum slot slot);

#endif
