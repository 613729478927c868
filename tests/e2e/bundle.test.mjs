// A case as one signed file: by the desk, the API and the terminal; read by tar; each byte of it is covered.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { scenario, vdpd } from './lib.mjs';

scenario('a case is exported as one file that proves itself', async (i) => {
	const token = i.token(), at = (name) => path.join(i.home, name);
	const r = await i.report({ title: 'The gate', description: 'Öffnet sich.', reporter: { name: 'Ana', email: 'ana@example.org' } });
	const big = crypto.randomBytes(700001);
	const names = ['poc.bin', '../../etc/passwd', 'line\nbreak.txt'];
	for (const [k, filename] of names.entries())
		assert.equal((await i.reporter(r).attach([{ filename: filename.replace('\n', '%0A'), bytes: k === 0 ? big : Buffer.from(`file ${k}`) }])).status, 201);
	await i.act(token, r.case, { action: 'note', text: 'For the team alone.' });
	await i.act(token, r.case, { action: 'triage', severity: 'high', cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' });
	fs.writeFileSync(at('keys.json'), (await i.get('/api/v1/keys')).text);

	const file = at('case.tar');
	let x = vdpd(['case', 'export', r.case, '-o', file, '-C', i.dir]);
	assert.equal(x.status, 0, x.err);
	assert.equal(fs.statSync(file).mode & 0o777, 0o600);
	x = vdpd(['case', 'export', r.case, '-o', file, '-C', i.dir]);
	assert.equal(x.status, 1);
	assert.match(x.err, /choose another name/);
	const check = (f, ...more) => vdpd(['case', 'verify-bundle', f, '--key', at('keys.json'), ...more]);
	x = check(file, '--json');
	assert.equal(x.status, 0, x.err);
	assert.deepEqual({ ...JSON.parse(x.out), signed_at: '' }, { valid: true, programme: 'exact.works', case: r.case, signed_at: '', files: 4 });

	// Others read it too.
	fs.mkdirSync(at('out'));
	execFileSync('tar', ['-xf', file, '-C', at('out')]);
	const inside = (name) => fs.readFileSync(path.join(at('out'), r.case, name));
	assert.ok(inside('files/1').equals(big));
	const manifest = JSON.parse(inside('manifest.json')), c = JSON.parse(inside('case.json'));
	for (const f of manifest.files) {
		assert.equal(f.sha256, crypto.createHash('sha256').update(inside(f.path)).digest('hex'), f.path);
		assert.equal(f.size, inside(f.path).length);
	}
	assert.equal(manifest.exported_by, 'operator (command line)');
	assert.equal(c.case.report.description, 'Öffnet sich.');
	assert.equal(c.case.notes[0].text, 'For the team alone.');
	assert.ok(c.case.events.every((e) => /^[0-9a-f]{64}$/.test(e.chain)));
	assert.equal(c.case.events.at(-1).chain, manifest.chain_head);
	assert.equal(c.signed_receipt.case, r.case);

	// The same by the API; a browser's page leads to it.
	const b = await i.staff(token, 'GET', `/api/v1/cases/${r.case}/bundle`);
	assert.equal(b.status, 200);
	assert.match(b.headers['content-disposition'], new RegExp(`${r.case}.tar`));
	assert.equal((await i.staff(i.token('auditor'), 'GET', `/api/v1/cases/${r.case}/bundle`)).status, 403);
	assert.equal((await i.staff(token, 'GET', '/api/v1/cases/EXW-2026-9999/bundle')).status, 404);
	x = vdpd(['case', 'export', 'EXW-2026-9999', '-o', at('none'), '-C', i.dir]);
	assert.equal(x.status, 1);
	assert.ok(!fs.existsSync(at('none')), 'half a file stays behind');
	const log = (await i.staff(token, 'GET', '/api/v1/audit')).json.items;
	assert.ok(log.some((e) => e.action === 'export_case' && e.actor === 'operator' && e.cases[0] === r.case));

	// Whatever is changed, is found.
	const good = fs.readFileSync(file), bent = at('bent.tar');
	const refused = (bytes, what) => {
		fs.writeFileSync(bent, bytes);
		const bad = check(bent);
		assert.equal(bad.status, 1, what);
		assert.equal(bad.out, '', what);
		assert.match(bad.err, /bent\.tar/, what);
	};
	for (let k = 0; k < 60; k++) {
		const bytes = Buffer.from(good), place = Math.floor(k * (good.length - 1) / 59);
		bytes[place] ^= 1 << (k % 8);
		refused(bytes, `bit of byte ${place}`);
	}
	for (const n of [0, 100, 512, 1024, good.length - 1024, good.length - 1])
		refused(good.subarray(0, n), `cut at ${n}`);
	refused(Buffer.concat([good, Buffer.alloc(512)]), 'more behind it');
	fs.writeFileSync(at('other.key'), crypto.randomBytes(32).toString('hex'));
	x = vdpd(['case', 'verify-bundle', file, '--key', at('other.key')]);
	assert.equal(x.status, 1);
	assert.match(x.err, /signature is not that of this key/);
});
