// Mail that comes in: by `vdpd deliver` and by LMTP, through the running program.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { deliver, lmtp, Lmtp, message, to, withLmtp } from './mail.mjs';
import { scenario, sleep, until, vdpd } from './lib.mjs';

const cases = async (i, token) => (await i.staff(token, 'GET', '/api/v1/cases')).json.items;
const show = async (i, token, number) => (await i.staff(token, 'GET', `/api/v1/cases/${number}`)).json;
const outbox = (i) => fs.readdirSync(path.join(i.dir, 'outbox')).filter((f) => f.endsWith('.eml'))
	.map((f) => fs.readFileSync(path.join(i.dir, 'outbox', f), 'utf8'));
const receipts = (i, who) => outbox(i).filter((m) => m.includes(`To: <${who}>`));
const number = (reply) => reply.match(/^250 .*(EXW-\d{4}-\d+)$/)?.[1];

scenario('a mail becomes a case, once, with its files and a receipt', async (i) => {
	const token = i.token();
	const mail = message({ text: 'The sluice.', id: 'a1', headers: { 'MIME-Version': '1.0', 'Content-Type': 'multipart/mixed; boundary=b' } })
		.replace('The sluice.', '--b\r\nContent-Type: text/plain\r\n\r\nThe sluice opens.\r\n--b\r\nContent-Type: image/png; name="a.png"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--b--');
	for (let k = 0; k < 2; k++)
		assert.deepEqual(deliver(i, mail), { status: 0, out: '', err: '' });
	const all = await cases(i, token);
	assert.deepEqual(all.map((c) => [c.title, c.channel]), [['The sluice opens by itself', 'mail']]);
	const c = await show(i, token, all[0].case);
	assert.deepEqual(c.report, { title: 'The sluice opens by itself', description: 'The sluice opens.',
		reporter: { name: 'Mira Okafor', email: 'mira@example.org' } });
	assert.deepEqual(c.files.map((f) => f.name), ['message.eml', 'a.png']);
	const raw = await i.staff(token, 'GET', `/api/v1/cases/${c.case}/files/1`);
	assert.equal(raw.text, mail, 'the raw message is kept byte for byte');

	const [receipt] = await until(() => { const r = receipts(i, 'mira@example.org'); return r.length > 0 && r; });
	assert.match(receipt, /^Subject: \[EXW-2026-0001\] We have your report\r$/m);
	assert.match(receipt, /^Auto-Submitted: auto-replied\r$/m);
	assert.match(receipt, /First answer: by 20\d\d-/);
	assert.ok(!receipt.includes('sluice'), 'nothing of the report goes out');
	// A second report of the same day has no second receipt; a robot, a list and we ourselves none at all.
	deliver(i, message({ subject: 'Another' }));
	deliver(i, message({ subject: 'Robot', from: 'robot@example.org', headers: { 'Auto-Submitted': 'auto-generated' } }));
	deliver(i, message({ subject: 'List', from: 'list@example.org', headers: { 'List-Id': '<l.example.org>', Precedence: 'list' } }));
	deliver(i, message({ subject: 'Self', from: to }));
	deliver(i, message({ subject: 'Null', from: 'null@example.org' }), { from: '' });
	assert.equal((await cases(i, token)).length, 6);
	await sleep(2500);
	assert.equal(outbox(i).filter((m) => /We have your report/.test(m)).length, 1);
});

scenario('answers belong to their case, and only the reporter writes into it', { config: withLmtp('  plus: on\n') }, async (i) => {
	const token = i.token();
	const s = await lmtp(i);
	const n = number((await s.mail(message({ id: 'first' })))[0]);
	const [receipt] = await until(() => { const r = receipts(i, 'mira@example.org'); return r.length > 0 && r; });
	const tagged = receipt.match(/^Reply-To: <(.*)>\r$/m)[1];
	const ours = receipt.match(/^Message-ID: <(.*)>\r$/m)[1], thread = receipt.match(/^References: <(.*)>\r$/m)[1];
	assert.match(tagged, /^security\+exw-2026-0001-[a-z2-7]{16}@exact\.works$/);
	const answers = [
		[{ text: 'by tag', subject: 'x' }, { rcpts: [tagged] }],
		[{ text: 'by reference', subject: 'x', headers: { References: `<${thread}> <${ours}>` } }],
		[{ text: 'by own id', subject: 'x', headers: { 'In-Reply-To': '<first@mail.example.org>' } }],
		[{ text: 'by subject', subject: `Aw: [${n}] x` }],
	];
	for (const [m, o] of answers)
		assert.equal(number((await s.mail(message(m), o))[0]), n, m.text);
	let c = await show(i, token, n);
	assert.deepEqual(c.thread.map((t) => [t.from, t.text]), answers.map(([m]) => ['reporter', m.text]));
	// A stranger who knows all of it is held; so are robots, and reports of what did not arrive.
	assert.equal(number((await s.mail(message({ from: 'eve@example.com', text: 'let me in', headers: { References: `<${thread}>` } }), { from: 'eve@example.com', rcpts: [tagged] }))[0]), n);
	assert.equal(number((await s.mail(message({ text: 'on holiday', headers: { 'Auto-Submitted': 'auto-replied' } }), { rcpts: [tagged] }))[0]), n);
	const dsn = message({ from: 'MAILER-DAEMON@example.org', headers: { 'MIME-Version': '1.0', 'Content-Type': 'multipart/report; report-type=delivery-status; boundary=b' },
		text: '--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; mira@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 gone\r\n\r\n--b--' });
	assert.equal(number((await s.mail(dsn, { from: '', rcpts: [tagged] }))[0]), n);
	c = await show(i, token, n);
	assert.equal(c.thread.length, answers.length);
	assert.deepEqual(c.notes.map((x) => x.by), ['system', 'system', 'system']);
	assert.match(c.notes[0].text, /^Held: .*reporter's\.\n\nFrom: .*<eve@example\.com>[^]*let me in/);
	assert.match(c.notes[1].text, /^An automatic answer:[^]*on holiday/);
	assert.match(c.notes[2].text, /^A mail to the reporter was not delivered[^]*mira@example\.org: failed 5\.1\.1/);
	// A tag that was made up is none.
	assert.notEqual(number((await s.mail(message({ text: 'new', subject: 'new' }), { rcpts: [tagged.replace(/-[a-z2-7]{16}@/, '-aaaaaaaaaaaaaaaa@')] }))[0]), n);
	await s.quit();
});

scenario('LMTP as RFC 2033 wants it', { config: withLmtp('  recipients: [security@exact.works, psirt@exact.works]\n') }, async (i) => {
	const token = i.token();
	const s = await Lmtp.connect(i);
	assert.match(s.greeting, /^220 /);
	assert.match(await s.say('MAIL FROM:<a@b.example>'), /^503/);
	assert.match(await s.say('EHLO x'), /^500/);
	assert.match(await s.say('LHLO x'), /^250 SIZE 26214400/);
	for (const what of ['PIPELINING', '8BITMIME', 'SMTPUTF8', 'CHUNKING', 'ENHANCEDSTATUSCODES'])
		assert.ok(s.lines.includes(`250-${what}`), what);
	assert.match(await s.say('MAIL FROM:<a@b.example> SIZE=99999999'), /^552 5\.3\.4/);
	assert.match(await s.say('MAIL FROM:<a@b.example> RET=FULL'), /^555/);
	assert.match(await s.say('DATA'), /^503/);
	// One reply for each recipient that was taken, in order.
	const piped = [s.reply(), s.reply(), s.reply(), s.reply(), s.reply()];
	s.send(`MAIL FROM:<mira@example.org> BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<${to}>\r\nRCPT TO:<nobody@exact.works>\r\nRCPT TO:<PSIRT@exact.works>\r\nDATA\r\n`);
	assert.deepEqual((await Promise.all(piped)).map((r) => r.slice(0, 3)), ['250', '250', '550', '250', '354']);
	const two = [s.reply(), s.reply()];
	s.send(message({ text: '..hidden dot\n.one' }).replace(/^\./gm, '..') + '.\r\n');
	const numbers = (await Promise.all(two)).map(number);
	assert.equal(new Set(numbers).size, 2, 'each recipient has its case');
	const c = await show(i, token, numbers[0]);
	assert.equal(c.report.description, '..hidden dot\n.one');

	// BDAT: bytes as they are, dots and all.
	const bytes = message({ text: '.\nä bdat\n.', headers: { 'Content-Type': 'text/plain; charset=utf-8' } });
	await s.say('MAIL FROM:<mira@example.org>');
	await s.say(`RCPT TO:<${to}>`);
	const half = Buffer.from(bytes).subarray(0, 100), rest = Buffer.from(bytes).subarray(100);
	s.send(Buffer.concat([Buffer.from(`BDAT ${half.length}\r\n`), half]));
	assert.match(await s.reply(), /^250/);
	s.send(Buffer.concat([Buffer.from(`BDAT ${rest.length} LAST\r\n`), rest]));
	const b = await show(i, token, number(await s.reply()));
	assert.equal(b.report.description, '.\nä bdat\n.');
	assert.equal((await i.staff(token, 'GET', `/api/v1/cases/${b.case}/files/1`)).text, bytes);

	// What one mail system takes for the end of a message and another does not (SMTP smuggling): content, all of it.
	for (const end of ['\n.\n', '\n.\r\n', '\r.\r', '\r\n.\n', '\r\n.\r', '\n\n.\r\n']) {
		const before = (await cases(i, token)).length;
		const inner = `MAIL FROM:<evil@example.org>\r\nRCPT TO:<${to}>\r\nDATA\r\nSubject: smuggled\r\n\r\nx`;
		const [r] = await s.mail(message({ text: '@@' }).replace('@@', `one${end}${inner}`));
		assert.ok(number(r), `${JSON.stringify(end)}: ${r}`);
		assert.match(await s.say('NOOP'), /^250/);
		assert.equal((await cases(i, token)).length, before + 1, JSON.stringify(end));
	}
	// In commands a bare line end is a mistake.
	s.send('NOOP\nNOOP\r\n');
	assert.match(await s.reply(), /^500 5\.5\.2/);
	assert.match(await s.reply(), /^250/);

	// Too large: said for the recipient, and the session goes on.
	const [large] = await s.mail(message({ text: 'x'.repeat(70).concat('\n').repeat(380000) }));
	assert.match(large, /^552 5\.3\.4/);
	assert.match(await s.say('NOOP'), /^250/);
	await s.say('MAIL FROM:<mira@example.org>');
	assert.match(await s.say('RSET'), /^250/);
	assert.match(await s.say('DATA'), /^503/);
	for (let k = 0; k < 40 && !s.closed; k++)
		await s.say('NONSENSE');
	assert.ok(s.closed, 'who only makes mistakes is shown out');
});

scenario('while it is down, and after', { start: false }, async (i) => {
	await i.init();
	const m = message({ text: 'Is anybody there?' });
	assert.equal(deliver(i, m).status, 75);
	assert.equal(vdpd(['deliver', '-C', i.dir]).status, 64);
	assert.equal(vdpd(['deliver', '--to', to, '-C', '/nonexistent']).status, 75);
	await i.serve();
	assert.equal(deliver(i, m).status, 0);
	assert.equal(deliver(i, m, { rcpt: 'nobody@exact.works' }).status, 67);
	assert.equal(deliver(i, 'x'.repeat(26 << 20)).status, 65);
	await i.kill('courier');
	await until(() => deliver(i, m).status === 0);
	const token = i.token();
	assert.equal((await cases(i, token)).length, 1);
	i.alive();
});

scenario('no sender holds up the others', { config: withLmtp('  messages_per_hour: 20\n'), limits: true }, async (i) => {
	const many = await Promise.all([...Array(12)].map(() => lmtp(i)));
	const open = await Promise.all(many.map((s) => s.say('MAIL FROM:<flood@example.org>')));
	assert.equal(open.filter((r) => r.startsWith('250')).length, 8);
	assert.ok(open.every((r) => /^(250|451 4\.7\.1)/.test(r)));
	await Promise.all(many.map((s) => s.say('RSET')));
	const replies = [];
	for (let k = 0; k < 30; k++)
		replies.push((await many[0].mail(message({ from: 'flood@example.org', subject: `n ${k}` }), { from: 'flood@example.org' }))[0]);
	assert.equal(replies.filter((r) => number(r)).length, 20);
	assert.equal(replies.filter((r) => r.startsWith('451 4.7.1')).length, 10);
	assert.ok(number((await many[1].mail(message({ from: 'other@example.org' }), { from: 'other@example.org' }))[0]));
	many.forEach((s) => s.destroy());
});

scenario('which mail was taken is forgotten after a season', async (i) => {
	i.setClock('2026-04-01T12:00:00Z');
	const token = i.token();
	const mail = message({ subject: 'The gate', id: 'f1' });
	for (const day of ['2026-04-01', '2026-06-20']) {
		i.setClock(`${day}T12:00:00Z`);
		assert.equal(deliver(i, mail).status, 0);
		await sleep(2500);
		assert.equal((await cases(i, token)).length, 1, day);
	}
	i.setClock('2026-07-02T12:00:00Z');
	await until(async () => deliver(i, mail).status === 0 && (await cases(i, token)).length === 2, 8000);
});
