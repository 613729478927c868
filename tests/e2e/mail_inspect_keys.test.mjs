// `vdpd mail inspect -C DIR`: what gpg encrypted to the programme's key, and signed, opened at the terminal; and what must
// not be opened.
import assert from 'node:assert/strict';
import { gpgHome } from './gpg.mjs';
import { scenario, until, vdpd } from './lib.mjs';

const head = (subject) => `From: Ada <ada@b.example>\r\nDate: Mon, 5 Jan 2026 10:00:00 +0100\r\nSubject: ${subject}\r\n`;
const encrypted = (ciphertext) => `${head('...')}Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\r\n\r\n`
	+ `--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\nContent-Type: application/octet-stream\r\n\r\n${ciphertext}\r\n--b--\r\n`;
const signed = (entity, signature, rest = '') => `${head('signed')}${rest}Content-Type: multipart/signed; micalg=pgp-sha512; `
	+ `protocol="application/pgp-signature"; boundary=s\r\n\r\n--s\r\n${entity}\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\n${signature}\r\n--s--\r\n`;

scenario('mail inspect -C opens what gpg wrote to the programme', async (i, t) => {
	const gpg = gpgHome(t);
	await until(async () => (await i.get('/pgp-key.asc')).status === 200, 20000, 'the key is not published');
	gpg(['--import', gpg.file('programme.asc', (await i.get('/pgp-key.asc')).text)]);
	gpg(['--quick-generate-key', 'Ada <ada@b.example>', 'ed25519', 'sign', '1y']);
	const fingerprint = gpg(['--list-keys', '--with-colons', 'ada@b.example']).toString().match(/^fpr:+([0-9A-F]{40}):/m)[1];
	const adas = gpg(['--armor', '--export', 'ada@b.example']).toString().replace(/\r?\n/g, '\r\n');
	const to = ['--armor', '--encrypt', '-r', 'security@exact.works'];
	const inspect = (message) => {
		const r = vdpd(['mail', 'inspect', '-C', i.dir], { input: message });
		assert.equal(r.status, 0, r.err);
		return { ...JSON.parse(r.out), err: r.err };
	};

	const entity = 'Content-Type: multipart/mixed; boundary=i; hp="cipher"\r\nSubject: the true subject\r\n\r\n--i\r\n\r\nit leaks\r\n--i\r\n'
		+ `Content-Type: application/pgp-keys; name=ada.asc\r\n\r\n${adas}\r\n--i\r\nContent-Type: image/png; name=x.png\r\n\r\nPNG\r\n--i--\r\n`;
	let m = inspect(encrypted(gpg([...to, '--sign', '-u', 'ada@b.example'], entity)));
	assert.equal(m.decrypted, true);
	assert.equal(m.subject, 'the true subject');
	assert.equal(m.text, 'it leaks\n');
	assert.deepEqual(m.parts.map((p) => p.name), [null, 'ada.asc', 'x.png']);
	assert.equal(m.signature, 'good', 'by the key that came within');
	assert.equal(m.signer, fingerprint);
	assert.equal(m.from, 'Ada <ada@b.example>');

	m = inspect(encrypted(gpg([...to, '--sign', '-u', 'ada@b.example'], '\r\nno key here\r\n')));
	assert.deepEqual([m.decrypted, m.text, m.signature], [true, 'no key here\n', 'unknown-key']);
	m = inspect(encrypted(gpg(to, '\r\nunsigned\r\n')));
	assert.deepEqual([m.decrypted, m.signature, m.signer], [true, 'none', null]);

	// Inline, and a file.
	m = inspect(`${head('inline')}\r\n${gpg(to, 'in the text').toString()}`);
	assert.equal(m.decrypted, true);
	assert.match(m.text, /in the text/);

	// Signed and not encrypted: with the key, without it, and changed.
	const text = 'Content-Type: text/plain\r\n\r\nsaid by Ada';
	const signature = gpg(['--armor', '--detach-sign', '-u', 'ada@b.example'], text).toString();
	const autocrypt = `Autocrypt: addr=ada@b.example; keydata=${gpg(['--export', 'ada@b.example']).toString('base64').replace(/.{70}/g, '$&\r\n ')}\r\n`;
	m = inspect(signed(text, signature, autocrypt));
	assert.deepEqual([m.decrypted, m.text, m.signature, m.signer], [false, 'said by Ada\n', 'good', fingerprint]);
	assert.equal(inspect(signed(text, signature)).signature, 'unknown-key');
	assert.equal(inspect(signed(text.replace('Ada', 'Eve'), signature, autocrypt)).signature, 'bad');

	// Not for us, damaged, and without integrity protection: nothing comes out.
	gpg(['--quick-generate-key', 'Bob <bob@c.example>', 'future-default', 'default', '1y']);
	const bobs = gpg(['--armor', '--encrypt', '-r', 'bob@c.example'], 'for Bob');
	m = inspect(encrypted(bobs));
	assert.equal(m.decrypted, false);
	assert.match(m.err, /could not be decrypted/);
	const damaged = gpg(['--encrypt', '-r', 'security@exact.works'], entity);
	damaged[damaged.length - 30] ^= 1;
	m = inspect(encrypted(gpg(['--enarmor'], damaged).toString().replaceAll('PGP ARMORED FILE', 'PGP MESSAGE')));
	assert.equal(m.decrypted, false);
	assert.doesNotMatch(JSON.stringify(m), /it leaks/);

	await i.stop();
	assert.equal(inspect(encrypted(gpg(to, '\r\nwhile it does not run\r\n'))).text, 'while it does not run\n');
});
