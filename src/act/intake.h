/* How a report becomes a case. begin makes the keys (files are sealed with them while they arrive),
 * seal does the work that needs no database, sign asks keyd for numbers and signatures of a whole
 * batch, insert writes the rows. The process that does this holds no key that opens the case again
 * once intake_wipe has run. */
#ifndef VDPD_ACT_INTAKE_H
#define VDPD_ACT_INTAKE_H

#include "act/act.h"
#include "keyd/client/keyd_client.h"
#include "seal/capsule.h"
#include "seal/receipt.h"

enum { IDEMPOTENCY_KEY_MAX = 255 };

struct intake {
	/* Given. Slices live as long as the intake. */
	struct arena *a;
	const struct programme *programme;
	const struct policy *policy;  /* in force: the case is pinned to it */
	const struct key *intake_key; /* keyd's, for repeatable codes and hashes of addresses */
	struct actor actor;           /* the reporter, or who enters a report by hand */
	struct str channel;           /* "web", "api", "mail", "call", "talk", "hand" */
	int64_t received_utc_s;       /* 0: now, by keyd's clock */
	bool question;
	bool incident;
	enum severity severity; /* the reporter's */
	struct str component;   /* a component's id; "" if none */
	struct str title;       /* "" : the team sees the first words of the text */
	struct str body;        /* the report as JSON */
	unsigned char content_sha256[SHA256_BYTES]; /* of what the reporter sent */
	unsigned credit;                            /* enum credit_choice */
	struct contact contact;                     /* email "" : none was left */
	const struct act_file *files;
	size_t files_n;
	struct str idempotency_key; /* .p NULL: none */

	/* Made by intake_begin: for sealing files. */
	struct team_keys keys;

	/* Made by intake_seal. */
	struct receipt_code code;
	unsigned char sealed_to[STORAGE_PUBLIC_BYTES];
	struct case_row row;
	struct str body_sealed;
	struct str capsule; /* sealed; .p NULL without an address */
	unsigned char idempotency_hash[16];

	/* Made by intake_sign and intake_insert. */
	struct str case_number;
	bool repeated; /* the request had come before: row and case_number are that case's */
};

/* IN has been zeroed; a and programme are set. */
void intake_begin(struct intake *in);

/* After all that is given has been set. */
void intake_seal(struct intake *in);

/* Has a request with this key and content come before? ERR_OK with repeated, row and case_number
 * set, ERR_NOT_FOUND if not. A read, for the thread that holds the request; intake_insert looks
 * again. */
enum err intake_find_repeated(struct intake *in, struct db *db) MUST_CHECK;

/* Asks keyd once for all N (at most KEYD_RECEIPTS_MAX); answers are in A. */
enum err intake_sign(struct arena *a, const struct keyd_client *keyd, struct intake *const *in,
        size_t n) MUST_CHECK;

/* Writes the rows, inside a savepoint; may run several times. */
enum err intake_insert(struct intake *in, struct db *db) MUST_CHECK;

/* Wipes the keys and the code. */
void intake_wipe(struct intake *in);

#endif
