// Makes the instance of a version that is released: `node tests/instances/make.mjs VERSION`, with the programs of that
// version built (V=test). A few cases in every state, with files, messages and policies of two dates; people, tokens and
// an open invitation. Run once a release, never again: what it wrote then is what later versions must open.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { enrol, Browser } from '../e2e/forms.mjs';
import { folder, Instance, until } from '../e2e/lib.mjs';
import { here, readAll, said } from './lib.mjs';

const [version] = process.argv.slice(2);
assert.match(version ?? '', /^\d+\.\d+\.\d+$/, 'usage: make.mjs VERSION');
const archive = path.join(here, `${version}.tar.xz`);
assert.ok(!fs.existsSync(archive), `${archive} is there already: what a version wrote is never made anew`);

const i = new Instance(folder());
const day = (n, time = '09:00:00') => new Date(Date.UTC(2026, 0, 5 + n)).toISOString().slice(0, 11) + time + 'Z';
const bytes = (n) => Buffer.from(Array.from({ length: n }, (_, k) => (k * 7 + (k >> 8)) & 255));
const sent = [];

async function report(json, o) {
	const answer = await i.report(json, o);
	sent.push({ case: answer.case, receipt: answer.receipt });
	return answer;
}

const people = {};

async function team() {
	const ana = await enrol(i, i.made.enrolment, 'ana');
	people.ana = { secret: ana.secret, codes: ana.codes };
	const invite = (role) => said('member', 'invite', '--role', role, '-C', i.dir).trim();
	for (const [name, role] of [['ben', 'analyst'], ['cyn', 'auditor']]) {
		const { secret, codes } = await enrol(i, invite(role), name);
		people[name] = { secret, codes };
	}
	said('member', 'disable', 'cyn', '-C', i.dir);
	const token = (role, name) => JSON.parse(said('token', 'create', '--role', role, '--name', name, '--json', '-C', i.dir));
	const revoked = token('auditor', 'old');
	said('token', 'revoke', String(revoked.id), '-C', i.dir);
	return { coordinator: token('coordinator,administrator', 'deploy').token, revoked: revoked.token };
}

const whole = {
	title: 'Invoices of others can be read', description: 'Any number works, – also with “quotes” and 日本語.', impact: 'All invoices.',
	steps: '1. Sign in\n2. Change the number', affected: ['https://app.exact.works/invoices/1'], component: 'web',
	proof_of_concept: 'curl …', severity: 'high', cvss: 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N', remediation: 'Check the owner.',
	testing: { accounts: ['a@example.org'], source_addresses: ['192.0.2.1'], from: day(-1), until: day(-1, '10:00:00') },
	reached_others_data: true, caused_disruption: false, kind: 'report', reporter: { name: 'Ada', email: 'ada@example.org' },
	credit: { wanted: true, name: 'Ada', url: 'https://example.org/ada' },
};

// A case that goes through its whole life, with everything that both sides can do.
async function aLife(act) {
	const c = await report(whole), r = i.reporter(c), done = async (what) => assert.ok((await what).status < 300);
	await act(c, { action: 'acknowledge', text: 'We have it.' });
	await act(c, { action: 'request_info', text: 'Which version?' });
	i.setClock(day(2));
	await done(r.attach([{ filename: 'proof.txt', bytes: bytes(3000) }, { filename: 'Bild “1”.bin', bytes: bytes(70) }], 'This one.'));
	await act(c, { action: 'note', text: 'Between us.' });
	await act(c, { action: 'triage', severity: 'high', cwe: 'CWE-639', component: 'web', text: 'We agree.' });
	await act(c, { action: 'assign', to: 'ben' });
	i.setClock(day(10));
	await act(c, { action: 'message', text: 'Being mended.' });
	await done(r.put('credit', { wanted: true, name: 'Ada L.' }));
	await done(r.post('messages', { text: 'Thank you.' }));
	await act(c, { action: 'fix', text: 'It is mended.' });
	await done(r.post('disclosure', { date: day(90).slice(0, 10) }));
	await act(c, { action: 'close', reason: 'resolved' });
	await done(r.post('letter'));
	await act(c, { action: 'publish', advisory: 'EXW-SA-2026-01' });
	await act(c, { action: 'reopen' });
	await act(c, { action: 'fix' });
	return c;
}

async function everyState(act, token) {
	await report({ description: 'new, and nothing else' });
	await report({ title: 'A question', description: 'May I test the sandbox?', kind: 'question' });
	await act(await report({ description: 'acknowledged' }), { action: 'acknowledge' });
	await act(await report({ description: 'asked' }), { action: 'request_info', text: 'Where?' });
	const triaged = await report({ title: 'Triaged', description: 'triaged', reporter: { email: 'bob@example.org' } });
	for (const severity of ['low', 'critical'])
		await act(triaged, { action: 'triage', severity });
	for (const reason of ['out_of_scope', 'not_reproducible', 'informative', 'not_applicable', 'spam'])
		await act(await report({ description: `closed: ${reason}` }), { action: 'close', reason });
	await act(await report({ description: 'the same again' }), { action: 'close', reason: 'duplicate', of: triaged.case });
	const reopened = await report({ description: 'closed and reopened' });
	await act(reopened, { action: 'close', reason: 'informative' });
	await act(reopened, { action: 'reopen' });
	const mine = await report({ description: 'taken back', reporter: { email: 'eve@example.org' } });
	assert.ok((await i.reporter(mine).post('withdraw')).status < 300);
	const a = await i.staff(token, 'POST', '/api/v1/cases', { json: { ...whole, received_at: day(-3), channel: 'mail' } });
	assert.equal(a.status, 201, a.text);
	sent.push({ case: a.json.case, receipt: a.json.receipt });
}

// A second version of the policy, in force for the reports after it.
async function changePolicy() {
	const file = path.join(i.dir, 'programmes/exact.works/policy.yaml');
	fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('We take security seriously', 'We take the security of everybody seriously'));
	i.child.kill('SIGHUP');
	const before = (await i.get('/policy')).text;
	await until(async () => (await i.get('/policy')).text !== before, 10000, 'the policy was not read again');
	await report({ description: 'under the second policy' });
}

try {
	await i.init();
	await i.serve();
	i.setClock(day(0));
	const tokens = await team(), act = (c, json) => i.act(tokens.coordinator, c.case, json);
	await aLife(act);
	await everyState(act, tokens.coordinator);
	await changePolicy();
	const repeated = { key: 'sent twice', json: { description: 'sent twice' } };
	repeated.answer = await report(repeated.json, { key: repeated.key });
	const invitation = new URL(said('member', 'invite', '--role', 'analyst', '-C', i.dir).trim()).pathname;
	await new Browser(i).get(invitation);

	i.setClock(day(12));
	await until(() => { const v = JSON.parse(said('audit', 'verify', '--json', '-C', i.dir)); return v.signed_upto === v.last_event; },
		20000, 'no checkpoint came');
	const read = await readAll(i, tokens.coordinator, sent);
	assert.deepEqual(new Set(read.list.map((c) => c.state)), new Set(['new', 'acknowledged', 'triaged', 'fixed', 'closed']));
	i.alive();
	await i.stop();

	execFileSync('tar', ['-C', i.dir, '--exclude=./run', '--sort=name', '--mtime=2026-01-17', '--owner=0', '--group=0', '--numeric-owner',
		'-cf', `${i.home}/i.tar`, '.']);
	execFileSync('sh', ['-c', 'xz -9e -c "$1" >"$2"', 'sh', `${i.home}/i.tar`, archive]);
	const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: here, encoding: 'utf8' }).trim();
	fs.writeFileSync(archive.replace('.tar.xz', '.json'),
		JSON.stringify({ version, commit, at: day(12), tokens, people, invitation, repeated, sent, read }, null, '\t') + '\n');
	console.log(`${archive}: ${fs.statSync(archive).size} bytes, ${read.list.length} cases`);
} catch (e) {
	console.error(i.log);
	throw e;
} finally {
	if (i.child && !i.ended)
		await i.killAll();
	i.destroy();
}
