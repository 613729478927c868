/* Messages taken apart: structure, text, names, charsets; and those that are made badly. */
#include "unit.h"

#include "mail_fixture.h"

#define HEAD "From: Ada <ada@b.example>\r\nDate: Mon, 5 Jan 2026 10:00:00 +0100\r\n"

/* NULL: not looked at. */
struct row {
	const char *name, *raw;
	size_t n; /* of raw, where it holds NUL; 0: its length */
	const char *subject, *text, *parts, *notes;
};

static const struct row rows[] = {
        {"plain", HEAD "Subject: s\r\n\r\nhello\r\nyou\r\n", 0, "s", "hello\nyou\n",
                "+text/plain 12", ""},
        {"LF", "From: a@b.example\nDate: Mon, 5 Jan 2026 10:00:00 +0100\nSubject: s\n\nhello\n", 0,
                "s", "hello\n", "+text/plain 6", ""},
        {"nothing", "", 0, "", "", NULL, "no_from no_date bad_header"},
        {"no header", "just a text\r\nof two lines\r\n", 0, "", "just a text\nof two lines\n",
                "+text/plain 27", "no_from no_date bad_header"},
        {"header runs into text", HEAD "Subject: s\r\nno field\r\nX: y\r\n\r\nmore\r\n", 0, "s",
                "no field\nX: y\n\nmore\n", "+text/plain 24", "bad_header"},
        {"mbox line", "From ada Mon Jan  5 10:00:00 2026\r\n" HEAD "Subject: s\r\n\r\nhello\r\n", 0,
                "s", "hello\n", "+text/plain 7", ""},
        {"encoded words",
                HEAD "Subject: =?utf-8?B?SMOkbGxv?= =?iso-8859-1?Q?_W=F6rld?=\r\n =?UTF-8?q?!?="
                     "\r\n\r\nx",
                0, "Hällo Wörld!", "x\n", NULL, ""},
        {"raw 8-bit subject", HEAD "Subject: H\xC3\xA4llo\r\n\r\nx", 0, "Hällo", NULL, NULL, ""},
        {"raw latin subject", HEAD "Subject: H\xE4llo\r\n\r\nx", 0, "Hällo", NULL, NULL, ""},
        {"injection in words", HEAD "Subject: =?utf-8?Q?a=0D=0ABcc:_x=00y?=\r\n\r\nx", 0,
                "a Bcc: x?y", NULL, NULL, ""},
        {"flowed",
                HEAD "Subject: s\r\nContent-Type: text/plain; format=flowed\r\n\r\n"
                     "one \r\ntwo\r\n> quoted \r\n> more\r\n>> deeper \r\nnot\r\n  stuffed\r\n"
                     "-- \r\nAda\r\n",
                0, NULL, "one two\n> quoted more\n> > deeper \nnot\n stuffed\n-- \nAda\n", NULL,
                ""},
        {"flowed with delsp",
                HEAD "Subject: s\r\nContent-Type: text/plain; format=Flowed; DelSp=yes\r\n\r\n"
                     "ab \r\ncd\r\n",
                0, NULL, "abcd\n", NULL, ""},
        {"quoted-printable",
                HEAD "Content-Transfer-Encoding: quoted-printable\r\n"
                     "Content-Type: text/plain; charset=utf-8\r\n\r\nsch=C3=B6=\r\nn\r\n",
                0, NULL, "schön\n", "+text/plain 8", ""},
        {"broken quoted-printable",
                HEAD "Content-Transfer-Encoding: quoted-printable\r\n\r\n50% =ZZ =\r\n", 0, NULL,
                "50% =ZZ \n", NULL, "bad_encoding"},
        {"broken base64", HEAD "Content-Transfer-Encoding: base64\r\n\r\naGVs*bG8hI\r\n", 0, NULL,
                NULL, NULL, "bad_encoding"},
        {"charset latin", HEAD "Content-Type: text/plain; charset=iso-8859-1\r\n\r\n\x93x\x94 \xE4",
                0, NULL, "“x” ä\n", NULL, ""},
        {"charset wrong", HEAD "Content-Type: text/plain; charset=us-ascii\r\n\r\n\xC3\xA4", 0,
                NULL, "ä\n", NULL, "bad_charset"},
        {"charset none", HEAD "\r\n\xE4\xF6", 0, NULL, "äö\n", NULL, "charset_guessed"},
        {"charset unknown", HEAD "Content-Type: text/plain; charset=klingon\r\n\r\n\xE4", 0, NULL,
                "ä\n", NULL, "bad_charset"},
        {"charset cyrillic", HEAD "Content-Type: text/plain; charset=koi8-r\r\n\r\n\xF0\xD2", 0,
                NULL, "Пр\n", NULL, ""},
        {"charset japanese",
                HEAD "Content-Type: text/plain; charset=ISO-2022-JP\r\n\r\n\x1B$B$\"\x1B(B", 0,
                NULL, "あ\n", NULL, ""},
        {"charset gb2312", HEAD "Content-Type: text/plain; charset=gb2312\r\n\r\n\xC4\xE3", 0, NULL,
                "你\n", NULL, ""},
        {"utf-8 cut", HEAD "Content-Type: text/plain; charset=utf-8\r\n\r\n\xC3\xA4\xC3\xA4\xC3", 0,
                NULL, "ää\xEF\xBF\xBD\n", NULL, "bad_charset"},
        {"NUL", HEAD "\r\na\0b", sizeof(HEAD "\r\na\0b") - 1, NULL,
                "a\xEF\xBF\xBD"
                "b\n",
                NULL, "nul"},
        {"html alone",
                HEAD "Content-Type: text/html; charset=utf-8\r\n\r\n"
                     "<title>no</title><style>p{}</style><p>One<br>two</p><p>See <a "
                     "href='https://x.example/a'>this</a> &amp; <a "
                     "href='https://y.example/'>https://y.example/</a><script>no</script>"
                     "<ol><li>a<li>b</ol><img alt='pic' src='http://t/'>",
                0, NULL,
                "One\ntwo\n\nSee this <https://x.example/a> & https://y.example/\n\n1. a\n2. b\n\n"
                "[pic]\n",
                "+text/html 224", "html_only"},
        {"html hides",
                HEAD "Content-Type: text/html\r\n\r\n<p>seen<span style='display: none'>not "
                     "seen</span><p hidden>nor this</p><pre>a\r\n  b</pre>",
                0, NULL, "seen [hidden: not seen]\n\n[hidden: nor this]\n\na\n  b\n", NULL,
                "hidden_text html_only"},
        {"html's own charset",
                HEAD "Content-Type: text/html\r\n\r\n<meta charset=\"koi8-r\"><p>\xF0\xD2</p>", 0,
                NULL, "Пр\n", NULL, "html_only"},
        {"html table and quote",
                HEAD "Content-Type: text/html\r\n\r\n<table><tr><td>a<td>b<tr><td>c<td>d</table>"
                     "<blockquote>q<blockquote>r</blockquote></blockquote>end",
                0, NULL, "a\tb\nc\td\n\n> q\n\n> > r\n\nend\n", NULL, "html_only"},
        {"alternative",
                HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\npreamble\r\n--b\r\n"
                     "Content-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n"
                     "\r\n<p>plain</p>\r\n--b--\r\n",
                0, NULL, "plain\n", "+text/plain 5|+text/html 12", ""},
        {"alternative says another thing",
                HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
                     "Content-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n"
                     "\r\nsend all your money to the prince who is waiting in lagos\r\n--b--\r\n",
                0, NULL, "plain\n", NULL, "html_differs"},
        {"alternative with an empty text",
                HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
                     "Content-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: text/html\r\n"
                     "\r\n<p>html</p>\r\n--b--\r\n",
                0, NULL, " \nhtml\n", NULL, "html_only"},
        {"related and attachment",
                HEAD "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n"
                     "Content-Type: multipart/related; boundary=r\r\n\r\n--r\r\n"
                     "Content-Type: text/html\r\n\r\n<img src='cid:1'>hi\r\n--r\r\n"
                     "Content-Type: image/png\r\nContent-ID: <1>\r\n"
                     "Content-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n--r--\r\n--m\r\n"
                     "Content-Type: text/plain; name=\"a/b\\\\..\\\\c.txt\"\r\n"
                     "Content-Disposition: attachment\r\n\r\nnotes\r\n--m--\r\n",
                0, NULL, "hi\n", "+text/html 19|image/png 4|text/plain c.txt 5", "html_only"},
        {"RFC 2231",
                HEAD "Content-Type: application/pdf; name*0*=utf-8''r%C3%A9; name*1=sum; "
                     "name*2*=%C3%A9.pdf\r\n\r\nx",
                0, NULL, "", "application/pdf résumé.pdf 1", ""},
        {"encoded word as a name",
                HEAD
                "Content-Disposition: attachment; filename=\"=?utf-8?q?r=C3=A9sum=C3=A9?=\"\r\n"
                "Content-Type: application/pdf\r\n\r\nx",
                0, NULL, "", "application/pdf résumé 1", ""},
        {"a name that lies",
                HEAD "Content-Disposition: attachment; filename*=utf-8''a%E2%80%AEfdp.exe%0A\r\n"
                     "Content-Type: application/pdf\r\n\r\nx",
                0, NULL, "",
                "application/pdf a\xEF\xBF\xBD"
                "fdp.exe 1",
                ""},
        {"forwarded",
                HEAD "Subject: Fwd\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\n"
                     "look\r\n--m\r\nContent-Type: message/rfc822\r\n\r\nFrom: Bob "
                     "<bob@c.example>\r\nSubject: inner\r\nContent-Type: multipart/mixed; "
                     "boundary=i\r\n\r\n--i\r\n\r\ntext\r\n--i\r\nContent-Type: image/gif; "
                     "name=x.gif\r\n\r\nGIF\r\n--i--\r\n--m--\r\n",
                0, "Fwd",
                "look\n\n----- Forwarded message -----\nFrom: Bob <bob@c.example>\nSubject: "
                "inner\n\ntext\n",
                "+text/plain 4|+message/rfc822 145|+text/plain 4|image/gif x.gif 3", ""},
        {"forwarded in base64",
                HEAD "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                     "U3ViamVjdDogaW5uZXINCg0KaGkNCg==\r\n",
                0, NULL, "----- Forwarded message -----\nSubject: inner\n\nhi\n",
                "+message/rfc822 22|+text/plain 4", ""},
        {"never closed",
                HEAD
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\n"
                "two\r\n",
                0, NULL, "one\n\ntwo\n", "+text/plain 3|+text/plain 5", "bad_multipart"},
        {"no boundary", HEAD "Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\none\r\n--b--\r\n", 0,
                NULL, "--b\n\none\n--b--\n", "+multipart/mixed 15", "bad_multipart"},
        {"boundary never found",
                HEAD "Content-Type: multipart/mixed; boundary=z\r\n\r\n--b\r\n\r\none\r\n", 0, NULL,
                "--b\n\none\n", "+multipart/mixed 9", "bad_multipart"},
        {"a type that is none", HEAD "Content-Type: text\r\n\r\nhello\r\n", 0, NULL, "hello\n",
                "+text/plain 7", ""},
        {"calendar",
                HEAD "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
                     "Content-Type: text/plain\r\n\r\nMeet\r\n--b\r\n"
                     "Content-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n"
                     "--b--\r\n",
                0, NULL, "Meet\n", "+text/plain 4|text/calendar 15", ""},
        {"a zip stays one", HEAD "Content-Type: application/zip; name=bomb.zip\r\n\r\nPK\3\4", 0,
                NULL, "", "application/zip bomb.zip 4", ""},
        {"smuggled end",
                HEAD "Subject: s\r\n\r\none\n.\r\nMAIL FROM:<evil@b.example>\r\n.\nend\r\n", 0, "s",
                "one\n.\nMAIL FROM:<evil@b.example>\n.\nend\n", NULL, "bare_line_ends"},
        {"CR alone", HEAD "Subject: s\r\n\r\none\r.\rtwo\r\n", 0, "s", "one\n.\ntwo\n", NULL,
                "bare_line_ends"},
        {"NUL in header", HEAD "Subject: a\0b\r\n\r\nx", sizeof(HEAD "Subject: a\0b\r\n\r\nx") - 1,
                NULL, "x\n", NULL, "nul"},
        {"several senders", "From: a@b.example, c@d.example\r\nDate: garbage\r\n\r\nx", 0, NULL,
                "x\n", NULL, "many_from bad_date"},
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct row *r = &rows[i];
		struct str raw = {r->raw, r->n > 0 ? r->n : strlen(r->raw)};
		struct taken t;

		take(raw, 0, &t);
		if (r->subject != NULL)
			same(r->name, "subject", t.m.subject, r->subject);
		if (r->text != NULL)
			same(r->name, "text", t.m.text, r->text);
		if (r->parts != NULL)
			same(r->name, "parts", taken_parts(&t), r->parts);
		if (r->notes != NULL)
			same(r->name, "notes", taken_notes(&t), r->notes);
		taken_clear(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};

	mail_parse_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
