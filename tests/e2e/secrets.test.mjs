// Where a receipt's code and the words of a report must never stand: logs, notices, addresses, the database. And what
// private answers say to caches.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { multipart, request, scenario, until } from './lib.mjs';

// Every file below DIR with its bytes.
function* files(dir) {
	for (const e of fs.readdirSync(dir, { withFileTypes: true, recursive: false })) {
		const at = path.join(dir, e.name);
		if (e.isDirectory())
			yield* files(at);
		else if (e.isFile())
			yield [at, fs.readFileSync(at)];
	}
}

// A secret as it might stand somewhere.
function forms(secret) {
	const b = Buffer.from(secret);
	const base64 = [0, 1, 2].map((k) => Buffer.concat([Buffer.alloc(k), b]).toString('base64').slice(k ? 4 : 0, -4));
	return [b, Buffer.from(b.toString('hex')), Buffer.from(b.toString('hex').toUpperCase()), Buffer.from(secret, 'utf16le'),
		...base64.filter((t) => t.length > 8).map((t) => Buffer.from(t)), Buffer.from(secret.toLowerCase()), Buffer.from(encodeURIComponent(secret)),
		Buffer.from([...b].map((c) => '%' + c.toString(16).padStart(2, '0')).join(''))];
}

class Browser {
	constructor(i) { this.i = i; this.jar = {}; this.seen = []; }
	async ask(method, target, body) {
		const cookie = Object.entries(this.jar).map(([k, v]) => `${k}=${v}`).join('; ');
		const a = await request(this.i.public, method, target, { body: body?.body, agent: this.i.agent,
			headers: { ...(cookie ? { Cookie: cookie } : {}), ...(body ? { 'Content-Type': body.type, 'Sec-Fetch-Site': 'same-origin' } : {}) } });
		for (const line of a.headers['set-cookie'] ?? []) {
			const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
			this.jar[name] = value;
		}
		this.page = a.text;
		this.seen.push(target, a.headers.location ?? '', ...(a.text.match(/(?:href|src|action)="[^"]*"/g) ?? []));
		return a;
	}
	post(target, fields) {
		const token = this.page.match(/name="form_token" value="([^"]+)"/)[1];
		return this.ask('POST', target, { type: 'application/x-www-form-urlencoded', body: new URLSearchParams({ form_token: token, ...fields }).toString() });
	}
}

scenario('a receipt code and the words of a report are nowhere that they could be read', async (i) => {
	const word = 'Quetzalcoatlus-7', title = 'Pterodaustro-in-the-title';
	const r = await i.report({ title, description: `the ${word} flies`, reporter: { name: 'Ada-Archaeopteryx', email: 'ada@nest.example' } }, { key: 'once' });
	const code = r.receipt.replace(/^EXW-\d+-\d+-/, ''), bare = code.replace(/-/g, '');
	const me = i.reporter(r), token = i.token();
	assert.equal((await me.post('messages', { text: `${word} again` })).status, 200);
	assert.equal((await me.attach([{ filename: `${word}.txt`, bytes: `a file of ${word}` }])).status < 300, true);
	await i.act(token, r.case, { action: 'message', text: `the team answers ${word}` });
	await i.act(token, r.case, { action: 'note', text: `a note of ${word}` });
	await i.act(token, r.case, { action: 'close', reason: 'resolved', text: `closed ${word}` });

	const b = new Browser(i);
	await b.ask('GET', '/case');
	const opened = await b.post('/case', { receipt: r.receipt });
	assert.equal(opened.status, 303, opened.text);
	assert.equal((await b.ask('GET', '/case')).status, 200);
	assert.ok(b.page.includes(word), 'the page is the case');
	assert.ok(!b.page.includes(bare) && !b.page.includes(code), 'the page does not show the code again');
	assert.equal((await b.post('/case', { receipt: r.receipt.slice(0, -1) + '2' })).status !== 500, true);
	for (const at of b.seen)
		assert.ok(!at.includes(bare) && !at.includes(code), `an address: ${at}`);
	for (const v of Object.values(b.jar))
		assert.ok(!Buffer.from(v, 'base64url').includes(bare) && !v.includes(bare) && !v.includes(code), 'the cookie is sealed');

	const outbox = path.join(i.dir, 'outbox');
	await until(() => [...files(outbox)].some(([, bytes]) => bytes.includes('ada@nest.example')), 10000, 'a notice for the reporter');
	await i.stop();
	const everything = [...files(i.dir), ['log', Buffer.from(i.log)], ['stdout', Buffer.from(i.out)]];
	assert.ok(everything.some(([at]) => at.endsWith('vdpd.db')) && everything.some(([at]) => at.includes('blobs')));
	for (const secret of [word, title, code, bare])
		for (const form of forms(secret))
			for (const [at, bytes] of everything)
				assert.ok(!bytes.includes(form), `${secret} stands in ${at} as ${form.toString('latin1')}`);
	for (const [at, bytes] of everything)
		if (!at.startsWith(outbox))
			assert.ok(!bytes.includes('ada@nest.example') && !bytes.includes('Archaeopteryx'), `the address or name stands in ${at}`);
	const planted = [['planted', Buffer.from(`x ${Buffer.from(word).toString('base64')} y`)]];
	assert.ok(forms(word).some((form) => planted[0][1].includes(form)), 'what is planted is found');
});

scenario('nothing private is kept by a cache, and what is not there looks like what is not yours', async (i) => {
	const r = await i.report({ description: 'x' }), token = i.token(), me = i.reporter(r);
	await me.attach([{ filename: 'a.txt', bytes: 'x' }]);
	const b = new Browser(i);
	await b.ask('GET', '/case');
	await b.post('/case', { receipt: r.receipt });
	const answers = {
		'the reporter\'s page': await b.ask('GET', '/case'), 'its file': await b.ask('GET', '/case/files/1'), 'the form': await b.ask('GET', '/report'),
		'the reporter\'s API': await me.get(), 'its attachment': await me.file(1), 'a wrong receipt': await i.reporter({ case: r.case, receipt: 'x' }).get(),
		'the staff API': await i.staff(token, 'GET', `/api/v1/cases/${r.case}`), 'the list': await i.staff(token, 'GET', '/api/v1/cases'),
		'the log': await i.staff(token, 'GET', '/api/v1/audit'), 'the desk\'s page': await i.staff(token, 'GET', `/cases/${r.case}`),
		'the queue': await i.staff(token, 'GET', '/'), 'a file at the desk': await i.staff(token, 'GET', `/api/v1/cases/${r.case}/files/1`),
		'the sign-in': await request(i.desk, 'GET', '/sign-in'), 'no sign-in': await request(i.desk, 'GET', `/cases/${r.case}`),
		'the enrolment': await request(i.desk, 'GET', '/enrol/vde_x'),
	};
	for (const [what, a] of Object.entries(answers)) {
		assert.equal(a.headers['cache-control'], 'no-store', `${what} (${a.status})`);
		assert.equal(a.headers['referrer-policy'], 'no-referrer', what);
		assert.match(a.headers['content-security-policy'], /default-src 'none'/, what);
	}
	// Unknown, foreign and malformed: byte for byte alike, on every route of a case.
	const gone = (await i.staff(token, 'GET', '/api/v1/cases/EXW-2026-9999')).shape;
	assert.equal(gone.status, 404);
	for (const other of ['EXW-1999-0001', 'ABC-2026-0001', 'nonsense', 'EXW-2026-0', 'EXW-2026-00000000000000000001', `${r.case}%20`, `${r.case}%0a`])
		assert.deepEqual((await i.staff(token, 'GET', `/api/v1/cases/${other}`)).shape, gone, other);
	const noFile = (await me.file(99)).shape;
	for (const other of [0, 2, 'x', -1, '1%20', '00', '18446744073709551616'])
		assert.deepEqual((await me.file(other)).shape, noFile, `attachment ${other}`);
	assert.deepEqual((await i.reporter({ case: 'EXW-2026-9999', receipt: r.receipt }).file(1)).shape, noFile, 'a file of a case that is not there');
	// Signed out, a case that is there and one that is not are alike.
	const there = await request(i.desk, 'GET', `/api/v1/cases/${r.case}`), absent = await request(i.desk, 'GET', '/api/v1/cases/EXW-2026-9999');
	assert.deepEqual(there.shape, absent.shape);
	assert.equal(there.status, 401);
});
