/* The fields of a message's header: who wrote it, to whom, in answer to what; programs that write
 * mail; delivery reports. */
#include "unit.h"

#include "mail_fixture.h"

static void
take_text(const char *raw, struct taken *t)
{
	take(str_of(raw), 0, t);
}

static void
test_fields(void **state)
{
	struct taken t;

	(void)state;
	take_text("From: =?utf-8?q?Ad=C3=A4?= L <ada@b.example>\r\n"
	          "Reply-To: \"Ada, at home\" <home@b.example>\r\n"
	          "To: security@exact.works, Friends: bob@c.example, Eve <eve@d.example>;\r\n"
	          "Cc: undisclosed-recipients:;\r\n"
	          "Delivered-To: security+abc@exact.works\r\n"
	          "X-Original-To: <x@exact.works>\r\n"
	          "Message-ID: <1@b.example>\r\n"
	          "In-Reply-To: <0@exact.works>\r\n"
	          "References: <a@exact.works> <b@exact.works>\r\n\t<0@exact.works>\r\n"
	          "Date: Mon, 5 Jan 2026 10:00:00 +0100\r\n\r\nx",
	        &t);
	same("from", "name", t.m.from.name, "Adä L");
	same("from", "address", t.m.from.address, "ada@b.example");
	assert_int_equal(t.m.reply_to.n, 1);
	same("reply-to", "name", t.m.reply_to.v[0].name, "Ada, at home");
	assert_int_equal(t.m.to.n, 3);
	same("to", "2", t.m.to.v[2].address, "eve@d.example");
	assert_int_equal(t.m.cc.n, 0);
	assert_int_equal(t.m.delivered_to.n, 2);
	same("delivered", "0", t.m.delivered_to.v[0], "security+abc@exact.works");
	same("delivered", "1", t.m.delivered_to.v[1], "x@exact.works");
	same("id", "id", t.m.message_id, "1@b.example");
	assert_int_equal(t.m.in_reply_to.n, 1);
	assert_int_equal(t.m.references.n, 3);
	same("references", "2", t.m.references.v[2], "0@exact.works");
	assert_int_equal(t.m.date_utc_s, 1767603600);
	taken_clear(&t);
}

/* Of too many addresses and references the first and the newest are kept. */
static void
test_lists(void **state)
{
	struct taken t;
	struct buf b;

	(void)state;
	buf_init(&b, 4 << 20);
	buf_z(&b, "To: a0@b.example");
	for (int i = 1; i < 10000; i++)
		buf_fmt(&b, ",\r\n \"Number %d\" <a%d@b.example>", i, i);
	buf_z(&b, "\r\nReferences: <0@x>");
	for (int i = 1; i < 2000; i++)
		buf_fmt(&b, "\r\n <%d@x>", i);
	buf_z(&b, "\r\nFrom: a@b.example\r\nDate: Mon, 5 Jan 2026 10:00:00 +0100\r\n\r\nx");
	take(buf_view(&b), 0, &t);
	same("lists", "notes", taken_notes(&t), "list_cut");
	assert_int_equal(t.m.to.n, MAIL_LIST_MAX);
	same("to", "0", t.m.to.v[0].address, "a0@b.example");
	assert_int_equal(t.m.references.n, MAIL_LIST_MAX);
	same("references", "last", t.m.references.v[MAIL_LIST_MAX - 1], "1999@x");
	taken_clear(&t);
	buf_clear(&b);
}

static const struct {
	const char *header;
	enum mail_automatic automatic;
} kinds[] = {
        {"From: a@b.example\r\n", MAIL_PERSON},
        {"From: a@b.example\r\nAuto-Submitted: no\r\n", MAIL_PERSON},
        {"From: a@b.example\r\nPrecedence: first-class\r\n", MAIL_PERSON},
        {"From: a@b.example\r\nReturn-Path: <a@b.example>\r\n", MAIL_PERSON},
        {"From: a@b.example\r\nAuto-Submitted: auto-replied (vacation)\r\n", MAIL_AUTO_REPLY},
        {"From: a@b.example\r\nAuto-Submitted: auto-generated\r\n", MAIL_AUTO_REPLY},
        {"From: a@b.example\r\nauto-submitted:\r\n auto-replied\r\nReturn-Path: <>\r\n",
                MAIL_AUTO_REPLY},
        {"From: a@b.example\r\nX-Autoreply: yes\r\n", MAIL_AUTO_REPLY},
        {"From: a@b.example\r\nX-Autorespond: x\r\n", MAIL_AUTO_REPLY},
        {"From: a@b.example\r\nPrecedence: auto_reply\r\n", MAIL_AUTO_REPLY},
        {"From: a@b.example\r\nPrecedence: junk\r\n", MAIL_AUTO_REPLY},
        {"From: a@b.example\r\nX-Auto-Response-Suppress: OOF, AutoReply\r\n", MAIL_AUTO_REPLY},
        {"From: a@b.example\r\nList-Id: <l.b.example>\r\n", MAIL_LIST},
        {"From: a@b.example\r\nPrecedence: bulk\r\n", MAIL_LIST},
        {"From: a@b.example\r\nPrecedence: list\r\nList-Post: <mailto:l@b.example>\r\n", MAIL_LIST},
        {"From: a@b.example\r\nList-Unsubscribe: <mailto:u@b.example>\r\n", MAIL_LIST},
        {"From: MAILER-DAEMON@b.example\r\n", MAIL_BOUNCE},
        {"From: Mail <postmaster@b.example>\r\nAuto-Submitted: auto-replied\r\n", MAIL_BOUNCE},
        {"From: a@b.example\r\nReturn-Path: <>\r\n", MAIL_BOUNCE},
        {"From: a@b.example\r\nX-Failed-Recipients: c@d.example\r\n", MAIL_BOUNCE},
        {"From: a@b.example\r\nContent-Type: multipart/report; "
         "report-type=disposition-notification; boundary=b\r\n",
                MAIL_AUTO_REPLY},
        {"From: a@b.example\r\nContent-Type: multipart/report; report-type=delivery-status; "
         "boundary=b\r\n",
                MAIL_BOUNCE},
};

static void
test_automatic(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct buf b;
		struct taken t;

		buf_init(&b, 4096);
		buf_fmt(&b, "%s\r\nx\r\n", kinds[i].header);
		take(buf_view(&b), 0, &t);
		if (t.m.automatic != kinds[i].automatic)
			fail_msg("%s is %s", kinds[i].header, mail_automatic_name(t.m.automatic));
		taken_clear(&t);
		buf_clear(&b);
	}
}

static void
test_report(void **state)
{
	struct taken t;

	(void)state;
	take_text("From: MAILER-DAEMON@b.example\r\nReturn-Path: <>\r\n"
	          "Date: Mon, 5 Jan 2026 10:00:00 +0100\r\n"
	          "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
	          "--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
	          "Reporting-MTA: dns; b.example\r\nOriginal-Envelope-Id: env42\r\n\r\n"
	          "Final-Recipient: rfc822; ada@b.example\r\nAction: Failed\r\n"
	          "Status: 5.1.1 (no such user)\r\n"
	          "Diagnostic-Code: smtp; 550 5.1.1\r\n  no such user\r\n\r\n"
	          "Original-Recipient: rfc822;bob@b.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
	          "--b\r\nContent-Type: message/rfc822\r\n\r\n"
	          "From: security@exact.works\r\nMessage-ID: <ours@exact.works>\r\n\r\n"
	          "confidential\r\n--b--\r\n",
	        &t);
	assert_int_equal(t.m.automatic, MAIL_BOUNCE);
	assert_int_equal(t.m.reports_n, 2);
	same("report", "action", t.m.reports[0].action, "failed");
	same("report", "status", t.m.reports[0].status, "5.1.1");
	same("report", "recipient", t.m.reports[0].recipient, "ada@b.example");
	same("report", "diagnostic", t.m.reports[0].diagnostic, "550 5.1.1 no such user");
	same("report", "recipient", t.m.reports[1].recipient, "bob@b.example");
	same("report", "action", t.m.reports[1].action, "delayed");
	same("report", "envelope", t.m.original_envelope_id, "env42");
	same("report", "message", t.m.original_message_id, "ours@exact.works");
	/* What it gives back is not its text. */
	same("report", "text", t.m.text, "Sorry.\n");
	taken_clear(&t);

	take_text("From: MAILER-DAEMON@b.example\r\nDate: Mon, 5 Jan 2026 10:00:00 +0100\r\n"
	          "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
	          "--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
	          "Final-Recipient: rfc822; ada@b.example\r\nAction: failed\r\n"
	          "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
	          "From: security@exact.works\r\nMessage-Id:\r\n <ours@exact.works>\r\n--b--\r\n",
	        &t);
	assert_int_equal(t.m.reports_n, 1);
	same("headers alone", "message", t.m.original_message_id, "ours@exact.works");
	taken_clear(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_fields),
	        cmocka_unit_test(test_lists),
	        cmocka_unit_test(test_automatic),
	        cmocka_unit_test(test_report),
	};

	mail_parse_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
