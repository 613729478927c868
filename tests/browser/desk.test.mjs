// The desk in a real browser: who sees what, keys alone, privacy incidents first, promises that are near and missed, forms that keep
// what was typed.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { scenario } from '../e2e/lib.mjs';
import { launch, Researcher, Staff } from './people.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const report = (title, more = {}) => ({ title, description: `${title}, in more words.`, ...more });

scenario('an empty desk teaches, and keys are enough for all of a case', async (i) => {
	i.setClock('2026-03-02T08:00:00Z');
	const ana = await Staff.arrives(browser, i);
	await ana.enrols(i.made.enrolment, 'ana');
	await ana.reads('No reports yet.', 'This is what a researcher sees');
	await ana.looks('queue-empty');
	const one = await i.report(report('Sandbox lets DNS out', { reporter: { name: 'Kim' } }));
	i.setClock('2026-03-02T09:00:00Z');
	const two = await i.report(report('Session survives sign-out'));
	const { page } = ana;
	const press = async (...keys) => { for (const k of keys) await page.keyboard.press(k); };
	const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());

	await ana.goes('/');
	await press('j', 'j');
	assert.equal(await focused(), two.case);
	await press('k');
	assert.equal(await focused(), one.case);
	await press('o');
	await page.waitForURL(`**/cases/${one.case}`);
	await press('n');
	assert.equal(await focused(), 'note');
	await page.keyboard.type('jkrt?/ are letters here');
	await press('Tab', 'Tab', 'Enter');
	await page.getByText('Kept as a team note.').waitFor();
	assert.equal(await page.locator('.note-entry', { hasText: 'jkrt?/ are letters here' }).count(), 1);
	await press('r');
	assert.equal(await focused(), 'text');
	await page.keyboard.type('Thank you, Kim.');
	await ana.looks('case-replying');
	await page.locator('#reply-box button:has-text("Send to Kim")').focus();
	await press('Enter');
	await page.getByText('Sent to the reporter.').waitFor();
	await press('t');
	assert.equal(await focused(), 'severity');
	await page.keyboard.type('high');
	await ana.looks('case-triaging');
	await page.locator('#triage button').focus();
	await press('Enter');
	await page.getByText('The severity is set.').waitFor();
	await press('t', 'Escape');
	assert.equal(await page.locator('#triage[open]').count(), 0);
	await press('j', 'j');
	assert.match(await focused(), /Thank you, Kim/);
	await press('?');
	await page.waitForURL('**/keys');
	await ana.looks('keys');
	await press('/');
	assert.equal(await focused(), 'q');
	await page.keyboard.type(two.case);
	await press('Enter');
	await page.waitForURL('**/?*q=*');
	assert.deepEqual(await ana.cases(), [two.case]);
	await ana.goes('/?view=waiting');
	await ana.reads('Nobody owes us an answer.');
	await ana.goes('/?view=overdue');
	await ana.reads('Nothing is overdue.');
	await ana.goes('/?view=mine');
	await ana.reads('Nothing is yours.');
	await ana.looks('mine-empty');
	await ana.leaves();
});

scenario('a privacy incident stands first', async (i) => {
	i.setClock('2026-03-02T08:00:00Z');
	const early = await i.report(report('Old library in the build'));
	i.setClock('2026-03-02T10:00:00Z');
	const kim = await Researcher.arrives(browser, i);
	await kim.reports({ description: 'The export gave me the orders of another company.', reached_others_data: 'yes', anonymous: true });
	const ana = await Staff.arrives(browser, i);
	await ana.enrols(i.made.enrolment, 'ana');
	assert.deepEqual(await ana.cases(), [kim.case, early.case], 'first, although its promise falls due later');
	await ana.reads('privacy incident');
	await ana.looks('queue-privacy');
	await ana.presses(kim.case);
	await ana.reads('Privacy incident.', 'See to this first.');
	await ana.looks('case-privacy');
	await kim.leaves();
	await ana.leaves();
});

scenario('promises that are near and missed look the same from both sides', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const mira = await Researcher.arrives(browser, i);
	await mira.reports({ description: 'Something is wrong.', severity: 'critical' });
	const ana = await Staff.arrives(browser, i);
	await ana.enrols(i.made.enrolment, 'ana');
	const same = async (at) => {
		i.setClock(at);
		await ana.goes('/');
		if (ana.page.url().includes('sign-in'))
			await ana.signsIn();
		const row = await ana.page.locator('.next').first().innerText();
		await ana.opens(mira.case);
		await mira.comesBack();
		const seen = await mira.promises();
		assert.deepEqual(seen, await ana.promises('.side'));
		return { row: row.replace(/\s+/g, ' '), seen, ack: seen.find((p) => /acknowledg/i.test(p.what)) };
	};
	const near = await same('2026-03-03T23:00:00Z');
	assert.deepEqual([near.ack.word, near.ack.span, near.ack.used], ['due', 'in 10 h', 79]);
	assert.match(near.row, /in 10 h/);
	await mira.looks('reporter-near');
	await ana.looks('case-near');
	const missed = await same('2026-03-04T12:00:00Z');
	assert.deepEqual([missed.ack.word, missed.ack.span, missed.ack.used], ['missed', '3 h late', 100]);
	assert.match(missed.row, /missed, 3 h late/);
	await mira.reads('We are late');
	await mira.looks('reporter-missed');
	await ana.looks('case-missed');
	await ana.goes('/?view=overdue');
	assert.deepEqual(await ana.cases(), [mira.case]);
	await ana.looks('queue-overdue');
	await ana.opens(mira.case);
	await ana.writes('reply-box', 'We are late, and sorry.');
	const after = await same('2026-03-04T12:30:00Z');
	assert.deepEqual([after.ack.word, after.ack.span], ['missed', '3 h late'], 'a miss stays a miss');
	await mira.leaves();
	await ana.leaves();
});

// What somebody of each role sees and may do.
const roles = {
	analyst: { boxes: ['Analyst'], queue: true, titles: true, opens: true, people: false,
		buttons: ['Acknowledge…', 'Ask…', 'Triage…', 'Export…'], writes: true },
	auditor: { boxes: ['Auditor'], queue: true, titles: false, opens: false, people: false },
	administrator: { boxes: ['Administrator'], queue: true, titles: false, opens: false, people: true },
};

scenario('each role sees what it may, and nothing else', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const r = await i.report(report('Tokens are printed in the log'));
	const ana = await Staff.arrives(browser, i);
	await ana.enrols(i.made.enrolment, 'ana');
	await ana.page.locator('.bar summary').click();
	await ana.presses('People');
	await ana.looks('people');
	ana.expects(422);
	await ana.page.getByLabel('Name', { exact: true }).fill('nobody');
	await ana.presses('Make an enrolment link');
	await ana.reads('Tick at least one role.');
	assert.equal(await ana.page.getByLabel('Name', { exact: true }).inputValue(), 'nobody');
	for (const [name, may] of Object.entries(roles)) {
		await ana.goes('/settings/people');
		await ana.page.getByLabel('Name', { exact: true }).fill(name);
		for (const b of may.boxes)
			await ana.page.getByLabel(b).check();
		await ana.presses('Make an enrolment link');
		const link = await ana.text('.note.good code');
		if (name === 'analyst')
			await ana.looks('people-link');

		const p = await Staff.arrives(browser, i);
		p.expects(403, 404);
		await p.enrols(link, name);
		assert.deepEqual(await p.cases(), [r.case], `${name}: the queue`);
		assert.equal((await p.text()).includes('Tokens are printed'), may.titles, `${name}: titles`);
		assert.equal(await p.page.locator('a[href*="/cases/"]').count() > 0, may.opens, `${name}: links to cases`);
		await p.looks(`queue-${name}`);
		await p.page.locator('.bar summary').click();
		assert.equal(await p.page.getByRole('link', { name: 'People' }).count(), may.people ? 1 : 0, `${name}: the menu`);
		await p.goes('/settings/people', may.people ? 200 : 403);
		await p.goes('/settings/tokens', may.people ? 200 : 403);
		if (may.people)
			await p.looks('tokens');
		await p.goes('/account');
		await p.looks('account');
		if (!may.people)
			await p.looks(`denied-${name}`);
		await p.goes(`/cases/${r.case}`, may.opens ? 200 : 403);
		if (may.opens) {
			assert.deepEqual(await p.page.locator('.actions summary').allInnerTexts(), may.buttons, `${name}: buttons`);
			assert.equal(await p.page.locator('#reply-box, #note-box').count(), may.writes ? 2 : 0);
			await p.writes('note-box', 'Seen.');
			await p.acts('Acknowledge…', {}, 'Acknowledge');
		} else {
			await p.readsNot('Tokens are printed');
		}
		await p.goes('/cases/EXW-2026-0999', may.opens ? 404 : 403);
		await p.looks(`nothing-${name}`);
		await p.leaves();
	}
	// Shut out: the next request leads to the sign-in.
	await ana.goes('/settings/people');
	await ana.presses('analyst');
	await ana.looks('member');
	await ana.presses('Disable analyst');
	await ana.reads('Shut out');
	await ana.goes('/settings/tokens');
	await ana.looks('tokens');
	await ana.goes('/account');
	await ana.looks('account');
	await ana.leaves();
});

scenario('what was typed stays', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const kim = await Researcher.arrives(browser, i);
	kim.expects(401, 403, 409, 422);
	const fields = { title: 'A <b>title</b>', description: 'It is wrong.', steps: '1. Look', cvss: 'CVSS:3.1/AV:X', severity: 'high',
		testing_addresses: '192.0.2.7', reporter_name: 'Kim', reporter_email: 'kim@example.org', credit_wanted: true };
	const names = Object.keys(fields).filter((n) => !['severity', 'credit_wanted'].includes(n));
	const typed = Object.fromEntries(names.map((n) => [n, fields[n]]));

	// A mistake: told at the top with a link to its field, and nothing is lost.
	await kim.goes('/report');
	await kim.fills(fields);
	await kim.presses('Check before sending');
	await kim.reads('Please look at this again', 'Nothing that you typed is lost.');
	assert.deepEqual(await kim.filled(names), typed);
	assert.ok(await kim.page.locator('[name=severity][value=high]').isChecked());
	assert.ok(await kim.page.locator('[name=credit_wanted]').isChecked());
	assert.equal(await kim.page.evaluate(() => document.activeElement.className), 'mistakes', 'the summary is read first');
	await kim.page.locator('.mistakes a').click();
	assert.equal(await kim.page.evaluate(() => document.activeElement.id), 'cvss');
	await kim.looks('report-mistake');

	// The browser was closed over night: the form has no token any more.
	await kim.page.locator('[name=cvss]').fill('');
	await kim.context.clearCookies();
	await kim.presses('Check before sending');
	await kim.reads('nothing was sent');
	assert.deepEqual(await kim.filled(names), { ...typed, cvss: '' });
	await kim.looks('report-old');
	await kim.presses('Check before sending');
	await kim.reads('This is what will be sent');
	await kim.context.clearCookies();
	await kim.presses('Send report');
	await kim.reads('nothing was sent', 'It is wrong.');
	await kim.sends('Send report');

	// The reporter's page: no words, an old receipt, an old token.
	await kim.presses(/Open your report/);
	await kim.presses('Send to the team');
	await kim.reads('Please write something first.');
	await kim.page.getByLabel('Write to the team').fill('Words that took an hour.');
	await kim.context.clearCookies({ name: '__Host-form' });
	await kim.presses('Send to the team');
	await kim.reads('nothing was sent');
	assert.equal(await kim.page.getByLabel('Write to the team').inputValue(), 'Words that took an hour.');
	await kim.looks('reporter-old');
	await kim.context.clearCookies({ name: '__Host-receipt' });
	await kim.presses('Send to the team');
	await kim.page.getByLabel('Case number and code').fill(`${kim.case} ${kim.code.slice(0, -1)}`);
	await kim.presses('Open my report');
	await kim.reads('No report has this number and code');
	await kim.looks('track-wrong');
	await kim.page.getByLabel('Case number and code').fill(`${kim.case} ${kim.code}`);
	await kim.presses('Open my report');
	assert.equal(await kim.page.getByLabel('Write to the team').inputValue(), 'Words that took an hour.');
	await kim.presses('Send to the team');
	await kim.reads('Your message was sent.', 'Words that took an hour.');

	// The desk.
	const ana = await Staff.arrives(browser, i);
	ana.expects(403, 409, 422);
	await ana.enrols(i.made.enrolment, 'ana');
	await ana.opens(kim.case);
	await ana.acts('Triage…', { severity: 'high', cvss: 'CVSS:3.1/AV:X', text: 'Dear Kim' }, 'Set severity');
	const form = ana.page.locator('.actions details[open] form');
	assert.equal(await form.locator('[name=text]').inputValue(), 'Dear Kim');
	assert.equal(await form.locator('[name=cvss]').inputValue(), 'CVSS:3.1/AV:X');
	await ana.looks('case-mistake');

	// The session ends while somebody writes: signed in anew in another tab, the page goes on where it was.
	ana.expects(401);
	await ana.opens(kim.case);
	await ana.page.locator('#reply-box > summary').click();
	await ana.page.locator('#reply-box textarea').fill('An answer that took an hour.');
	i.setClock('2026-03-03T09:00:00Z');
	await ana.presses('Send to Kim', ana.page.locator('#reply-box'));
	await ana.reads('Your session has ended', 'Sign in in another tab');
	await ana.looks('session-ended');
	const other = await ana.context.newPage();
	const first = ana.page;
	ana.page = other;
	await ana.goes('/');
	await ana.signsIn();
	ana.page = first;
	await first.reload();
	assert.equal(await first.locator('#reply-box textarea').inputValue(), 'An answer that took an hour.');
	await ana.looks('case-kept');
	await ana.presses('Send to Kim', first.locator('#reply-box'));
	await ana.reads('Sent to the reporter.', 'An answer that took an hour.');
	await kim.leaves();
	await ana.leaves();
});

scenario('every other page', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const kim = await Researcher.arrives(browser, i);
	kim.expects(404);
	for (const page of ['advisories', 'acknowledgments', 'trust']) {
		await kim.goes(`/${page}`);
		await kim.looks(page);
	}
	await kim.goes('/');
	await kim.presses(/^[0-9a-f]{12}$/);
	await kim.reads('This version is in force');
	await kim.looks('policy-version');
	await kim.goes('/nothing/here', 404);
	await kim.reads('Nothing is here', 'Report a vulnerability');
	await kim.looks('not-found');
	await kim.leaves();
	const ana = await Staff.arrives(browser, i);
	ana.expects(404, 403);
	await ana.goes('/enrol/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 404);
	await ana.looks('enrol-used');
	await ana.goes('/');
	await ana.page.getByLabel('Name').fill('nobody');
	await ana.page.getByLabel('Password').fill('some words that are wrong');
	await ana.page.getByLabel('Code from your app').fill('123456');
	await ana.presses('Sign in');
	await ana.reads('do not fit together');
	await ana.looks('sign-in-wrong');
	await ana.leaves();
});
