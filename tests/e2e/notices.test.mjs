// What the courier sends in the life of a case, through the running program: as files, and over a real SMTP server
// that turns it away at first. No message may hold a word of a report, or a receipt's code.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Browser } from './forms.mjs';
import { request, rfc3339, scenario, seconds, sleep, top, totp, until, vdpd } from './lib.mjs';

const H = 3600, D = 86400, start = seconds('2026-03-02T09:00:00Z');
const password = 'four unrelated words here';
const words = ['Zimbelstern', 'Quittenbrot', 'Mira', 'Okafor', 'Wendeltreppe'];
const report = { title: 'The Zimbelstern turns backwards', description: 'Quittenbrot in the drawer.', severity: 'Critical',
	reporter: { name: 'Mira Okafor', email: 'r7@example.org' } };
const answer = 'Wendeltreppe first, please.';

async function enrol(i, link, name) {
	const at = new URL(link).pathname;
	const form = await request(i.desk, 'GET', at), page = form.text;
	const cookie = (form.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]).join('; ');
	const secret = page.match(/id="totp-secret">([A-Z2-7 ]+)</)[1].replace(/ /g, '');
	const a = await request(i.desk, 'POST', at, {
		headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin', Cookie: cookie },
		body: new URLSearchParams({ form_token: page.match(/name="form_token" value="([^"]+)"/)?.[1] ?? '', name, email: `${name}@team.example`, password, password_again: password,
			code: totp(secret, i.now) }).toString() });
	assert.equal(a.status, 200, a.text);
	i.secrets = { ...i.secrets, [name]: secret };
}

async function signIn(i, name) {
	const b = new Browser(i);
	await b.get('/sign-in');
	const a = await b.post('/sign-in', { name, password, code: totp(i.secrets[name], i.now + 30) }); // the next one: the first served the enrolment
	assert.equal(a.status, 303, a.text);
	return b;
}

// ana (1) coordinates, ben (2) analyses, eve (3) audits.
async function team(i) {
	await enrol(i, i.made.enrolment, 'ana');
	for (const [name, role] of [['ben', 'analyst'], ['eve', 'auditor']]) {
		const r = vdpd(['member', 'invite', '--role', role, '--json', '-C', i.dir]);
		assert.equal(r.status, 0, r.err);
		await enrol(i, JSON.parse(r.out).enrolment, name);
	}
	return i.token();
}

// Does WHAT while no courier runs: who joins the team is told to nobody then, and the outbox begins empty.
async function quietly(i, what) {
	await i.serve({ env: { VDPD_ROLES: i.roles.filter((r) => r !== 'courier').join(',') } });
	i.setClock(start);
	const made = await what(i);
	await i.stop();
	await i.serve();
	i.setClock(start);
	return made;
}
const alone = (i) => quietly(i, async () => { await enrol(i, i.made.enrolment, 'ana'); return i.token(); });

// A message apart: its headers by name, and its text.
function parse(mail) {
	const [head, ...rest] = mail.split('\r\n\r\n');
	const headers = Object.fromEntries(head.split('\r\n').map((l) => l.match(/^([^:]+): (.*)$/).slice(1)));
	return { headers, text: rest.join('\r\n\r\n'), mail };
}

function innocent(mail, r) {
	const forms = (w) => [w, Buffer.from(w).toString('base64').replace(/=+$/, ''), Buffer.from(w).toString('hex'), encodeURIComponent(w)];
	const code = r.receipt.slice(r.case.length + 1);
	for (const word of [...words, code, code.replaceAll('-', ''), code.slice(0, 5)])
		for (const form of forms(word))
			assert.ok(!mail.toLowerCase().includes(form.toLowerCase()), `"${word}" in\n${mail}`);
}

const outbox = (i) => path.join(i.dir, 'outbox');

// Waits for N messages, takes them out of the outbox and gives "to subject" in order; WITHIN s of real time.
async function mails(i, n, within = 5) {
	const names = () => fs.readdirSync(outbox(i)).filter((f) => f.endsWith('.eml'));
	if (n > 0)
		await until(() => names().length >= n, within * 1000, `${names().length} of ${n} messages came\n${i.log}`);
	await sleep(n > 0 ? 300 : 2000);
	const got = names().map((f) => {
		const file = path.join(outbox(i), f), m = parse(fs.readFileSync(file, 'utf8'));
		assert.equal(fs.statSync(file).mode & 0o777, 0o600);
		fs.unlinkSync(file);
		return m;
	});
	got.lines = got.map((m) => `${m.headers.To} ${m.headers.Subject}`).sort();
	return got;
}

scenario('the life of a case, as files', { start: false }, async (i) => {
	await i.init();
	const token = await quietly(i, team);
	const r = await i.report(report, { headers: {} });
	const all = [];
	const expect = async (...lines) => {
		const got = await mails(i, lines.length);
		assert.deepEqual(got.lines, lines.map((l) => l.replace('CASE', `[${r.case}]`)));
		for (const m of got)
			innocent(m.mail, r);
		all.push(...got);
		return got;
	};
	const go = (to) => i.setClock(start + to);

	let [m] = await expect('<ana@team.example> CASE New report', '<ben@team.example> CASE New report');
	assert.equal(m.headers.From, '"exact.works Security Team" <security@exact.works>');
	assert.equal(m.headers['Auto-Submitted'], 'auto-generated');
	assert.equal(m.headers['Content-Type'], 'text/plain; charset=utf-8');
	assert.equal(m.headers.Date, new Date(start * 1000).toUTCString().replace('GMT', '+0000'));
	assert.match(m.headers['Message-ID'], /^<[0-9.]+@127\.0\.0\.1>$/);
	assert.ok(m.text.includes('Next promise: First answer, by 2026-03-04 09:00 UTC.'), m.text);
	assert.ok(m.text.includes(`${i.desk}/cases/${r.case}\r\n`), m.text);

	go(36 * H - 1);
	await expect();
	go(36 * H);
	[m] = await expect('<ana@team.example> CASE First answer is due 2026-03-04 09:00 UTC',
		'<ben@team.example> CASE First answer is due 2026-03-04 09:00 UTC');
	assert.match(m.text, /75 % of the time/);
	go(48 * H);
	await expect('<ana@team.example> CASE Missed: First answer', '<ben@team.example> CASE Missed: First answer');

	await i.act(token, r.case, { action: 'assign', to: '2' });
	await expect('<ben@team.example> CASE Assigned to you');
	go(49 * H);
	await i.act(token, r.case, { action: 'acknowledge', text: answer });
	await i.act(token, r.case, { action: 'message', text: answer });
	[m] = await expect('<r7@example.org> CASE There is an answer to your report');
	assert.ok(m.text.includes(`${i.public}/case\r\n`), m.text);
	assert.ok(!m.text.includes(i.desk));
	assert.equal((await i.reporter(r).post('messages', { text: answer })).status, 200);
	await expect('<ben@team.example> CASE The reporter has written');

	// Severity, then a fortnight in which something happens shortly before the mark, and then nothing.
	await i.act(token, r.case, { action: 'triage', severity: 'critical' });
	go(50 * H);
	await expect('<r7@example.org> CASE There is an answer to your report');
	go(49 * H + 10 * D);
	await i.act(token, r.case, { action: 'note', text: answer });
	go(49 * H + 10.5 * D);
	[m] = await expect('<ben@team.example> CASE Tell the reporter how it stands');
	assert.ok(m.text.includes(`by\r\n${rfc3339(start + 49 * H + 14 * D).slice(0, 16).replace('T', ' ')} UTC`), m.text);
	go(49 * H + 14 * D);
	await expect('<ana@team.example> CASE Missed: Status update', '<ben@team.example> CASE Missed: Status update');
	await i.act(token, r.case, { action: 'fix' });
	await i.act(token, r.case, { action: 'close', reason: 'resolved' });
	await expect('<r7@example.org> CASE There is an answer to your report');
	go(100 * D);
	await expect(); // nothing is promised any more

	const ids = all.map((x) => x.headers['Message-ID']);
	assert.equal(new Set(ids).size, ids.length);
	assert.equal(new Set(all.map((x) => x.headers.References)).size, 1, 'a case is one thread');
	assert.equal(vdpd(['audit', 'verify', '-C', i.dir]).status, 0);
	assert.equal(vdpd(['doctor', '-C', i.dir]).status, 0);
});

// A relay with OPTIONS; gives {port, got: lines, stop}.
async function relay(...options) {
	const child = spawn('/usr/bin/python3', [path.join(top, 'tests/e2e/notices_relay.py'), ...options],
		{ stdio: ['pipe', 'pipe', 'pipe'] });
	let out = '', err = '';
	child.stdout.on('data', (d) => { out += d; });
	child.stderr.on('data', (d) => { err += d; });
	const lines = () => out.split('\n').slice(0, -1).map((l) => JSON.parse(l));
	await until(() => lines().length > 0, 10000, `the relay did not start\n${err}`);
	return { port: lines()[0].port, tries: () => lines().filter((l) => l.rcpt), mails: () => lines().filter((l) => l.mail),
		stop: () => child.stdin.end() };
}

const over = (port, tls, more = '') => (text) => text.replace(/^notices:[\s\S]*$/m,
	`notices:\n  transport: smtp\n  smtp:\n    host: localhost\n    port: ${port}\n    tls: ${tls}\n${more}`);

scenario('a relay that turns it away at first', { start: false }, async (i) => {
	const peer = await relay('451 4.7.1 later', '451 4.7.1 later', '250 OK');
	try {
		await i.init({ config: over(peer.port, 'none') });
		await alone(i);
		const r = await i.report(report, { headers: {} });
		await until(() => peer.tries().length === 1, 5000, i.log);
		await sleep(1500);
		assert.equal(peer.tries().length, 1, 'it is not asked again at once');
		i.setClock(start + 61);
		await until(() => peer.tries().length === 2, 5000, i.log);
		i.setClock(start + 61 + 61);
		await sleep(1500);
		assert.equal(peer.tries().length, 2, 'the second wait is longer');
		i.setClock(start + 61 + 121);
		await until(() => peer.mails().length === 1, 5000, i.log);
		i.setClock(start + D);
		await sleep(1500);
		const [m] = peer.mails();
		assert.equal(peer.mails().length, 1, 'and sent once');
		assert.deepEqual(m.to, ['ana@team.example']);
		assert.equal(m.sender, 'security@exact.works');
		assert.equal(parse(m.mail).headers.Subject, `[${r.case}] New report`);
		innocent(m.mail, r);
		assert.match(i.log, /what=notice_not_sent .*trouble=not_now/);
		assert.ok(!i.log.includes('denied_syscall'), i.log);
	} finally {
		peer.stop();
	}
});

scenario('a relay that refuses for good holds up nobody; one that is gone is waited for', { start: false }, async (i) => {
	let peer = await relay('550 5.1.1 unknown', '250 OK');
	try {
		await i.init({ config: over(peer.port, 'none') });
		const token = await alone(i);
		await i.report(report, { headers: {} });
		await until(() => peer.tries().length === 1, 5000, i.log);
		const r = await i.report(report, { headers: {} });
		await i.act(token, r.case, { action: 'message', text: answer });
		await until(() => peer.mails().length === 2, 5000, i.log);
		i.setClock(start + 6 * H);
		await sleep(1500);
		assert.equal(peer.tries().length, 3, 'what was refused is tried rarely');
		peer.stop();
		await sleep(300);
		await i.act(token, r.case, { action: 'message', text: answer });
		await until(() => /trouble=(unreachable|broken_off)/.test(i.log), 8000, i.log);
		i.alive();
	} finally {
		peer.stop();
	}
});

// A certificate that nobody vouches for: the relay gets neither the message nor the password.
scenario('a relay that is not who it says', { start: false }, async (i) => {
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
		'-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', path.join(i.home, 'key.pem'),
		'-out', path.join(i.home, 'cert.pem')], { stdio: 'ignore' });
	const peer = await relay('--cert', path.join(i.home, 'cert.pem'), '--key', path.join(i.home, 'key.pem'),
		'--login', 'vdpd:relay password', '250 OK');
	try {
		await i.init({ config: over(peer.port, 'starttls', '    user: vdpd\n    password_file: keys/smtp-password\n') });
		const file = path.join(i.dir, 'keys/smtp-password'), { uid, gid } = fs.statSync(i.dir);
		fs.writeFileSync(file, 'relay password\n', { mode: 0o600 });
		fs.chownSync(file, uid, gid);
		await i.serve();
		await enrol(i, i.made.enrolment, 'ana');
		await i.report(report, { headers: {} });
		await until(() => /trouble=tls/.test(i.log), 8000, i.log);
		assert.deepEqual(peer.tries(), []);
		assert.ok(!i.log.includes('relay password'));
		assert.ok(!i.log.includes('denied_syscall'), i.log);
	} finally {
		peer.stop();
	}
});

// As tried from inside, before it serves. Only who speaks to a relay may connect.
for (const transport of ['dir', 'smtp']) {
	for (const landlock of ['on', 'off']) {
		scenario(`the way out of the courier, transport ${transport}, Landlock ${landlock}`, { start: false }, async (i) => {
			await i.init(transport === 'smtp' ? { config: over(1, 'none') } : {});
			await i.serve({ env: { VDPD_PROBE: 'courier', VDPD_LANDLOCK: landlock,
				VDPD_PROBE_FILE: path.join(i.dir, 'keys/keyd.db') } });
			i.allowed.push(/what=denied_syscall/);
			const tried = [...i.log.matchAll(/role=courier what=probe attempt=(\S+) result=(\S+)/g)];
			assert.ok(tried.length > 10, i.log);
			const done = tried.filter((t) => t[2] !== 'refused').map((t) => t[1]);
			assert.deepEqual(done, transport === 'smtp' ? ['tcp_socket', 'connect'] : [], i.log);
		});
	}
}

scenario('a courier that is killed loses nothing', { start: false }, async (i) => {
	await i.init();
	await alone(i);
	for (let n = 1; n <= 6; n++) {
		const r = await i.report(report, { headers: {} });
		await sleep(60 * n);
		await i.kill('courier');
		await until(() => fs.readdirSync(outbox(i)).filter((f) => f.endsWith('.eml')).length === n, 5000, i.log);
		assert.ok(fs.readdirSync(outbox(i)).some((f) => f.endsWith('.eml') &&
			fs.readFileSync(path.join(outbox(i), f), 'utf8').includes(`Subject: [${r.case}] New report\r\n`)));
	}
});

scenario('what nobody names is swept', { start: false }, async (i) => {
	await i.init();
	const { uid, gid } = fs.statSync(i.dir), old = new Date(Date.now() - 2 * D * 1000);
	const blobs = path.join(i.dir, 'data/blobs');
	const list = () => fs.readdirSync(blobs, { recursive: true }).map(String);
	await i.serve();
	const r = await i.report(report, { headers: {} });
	const a = await i.reporter(r).attach([{ filename: 'a.txt', bytes: Buffer.from('Quittenbrot') }]);
	assert.equal(a.status, 201, a.text);
	const named = list().filter((f) => fs.statSync(path.join(blobs, f)).isFile());
	assert.equal(named.length, 1);
	await i.stop();
	// Two strays beside it, one of them of today.
	const stray = (byte) => {
		const at = path.join(blobs, named[0].slice(0, -2) + byte);
		fs.copyFileSync(path.join(blobs, named[0]), at);
		fs.chownSync(at, uid, gid);
		return at;
	};
	const [gone, young] = ['00', '01'].map((b) => stray(named[0].endsWith(b) ? 'ff' : b));
	for (const f of [gone, path.join(blobs, named[0])])
		fs.utimesSync(f, old, old);
	await i.serve();
	i.setClock(Math.floor(Date.now() / 1000) + 2 * D);
	await until(() => !fs.existsSync(gone), 5000, i.log);
	assert.ok(fs.existsSync(young), 'an upload may be under way');
	assert.ok(fs.existsSync(path.join(blobs, named[0])), 'a file of a case stays');
});

scenario('a new policy is in force for the courier too', { start: false }, async (i) => {
	await i.init();
	const file = path.join(i.dir, 'programmes/exact.works/policy.yaml');
	await alone(i);
	fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('email: security@exact.works', 'email: psirt@exact.works'));
	i.child.kill('SIGHUP');
	await until(() => /role=courier what=policy_in_force/.test(i.log), 5000, i.log);
	await i.report(report, { headers: {} });
	const [m] = await mails(i, 1);
	assert.match(m.headers.From, /<psirt@exact\.works>$/);
});

// "to subject" of all that has come, in order, and the mails; taken out of the outbox.
async function told(i, last) {
	await until(() => fs.readdirSync(outbox(i)).some((f) => f.endsWith('.eml') &&
		last.test(fs.readFileSync(path.join(outbox(i), f), 'utf8'))), 5000, `${last} did not come\n${i.log}`);
	await sleep(1300);
	return mails(i, 1);
}
const team_and = (what) => ['ana', 'ben', 'eve'].map((n) => `<${n}@team.example> [exact.works] ${what}`);

scenario('what changes in the team is told to everybody, the one concerned too', { start: false }, async (i) => {
	await i.init();
	await quietly(i, team);
	let at = start;
	const cli = (...args) => {
		const r = vdpd(['member', ...args, '-C', i.dir]);
		assert.equal(r.status, 0, r.err);
		return r.out.trim();
	};
	const expect = async (whom, what) => {
		const got = await told(i, new RegExp(what));
		assert.deepEqual(got.lines, team_and(what));
		for (const m of got) {
			const mine = m.headers.To === `<${whom}@team.example>`;
			assert.equal(/This is about your own account/.test(m.text), mine, m.text);
			assert.ok(m.text.includes(`When: ${new Date(at * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`), m.text);
		}
		return got;
	};

	cli('role', 'ben', '--role', 'analyst,coordinator');
	let [m] = await expect('ben', 'ben has other roles');
	assert.match(m.text, /ben may sign in as coordinator, analyst\.\r\n\r\nBy: the operator, at the server's terminal/);
	assert.ok(m.text.includes(`${i.desk}/settings/people/2`));
	const link = cli('reset', 'ben');
	await expect('ben', 'A new start for ben');
	i.setClock(at += 60);
	await enrol(i, link, 'ben');
	await expect('ben', 'ben has a new second factor');
	cli('disable', 'eve');
	await expect('eve', 'eve was shut out');
	cli('enable', 'eve');
	await expect('eve', 'eve has other roles');
	const r = vdpd(['token', 'create', '--role', 'auditor', '-C', i.dir]);
	assert.equal(r.status, 0, r.err);
	await expect('nobody', 'A new API token');

	// Nothing is lost while no courier runs, and nothing is told twice.
	await i.stop();
	cli('disable', 'eve');
	await i.serve();
	i.setClock(at += 3600);
	const late = await told(i, /eve was shut out/);
	assert.deepEqual(late.lines, team_and('eve was shut out'));
	await i.kill('courier');
	assert.equal((await mails(i, 0)).length, 0);
});

scenario('what is assigned to somebody who is away is told to the deputy too, and a ring of deputies ends', { start: false }, async (i) => {
	await i.init();
	const token = await quietly(i, team);
	const desk = (name) => signIn(i, name);
	const ana = await desk('ana'), ben = await desk('ben');
	const away = async (b, deputy, from = '2026-03-02', until = '2026-03-06') => {
		await b.get('/account');
		return b.post('/account/absence', { from, until, deputy });
	};

	// Refused: in the past, backwards, oneself, somebody who reads no cases.
	for (const [from, until, deputy, why] of [['2026-02-01', '2026-03-01', '2', /Give the first and the last day/],
		['2026-03-06', '2026-03-04', '2', /Give the first/], ['', '', '2', /Give the first/], ['2026-03-02', '2027-03-04', '2', /Give the first/],
		['2026-03-02', '2026-03-04', '1', /Choose somebody/], ['2026-03-02', '2026-03-04', '3', /Choose somebody/], ['2026-03-02', '2026-03-04', '77', /Choose somebody/]]) {
		const a = await away(ana, deputy, from, until);
		assert.equal(a.status, 422, a.text);
		assert.match(a.text, why);
		assert.ok(from === '' || a.text.includes(`value="${from}"`), 'what was typed stays');
	}

	let a = await away(ana, '2');
	assert.equal(a.headers.location, '/account?done=absence', a.text);
	const [m] = await mails(i, 1);
	assert.equal(`${m.headers.To} ${m.headers.Subject}`, '<ben@team.example> [exact.works] You stand in for ana');
	assert.match(m.text, /ana is away from 2026-03-02\r\nuntil 2026-03-06, and you are the deputy/);
	assert.match((await ben.get('/')).text, /You stand in for ana until <time[^>]*>6 Mar 2026<\/time>: <a href="\/\?assignee=1">ana’s cases/);
	assert.ok(!(await ana.get('/')).text.includes('You stand in'));
	assert.match((await ana.get('/settings/people')).text, /<td>away until 6 Mar 2026, ben stands in<\/td>/);

	const r = await i.report(report, { headers: {} });
	await mails(i, 2);
	await i.act(token, r.case, { action: 'assign', to: '1' });
	let got = await mails(i, 2);
	assert.deepEqual(got.lines, [`<ana@team.example> [${r.case}] Assigned to you`, `<ben@team.example> [${r.case}] Assigned to ana`]);
	assert.match(got.find((x) => /ben@/.test(x.headers.To)).text, /You get this because you stand in for ana\./);
	assert.match((await ben.get(`/cases/${r.case}`)).text, /<option value="1" selected>ana \(away until 6 Mar 2026, ben stands in\)/);
	assert.match((await ben.get('/')).text, /<td>ana, away<\/td>/);

	// ben names ana: each gets each once.
	a = await away(ben, '1');
	assert.equal(a.status, 303, a.text);
	await mails(i, 1);
	assert.equal((await i.reporter(r).post('messages', { text: answer })).status, 200);
	got = await mails(i, 2);
	assert.deepEqual(got.lines, [`<ana@team.example> [${r.case}] The reporter has written`, `<ben@team.example> [${r.case}] The reporter has written`]);
	assert.equal((await mails(i, 0)).length, 0);

	// An administrator ends it for ben; for ana it ends by itself.
	await ana.get('/settings/people/2');
	a = await ana.post('/settings/people/2', { action: 'absence', absence: 'end' });
	assert.equal(a.headers.location, '/settings/people/2?done=absence', a.text);
	await ben.get('/account');
	assert.equal((await ben.post('/settings/people/1', { action: 'absence', absence: 'end' })).status, 403);
	i.setClock(start + 5 * D - 9 * H - 1);
	assert.match((await (await desk('ben')).get('/')).text, /You stand in for ana/);
	i.setClock(start + 5 * D - 9 * H);
	const later = await desk('ben');
	assert.ok(!(await later.get('/')).text.includes('You stand in'));
	await mails(i, 1); // marks that have come meanwhile
	assert.equal((await i.reporter(r).post('messages', { text: answer })).status, 200);
	got = await mails(i, 1);
	assert.deepEqual(got.lines, [`<ana@team.example> [${r.case}] The reporter has written`]);
});
