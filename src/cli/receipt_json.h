/* A signed receipt as the intake API gives it. */
#ifndef VDPD_CLI_RECEIPT_JSON_H
#define VDPD_CLI_RECEIPT_JSON_H

#include "seal/receipt.h"

/* Reads TEXT: the object signed_receipt {programme, case, received_at, signed_at, content_sha256,
 * policy, case_key, signature}, or an answer that has it under that name. Slices are in A.
 * ERR_SYNTAX, ERR_INVALID with D's line or what. */
enum err receipt_json_read(struct arena *a, struct str text, struct receipt_facts *facts,
        struct str *signature, struct diag *d) MUST_CHECK;

#endif
