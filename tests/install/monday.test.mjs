// monday.mjs on a bare Debian 12, and where that cannot be had, under a prefix.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { folder, slow } from '../e2e/lib.mjs';
import { here, recordOf } from '../instances/lib.mjs';
import { BareDebian, earlierPackage, thisPackage } from './machine.mjs';

const monday = path.join(here, '../install/monday.mjs');

// Runs it by COMMAND, and passes on what each step said.
function lives(t, command, ...args) {
	const r = spawnSync(command[0], [...command.slice(1), process.execPath, monday, ...args],
		{ encoding: 'utf8', timeout: 240000 * slow, killSignal: 'SIGTERM', maxBuffer: 1 << 26 });
	r.stdout.trim().split('\n').forEach((line) => t.diagnostic(line));
	assert.equal(r.status, 0, `${r.error ?? r.signal ?? ''}\n${r.stdout}${r.stderr}`);
}

// A network of its own, in which there is nobody else; undefined with why not.
const alone = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
const aloneRefused = () => {
	const r = spawnSync(alone[0], [...alone.slice(1), 'true'], { encoding: 'utf8' });
	return r.status === 0 ? undefined : `a network namespace: ${r.error ?? ''}${r.stderr}`;
};

// Whether a machine with its own init comes up here: undefined, or why not.
async function bootRefused(bare) {
	const r = spawnSync(alone[0], [...alone.slice(1), 'systemd-nspawn', '--quiet', '-D', bare.root, '--register=no', '--keep-unit',
		'/bin/true'], { encoding: 'utf8', timeout: 60000 });
	return r.status === 0 ? undefined : `systemd-nspawn: ${r.error ?? ''}${r.stderr}`;
}

test('a real team begins on Monday', { timeout: 600000 * slow }, async (t) => {
	const home = folder();
	try {
		const current = thisPackage(), { commit } = recordOf('0.1.0');
		let earlier = earlierPackage(commit);
		if (!earlier) {
			t.diagnostic(`not run: the upgrade of the package, since this history does not reach back to ${commit}`);
			earlier = current;
		}
		const bare = new BareDebian();
		const refused = aloneRefused() ?? bare.build(home, [...new Set([earlier, current])]) ?? await bootRefused(bare);
		if (refused === undefined)
			return lives(t, alone, 'bare', home, earlier, current);
		t.diagnostic(`not run: on a bare Debian 12, but under a prefix: ${refused.trim()}`);
		return lives(t, ['env'], 'prefix', home, earlier, current);
	} finally {
		fs.rmSync(home, { recursive: true, force: true });
	}
});

test('the same under a prefix', { timeout: 600000 * slow }, async (t) => {
	const home = folder(), { commit } = recordOf('0.1.0');
	try {
		lives(t, ['env'], 'prefix', home, earlierPackage(commit) ?? thisPackage(), '');
	} finally {
		fs.rmSync(home, { recursive: true, force: true });
	}
});
