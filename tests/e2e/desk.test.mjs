// The desk through the running program: enrolment, sign-in, the queue, a case and every action on it, by forms as a
// browser without JavaScript sends them.
import assert from 'node:assert/strict';
import { multipart, request, scenario, totp } from './lib.mjs';

const password = 'four unrelated words here';

// A browser without JavaScript: cookies and forms.
class Browser {
	constructor(i) { this.i = i; this.cookies = {}; }

	async ask(method, target, o = {}) {
		const cookie = Object.entries(this.cookies).map(([k, v]) => `${k}=${v}`).join('; ');
		const a = await request(this.i.desk, method, target, { agent: this.i.agent, ...o,
			headers: { ...(cookie ? { Cookie: cookie } : {}), ...(method === 'GET' ? {} : { 'Sec-Fetch-Site': 'same-origin' }), ...o.headers } });
		for (const line of a.headers['set-cookie'] ?? []) {
			const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
			if (/Max-Age=0/.test(line))
				delete this.cookies[name];
			else
				this.cookies[name] = value;
		}
		return a;
	}
	async get(target, status = 200) {
		const a = await this.ask('GET', target);
		assert.equal(a.status, status, `${target}: ${a.text}`);
		this.page = a.text;
		return a;
	}
	token() { return this.page.match(/name="form_token" value="([^"]+)"/)[1]; }
	post(target, fields) {
		const body = new URLSearchParams([['form_token', fields.form_token ?? this.token()],
			...Object.entries(fields).filter(([k]) => k !== 'form_token')]).toString();
		return this.ask('POST', target, { body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
	}
	// Sends a form and follows the 303; gives the page.
	async does(target, fields) {
		const a = await this.post(target, fields);
		assert.equal(a.status, 303, a.text);
		return (await this.get(a.headers.location)).text;
	}
}

const pathOf = (url) => new URL(url).pathname;

// Enrols by LINK and gives {browser, secret}.
async function enrol(i, link, name) {
	const b = new Browser(i);
	const page = (await b.get(pathOf(link))).text;
	const secret = page.match(/id="totp-secret">([A-Z2-7 ]+)</)[1].replace(/ /g, '');
	assert.match(page, /<path class="ink" d="M/, 'the secret is shown as a picture too');
	const a = await b.post(pathOf(link), { name, email: `${name}@example.org`, password, password_again: password,
		code: totp(secret, i.now) });
	assert.equal(a.status, 303, a.text);
	assert.equal(a.headers.location, '/');
	assert.match(a.headers['set-cookie'].join('\n'), /__Host-session=vds_[^;]+; Path=\/; Secure; HttpOnly; SameSite=Strict/);
	return { b, secret };
}

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
	const early = await b.post(actions, { action: 'reopen' });
	assert.equal(early.status, 409, early.text);
	page = await b.does(actions, { action: 'fix', text: 'It is out.' });
	page = await b.does(actions, { action: 'close', reason: 'resolved' });
	assert.match(page, /closed · Resolved/);
	assert.match((await b.get('/')).text, /queue is empty/);
	assert.match((await b.get('/?state=closed')).text, new RegExp(r.case));
	page = await b.does(actions, { action: 'reopen' });
	assert.match(page, /open again/);
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
