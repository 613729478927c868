// A stolen database, and rows rewritten behind the program's back: what opens with a receipt and what does not; what is
// refused when a case is opened or added to, and what `vdpd audit verify` and `vdpd doctor` say of it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isRoot, multipart, scenario, top, until, variant, vdpd } from './lib.mjs';

const build = process.env.VDPD_BUILD ?? `build/${variant}`;
function thief(...args) {
	const program = `${build}/e2e/thief`;
	execFileSync('make', ['-s', `V=${variant}`, `B=${build}`, program], { cwd: top, stdio: ['ignore', 'ignore', 'inherit'] });
	return execFileSync(path.join(top, program), args, { encoding: 'utf8' }).trim().split('\n');
}
const pairs = (lines) => Object.fromEntries(lines.map((l) => l.split(' ')));

// Statements on the database, as its owner.
function sql(i, text) {
	const as = isRoot ? ['setpriv', '--reuid', 'vdpd', '--regid', 'vdpd', '--clear-groups', 'sqlite3'] : ['sqlite3'];
	const r = spawnSync(as[0], [...as.slice(1), '-cmd', '.timeout 5000', path.join(i.dir, 'data/vdpd.db'), text], { encoding: 'utf8' });
	assert.equal(r.status, 0, `${text}: ${r.stderr}`);
	return r.stdout.trim();
}

const words = { report: 'only in the report', title: 'only in the title', message: 'only in the message', note: 'only in the note',
	file: 'only in the file', other: 'only in the other file', team: 'only in the file of the team' };

// A case with everything: report, conversation, notes, files of both sides; and another one.
async function furnish(i) {
	const r = await i.report({ title: words.title, description: words.report, reporter: { name: 'Ada', email: 'ada@example.org' } });
	const other = await i.report({ title: 'another title', description: 'another report' });
	const me = i.reporter(r), token = i.token();
	assert.equal((await me.attach([{ filename: 'a.txt', bytes: words.file }, { filename: 'b.txt', bytes: words.other }], 'two files')).status < 300, true);
	await i.act(token, r.case, { action: 'message', text: words.message });
	await i.act(token, r.case, { action: 'note', text: words.note });
	await i.act(token, r.case, { action: 'triage', severity: 'high' });
	const page = await i.staff(token, 'GET', `/cases/${r.case}`);
	const form = multipart([{ name: 'form_token', value: page.text.match(/name="form_token" value="([^"]+)"/)[1] },
		{ name: 'action', value: 'note' }, { name: 'text', value: `${words.note} too` }, { name: 'files', filename: 'team.txt', bytes: words.team }]);
	const a = await i.staff(token, 'POST', `/cases/${r.case}/actions`, { body: form.body, headers: { 'Content-Type': form.type, 'Sec-Fetch-Site': 'same-origin' } });
	assert.equal(a.status, 303, a.text);
	return { r, other, me, token, id: sql(i, `SELECT id FROM cases WHERE number = ${Number(r.case.slice(-4))}`),
		otherId: sql(i, `SELECT id FROM cases WHERE number = ${Number(other.case.slice(-4))}`) };
}

scenario('a receipt and the whole database together open no note of the team, and nothing of another case', async (i) => {
	const { r } = await furnish(i);
	await i.stop();
	const stolen = path.join(i.home, 'stolen');
	fs.cpSync(path.join(i.dir, 'data'), stolen, { recursive: true });
	const lines = thief('open', stolen, r.receipt);
	const opened = lines.filter((l) => l.startsWith('opened')), closed = lines.filter((l) => l.startsWith('closed'));
	for (const text of [words.report, words.title, words.message, 'two files', 'a.txt', 'b.txt'])
		assert.ok(opened.some((l) => l.includes(text)), `the receipt opens what is the reporter's: ${text}\n${lines.join('\n')}`);
	assert.ok(opened.includes('opened blob of file 1 with reporter key'));
	assert.ok(!lines.some((l) => l.includes(words.note) || l.includes('team.txt') || /the team key/.test(l)), lines.join('\n'));
	assert.equal(closed.filter((l) => /^closed event \d+ note$/.test(l)).length, 2);
	for (const what of ['closed name of file 3', 'closed blob of file 3', 'closed the capsule', 'closed event of another case'])
		assert.ok(closed.includes(what), `${what}\n${lines.join('\n')}`);
	for (const l of opened)
		assert.ok(!/^opened (event \d+ (note|triaged|assigned)|event of another)/.test(l), l);
});

scenario('rows rewritten with keys of somebody else, or from elsewhere, open nothing and take nothing', { timeout: 240000 }, async (i) => {
	const { r, me, token, id, otherId } = await furnish(i);
	const uid = sql(i, `SELECT hex(uid) FROM cases WHERE id = ${id}`);
	const own = pairs(thief('wrap', path.join(i.dir, 'keys'), uid));
	const mine = pairs(thief('receipt', uid));
	const set = (column, hex) => column.endsWith('_wrap')
		? `UPDATE case_wrap SET ${column.slice(0, -5)} = X'${hex}' WHERE case_id = ${id};`
		: `UPDATE cases SET ${column} = X'${hex}' WHERE id = ${id};`;
	const swap = (a, b) => `UPDATE event SET body = CASE id WHEN ${a} THEN (SELECT body FROM event WHERE id = ${b}) ELSE (SELECT body FROM event WHERE id = ${a}) END WHERE id IN (${a}, ${b});`;
	const event = (kind, of = id) => sql(i, `SELECT MIN(id) FROM event WHERE case_id = ${of} AND kind = '${kind}'`);
	const events = () => sql(i, `SELECT COUNT(*) FROM event WHERE case_id = ${id}`);
	i.allowed.push(/what=(case_forged|request_failed|action_failed|job_failed|job)\b/);

	// What is done; who is refused: the team, the reporter, both; whether the chain shows it (what it does not cover is
	// sealed to its place).
	const acts = {
		'a team wrap of its own': { do: set('team_wrap', own.wrap), team: true },
		'a public half of its own': { do: set('pair_public', own.pair), team: true, reporter: true, audit: true },
		'a wrap, a public half and a title of its own': { do: set('team_wrap', own.wrap) + set('pair_public', own.pair) + set('title', own.title),
			team: true, reporter: true, audit: true },
		'the title of another case': { do: `UPDATE cases SET title = (SELECT title FROM cases WHERE id = ${otherId}) WHERE id = ${id};`,
			team: true, reporter: true, reads: true },
		'a wrap of another case': { do: `UPDATE case_wrap SET team = (SELECT team FROM case_wrap WHERE case_id = ${otherId}) WHERE case_id = ${id};`, team: true },
		'the keys of another case': { do: `UPDATE cases SET (uid, pair_public) = (SELECT uid, pair_public FROM cases WHERE id = ${otherId}) WHERE id = ${id};` +
			`UPDATE case_wrap SET team = (SELECT team FROM case_wrap WHERE case_id = ${otherId}) WHERE case_id = ${id};`,
			team: true, reporter: true, audit: true },
		'erased, as the row alone says': { do: `UPDATE cases SET erased_at = updated_at WHERE id = ${id};`, team: true, reporter: true },
		'two bodies exchanged': { do: swap(event('note'), event('received')), team: true, reporter: true, audit: true },
		'a body of another case': { do: swap(event('received'), event('received', otherId)), team: true, reporter: true, audit: true },
		'a clear field': { do: `UPDATE event SET clear = replace(clear, 'high', 'low') WHERE id = ${event('triaged')};`, team: true, reporter: true, audit: true },
		'another time': { do: `UPDATE event SET at = at - 1 WHERE id = ${event('note')};`, team: true, reporter: true, audit: true },
		'another name': { do: `UPDATE event SET actor = 'person:99' WHERE id = ${event('note')};`, team: true, reporter: true, audit: true },
		'a head of its own': { do: set('chain_head', 'ab'.repeat(32)), team: true, reporter: true, audit: true },
		'an event taken out': { do: `DELETE FROM event WHERE id = ${event('note')};`, team: true, reporter: true, audit: true },
		'an event put in': { do: `INSERT INTO event (case_id, seq, at, recorded_at, kind, actor, clear, sealed_with) SELECT case_id, MAX(seq) + 1, MAX(at), MAX(at), 'closed', 'person:1', 'reason=spam' || char(10), 0 FROM event WHERE case_id = ${id};`,
			team: true, reporter: true, audit: true },
		'a signature of another case': { do: `UPDATE cases SET signature = (SELECT signature FROM cases WHERE id = ${otherId}) WHERE id = ${id};`,
			team: true, reporter: true, audit: true },
		'an older policy': { do: set('policy_sha256', '00'.repeat(32)), team: true, reporter: true, audit: true },
		'a receipt of its own': { do: set('receipt_hash', mine.hash) + set('reporter_wrap', mine.wrap), own: true },
		'a receipt, a title and a report of its own': { do: set('receipt_hash', mine.hash) + set('reporter_wrap', mine.wrap) + set('title', mine.title) +
			`UPDATE event SET body = X'${mine.body}' WHERE id = ${event('received')};`, own: true, team: true, audit: true },
		'two files exchanged': { do: `UPDATE file SET (blob, hash, size) = (SELECT blob, hash, size FROM file f WHERE f.case_id = ${id} AND f.number = 3 - file.number) WHERE case_id = ${id} AND number IN (1, 2);`,
			team: true, reporter: true, reads: true },
		'a hash of its own': { do: `UPDATE file SET hash = X'${'00'.repeat(32)}' WHERE case_id = ${id} AND number = 1;`, team: true, reporter: true, reads: true },
	};
	const clean = (a, what) => {
		for (const w of Object.values(words))
			assert.ok(!a.text.includes(w), `${what}: content in ${a.text.slice(0, 300)}`);
		assert.ok(!a.text.includes('planted'), `${what}: what was planted is shown`);
	};
	const refused = async (asked, what) => {
		const a = await asked;
		assert.ok(a.status >= 500, `${what}: ${a.status} ${a.text.slice(0, 300)}`);
		clean(a, what);
	};
	const tables = ['cases', 'case_wrap', 'event', 'file'];
	sql(i, tables.map((t) => `CREATE TABLE kept_${t} AS SELECT * FROM ${t};`).join(''));
	assert.equal(vdpd(['audit', 'verify', '-C', i.dir]).status, 0);
	for (const [name, what] of Object.entries(acts)) {
		sql(i, `BEGIN; ${what.do} COMMIT;`);
		const before = events();
		if (what.team) {
			await refused(i.staff(token, 'GET', `/api/v1/cases/${r.case}`), `${name}: the team's API`);
			await refused(i.staff(token, 'GET', `/cases/${r.case}`), `${name}: the team's page`);
			await refused(i.staff(token, 'GET', `/cases/${r.case}/files/1`), `${name}: a file for the team`);
			if (!what.reads)
				await refused(i.staff(token, 'POST', `/api/v1/cases/${r.case}/actions`, { json: { action: 'note', text: 'x' } }), `${name}: a note`);
		}
		if (what.reporter) {
			await refused(me.get(), `${name}: the reporter's API`);
			await refused(me.file(1), `${name}: a file for the reporter`);
			if (!what.reads)
				await refused(me.post('messages', { text: 'x' }), `${name}: a message`);
		}
		if (what.own) {
			const thiefs = i.reporter({ case: r.case, receipt: mine.code.slice(-30) });
			await refused(thiefs.get(), `${name}: by that receipt`);
			await refused(thiefs.post('messages', { text: 'x' }), `${name}: a message by that receipt`);
			await refused(thiefs.attach([{ filename: 'x', bytes: 'x' }]), `${name}: a file by that receipt`);
			assert.equal((await me.get()).status, 404, `${name}: the true receipt is none any more`);
		}
		if (what.reads !== true)
			assert.equal(events(), before, `${name}: nothing was added`);
		const audit = vdpd(['audit', 'verify', '-C', i.dir]);
		assert.equal(audit.status, what.audit ? 1 : 0, `${name}: audit verify: ${audit.err}${audit.out}`);
		if (what.audit)
			assert.match(audit.err, new RegExp(r.case), name);
		sql(i, `BEGIN; ${tables.map((t) => `DELETE FROM event WHERE id NOT IN (SELECT id FROM kept_event); INSERT OR REPLACE INTO ${t} SELECT * FROM kept_${t};`).join('')} COMMIT;`);
		assert.equal((await i.staff(token, 'GET', `/api/v1/cases/${r.case}`)).status, 200, `${name}: put back`);
	}
	await until(() => /role=keyd what=case_forged/.test(i.log), 2000, 'keyd says so');
	sql(i, tables.map((t) => `DROP TABLE kept_${t};`).join(''));
	assert.equal((await me.post('messages', { text: 'still here' })).status, 200);
});

scenario('history that was signed is not signed anew, whatever the database says', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { r, me, id } = await furnish(i);
	const signed = () => Number(sql(i, 'SELECT COALESCE(MAX(event_id), 0) FROM checkpoint'));
	const events = () => Number(sql(i, 'SELECT MAX(id) FROM event'));
	const more = async () => {
		i.setClock(i.clock + 61);
		assert.ok([200, 500].includes((await me.post('messages', { text: 'more' })).status));
	};
	for (let n = 0; n < 3; n++) {
		await more();
		await until(() => signed() === events(), 5000, 'a checkpoint');
	}
	const verify = () => vdpd(['audit', 'verify', '-C', i.dir]);
	assert.equal(verify().status, 0, verify().err);

	// Somebody who can write to the database makes a whole chain of another story.
	sql(i, `UPDATE event SET clear = replace(clear, 'high', 'low') WHERE case_id = ${id} AND kind = 'triaged'`);
	thief('rechain', path.join(i.dir, 'data/vdpd.db'), id);
	assert.equal((await me.get()).status, 200, 'in itself it fits');
	assert.match(verify().err, /checkpoint/);
	// … and takes the checkpoints away, for the next one to be the first.
	i.allowed.push(/role=keyd what=checkpoint_refused/);
	sql(i, 'DELETE FROM checkpoint');
	assert.equal(verify().status, 1);
	await more();
	await until(() => /role=keyd what=checkpoint_refused/.test(i.log), 5000, 'keyd refuses');
	assert.equal(signed(), 0, 'nothing was signed');
	assert.equal(verify().status, 1);
	assert.match(vdpd(['doctor', '-C', i.dir]).out, /checkpoint/);
	assert.ok(r.case);
});

scenario('columns that follow from the events are computed anew by the doctor', async (i) => {
	const { r, id, token } = await furnish(i);
	await i.stop();
	assert.equal(vdpd(['doctor', '-C', i.dir]).status, 0, vdpd(['doctor', '-C', i.dir]).out);
	for (const [column, value] of [['state', 3], ['needs_info', 1], ['severity', 4], ['assignee', 7], ['next_due', 1], ['next_clock', 0], ['next_warn', 1],
		['close_reason', 2], ['letter_asked', 1], ['files', 9], ['updated_at', 1],
		['hold', 1], ['closed_at', 5], ['erased_at', 5]]) {
		const was = sql(i, `SELECT ${column} FROM cases WHERE id = ${id}`);
		assert.notEqual(was, String(value), column);
		sql(i, `UPDATE cases SET ${column} = ${value} WHERE id = ${id}`);
		const d = vdpd(['doctor', '-C', i.dir]);
		assert.equal(d.status, 1, column);
		assert.match(d.out, new RegExp(`${r.case}[^\\n]*${column}`), column);
		const repaired = vdpd(['doctor', '--repair', '-C', i.dir]);
		const index = column.startsWith('next_');
		assert.equal(repaired.status, index ? 0 : 1, `${column}: ${repaired.out}`);
		assert.equal(sql(i, `SELECT ${column} FROM cases WHERE id = ${id}`), index ? was : String(value), column);
		sql(i, `UPDATE cases SET ${column} = ${was} WHERE id = ${id}`);
	}
	await i.serve();
	assert.equal((await i.staff(token, 'GET', `/api/v1/cases/${r.case}`)).status, 200);
});
