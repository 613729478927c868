// A new storage key while reports come in: killed in the middle at any point it goes on, nothing is lost, and the old key
// opens nothing in the end.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { scenario, sleep, vdpd, vdpdBin } from './lib.mjs';

// `vdpd rekey`, killed after MS; or to its end.
async function rekey(i, ms) {
	const child = spawn(vdpdBin(), ['rekey', '-C', i.dir, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
	let out = '', err = '';
	child.stdout.on('data', (d) => { out += d; });
	child.stderr.on('data', (d) => { err += d; });
	const end = new Promise((r) => child.on('close', (status, signal) => r({ status, signal, out, err })));
	const timer = ms === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), ms);
	const how = await end;
	clearTimeout(timer);
	return how;
}

async function opens(i, token, sent) {
	for (const r of sent) {
		const c = await i.staff(token, 'GET', `/api/v1/cases/${r.case}`);
		assert.equal(c.status, 200, `${r.case}: ${c.text}`);
		assert.equal(c.json.report.description, r.text);
		assert.equal((await i.reporter(r).get()).status, 200);
	}
}

scenario('the storage key is changed under load, by a command that is killed again and again', { timeout: 240000 }, async (i) => {
	const token = i.token(), sent = [], keys = (name) => path.join(i.dir, 'keys', name);
	const old = { storage: fs.readFileSync(keys('storage.key')), public: fs.readFileSync(keys('public.keys')) };
	const send = async () => {
		const text = `Finding ${sent.length}`;
		sent.push({ ...(await i.report({ description: text, reporter: { email: `r${sent.length}@example.org` } })), text });
	};
	for (let k = 0; k < 150; k++)
		await send();
	let on = true;
	// While a process is killed some are refused; what was answered 201 counts.
	const load = Promise.all([0, 1, 2].map(async () => { while (on) await send().catch(() => sleep(20)); }));
	let killed = 0;
	for (const ms of [5, 15, 25, 40, 60, 90, 130]) {
		const r = await rekey(i, ms);
		killed += r.signal === 'SIGKILL';
		if (r.signal !== 'SIGKILL')
			assert.equal(r.status, 0, r.err);
		if (ms === 40)
			await i.kill('keyd');
		if (ms === 60)
			await i.kill('public').catch(() => {});
	}
	assert.ok(killed > 2, `${killed} were killed in time`);
	const r = await rekey(i);
	assert.equal(r.status, 0, r.err);
	const done = JSON.parse(r.out);
	assert.equal(done.not_opened, 0);
	assert.equal(done.served, true);
	await sleep(300);
	on = false;
	await load;
	assert.ok(!fs.readFileSync(keys('storage.key')).equals(old.storage));
	assert.ok(!fs.existsSync(keys('storage.key.next')));
	await opens(i, token, sent);

	// The old key opens none of them: with it in the new one's place everything is closed.
	await i.stop();
	const log = execFileSync('sqlite3', [path.join(i.dir, 'keys/keyd.db'), "SELECT actor, action FROM log WHERE action LIKE 'rekey%'"],
		{ encoding: 'utf8' }).trim().split('\n');
	assert.ok(log[0] === 'operator|rekey_begin' && log.at(-1) === 'operator|rekey', log.join());
	const fresh = { storage: fs.readFileSync(keys('storage.key')), public: fs.readFileSync(keys('public.keys')) };
	const st = fs.statSync(keys('storage.key'));
	const put = (k) => {
		for (const [name, b] of [['storage.key', k.storage], ['public.keys', k.public]]) {
			fs.writeFileSync(keys(name), b, { mode: 0o600 });
			fs.chownSync(keys(name), st.uid, st.gid);
		}
	};
	put(old);
	i.allowed.push(/case_forged|request_failed/);
	await i.serve();
	for (const c of [sent[0], sent[149], sent.at(-1)])
		assert.equal((await i.staff(token, 'GET', `/api/v1/cases/${c.case}`)).status, 500);
	await i.stop();
	put(fresh);
	await i.serve();
	await opens(i, token, sent.slice(-3));
	assert.equal(vdpd(['audit', 'verify', '-C', i.dir]).status, 0);
});
