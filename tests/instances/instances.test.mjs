// The instance of every version that was released, opened by this one: brought up to date as it starts, whole by its own
// chains, and every case, file, person, token and receipt as the version that made it read them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Browser, enrol, password } from '../e2e/forms.mjs';
import { folder, slow, totp, vdpd } from '../e2e/lib.mjs';
import { clockBefore, holds, readAll, recordOf, said, unpack, versions } from './lib.mjs';

// What people do first: sign in with password and code, follow a link, ask about a report, send one again.
async function peopleGoOn(i, record) {
	i.setClock(i.clock + 3600);
	for (const name of ['ana', 'ben', 'cyn']) {
		const b = new Browser(i);
		await b.get('/sign-in');
		const a = await b.post('/sign-in', { name, password, code: totp(record.people[name].secret, i.now) });
		assert.equal(a.status, name === 'cyn' ? 403 : 303, `${name}: ${a.text}`);
		if (name !== 'cyn')
			await b.get('/');
	}
	await enrol(i, `${i.desk}${record.invitation}`, 'dee');
	assert.equal((await i.staff(record.tokens.revoked, 'GET', '/api/v1/cases')).status, 401);
	const { key, json, answer } = record.repeated;
	assert.deepEqual(await i.report(json, { key }), answer, 'the same request is the same case still');
	const fresh = await i.report({ description: 'the first of this version' });
	assert.ok(!record.sent.some((s) => s.case === fresh.case), 'a number is not given twice');
	const open = record.read.list.find((c) => c.state === 'new').case;
	await i.act(record.tokens.coordinator, open, { action: 'triage', severity: 'low' });
}

assert.ok(versions().includes('0.1.0'));
for (const version of versions())
	test(`the instance of ${version} is opened, and nothing in it is lost`, { timeout: 60000 * slow }, async () => {
		const record = recordOf(version), i = await unpack(version, folder());
		const same = async () => holds(await readAll(i, record.tokens.coordinator, record.sent), record.read);
		try {
			clockBefore(i, record.at);
			await i.serve();
			await same();
			assert.match(said('audit', 'verify', '-C', i.dir), /every chain is whole/);
			const doctor = vdpd(['doctor', '-C', i.dir]);
			assert.equal(doctor.status, 0, doctor.out + doctor.err);
			i.alive();
			await i.stop();

			await i.serve(); // a second time, with nothing left to bring up to date
			await same();
			await peopleGoOn(i, record);
			assert.match(said('audit', 'verify', '-C', i.dir), /every chain is whole/);
			i.alive();
			await i.stop();
		} finally {
			if (i.child && !i.ended)
				await i.killAll();
			i.destroy();
		}
	});
