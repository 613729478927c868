// What a hostile or broken client gets, and that nobody else is hurt by it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { multipart, request, scenario, slow, sleep } from './lib.mjs';

const json = { 'Content-Type': 'application/json' };
const send = (i, body, headers = json) => i.ask('POST', '/api/v1/reports', { body, headers });

// A well person's request while others misbehave: answered, and soon.
async function well(i, what) {
	const begun = Date.now();
	assert.equal((await i.get('/healthz')).status, 200, what);
	await i.report({ description: `meanwhile: ${what}` });
	assert.ok(Date.now() - begun < 2000 * slow, `${what}: others waited ${Date.now() - begun} ms`);
}

scenario('methods, paths and types', async (i) => {
	for (const [method, path, allow] of [
		['DELETE', '/api/v1/reports', 'POST, OPTIONS'], ['GET', '/api/v1/reports', 'POST, OPTIONS'],
		['PUT', '/api/v1/reports/EXW-2026-0001', 'GET, HEAD, OPTIONS'], ['DELETE', '/', 'GET, HEAD, OPTIONS'],
		['POST', '/policy', 'GET, HEAD, OPTIONS'], ['DELETE', '/report', 'GET, POST, HEAD, OPTIONS'],
		['BREW', '/healthz', 'GET, HEAD, OPTIONS']]) {
		const bytes = await i.raw(`${method} ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
		assert.match(bytes, /^HTTP\/1\.1 405 /, `${method} ${path}`);
		assert.equal(bytes.match(/^Allow: (.*)\r$/m)?.[1], allow, `${method} ${path}`);
	}
	const nothing = (await i.get('/nothing')).shape;
	assert.equal(nothing.status, 404);
	for (const path of ['/Report', '/report/', '//report', '/report/x', '/.env', '/letters/abc', '/api', '/policy/' + 'a'.repeat(64),
		'/policy/..%2f..%2fkeys', '/assets/../keys/storage.key', '/x'.repeat(500)])
		assert.deepEqual((await i.get(path)).shape, nothing, path);
	const missing = (await i.get('/api/v1/nothing')).shape;
	assert.equal(missing.headers['content-type'], 'application/problem+json');
	assert.deepEqual((await i.get('/api/v1/reports/x/y/z')).shape, missing);

	const body = '{"description":"x"}';
	for (const type of [undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonx', 'multipart/form-data; boundary=x'])
		assert.equal((await send(i, body, type ? { 'Content-Type': type } : {})).status, 415, type);
	for (const type of ['application/json', 'Application/JSON', 'application/json; charset=utf-8', 'application/json;charset="UTF-8"'])
		assert.equal((await send(i, body, { 'Content-Type': type })).status, 201, type);
	await well(i, 'after all of these');
});

scenario('a body that is too large', async (i) => {
	const large = JSON.stringify({ description: 'x'.repeat(3 << 20) });
	assert.equal((await send(i, large)).status, 413, 'by its length');
	const head = 'POST /api/v1/reports HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n';
	assert.match(await i.raw(`${head}Transfer-Encoding: chunked\r\n\r\n` +
		`${(750000).toString(16)}\r\n${'x'.repeat(750000)}\r\n`.repeat(2) + '0\r\n\r\n'), /^HTTP\/1\.1 413 /, 'by what came');
	assert.match(await i.raw(`${head}Content-Length: 99999999999\r\n\r\n{`), /^HTTP\/1\.1 413 /, 'before it is sent');
	for (const n of ['-1', '1e3', 'x', '99999999999999999999999'])
		assert.match(await i.raw(`${head}Content-Length: ${n}\r\n\r\n{}`), /^HTTP\/1\.1 4(00|13) /, `length ${n}`);
	assert.match(await i.raw(`${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`), /^HTTP\/1\.1 400 /, 'both');
	await well(i, 'a large body');
});

scenario('broken JSON, UTF-8 and multipart say where', async (i) => {
	const is400 = async (body, where, headers) => {
		const a = await send(i, body, headers);
		assert.equal(a.status, 400, `${JSON.stringify(String(body).slice(0, 60))}: ${a.text}`);
		assert.equal(a.headers['content-type'], 'application/problem+json');
		assert.match(a.json.detail, where);
	};
	await is400('', /line 1, column/);
	await is400('{"description":"a",\n "x" 1}', /line 2, column \d/);
	await is400('{"description":"a"} {}', /line 1, column 2\d/);
	await is400('{"description":"a","description":"b"}', /twice/);
	await is400('['.repeat(100000), /levels, at byte 16/);
	await is400('{"description":"a\u0000b"}', /at byte 17/);
	await is400('{"description":"a\\u0000b"}', /NUL/);
	await is400('{"description":"a\\ud800b"}', /line 1/);
	for (const [bytes, what] of [['c080', 'overlong NUL'], ['c0af', 'overlong /'], ['e080af', 'overlong / in three'], ['eda080', 'a surrogate'],
		['f4908080', 'over U+10FFFF'], ['ff', 'no UTF-8'], ['e282', 'a cut character']])
		await is400(Buffer.concat([Buffer.from('{"description":"'), Buffer.from(bytes, 'hex'), Buffer.from('"}')]), /at byte 16/, json, what);
	for (const number of ['1e999', '9'.repeat(400)])
		assert.ok([400, 422].includes((await send(i, `{"description":${number}}`)).status));

	for (const path of ['/%00', '/%c0%af', '/%zz', '/%e2%82', '/api/v1/reports/%ff', '/%'])
		assert.equal((await i.get(path)).status, 400, path);
	for (const line of ['GET /\u0000 HTTP/1.1', 'GET /healthz\u0000?a=b HTTP/1.1', 'GET /healthz?a\u0000 HTTP/1.1', 'GET /', 'GET /a b HTTP/1.1', 'GET', '\u0000\u0001\u0002', 'GET / HTTP/9.9', 'GET /\u00ff HTTP/1.1'])
		assert.match(await i.raw(Buffer.from(`${line}\r\nHost: a\r\nConnection: close\r\n\r\n`, 'latin1')), /^(HTTP\/1\.[01] [45]\d\d |$)/, JSON.stringify(line));
	assert.match(await i.raw('GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\u0001c\r\nConnection: close\r\n\r\n'), /^HTTP\/1\.1 400 /);

	const r = await i.report({ description: 'x' });
	const auth = { Authorization: `Receipt ${r.receipt}` };
	const attach = (body, type) => i.ask('POST', `/api/v1/reports/${r.case}/attachments`, { body, headers: { ...auth, 'Content-Type': type } });
	const form = multipart([{ name: 'file', filename: 'a.txt', bytes: 'abc' }]);
	for (const [body, type] of [[form.body, 'multipart/form-data'], [form.body, 'multipart/form-data; boundary='],
		[form.body, 'multipart/form-data; boundary=other'], [form.body.subarray(0, form.body.length - 10), form.type],
		[form.body, `multipart/form-data; boundary=${'b'.repeat(71)}`],
		[Buffer.from(form.body.toString().replace('Content-Disposition', 'Content-Dispo')), form.type]]) {
		const a = await attach(body, type);
		assert.equal(a.status, 400, `${type}: ${a.text}`);
		assert.ok(a.json.detail);
	}
	assert.deepEqual((await i.reporter(r).get()).json.files, [], 'nothing of these was kept');
	await well(i, 'broken input');
});

scenario('a field that is not understood: a pointer, and the form keeps what was typed', async (i) => {
	const get = await i.get('/report');
	const cookie = (get.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]).join('; ');
	const hidden = [...get.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => ({ name, value }));
	assert.ok(hidden.length > 0);
	const typed = 'Steps with <b>"quotes"</b> & more';
	const form = multipart([...hidden, { name: 'description', value: 'y'.repeat(50001) }, { name: 'steps', value: typed },
		{ name: 'title', value: 'A title' }]);
	const a = await i.ask('POST', '/report', { body: form.body, headers: { Cookie: cookie, 'Content-Type': form.type } });
	assert.equal(a.status, 422, a.text.slice(0, 300));
	assert.match(a.text, /Steps with &lt;b&gt;&quot;quotes&quot;&lt;\/b&gt; &amp; more/);
	assert.match(a.text, /A title/);
	assert.match(a.text, /longer than 50,?000 characters/);
	assert.ok(a.text.includes('y'.repeat(50001)), 'what was too long is still there to be shortened');
	assert.equal((await i.report({ description: 'the first' })).case.slice(-4), '0001', 'no case came of it');
});

scenario('ten thousand headers, and a long one', async (i) => {
	const many = Array.from({ length: 10000 }, (_, n) => `X-${n}: ${n}\r\n`).join('');
	assert.match(await i.raw(`GET /healthz HTTP/1.1\r\nHost: a\r\n${many}\r\n`), /^(HTTP\/1\.1 4(31|13|00) |$)/);
	assert.match(await i.raw(`GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: ${'a'.repeat(100000)}\r\n\r\n`), /^(HTTP\/1\.1 4(31|13|00) |$)/);
	assert.match(await i.raw(`GET /${'a'.repeat(100000)} HTTP/1.1\r\nHost: a\r\n\r\n`), /^(HTTP\/1\.1 4(14|31|13|00|04) |$)/);
	const few = Array.from({ length: 60 }, (_, n) => `X-${n}: ${n}\r\n`).join('');
	assert.match(await i.raw(`GET /healthz HTTP/1.1\r\nHost: a\r\n${few}Connection: close\r\n\r\n`), /^HTTP\/1\.1 200 /);
	await well(i, 'ten thousand headers');
});

scenario('slow clients and half-sent bodies hurt nobody, and are let go', { timeout: 150000 }, async (i) => {
	const { hostname, port } = new URL(i.public);
	const open = (bytes) => new Promise((resolve) => {
		const s = net.connect(Number(port), hostname, () => { s.write(bytes); resolve(s); });
		s.on('error', () => {});
		s.on('data', () => {});
	});
	const sockets = [];
	for (let n = 0; n < 100; n++) {
		sockets.push(await open('GET /healthz HTTP/1.1\r\nHost: a\r\nX-'));
		sockets.push(await open(`POST /api/v1/reports HTTP/1.1\r\nHost: a\r\n${'Content-Type: application/json\r\nContent-Length: 500\r\n\r\n'}{"descr`));
	}
	const drip = setInterval(() => sockets.slice(0, 40).forEach((s) => s.destroyed || s.write('a')), 1000);
	for (let n = 0; n < 10; n++) {
		await well(i, 'two hundred slow clients');
		await sleep(100);
	}
	// Half of a report, and gone: no case comes of it.
	const before = Number((await i.report({ description: 'before' })).case.slice(-4));
	for (let n = 0; n < 50; n++)
		(await open(`POST /api/v1/reports HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n{"description":"half`)).destroy();
	assert.equal(Number((await i.report({ description: 'after' })).case.slice(-4)), before + 1);
	const begun = Date.now();
	while (sockets.some((s) => !s.closed)) {
		assert.ok(Date.now() - begun < 90000 * slow, 'slow clients are let go in the end');
		await sleep(200);
	}
	clearInterval(drip);
	await well(i, 'they are gone');
});

scenario('too many requests: 429 and when to come again', { limits: true }, async (i) => {
	let refused, n = 0;
	for (; n < 200 && !refused; n++) {
		const a = await i.ask('POST', '/api/v1/reports', { json: { description: 'again' } });
		if (a.status !== 201)
			refused = a;
	}
	assert.equal(refused?.status, 429, `${n} reports in a row`);
	assert.match(refused.headers['retry-after'], /^[1-9]\d*$/);
	assert.equal(refused.headers['content-type'], 'application/problem+json');
	assert.ok(n > 5, 'a handful of reports in a row is fine');
	assert.equal((await i.get('/healthz')).status, 200);
	assert.equal((await i.get('/')).status, 200, 'reading goes on');
	let tries = 0, a;
	do
		a = await i.reporter({ case: 'EXW-2026-0001', receipt: randomBytes(16).toString('hex') }).get();
	while (a.status === 404 && ++tries < 500);
	assert.equal(a.status, 429, 'receipts cannot be guessed for long');
});

scenario('the desk is as hard', async (i) => {
	const ask = (method, target, o) => request(i.desk, method, target, { agent: i.agent, ...o });
	const r = await i.report({ description: 'x' });
	assert.equal((await ask('GET', `/api/v1/cases/${r.case}`)).status, 401);
	const foreign = (await ask('GET', '/api/v1/cases/EXW-2026-0999')).shape;
	assert.deepEqual((await ask('GET', `/api/v1/cases/${r.case}`)).shape, foreign, 'who is nobody learns of no case');
	for (const token of ['', 'x', 'vdt_' + 'A'.repeat(43), 'A'.repeat(5000)])
		assert.equal((await i.staff(token, 'GET', '/api/v1/cases')).status, 401, token);
	const token = i.token('coordinator');
	const absent = (await i.staff(token, 'GET', '/api/v1/cases/EXW-2026-0999')).shape;
	assert.equal(absent.status, 404);
	for (const number of ['EXW-1999-0001', 'nonsense', 'EXW-2026-99999999999999999999', '%00x'.slice(3)])
		assert.deepEqual((await i.staff(token, 'GET', `/api/v1/cases/${number}`)).shape, absent, number);
	const act = (j, status, pointer) => i.act(token, r.case, j, status).then((a) => pointer && assert.equal(a.pointer, pointer, JSON.stringify(j)));
	await act({ action: 'explode' }, 422, '/action');
	await act({}, 422, '/action');
	await act({ action: 'triage' }, 422, '/severity');
	await act({ action: 'triage', severity: 'urgent' }, 422, '/severity');
	await act({ action: 'note' }, 422, '/text');
	await act({ action: 'close', reason: 'tired' }, 422, '/reason');
	await act({ action: 'note', text: 'x', shout: true }, 422, '/shout');
	await act({ action: 'reopen' }, 409);
	for (const q of ['state=odd', 'severity=x', 'cursor=zzz', 'due_before=soon']) {
		const a = await i.staff(token, 'GET', `/api/v1/cases?${q}`);
		assert.ok([400, 422].includes(a.status), `${q}: ${a.status}`);
	}
	const a = await i.staff(token, 'DELETE', '/api/v1/cases');
	assert.equal(a.status, 405);
	assert.equal(a.headers.allow, 'GET, POST, HEAD, OPTIONS');
});
