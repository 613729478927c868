// The commands that vdpd does itself, through the program: exit status, and what stands on stdout and stderr;
// and `vdpd clocks` against the contract's table computed here in another way, on random lives of cases.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { end, expected } from './clocks_oracle.mjs';

const vdpd = process.env.VDPD_BIN ?? 'build/test/bin/vdpd';
const policy = 'programmes/exact.works/policy.yaml';
const HOUR = 3600;

function run(args, input = '') {
	const r = spawnSync(vdpd, args, { input, encoding: 'utf8' });
	// A program that has found its mistake need not read on: its input may then break off.
	if (r.error?.code !== 'EPIPE')
		assert.equal(r.error, undefined);
	assert.equal(r.signal, null);
	return { status: r.status, out: r.stdout, err: r.stderr };
}

const text = (utc_s) => new Date(utc_s * 1000).toISOString().replace('.000', '');
const lines = (events) => events.map(({ at, ...e }) => JSON.stringify({ at: text(at), ...e }) + '\n').join('');

test('help, version and usage', () => {
	assert.equal(run(['--help']).status, 0);
	assert.match(run(['--version']).out, /^vdpd \d/);
	for (const name of ['clocks', 'cvss', 'serve'])
		assert.match(run([name, '--help']).out, new RegExp(`^Usage: vdpd ${name}`));
	for (const args of [[], ['nonsense'], ['cvss'], ['cvss', '--nonsense', 'x'], ['clocks'],
		['clocks', '--policy', policy, '--now', 'soon']]) {
		const r = run(args);
		assert.equal(r.status, 2, args.join(' '));
		assert.equal(r.out, '');
		assert.notEqual(r.err, '');
	}
});

test('ssvc: an outcome, a refusal, the list; cwe: by number and word', () => {
	assert.deepEqual(run(['ssvc', 'cisa-coordinator', 'E=A', 'A=Y', 'TI=T', 'MWI=H']), { status: 0, out: 'Act\n', err: '' });
	const bad = run(['ssvc', 'supplier', 'E=A']);
	assert.equal(bad.status, 1);
	assert.equal(bad.out, '');
	assert.match(bad.err, /U \(Utility\) is missing/);
	assert.equal(run(['ssvc', 'nonsense', 'E=A']).status, 1);
	assert.equal(run(['ssvc']).status, 2);
	const list = JSON.parse(run(['ssvc', 'list', '--json']).out);
	assert.equal(list.length, 8);
	for (const t of list) {
		const got = run(['ssvc', t.table, ...t.points.map((p) => `${p.key}=${p.values[0].key}`), '--json']);
		assert.ok(t.outcome.values.some((v) => v.key === JSON.parse(got.out).outcome.key), t.table);
	}
	assert.match(run(['cwe', 'sql', 'inj']).out, /^CWE-89 +Improper/m);
	assert.deepEqual(JSON.parse(run(['cwe', '79', '--json']).out).map((w) => w.cwe), ['CWE-79']);
	assert.deepEqual(run(['cwe', 'xyzzy']), { status: 1, out: '', err: '' });
});

test('cvss: an answer, a refusal, a batch', () => {
	assert.deepEqual(run(['cvss', 'CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N']),
		{ status: 0, out: '9.8 Critical\n', err: '' });
	assert.deepEqual(run(['cvss', 'CVSS:3.1/AV:Z']),
		{ status: 1, out: '', err: 'invalid: AV: "Z" is not one of N A L P\n' });
	const batch = run(['cvss', '--batch'], 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N\r\n\nAV:N');
	assert.equal(batch.status, 1);
	assert.match(batch.out, /^0\.0 None\ninvalid: vector: .*\ninvalid: CVSS: .*\n$/);
	assert.equal(run(['cvss', '--batch'], '').out, '');
	const json = run(['cvss', '--batch', '--json'], 'CVSS:4.0/SA:N/SI:N/SC:N/VA:H/VI:H/VC:H/UI:N/PR:N/AT:N/AC:L/AV:N\n');
	assert.deepEqual(JSON.parse(json.out), {
		vector: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', version: '4.0', score: 9.3,
		severity: 'Critical', nomenclature: 'CVSS-B', macro_vector: '000200',
	});
});

test('clocks: a bad line says where, and prints nothing', () => {
	const now = ['clocks', '--policy', policy, '--now', '2026-03-01T00:00:00Z'];
	const first = lines([{ at: 1767603600, event: 'received' }]);
	for (const bad of ['no json', '{}', first, '{"at":"2026-01-06T00:00:00Z","event":"reopened"}']) {
		const r = run(now, first + bad + '\n');
		assert.equal(r.status, 1);
		assert.equal(r.out, '');
		assert.match(r.err, /^stdin:2:/);
	}
	assert.match(run(['clocks', '--policy', 'absent.yaml', '--now', '2026-03-01T00:00:00Z'], first).err, /^absent\.yaml:/);
});

// The same lives in every run: a small generator of Marsaglia's xorshift kind.
let seed = 2463534242;
function random(n) {
	seed ^= seed << 13; seed ^= seed >>> 17; seed ^= seed << 5;
	return (seed >>> 0) % n;
}

function life() {
	const kinds = ['acknowledged', 'message', 'info_requested', 'info_provided', 'triaged', 'fixed', 'closed', 'reopened',
		'exploited', 'disclosure_asked', 'published'];
	const events = [{ at: 1767603600, event: 'received', ...(random(9) === 0 ? { kind: 'question' } : {}) }];
	let over = false;
	for (let n = random(20); n > 0; n--) {
		const e = { at: events.at(-1).at + random(4) * random(120) * HOUR, event: kinds[random(kinds.length)] };
		if (e.event === 'reopened' && !over)
			continue;
		over = end(e) || (over && e.event !== 'reopened');
		if (e.event === 'message')
			e.to = random(2) ? 'reporter' : 'team';
		if (e.event === 'triaged')
			e.severity = ['critical', 'critical', 'high', 'low'][random(4)];
		if (e.event === 'closed')
			e.reason = 'duplicate';
		events.push(e);
	}
	return events;
}

test('clocks: 300 random lives agree with the table', () => {
	for (let i = 0; i < 300; i++) {
		const events = life(), now = events[random(events.length)].at + random(3) * random(400) * HOUR;
		const r = run(['clocks', '--policy', policy, '--now', text(now)], lines(events));
		assert.equal(r.status, 0, r.err);
		assert.deepEqual(JSON.parse(r.out), expected(events, now), lines(events) + text(now));
	}
});
