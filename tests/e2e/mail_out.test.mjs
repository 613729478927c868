// Mail to who reported by mail: answers, links to the case, and what becomes of them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Browser } from './forms.mjs';
import { deliver, message } from './mail.mjs';
import { scenario, seconds, sleep, until } from './lib.mjs';

const who = 'mira@example.org', n = 'EXW-2026-0001';
const mails = (i) => fs.readdirSync(path.join(i.dir, 'outbox')).filter((f) => f.endsWith('.eml')).sort((a, b) => parseInt(a.split('-')[2]) - parseInt(b.split('-')[2]))
	.map((f) => fs.readFileSync(path.join(i.dir, 'outbox', f), 'utf8')).filter((m) => m.includes(`To: <${who}>`));
// The body as a mail program shows it: flowed lines joined (RFC 3676).
const shown = (m) => m.slice(m.indexOf('\r\n\r\n') + 4).replace(/\r\n/g, '\n').replace(/(?<!^--) \n/gm, ' ');
const link = (m) => m.match(/\/case\/link\?code=[A-Z0-9-]+/)[0];
const wait = (i, count) => until(() => { const m = mails(i); return m.length >= count && m; }, 10000, `no mail number ${count}`);

scenario('a case by plain mail alone, from report to letter request', { timeout: 180000 }, async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const token = i.token();
	assert.equal(deliver(i, message({ id: 'first' })).status, 0);
	const [receipt] = await wait(i, 1);
	assert.match(receipt, /^In-Reply-To: <first@mail\.example\.org>\r$/m);

	const words = 'We can see it here, and thank you for the steps. What is the number of the sluice that you have tried, and was it the first one or the second?\n> not a quote\nFrom here on we wait.';
	await i.act(token, n, { action: 'request_info', text: words });
	const asked = (await wait(i, 2))[1];
	assert.match(asked, /^Content-Type: text\/plain; charset=utf-8; format=flowed\r$/m);
	assert.doesNotMatch(asked, /^Auto-Submitted/m);
	assert.ok(shown(asked).startsWith(words.replace('\n> ', '\n > ').replace('\nFrom', '\n From')), shown(asked));
	assert.ok(asked.split('\r\n').every((l) => l.length <= 78 || l.includes('/case/link')));

	// The answer ends the pause; the next message follows.
	assert.equal(deliver(i, message({ text: 'The second.', subject: `Re: [${n}] x`, headers: { References: asked.match(/^Message-ID: (.*)\r$/m)[1] } })).status, 0);
	let c = (await i.staff(token, 'GET', `/api/v1/cases/${n}`)).json;
	assert.equal(c.needs_info, false);
	assert.equal(c.thread.at(-1).text, 'The second.');
	await i.act(token, n, { action: 'triage', severity: 'high' });
	assert.match((await wait(i, 3))[2], /There is news about your report/);
	await i.act(token, n, { action: 'fix', text: 'It is mended.' });
	const last = (await wait(i, 4))[3];
	assert.match(last, /It is mended\./);

	// The link: looking at it uses nothing up, only the newest serves, and once.
	assert.equal((await i.get(link(receipt))).status, 410);
	const b = new Browser({ desk: i.public, agent: i.agent });
	let page = await b.get(link(last));
	assert.equal(page.status, 200, page.text);
	assert.equal((await b.get(link(last))).status, 200);
	page = await b.post('/case/link', { code: link(last).split('=')[1] });
	assert.equal(page.status, 200, page.text);
	const code = page.text.match(/EXW-2026-0001-(?:[A-Z2-7]+-?)+/)[0];
	assert.equal((await i.get(link(last))).status, 410);
	const mine = await b.get('/case');
	assert.equal(mine.status, 200);
	assert.match(mine.text, /It is mended\./);
	assert.match(mine.text, /You wrote this by mail/);
	assert.ok(!mine.text.includes('The second.'), 'what came by mail is not shown back');
	page = await b.post('/case/letter', {});
	assert.equal(page.status, 303, page.text);
	c = (await i.staff(token, 'GET', `/api/v1/cases/${n}`)).json;
	assert.ok(c.letter_asked_at);
	assert.equal((await i.reporter({ case: n, receipt: code }).get()).status, 200, 'the new code serves everywhere');

	// After three days a link is nothing.
	await i.act(token, n, { action: 'message', text: 'Are you there?' });
	const late = (await wait(i, 5))[4];
	i.setClock(seconds('2026-03-02T09:00:00Z') + 3 * 86400 + 60);
	assert.equal((await i.get(link(late))).status, 410);
	// Who lost the code has a link mailed, to the address of the case alone; a page tells nobody whether there is one.
	const lost = async (number) => {
		const v = new Browser({ desk: i.public, agent: i.agent });
		await v.get('/case');
		const a = await v.post('/case/lost', { case: number });
		assert.equal(a.status, 200, a.text);
		return a.text.replace(/nonce-\S+/g, '');
	};
	const same = await lost('EXW-2026-0999');
	assert.equal(await lost(n), same);
	assert.equal(await lost(n), same);
	const sixth = (await wait(i, 6))[5];
	assert.match(sixth, /^Subject: \[EXW-2026-0001\] Your way back to your report\r$/m);
	assert.equal((await i.get(link(sixth))).status, 200);
	await sleep(2500);
	assert.equal(mails(i).length, 6);
	for (const t of ['/case/link', '/case/link?code=', '/case/link?code=EXW-2026-0001-AAAAA-AAAAA-AAAAA-AAAAA-AAAAAA'])
		assert.equal((await i.get(t)).status, 410, t);
});
