// OpenPGP as people meet it: the programme's key fetched by three ways, security.txt signed and checked by gpg and sqop;
// keys that roll over and are extended by themselves; encrypted mail that becomes a case which the team alone reads.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { gpgHome } from './gpg.mjs';
import { folder, policyFile, rfc3339, scenario, seconds, until, vdpd } from './lib.mjs';

const keys = (i, ...args) => {
	const r = vdpd(['keys', 'pgp', ...args, '-C', i.dir]);
	assert.equal(r.status, 0, r.err);
	return r.out;
};
const shown = (i) => JSON.parse(keys(i, 'show', '--json')).items;
const published = (i) => until(async () => (await i.get('/pgp-key.asc')).status === 200, 20000, 'the key is not published');
// The hash of "security" (draft-koch-openpgp-webkey-service), as gpg --with-wkd-hash shows it.
const wkd = 't5s8ztdbon8yzntexy6oz5y48etqsnbb';

scenario('the key by its page and by the directory; security.txt is signed with it', async (i, t) => {
	const gpg = gpgHome(t);
	await published(i);
	const page = await i.get('/pgp-key.asc');
	assert.equal(page.headers['content-type'], 'application/pgp-keys');
	const asc = gpg.file('key.asc', page.text);
	gpg(['--import', asc]);
	const [key] = shown(i);
	for (const at of [`/hu/${wkd}?l=security`, `/exact.works/hu/${wkd}?l=security`]) {
		const r = await i.get(`/.well-known/openpgpkey${at}`);
		assert.equal(r.status, 200, at);
		assert.equal(r.headers['content-type'], 'application/octet-stream');
	}
	for (const at of ['/policy', '/exact.works/policy'])
		assert.equal((await i.get(`/.well-known/openpgpkey${at}`)).status, 200);
	const text = (await i.get('/.well-known/security.txt')).text;
	assert.ok(text.includes(`\nEncryption: ${i.publicUrl ?? ''}`) && /\nEncryption: \S+\/pgp-key\.asc\n/.test(text));
	assert.ok(!text.includes('\r'));
	const file = gpg.file('security.txt', text);
	gpg(['--verify', file]);
	execFileSync('sqop', ['inline-verify', asc], { input: text });
	assert.equal(vdpd(['security-txt', 'check', file]).status, 0);
	const trust = (await i.get('/trust')).text;
	assert.ok(trust.includes(key.fingerprint.match(/.{4}/g).join(' ')), 'in groups of four');
	assert.ok(key.user_id.includes('<security@exact.works>'));
});

scenario('two years on, the key was extended by itself; a roll-over leaves the old one revoked', async (i, t) => {
	const gpg = gpgHome(t);
	await published(i);
	const before = shown(i)[0];
	const later = seconds(before.expires_at) - 89 * 86400;
	i.setClock(rfc3339(later));
	await until(() => seconds(shown(i)[0].expires_at) > seconds(before.expires_at) + 600 * 86400, 20000, 'not extended');
	assert.equal(shown(i)[0].fingerprint, before.fingerprint);
	keys(i, 'roll');
	const [now, old] = shown(i);
	assert.equal(old.fingerprint, before.fingerprint);
	assert.notEqual(old.superseded_at, null);
	await until(async () => {
		const colons = gpg(['--faked-system-time', String(later + 60), '--show-keys', '--with-colons', gpg.file('k', (await i.get('/pgp-key.asc')).text)]).toString();
		return colons.includes(now.fingerprint) && new RegExp(`^pub:r:.*${old.fingerprint.slice(-16)}`, 'm').test(colons);
	}, 20000, 'the old key is not shown as revoked');
	const again = vdpd(['keys', 'pgp', 'create', '-C', i.dir]);
	assert.equal(again.status, 1);
	assert.match(again.err, /there is an OpenPGP key/);
});

scenario('no PGP by the policy: nothing of it is shown', { start: false }, async (i) => {
	const policy = path.join(folder(), 'policy.yaml');
	fs.writeFileSync(policy, fs.readFileSync(policyFile, 'utf8').replace(/^(\s*pgp:) .*$/m, '$1 none').replace(/^\s*pgp_text:.*\n/m, ''));
	await i.init({ policy });
	await i.serve();
	assert.equal((await i.get('/pgp-key.asc')).status, 404);
	assert.equal((await i.get(`/.well-known/openpgpkey/hu/${wkd}`)).status, 404);
	assert.ok(!(await i.get('/.well-known/security.txt')).text.includes('Encryption'));
});

// ---- Mail -------------------------------------------------------------------------------------------------------

const secret = 'the words that only the team reads';
const entity = `Content-Type: multipart/mixed; boundary="in"; protected-headers="v1"\r\nSubject: a way in\r\n\r\n`
	+ `--in\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${secret}\r\n`
	+ `--in\r\nContent-Type: application/octet-stream; name=poc.bin\r\nContent-Disposition: attachment; filename=poc.bin\r\n\r\npoc bytes\r\n--in--\r\n`;

const mail = (from, id, armored, extra = '') => `From: ${from}\r\nTo: security@exact.works\r\nSubject: ...\r\nMessage-ID: <${id}@peer.test>\r\n`
	+ `Date: Mon, 2 Mar 2026 08:00:00 +0000\r\n${extra}MIME-Version: 1.0\r\n`
	+ `Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="out"\r\n\r\n`
	+ `--out\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--out\r\nContent-Type: application/octet-stream\r\n\r\n${armored}\r\n--out--\r\n`;

const deliver = (i, message) => {
	const r = vdpd(['deliver', '-C', i.dir, '--to', 'security@exact.works'], { input: message });
	assert.equal(r.status, 0, r.err);
};
const cases = async (i, token) => (await i.staff(token, 'GET', '/api/v1/cases')).json.items;
const decrypted = async (i, token, number) => {
	const c = (await i.staff(token, 'GET', `/api/v1/cases/${number}`)).json;
	const f = c.files.filter((x) => x.name === 'decrypted mail');
	return Promise.all(f.map(async (x) => (await i.staff(token, 'GET', `/api/v1/cases/${number}/files/${x.id ?? x.number}`)).text));
};

scenario('signed mail: the team is told what the signature is, and which key came with it', async (i, t) => {
	const gpg = gpgHome(t), token = i.token('analyst');
	gpg(['--quick-gen-key', 'Ada <ada@peer.test>', 'ed25519', 'sign,cert', '1d']);
	const fingerprint = gpg(['--list-keys', '--with-colons', 'ada@peer.test']).toString().match(/^fpr:+([0-9A-F]+)/m)[1];
	const key = gpg(['--armor', '--export', 'ada@peer.test']).toString().replaceAll('\n', '\r\n');
	const part = `Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\nContent-Type: text/plain\r\n\r\nsigned words\r\n--in\r\n`
		+ `Content-Type: application/pgp-keys\r\n\r\n${key}\r\n--in--\r\n`;
	const signature = gpg(['--armor', '-u', 'ada@peer.test', '--detach-sign'], part).toString();
	const signed = (body) => 'From: Ada <ada@peer.test>\r\nTo: security@exact.works\r\nSubject: signed\r\nMIME-Version: 1.0\r\n'
		+ 'Content-Type: multipart/signed; micalg=pgp-sha512; protocol="application/pgp-signature"; boundary=out\r\n\r\n'
		+ `--out\r\n${body}\r\n--out\r\nContent-Type: application/pgp-signature\r\n\r\n${signature}\r\n--out--\r\n`;
	for (const [body, state] of [[part, 'good'], [part.replace('signed words', 'other words!'), 'bad']]) {
		const known = new Set((await cases(i, token)).map((c) => c.case));
		deliver(i, signed(body));
		const [c] = (await cases(i, token)).filter((x) => !known.has(x.case));
		const notes = JSON.stringify((await i.staff(token, 'GET', `/api/v1/cases/${c.case}`)).json.notes);
		assert.ok(notes.includes(`OpenPGP signature: ${state}, by ${fingerprint}`), notes);
		assert.match(notes, new RegExp(`key that came with it: ${fingerprint} \\(Ed25519\\), Ada <ada@peer.test>: the key cannot be encrypted to`));
	}
});

scenario('encrypted mail becomes a case; its words are the team\'s alone', async (i, t) => {
	const gpg = gpgHome(t), token = i.token('analyst');
	await published(i);
	gpg(['--import', gpg.file('ours.asc', (await i.get('/pgp-key.asc')).text)]);
	gpg(['--quick-gen-key', 'Ada <ada@peer.test>', 'ed25519', 'sign,cert', '1d']);
	const armored = gpg(['--armor', '-u', 'ada@peer.test', '-r', 'security@exact.works', '--sign', '--encrypt'], entity).toString();
	deliver(i, mail('Ada <ada@peer.test>', 'one', armored));
	const [first] = await cases(i, token);
	const [text] = await decrypted(i, token, first.case);
	assert.ok(text.includes(secret), text);
	assert.match(text, /Subject: a way in/);
	assert.match(text, /Signature: unknown-key \([0-9A-F]{40}\)/);
	assert.match(text, /part 2: application\/octet-stream, poc\.bin/);

	// Somebody else found the ciphertext: a case of its own, and nothing of the words for who sent it.
	deliver(i, mail('Eve <eve@peer.test>', 'two', armored));
	const all = await cases(i, token);
	assert.equal(all.length, 2);
	const whole = JSON.stringify((await i.staff(token, 'GET', `/api/v1/cases/${all.find((c) => c.case !== first.case).case}`)).json.report);
	assert.ok(!whole.includes(secret), 'what the reporter sees has none of it');

	// Changed on its way, to somebody else, and not OpenPGP at all: cases too, with the reason for the team.
	const lines = armored.split('\n'), middle = lines.length >> 1;
	lines[middle] = lines[middle].replace(/[A-Za-z]/, (c) => (c === 'A' ? 'B' : 'A'));
	gpg(['--quick-add-key', gpg(['--list-keys', '--with-colons', 'ada@peer.test']).toString().match(/^fpr:+([0-9A-F]+)/m)[1], 'cv25519', 'encr', '1d']);
	const other = gpg(['--armor', '-r', 'ada@peer.test', '--encrypt'], entity).toString();
	const troubles = [[lines.join('\n'), /not opened/], [other, /not encrypted to our key/], ['nothing', /not opened/]];
	for (const [k, [body, why]] of troubles.entries()) {
		deliver(i, mail('Ada <ada@peer.test>', `bad${k}`, body));
		const known = new Set(all.map((c) => c.case));
		const now = (await cases(i, token)).filter((c) => !known.has(c.case));
		assert.equal(now.length, 1, `mail ${k}`);
		all.push(now[0]);
		const c = (await i.staff(token, 'GET', `/api/v1/cases/${now[0].case}`)).json;
		assert.deepEqual(await decrypted(i, token, now[0].case), []);
		assert.ok(why.test(JSON.stringify(c)), `mail ${k}: ${JSON.stringify(c.notes)}`);
	}
});
