// Knowing that it is well: what a monitor and a log reader get. Nothing of a report, no address, no name.
import assert from 'node:assert/strict';
import { Browser } from './forms.mjs';
import { scenario, seconds, until } from './lib.mjs';

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
