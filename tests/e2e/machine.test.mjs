// What goes wrong with the machine: processes killed, the directory in use, damaged or with the wrong keys, no room.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { isRoot, scenario, until, vdpd } from './lib.mjs';

scenario('a killed process is started again, and nothing acknowledged is lost', async (i) => {
	const kept = [await i.report({ description: 'before' })];
	for (const role of i.roles) {
		await i.kill(role);
		kept.push(await i.report({ description: `after ${role}` }, { timeout: 30000 }));
	}
	for (const r of kept)
		assert.equal((await i.reporter(r).get()).status, 200, r.case);
	assert.equal(new Set(kept.map((r) => r.case)).size, kept.length);
});

scenario('all is there after an end of everything at once', async (i) => {
	const r = await i.report({ description: 'here' });
	await i.killAll();
	await i.serve();
	assert.equal((await i.reporter(r).get()).json.report.description, 'here');
	await i.stop();
	await i.serve();
	assert.equal((await i.reporter(r).get()).status, 200);
});

scenario('a second serve on the same directory is refused, and disturbs nothing', async (i) => {
	const second = vdpd(['serve', '-C', i.dir, '--public', '127.0.0.1:0', '--desk', '127.0.0.1:0']);
	assert.equal(second.status, 1);
	assert.match(second.err, new RegExp(`being served already, by process ${i.child.pid}.*stop that one`, 's'));
	assert.equal(second.out, '');
	await i.report({ description: 'undisturbed' });
});

// Starts where it must not start: gives what stderr says.
async function refused(i, what) {
	const before = i.log.length;
	i.allowed.push(/what=(start_failed|process_ended)/);
	await i.serve({ ready: false });
	assert.deepEqual(i.ended, { code: 1, signal: null }, what);
	const said = i.log.slice(before).split('\n').filter((l) => l.startsWith('vdpd: '));
	assert.equal(said.length, 1, `${what}: one message\n${i.log.slice(before)}`);
	assert.doesNotMatch(said[0], /\/proc\//);
	return said[0];
}

// CHANGE the file NAME of an instance, see the message, and put it back.
async function damaged(i, name, change, message) {
	const file = path.join(i.dir, name), good = fs.readFileSync(file);
	// What stands in the write-ahead log would hide the damage below it.
	const wal = fs.existsSync(`${file}-wal`) ? fs.readFileSync(`${file}-wal`) : undefined;
	if (wal)
		fs.truncateSync(`${file}-wal`);
	change(file, good);
	assert.match(await refused(i, name), message, name);
	fs.writeFileSync(file, good);
	if (wal)
		fs.writeFileSync(`${file}-wal`, wal);
}

scenario('a damaged database or a wrong key stops the start, and says what to do', async (i) => {
	const r = await i.report({ description: 'sealed' });
	await i.enrol(i.made.enrolment, 'ada');
	await i.stop();
	const noise = (file, good) => fs.writeFileSync(file, Buffer.concat([randomBytes(4096), good.subarray(4096)]));
	const mend = /restore|backup|doctor|make room|init/;
	await damaged(i, 'data/vdpd.db', noise, mend);
	await damaged(i, 'keys/keyd.db', noise, mend);
	await damaged(i, 'data/vdpd.db', (file) => fs.writeFileSync(file, 'This is no database.'.repeat(500)), mend);
	for (const name of ['keys/storage.key', 'keys/signing.key', 'keys/keyd.key']) {
		await damaged(i, name, (file) => fs.writeFileSync(file, randomBytes(32)), mend);
		await damaged(i, name, (file) => fs.writeFileSync(file, 'short'), mend);
		await damaged(i, name, (file) => fs.rmSync(file), mend);
		execFileSync('chown', [`--reference=${path.join(i.dir, 'vdpd.yaml')}`, path.join(i.dir, name)]);
		fs.chmodSync(path.join(i.dir, name), 0o600);
	}
	await damaged(i, 'programmes/exact.works/policy.yaml', (file, good) => fs.writeFileSync(file, good + '\nnonsense: 1\n'),
		/policy\.yaml:\d+:\d+: .*nonsense/);
	await damaged(i, 'vdpd.yaml', (file, good) => fs.writeFileSync(file, good + '\nnonsense: 1\n'), /vdpd\.yaml:\d+:\d+: .*nonsense/);
	await i.serve();
	assert.equal((await i.reporter(r).get()).json.report.description, 'sealed', 'all was put back');
});

scenario('without room on the disk: 507, reading goes on, and then writing again', { start: false }, async (i, t) => {
	if (!isRoot || spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=711', 'tmpfs', i.home]).status !== 0) {
		t.skip('not run: a small file system needs root and mount(2)');
		return;
	}
	try {
		await i.init();
		await i.serve();
		const token = i.token(), ballast = path.join(i.home, 'ballast');
		const kept = [await i.report({ description: 'before' })];
		const fill = () => {
			const fd = fs.openSync(ballast, 'a');
			try {
				for (;;)
					fs.writeSync(fd, Buffer.alloc(4096));
			} catch (e) {
				assert.equal(e.code, 'ENOSPC');
			} finally {
				fs.closeSync(fd);
			}
		};
		fill();
		i.allowed.push(/full|no room|what=(checkpoint|request_failed|answer)/);
		let refused;
		for (let n = 0; n < 300 && !refused; n++) {
			const a = await i.ask('POST', '/api/v1/reports', { json: { description: 'x'.repeat(40000) } });
			if (a.status === 201)
				kept.push(a.json);
			else
				refused = a;
		}
		assert.equal(refused?.status, 507, refused?.text);
		assert.equal(refused.headers['content-type'], 'application/problem+json');
		fill();
		for (let n = 0; n < 5; n++)
			assert.equal((await i.ask('POST', '/api/v1/reports', { json: { description: 'again' } })).status, 507);
		assert.equal((await i.reporter(kept[0]).attach([{ filename: 'a.bin', bytes: randomBytes(300000) }])).status, 507);
		assert.equal((await i.reporter(kept[0]).post('messages', { text: 'x' })).status, 507);
		assert.equal((await i.get('/')).status, 200);
		assert.equal((await i.get('/healthz')).status, 200);
		for (const r of kept)
			assert.equal((await i.reporter(r).get()).status, 200, 'the reporter reads on');
		assert.equal((await i.staff(token, 'GET', '/api/v1/cases')).status, 200, 'the team reads on');
		assert.equal((await i.staff(token, 'GET', `/api/v1/cases/${kept[0].case}`)).status, 200, 'a case is opened, and logged in the reserve');

		fs.rmSync(ballast);
		const after = await until(async () => {
			const a = await i.ask('POST', '/api/v1/reports', { json: { description: 'after' } });
			return a.status === 201 && a.json;
		}, 10000, 'there is room again');
		for (const r of [...kept, after])
			assert.equal((await i.reporter(r).get()).status, 200, r.case);
		assert.equal((await i.reporter(after).attach([{ filename: 'a.bin', bytes: randomBytes(300000) }])).status, 201);
		i.alive();
		await i.stop();
	} finally {
		if (i.child && !i.ended)
			await i.killAll();
		spawnSync('umount', ['-l', i.home]);
	}
});
