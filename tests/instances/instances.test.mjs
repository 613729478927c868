// The instance of every version that was released, opened by this one: brought up to date as it starts, whole by its own
// chains, and every case, file, person, token and receipt as the version that made it read them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Browser, enrol, password } from '../e2e/forms.mjs';
import { folder, Instance, isRoot, slow, totp, until, vdpd } from '../e2e/lib.mjs';
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

// What an upgrade keeps of the databases of before.
const kept = (i) => ['data', 'keys'].flatMap((d) => fs.readdirSync(path.join(i.dir, d)).filter((f) => /\.before-/.test(f)).map((f) => `${d}/${f}`)).sort();

// The order that people follow: a backup by the new version before it is started for the first time.
async function backedUpBefore(i, record, same) {
	const key = path.join(i.home, 'key'), file = path.join(i.home, 'before');
	said('backup-key', 'create', key);
	said('backup', '-C', i.dir, file, '--to', key);
	assert.deepEqual(kept(i), [], 'a backup brings nothing up to date');
	said('restore', '--rehearse', file, '--key', key);
	const j = new Instance(folder());
	try {
		said('restore', file, j.dir, '--key', key);
		Object.assign(j, { publicPort: i.publicPort, deskPort: i.deskPort, public: i.public, desk: i.desk });
		clockBefore(j, record.at);
		await j.serve();
		await same(j);
		await j.stop();
	} finally {
		if (j.child && !j.ended)
			await j.killAll();
		j.destroy();
	}
}

// A copy is the database of before, and goes when the new version has served for a week.
async function copiesGo(i) {
	for (const f of kept(i)) {
		const file = path.join(i.dir, f);
		assert.equal(fs.statSync(file).mode & 0o777, 0o600);
		const first = Number(f.slice(-4));
		const applied = execFileSync('sqlite3', [file, 'SELECT max(version) FROM schema_migration; PRAGMA integrity_check'], { encoding: 'utf8' });
		assert.equal(applied, `${first - 1}\nok\n`, f);
	}
	const all = kept(i), [one] = all;
	if (one === undefined)
		return;
	await i.serve();
	await i.get('/healthz');
	assert.deepEqual(kept(i), all, 'not on the first day');
	await i.stop();
	const old = i.clock - 7 * 86400;
	fs.utimesSync(path.join(i.dir, one), old, old);
	await i.serve();
	await until(() => !kept(i).includes(one), 5000, `${one} stays`);
	assert.deepEqual(kept(i), all.slice(1));
	i.alive();
	await i.stop();
}

assert.ok(versions().includes('0.1.0'));
for (const version of versions())
	test(`the instance of ${version} is opened, and nothing in it is lost`, { timeout: 60000 * slow }, async () => {
		const record = recordOf(version), i = await unpack(version, folder());
		const same = async (at) => holds(await readAll(at, record.tokens.coordinator, record.sent), record.read);
		try {
			clockBefore(i, record.at);
			await backedUpBefore(i, record, same);
			await i.serve();
			await same(i);
			assert.match(said('audit', 'verify', '-C', i.dir), /every chain is whole/);
			const doctor = vdpd(['doctor', '-C', i.dir]);
			assert.equal(doctor.status, 0, doctor.out + doctor.err);
			i.alive();
			await i.stop();

			await copiesGo(i);
			await i.serve(); // with nothing left to bring up to date
			i.setClock(record.at);
			await same(i);
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

// ---- A full disk ------------------------------------------------------------------------------------------------

// A disk of its own, SIZE large, at DIR.
const mount = (dir, size) => execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=711`, 'tmpfs', dir]);

// With more and more room until it starts: each time before it says what to do, and in the end nothing is lost.
test('an upgrade on a full disk changes nothing, and is made once there is room', { timeout: 120000 * slow }, async (t) => {
	if (!isRoot)
		return t.diagnostic('not run: it takes root to make a small disk');
	const version = versions()[0], record = recordOf(version), home = folder(), disk = path.join(home, 'disk');
	fs.mkdirSync(disk);
	mount(disk, '32m');
	let i;
	try {
		i = await unpack(version, disk);
		const fill = path.join(disk, 'fill');
		const key = path.join(home, 'key'), reasons = new Set();
		said('backup-key', 'create', key);
		fs.mkdirSync(path.join(i.dir, 'run'), { recursive: true });
		clockBefore(i, record.at);
		i.allowed.push(/./);
		const leave = (room) => {
			fs.rmSync(fill, { force: true });
			const { bavail, bsize } = fs.statfsSync(disk);
			fs.writeFileSync(fill, Buffer.alloc(Math.max(0, bavail * bsize - room)));
		};
		let tries = 0, started = false;
		for (let room = 0; !started; room += 32 << 10, tries++) {
			assert.ok(room < 8 << 20, `with ${room} bytes free it does not start\n${i.log}`);
			leave(room);
			const backup = vdpd(['backup', '-C', i.dir, path.join(disk, 'b'), '--to', key]);
			if (backup.status !== 0)
				assert.match(backup.err, /make room/, `with ${room} bytes free`);
			fs.rmSync(path.join(disk, 'b'), { force: true });
			leave(room);
			const before = i.log.length;
			await i.serve().then(() => { started = true; }, () => assert.ok(i.ended));
			if (!started) {
				const why = i.log.slice(before).split('\n').filter((l) => l.startsWith('vdpd: '));
				assert.equal(why.length, 1, i.log.slice(before));
				assert.match(why[0], /make room/, `with ${room} bytes free`);
				reasons.add(why[0].replace(/\d{4}/, 'N'));
			}
		}
		t.diagnostic(`${tries - 1} starts were refused: ${[...reasons].join(' | ')}`);
		assert.ok(tries > 2, 'the disk was never full');
		fs.rmSync(fill, { force: true });
		holds(await readAll(i, record.tokens.coordinator, record.sent), record.read);
		assert.match(said('audit', 'verify', '-C', i.dir), /every chain is whole/);
		await i.stop();
	} finally {
		if (i?.child && !i.ended)
			await i.killAll();
		execFileSync('umount', ['-l', disk]);
		fs.rmSync(home, { recursive: true, force: true });
	}
});
