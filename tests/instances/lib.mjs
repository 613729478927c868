// An instance of an earlier version, and what was in it: VERSION.tar.xz is its directory as it was when it was stopped,
// VERSION.json what could be read through its own program then. make.mjs writes both, instances.test.mjs opens them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Instance, isRoot, vdpd } from '../e2e/lib.mjs';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const versions = () => fs.readdirSync(here).filter((f) => f.endsWith('.tar.xz')).map((f) => f.slice(0, -7)).sort();
export const recordOf = (version) => JSON.parse(fs.readFileSync(path.join(here, `${version}.json`), 'utf8'));

export function said(...args) {
	const r = vdpd(args);
	assert.equal(r.status, 0, `${args.join(' ')}: ${r.err}${r.out}`);
	return r.out;
}

// The clock from the first moment of the next start on.
export function clockBefore(i, at) {
	const file = path.join(i.dir, 'run/test-clock');
	fs.mkdirSync(path.dirname(file), { mode: 0o700, recursive: true });
	if (!fs.existsSync(file))
		fs.writeFileSync(file, Buffer.alloc(8), { mode: 0o600 });
	i.setClock(at);
	belong(i);
}

function belong(i) {
	if (isRoot)
		execFileSync('chown', ['-R', 'vdpd:vdpd', i.dir]);
}

// The instance of VERSION under HOME, with the addresses of this machine; not started.
export async function unpack(version, home) {
	const i = new Instance(home);
	await i.addresses();
	fs.mkdirSync(i.dir, { mode: 0o700 });
	execFileSync('tar', ['-xJf', path.join(here, `${version}.tar.xz`), '-C', i.dir, '--no-same-owner']);
	const file = path.join(i.dir, 'vdpd.yaml');
	fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/^public_url:.*$/m, `public_url: ${i.public}`)
		.replace(/^desk_url:.*$/m, `desk_url: ${i.desk}`));
	belong(i);
	return i;
}

const sha256 = (b) => createHash('sha256').update(b).digest('hex');

async function json(a) {
	const got = await a;
	assert.equal(got.status, 200, got.text);
	return got.json;
}

async function everyPage(ask) {
	const items = [];
	for (let cursor = ''; cursor !== null;) {
		const page = await json(ask(cursor && `?cursor=${encodeURIComponent(cursor)}`));
		items.push(...page.items);
		cursor = page.next;
	}
	return items;
}

// All that can be read of the cases, with the team's TOKEN and the receipts of what was SENT: as the team sees them, and as
// each reporter does.
export async function readCases(i, token, sent) {
	const list = await everyPage((more) => i.staff(token, 'GET', `/api/v1/cases${more}`));
	const team = {}, reporters = {}, files = {}, policies = {};
	for (const { case: number } of list)
		team[number] = await json(i.staff(token, 'GET', `/api/v1/cases/${number}`));
	for (const s of sent) {
		const r = i.reporter(s), mine = await json(r.get());
		reporters[s.case] = mine;
		for (const f of mine.files ?? []) {
			const a = await r.file(f.id);
			assert.equal(a.status, 200, `${s.case}, file ${f.id}`);
			files[`${s.case} ${f.id}`] = { name: f.name, sha256: sha256(a.bytes) };
		}
		const policy = await i.get(`/policy/${mine.policy}`);
		assert.equal(policy.status, 200, `the policy of ${s.case}`);
		policies[mine.policy] = true;
	}
	return {
		list, team, reporters, files, policies: Object.keys(policies).sort(),
		keys: await json(i.get('/api/v1/keys')),
	};
}

// And who may.
export async function readAll(i, token, sent) {
	return {
		...await readCases(i, token, sent),
		members: JSON.parse(said('member', 'list', '--json', '-C', i.dir)).items,
		tokens: JSON.parse(said('token', 'list', '--json', '-C', i.dir)).items,
	};
}

// Whether everything that WAS there is so now. What a later version tells besides is its own matter.
export function holds(is, was, at = '') {
	if (was === null || typeof was !== 'object')
		return assert.deepEqual(is, was, at);
	assert.ok(is !== null && typeof is === 'object', `${at} is gone`);
	if (Array.isArray(was))
		assert.equal(is.length, was.length, `${at}: another number`);
	for (const key of Object.keys(was))
		holds(is[key], was[key], `${at}/${key}`);
	return undefined;
}
