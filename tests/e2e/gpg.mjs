// gpg as a peer of the tests.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

// gpg with a home of its own, ended with the test.
export function gpgHome(t) {
	const home = fs.mkdtempSync(path.join(os.tmpdir(), 'vdpd-gpg-'));
	fs.chmodSync(home, 0o700);
	t.after(() => {
		spawnSync('gpgconf', ['--kill', 'all'], { env: { ...process.env, GNUPGHOME: home } });
		fs.rmSync(home, { recursive: true });
	});
	const gpg = (args, input = '') => execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--no-tty', '--trust-model', 'always',
		'--pinentry-mode', 'loopback', '--passphrase', '', ...args], { input, stdio: ['pipe', 'pipe', 'pipe'], maxBuffer: 64 << 20 });
	gpg.home = home;
	gpg.file = (name, content) => {
		fs.writeFileSync(path.join(home, name), content);
		return path.join(home, name);
	};
	return gpg;
}
