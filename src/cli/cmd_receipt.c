/* vdpd receipt verify: was this report taken, when, under which policy? Needs the programme's
 * public key and nothing else. */
#include "cli/commands.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/time.h"
#include "cli/key_file.h"
#include "cli/receipt_json.h"

#include <sodium.h>

enum {
	RECEIPT_FILE_MAX = 1 << 20,
	KEY_FILE_MAX = 1 << 20,
	CONTENT_MAX = 64 << 20,
	ARENA_BYTES = 128 << 20,
};

struct verify {
	struct arena *a;
	const char *key_file, *receipt_file, *content_file;
	bool json;
	struct public_key_list keys;
	struct receipt_facts facts;
	struct str signature;
	struct diag why;
};

static enum err
read_files(struct verify *v)
{
	struct str text;
	enum err e = cli_read(v->a, v->key_file, KEY_FILE_MAX, &text, &v->why);

	if (e == ERR_OK)
		e = key_file_read(v->a, text, &v->keys, &v->why);
	if (e == ERR_OK)
		e = cli_read(v->a, v->receipt_file, RECEIPT_FILE_MAX, &text, &v->why);
	if (e == ERR_OK)
		e = receipt_json_read(v->a, text, &v->facts, &v->signature, &v->why);
	return e;
}

static enum err
check_signature(struct verify *v)
{
	for (size_t i = 0; i < v->keys.n; i++)
		if (receipt_verify(v->keys.k[i], &v->facts, v->signature) == ERR_OK)
			return ERR_OK;
	return diag_set(&v->why, ERR_FORGED,
	        "one of them was changed, or the key is another programme's",
	        "the signature is not that of %s over this receipt", v->key_file);
}

static enum err
check_content(struct verify *v)
{
	unsigned char hash[SHA256_BYTES];
	struct str content;
	enum err e = cli_read(v->a, v->content_file, CONTENT_MAX, &content, &v->why);

	if (e != ERR_OK)
		return e;
	crypto_hash_sha256(hash, (const unsigned char *)content.p, content.n);
	if (memcmp(hash, v->facts.content_sha256, sizeof hash) != 0)
		return diag_set(
		        &v->why, ERR_FORGED, NULL, "is not the content that the receipt is for");
	return ERR_OK;
}

static void
print_json(const struct verify *v)
{
	const struct receipt_facts *f = &v->facts;
	struct buf b;

	buf_init(&b, RECEIPT_STATEMENT_MAX * 4);
	buf_z(&b, "{\"valid\":true,\"programme\":");
	buf_json(&b, f->programme);
	buf_z(&b, ",\"case\":");
	buf_json(&b, f->case_number);
	buf_fmt(&b, ",\"received_at\":\"%.*s\",\"signed_at\":\"%.*s\"",
	        STR_ARG(time_str(v->a, f->received_utc_s)),
	        STR_ARG(time_str(v->a, f->signed_utc_s)));
	buf_fmt(&b, ",\"content_sha256\":\"%.*s\",\"policy\":\"%.*s\"}\n",
	        STR_ARG(hex_str(v->a, f->content_sha256, SHA256_BYTES)),
	        STR_ARG(hex_str(v->a, f->policy_sha256, SHA256_BYTES)));
	fwrite(b.p, 1, b.n, stdout);
	buf_clear(&b);
}

static void
print_text(const struct verify *v)
{
	const struct receipt_facts *f = &v->facts;

	printf("valid: %.*s took %.*s on %.*s\n", STR_ARG(f->programme), STR_ARG(f->case_number),
	        STR_ARG(time_str(v->a, f->received_utc_s)));
	printf("policy  %.*s\n", STR_ARG(hex_str(v->a, f->policy_sha256, SHA256_BYTES)));
	printf("content %.*s\n", STR_ARG(hex_str(v->a, f->content_sha256, SHA256_BYTES)));
}

static int
run(struct verify *v)
{
	if (read_files(v) != ERR_OK)
		return cli_error(&v->why);
	v->why = (struct diag){0};
	snprintf(v->why.file, sizeof v->why.file, "%s",
	        strcmp(v->receipt_file, "-") == 0 ? "stdin" : v->receipt_file);
	if (check_signature(v) != ERR_OK)
		return cli_error(&v->why);
	if (v->content_file != NULL && check_content(v) != ERR_OK)
		return cli_error(&v->why);
	if (v->json)
		print_json(v);
	else
		print_text(v);
	return CLI_OK;
}

int
cmd_receipt(int argc, char **argv)
{
	struct verify v = {0};
	const struct cli_option options[] = {
	        {.name = "key", .value = &v.key_file},
	        {.name = "content", .value = &v.content_file},
	        {.name = "json", .flag = &v.json},
	};
	int first, status = cli_options(argc, argv, options, 3, &first);

	if (status != CLI_OK)
		return status;
	if (argc - first != 2 || strcmp(argv[first], "verify") != 0 || v.key_file == NULL)
		return cli_usage("receipt: verify, --key with a file, and a receipt's file");
	if (sodium_init() < 0)
		return CLI_NO;
	v.receipt_file = argv[first + 1];
	v.a = arena_new(ARENA_BYTES);
	status = run(&v);
	arena_free(v.a);
	return status;
}
