// Words that were only inside reports, looked for in everything that the instance leaves on disk: databases and their
// logs, blobs, outbox, run/, and what the processes said on stdout and stderr; plain and in every dress that bytes
// usually go in. A word planted by the test is found by the same search.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { folder, multipart, scenario, sleep } from './lib.mjs';

// A word that nobody says: letters and digits alone, as long as no chance would make it.
const word = () => 'Wq' + Array.from({ length: 16 }, () => 'abcdefghkmnpqrstuvwxyz23456789'[randomInt(30)]).join('');

// The forms in which WORD may stand in bytes, each with its name.
function dresses(text) {
	const bytes = Buffer.from(text), out = [['plain', bytes], ['plain, small letters', Buffer.from(text.toLowerCase())],
		['plain, capitals', Buffer.from(text.toUpperCase())]];
	for (let shift = 0; shift < 3; shift++) {
		// The letters that do not depend on what stands before and behind.
		const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64').replace(/=+$/, '');
		const core = whole.slice(shift === 0 ? 0 : shift + 1, Math.floor((shift + bytes.length) / 3) * 4);
		out.push([`base64 at ${shift}`, Buffer.from(core)], [`base64url at ${shift}`, Buffer.from(core.replace(/\+/g, '-').replace(/\//g, '_'))]);
	}
	const hex = bytes.toString('hex'), little = Buffer.from(text, 'utf16le');
	out.push(['hex', Buffer.from(hex)], ['hex, capitals', Buffer.from(hex.toUpperCase())], ['UTF-16LE', little],
		['UTF-16BE', Buffer.from(little).swap16()]);
	for (const h of [hex, hex.toUpperCase()])
		out.push(['percent-encoded', Buffer.from(h.replace(/../g, '%$&'))], ['JSON escapes', Buffer.from(h.replace(/../g, '\\u00$&'))]);
	return out;
}

function* filesOf(dir) {
	for (const e of fs.readdirSync(dir, { withFileTypes: true })) {
		const p = path.join(dir, e.name);
		if (e.isDirectory())
			yield* filesOf(p);
		else if (e.isFile())
			yield p;
	}
}

// What of WORDS ({what: word}) stands in the files below DIR or in MORE ({name: text}): ["word in file, as hex", …].
// ALLOWED(what, file) may stand there.
function search(words, dir, more = {}, allowed = () => false) {
	const found = [], places = [...filesOf(dir)].map((p) => [p, () => fs.readFileSync(p)]);
	places.push(...Object.entries(more).map(([name, text]) => [name, () => Buffer.from(text)]));
	for (const [name, read] of places) {
		const bytes = read();
		for (const [what, w] of Object.entries(words))
			for (const [how, dress] of dresses(w))
				if (bytes.includes(dress) && !allowed(what, name))
					found.push(`${what} in ${name}, as ${how}`);
	}
	return found;
}

test('the search finds a word in each of its dresses', () => {
	const dir = folder(), secret = word();
	for (const [n, encode] of [
		(b) => b, (b) => b.toString('base64'), (b) => b.toString('base64url'), (b) => b.toString('hex'), (b) => b.toString('hex').toUpperCase(),
		(b) => Buffer.from(b.toString(), 'utf16le'), (b) => Buffer.from(b.toString(), 'utf16le').swap16(),
		(b) => [...b].map((x) => '%' + x.toString(16)).join('')].entries())
		for (let shift = 0; shift < 3; shift++) {
			fs.writeFileSync(path.join(dir, 'f'), encode(Buffer.from('a'.repeat(shift) + secret + ' and more')));
			assert.notDeepEqual(search({ secret }, dir), [], `encoding ${n}, shift ${shift}`);
			assert.deepEqual(search({ other: word() }, dir), []);
		}
	fs.rmSync(dir, { recursive: true });
});

scenario('nothing of a report can be read on disk', { timeout: 180000 }, async (i) => {
	const words = {};
	const say = (what) => `${words[what] = word()}`;
	const token = i.token();

	// Over the API, all fields.
	const r = await i.report({
		title: `A title ${say('title')}`, description: `Text ${say('description')} text`, impact: say('impact'), steps: `1. ${say('steps')}`,
		affected: [`https://app.exact.works/${say('affected')}`], component: say('component'), proof_of_concept: say('proof'),
		severity: 'high', remediation: say('remediation'), reached_others_data: true,
		testing: { accounts: [say('account')], source_addresses: [say('source')] },
		reporter: { name: say('name'), email: `${say('address')}@example.org`,
			pgp_key: `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${say('key')}\n-----END PGP PUBLIC KEY BLOCK-----` },
		credit: { wanted: true, name: say('credit'), url: `https://example.org/${say('link')}` },
	}, { key: say('idempotency') });
	const me = i.reporter(r);
	assert.equal((await me.post('messages', { text: say('message') })).status < 300, true);
	const big = Buffer.alloc(300000, say('large file') + ' ');
	const attached = await me.attach([{ filename: `${say('file name')}.txt`, bytes: `bytes ${say('file')}` }, { filename: 'big.bin', bytes: big }]);
	assert.ok(attached.status < 300, attached.text);
	assert.equal((await me.put('credit', { wanted: true, name: say('later credit') })).status, 200);

	// By the form, with a file.
	const page = await i.get('/report');
	const cookie = (page.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]).join('; ');
	const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => ({ name, value }));
	const form = multipart([...hidden, { name: 'description', value: say('form text') }, { name: 'reporter_name', value: say('form name') },
		{ name: 'files', filename: `${say('form file name')}.png`, bytes: say('form file') }, { name: 'step', value: 'send' }]);
	const sent = await i.ask('POST', '/report', { body: form.body, headers: { Cookie: cookie, 'Content-Type': form.type } });
	assert.equal(sent.status, 201, sent.text.slice(0, 500));

	// What was refused, and what only passed through.
	await i.ask('POST', '/api/v1/reports', { json: { description: say('refused'), nonsense: say('refused key') } });
	await i.ask('POST', '/api/v1/reports', { body: `{"description":"${say('broken')}`, headers: { 'Content-Type': 'application/json' } });
	await i.get(`/case?${say('query')}=${say('query value')}`);
	await i.get(`/${say('path')}`);

	// The team reads and answers.
	assert.equal((await i.staff(token, 'GET', `/api/v1/cases/${r.case}`)).status, 200);
	await i.act(token, r.case, { action: 'acknowledge', text: say('acknowledgement') });
	await i.act(token, r.case, { action: 'request_info', text: say('question') });
	await i.act(token, r.case, { action: 'note', text: say('note') });
	await i.act(token, r.case, { action: 'triage', severity: 'high', text: say('triage') });
	await i.act(token, r.case, { action: 'close', reason: 'resolved', text: say('closing') });
	words.receipt = r.receipt.replace(/^EXW-\d+-\d+-/, '');
	words['receipt without dashes'] = words.receipt.replaceAll('-', '');
	await sleep(1500); // for the courier

	// A notice goes to the reporter's address: there, and nowhere else, it stands.
	const allowed = (what, file) => what === 'address' && file.startsWith(path.join(i.dir, 'outbox/'));
	const look = (when) => assert.deepEqual(search(words, i.dir, { log: i.log, stdout: i.out }, allowed), [], when);
	look('while it runs');

	// Planted, in the clear, where reports are.
	const planted = { planted: word() };
	execFileSync('python3', ['-c', 'import sqlite3, sys\n' +
		'c = sqlite3.connect(sys.argv[1])\nc.execute("CREATE TABLE planted (word TEXT)")\n' +
		'c.execute("INSERT INTO planted VALUES (?)", (sys.argv[2],))\nc.commit()\nc.close()', path.join(i.dir, 'data/vdpd.db'), planted.planted]);
	const found = search(planted, i.dir);
	assert.ok(found.length > 0 && found.every((f) => f.includes('data/vdpd.db')), 'a planted row is found');

	i.alive();
	await i.stop();
	look('after it was stopped');
	await i.serve();
	assert.equal((await i.reporter(r).get()).json.report.reporter.name, words.name, 'and all of it is there for who has the key');
	await i.killAll();
	look('after it was killed');
	await i.serve();
});
