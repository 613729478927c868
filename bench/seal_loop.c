/* The cryptography of a report of 4 KiB by itself: the very functions that intake runs, without
 * HTTP, database and other processes, on one thread. seal_loop SECONDS prints the CPU time a report
 * (us) of sealing (hash of the content, keys, wraps, fields: in the HTTP threads), of its link in
 * the chain (in the writer) and of its signature (in keyd). What is warm here may be cold in the
 * running program: there it is a little more. */
#include "act/intake.h"
#include "base/id.h"
#include "base/sha256.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { BODY_BYTES = 4096, ARENA_MAX = 1 << 20, ROUND = 64 };

struct run {
	struct programme programme;
	struct policy policy;
	struct key intake_key;
	unsigned char signing_secret[crypto_sign_SECRETKEYBYTES];
	char body[BODY_BYTES];
	double seal_us, chain_us, sign_us;
	size_t n;
};

static double
cpu_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static void
seal(struct run *r, struct intake *in, struct arena *a)
{
	*in = (struct intake){
	        .a = a,
	        .programme = &r->programme,
	        .policy = &r->policy,
	        .intake_key = &r->intake_key,
	        .channel = STR("api"),
	        .title = STR("Reports of a benchmark"),
	        .body = {r->body, sizeof r->body},
	};
	random_bytes(r->body, 16);
	sha256_of(in->body, in->content_sha256);
	intake_begin(in);
	intake_seal(in);
}

static void
chain(struct intake *in)
{
	const struct event_row event = {
	        .seq = 1,
	        .at_utc_s = 1767603600,
	        .recorded_utc_s = 1767603600,
	        .kind = STR("received"),
	        .actor = STR("reporter"),
	        .clear = STR("severity=high channel=api"),
	        .sealed_with = SEALED_REPORTER,
	        .body = in->body_sealed,
	};

	act_link(&in->row, &event);
}

static void
sign(struct run *r, const struct intake *in)
{
	struct receipt_facts f = {
	        .programme = r->programme.name,
	        .case_number = STR("EXW-2026-0001"),
	        .received_utc_s = 1767603600,
	        .signed_utc_s = 1767603600,
	};
	unsigned char signature[RECEIPT_SIGNATURE_BYTES];

	memcpy(f.content_sha256, in->row.content_sha256, sizeof f.content_sha256);
	memcpy(f.policy_sha256, in->row.policy_sha256, sizeof f.policy_sha256);
	memcpy(f.case_key, in->row.pair_public, sizeof f.case_key);
	receipt_sign(r->signing_secret, &f, signature);
}

static void
one_round(struct run *r)
{
	struct arena *arenas[ROUND];
	struct intake in[ROUND];
	double at[4];

	for (size_t i = 0; i < ROUND; i++)
		arenas[i] = arena_new(ARENA_MAX);
	at[0] = cpu_us();
	for (size_t i = 0; i < ROUND; i++)
		seal(r, &in[i], arenas[i]);
	at[1] = cpu_us();
	for (size_t i = 0; i < ROUND; i++)
		chain(&in[i]);
	at[2] = cpu_us();
	for (size_t i = 0; i < ROUND; i++)
		sign(r, &in[i]);
	at[3] = cpu_us();
	r->seal_us += at[1] - at[0];
	r->chain_us += at[2] - at[1];
	r->sign_us += at[3] - at[2];
	r->n += ROUND;
	for (size_t i = 0; i < ROUND; i++) {
		intake_wipe(&in[i]);
		arena_free(arenas[i]);
	}
}

int
main(int argc, char **argv)
{
	static struct run r = {.programme = {.name = STR("exact.works")}};
	unsigned char signing_public[crypto_sign_PUBLICKEYBYTES];
	unsigned char storage_public[STORAGE_PUBLIC_BYTES], storage_secret[KEY_BYTES];
	double ends;

	if (argc != 2 || sodium_init() < 0) {
		fprintf(stderr, "usage: seal_loop SECONDS\n");
		return 2;
	}
	crypto_sign_keypair(signing_public, r.signing_secret);
	crypto_box_keypair(storage_public, storage_secret);
	r.programme.wrapper = wrapper_new(storage_public);
	key_random(&r.intake_key);
	memset(r.body, 'x', sizeof r.body);
	ends = cpu_us() + atof(argv[1]) * 1e6;
	while (cpu_us() < ends)
		one_round(&r);
	printf("%.1f %.1f %.1f\n", r.seal_us / (double)r.n, r.chain_us / (double)r.n,
	        r.sign_us / (double)r.n);
	wrapper_free(r.programme.wrapper);
	return 0;
}
