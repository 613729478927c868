/* The tables of roles and channels. */
#include "proc/roles.h"

#define BIT(slot) (1u << (slot))

const struct role_row role_rows[ROLE_COUNT] = {
        [ROLE_KEYD] = {"vdpd-keyd",
                BIT(SLOT_CONFIG) | BIT(SLOT_POLICY) | BIT(SLOT_KEYS_DIR) |
                        BIT(SLOT_COMMAND_LISTENER) | BIT(SLOT_TEST_CLOCK),
                .serves_others = true},
        [ROLE_PGP] = {"vdpd-pgp", BIT(SLOT_CONFIG) | BIT(SLOT_POLICY) | BIT(SLOT_TEST_CLOCK),
                .serves_others = true},
        [ROLE_NURSERY] = {"vdpd-nursery", BIT(SLOT_TEST_CLOCK), .serves_others = true},
        [ROLE_MIME] = {"vdpd-mime", BIT(SLOT_PUBLIC_KEYS) | BIT(SLOT_TEST_CLOCK),
                .serves_others = true},
        [ROLE_PUBLIC] = {"vdpd-public", BIT(SLOT_CONFIG) | BIT(SLOT_POLICY) | BIT(SLOT_LISTENER) |
                                                BIT(SLOT_DATA_DIR) | BIT(SLOT_PUBLIC_KEYS) |
                                                BIT(SLOT_SERVER_KEY) | BIT(SLOT_TEST_CLOCK)},
        [ROLE_DESK] = {"vdpd-desk", BIT(SLOT_CONFIG) | BIT(SLOT_POLICY) | BIT(SLOT_LISTENER) |
                                            BIT(SLOT_DATA_DIR) | BIT(SLOT_PUBLIC_KEYS) |
                                            BIT(SLOT_SERVER_KEY) | BIT(SLOT_TEST_CLOCK)},
        [ROLE_COURIER] = {"vdpd-courier", BIT(SLOT_CONFIG) | BIT(SLOT_POLICY) | BIT(SLOT_DATA_DIR) |
                                                  BIT(SLOT_PUBLIC_KEYS) | BIT(SLOT_SERVER_KEY) |
                                                  BIT(SLOT_SMTP_PASSWORD) |
                                                  BIT(SLOT_DELIVER_LISTENER) |
                                                  BIT(SLOT_LMTP_LISTENER) | BIT(SLOT_TEST_CLOCK)},
};

const struct link_row link_rows[] = {
        {ROLE_PUBLIC, ROLE_KEYD, SLOT_TO_KEYD, 2},
        {ROLE_DESK, ROLE_KEYD, SLOT_TO_KEYD, 4},
        {ROLE_COURIER, ROLE_KEYD, SLOT_TO_KEYD, 2},
        {ROLE_DESK, ROLE_NURSERY, SLOT_TO_NURSERY, 2},
        {ROLE_DESK, ROLE_MIME, SLOT_TO_MIME, 1},
        {ROLE_DESK, ROLE_PGP, SLOT_TO_PGP, 2},
        {ROLE_COURIER, ROLE_MIME, SLOT_TO_MIME, 4},
        {ROLE_COURIER, ROLE_PGP, SLOT_TO_PGP, 2},
        {ROLE_PGP, ROLE_MIME, SLOT_TO_MIME, 1},
        {ROLE_PGP, ROLE_KEYD, SLOT_TO_KEYD, 1},
        {ROLE_PUBLIC, ROLE_SUPERVISOR, SLOT_TO_SUPERVISOR, 4},
        {ROLE_DESK, ROLE_SUPERVISOR, SLOT_TO_SUPERVISOR, 2},
        {ROLE_COURIER, ROLE_SUPERVISOR, SLOT_TO_SUPERVISOR, 4},
};
const size_t link_rows_n = sizeof link_rows / sizeof link_rows[0];
