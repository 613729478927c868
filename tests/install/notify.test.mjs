// What vdpd tells its service manager (sd_notify(3)), where there is none: a socket like that of systemd. Under a real one
// it runs in monday.test.mjs.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { scenario, until } from '../e2e/lib.mjs';

const listener = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
print("listening", flush=True)
while True:
    print(s.recv(4096).decode().replace("\\n", " "), flush=True)
`;

scenario('ready, reloading, stopping: each told once, in order', { start: false }, async (i) => {
	await i.init();
	i.allowed.push(/policy/); // the second one is bad
	const socket = path.join(i.home, 'notify'), told = [];
	const child = spawn('/usr/bin/python3', ['-c', listener, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
	let rest = '';
	child.stdout.on('data', (d) => {
		const lines = (rest + d).split('\n');
		rest = lines.pop();
		told.push(...lines);
	});
	try {
		await until(() => told.length === 1, 10000, 'nobody listens');
		await i.serve({ env: { NOTIFY_SOCKET: socket } });
		await until(() => told.length >= 2);
		assert.deepEqual(told.splice(0), ['listening', 'READY=1']);
		assert.equal((await i.get('/healthz')).status, 200, 'ready means that it answers');

		const file = path.join(i.dir, 'programmes/exact.works/policy.yaml'), good = fs.readFileSync(file, 'utf8');
		for (const [text, shows] of [[good.replace('We take security seriously', 'We take it to heart'), 'We take it to heart'],
			['nonsense: [', 'We take it to heart']]) {
			const before = os.uptime();
			fs.writeFileSync(file, text);
			i.child.kill('SIGHUP');
			await until(() => told.length >= 2, 10000, 'a reload is not told');
			const [reloading, ready] = told.splice(0);
			const usec = Number(reloading.match(/^RELOADING=1 MONOTONIC_USEC=(\d+)$/)?.[1]);
			assert.ok(Math.abs(usec / 1e6 - before) < 10, `${reloading}, ${before} s after the machine's start`);
			assert.equal(ready, 'READY=1');
			await until(async () => (await i.get('/policy')).text.includes(shows), 5000, 'another policy is shown');
		}

		await i.stop();
		await until(() => told.length >= 1);
		assert.deepEqual(told, ['STOPPING=1']);
	} finally {
		child.kill();
	}
});
