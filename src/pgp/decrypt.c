/* Decryption: what RNP hands out is kept apart, and counts only once its integrity is proven. */
#include "pgp/ring.h"

#include <errno.h>
#include <unistd.h>

struct sink {
	int fd;
	uint64_t n, max;
	bool over;   /* more than max came */
	bool failed; /* the file took no more */
};

static bool
take(void *arg, const void *p, size_t n)
{
	struct sink *s = arg;
	const char *from = p;

	if (n > s->max - s->n) {
		s->over = true;
		return false;
	}
	s->n += n;
	while (n > 0) {
		ssize_t put = write(s->fd, from, n);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			s->failed = true;
			return false;
		}
		from += put;
		n -= (size_t)put;
	}
	return true;
}

/* How the message was protected, and whether that protection held. */
static enum pgp_trouble
judge_protection(rnp_op_verify_t op, bool executed)
{
	char *text = NULL;
	char mode[16];
	bool valid = false;

	if (rnp_op_verify_get_protection_info(op, &text, NULL, &valid) != RNP_SUCCESS)
		return PGP_MALFORMED;
	ring_text(text, mode, sizeof mode);
	if (str_eq(str_of(mode), STR("cfb")))
		return PGP_UNPROTECTED;
	if (str_eq(str_of(mode), STR("none")))
		return executed ? PGP_NOT_ENCRYPTED : PGP_MALFORMED;
	return executed && valid ? PGP_FINE : PGP_DAMAGED;
}

static size_t
count(rnp_op_verify_t op, rnp_result_t (*ask)(rnp_op_verify_t, size_t *))
{
	size_t n = 0;

	return ask(op, &n) == RNP_SUCCESS ? n : 0;
}

static enum pgp_trouble
judge(rnp_op_verify_t op, rnp_result_t r)
{
	enum pgp_trouble t = judge_protection(op, r == RNP_SUCCESS);

	if (r == RNP_ERROR_NO_SUITABLE_KEY || r == RNP_ERROR_BAD_PASSWORD)
		return PGP_NOT_FOR_US;
	if (t != PGP_MALFORMED)
		return t;
	if (count(op, rnp_op_verify_get_recipient_count) > 0 ||
	        count(op, rnp_op_verify_get_symenc_count) > 0)
		return PGP_DAMAGED;
	return count(op, rnp_op_verify_get_signature_count) > 0 ? PGP_NOT_ENCRYPTED : PGP_MALFORMED;
}

static enum pgp_trouble
decrypt(struct pgp *p, rnp_input_t in, rnp_output_t to, struct pgp_signature *sig)
{
	enum pgp_trouble t = PGP_MALFORMED;
	rnp_op_verify_t op = NULL;

	if (rnp_op_verify_create(&op, p->ffi, in, to) != RNP_SUCCESS)
		return PGP_MALFORMED;
	if (rnp_op_verify_set_flags(op, RNP_VERIFY_IGNORE_SIGS_ON_DECRYPT) == RNP_SUCCESS) {
		t = judge(op, rnp_op_verify_execute(op));
		if (t == PGP_FINE)
			ring_signatures(op, sig);
	}
	rnp_op_verify_destroy(op);
	return t;
}

enum err
pgp_decrypt(struct pgp *p, struct str message, int out_fd, uint64_t max, enum pgp_trouble *trouble,
        struct pgp_signature *sig, uint64_t *n)
{
	struct sink sink = {.fd = out_fd, .max = max};
	struct pgp_signature signature = {0};
	enum pgp_trouble t = PGP_MALFORMED;
	rnp_output_t to = NULL;
	rnp_input_t in;
	off_t start = lseek(out_fd, 0, SEEK_CUR);

	if (start < 0)
		return ERR_IO;
	ring_reading(p);
	in = ring_input(message);
	if (in != NULL && rnp_output_to_callback(&to, take, NULL, &sink) == RNP_SUCCESS)
		t = decrypt(p, in, to, &signature);
	rnp_output_destroy(to);
	rnp_input_destroy(in);
	if (sink.over)
		t = PGP_TOO_LARGE;
	if (t != PGP_FINE || sink.failed) {
		if (ftruncate(out_fd, start) != 0 || lseek(out_fd, start, SEEK_SET) != start)
			return ERR_IO;
		sink.n = 0;
		signature = (struct pgp_signature){0};
	}
	if (sink.failed)
		return ERR_IO;
	*trouble = t;
	*sig = signature;
	*n = sink.n;
	return ERR_OK;
}
