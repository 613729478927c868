// The commands on an instance, through the program: init, member, token, case, receipt, audit, doctor, security-txt;
// while it runs and while it does not; and what happens to a database that somebody has changed is told.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { folder, isRoot, policyFile, scenario, top, until, vdpd, vdpdBin } from './lib.mjs';

const C = (i) => ['-C', i.dir];

// A command that must end well; gives what it said.
function good(...args) {
	const r = vdpd(args);
	assert.equal(r.status, 0, `${args.join(' ')}: ${r.err}${r.out}`);
	return r.out;
}

// A command that must fail with STATUS, say WHY on stderr, and leave stdout empty.
function refused(status, why, ...args) {
	const r = vdpd(args);
	assert.equal(r.status, status, `${args.join(' ')}: ${r.out}${r.err}`);
	assert.match(r.err, why);
	assert.equal(r.out, '');
}

// Changes a database behind the program's back.
function sql(file, text) {
	execFileSync('python3', ['-c',
		'import sqlite3,sys\nd=sqlite3.connect(sys.argv[1],isolation_level=None)\nfor s in sys.argv[2].split(";"): print(d.execute(s).fetchall())',
		file, text]);
	if (isRoot)
		execFileSync('chown', ['-R', '--reference', path.dirname(file), path.dirname(file)]);
}

// ---- Help -------------------------------------------------------------------------------------------------------

test('every command in the list has its help, and the program behind it knows it', () => {
	const names = [...vdpd(['--help']).out.matchAll(/^ {2}([a-z-]+) {2,}\S/gm)].map((m) => m[1]);
	assert.ok(names.length > 8);
	for (const name of names) {
		const help = vdpd([name, '--help']);
		assert.equal(help.status, 0);
		assert.equal(help.err, '');
		assert.match(help.out, new RegExp(`^Usage: vdpd ${name} `));
		assert.ok(help.out.split('\n').every((l) => l.length <= 80), `${name}: a line is wider than a terminal`);
		if (name === 'cvss' || name === 'clocks')
			continue;
		const bare = vdpd([name]);
		assert.equal(bare.status, name === 'deliver' ? 64 : 2, `${name} without arguments: ${bare.err}`);
		assert.doesNotMatch(bare.err, /no command/);
	}
});

test('the manual is made of what the program says, without a warning of the formatter', (t) => {
	const out = folder();
	t.after(() => fs.rmSync(out, { recursive: true }));
	execFileSync('tools/manpages', [vdpdBin(), out], { cwd: top });
	assert.deepEqual(fs.readdirSync(out).sort(), ['vdpd-policy.5', 'vdpd.1', 'vdpd.yaml.5']);
	for (const page of fs.readdirSync(out)) {
		const r = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', path.join(out, page)],
			{ encoding: 'utf8', maxBuffer: 1 << 24, env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '80' } });
		assert.deepEqual([r.status, r.stderr], [0, ''], page);
	}
	assert.match(fs.readFileSync(path.join(out, 'vdpd.1'), 'utf8'), /^\.Ss doctor$/m);
	assert.match(fs.readFileSync(path.join(out, 'vdpd-policy.5'), 'utf8'), /case_prefix: text, needed/);
});

// ---- init -------------------------------------------------------------------------------------------------------

test('init makes an instance whole or not at all', (t) => {
	const home = folder();
	t.after(() => fs.rmSync(home, { recursive: true }));
	const dir = path.join(home, 'i');
	const bad = path.join(home, 'bad.yaml');
	fs.writeFileSync(bad, 'programme: x\nunknown: y\n');

	refused(2, /--policy/, 'init', dir);
	refused(1, /bad\.yaml:2:1: /, 'init', dir, '--policy', bad);
	refused(1, /origin/, 'init', dir, '--policy', policyFile, '--desk-url', 'example');
	refused(1, /no user "nobody-such"/, 'init', dir, '--policy', policyFile, '--owner', 'nobody-such');
	if (isRoot)
		refused(1, /cannot belong to root/, 'init', dir, '--policy', policyFile, '--owner', 'root');
	assert.deepEqual(fs.readdirSync(home), ['bad.yaml']);

	const made = JSON.parse(good('init', dir + '/', '--json', '--policy', policyFile, '--desk-url', 'http://127.0.0.1:9'));
	assert.match(made.enrolment, /^http:\/\/127\.0\.0\.1:9\/enrol\/vde_[A-Za-z0-9_-]{43}$/);
	assert.equal(made.storage_key, path.join(dir, 'keys/storage.key'));
	assert.deepEqual(fs.readdirSync(home).sort(), ['bad.yaml', 'i']);
	for (const e of fs.readdirSync(dir, { recursive: true })) {
		const st = fs.statSync(path.join(dir, e));
		assert.equal(st.mode & 0o777, st.isDirectory() ? 0o700 : 0o600, e);
		assert.notEqual(st.uid, 0, e);
	}
	assert.equal(fs.readFileSync(path.join(dir, 'programmes/exact.works/policy.yaml'), 'utf8'), fs.readFileSync(policyFile, 'utf8'));

	const key = fs.readFileSync(made.storage_key);
	refused(1, /is there already/, 'init', dir, '--policy', policyFile);
	assert.deepEqual(fs.readFileSync(made.storage_key), key);
	assert.deepEqual(fs.readdirSync(home).sort(), ['bad.yaml', 'i']);

	const text = vdpd(['init', path.join(home, 'j'), '--policy', policyFile]).out;
	assert.match(text, /storage\.key/);
	assert.match(text, /backup/);
	assert.match(text, /\/enrol\/vde_/);
	assert.equal(vdpd(['doctor', '-C', dir]).status, 0);
});

const questions = ['Märchen & Co. "Ltd"', 'MAE', 'security@maerchen.example', 'https://security.maerchen.example',
	'*.maerchen.example, shop.example.com:8443', "Wolf's lair: #1, Königs-API, 花", 'Social engineering, {weird}: [text]',
	'24 h, 4 d, 7 d', '7 d, 30 d, -, -', 'credit, reward'];

test('init without a policy asks ten questions, and writes a policy from the answers', async (t) => {
	const home = folder();
	t.after(() => fs.rmSync(home, { recursive: true }));
	const wrong = ['', 'M', 'nobody', 'http://security.maerchen.example', 'a host', 'Twice, twice', 'Wolf, wolf', '1 h, 2 h',
		'7 d', 'beer'];
	const dir = path.join(home, 'i');
	const input = questions.flatMap((right, i) => [wrong[i], right]).join('\n') + '\n';
	const made = vdpd(['init', dir, '--json'], { input });
	assert.equal(made.status, 0, made.err);
	assert.equal(made.err.match(/ of 10 /g).length, 20, 'each wrong answer is asked again');
	assert.match(made.err, /"nobody" is not an address/);
	assert.match(made.err, /plain http/);
	assert.equal(JSON.parse(made.out).public_url, 'https://security.maerchen.example');
	const [name] = fs.readdirSync(path.join(dir, 'programmes'));
	const file = path.join(dir, 'programmes', name, 'policy.yaml');
	good('policy', 'check', file);
	const page = good('policy', 'page', file);
	for (const line of ['Märchen', '花', 'Within 24 hours', 'Within 4 days', 'Every 7 days', 'We pay'])
		assert.ok(page.includes(line), line);
	assert.ok(!page.includes('letter of appreciation'));
	assert.equal(vdpd(['scope', '--policy', file, 'https://a.maerchen.example/']).out, 'in hosts\n');
	assert.equal(vdpd(['scope', '--policy', file, 'social-engineering.example']).status, 1);
	assert.equal(vdpd(['doctor', '-C', dir]).status, 0);

	// Answers that end early, a place that is taken, and an interrupt leave nothing behind.
	refused(1, /is there already/, 'init', dir);
	const short = vdpd(['init', path.join(home, 'j')], { input: questions.slice(0, 4).join('\n') });
	assert.equal(short.status, 1);
	assert.match(short.err, /ended at question 5 of 10: nothing was made/);
	const asked = spawn(vdpdBin(), ['init', path.join(home, 'k')], { stdio: ['pipe', 'ignore', 'pipe'] });
	const ended = new Promise((r) => asked.on('close', (code, signal) => r(signal)));
	asked.stderr.setEncoding('utf8');
	let seen = '';
	asked.stderr.on('data', (d) => { seen += d; });
	asked.stdin.write(questions.slice(0, 2).join('\n') + '\n');
	await until(() => seen.includes(' 3 of 10'));
	asked.kill('SIGINT');
	assert.equal(await ended, 'SIGINT');
	assert.deepEqual(fs.readdirSync(home), ['i']);
});

// ---- member, token ----------------------------------------------------------------------------------------------

function membersAndTokens(i) {
	assert.match(good('member', 'invite', '--role', 'analyst,auditor', '--name', 'Grace', ...C(i)), /\/enrol\/vde_/);
	assert.deepEqual(JSON.parse(good('member', 'list', '--json', ...C(i))), { items: [], next: null });
	refused(1, /no member "Grace"/, 'member', 'disable', 'Grace', ...C(i));
	refused(2, /--role/, 'member', 'invite', ...C(i));
	refused(2, /--role/, 'token', 'create', '--role', 'boss', ...C(i));
	refused(1, /expiry/, 'token', 'create', '--role', 'analyst', '--expires', '2020-01-01T00:00:00Z', ...C(i));

	const before = JSON.parse(good('token', 'list', '--json', ...C(i))).items.length;
	assert.match(good('token', 'create', '--role', 'analyst', '--name', 'ci', ...C(i)), /^vdt_[A-Za-z0-9_-]{43}\n$/);
	const made = JSON.parse(good('token', 'create', '--role', 'auditor', '--expires', '2999-01-01T00:00:00Z', '--json', ...C(i)));
	assert.equal(made.expires_at, '2999-01-01T00:00:00Z');
	const tokens = JSON.parse(good('token', 'list', '--json', ...C(i))).items;
	assert.equal(tokens.length, before + 2);
	assert.deepEqual(tokens.map((t) => t.roles).slice(0, 2), ['auditor', 'analyst']);
	good('token', 'revoke', String(made.id), ...C(i));
	assert.equal(JSON.parse(good('token', 'list', '--json', ...C(i))).items.find((t) => t.id === made.id).revoked, true);
	refused(1, /none such/, 'token', 'revoke', '999', ...C(i));
}

scenario('members and tokens, while it runs and while it does not', async (i) => {
	membersAndTokens(i);
	const token = good('token', 'create', '--role', 'coordinator', ...C(i)).trim();
	assert.equal((await i.staff(token, 'GET', '/api/v1/cases')).status, 200);
	i.alive();
	await i.stop();
	membersAndTokens(i);
	await i.serve();
	assert.equal((await i.staff(token, 'GET', '/api/v1/cases')).status, 200);
	assert.equal(vdpd(['doctor', ...C(i)]).status, 0);
});

scenario('people of the team, from invitation to farewell', async (i) => {
	const list = () => JSON.parse(good('member', 'list', '--json', ...C(i))).items;
	const home = async (cookie) => (await i.staff('', 'GET', '/', { headers: { Authorization: '', Cookie: cookie } })).status;
	const { cookie } = await i.enrol(i.made.enrolment, 'ana');
	const link = good('member', 'invite', '--role', 'analyst', ...C(i)).trim();
	const ben = await i.enrol(link, 'ben');
	const gone = await i.staff('', 'GET', new URL(link).pathname);
	assert.ok(gone.status >= 400, 'a link serves once');

	assert.deepEqual(list().map((p) => [p.id, p.name, p.email, p.roles, p.disabled]), [
		[1, 'ana', 'ana@team.example', 'administrator,coordinator', false],
		[2, 'ben', 'ben@team.example', 'analyst', false]]);
	const { case: number } = await i.report({ description: 'x' }, { headers: {} });
	good('case', 'assign', number, '--to', 'ben', ...C(i));
	assert.equal(JSON.parse(good('case', 'show', number, '--json', ...C(i))).assignee, 2);

	refused(1, /no administrator would be left/, 'member', 'disable', 'ana', ...C(i));
	refused(1, /no administrator would be left/, 'member', 'role', '1', '--role', 'analyst', ...C(i));
	good('member', 'role', 'ben@team.example', '--role', 'auditor', ...C(i));
	assert.equal(list()[1].roles, 'auditor');
	assert.match(good('member', 'reset', 'BEN', ...C(i)), /\/enrol\/vde_/);

	assert.equal(await home(ben.cookie), 200);
	good('member', 'disable', '2', ...C(i));
	assert.equal(list()[1].disabled, true);
	assert.notEqual(await home(ben.cookie), 200);
	assert.equal(await home(cookie), 200);
	good('member', 'enable', 'ben', ...C(i));
	assert.equal(list()[1].disabled, false);
	assert.match(good('member', 'list', ...C(i)), /^1 +ana .*\n2 +ben +ben@team\.example +auditor\n$/);
});

// ---- case -------------------------------------------------------------------------------------------------------

scenario('the life of a case at the terminal', async (i) => {
	const body = JSON.stringify({ title: 'Zebra crossing', description: 'Word wombat\u001b[2J\u009b here', kind: 'report' });
	const sent = await i.ask('POST', '/api/v1/reports', { body, headers: { 'Content-Type': 'application/json' } });
	assert.equal(sent.status, 201);
	const { case: number, receipt } = sent.json;
	const state = () => JSON.parse(good('case', 'show', number, '--json', ...C(i)));
	const other = (await i.report({ description: 'again' }, { headers: {} })).case;

	assert.match(good('case', 'list', ...C(i)), new RegExp(`^${other}.*\n${number} .*Zebra crossing\n$`, 'm'));
	good('case', 'acknowledge', number, '--text', 'Hello', ...C(i));
	good('case', 'request-info', number, 'Where?', ...C(i));
	assert.equal(state().needs_info, true);
	assert.equal((await i.reporter({ case: number, receipt }).post('messages', { text: 'Here' })).status < 300, true);
	const note = spawnSync(vdpdBin(), ['case', 'note', number, '-', ...C(i)], { input: 'between us', encoding: 'utf8' });
	assert.equal(note.status, 0, note.stderr);
	good('case', 'message', number, 'We found it', ...C(i));
	good('case', 'triage', number, '--severity', 'high', '--cwe', 'CWE-79', ...C(i));
	good('case', 'assign', number, '--to', 'nobody', ...C(i));
	good('case', 'fix', number, ...C(i));
	good('case', 'close', other, '--reason', 'duplicate', '--of', number, ...C(i));
	good('case', 'close', number, '--reason', 'resolved', '--text', 'Done', ...C(i));
	good('case', 'reopen', number, ...C(i));

	refused(1, /no such case/, 'case', 'show', 'EXW-2026-9999', ...C(i));
	refused(1, /no such case/, 'case', 'note', '../../etc', 'x', ...C(i));
	refused(1, /reopened|state/, 'case', 'reopen', number, ...C(i));
	refused(1, /reason/, 'case', 'close', number, '--reason', 'bored', ...C(i));
	refused(2, /--severity is missing/, 'case', 'triage', number, ...C(i));
	refused(2, /takes no --to/, 'case', 'fix', number, '--to', 'x', ...C(i));
	refused(2, /text is missing/, 'case', 'note', number, ...C(i));

	const c = state();
	assert.equal(c.severity, 'high');
	assert.deepEqual(c.events.map((e) => e.event), ['received', 'acknowledged', 'info_requested', 'info_provided', 'note',
		'message', 'triaged', 'fixed', 'closed', 'reopened'].flatMap((e) => c.events.some((x) => x.event === e) ? [e] : []));
	assert.ok(c.events.filter((e) => e.event === 'note').every((e) => e.by === 'operator'));
	const text = good('case', 'show', number, ...C(i));
	assert.match(text, /between us/);
	assert.match(text, /wombat\?\[2J\? here/);
	assert.deepEqual(JSON.parse(good('case', 'list', '--state', 'closed', '--json', ...C(i))).items.map((x) => x.case), [other]);

	// The receipt, checked with what the programme publishes and nothing else.
	const home = path.dirname(i.dir), files = ['receipt', 'keys', 'body'].map((f) => path.join(home, f));
	fs.writeFileSync(files[0], sent.text);
	fs.writeFileSync(files[1], (await i.get('/api/v1/keys')).text);
	fs.writeFileSync(files[2], body);
	assert.match(good('receipt', 'verify', '--key', files[1], files[0], '--content', files[2]), new RegExp(`^valid: exact\\.works took ${number}`));
	fs.writeFileSync(files[2], body + ' ');
	refused(1, /not the content/, 'receipt', 'verify', '--key', files[1], '--content', files[2], files[0]);
	fs.writeFileSync(files[0], sent.text.replaceAll(number, other));
	refused(1, /receipt: the signature/, 'receipt', 'verify', '--key', files[1], files[0]);

	// Nothing of it can be read once nothing runs.
	i.alive();
	await i.stop();
	const offline = vdpd(['case', 'show', number, ...C(i)]);
	assert.equal(offline.status, 0, offline.err);
	assert.match(offline.out, new RegExp(`^${number} +triaged +high `));
	assert.doesNotMatch(offline.out + offline.err, /Zebra|wombat/);
	assert.deepEqual(JSON.parse(good('case', 'list', '--json', ...C(i))).items.map((x) => [x.case, x.state]), [[number, 'triaged'], [other, 'closed']]);
	refused(1, /not running/, 'case', 'note', number, 'x', ...C(i));
});

// ---- audit and doctor -------------------------------------------------------------------------------------------

scenario('what was rewritten is found and named', async (i) => {
	const db = path.join(i.dir, 'data/vdpd.db'), keyd = path.join(i.dir, 'keys/keyd.db');
	const numbers = [];

	i.setClock('2026-01-05T09:00:00Z');
	for (let n = 0; n < 3; n++)
		numbers.push((await i.report({ description: `report ${n}` }, { headers: {} })).case);
	const token = i.token();
	await i.act(token, numbers[0], { action: 'message', text: 'one' });
	await i.act(token, numbers[1], { action: 'triage', severity: 'low' });
	const verify = () => JSON.parse(good('audit', 'verify', '--json', ...C(i)));
	i.setClock('2026-01-06T09:00:00Z');
	await until(() => { const v = verify(); return v.checkpoints > 0 && v.signed_upto === v.last_event; }, 20000, 'no checkpoint came');
	assert.equal(verify().cases, 3);
	assert.equal(vdpd(['doctor', ...C(i)]).status, 0);
	i.alive();
	await i.stop();
	assert.equal(verify().cases, 3);

	const kept = path.join(path.dirname(i.dir), 'kept');
	fs.cpSync(i.dir, kept, { recursive: true, preserveTimestamps: true, filter: (f) => !f.endsWith('.sock') });
	const tampered = (file, text, why) => {
		sql(file, text);
		refused(1, why, 'audit', 'verify', ...C(i));
		const doctor = vdpd(['doctor', ...C(i), '--json']);
		assert.equal(doctor.status, 1, text);
		assert.ok(JSON.parse(doctor.out).findings.some((f) => why.test(f.what)), doctor.out);
		fs.rmSync(i.dir, { recursive: true });
		fs.cpSync(kept, i.dir, { recursive: true });
		if (isRoot)
			execFileSync('chown', ['-R', 'vdpd:vdpd', i.dir]);
	};
	tampered(db, "UPDATE event SET clear = 'severity=critical' WHERE kind = 'triaged'", /EXW-2026-0002, events 1 to 2/);
	tampered(db, "UPDATE event SET at = at - 3600 WHERE kind = 'message'", /EXW-2026-0001, events 1 to 2/);
	tampered(db, "DELETE FROM event WHERE kind = 'message'", /EXW-2026-0001, event 2: is missing/);
	tampered(db, "INSERT INTO event (case_id, seq, at, recorded_at, kind, actor, clear, sealed_with) SELECT case_id, 3, at, at, 'note', actor, '', 0 FROM event WHERE kind = 'message'",
		/EXW-2026-0001, event 3: is not in the chain/);
	tampered(db, 'UPDATE cases SET pair_public = (SELECT pair_public FROM cases WHERE id = 2) WHERE id = 1', /EXW-2026-0001: its number, content/);
	tampered(db, 'PRAGMA foreign_keys = OFF;DELETE FROM event WHERE case_id = 3;DELETE FROM capsule WHERE case_id = 3;DELETE FROM case_wrap WHERE case_id = 3;DELETE FROM notice WHERE case_id = 3;DELETE FROM outcome WHERE case_id = 3;DELETE FROM cases WHERE id = 3',
		/checkpoint \d+ of 2026-01-0.*rewritten or taken out/);
	// A chain that was cut and a head that fits: only what keyd signed tells.
	tampered(db, "PRAGMA foreign_keys = OFF;DELETE FROM event WHERE id = (SELECT max(id) FROM event);DELETE FROM checkpoint;UPDATE cases SET events = events - 1 WHERE id = 2",
		/EXW-2026-0002|keyd signed/);
	tampered(keyd, "UPDATE log SET actor = 'nobody' WHERE id = 2", /keyd's log/);
	assert.equal(verify().cases, 3);

	// What the row says apart from its events is the doctor's.
	sql(db, 'UPDATE cases SET next_due = 5, severity = 4 WHERE id = 1');
	const doctor = vdpd(['doctor', ...C(i)]);
	assert.equal(doctor.status, 1);
	assert.match(doctor.out, /EXW-2026-0001: the row's severity is 4, its events make it 0; /);
});

scenario('the doctor says what is wrong and what to do', { start: false }, async (i) => {
	await i.init();
	const findings = () => {
		const r = vdpd(['doctor', '--json', ...C(i)]);
		const said = JSON.parse(r.out);
		assert.equal(r.status, said.ok ? 0 : 1);
		assert.ok(said.findings.every((f) => f.what !== ''));
		return said.findings.filter((f) => f.level === 'problem').map((f) => f.what).join('\n');
	};
	assert.equal(findings(), '');
	fs.chmodSync(path.join(i.dir, 'keys/storage.key'), 0o644);
	assert.match(findings(), /storage\.key can be reached by others/);
	fs.chmodSync(path.join(i.dir, 'keys/storage.key'), 0o600);
	if (isRoot) {
		fs.chownSync(path.join(i.dir, 'vdpd.yaml'), 0, 0);
		assert.match(findings(), /vdpd\.yaml belongs to user 0/);
		execFileSync('chown', ['vdpd:vdpd', path.join(i.dir, 'vdpd.yaml')]);
	}
	const key = fs.readFileSync(path.join(i.dir, 'keys/storage.key'));
	fs.writeFileSync(path.join(i.dir, 'keys/storage.key'), Buffer.alloc(32, 7));
	assert.match(findings(), /storage\.key is not the key that/);
	fs.writeFileSync(path.join(i.dir, 'keys/storage.key'), key);
	const db = path.join(i.dir, 'data/vdpd.db'), whole = fs.readFileSync(db);
	const bytes = Buffer.from(whole);
	bytes.fill(0x55, 8192);
	fs.writeFileSync(db, bytes);
	assert.match(findings(), /vdpd\.db is damaged|vdpd\.db: /);
	fs.writeFileSync(db, whole);
	fs.appendFileSync(path.join(i.dir, 'vdpd.yaml'), 'sandbox: off\n');
	assert.match(findings(), /sandboxes are switched off/);
	refused(1, /no-such/, 'doctor', '-C', path.join(i.home, 'no-such'));
	refused(2, /-C/, 'doctor');
});

// ---- security-txt -----------------------------------------------------------------------------------------------

scenario('security.txt is what the instance shows, and passes its own check', async (i) => {
	const print = () => good('security-txt', 'print', ...C(i));
	assert.ok(await until(async () => /BEGIN PGP SIGNED/.test(print()) && (await i.get('/.well-known/security.txt')).text === print()));
	const text = print();
	const check = spawnSync(vdpdBin(), ['security-txt', 'check', '-'], { input: text, encoding: 'utf8' });
	assert.deepEqual([check.status, check.stdout, check.stderr], [0, '', '']);
	const bad = spawnSync(vdpdBin(), ['security-txt', 'check', '-'], { input: text.replace('mailto:', ''), encoding: 'utf8' });
	assert.equal(bad.status, 1);
	assert.match(bad.stderr, /^stdin:4:10: the value of Contact is not a URI/);
});
