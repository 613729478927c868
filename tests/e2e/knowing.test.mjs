// Knowing that it is well: what a monitor and a log reader get. Nothing of a report, no address, no name.
import assert from 'node:assert/strict';
import { Browser } from './forms.mjs';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { scenario, seconds, slow, until, vdpd, vdpdBin } from './lib.mjs';

const report = { title: 'The Zimbelstern turns', description: 'Quittenbrot in the drawer.', severity: 'Critical',
	reporter: { name: 'Mira Okafor', email: 'r7@example.org' } };

// OpenMetrics 1.0, as strictly as its text says it for what is used here: families in one piece, TYPE and UNIT before the
// samples, names that end in their unit, counters whose samples end in _total, EOF and nothing behind it.
export function openMetrics(text) {
	const lines = text.split('\n'), families = new Map();
	assert.equal(lines.pop(), '', 'the last line is ended');
	assert.equal(lines.pop(), '# EOF');
	let now;
	for (const line of lines) {
		const meta = line.match(/^# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/);
		if (meta) {
			const [, what, name, rest] = meta;
			if (name !== now?.name) {
				assert.ok(!families.has(name), `${name} is in two pieces`);
				families.set(name, now = { name, samples: new Map() });
			}
			assert.equal(now.samples.size, 0, `${line}: behind its samples`);
			assert.ok(!(what in now), `${line}: twice`);
			now[what] = rest;
			if (what === 'TYPE')
				assert.ok(['gauge', 'counter', 'info', 'histogram', 'summary', 'stateset', 'unknown'].includes(rest), line);
			if (what === 'UNIT')
				assert.ok(name.endsWith(`_${rest}`), line);
			continue;
		}
		const sample = line.match(/^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[^}]*\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/);
		assert.ok(sample, `not a sample: ${JSON.stringify(line)}`);
		const wanted = now.TYPE === 'counter' ? `${now.name}_total` : now.name;
		assert.equal(sample[1], wanted);
		assert.ok(now.TYPE !== 'counter' || Number(sample[3]) >= 0);
		assert.ok(!now.samples.has(sample[2] ?? ''), `${line}: twice`);
		now.samples.set(sample[2] ?? '', Number(sample[3]));
	}
	for (const f of families.values())
		assert.equal(f.samples.size > 0 && f.TYPE !== undefined && f.HELP !== undefined, true, f.name);
	return new Proxy({}, { get: (_, name) => families.get(name)?.samples.get('') });
}

scenario('/metrics is OpenMetrics, counts what happens, and holds nothing of it', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const token = i.token(), auditor = i.token('auditor');
	const get = async () => {
		const a = await i.staff(auditor, 'GET', '/metrics');
		assert.equal(a.status, 200);
		assert.equal(a.headers['content-type'], 'application/openmetrics-text; version=1.0.0; charset=utf-8');
		for (const word of ['Zimbelstern', 'Quittenbrot', 'Mira', 'example', 'EXW-'])
			assert.ok(!a.text.includes(word));
		return openMetrics(a.text);
	};
	let m = await get();
	assert.equal(m.vdpd_cases_open, 0);
	assert.equal(m.vdpd_desk_writes, 0);
	const r = await i.report(report);
	await i.act(token, r.case, { action: 'note', text: 'Quittenbrot' });
	await i.act(token, r.case, { action: 'request_info', text: 'Where?' });
	m = await get();
	assert.equal(m.vdpd_cases_open, 1);
	assert.equal(m.vdpd_cases_waiting, 1);
	assert.equal(m.vdpd_desk_writes, 2);
	assert.equal(m.vdpd_desk_writes_failed, 0);
	assert.ok(m.vdpd_desk_commits >= 1 && m.vdpd_desk_commit_seconds > 0);
	assert.equal(m.vdpd_desk_start_time_seconds > seconds('2026-01-01T00:00:00Z'), true);
	await until(async () => (await get()).vdpd_checkpoint_time_seconds > 0, 8000, 'no checkpoint');
	i.setClock('2026-03-20T09:00:00Z');
	await i.report(report);
	i.setClock('2026-03-24T09:00:00Z');
	assert.equal((await get()).vdpd_cases_overdue, 2, 'an answer to the new one, and news for the other');
	assert.equal((await i.ask('GET', '/metrics')).status, 404, 'not for the world');
});

for (const format of ['key-value', 'json']) {
	scenario(`the log as ${format}: each line in that form, with the number that the answer bears`, {
		config: (yaml) => `${yaml}log: {format: ${format}}\n`,
	}, async (i) => {
		const token = i.token();
		const r = await i.report(report);
		const read = (line) => {
			if (format === 'json')
				return JSON.parse(line);
			const pairs = [...line.matchAll(/(\S+?)=("(?:[^"\\]|\\.)*"|\S*)(?: |$)/g)];
			assert.equal(pairs.map((p) => p[0]).join('').trim(), line, line);
			return Object.fromEntries(pairs.map((p) => [p[1], p[2].replace(/^"|"$/g, '')]));
		};
		const lines = () => i.log.split('\n').filter(Boolean).map(read);
		const of = async (id) => {
			await until(() => lines().some((l) => l.request_id === id), 3000, `${id}\n${i.log}`);
			return lines().filter((l) => l.request_id === id);
		};

		// A refusal is in the log of the desk, and of keyd, under the number that the client got.
		const analyst = i.token('analyst');
		let a = await i.staff(analyst, 'GET', '/settings/people');
		assert.equal(a.status, 403);
		assert.match(a.headers['x-request-id'], /^[0-9a-f]{16}$/);
		let said = await of(a.headers['x-request-id']);
		assert.deepEqual(said.map((l) => [l.role, l.what]), [['desk', 'denied']]);
		const page = await i.ask('GET', `/api/v1/reports/${r.case}`);
		assert.match(page.headers['x-request-id'], /^[0-9a-f]{16}$/);
		const b = new Browser(i);
		await b.get('/sign-in');
		a = await b.post('/sign-in', { name: 'nobody', password: 'four unrelated words here', code: '123456' });
		assert.equal(a.status, 403);
		said = await of(a.headers['x-request-id']);
		assert.deepEqual(said.map((l) => [l.role, l.what]), [['keyd', 'sign_in_refused']], 'keyd’s line belongs to the request');

		// What goes wrong on our side names itself in the answer: problem+json and page alike.
		const { keyd } = i.pids();
		process.kill(keyd, 'SIGSTOP');
		const [problem, html] = await Promise.all([i.staff(token, 'GET', '/api/v1/people'), b.ask('GET', '/log', { headers: { Authorization: `Bearer ${token}` } })]);
		process.kill(keyd, 'SIGCONT');
		assert.equal(problem.status, 503, problem.text);
		assert.equal(problem.json.instance, `urn:vdpd:request:${problem.headers['x-request-id']}`);
		assert.equal(html.status, 503);
		assert.ok(html.text.includes(`Status 503 · request <code>${html.headers['x-request-id']}</code>`));
		for (const l of lines()) {
			assert.ok(l.at && l.level && l.role && l.what, JSON.stringify(l));
			for (const word of ['Zimbelstern', 'Quittenbrot', 'Mira', 'example.org', '127.0.0.1:5'])
				assert.ok(!JSON.stringify(l).includes(word), JSON.stringify(l));
		}
	});
}

// ---- vdpd doctor ------------------------------------------------------------------------------------------------

function doctor(i, ...args) {
	const begun = Date.now(), r = vdpd(['doctor', '-C', i.dir, '--json', ...args]);
	const d = JSON.parse(r.out);
	assert.equal(r.status, d.ok ? 0 : 1);
	assert.ok(d.findings.every((f) => f.what && f.level));
	assert.ok(Date.now() - begun < 10000 * slow, 'within ten seconds');
	return { ...d, of: (check) => d.findings.filter((f) => f.check === check).map((f) => `${f.level}: ${f.what}`) };
}
const owner = (i, file, text) => {
	const { uid, gid } = fs.statSync(i.dir);
	fs.writeFileSync(path.join(i.dir, file), text, { mode: 0o600 });
	fs.chownSync(path.join(i.dir, file), uid, gid);
};

scenario('the doctor knows backups, the storage key, the clock, and security.txt as seen from outside', async (i) => {
	await i.report(report);
	let d = doctor(i);
	assert.equal(d.ok, true, JSON.stringify(d.findings));
	assert.deepEqual(d.of('backup'), ['note: there is no backup yet', 'note: no copy of the storage key is known: without it every report is lost']);
	assert.deepEqual(d.of('security.txt'), []);
	assert.deepEqual(d.of('processes'), []);
	assert.deepEqual(d.of('relay'), []);

	// A week later both are problems.
	const aged = (days) => { const at = new Date(Date.now() - days * 86400e3); fs.utimesSync(path.join(i.dir, 'keys/storage.key'), at, at); };
	aged(8);
	d = doctor(i);
	assert.equal(d.ok, false);
	assert.deepEqual(d.of('backup').map((f) => f.split(':')[0]), ['problem', 'problem']);
	assert.ok(d.findings.filter((f) => f.check === 'backup').every((f) => /vdpd/.test(f.mend)));

	// A backup without the key says nothing of the key; the operator does, or one with it.
	const key = JSON.parse(vdpd(['backup-key', 'create', path.join(i.home, 'key'), '--json']).out);
	assert.ok(key);
	const backup = (name, ...more) => { const r = vdpd(['backup', '-C', i.dir, path.join(i.home, name), '--to', path.join(i.home, 'key'), ...more]); assert.equal(r.status, 0, r.err); };
	backup('a', '--without-storage-key');
	d = doctor(i);
	assert.deepEqual(d.of('backup').map((f) => f.slice(0, 40)), ['problem: no copy of the storage key is k']);
	assert.equal(vdpd(['doctor', '-C', i.dir, '--storage-key-kept']).status, 0);
	assert.equal(doctor(i).ok, true);
	assert.deepEqual(doctor(i).of('backup'), []);
	fs.rmSync(path.join(i.dir, 'data/storage-key-kept'));
	backup('b');
	assert.deepEqual(doctor(i).of('backup'), []);
	owner(i, 'data/storage-key-kept', `2026-01-01T00:00:00Z ${'ab'.repeat(32)}\n`);
	assert.deepEqual(doctor(i).of('backup'), ['problem: the copy of the storage key that is kept is of another key']);
	backup('c');
	owner(i, 'data/last-backup', '2026-01-01T00:00:00Z\n');
	assert.match(doctor(i).of('backup')[0], /problem: the last backup is \d+ days old/);
	owner(i, 'data/last-backup', 'nonsense\n');
	assert.match(doctor(i).of('backup')[0], /there is no backup yet/);
	backup('d');

	// A file of tomorrow: the clock was set back.
	const ahead = new Date(Date.now() + 86400e3);
	fs.utimesSync(path.join(i.dir, 'run/lock'), ahead, ahead);
	assert.match(doctor(i).of('clock').find((f) => /set back/.test(f)), /^problem: the clock was set back: run\/lock was written 86\d\d\d s ahead/);
	fs.utimesSync(path.join(i.dir, 'run/lock'), new Date(), new Date());

	// The policy file was changed, but the processes were not told: what the world sees is another text.
	const file = path.join(i.dir, 'programmes/exact.works/policy.yaml'), policy = fs.readFileSync(file, 'utf8');
	fs.writeFileSync(file, policy.replace('email: security@exact.works', 'email: psirt@exact.works'));
	d = doctor(i);
	assert.deepEqual(d.of('security.txt'), ['problem: security.txt as seen from outside lacks "Contact: mailto:psirt@exact.works"']);
	assert.deepEqual(doctor(i, '--offline').of('security.txt'), []);
	i.child.kill('SIGHUP');
	await until(() => doctor(i).of('security.txt').length === 0, 8000, 'security.txt is still the old one');
	fs.writeFileSync(file, policy);
	i.child.kill('SIGHUP');

	// A process that is gone is missed: the desk, stopped while it would be started again.
	assert.deepEqual(doctor(i).findings.filter((f) => f.level === 'problem'), []);
});

scenario('the doctor tries the relay, and sends nothing', { start: false }, async (i) => {
	const got = [];
	const relay = net.createServer((s) => {
		s.write('220 relay.test\r\n');
		s.on('data', (b) => {
			got.push(b.toString());
			s.write(/^EHLO/i.test(b.toString()) ? '250-relay.test\r\n250 SIZE 1000000\r\n' : /^QUIT/i.test(b.toString()) ? '221 bye\r\n' : '502 no\r\n');
		});
		s.on('error', () => {});
	});
	await new Promise((r) => relay.listen(0, '127.0.0.1', r));
	const { port } = relay.address();
	await i.init({ config: (yaml) => yaml.replace(/^notices:[\s\S]*$/m, `notices:\n  transport: smtp\n  smtp: {host: 127.0.0.1, port: ${port}, tls: none}\n`) });
	const run = (...more) => new Promise((done) => {
		const p = spawn(vdpdBin(), ['doctor', '-C', i.dir, '--json', ...more]);
		let out = '';
		p.stdout.on('data', (b) => { out += b; });
		p.on('close', () => done(JSON.parse(out).findings.filter((f) => f.check === 'relay')));
	});
	assert.deepEqual(await run(), []);
	assert.match(got.join(''), /^EHLO /);
	assert.ok(!/MAIL FROM/i.test(got.join('')));
	got.length = 0;
	assert.deepEqual(await run('--offline'), []);
	assert.deepEqual(got, []);
	// It offers no TLS, and TLS is wanted.
	const file = path.join(i.dir, 'vdpd.yaml');
	fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('tls: none', 'tls: starttls'));
	assert.match((await run())[0].what, /the relay smtp:\/\/127\.0\.0\.1:\d+ cannot be used: /);
	relay.close();
	fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('tls: starttls', 'tls: none').replace(String(port), '1'));
	assert.match((await run())[0].what, /cannot be used: .*(refused|connect)/i);
});
