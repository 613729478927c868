/* Who may ask what: reading this table tells what each process, and each permission of a person,
 * can get out of keyd. What is not in it is denied. */
#include "keyd/server/call.h"

#include "proc/control.h"

enum {
	PUBLIC = 1u << ROLE_PUBLIC,
	DESK = 1u << ROLE_DESK,
	COURIER = 1u << ROLE_COURIER,
	COMMAND = 1u << ROLE_COMMAND,
	PGP = 1u << ROLE_PGP,
};

const struct keyd_request keyd_requests[KEYD_REQUESTS] = {
        [KEYD_KEYS] = {"keys", handle_keys, PUBLIC | DESK | COURIER | COMMAND},
        [KEYD_SIGN_RECEIPTS] = {"sign_receipts", handle_sign_receipts, PUBLIC | DESK | COURIER,
                .writes = true},

        [KEYD_SIGN_IN] = {"sign_in", handle_sign_in, DESK},
        [KEYD_ENROL_BEGIN] = {"enrol_begin", handle_enrol_begin, DESK},
        [KEYD_ENROL_FINISH] = {"enrol_finish", handle_enrol_finish, DESK},
        [KEYD_CLI_SESSION] = {"cli_session", handle_cli_session, COMMAND, .writes = true},
        [KEYD_REKEY] = {"rekey", handle_rekey, COMMAND, PERMISSION_MANAGE, .writes = true},
        [KEYD_AUTHENTICATE] = {"authenticate", handle_authenticate, DESK | COMMAND,
                PERMISSION_SEE_FIGURES},
        [KEYD_SIGN_OUT] = {"sign_out", handle_sign_out, DESK, PERMISSION_SEE_FIGURES,
                .writes = true},
        [KEYD_PASSWORD_CHANGE] = {"password_change", handle_password_change, DESK,
                PERMISSION_SEE_FIGURES},

        [KEYD_PASSKEY_ASK] = {"passkey_ask", handle_passkey_ask, DESK},
        [KEYD_PASSKEY_SIGN_IN] = {"passkey_sign_in", handle_passkey_sign_in, DESK},
        [KEYD_PASSKEY_BEGIN] = {"passkey_begin", handle_passkey_begin, DESK,
                PERMISSION_SEE_FIGURES},
        [KEYD_PASSKEY_ADD] = {"passkey_add", handle_passkey_add, DESK, PERMISSION_SEE_FIGURES,
                .writes = true},
        [KEYD_PASSKEY_REMOVE] = {"passkey_remove", handle_passkey_remove, DESK,
                PERMISSION_SEE_FIGURES, .writes = true},
        [KEYD_FACTORS] = {"factors", handle_factors, DESK, PERMISSION_SEE_FIGURES},
        [KEYD_RECOVERY_RENEW] = {"recovery_renew", handle_recovery_renew, DESK,
                PERMISSION_SEE_FIGURES, .writes = true},

        /* Openings are logged in the reserve where the disk is full, so they do not "write". */
        [KEYD_OPEN_CASE] = {"open_case", handle_open_case, DESK, PERMISSION_READ_CASES},
        [KEYD_OPEN_TITLES] = {"open_titles", handle_open_titles, DESK, PERMISSION_READ_CASES},
        [KEYD_SIGN_BUNDLE] = {"sign_bundle", handle_sign_bundle, DESK, PERMISSION_READ_CASES},
        [KEYD_OPEN_CONTACT] = {"open_contact", handle_open_contact, COURIER},

        [KEYD_OPEN_MAIL] = {"open_mail", handle_open_mail, COURIER},
        [KEYD_CASE_LINK] = {"case_link", handle_case_link, COURIER},
        [KEYD_STAFF_CONTACTS] = {"staff_contacts", handle_staff_contacts, COURIER},
        [KEYD_TOLD] = {"told", handle_told, COURIER},
        [KEYD_CHECKPOINT] = {"checkpoint", handle_checkpoint, COURIER, .writes = true},

        [KEYD_PGP_STATE] = {"pgp_state", handle_pgp_state, PUBLIC | DESK | COURIER | COMMAND | PGP},
        [KEYD_PGP_PUBLISHED] = {"pgp_published", handle_pgp_published,
                PUBLIC | DESK | COURIER | COMMAND},
        [KEYD_PGP_WANT] = {"pgp_want", handle_pgp_want, DESK | COMMAND, PERMISSION_MANAGE,
                .writes = true},
        [KEYD_PGP_SECRET] = {"pgp_secret", handle_pgp_secret, PGP},
        [KEYD_PGP_PUT] = {"pgp_put", handle_pgp_put, PGP, .writes = true},
        [KEYD_PGP_PUBLISH] = {"pgp_publish", handle_pgp_publish, PGP, .writes = true},

        [KEYD_PEOPLE] = {"people", handle_people, DESK | COMMAND, PERMISSION_SEE_FIGURES},
        [KEYD_INVITE] = {"invite", handle_invite, DESK | COMMAND, PERMISSION_MANAGE,
                .writes = true},
        [KEYD_INVITATIONS] = {"invitations", handle_invitations, DESK | COMMAND, PERMISSION_MANAGE},
        [KEYD_INVITE_REVOKE] = {"invite_revoke", handle_invite_revoke, DESK | COMMAND,
                PERMISSION_MANAGE, .writes = true},
        [KEYD_SESSIONS] = {"sessions", handle_sessions, DESK | COMMAND, PERMISSION_SEE_FIGURES},
        [KEYD_MEMBER_SIGN_OUT] = {"member_sign_out", handle_member_sign_out, DESK | COMMAND,
                PERMISSION_MANAGE, .writes = true},
        [KEYD_MEMBER_CHANGE] = {"member_change", handle_member_change, DESK | COMMAND,
                PERMISSION_MANAGE, .writes = true},
        /* The handler asks for MANAGE where it is somebody else's. */
        [KEYD_ABSENCE] = {"absence", handle_absence, DESK | COMMAND, PERMISSION_SEE_FIGURES,
                .writes = true},
        [KEYD_TOKEN_CREATE] = {"token_create", handle_token_create, DESK | COMMAND,
                PERMISSION_MANAGE, .writes = true},
        [KEYD_TOKEN_LIST] = {"token_list", handle_token_list, DESK | COMMAND, PERMISSION_MANAGE},
        [KEYD_TOKEN_REVOKE] = {"token_revoke", handle_token_revoke, DESK | COMMAND,
                PERMISSION_MANAGE, .writes = true},
        [KEYD_AUDIT] = {"audit", handle_audit, DESK | COMMAND, PERMISSION_SEE_FIGURES},
        [KEYD_NEWS] = {"news", handle_news, DESK, PERMISSION_SEE_FIGURES},
        [KEYD_AUDIT_VERIFY] = {"audit_verify", handle_audit_verify, DESK | COMMAND,
                PERMISSION_SEE_FIGURES},
};
