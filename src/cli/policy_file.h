/* The policy that a command is given as FILE. */
#ifndef VDPD_CLI_POLICY_FILE_H
#define VDPD_CLI_POLICY_FILE_H

#include "policy/policy.h"

/* Reads the policy file PATH ("-": stdin) into A (POLICY_ARENA_BYTES and twice POLICY_FILE_MAX hold
 * any). What is wrong with it goes to stderr, a line a mistake. */
enum err cli_policy(struct arena *a, const char *path, const struct policy **out) MUST_CHECK;

#endif
