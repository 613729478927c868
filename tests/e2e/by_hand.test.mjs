// Reports that came another way, as a coordinator enters them at the desk: the true time of arrival, the clocks that run
// from it, the receipt for the researcher, and what the report lacks.
import assert from 'node:assert/strict';
import { Browser, enrol } from './forms.mjs';
import { multipart, scenario, seconds, vdpd } from './lib.mjs';

const start = seconds('2026-03-05T09:00:00Z'), H = 3600;
const call = { channel: 'call', received: '2026-03-04T07:30', kind: 'report', description: 'Quittenbrot in the <drawer>.\nTwice.',
	reached_others_data: 'no', caused_disruption: 'no', reporter_name: 'Mira', reporter_email: 'mira@example.org' };

const hidden = (page) => Object.fromEntries([...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)]
	.map((m) => [m[1], m[2].replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&#(\d+);/g, (_, n) => String.fromCharCode(n)).replace(/&quot;/g, '"').replace(/&amp;/g, '&')]));
// Only the form of the page's content, not that for signing out.
const main = (page) => page.slice(page.indexOf('<main'));

async function send(b, fields, files = []) {
	const form = multipart([...Object.entries(fields).map(([name, value]) => ({ name, value })), ...files.map((f) => ({ name: 'files', ...f }))]);
	return b.ask('POST', '/report', { body: form.body, headers: { 'Content-Type': form.type } });
}

scenario('a call is written down, with a file, and the researcher gets a receipt', async (i) => {
	i.setClock(start);
	const { b: ana } = await enrol(i, i.made.enrolment, 'ana');
	let page = main((await ana.get('/report')).text);
	assert.match(page, /value="mail" checked/);
	const sending = hidden(page).sending;
	assert.ok(sending);

	// Refusals keep what was typed.
	for (const [change, why] of [[{ received: '' }, /Give the day and time/], [{ received: '2026-03-05T09:01' }, /Give the day/],
		[{ received: '2016-03-01T09:01' }, /Give the day/], [{ received: 'yesterday' }, /Give the day/], [{ channel: 'web' }, /Choose how it came/],
		[{ channel: '' }, /Choose how/], [{ description: ' ' }, /Description is missing/], [{ reporter_email: 'x' }, /E-mail address is no address/]]) {
		const a = await ana.post('/report', { ...call, sending, step: 'check', ...change });
		assert.equal(a.status, 422, a.text);
		assert.match(a.text, why);
		assert.ok(a.text.includes('value="Mira"'), 'what was typed stays');
	}

	let a = await ana.post('/report', { ...call, sending, step: 'check' });
	assert.equal(a.status, 200, a.text);
	page = main(a.text);
	assert.match(page, /Came by a call, <time datetime="2026-03-04T07:30:00Z">/);
	assert.match(page, /\(1 day 1 h ago\)/);
	assert.match(page, /Quittenbrot in the &lt;drawer&gt;/);
	// 48 h from the true arrival, not from now.
	assert.match(page, /Initial acknowledgment[\s\S]*?<time datetime="2026-03-06T07:30:00Z">/);
	assert.match(page, /Steps to reproduce it/);
	assert.ok(!/already\.<\/strong>/.test(page));
	const fields = hidden(page);
	assert.equal(fields.sending, sending);
	assert.equal((await i.staff(i.token(), 'GET', '/api/v1/cases')).json.items.length, 0, 'nothing is entered yet');

	a = await send(ana, { ...fields, step: 'edit' });
	assert.equal(a.status, 200);
	assert.match(a.text, /value="2026-03-04T07:30"/);
	assert.match(a.text, /value="call" checked/);

	a = await send(ana, { ...fields, step: 'send' }, [{ filename: 'note.txt', bytes: Buffer.from('said on the phone'), type: 'text/plain' }]);
	assert.equal(a.status, 201, a.text);
	const number = a.text.match(/Entered as (EXW-2026-\d{4})/)[1];
	const code = a.text.match(/id="code">([^<]+)</)[1];
	assert.match(a.text, /<pre class="letter"[^>]*>Dear Mira,/);
	assert.ok(a.text.includes(`Your code: ${code}`) && a.text.includes(`${i.public}/case`));
	assert.equal(a.headers['cache-control'], 'no-store');

	// Sent again (back, and the button once more): the same case and the same code.
	const again = await send(ana, { ...fields, step: 'send' });
	assert.equal(again.text.match(/id="code">([^<]+)</)[1], code);
	const got = (await i.staff(i.token(), 'GET', `/api/v1/cases/${number}`)).json;
	assert.equal((await i.staff(i.token(), 'GET', '/api/v1/cases')).json.items.length, 1);
	assert.equal(got.channel, 'call');
	assert.equal(got.received_at, '2026-03-04T07:30:00Z');
	assert.equal(got.next.due_at, '2026-03-06T07:30:00Z');
	assert.equal(got.files.length, 1);
	assert.equal(got.report.description, call.description);

	// The researcher's way in.
	const mine = (await i.reporter({ case: number, receipt: `${number} ${code}` }).get());
	assert.equal(mine.status, 200, mine.text);
	assert.equal(mine.json.received_at, '2026-03-04T07:30:00Z');
	assert.ok(!(await ana.get(`/cases/${number}`)).text.includes(code), 'shown once');

	// What it lacks, in the shape of the form, and the question for it.
	page = (await ana.get(`/cases/${number}`)).text;
	assert.match(page, new RegExp(`<a href="/cases/${number}/form">As the researcher’s form</a>: \\d parts are missing`));
	assert.match(page, /As received <span class="quiet">by a call/);
	page = main((await ana.get(`/cases/${number}/form`)).text);
	const lacks = [...page.matchAll(/<section class="part as-form lacks"[\s\S]*?<\/h2>/g)].map((m) => m[0].match(/<span>([^<]+) <strong/)[1].trim());
	assert.deepEqual(lacks, mine.json.report ? [...page.match(/parts are missing[\s\S]*?<\/ul>/)[0].matchAll(/<li>([^<]+)</g)].map((m) => m[1]) : []);
	assert.ok(lacks.length >= 2);
	assert.match(page, /<dt>Files<\/dt><dd>1 file<\/dd>/);
	const ask = page.match(/<textarea name="text"[^>]*>\n([\s\S]*?)<\/textarea>/)[1];
	assert.ok(ask.includes('- '), ask);
	const done = await ana.post(`/cases/${number}/actions`, { action: 'request_info', text: ask });
	assert.equal(done.headers.location, `/cases/${number}?done=asked`, done.text);
	await ana.get(`/cases/EXW-2026-9999/form`, 404);
});

scenario('one that came long ago: what is missed already is said before it is entered', async (i) => {
	i.setClock(start);
	const { b: ana } = await enrol(i, i.made.enrolment, 'ana');
	await ana.get('/report');
	let a = await ana.post('/report', { ...call, channel: 'talk', received: '2026-02-20T10:00', step: 'check' });
	assert.match(a.text, /2 promises are missed already/);
	a = await send(ana, { ...hidden(main(a.text)), step: 'send' });
	assert.equal(a.status, 201, a.text);
	assert.match(a.text, /missed/);
	// A question has one clock, and nothing to ask for.
	await ana.get('/report');
	a = await ana.post('/report', { ...call, kind: 'question', received: '2026-03-05T08:00', step: 'check' });
	assert.equal(main(a.text).match(/class="promise /g).length, 1);
	assert.ok(!/The policy asks for these/.test(a.text));
	a = await send(ana, { ...hidden(main(a.text)), step: 'send' });
	const number = a.text.match(/Entered as (EXW-2026-\d{4})/)[1];
	assert.match((await ana.get(`/cases/${number}/form`)).text, /This is a question/);

	// Whoever only works on cases enters none, and sees the form of one all the same.
	const invite = JSON.parse(vdpd(['member', 'invite', '--role', 'analyst', '--json', '-C', i.dir]).out);
	const { b: ben } = await enrol(i, invite.enrolment, 'ben');
	await ben.get('/report', 403);
	assert.ok(!(await ben.get('/')).text.includes('href="/report"'));
	await ben.get(`/cases/${number}/form`);
	const nobody = new Browser(i);
	await nobody.get('/report', 303);
	// A form of another session enters nothing.
	await ana.get('/report');
	assert.equal((await ana.post('/report', { ...call, form_token: 'x'.repeat(43), step: 'send' })).status, 403);
	const token = i.token();
	assert.equal((await i.staff(token, 'POST', '/api/v1/cases', { json: { description: 'x', channel: 'talk', received_at: '2026-03-05T08:00:00Z' } })).status, 201);
	assert.equal((await i.staff(token, 'POST', '/api/v1/cases', { json: { description: 'x', channel: 'pigeon' } })).status, 422);
	i.setClock(start + H);
});
