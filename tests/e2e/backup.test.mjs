// Backups of an instance that is in use, and what becomes of them: restored elsewhere and compared case by case,
// built one on the other, cut, bent, and on a full disk.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Instance, folder, request, rfc3339, scenario, slow, vdpd, vdpdBin } from './lib.mjs';

const now = rfc3339(Math.floor(Date.now() / 1000));

function good(...args) {
	const r = vdpd(args, { timeout: 60000 });
	assert.equal(r.status, 0, r.err);
	return r.out;
}

// The command fails with 1 and says WHY; nothing is left in FOLDER that was not there.
function refused(why, dir, ...args) {
	const before = fs.readdirSync(dir).sort();
	const r = vdpd(args, { timeout: 60000 });
	assert.equal(r.status, 1, `${args.join(' ')}: ${r.out}${r.err}`);
	assert.equal(r.out, '');
	assert.match(r.err, why);
	assert.deepEqual(fs.readdirSync(dir).sort(), before, 'something is left behind');
}

// Without waiting for it, so that the test goes on sending.
function later(...args) {
	const child = spawn(vdpdBin(), args, { stdio: ['ignore', 'pipe', 'pipe'] });
	let out = '', err = '';
	child.stdout.on('data', (d) => { out += d; });
	child.stderr.on('data', (d) => { err += d; });
	return new Promise((r) => child.on('close', (status) => r({ status, out, err })));
}

// A place for backups, and their key.
function vault(i) {
	const dir = path.join(i.home, 'vault'), key = path.join(dir, 'key');
	fs.mkdirSync(dir);
	const line = good('backup-key', 'create', key);
	assert.match(line, /^backup_key: [0-9a-f]{64}\n$/);
	assert.equal(fs.statSync(key).mode & 0o777, 0o600);
	return { dir, key, line, public: line.trim().split(' ')[1], file: (name) => path.join(dir, name) };
}

async function allCases(i, token) {
	const found = {};
	for (let cursor = ''; cursor !== null;) {
		const a = await i.staff(token, 'GET', `/api/v1/cases${cursor && `?cursor=${cursor}`}`);
		assert.equal(a.status, 200, a.text);
		for (const c of a.json.items)
			found[c.case] = (await i.staff(token, 'GET', `/api/v1/cases/${c.case}`)).json;
		cursor = a.json.next;
	}
	return found;
}

const bytes = (n, seed) => Buffer.from(Array.from({ length: n }, (_, k) => (k * 31 + seed * 7 + (k >> 8)) & 255));

// Cases of every kind; some have files.
async function fill(i, token, from, n) {
	const made = [];
	for (let k = from; k < from + n; k++) {
		const sent = await i.report({ title: `Finding ${k}`, description: `What was found, ${k}`, reporter: { email: `ana${k}@example.org` } });
		const r = i.reporter(sent);
		if (k % 3 === 0)
			assert.equal((await r.attach([{ filename: `poc-${k}.bin`, bytes: bytes(100000 + k, k) }])).status, 201);
		if (k % 4 === 1)
			await i.act(token, sent.case, { action: 'triage', severity: 'high', text: 'Thank you' });
		if (k % 4 === 2)
			await i.act(token, sent.case, { action: 'note', text: 'for the team' });
		made.push({ ...sent, k });
	}
	return made;
}

// The instance restored from FILE, in place of I, whose ports it takes over.
async function restored(i, v, file, extra = []) {
	const j = new Instance(folder());
	const told = JSON.parse(good('restore', v.file(file), j.dir, '--key', v.key, '--json', ...extra));
	Object.assign(j, { publicPort: i.publicPort, deskPort: i.deskPort, public: i.public, desk: i.desk });
	return { j, told };
}

async function serveAt(j, clock) {
	await j.serve();
	j.setClock(clock);
}

async function end(j) {
	j.alive();
	await j.stop();
	j.destroy();
}

// ---- Under load -------------------------------------------------------------------------------------------------

scenario('a backup under load, restored elsewhere, holds every case as it was', { timeout: 240000 }, async (i) => {
	i.setClock(now);
	const v = vault(i), token = i.token();
	const ada = await i.enrol(i.made.enrolment, 'ada');
	assert.match(good('member', 'invite', '--role', 'analyst', '-C', i.dir), /\/enrol\//);
	const before = await fill(i, token, 0, 12);

	// Reports come in all the while; each that is acknowledged before the backup begins must be in it.
	let stop = false, sent = 0;
	const load = Promise.all(Array.from({ length: 8 }, async () => {
		while (!stop)
			await i.report({ description: `load ${sent++}` });
	}));
	await fill(i, token, 100, 4);
	const acknowledged = Object.keys(await allCases(i, token));
	const r = await later('backup', '-C', i.dir, v.file('one'), '--to', v.public, '--json');
	await fill(i, token, 200, 4);
	stop = true;
	await load;
	assert.equal(r.status, 0, r.err);
	const told = JSON.parse(r.out);
	assert.equal(told.storage_key, true);
	assert.equal(told.files_missing + told.files_damaged, 0);
	assert.equal(told.files_copied, told.files);
	assert.equal(fs.statSync(v.file('one')).mode & 0o777, 0o600);
	assert.deepEqual(fs.readdirSync(path.join(i.dir, 'run')).filter((f) => /copy/.test(f)), []);
	assert.match(fs.readFileSync(path.join(i.dir, 'data/last-backup'), 'utf8'), /^\d{4}-.*Z\n$/);
	const was = await allCases(i, token);
	const home = { headers: { Cookie: ada.cookie } };
	assert.equal((await request(i.desk, 'GET', '/', home)).status, 200);

	const rehearsal = JSON.parse(good('restore', '--rehearse', v.file('one'), '--key', v.key, '--json'));
	assert.equal(rehearsal.rehearsal, true);
	assert.equal(rehearsal.files, told.files);
	await i.stop();

	const { j, told: done } = await restored(i, v, 'one');
	assert.equal(done.files, rehearsal.files);
	assert.ok(rehearsal.cases >= acknowledged.length);
	assert.ok(done.sessions_ended >= 1 && done.invitations_ended === 1, JSON.stringify(done));
	assert.match(good('audit', 'verify', '-C', j.dir), /every chain is whole/);
	assert.equal(vdpd(['doctor', '-C', j.dir]).status, 0);
	await serveAt(j, now);
	const is = await allCases(j, token);
	for (const number of acknowledged)
		assert.ok(is[number], `${number} was acknowledged before, and is not in the backup`);
	for (const [number, c] of Object.entries(is))
		assert.deepEqual(c, was[number], number);
	for (const c of before) {
		const file = await j.reporter(c).file(1);
		if (c.k % 3 === 0)
			assert.ok(file.bytes.equals(bytes(100000 + c.k, c.k)), `${c.case}: its file`);
		else
			assert.equal(file.status, 404);
	}
	// Whoever was signed in is not; a number is not given twice; what was signed fits.
	assert.notEqual((await request(j.desk, 'GET', '/', home)).status, 200);
	assert.equal(is[(await j.report({ description: 'after' })).case], undefined);
	assert.match(good('audit', 'verify', '-C', j.dir), /every chain is whole/);
	await end(j);
});

// ---- One on the other -------------------------------------------------------------------------------------------

scenario('backups that build on each other copy no file twice', { timeout: 240000 }, async (i) => {
	i.setClock(now);
	const v = vault(i), token = i.token(), make = (...args) => JSON.parse(good('backup', '-C', i.dir, '--json', ...args));
	const file = path.join(i.dir, 'vdpd.yaml');
	refused(/no key to encrypt .* to/, v.dir, 'backup', '-C', i.dir, v.file('one'));
	fs.appendFileSync(file, v.line);
	const first = await fill(i, token, 0, 6);
	assert.equal(make(v.file('one')).files_copied, 2);
	const second = await fill(i, token, 6, 6);
	const two = make(v.file('two'), '--base', v.file('one'));
	assert.deepEqual([two.files_copied, two.files_in_base], [2, 2]);
	const third = await fill(i, token, 12, 3);
	const three = make(v.file('three'), '--base', v.file('two'), '--without-storage-key');
	assert.deepEqual([three.files_copied, three.files_in_base, three.storage_key], [1, 4, false]);
	refused(/is there already/, v.dir, 'backup', '-C', i.dir, v.file('three'));
	const was = await allCases(i, token);
	await i.stop();

	// A base that is not there, is another, or is of another instance.
	const elsewhere = path.join(i.home, 'elsewhere');
	fs.mkdirSync(elsewhere);
	fs.copyFileSync(v.file('three'), path.join(elsewhere, 'three'));
	fs.copyFileSync(v.file('one'), path.join(elsewhere, 'two'));
	refused(/is not the backup that this one builds on/, i.home, 'restore', path.join(elsewhere, 'three'),
		path.join(i.home, 'j'), '--key', v.key);
	fs.rmSync(path.join(elsewhere, 'two'));
	refused(/two is not there: the backup builds on it/, i.home, 'restore', path.join(elsewhere, 'three'),
		path.join(i.home, 'j'), '--key', v.key);
	assert.match(good('restore', '--rehearse', path.join(elsewhere, 'three'), '--bases', v.dir, '--key', v.key),
		/NOT in it/);

	const { j, told } = await restored(i, v, 'three');
	assert.deepEqual([told.backups, told.files, told.storage_key], [3, 5, false]);
	// Without the storage key it does not start, and says what is missing; with it, all is there.
	assert.ok(!fs.existsSync(path.join(j.dir, 'keys/storage.key')));
	assert.match(vdpd(['doctor', '-C', j.dir]).out, /storage\.key is missing/);
	fs.copyFileSync(path.join(i.dir, 'keys/storage.key'), path.join(j.dir, 'keys/storage.key'));
	const st = fs.statSync(path.join(j.dir, 'keys'));
	fs.chownSync(path.join(j.dir, 'keys/storage.key'), st.uid, st.gid);
	await serveAt(j, now);
	assert.deepEqual(await allCases(j, token), was);
	for (const c of [...first, ...second, ...third].filter(({ k }) => k % 3 === 0))
		assert.ok((await j.reporter(c).file(1)).bytes.equals(bytes(100000 + c.k, c.k)), c.case);
	await end(j);

	// What was lost before is said, and does not stop it.
	const blobs = path.join(i.dir, 'data/blobs'), list = fs.readdirSync(blobs).flatMap((d) => fs.readdirSync(path.join(blobs, d))
		.map((f) => path.join(blobs, d, f)));
	assert.equal(list.length, 5);
	fs.rmSync(list[0]);
	fs.truncateSync(list[1], 1000);
	const lost = vdpd(['backup', '-C', i.dir, v.file('lost')]);
	assert.equal(lost.status, 0, lost.err);
	assert.match(lost.err, /is not there/);
	assert.match(lost.err, /is damaged/);
	const found = vdpd(['restore', '--rehearse', v.file('lost'), '--key', v.key]);
	assert.equal(found.status, 1);
	assert.match(found.err, /1 files of cases were missing and 1 damaged/);
});

// ---- Bad input --------------------------------------------------------------------------------------------------

scenario('a backup that is cut, bent, of another version, or restored where something lives', { timeout: 240000 }, async (i) => {
	const v = vault(i), token = i.token(), to = path.join(i.home, 'to');
	const [sent] = await fill(i, token, 0, 4);
	good('backup', '-C', i.dir, v.file('b'), '--to', v.key);
	const whole = fs.readFileSync(v.file('b'));
	const put = (change) => {
		const b = Buffer.from(whole);
		fs.writeFileSync(v.file('bad'), change(b) ?? b);
	};
	const bad = (why) => {
		refused(why, i.home, 'restore', v.file('bad'), to, '--key', v.key);
		refused(why, v.dir, 'restore', '--rehearse', v.file('bad'), '--key', v.key);
	};

	for (const at of [0, 5, 19, 20, 100, whole.length - 17, whole.length - 1]) {
		put((b) => b.subarray(0, at));
		bad(at < 20 ? /is not a backup of vdpd/ : /cut short/);
	}
	put((b) => Buffer.concat([b, Buffer.from('x')]));
	bad(/cut short, or has more behind its end/);
	put((b) => { b.writeUInt32LE(2, 12); });
	bad(/format 2, and this program reads format 1/);
	// One bit, all over the file: head, key, stream, foot.
	for (let at = 20; at < whole.length; at += Math.floor(whole.length / 23) + 1) {
		put((b) => { b[at] ^= 4; });
		bad(/damaged|another key|cut short/);
	}
	for (let at = 36; at < 320; at += 29) {
		put((b) => { b[at] ^= 1; });
		bad(/damaged|another key|builds on|is not there|cut short/);
	}
	fs.rmSync(v.file('bad'));

	const other = v.file('other');
	good('backup-key', 'create', other);
	refused(/encrypted to another key/, i.home, 'restore', v.file('b'), to, '--key', other);
	refused(/holds no secret half/, i.home, 'restore', v.file('b'), to, '--key', path.join(i.dir, 'vdpd.yaml'));
	refused(/is there already/, v.dir, 'backup-key', 'create', other);
	refused(/is there already, and not empty/, i.home, 'restore', v.file('b'), i.dir, '--key', v.key);
	refused(/another instance made this backup|not a backup/, v.dir, 'backup', '-C', i.dir, v.file('c'), '--to', v.key, '--base', other);
	refused(/none/, v.dir, 'backup', '-C', i.dir, v.file('c'), '--to', v.key, '--base', v.file('none'));
	assert.equal(vdpd(['restore', v.file('b'), to]).status, 2);
	assert.equal(vdpd(['backup', v.file('b')]).status, 2);

	// No room: as the limit on the size of a file says it.
	assert.equal((await i.reporter(sent).attach([{ filename: 'large', bytes: bytes(3 << 20, 1) }])).status, 201);
	good('backup', '-C', i.dir, v.file('large'), '--to', v.key);
	for (const args of [['backup', '-C', i.dir, v.file('full'), '--to', v.key], ['restore', v.file('large'), to, '--key', v.key]]) {
		const before = [fs.readdirSync(v.dir), fs.readdirSync(i.home), fs.readdirSync(path.join(i.dir, 'run'))].map((l) => l.sort());
		const r = spawnSync('bash', ['-c', `trap '' XFSZ; ulimit -f 2000; exec "$@"`, 'bash', vdpdBin(), ...args],
			{ encoding: 'utf8', timeout: 60000 * slow });
		assert.equal(r.status, 1, r.stderr);
		assert.match(r.stderr, /make room/);
		assert.deepEqual([fs.readdirSync(v.dir), fs.readdirSync(i.home), fs.readdirSync(path.join(i.dir, 'run'))].map((l) => l.sort()), before);
	}
	good('restore', v.file('b'), to, '--key', v.key);
});

// ---- A new storage key ------------------------------------------------------------------------------------------

scenario('a new storage key opens every case, the old one none; also after a cut in the middle', { timeout: 240000 }, async (i) => {
	i.setClock(now);
	const v = vault(i), token = i.token(), made = await fill(i, token, 0, 8);
	const keys = (name) => path.join(i.dir, 'keys', name), read = (name) => fs.readFileSync(keys(name));
	const was = await allCases(i, token), old = { storage: read('storage.key'), public: read('public.keys') };
	await i.stop();
	const same = async () => {
		await i.serve();
		i.setClock(now);
		assert.deepEqual(await allCases(i, token), was);
		for (const c of made)
			assert.equal((await i.reporter(c).get()).status, 200);
		await i.stop();
	};

	good('backup', '-C', i.dir, v.file('before'), '--to', v.public, '--without-storage-key');
	const { old_key, new_key, ...done } = JSON.parse(good('rekey', '-C', i.dir, '--json'));
	assert.deepEqual(done, { cases: 8, capsules: 8, not_opened: 0, resumed: false, served: false });
	assert.notEqual(old_key, new_key);
	assert.ok(!read('storage.key').equals(old.storage));
	assert.equal(fs.statSync(keys('storage.key')).mode & 0o777, 0o600);
	assert.equal(vdpd(['doctor', '-C', i.dir]).status, 0);
	assert.match(good('audit', 'verify', '-C', i.dir), /every chain is whole/);
	await same();

	// Cut off before the new key took the place of the old one.
	const st = fs.statSync(keys('storage.key')), fresh = read('storage.key');
	const write = (name, b) => {
		fs.writeFileSync(keys(name), b, { mode: 0o600 });
		fs.chownSync(keys(name), st.uid, st.gid);
	};
	write('storage.key.next', fresh);
	write('storage.key', old.storage);
	write('public.keys', old.public);
	await same(); // both keys open
	assert.match(vdpd(['doctor', '-C', i.dir]).out, /run `vdpd rekey -C DIR` again/);
	refused(/change of the storage key was cut off/, v.dir, 'backup', '-C', i.dir, v.file('half'), '--to', v.public);
	assert.equal(JSON.parse(good('rekey', '-C', i.dir, '--json')).resumed, true);
	assert.ok(read('storage.key').equals(fresh));
	await same();

	// What the old key opens now is what was backed up with it.
	const { j } = await restored(i, v, 'before');
	fs.writeFileSync(path.join(j.dir, 'keys/storage.key'), old.storage, { mode: 0o600 });
	fs.chownSync(path.join(j.dir, 'keys/storage.key'), st.uid, st.gid);
	await serveAt(j, now);
	assert.deepEqual(await allCases(j, token), was);
	await end(j);
});
