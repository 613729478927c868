// `vdpd mail inspect`: the contract's JSON; the awkward messages of the data folder against an independent reader
// (mail_oracle.py), each difference explained; and what stands in them that a good mail reader shows.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { dataFolder } from './lib.mjs';

const vdpd = process.env.VDPD_BIN ?? 'build/test/bin/vdpd';
const oracle = fileURLToPath(new URL('mail_oracle.py', import.meta.url));

function inspect(message, args = []) {
	const r = spawnSync(vdpd, ['mail', 'inspect', ...args], { input: message, maxBuffer: 64 << 20 });
	assert.equal(r.signal, null);
	const out = r.stdout.toString();
	return { status: r.status, err: r.stderr.toString(), json: r.status === 0 ? JSON.parse(out) : undefined, out };
}

test('the contract', () => {
	const { status, json, err } = inspect('From: Ada <ada@b.example>\r\nSubject: =?utf-8?q?H=C3=A4llo?=\r\n'
		+ 'Date: Mon, 5 Jan 2026 10:00:00 +0100\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n'
		+ 'Content-Type: image/png; name=x.png\r\n\r\nPNG\r\n--b--\r\n');
	assert.equal(status, 0);
	assert.equal(err, '');
	assert.deepEqual(json, { from: 'Ada <ada@b.example>', subject: 'Hällo', date: '2026-01-05T09:00:00Z', text: 'hello\n',
		parts: [{ type: 'text/plain', name: null, size: 5 }, { type: 'image/png', name: 'x.png', size: 3 }],
		decrypted: false, signature: 'none', signer: null, automatic: 'none' });
});

test('whatever comes, it is taken apart', () => {
	const none = { from: null, subject: null, date: null, decrypted: false, signature: 'none', signer: null, automatic: 'none' };
	for (const message of ['', '\0', '\r\n', '\n\n\n', 'x', ':', 'From', '--\r\n', Buffer.from([0xff, 0xfe, 0x00]), 'a'.repeat(1 << 20)]) {
		const { status, json, err } = inspect(message);
		assert.equal(status, 0);
		assert.notEqual(err, '');
		assert.deepEqual({ ...json, text: 0, parts: 0 }, { ...none, text: 0, parts: 0 });
	}
	const random = Buffer.alloc(200000);
	for (let i = 0, x = 1; i < random.length; i++)
		random[i] = (x = (x * 1103515245 + 12345) & 0x7fffffff) >> 16;
	assert.equal(inspect(random).status, 0);
});

test('usage', () => {
	for (const args of [['mail'], ['mail', 'nonsense'], ['mail', 'inspect', 'file'], ['mail', 'inspect', '--nonsense']])
		assert.equal(spawnSync(vdpd, args, { input: '' }).status, 2, args.join(' '));
	assert.match(spawnSync(vdpd, ['mail', '--help']).stdout.toString(), /^Usage: vdpd mail inspect/);
});

// ---- The awkward messages --------------------------------------------------------------------------------------

// Where the other reader's list of parts is another one, and why ours is kept. `parts`: ours, as type, name, size.
const differences = {
	'bad-newlines-multiple-parts-base64.msg': 'a whole message in base64: we read what is in it',
	'base64encoded-rfc822message-nested.msg': 'likewise, twice',
	'base64encoded-rfc822message.msg': 'likewise',
	'multi-2gifs-base64.msg': 'likewise, with two pictures in it',
	'badfile.msg': 'folders do not belong to a file name',
	'multi-2evil.msg': 'likewise, and a backslash in a quoted string quotes',
	'twopart.msg': 'likewise, and a space behind "base64" does not make it another encoding',
	'ending-boundaries.msg': 'a multipart without parts: all of it is its text',
	'missing-boundary.msg': 'likewise',
	'missing-inner-boundary.msg': 'likewise',
	'missing-inner-start-boundary.msg': 'likewise',
	'multipartemptypart.msg': 'likewise',
	'multipartnopart.msg': 'likewise',
	'very-very-long-boundary.msg': 'a border of more than a thousand characters is none',
	'very-long-boundary.msg': 'a line that is not quite the border belongs to the part, as the message itself says',
	'weird-boundary.msg': 'likewise',
	'frag.msg': 'a part that is never closed ends before its last line end, or with it',
	'multi-frag.msg': 'likewise',
	'jt-0498.msg': 'likewise',
	'multi-bad.msg': 'two Content-Type fields: by the last all of it is text, and nothing of that is lost',
	'multi-badnames.msg': 'a transfer encoding of a multipart means nothing',
	'multi-clen.msg': 'likewise',
	'multi-digest.msg': 'likewise',
	'multi-simple.msg': 'likewise',
	'obsolete.msg': 'white space before a colon is obsolete, and read (RFC 5322 section 4.5)',
};
// Texts in which the other reader shows what is none.
const otherText = ['double-semicolon.msg', 'double-semicolon2.msg', 'bad-newlines-multiple-parts-base64.msg',
	'base64encoded-rfc822message-nested.msg', 'base64encoded-rfc822message.msg', 'multi-2gifs-base64.msg', 'obsolete.msg',
	'very-long-boundary.msg', 'weird-boundary.msg', 'multipartemptypart.msg', 'very-very-long-boundary.msg'];

const data = dataFolder();
const folder = data && path.join(data, 'mail-mime4j');

test('eighty awkward messages, as another reader reads them', { skip: !folder && 'not run: no data folder' }, () => {
	const names = fs.readdirSync(folder).filter((n) => n.endsWith('.msg'));
	assert.equal(names.length, 80);
	const theirs = JSON.parse(execFileSync('python3', [oracle, ...names.map((n) => path.join(folder, n))], { maxBuffer: 64 << 20 }));
	const differ = [];
	for (const name of names) {
		const { status, json } = inspect(fs.readFileSync(path.join(folder, name)));
		assert.equal(status, 0, name);
		const ours = json.parts.filter((p) => p.type !== 'message/rfc822');
		try {
			assert.deepEqual(ours, theirs[name].parts);
		} catch {
			differ.push(name);
		}
		assert.ok(ours.length >= theirs[name].parts.length || differences[name], `${name}: no part is missing`);
		const subject = (theirs[name].subject ?? '').replace(/\s+/g, ' ').trim();
		if (name !== 'obsolete.msg' && name !== 'intl.msg')
			assert.equal((json.subject ?? '').replace(/\s+/g, ' '), subject, name);
		if (otherText.includes(name))
			continue;
		const said = new Set(json.text.match(/[\p{L}\p{N}]+/gu));
		const missing = (theirs[name].text.match(/[\p{L}\p{N}]+/gu) ?? []).filter((w) => !said.has(w));
		assert.deepEqual(missing, [], `${name}: no word of the text is missing`);
	}
	assert.deepEqual(differ.sort(), Object.keys(differences).sort(), 'only what is explained differs');
});

test('what a good reader shows of them', { skip: !folder && 'not run: no data folder' }, () => {
	const read = (name) => inspect(fs.readFileSync(path.join(folder, `${name}.msg`))).json;
	const parts = (name) => read(name).parts.map((p) => `${p.type} ${p.name} ${p.size}`);
	assert.match(read('intl').subject, /^If you can read this you understand the example\.\.\./);
	assert.equal(read('russian').parts[0].name, 'Список.doc');
	assert.match(read('german').text, /[äöüß]/);
	assert.deepEqual(parts('multi-2gifs-base64').slice(2), ['image/gif 3d-compress.gif 419', 'image/gif 3d-eye.gif 357']);
	assert.deepEqual(parts('multi-badnames'), ['text/plain bar 0', 'text/plain foo bar 74', 'text/plain foobar 73']);
	assert.deepEqual(parts('twopart')[1], 'image/jpeg uk7200_110_6.jpg 30631');
	assert.equal(read('base64encoded-rfc822message-nested').text.match(/Forwarded message/g).length, 2);
	assert.match(read('malformedHeader-noheader').text, /The whole text should be recognized as body/);
	assert.match(read('hdr-fakeout').text, /actually has a space in it/);
	assert.match(read('missing-boundary').text, /\S/);
});
