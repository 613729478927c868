// Mail through a real mail system, and deliveries that are cut off at every stage: nothing is lost, nothing comes twice.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { isRoot, scenario, sleep, until } from './lib.mjs';
import { lmtp, message, to, withLmtp } from './mail.mjs';
import { Postfix } from './postfix.mjs';

const recipients = '  recipients: [security@exact.works, psirt@exact.works]\n';
const titles = async (i, token) => {
	const all = [];
	for (let next = ''; next !== null;) {
		const a = (await i.staff(token, 'GET', `/api/v1/cases?cursor=${next}`)).json;
		all.push(...a.items.map((c) => c.title));
		next = a.next;
	}
	return all.sort();
};
const noPostfix = spawnSync('postfix', ['-c', '/nonexistent', 'status']).error !== undefined;
const skip = noPostfix ? 'postfix is not installed' : !isRoot && 'a Postfix of our own needs root';

scenario('Postfix delivers by LMTP and by pipe, whoever is killed meanwhile', { config: withLmtp(recipients), skip, timeout: 240000 }, async (i) => {
	const token = i.token();
	const p = await Postfix.start(i);
	try {
		const s = await p.session();
		const send = async (k, rcpt = to) => assert.match((await s.mail(message({ subject: `mail ${String(k).padStart(3, '0')}`, text: `.dot ${k}\n..two` }), { rcpts: [rcpt] }))[0], /^250/);
		await send(0);
		await send(1, 'psirt@exact.works');
		await until(async () => (await titles(i, token)).length === 2, 20000, p.log);
		const first = (await i.staff(token, 'GET', '/api/v1/cases')).json.items.find((c) => c.title === 'mail 000');
		assert.equal((await i.staff(token, 'GET', `/api/v1/cases/${first.case}`)).json.report.description, '.dot 0\n..two');

		const n = 60;
		for (let k = 2; k < n; k++) {
			await send(k, k % 4 === 0 ? 'psirt@exact.works' : to);
			if (k % 20 === 10)
				await i.kill('courier');
			if (k % 10 === 5)
				for (const pid of p.clients())
					process.kill(pid, 'SIGKILL');
		}
		await i.kill('courier');
		await until(async () => p.waiting() === 0 && (await titles(i, token)).length >= n, 90000, p.log);
		await sleep(1000);
		assert.deepEqual(await titles(i, token), [...Array(n)].map((_, k) => `mail ${String(k).padStart(3, '0')}`));
		s.destroy();
	} finally {
		p.stop();
	}
});

scenario('a peer that goes away at any stage, and comes again', { config: withLmtp() }, async (i) => {
	const token = i.token();
	const text = message({ subject: 'once' });
	const stages = [
		async (s) => s.send('MAIL FROM:<mira@example.org>\r\n'),
		async (s) => s.send(`MAIL FROM:<mira@example.org>\r\nRCPT TO:<${to}>\r\nDA`),
		async (s) => { await s.say('MAIL FROM:<mira@example.org>'); await s.say(`RCPT TO:<${to}>`); await s.say('DATA'); s.send(text.slice(0, 100)); },
		async (s) => { await s.say('MAIL FROM:<mira@example.org>'); await s.say(`RCPT TO:<${to}>`); await s.say('DATA'); s.send(text + '.\r'); },
		async (s) => { await s.say('MAIL FROM:<mira@example.org>'); await s.say(`RCPT TO:<${to}>`); s.send(`BDAT ${text.length} LAST\r\n${text.slice(0, 50)}`); },
	];
	for (const stage of stages) {
		const s = await lmtp(i);
		await stage(s);
		await sleep(50);
		s.destroy();
	}
	await sleep(300);
	assert.deepEqual(await titles(i, token), [], 'half a message is none');
	// All was sent, and nobody waits for the answer: it was taken, or comes again.
	for (let k = 0; k < 5; k++) {
		const s = await lmtp(i);
		await s.say('MAIL FROM:<mira@example.org>');
		await s.say(`RCPT TO:<${to}>`);
		await s.say('DATA');
		s.send(text + '.\r\n');
		await sleep(3 * k);
		s.destroy();
	}
	const s = await lmtp(i);
	assert.match((await s.mail(text))[0], /^250/);
	assert.deepEqual(await titles(i, token), ['once']);
	// Two at once are one as well.
	const two = await Promise.all([lmtp(i), lmtp(i)]);
	const twin = message({ subject: 'twin' });
	for (const r of await Promise.all(two.map((x) => x.mail(twin))))
		assert.match(r[0], /^250/);
	assert.deepEqual(await titles(i, token), ['once', 'twin']);
	[s, ...two].forEach((x) => x.destroy());
});
