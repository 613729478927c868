// The desk through the running program: enrolment, sign-in, the queue, a case and every action on it, by forms as a
// browser without JavaScript sends them.
import assert from 'node:assert/strict';
import { Browser, enrol, password, pathOf } from './forms.mjs';
import { multipart, request, scenario, totp } from './lib.mjs';

const report = { title: 'Invoices of others can be read', description: 'Any number works.', impact: 'All invoices.',
	affected: ['https://app.exact.works/invoices/1', 'https://stripe.com/x'], severity: 'High',
	reporter: { name: 'Mira Okafor', email: 'mira@example.org' } };

scenario('enrolment, sign-in and sign-out', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const link = i.made.enrolment;
	const { b, secret } = await enrol(i, link, 'ana');
	assert.match((await b.get('/')).text, /No reports yet/);

	const used = new Browser(i);
	assert.match((await used.get(pathOf(link), 404)).text, /does not work/);

	const session = { ...b.cookies };
	assert.equal((await b.post('/sign-out', {})).headers.location, '/sign-in');
	b.cookies = session;
	assert.equal((await b.get('/', 303)).headers.location, '/sign-in', 'the session is over for keyd');

	const c = new Browser(i);
	assert.equal((await c.get('/cases/EXW-2026-0001', 303)).headers.location, '/sign-in?next=/cases/EXW-2026-0001');
	await c.get('/sign-in?next=/cases/EXW-2026-0001');
	const refused = await c.post('/sign-in', { name: 'ana', password, code: totp(secret, i.now) });
	assert.equal(refused.status, 403, 'a code serves once');
	assert.match(refused.text, /do not fit together/);
	assert.match(refused.text, /name="name" type="text" value="ana"/, 'what was typed is kept');
	assert.ok(!refused.text.includes(password));
	i.setClock(i.clock + 60);
	const a = await c.post('/sign-in', { name: 'ana', password, code: totp(secret, i.now), next: '/keys' });
	assert.equal(a.headers.location, '/keys');
	assert.match((await c.get('/keys')).text, /Keyboard/);
	assert.equal((await c.post('/sign-out', { form_token: 'x'.repeat(43) })).status, 403, 'a form of another session');
});

scenario('a case is answered, triaged, fixed, closed and opened again', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b } = await enrol(i, i.made.enrolment, 'ana');
	const r = await i.report(report, { headers: {} });
	const at = `/cases/${r.case}`, actions = `${at}/actions`;

	const queue = (await b.get('/')).text;
	assert.match(queue, /Invoices of others can be read/);
	assert.match(queue, /2026-03-04T09:00:00Z/, 'the promise of an answer');

	let page = (await b.get(at)).text;
	for (const words of ['Any number works.', 'All invoices.', 'Mira Okafor', 'mira@example.org', 'in scope', 'out of scope'])
		assert.ok(page.includes(words), words);
	assert.match(page, /The report lacks/);

	page = await b.does(actions, { action: 'acknowledge' });
	assert.match(page, /Acknowledged/);
	page = await b.does(actions, { action: 'message', text: 'We look at it today.' });
	assert.match(page, /class="message sent"[\s\S]*We look at it today\./);
	page = await b.does(actions, { action: 'note', text: 'Smells like February.' });
	assert.match(page, /class="message note-entry"[\s\S]*Smells like February\./);
	page = await b.does(actions, { action: 'request_info', text: 'Which browser?' });
	assert.match(page, /waiting for Mira Okafor/);
	assert.equal((await b.get('/?view=waiting')).text.match(/class="case"/g).length, 1);

	const seen = (await i.reporter(r).get()).json;
	assert.deepEqual(seen.thread.map((x) => [x.from, x.text]), [['team', 'We look at it today.'], ['team', 'Which browser?']]);
	assert.equal((await i.reporter(r).post('messages', { text: 'Any of them.' })).status, 200);
	page = (await b.get(at)).text;
	assert.match(page, /class="message got"[\s\S]*Any of them\./);

	const wrong = await b.post(actions, { action: 'triage', severity: 'critical', cvss: 'CVSS:3.1/AV:X', text: 'typed words' });
	assert.equal(wrong.status, 422, wrong.text);
	assert.match(wrong.text, /typed words/);
	assert.match(wrong.text, /CVSS:3.1\/AV:X/);
	b.page = wrong.text;
	page = await b.does(actions, { action: 'triage', severity: 'critical', cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', cwe: '639' });
	assert.match(page, /CWE-639/);
	assert.match(page, /9\.8/);
	page = await b.does(actions, { action: 'assign', to: '1' });
	assert.match(page, /assigned to ana/);
	assert.equal((await b.get('/?view=mine')).text.match(/class="case"/g).length, 1);
	assert.ok((await i.reporter(r).put('credit', { wanted: true, name: 'M. O.' })).status < 300);
	assert.ok((await i.reporter(r).post('letter')).status < 300);
	page = (await b.get(at)).text;
	assert.match(page, /wanted, as M\. O\./);
	assert.match(page, /Letter<\/dt><dd>asked for/);
	const early = await b.post(actions, { action: 'reopen' });
	assert.equal(early.status, 409, early.text);
	page = await b.does(actions, { action: 'fix', text: 'It is out.' });
	page = await b.does(actions, { action: 'close', reason: 'resolved' });
	assert.match(page, /closed · Resolved/);
	assert.match((await b.get('/')).text, /queue is empty/);
	assert.match((await b.get('/?state=closed')).text, new RegExp(r.case));
	page = await b.does(actions, { action: 'reopen' });
	assert.match(page, /open again/);
	const old = await b.post(actions, { form_token: 'x'.repeat(43), action: 'message', text: 'typed before' });
	assert.equal(old.status, 403);
	assert.match(old.text, /earlier session[\s\S]*typed before/, 'nothing that was typed is lost');
	const { '__Host-session': session } = b.cookies;
	delete b.cookies['__Host-session'];
	const out = await b.post(actions, { action: 'message', text: 'x' });
	assert.equal(out.status, 403);
	assert.match(out.text, /nothing was sent yet/);
	b.cookies['__Host-session'] = session;
	const dup = await b.post(actions, { action: 'close', reason: 'duplicate', of: 'EXW-2026-0999' });
	assert.equal(dup.status, 422, dup.text);
});

scenario('files go to the right side, and pictures are drawn anew', async (i) => {
	const { b } = await enrol(i, i.made.enrolment, 'ana');
	const r = await i.report(report, { headers: {} });
	const at = `/cases/${r.case}`;
	const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
	await b.get(at);
	const send = (action, text, files) => {
		const m = multipart([{ name: 'form_token', value: b.token() }, { name: 'action', value: action },
			{ name: 'text', value: text }, ...files.map((f) => ({ name: 'files', ...f }))]);
		return b.ask('POST', `${at}/actions`, { body: m.body, headers: { 'Content-Type': m.type } });
	};
	assert.equal((await send('message', 'See here.', [{ filename: 'shot.png', bytes: png }])).status, 303);
	assert.equal((await send('note', 'Ours.', [{ filename: 'dump.txt', bytes: Buffer.alloc(200000, 'secret ') }])).status, 303);
	const page = (await b.get(at)).text;
	assert.match(page, new RegExp(`src="${at}/files/1/picture"`));

	const seen = (await i.reporter(r).get()).json;
	assert.deepEqual(seen.thread.map((x) => [x.text, x.files.map((f) => f.name)]), [['See here.', ['shot.png']]]);
	assert.equal((await i.reporter(r).file(1)).status, 200);
	assert.equal((await i.reporter(r).file(2)).status, 404, 'a file of a note');

	const file = await b.get(`${at}/files/2`);
	assert.equal(file.bytes.length, 200000);
	assert.equal(file.headers['content-type'], 'application/octet-stream');
	assert.match(file.headers['content-disposition'], /^attachment; filename="?dump\.txt/);
	assert.match(file.headers['content-security-policy'], /sandbox/);
	const picture = await b.get(`${at}/files/1/picture`);
	assert.equal(picture.headers['content-type'], 'image/png');
	assert.equal(picture.headers['x-content-type-options'], 'nosniff');
	assert.equal(picture.bytes.subarray(0, 4).toString('latin1'), '\x89PNG');
	await b.get(`${at}/files/2/picture`, 404);
	await b.get(`${at}/files/3`, 404);
	await b.get(`${at}/files/x`, 404);
});

scenario('the staff API as the contract says', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b } = await enrol(i, i.made.enrolment, 'ana');
	const token = i.token('coordinator'), auditor = i.token('auditor'), analyst = i.token('analyst');
	const r = await i.report(report, { headers: {} });
	const at = `/api/v1/cases/${r.case}`;

	const list = (await i.staff(token, 'GET', '/api/v1/cases')).json;
	assert.equal(list.next, null);
	assert.deepEqual(list.items.map((c) => [c.case, c.title, c.state, c.severity, c.next]),
		[[r.case, report.title, 'new', null, { clock: 'acknowledge', due_at: '2026-03-04T09:00:00Z' }]]);
	assert.equal((await i.staff(auditor, 'GET', '/api/v1/cases')).json.items[0].title, null);
	assert.equal((await i.staff(token, 'GET', '/api/v1/cases?state=closed')).json.items.length, 0);
	assert.equal((await i.staff(token, 'GET', '/api/v1/cases?due_before=2026-03-03T00:00:00Z')).json.items.length, 0);
	assert.equal((await i.staff(token, 'GET', `/api/v1/cases?q=${r.case.toLowerCase()}`)).json.items.length, 1);
	for (const [query, pointer] of [['state=odd', '/state'], ['severity=odd', '/severity'], ['assignee=nobody', '/assignee'],
		['due_before=odd', '/due_before'], ['cursor=odd', '/cursor'], ['view=odd', '/view']]) {
		const a = await i.staff(token, 'GET', `/api/v1/cases?${query}`);
		assert.equal(a.status, 422, query);
		assert.equal(a.json.pointer, pointer);
	}

	for (const [who, target, status] of [[undefined, at, 401], ['vdt_' + 'x'.repeat(43), at, 401], [auditor, `${at}/files/1`, 403],
		[token, '/api/v1/cases/EXW-2026-0999', 404], [token, '/api/v1/cases/other', 404], [token, `${at}/files/1`, 404]]) {
		const a = await i.staff(who ?? '', 'GET', target);
		assert.equal(a.status, status, target);
		assert.equal(a.headers['content-type'], 'application/problem+json');
	}
	assert.equal((await b.ask('GET', at)).status, 401, 'a cookie opens no API');
	const figures = (await i.staff(auditor, 'GET', at)).json;
	assert.deepEqual([figures.case, figures.title, figures.state, figures.clocks.length], [r.case, null, 'new', 2]);
	assert.ok(!JSON.stringify(figures).includes('Any number works'));

	const bad = async (json, status, pointer) => {
		const a = await i.staff(token, 'POST', `${at}/actions`, { json });
		assert.equal(a.status, status, JSON.stringify(json) + a.text);
		assert.equal(a.json.pointer, pointer, a.text);
	};
	await bad({ action: 'dance' }, 422, '/action');
	await bad({ action: 'message' }, 422, '/text');
	await bad({ action: 'message', text: 'x', severity: 'high' }, 422, '/severity');
	await bad({ action: 'message', text: 'x', colour: 'red' }, 422, '/colour');
	await bad({ action: 'triage', severity: 'bad' }, 422, '/severity');
	await bad({ action: 'triage', severity: 'high', cwe: 'CWE-0' }, 422, '/cwe');
	await bad({ action: 'triage', severity: 'high', component: 'none such' }, 422, '/component');
	await bad({ action: 'assign', to: 'nobody' }, 422, '/to');
	await bad({ action: 'close', reason: 'withdrawn' }, 422, '/reason');
	await bad({ action: 'fix' }, 409, undefined);
	assert.equal((await i.staff(token, 'POST', `${at}/actions`, { body: '{', headers: { 'Content-Type': 'application/json' } })).status, 400);
	assert.equal((await i.staff(token, 'POST', `${at}/actions`, { body: '{}', headers: { 'Content-Type': 'text/plain' } })).status, 415);
	assert.equal((await i.staff(token, 'PUT', `${at}/actions`, { json: {} })).status, 405);
	await i.act(analyst, r.case, { action: 'close', reason: 'spam' }, 403);

	let c = await i.act(token, r.case, { action: 'acknowledge', text: 'Thank you.' });
	assert.equal(c.state, 'acknowledged');
	c = await i.act(analyst, r.case, { action: 'note', text: 'for us' });
	assert.deepEqual(c.notes.map((x) => x.text), ['for us']);
	c = await i.act(token, r.case, { action: 'triage', severity: 'Critical', cwe: 'CWE-79', text: 'We agree.' });
	assert.deepEqual([c.severity, c.cwe, c.state], ['critical', 79, 'triaged']);
	assert.deepEqual(c.thread.map((x) => x.text), ['Thank you.', 'We agree.']);
	assert.equal(c.clocks.find((x) => x.clock === 'fix').due_at, '2026-04-01T09:00:00Z');
	c = await i.act(token, r.case, { action: 'assign', to: 'ana' });
	assert.equal(c.assignee, 1);
	assert.equal((await i.staff(token, 'GET', '/api/v1/cases?assignee=ana')).json.items.length, 1);
	c = await i.act(token, r.case, { action: 'assign' });
	assert.equal(c.assignee, null);
	assert.deepEqual((await i.staff(token, 'GET', at)).json.report, report);

	const log = (await i.staff(auditor, 'GET', '/api/v1/audit')).json;
	assert.ok(log.items.some((x) => x.action === 'open_case' && x.cases.includes(r.case)), JSON.stringify(log));
	const older = (await i.staff(auditor, 'GET', `/api/v1/audit?cursor=${log.next ?? 2}`)).json;
	assert.ok(older.items.every((x) => x.id < (log.next ?? 2)));
	assert.equal((await i.staff(token, 'GET', '/api/v1/openapi.json')).json.openapi, '3.1.0');
	assert.equal((await i.staff(auditor, 'GET', '/api/v1/people')).json.items[0].name, 'ana');
	assert.match((await i.staff(auditor, 'GET', '/metrics')).text, /vdpd_desk_writes_total \d+\n[\s\S]*# EOF\n$/);
	assert.equal((await i.staff('', 'GET', '/healthz')).status, 200);
});

scenario('a report that came another way', async (i) => {
	i.setClock('2026-03-10T09:00:00Z');
	const token = i.token('coordinator'), analyst = i.token('analyst');
	const json = { ...report, received_at: '2026-03-09T09:00:00Z', channel: 'mail' };
	const post = (who, body, headers) => i.staff(who, 'POST', '/api/v1/cases', { json: body, headers });
	assert.equal((await post(analyst, json)).status, 403);
	const a = await post(token, json, { 'Idempotency-Key': 'k1' });
	assert.equal(a.status, 201, a.text);
	assert.equal(a.json.received_at, json.received_at);
	assert.deepEqual(a.json.promises[0], { clock: 'acknowledge', due_at: '2026-03-11T09:00:00Z' });
	assert.deepEqual((await post(token, json, { 'Idempotency-Key': 'k1' })).json, a.json, 'the same request again');
	const c = (await i.staff(token, 'GET', `/api/v1/cases/${a.json.case}`)).json;
	assert.equal(c.channel, 'mail');
	assert.deepEqual(c.report, { ...report, severity: 'high' });
	assert.equal(c.events[0].recorded_at, '2026-03-10T09:00:00Z');
	assert.equal((await i.reporter(a.json).get()).status, 200, 'the receipt works');
	for (const [wrong, pointer] of [[{ received_at: '2026-03-11T09:00:00Z' }, '/received_at'], [{ channel: 'pigeon' }, '/channel'],
		[{ description: '' }, '/description'], [{ odd: 1 }, '/odd']]) {
		const b = await post(token, { ...json, ...wrong });
		assert.equal(b.status, 422, b.text);
		assert.equal(b.json.pointer, pointer);
	}
});

scenario('roles: an auditor sees numbers and dates, an administrator makes links', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b } = await enrol(i, i.made.enrolment, 'ana');
	const r = await i.report(report, { headers: {} });
	await b.get('/settings/people');
	const made = await b.post('/settings/people', { name: 'chi', role: 'auditor' });
	assert.equal(made.status, 200, made.text);
	const link = made.text.match(/http:\/\/[^<]*\/enrol\/vde_[A-Za-z0-9_-]+/)[0];
	const { b: chi } = await enrol(i, link, 'chi');
	const queue = (await chi.get('/')).text;
	assert.ok(queue.includes(r.case) && !queue.includes(report.title), 'numbers and dates only');
	await chi.get(`/cases/${r.case}`, 403);
	await chi.get('/settings/people', 403);
	await chi.get('/keys');
	assert.match((await b.get('/settings/people/2')).text, /Disable chi/);
	assert.match(await b.does('/settings/people/2', { action: 'disable' }), /Shut out/);
	assert.equal((await chi.get('/', 303)).headers.location, '/sign-in');
});

scenario('a case that is filled up can still be read and closed', async (i) => {
	const { b } = await enrol(i, i.made.enrolment, 'ana');
	const r = await i.report({ ...report, title: '<script>alert(1)</script>', description: '"><img src=x onerror=alert(1)>' }, { headers: {} });
	const text = '\u{1f41b}'.repeat(50000);
	let last = 200, n = 0;
	for (; last === 200 && n < 40; n++)
		last = (await i.reporter(r).post('messages', { text })).status;
	assert.equal(last, 413);
	assert.ok(n > 15 && n < 30, `${n} messages`);
	const page = (await b.get(`/cases/${r.case}`)).text;
	assert.ok(page.includes('&lt;script&gt;alert(1)') && !page.includes('<script>alert') && !page.includes('<img src=x'));
	const done = await b.does(`/cases/${r.case}/actions`, { action: 'close', reason: 'spam', text: 'Enough.' });
	assert.match(done, /closed · Spam/);
	assert.equal((await i.staff(i.token(), 'GET', `/api/v1/cases/${r.case}`)).json.thread.length, n);
});

scenario('the queue has pages, filters and an order', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b } = await enrol(i, i.made.enrolment, 'ana');
	const token = i.token('coordinator'), numbers = [];
	for (let n = 0; n < 120; n++) {
		i.setClock(i.clock + 60);
		numbers.push((await i.report({ description: `d${n}`, title: `T${n}` }, { headers: {} })).case);
	}
	const shown = (text) => [...text.matchAll(/class="case" href="\/cases\/([^"]+)"/g)].map((m) => m[1]);
	let seen = [], text = (await b.get('/')).text;
	for (let n = 0; ; n++) {
		seen.push(...shown(text));
		const next = text.match(/<a href="([^"]+)" rel="next">/);
		if (!next)
			break;
		assert.ok(n < 5);
		text = (await b.get(next[1].replaceAll('&amp;', '&'))).text;
	}
	assert.deepEqual(seen, numbers, 'all of them once, the promise that falls due first on top');

	await i.act(token, numbers[119], { action: 'triage', severity: 'critical' });
	assert.deepEqual(shown((await b.get('/?severity=critical')).text), [numbers[119]]);
	assert.deepEqual(shown((await b.get('/?state=triaged')).text), [numbers[119]]);
	assert.equal(shown((await b.get('/?view=mine')).text).length, 0);
	assert.deepEqual(shown((await b.get(`/?view=all&q=${numbers[7]}`)).text), [numbers[7]]);
	assert.match((await b.get('/?view=all&q=words')).text, /found by their number alone/);

	seen = [];
	for (let cursor = ''; cursor !== null;) {
		const page = (await i.staff(token, 'GET', `/api/v1/cases?cursor=${cursor}`)).json;
		seen.push(...page.items.map((c) => c.case));
		cursor = page.next;
	}
	assert.deepEqual(seen, [...numbers].reverse(), 'the API lists the newest first');
	assert.equal((await i.staff(token, 'GET', '/api/v1/cases?q=words')).status, 422);
});

scenario('bad forms and files get what the contract says', async (i) => {
	const { b } = await enrol(i, i.made.enrolment, 'ana');
	const r = await i.report(report, { headers: {} });
	const at = `/cases/${r.case}`;
	await b.get(at);
	const send = (fields, files) => {
		const m = multipart([...Object.entries(fields).map(([name, value]) => ({ name, value })), ...files.map((f) => ({ name: 'files', ...f }))]);
		return b.ask('POST', `${at}/actions`, { body: m.body, headers: { 'Content-Type': m.type } });
	};
	const ok = { form_token: b.token(), action: 'message', text: 'x' };
	const small = { filename: 'a.txt', bytes: Buffer.from('a') };
	assert.equal((await send({ ...ok, form_token: 'odd' }, [small])).status, 403);
	assert.equal((await send({ ...ok, action: 'fix' }, [small])).status, 422);
	assert.equal((await send(ok, Array(11).fill(small))).status, 413, 'more files than the policy takes');
	assert.equal((await send(ok, [{ filename: 'a.bin', bytes: Buffer.alloc(26e6) }])).status, 413, 'larger than the policy takes');
	assert.equal((await send({ ...ok, text: '' }, [])).status, 422);
	assert.equal((await send(ok, [{ filename: '', bytes: '' }])).status, 303, 'a file field that was left empty');
	const type = { headers: { 'Content-Type': 'text/plain' } };
	assert.equal((await b.ask('POST', `${at}/actions`, { body: 'x', ...type })).status, 415);
	assert.equal((await b.ask('PUT', `${at}/actions`)).status, 405);
	assert.equal((await b.ask('POST', `${at}/actions`, { body: 'a=%FF', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })).status, 400);
	assert.equal((await b.ask('POST', `${at}/actions`, { body: 'a=b', headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'cross-site' } })).status, 403);
	assert.equal((await b.ask('GET', '/cases/EXW-2026-0002')).text, (await b.ask('GET', '/nothing')).text, 'unknown and absent are alike');
	const long = await b.post(`${at}/actions`, { action: 'note', text: 'n'.repeat(50001) });
	assert.equal(long.status, 422);
	assert.ok(long.text.includes('n'.repeat(50001)), 'what was typed is kept');
	b.page = long.text;
	assert.equal((await i.reporter(r).get()).json.thread.length, 1, 'nothing of this was done but the one message');
	assert.match(await b.does('/sign-out', { everywhere: 'yes' }), /Sign in/);
	await b.get('/', 303);
});

scenario('keyd is killed and started again under the desk', async (i) => {
	const { b } = await enrol(i, i.made.enrolment, 'ana');
	const r = await i.report(report, { headers: {} });
	await i.kill('keyd');
	await b.get(`/cases/${r.case}`);
	await b.does(`/cases/${r.case}/actions`, { action: 'acknowledge' });
	await i.kill('desk');
	const form = b.token();
	await b.get(`/cases/${r.case}`);
	assert.equal(b.token(), form, 'a form that was open is still good');
	assert.match(await b.does(`/cases/${r.case}/actions`, { action: 'message', text: 'Back.' }), /Back\./);
});
