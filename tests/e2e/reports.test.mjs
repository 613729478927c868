// The intake API and the reporter's API, through the running program.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { rfc3339, scenario, seconds } from './lib.mjs';

const H = 3600, D = 86400;
const whole = {
	title: 'Invoices of others can be read', description: 'Any number works.', impact: 'All invoices.',
	steps: '1. Sign in\n2. Change the number', affected: ['https://app.exact.works/invoices/1'], component: 'web',
	proof_of_concept: 'curl …', severity: 'High', cvss: 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N',
	remediation: 'Check the owner.',
	testing: { accounts: ['a@example.org'], source_addresses: ['192.0.2.1'], from: '2026-01-04T09:00:00Z', until: '2026-01-04T10:00:00Z' },
	reached_others_data: true, caused_disruption: false, kind: 'report',
	reporter: { name: 'Ada', email: 'ada@example.org' },
	credit: { wanted: true, name: 'Ada', url: 'https://example.org/ada' },
};

scenario('a report is answered as the contract says', async (i) => {
	i.setClock('2026-01-05T09:00:00Z');
	const body = JSON.stringify(whole);
	const a = await i.ask('POST', '/api/v1/reports', { body, headers: { 'Content-Type': 'application/json' } });
	assert.equal(a.status, 201, a.text);
	assert.equal(a.headers['content-type'], 'application/json');
	assert.equal(a.headers['cache-control'], 'no-store');
	const r = a.json;
	assert.equal(r.case, 'EXW-2026-0001');
	assert.match(r.receipt, /^EXW-2026-0001-[A-Z2-7]{5}(-[A-Z2-7]{5}){3}-[A-Z2-7]{6}$/);
	assert.equal(r.received_at, '2026-01-05T09:00:00Z');
	assert.deepEqual(r.missing, []);
	assert.deepEqual(r.promises, [{ clock: 'acknowledge', due_at: '2026-01-07T09:00:00Z' },
		{ clock: 'triage', due_at: '2026-01-12T09:00:00Z' }]);
	assert.match(r.policy, /^[0-9a-f]{64}$/);
	const s = r.signed_receipt;
	assert.equal(s.case, r.case);
	assert.equal(s.programme, 'exact.works');
	assert.equal(s.policy, r.policy);
	assert.equal(s.content_sha256, createHash('sha256').update(body).digest('hex'));

	const mine = await i.reporter(r).get();
	assert.equal(mine.status, 200, mine.text);
	const c = mine.json;
	assert.equal(c.case, r.case);
	assert.equal(c.received_at, r.received_at);
	assert.equal(c.policy, r.policy);
	assert.equal(c.stage, 'received');
	assert.equal(c.stages.length, 5);
	assert.equal(c.stages[0].at, r.received_at);
	assert.deepEqual(c.stages.slice(1).map((x) => x.at), [null, null, null, null]);
	assert.deepEqual(c.report, whole, 'the report is given back as sent');
	assert.deepEqual(c.thread, []);
	assert.equal(c.withdrawn_at, null);
	assert.deepEqual(c.promises, [
		{ clock: 'acknowledge', state: 'running', started_at: r.received_at, due_at: rfc3339(seconds(r.received_at) + 48 * H),
			stopped_at: null, remaining_s: 48 * H },
		{ clock: 'triage', state: 'running', started_at: r.received_at, due_at: rfc3339(seconds(r.received_at) + 7 * D),
			stopped_at: null, remaining_s: 7 * D }]);
});

scenario('what a report lacks is named, and nothing but the description is required', async (i) => {
	assert.deepEqual((await i.report({ description: 'x' })).missing, ['steps', 'affected', 'severity']);
	const q = await i.report({ description: 'May I test the sandbox?', kind: 'question' });
	assert.deepEqual(q.missing, []);
	assert.deepEqual(q.promises.map((p) => p.clock), ['acknowledge']);
	for (const severity of ['critical', 'CRITICAL', 'Critical', 'cRiTiCaL'])
		assert.ok((await i.report({ description: 'x', severity })).case);
	for (const [json, pointer] of [
		[{}, '/description'], [{ description: '' }, '/description'], [{ description: ' \n ' }, '/description'],
		[{ description: 1 }, '/description'], [{ description: 'x', nonsense: 1 }, '/nonsense'],
		[{ description: 'x', 'a/b~c': 1 }, '/a~1b~0c'], [{ description: 'x', severity: 'urgent' }, '/severity'],
		[{ description: 'x', reporter: { name: 'A', phone: '1' } }, '/reporter/phone'],
		[{ description: 'x', affected: 'one' }, '/affected'], [{ description: 'x', affected: ['a', 2] }, '/affected/1'],
		[{ description: 'x', testing: { from: 'yesterday' } }, '/testing/from'], [{ description: 'x', kind: 'wish' }, '/kind'],
		[{ description: 'x', cvss: 'CVSS:3.1/AV:Q' }, '/cvss'], [{ description: 'x'.repeat(50001) }, '/description'],
		[{ description: 'x', title: 'a\u0007b' }, '/title'], [{ description: 'x', reporter: { email: 'nobody' } }, '/reporter/email'],
		[{ description: 'x', credit: { wanted: 'yes' } }, '/credit/wanted'],
	]) {
		const a = await i.ask('POST', '/api/v1/reports', { json });
		assert.equal(a.status, 422, `${pointer}: ${a.text}`);
		assert.equal(a.headers['content-type'], 'application/problem+json');
		assert.equal(a.json.status, 422);
		assert.equal(a.json.pointer, pointer);
		assert.ok(a.json.detail);
	}
	assert.equal((await i.report({ description: 'é'.repeat(50000) })).missing.length, 3, 'characters count, not bytes');
});

scenario('an Idempotency-Key makes a repeated request the same request', async (i) => {
	i.setClock('2026-02-01T10:00:00Z');
	const send = (json, key) => i.ask('POST', '/api/v1/reports', { json, headers: { 'Idempotency-Key': key } });
	const first = await send({ description: 'once' }, 'key one');
	assert.equal(first.status, 201, first.text);
	i.setClock('2026-02-09T10:00:00Z');
	const again = await send({ description: 'once' }, 'key one');
	assert.equal(again.status, 201);
	assert.equal(again.text, first.text, 'byte for byte, eight days later');
	const other = await send({ description: 'twice' }, 'key one');
	assert.equal(other.status, 201);
	assert.notEqual(other.json.case, first.json.case);
	assert.notEqual(other.json.receipt, first.json.receipt);
	assert.notEqual((await send({ description: 'once' }, 'key two')).json.case, first.json.case);
	assert.equal((await i.reporter(again.json).get()).status, 200);

	const key = 'k'.repeat(255);
	const many = await Promise.all(Array.from({ length: 24 }, () => send({ description: 'at once' }, key)));
	assert.deepEqual(new Set(many.map((m) => m.status)), new Set([201]));
	assert.equal(new Set(many.map((m) => m.text)).size, 1, 'concurrent repeats are one case');
	for (const bad of ['', 'k'.repeat(256)])
		assert.equal((await send({ description: 'once' }, bad)).status, 400);
	const cases = await Promise.all(Array.from({ length: 40 }, (_, n) => send({ description: `n${n}` }, randomBytes(8).toString('hex'))));
	assert.equal(new Set(cases.map((c) => c.json.case)).size, 40);
});

scenario('case numbers begin anew each year', async (i) => {
	i.setClock('2026-12-31T23:59:58Z');
	assert.equal((await i.report({ description: 'x' })).case, 'EXW-2026-0001');
	assert.equal((await i.report({ description: 'x' })).case, 'EXW-2026-0002');
	i.setClock('2027-01-01T00:00:00Z');
	assert.equal((await i.report({ description: 'x' })).case, 'EXW-2027-0001');
});

scenario('the reporter writes, changes the credit, asks for the letter and a day, and withdraws', async (i) => {
	i.setClock('2026-03-02T08:00:00Z');
	const r = await i.report(whole), me = i.reporter(r);
	i.setClock('2026-03-02T09:00:00Z');
	let a = await me.post('messages', { text: 'One more thing: …' });
	assert.ok(a.status === 200 || a.status === 201, a.text);
	i.setClock('2026-03-02T10:00:00Z');
	assert.equal((await me.put('credit', { wanted: true, name: 'A. L.' })).status, 200);
	assert.equal((await me.post('letter')).status, 200);
	assert.equal((await me.post('disclosure', { date: '2026-06-01' })).status, 200);
	let c = (await me.get()).json;
	const said = c.thread.filter((t) => t.text !== '');
	assert.deepEqual(said.map((t) => [t.at, t.from, t.text]), [['2026-03-02T09:00:00Z', 'you', 'One more thing: …']]);
	assert.deepEqual(said[0].files, []);
	assert.equal(c.credit.name, 'A. L.');
	assert.notEqual(c.letter, null);
	assert.equal(c.promises.find((p) => p.clock === 'acknowledge').state, 'running', 'what the reporter does answers nothing');

	i.setClock('2026-03-03T08:00:00Z');
	a = await me.post('withdraw');
	assert.equal(a.status, 200, a.text);
	c = (await me.get()).json;
	assert.equal(c.withdrawn_at, '2026-03-03T08:00:00Z');
	assert.deepEqual(c.promises.map((p) => p.state), ['met', 'met']);
	assert.equal((await me.post('withdraw')).status, 409);

	for (const [what, json, pointer] of [['messages', {}, '/text'], ['messages', { text: '' }, '/text'], ['messages', { text: 'x', to: 'y' }, '/to'],
		['disclosure', { date: 'soon' }, '/date'], ['disclosure', {}, '/date'], ['disclosure', { date: '2026-02-30' }, '/date'],
		['disclosure', { date: '0000-01-01' }, '/date'], ['disclosure', { date: '1969-12-31' }, '/date']]) {
		a = await me.post(what, json);
		assert.equal(a.status, 422, `${what} ${JSON.stringify(json)}: ${a.text}`);
		assert.equal(a.json.pointer, pointer);
	}
});

scenario('without the receipt there is nothing to see', async (i) => {
	const mine = await i.report({ description: 'mine' }), theirs = await i.report({ description: 'theirs' });
	const code = mine.receipt.replace(/^EXW-\d+-\d+-/, '');
	const wrong = `${mine.case}-${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}`;
	const gone = (await i.reporter({ case: 'EXW-2026-9999', receipt: mine.receipt }).get()).shape;
	assert.equal(gone.status, 404);
	const tries = {
		'a wrong code': { case: mine.case, receipt: wrong },
		'the code of another case': { case: theirs.case, receipt: mine.receipt },
		'the bare code of another case': { case: theirs.case, receipt: code },
		'a case that is not there': { case: 'EXW-2026-0777', receipt: `EXW-2026-0777-${code}` },
		'another year': { case: mine.case.replace(/-\d{4}-/, '-1999-'), receipt: code },
		'no number': { case: 'nonsense', receipt: code },
		'no code': { case: mine.case, receipt: 'nonsense' },
	};
	for (const [what, as] of Object.entries(tries)) {
		const you = i.reporter(as);
		assert.deepEqual((await you.get()).shape, gone, what);
		assert.deepEqual((await you.post('messages', { text: 'x' })).shape, gone, `${what}: message`);
		assert.deepEqual((await you.post('withdraw')).shape, gone, `${what}: withdraw`);
		assert.deepEqual((await you.put('credit', { wanted: false })).shape, gone, `${what}: credit`);
		assert.deepEqual((await you.post('letter')).shape, gone, `${what}: letter`);
		assert.deepEqual((await you.post('disclosure', { date: '2026-06-01' })).shape, gone, `${what}: disclosure`);
	}
	const asked = await i.get(`/api/v1/reports/${mine.case}`);
	assert.equal(asked.status, 401);
	const absent = await i.get('/api/v1/reports/EXW-2026-0777');
	assert.deepEqual(asked.shape, absent.shape, 'without a receipt a case that is there looks like one that is not');
	assert.equal((await i.reporter({ case: mine.case, receipt: code }).get()).status, 200, 'the code alone will do');
	assert.equal((await i.reporter({ case: mine.case.toLowerCase(), receipt: mine.receipt.toLowerCase() }).get()).status, 200);
	assert.deepEqual((await i.reporter(mine).get()).json.thread, [], 'nothing was written by anybody');
});

scenario('files: added, listed, given back byte for byte, and bounded', { timeout: 180000 }, async (i) => {
	i.setClock('2026-03-02T08:00:00Z');
	const r = await i.report({ description: 'with files' }), me = i.reporter(r);
	const files = [{ filename: 'poc.html', bytes: '<script>alert(1)</script>', type: 'text/html' },
		{ filename: '../../etc/passwd', bytes: randomBytes(70000) }, { filename: 'na\u00efve "x".txt', bytes: 'x' }, { filename: 'empty', bytes: '' }];
	const a = await me.attach(files, 'See these.');
	assert.equal(a.status, 201, a.text);
	const c = (await me.get()).json;
	const entry = c.thread.find((t) => t.text === 'See these.');
	assert.deepEqual([entry.from, entry.at], ['you', '2026-03-02T08:00:00Z']);
	const listed = c.thread.flatMap((t) => t.files);
	assert.deepEqual(listed.map((f) => f.size), files.map((f) => f.bytes.length));
	for (const [n, f] of listed.entries()) {
		const got = await me.file(f.id);
		assert.equal(got.status, 200);
		assert.deepEqual(got.bytes, Buffer.from(files[n].bytes));
		assert.equal(got.headers['content-type'], 'application/octet-stream');
		assert.match(got.headers['content-disposition'], /^attachment; filename/);
		assert.equal(got.headers['x-content-type-options'], 'nosniff');
		assert.match(got.headers['content-security-policy'], /sandbox/);
		assert.doesNotMatch(got.headers['content-disposition'], /[\r\n/]/);
	}
	const gone = (await me.file(99)).shape;
	assert.equal(gone.status, 404);
	const other = i.reporter(await i.report({ description: 'without' }));
	assert.deepEqual((await other.file(listed[0].id)).shape, gone);
	for (const id of ['0', '-1', 'x', '1e1', '9'.repeat(30)])
		assert.deepEqual((await me.file(id)).shape, gone, id);
	assert.deepEqual((await i.reporter({ case: r.case, receipt: 'nonsense' }).attach(files)).shape, gone, 'nobody adds to a case of others');

	for (const n of [25000001, 40 << 20]) {
		const large = await me.attach([{ filename: 'large', bytes: Buffer.alloc(n) }]);
		assert.equal(large.status, 413, large.text);
	}
	const many = await me.attach(Array.from({ length: 11 }, (_, n) => ({ filename: `f${n}`, bytes: 'x' })));
	assert.ok([413, 422].includes(many.status), many.text);
	assert.equal((await me.get()).json.files.length, listed.length, 'nothing of what was refused stays');
});
