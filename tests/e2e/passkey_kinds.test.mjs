// Passkeys of every kind that is taken: Chromium's virtual authenticator makes ES256 alone, so these devices are written
// here, byte for byte as W3C Web Authentication (sections 6.1 and 6.5.1) has them.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { enrol } from './forms.mjs';
import { scenario, totp } from './lib.mjs';

const sha256 = (b) => createHash('sha256').update(b).digest();
const b64u = (b) => Buffer.from(b).toString('base64url');

// ---- CBOR (RFC 8949), as much as a COSE key needs ----
const head = (major, n) => n < 24 ? Buffer.from([major << 5 | n]) : n < 256 ? Buffer.from([major << 5 | 24, n])
	: Buffer.from([major << 5 | 25, n >> 8, n & 255]);
const cbor = (v) => typeof v === 'number' ? (v < 0 ? head(1, -1 - v) : head(0, v)) : Buffer.concat([head(2, v.length), v]);
const cborMap = (pairs) => Buffer.concat([head(5, pairs.length), ...pairs.flat().map(cbor)]);

const jwk = (key) => key.export({ format: 'jwk' });
const bytes = (s) => Buffer.from(s, 'base64url');

// RFC 9052, RFC 8230: the public key, and how it signs.
const kinds = {
	ES256: () => {
		const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
		const { x, y } = jwk(publicKey);
		return { cose: cborMap([[1, 2], [3, -7], [-1, 1], [-2, bytes(x)], [-3, bytes(y)]]), sign: (d) => sign('sha256', d, privateKey) };
	},
	RS256: () => {
		const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
		const { n, e } = jwk(publicKey);
		return { cose: cborMap([[1, 3], [3, -257], [-1, bytes(n)], [-2, bytes(e)]]), sign: (d) => sign('sha256', d, privateKey) };
	},
	EdDSA: () => {
		const { publicKey, privateKey } = generateKeyPairSync('ed25519');
		return { cose: cborMap([[1, 1], [3, -8], [-1, 6], [-2, bytes(jwk(publicKey).x)]]), sign: (d) => sign(null, d, privateKey) };
	},
	'RS256 of 3072 bits': () => {
		const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 });
		const { n, e } = jwk(publicKey);
		return { cose: cborMap([[1, 3], [3, -257], [-1, bytes(n)], [-2, bytes(e)]]), sign: (d) => sign('sha256', d, privateKey), refused: true };
	},
};

class Device {
	constructor(kind, origin) {
		Object.assign(this, kinds[kind](), { id: randomBytes(32), count: 0, origin });
	}
	client(type, challenge) {
		return Buffer.from(`{"type":"${type}","challenge":"${challenge}","origin":"${this.origin}","crossOrigin":false}`);
	}
	auth(flags, more = Buffer.alloc(0)) {
		const count = Buffer.alloc(4);
		count.writeUInt32BE(++this.count);
		return Buffer.concat([sha256('localhost'), Buffer.from([flags]), count, more]);
	}
	makes(challenge) {
		const size = Buffer.from([0, this.id.length]);
		return { client_data: b64u(this.client('webauthn.create', challenge)),
			auth_data: b64u(this.auth(0x45, Buffer.concat([Buffer.alloc(16), size, this.id, this.cose]))) };
	}
	signs(challenge) {
		const client = this.client('webauthn.get', challenge), auth = this.auth(0x05);
		return { credential_id: b64u(this.id), client_data: b64u(client), auth_data: b64u(auth),
			signature: b64u(this.sign(Buffer.concat([auth, sha256(client)]))) };
	}
}

const named = (yaml) => yaml.replace(/desk_url: *http:\/\/127\.0\.0\.1:/, 'desk_url: http://localhost:');
const challenge = (page) => page.match(/data-challenge="([^"]+)"/)[1];

scenario('a passkey of each kind is taken and opens; another signature does not', { config: named }, async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const origin = i.desk.replace('127.0.0.1', 'localhost');
	const { b: ana, secret } = await enrol(i, i.made.enrolment.replace('localhost', '127.0.0.1'), 'ana');
	for (const kind of Object.keys(kinds)) {
		const device = new Device(kind, origin);
		i.setClock(i.clock + 60);
		const page = (await ana.get('/account')).text;
		const added = await ana.post('/account/passkeys', { passkey_name: kind, passkey_code: totp(secret, i.now), ...device.makes(challenge(page)) });
		if (device.refused) {
			assert.equal(added.status, 403);
			assert.match(added.text, /The passkey was not taken/);
			continue;
		}
		assert.equal(added.headers.location, '/account?done=passkey', `${kind}: ${added.text}`);

		const enter = async (change) => {
			const b = new (ana.constructor)(i);
			const asked = (await b.get('/sign-in')).text;
			return { b, a: await b.post('/sign-in/passkey', { ...device.signs(challenge(asked)), ...change }) };
		};
		const { b, a } = await enter({});
		assert.equal(a.status, 303, `${kind}: ${a.text}`);
		assert.match((await b.get('/account')).text, new RegExp(`<strong>${kind}</strong>[^<]*<time[^>]*>[^<]*</time>, last used`));
		assert.equal((await enter({ signature: b64u(new Device(kind, origin).sign(Buffer.from('something else'))) })).a.status, 403);
		assert.equal((await enter({})).a.status, 303, 'and once more');
	}
});
