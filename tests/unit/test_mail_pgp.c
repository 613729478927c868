/* OpenPGP in messages, found and not opened: extents that are exact to the byte, keys, and header
 * fields that stand within what is signed or encrypted. */
#include "unit.h"

#include "mail_fixture.h"

#define HEAD "From: Ada <ada@b.example>\r\nDate: Mon, 5 Jan 2026 10:00:00 +0100\r\n"
#define SIG  "-----BEGIN PGP SIGNATURE-----\r\n\r\niQ==\r\n-----END PGP SIGNATURE-----\r\n"
#define MSG  "-----BEGIN PGP MESSAGE-----\r\n\r\nhQ==\r\n-----END PGP MESSAGE-----"
#define KEY  "-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nmQ==\r\n-----END PGP PUBLIC KEY BLOCK-----"
#define SIGNED_TYPE                                                                                \
	"Content-Type: multipart/signed; micalg=pgp-sha512; "                                      \
	"protocol=\"application/pgp-signature\"; "

static void
test_signed(void **state)
{
	/* White space at line ends and the boundary's own line end are the traps. */
	static const char entity[] = "Content-Type: text/plain;\r\n charset=utf-8\r\nX-Odd:  two "
	                             "\r\n\r\n- hello \r\n\r\n--b is no border\r\nend\r\n";
	struct taken t;
	struct buf b;

	(void)state;
	for (int lf = 0; lf < 2; lf++) {
		buf_init(&b, 4096);
		buf_fmt(&b,
		        HEAD SIGNED_TYPE
		        "boundary=bord\r\n\r\npreamble\r\n--bord\r\n%s\r\n--bord\r\n"
		        "Content-Type: application/pgp-signature; name=s.asc\r\n\r\n" SIG
		        "\r\n--bord--\r\n",
		        entity);
		if (lf == 1) {
			size_t n = 0;

			for (size_t i = 0; i < b.n; i++) {
				if (b.p[i] != '\r')
					b.p[n++] = b.p[i];
			}
			b.n = n;
		}
		take(buf_view(&b), 0, &t);
		assert_int_equal(t.m.pgp_n, 1);
		assert_int_equal(t.m.pgp[0].kind, MAIL_PGP_SIGNED);
		same("signed", "bytes", taken_bytes(&t, t.m.pgp[0].bytes), entity);
		assert_true(str_starts(taken_bytes(&t, t.m.pgp[0].signature),
		        STR("-----BEGIN PGP SIGNATURE-----")));
		same("signed", "notes", taken_notes(&t), "");
		taken_clear(&t);
		buf_clear(&b);
	}
}

static void
test_signed_multipart(void **state)
{
	static const char entity[] =
	        "Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n\r\none\r\n--in\r\n"
	        "Content-Type: image/png; name=x.png\r\n\r\nP\r\n--in--\r\n";
	struct taken t;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	buf_fmt(&b,
	        HEAD SIGNED_TYPE "boundary=bord\r\n\r\n--bord\r\n%s\r\n--bord\r\n"
	                         "Content-Type: application/pgp-signature\r\n\r\n" SIG
	                         "--bord--\r\n",
	        entity);
	take(buf_view(&b), 0, &t);
	assert_int_equal(t.m.pgp_n, 1);
	same("signed", "bytes", taken_bytes(&t, t.m.pgp[0].bytes), entity);
	same("signed", "text", t.m.text, "one\n");
	taken_clear(&t);
	buf_clear(&b);
}

static void
test_encrypted(void **state)
{
	struct taken t;

	(void)state;
	take(STR(HEAD "Subject: ...\r\nContent-Type: multipart/encrypted; "
	              "protocol=\"application/pgp-encrypted\"; boundary=b\r\n\r\n--b\r\n"
	              "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
	              "Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n" MSG
	              "\r\n--b--\r\n"),
	        0, &t);
	assert_int_equal(t.m.pgp_n, 1);
	assert_int_equal(t.m.pgp[0].kind, MAIL_PGP_ENCRYPTED);
	assert_int_equal(t.m.pgp[0].part, 1);
	same("encrypted", "bytes", taken_bytes(&t, t.m.pgp[0].bytes), MSG);
	same("encrypted", "text", t.m.text, "");
	taken_clear(&t);
}

static const struct {
	const char *name, *raw;
	enum mail_pgp_kind kind;
	const char *bytes;
} pieces[] = {
        {"inline", HEAD "\r\nhello\r\n\r\n" MSG "\r\n\r\nbye\r\n", MAIL_PGP_INLINE, MSG},
        {"inline, quoted-printable",
                HEAD "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                     "-----BEGIN PGP MESSAGE-----=0D=0A=\r\n\r\nhQ=3D=3D\r\n-----END PGP "
                     "MESSAGE-----\r\n",
                MAIL_PGP_INLINE,
                "-----BEGIN PGP MESSAGE-----\r\n\r\nhQ==\r\n-----END PGP MESSAGE-----"},
        {"clear-signed",
                HEAD "\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\nhi\r\n" SIG,
                MAIL_PGP_INLINE_SIGNED,
                "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\nhi\r\n"
                "-----BEGIN PGP SIGNATURE-----\r\n\r\niQ==\r\n-----END PGP SIGNATURE-----"},
        {"key in the text", HEAD "\r\nmy key:\r\n" KEY "\r\n", MAIL_PGP_KEY, KEY},
        {"attached key", HEAD "Content-Type: application/pgp-keys; name=ada.asc\r\n\r\n" KEY "\r\n",
                MAIL_PGP_KEY, KEY "\r\n"},
        {"attached message",
                HEAD "Content-Type: application/octet-stream; name=report.pdf.pgp\r\n"
                     "Content-Transfer-Encoding: base64\r\n\r\nhQEMA///\r\n",
                MAIL_PGP_FILE, "\x85\x01\x0c\x03\xff\xff"},
        {"attached armor",
                HEAD "Content-Type: application/octet-stream; name=r.txt\r\n\r\n" MSG "\r\n",
                MAIL_PGP_FILE, MSG "\r\n"},
        {"attached signature",
                HEAD "Content-Type: application/octet-stream; name=r.sig\r\n\r\n" SIG,
                MAIL_PGP_FILE_SIGNATURE, SIG},
        {"autocrypt", HEAD "Autocrypt: addr=ada@b.example; keydata=mDMEXEcE\r\n\r\nx",
                MAIL_PGP_AUTOCRYPT, "\x98\x33\x04\x5c\x47\x04"},
};

static void
test_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
		struct taken t;

		take(str_of(pieces[i].raw), 0, &t);
		if (t.m.pgp_n != 1 || t.m.pgp[0].kind != pieces[i].kind)
			fail_msg("%s: %zu pieces", pieces[i].name, t.m.pgp_n);
		same(pieces[i].name, "bytes", taken_bytes(&t, t.m.pgp[0].bytes), pieces[i].bytes);
		taken_clear(&t);
	}
}

static void
test_none(void **state)
{
	static const char *const raws[] = {
	        HEAD "\r\n> -----BEGIN PGP MESSAGE-----\r\n> -----END PGP MESSAGE-----\r\n",
	        HEAD "\r\n-----BEGIN PGP MESSAGE-----\r\nnever ends\r\n",
	        HEAD "Content-Type: image/jpeg; name=x.jpg\r\n\r\n\x98\x33\x04",
	        HEAD "Autocrypt: addr=eve@b.example; keydata=mDMEXEcE\r\n\r\nx",
	        HEAD "Autocrypt: addr=ada@b.example; keydata=mDMEXEcE\r\n"
	             "Autocrypt: addr=ada@b.example; keydata=mDMEXEcE\r\n\r\nx",
	};

	(void)state;
	for (size_t i = 0; i < sizeof raws / sizeof raws[0]; i++) {
		struct taken t;

		take(str_of(raws[i]), 0, &t);
		if (t.m.pgp_n != 0)
			fail_msg("%s: %zu pieces", raws[i], t.m.pgp_n);
		taken_clear(&t);
	}
}

static void
test_protected(void **state)
{
	struct taken t;

	(void)state;
	/* What was encrypted, RFC 9788, with the subject in its text for older programs. */
	take(STR("From: Ada <ada@b.example>\r\nSubject: the true one\r\nMessage-ID: "
	         "<p@b.example>\r\n"
	         "Date: Mon, 5 Jan 2026 10:00:00 +0100\r\nHP-Outer: Subject: [...]\r\n"
	         "Content-Type: text/plain; hp=\"cipher\"; hp-legacy-display=\"1\"\r\n\r\n"
	         "Subject: the true one\r\n\r\nhello\r\n"),
	        MIME_DECRYPTED, &t);
	assert_true(t.m.protected_headers);
	same("hp", "subject", t.m.subject, "the true one");
	same("hp", "text", t.m.text, "hello\n");
	taken_clear(&t);

	/* Its forerunner, around a multipart. */
	take(STR("Content-Type: multipart/mixed; boundary=b; protected-headers=\"v1\"\r\n"
	         "Subject: the true one\r\nFrom: Ada <ada@b.example>\r\n\r\n--b\r\n\r\nhello\r\n"
	         "--b--\r\n"),
	        MIME_DECRYPTED, &t);
	assert_true(t.m.protected_headers);
	same("v1", "subject", t.m.subject, "the true one");
	same("v1", "from", t.m.from.address, "ada@b.example");
	taken_clear(&t);

	/* Signed alone. */
	take(STR(HEAD "Subject: changed on its way\r\n" SIGNED_TYPE "boundary=b\r\n\r\n--b\r\n"
	              "Content-Type: text/plain; hp=clear\r\nSubject: as signed\r\n\r\nhello\r\n"
	              "--b\r\nContent-Type: application/pgp-signature\r\n\r\n" SIG "--b--\r\n"),
	        0, &t);
	assert_true(t.m.protected_headers);
	same("clear", "subject", t.m.subject, "as signed");
	taken_clear(&t);

	/* A part that nobody signed protects nothing. */
	take(STR(HEAD "Subject: outer\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
	              "Content-Type: text/plain; hp=clear\r\nSubject: "
	              "inner\r\n\r\nhello\r\n--b--\r\n"),
	        0, &t);
	assert_false(t.m.protected_headers);
	same("mixed", "subject", t.m.subject, "outer");
	taken_clear(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_signed),
	        cmocka_unit_test(test_signed_multipart),
	        cmocka_unit_test(test_encrypted),
	        cmocka_unit_test(test_pieces),
	        cmocka_unit_test(test_none),
	        cmocka_unit_test(test_protected),
	};

	mail_parse_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
