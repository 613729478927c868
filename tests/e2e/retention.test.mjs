// Erasing: by the policy, announced before; by hand, by two persons; never on legal hold. What stays is the chain; the
// keys are in no file of the instance any more.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { policyFile, request, rfc3339, scenario, seconds, until, vdpd } from './lib.mjs';

const D = 86400, start = seconds('2026-03-02T09:00:00Z');

const sql = (i, text) => execFileSync('sqlite3', [path.join(i.dir, 'data/vdpd.db'), text], { encoding: 'utf8' }).trim();
const id = (i, r) => sql(i, `SELECT id FROM cases WHERE number = ${Number(r.case.slice(-4))}`);

// Bytes that only who has them can open the case with.
const secretsOf = (i, r) => ['team', 'reporter'].map((column) =>
	Buffer.from(sql(i, `SELECT hex(${column}) FROM case_wrap WHERE case_id = ${id(i, r)}`), 'hex'))
	.concat(Buffer.from(sql(i, `SELECT hex(content) FROM capsule WHERE case_id = ${id(i, r)}`), 'hex'));

// Every file of the instance that holds one of SECRETS, or the end of one. (A wrap begins with a box that serves its
// neighbours too.)
function holding(i, secrets) {
	const found = [];
	for (const e of fs.readdirSync(i.dir, { recursive: true, withFileTypes: true })) {
		const file = path.join(e.parentPath ?? e.path, e.name);
		if (!e.isFile() || e.name.endsWith('-shm'))
			continue;
		const all = fs.readFileSync(file);
		for (const s of secrets) {
			assert.ok(s.length >= 48, 'there was no secret');
			if (all.includes(s) || all.includes(s.subarray(-40)))
				found.push(path.relative(i.dir, file));
		}
	}
	return found;
}

const blobs = (i) => fs.readdirSync(path.join(i.dir, 'data/blobs'), { recursive: true, withFileTypes: true })
	.filter((e) => e.isFile()).length;

// The instance's policy with TEXT behind it, in force.
async function policy(i, text) {
	const file = path.join(i.dir, 'programmes/exact.works/policy.yaml');
	fs.writeFileSync(file, `${fs.readFileSync(policyFile, 'utf8')}\n${text}\n`);
	const before = (i.log.match(/policy_in_force/g) ?? []).length;
	i.child.kill('SIGHUP');
	await until(() => (i.log.match(/policy_in_force/g) ?? []).length >= before + 2, 5000, i.log);
}

const mails = (i) => fs.readdirSync(path.join(i.dir, 'outbox')).filter((f) => f.endsWith('.eml'))
	.map((f) => fs.readFileSync(path.join(i.dir, 'outbox', f), 'utf8'));
const subjects = (i, word) => mails(i).map((m) => m.match(/^Subject: (.*)$/m)[1]).filter((s) => s.includes(word));

const bearer = (who) => who.cookie.match(/vds_[^;]+/)[0];

async function send(i, k, files = true) {
	const r = await i.report({ title: `Finding ${k}`, description: `What was found, ${k}`, reporter: { email: `r${k}@example.org` } });
	if (files)
		assert.equal((await i.reporter(r).attach([{ filename: 'poc.bin', bytes: Buffer.alloc(50000, k) }])).status, 201);
	return r;
}

async function erased(i, token, r, why) {
	await until(async () => (await i.staff(token, 'GET', `/api/v1/cases/${r.case}`)).json.erased_at, 8000, i.log);
	const c = (await i.staff(token, 'GET', `/api/v1/cases/${r.case}`)).json;
	assert.equal(c.state, 'closed');
	assert.equal(c.title, null);
	assert.equal(c.report, null);
	assert.deepEqual(c.thread.filter((m) => m.text), []);
	assert.deepEqual(c.files, []);
	assert.equal(c.events.at(-1).event, 'erased');
	const theirs = await i.reporter(r).get();
	assert.equal(theirs.status, 410);
	assert.match(theirs.json.detail, new RegExp(`erased on \\d{4}-\\d\\d-\\d\\d ${why}`));
	assert.equal((await i.reporter(r).post('messages', { text: 'Are you there?' })).status, 410);
	const wrong = { ...r, receipt: r.receipt.slice(0, -1) + (r.receipt.endsWith('A') ? 'B' : 'A') };
	assert.equal((await i.reporter(wrong).get()).status, 404, 'who lacks the receipt learns nothing');
}

async function audit(i) {
	const r = vdpd(['audit', 'verify', '-C', i.dir]);
	assert.equal(r.status, 0, r.err + r.out);
}

scenario('the policy erases what is closed for long enough, and says so before', async (i) => {
	i.setClock(start);
	await i.enrol(i.made.enrolment, 'ana');
	let token = i.token();
	const [spam, held, open, fine] = [await send(i, 1), await send(i, 2), await send(i, 3), await send(i, 4)];
	for (const r of [spam, held])
		await i.act(token, r.case, { action: 'close', reason: 'spam', text: 'Thank you.' });
	await i.act(token, fine.case, { action: 'close', reason: 'informative' });
	await i.act(token, held.case, { action: 'hold' }, 422);
	const hold = await i.act(token, held.case, { action: 'hold', text: 'The court of Wels asks for it.' });
	assert.deepEqual(hold.flags, ['legal_hold']);
	assert.equal(hold.notes.at(-1).text, 'The court of Wels asks for it.');
	await i.act(token, held.case, { action: 'hold', text: 'Again' }, 409);
	const secrets = secretsOf(i, spam), kept = secretsOf(i, held);
	assert.ok(holding(i, secrets).length > 0);

	i.setClock(start + 15 * D);
	await until(() => subjects(i, 'new report').length + mails(i).length > 0, 8000, i.log);
	assert.deepEqual(subjects(i, 'will be erased'), []);
	i.setClock(start + 17 * D);
	await until(() => subjects(i, 'will be erased').length === 1, 8000, i.log);
	const c = (await i.staff(token, 'GET', `/api/v1/cases/${spam.case}`)).json;
	assert.equal(c.erase_at, rfc3339(start + 31 * D), 'a fortnight after they were told');
	assert.match(mails(i).find((m) => /will be erased/.test(m)), new RegExp(`1 case, first ${spam.case}`));
	i.setClock(start + 30 * D + 3600);
	await new Promise((r) => setTimeout(r, 1500));
	assert.equal((await i.staff(token, 'GET', `/api/v1/cases/${spam.case}`)).json.erased_at, null, 'not before the time that was told');

	i.setClock(start + 32 * D);
	await erased(i, token, spam, 'by the policy');
	await until(() => sql(i, 'SELECT COUNT(*) FROM scrub') === '0', 12000, i.log);
	assert.deepEqual(holding(i, secrets), []);
	assert.ok(holding(i, kept).length > 0, 'the test looks in the right place');
	assert.equal(blobs(i), 3);
	await audit(i);
	for (const r of [held, open, fine])
		assert.equal((await i.reporter(r).get()).status, 200);

	// The hold ends: told, then erased. Others are kept until the policy says more.
	await i.act(token, held.case, { action: 'lift_hold', text: 'Over.' });
	i.setClock(start + 33 * D + 60);
	await until(() => subjects(i, 'will be erased').length === 2, 8000, i.log);
	i.setClock(start + 48 * D);
	await erased(i, token, held, 'by the policy');
	i.setClock(start + 500 * D);
	token = i.token(); // they last a year
	await new Promise((r) => setTimeout(r, 1500));
	assert.equal((await i.reporter(fine).get()).status, 200);
	await policy(i, 'retention:\n  closed: 12 months');
	i.setClock(start + 502 * D);
	await until(() => subjects(i, 'will be erased').length === 3, 8000, i.log);
	i.setClock(start + 517 * D);
	await erased(i, token, fine, 'by the policy');
	assert.equal((await i.reporter(open).get()).status, 200);
	// The list still works, for those who may read and those who may not.
	for (const t of [token, i.token('auditor')]) {
		const l = await i.staff(t, 'GET', '/api/v1/cases');
		assert.equal(l.json.items.length, 4);
		assert.equal(l.json.items.filter((x) => x.erased_at).length, 3);
	}
	await audit(i);
	// Nothing follows.
	await i.act(token, spam.case, { action: 'reopen' }, 410);
	await i.act(token, spam.case, { action: 'note', text: 'x' }, 410);
	const f = vdpd(['doctor', '-C', i.dir]);
	assert.doesNotMatch(f.out, new RegExp(spam.case), f.out);
});

scenario('two coordinators erase a case by hand, one alone where there is no other', async (i) => {
	const ana = bearer(await i.enrol(i.made.enrolment, 'ana'));
	const token = i.token();
	const [one, two, three] = [await send(i, 1), await send(i, 2), await send(i, 3)];
	const first = secretsOf(i, one);
	await i.act(ana, one.case, { action: 'erase' }, 409); // open
	for (const r of [one, two, three])
		await i.act(token, r.case, { action: 'close', reason: 'informative' });
	await i.act(token, one.case, { action: 'erase' }, 403); // a token is nobody
	await i.act(ana, one.case, { action: 'erase' });
	await erased(i, ana, one, 'by the team');
	await until(() => sql(i, 'SELECT COUNT(*) FROM scrub') === '0', 12000, i.log);
	assert.deepEqual(holding(i, first), []);

	const link = JSON.parse(vdpd(['member', 'invite', '--role', 'coordinator', '--json', '-C', i.dir]).out).enrolment;
	const ben = bearer(await i.enrol(link, 'ben'));
	const asked = await i.act(ana, two.case, { action: 'erase' });
	assert.equal(asked.erased_at, null);
	assert.equal(asked.events.at(-1).event, 'erase_asked');
	await i.act(ana, two.case, { action: 'erase' }, 409); // twice is not two
	await until(() => subjects(i, 'asks to erase').length > 0, 8000, i.log);
	await i.act(ben, two.case, { action: 'hold', text: 'Wait.' }); // takes it back
	await i.act(ben, two.case, { action: 'erase' }, 409);
	await i.act(ben, two.case, { action: 'lift_hold', text: 'Go on.' });
	assert.equal((await i.act(ben, two.case, { action: 'erase' })).erased_at, null);
	await i.act(ana, two.case, { action: 'erase' });
	await erased(i, ana, two, 'by the team');
	assert.equal((await i.reporter(three).get()).status, 200);

	// As pages show it.
	const page = await request(i.desk, 'GET', `/cases/${two.case}`, { headers: { Cookie: `__Host-vdpd-desk=${ana}` } });
	if (page.status === 200) {
		assert.match(page.text, /Erased on \d{4}-\d\d-\d\d by ana/);
		assert.doesNotMatch(page.text, /name="action" value="(reopen|note|erase)"/);
	}
	await audit(i);
});
