/* The actions: one function each, in the file of its name. Called by act_run, after its checks, on
 * an open case. */
#ifndef VDPD_ACT_ACTIONS_H
#define VDPD_ACT_ACTIONS_H

#include "act/act.h"

typedef enum err action_fn(struct act *act, const struct act_request *q);

action_fn act_acknowledge;
action_fn act_request_info;
action_fn act_message;
action_fn act_note;
action_fn act_triage;
action_fn act_assign;
action_fn act_fix;
action_fn act_close;
action_fn act_reopen;
action_fn act_hold;
action_fn act_lift_hold;
action_fn act_erase;
action_fn act_publish;

action_fn act_reply;
action_fn act_add_files;
action_fn act_withdraw;
action_fn act_credit;
action_fn act_letter;
action_fn act_disclosure;

/* Rows and events for the files of Q, each an event `file_added`. */
enum err act_files(struct act *act, const struct act_request *q) MUST_CHECK;

#endif
