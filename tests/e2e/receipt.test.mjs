// The signed receipt, checked by `vdpd receipt verify` with the programme's public key and nothing else.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { multipart, scenario, vdpd } from './lib.mjs';

// A folder outside the instance, for what a researcher keeps.
function keep(i, files) {
	return Object.fromEntries(Object.entries(files).map(([name, content]) => {
		const file = path.join(i.home, name);
		fs.writeFileSync(file, content);
		return [name, file];
	}));
}

const verify = (key, receipt, ...more) => vdpd(['receipt', 'verify', '--key', key, receipt, ...more]);

scenario('a receipt proves what was taken, when, and under which policy', async (i) => {
	i.setClock('2026-04-01T12:00:00Z');
	const body = '{"description": "as sent,\\n byte for byte \\u00e9"}';
	const a = await i.ask('POST', '/api/v1/reports', { body, headers: { 'Content-Type': 'application/json' } });
	assert.equal(a.status, 201, a.text);
	const keys = await i.get('/api/v1/keys');
	assert.equal(keys.status, 200);
	const f = keep(i, { answer: a.text, signed: JSON.stringify(a.json.signed_receipt), keys: keys.text,
		key: keys.json.signing.public_key, body, other: body + ' ' });
	for (const receipt of [f.answer, f.signed])
		for (const key of [f.keys, f.key]) {
			const r = verify(key, receipt);
			assert.equal(r.status, 0, r.err);
			assert.match(r.out, /EXW-2026-0001/);
		}
	assert.equal(vdpd(['receipt', 'verify', '--key', f.keys, '-'], { input: a.text }).status, 0);
	assert.equal(verify(f.keys, f.answer, '--content', f.body).status, 0);
	const json = JSON.parse(verify(f.keys, f.answer, '--json').out);
	assert.equal(json.case, 'EXW-2026-0001');

	const refused = (args, what) => {
		const r = vdpd(['receipt', 'verify', ...args]);
		assert.equal(r.status, 1, what);
		assert.equal(r.out, '', what);
		assert.notEqual(r.err, '', what);
	};
	refused(['--key', f.keys, f.answer, '--content', f.other], 'another content');
	const change = { programme: 'exact.work', case: 'EXW-2026-0002', received_at: '2026-04-01T12:00:01Z', signed_at: '2026-03-31T12:00:00Z',
		content_sha256: '0'.repeat(64), policy: '1'.repeat(64), case_key: '2'.repeat(64), signature: Buffer.alloc(64, 7).toString('base64') };
	for (const [key, value] of Object.entries(change)) {
		const forged = keep(i, { forged: JSON.stringify({ ...a.json.signed_receipt, [key]: value }) });
		refused(['--key', f.keys, forged.forged], `${key} was changed`);
	}
	const wrong = keep(i, { wrong: Buffer.alloc(32, 9).toString('base64'), nothing: '', words: 'no key' });
	for (const key of [wrong.wrong, wrong.nothing, wrong.words, '/nonexistent'])
		refused(['--key', key, f.answer], key);
	refused(['--key', f.keys, wrong.words], 'no receipt');

	// The policy that it names is the safe harbour, and can be read.
	assert.equal((await i.get(`/policy/${a.json.policy}`)).status, 200);
	// It stays true: the same facts after a stop, and with the key file of the instance.
	await i.stop();
	assert.equal(verify(path.join(i.dir, 'keys/public.keys'), f.answer).status, 0);
});

scenario('the form gives a receipt too, with the text that it covers', async (i) => {
	const hiddens = (text) => [...text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => ({ name, value }));
	const page = await i.get('/report');
	const cookie = (page.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]).join('; ');
	const form = multipart([...hiddens(page.text), { name: 'description', value: 'By the form,\r\nwith two lines & <signs>' },
		{ name: 'severity', value: 'low' }, { name: 'step', value: 'send' }]);
	const sent = await i.ask('POST', '/report', { body: form.body, headers: { Cookie: cookie, 'Content-Type': form.type } });
	assert.equal(sent.status, 201, sent.text);
	const cookies = [cookie, ...(sent.headers['set-cookie'] ?? []).map((c) => c.split(';')[0])].filter(Boolean).join('; ');
	const download = async (what) => {
		const a = await i.ask('POST', '/receipt', {
			body: new URLSearchParams([...hiddens(sent.text).map((h) => [h.name, h.value]), ['what', what]]).toString(),
			headers: { Cookie: cookies, 'Content-Type': 'application/x-www-form-urlencoded' } });
		assert.equal(a.status, 200, a.text);
		assert.match(a.headers['content-disposition'], /^attachment/);
		return a.bytes;
	};
	const f = keep(i, { signed: await download('signed'), text: await download('text'), keys: (await i.get('/api/v1/keys')).bytes });
	const r = verify(f.keys, f.signed, '--content', f.text);
	assert.equal(r.status, 0, r.err);
	assert.deepEqual(JSON.parse(fs.readFileSync(f.text, 'utf8')), { description: 'By the form,\nwith two lines & <signs>', severity: 'low' });
});
