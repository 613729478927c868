// What a stranger sends to hurt: everything at its maximum, again and again. It is refused, nothing dies of it, and the
// team can go on.
import assert from 'node:assert/strict';
import { scenario } from './lib.mjs';

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
