// What a stranger sends to hurt: everything at its maximum, again and again. It is refused, nothing dies of it, and the
// team can go on.
import assert from 'node:assert/strict';
import { multipart, scenario } from './lib.mjs';

scenario('a reporter cannot fill a case so far that it can no longer be read or worked on', { timeout: 240000 }, async (i) => {
	const r = await i.report({ description: 'x' }), me = i.reporter(r), token = i.token();
	const text = '𝕏"'.repeat(25000);
	let n = 0, a;
	while ((a = await me.post('messages', { text })).status === 200)
		assert.ok(++n < 100, 'there is no end');
	assert.equal(a.status, 413, a.text);
	assert.match(a.json.detail, /holds as much/);
	assert.ok(n >= 12, `only ${n} messages`);
	assert.equal((await me.get()).status, 200);
	for (let k = 0; k < 10; k++)
		await i.act(token, r.case, { action: k % 2 ? 'note' : 'message', text });
	const c = await i.staff(token, 'GET', `/api/v1/cases/${r.case}`);
	assert.equal(c.status, 200, c.text.slice(0, 300));
	assert.equal(c.json.thread.filter((m) => m.from === 'reporter' || m.from === 'you').length, n);
	await i.act(token, r.case, { action: 'close', reason: 'spam' });
});

scenario('events without text have an end too', { timeout: 240000 }, async (i) => {
	const r = await i.report({ description: 'x' }), me = i.reporter(r), token = i.token();
	let done = 1, last;
	while (!last) {
		const answers = await Promise.all(Array.from({ length: 50 }, () => me.put('credit', { wanted: done % 2 === 0 })));
		for (const a of answers) {
			if (a.status === 200)
				done++;
			else if (a.status !== 409)
				last = a;
		}
		assert.ok(done < 1000, 'there is no end');
	}
	assert.equal(last.status, 413, last.text);
	assert.equal(done, 500);
	await i.act(token, r.case, { action: 'acknowledge', text: 'We look at it.' });
	assert.equal((await me.get()).json.thread.at(-1).text, 'We look at it.');
});

scenario('fields of an action that would break an event\'s line are refused', async (i) => {
	const r = await i.report({ description: 'x' }), token = i.token();
	const act = (json) => i.staff(token, 'POST', `/api/v1/cases/${r.case}/actions`, { json });
	for (const [json, pointer] of [
		[{ action: 'triage', severity: 'high', component: 'a\nb' }, '/component'],
		[{ action: 'triage', severity: 'high', cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\nx=1' }, '/cvss'],
		[{ action: 'close', reason: 'duplicate', of: `${r.case}\nx=1` }, '/of'],
	]) {
		const a = await act(json);
		assert.equal(a.status, 422, a.text);
		assert.equal(a.json.pointer, pointer);
	}
	await i.act(token, r.case, { action: 'close', reason: 'resolved' });
	for (const advisory of ['a\nb', 'a b', '𝕏', '../x', 'x'.repeat(65)])
		assert.equal((await act({ action: 'publish', advisory })).status, 422, advisory);
	await i.act(token, r.case, { action: 'publish', advisory: 'EXW-2026-0001' });
});

scenario('however a form names its sending, two reports are two cases with two codes', async (i) => {
	const page = await i.get('/report');
	const cookie = page.headers['set-cookie'].map((c) => c.split(';')[0]).join('; ');
	const token = page.text.match(/name="form_token" value="([^"]+)"/)[1];
	const send = async (sending, description) => {
		const form = multipart(Object.entries({ form_token: token, ...(sending === undefined ? {} : { sending }), step: 'send', kind: 'report',
			title: 'x', description }).map(([name, value]) => ({ name, value })));
		const a = await i.ask('POST', '/report', { body: form.body, headers: { 'Content-Type': form.type, Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' } });
		assert.equal(a.status, 201, a.text.slice(0, 2000));
		return a.text.match(/name="receipt" value="([^"]+)"/)[1];
	};
	const seen = new Set();
	for (const sending of [undefined, '', 'a'.repeat(64), 'a'.repeat(65), 'a'.repeat(1100), 'b'.repeat(1100), 'é'.repeat(3000)])
		for (const description of ['one', 'two'])
			seen.add((await send(sending, description)).replace(/^EXW-\d+-\d+-/, ''));
	assert.equal(seen.size, 14);
	assert.equal(await send('the same', 'one'), await send('the same', 'one'), 'a repeated sending is the same report');
});
