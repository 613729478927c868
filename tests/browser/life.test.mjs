// The life of a case in a real browser, from the first look at the policy to the day it is closed, seen by both sides; with
// scripts and without.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before } from 'node:test';
import { scenario } from '../e2e/lib.mjs';
import { launch, Researcher, Staff } from './people.mjs';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const finding = {
	title: 'Invoices of other workspaces can be read',
	description: 'GET /api/v1/invoices/{id} checks that somebody is signed in, not whose invoice it is.',
	impact: 'Anybody with an account reads names, addresses and amounts of every customer.',
	steps: '1. Sign in as one user.\n2. Ask for an invoice number of another.\n3. It is shown.',
	affected: 'https://api.exact.works/api/v1/invoices/1042\nhttps://checkout.stripe.com/pay',
	proof_of_concept: 'curl -H "Authorization: Bearer $MINE" https://api.exact.works/api/v1/invoices/1042',
	severity: 'high',
	remediation: 'Compare the workspace of the invoice with that of the session.',
	testing_accounts: 'mira-test@example.org',
	testing_addresses: '192.0.2.44',
	testing_from: '2026-03-01T20:00',
	testing_until: '2026-03-01T22:30',
	reached_others_data: 'no',
	caused_disruption: 'no',
	reporter_name: 'Mira Okafor',
	reporter_email: 'mira@example.org',
	credit_wanted: true,
	credit_name: 'Mira Okafor',
};
const vector = 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N';

// A screenshot as researchers send them: a picture of a page.
async function screenshot() {
	const page = await browser.newPage({ viewport: { width: 640, height: 360 } });
	await page.setContent('<body style="font:16px sans-serif;margin:24px"><h2>Invoice 1042</h2>' +
		'<p>Northwind Traders, 14 Harbour Road</p><table border=1 cellpadding=6><tr><td>Escrow release<td>4,200.00' +
		'<tr><td>Fee<td>42.00</table><p style="color:#b00">signed in as mira-test@example.org</p>');
	const bytes = await page.screenshot();
	await page.close();
	return bytes;
}

// Every picture of the page has loaded.
async function pictures(p) {
	const images = p.page.locator('.shot img');
	const n = await images.count();
	for (let k = 0; k < n; k++) {
		await images.nth(k).scrollIntoViewIfNeeded();
		await images.nth(k).evaluate((e) => e.decode());
	}
	return n;
}

const both = async (reporter, staff, number) => {
	await reporter.goes('/case');
	await staff.opens(number);
	const seen = await reporter.promises();
	assert.deepEqual(seen, await staff.promises('.side'), 'both sides see the same promises');
	return Object.fromEntries(seen.map((p) => [p.what, p]));
};
const word = (seen, what) => seen.find((p) => what.test(p.what))?.word;

async function life(i, { js }) {
	i.setClock('2026-03-02T08:00:00Z');
	const shot = await screenshot();
	const earlier = await i.report({ title: 'Reflected input in the search of the help pages', description: 'It is reflected.', severity: 'medium' });
	i.setClock('2026-03-02T09:00:00Z');

	// The researcher reads, reports, and gets a receipt.
	const mira = await Researcher.arrives(browser, i, { js });
	await mira.goes('/');
	await mira.reads('Vulnerability Disclosure', 'What we promise', '48 hours', 'Safe Harbor');
	await mira.looks('policy');
	await mira.presses('Report a vulnerability');
	await mira.looks('report');
	await mira.fills(finding);
	await mira.presses('Check before sending');
	await mira.reads('This is what will be sent', finding.title, finding.impact, '192.0.2.44', 'Mira Okafor');
	await mira.looks('report-check');
	await mira.presses('Change something');
	assert.equal(await mira.page.inputValue('#steps'), finding.steps, 'going back keeps what was typed');
	await mira.presses('Check before sending');
	await mira.page.setInputFiles('#files', [
		{ name: 'invoice.png', mimeType: 'image/png', buffer: shot },
		{ name: 'requests.txt', mimeType: 'text/plain', buffer: Buffer.from('GET /api/v1/invoices/1042\n'.repeat(200)) },
	]);
	await mira.sends('Send report');
	assert.match(mira.case, /^EXW-2026-\d{4}$/);
	assert.match(mira.code, /^[A-Z2-7]{26}$/);
	await mira.reads('4 Mar 2026', 'Keep both');
	await mira.looks('receipt');
	if (js) {
		await mira.page.getByRole('button', { name: /^Copy/ }).click();
		await mira.page.getByText('Copied.').waitFor();
		assert.equal((await mira.page.evaluate(() => navigator.clipboard.readText())).replace(/\s/g, ''), mira.case + mira.code);
	}
	const saved = mira.page.waitForEvent('download');
	await mira.page.getByRole('button', { name: 'Download the signed receipt' }).click();
	const receipt = JSON.parse(fs.readFileSync(await (await saved).path(), 'utf8'));
	assert.equal(receipt.case, mira.case);
	await mira.presses(/Open your report/);
	assert.equal(await mira.stage(), 'Received');
	await mira.reads('The promise that runs now', 'Nobody has written yet', finding.title, 'invoice.png', 'requests.txt');
	await mira.looks('reporter-new');

	// The coordinator joins, signs out and in again, and finds both cases by the promise that falls due first.
	const ana = await Staff.arrives(browser, i, { js });
	await ana.enrols(i.made.enrolment, 'ana');
	await ana.page.locator('.bar summary').click();
	await ana.presses('Sign out');
	await ana.looks('sign-in');
	i.setClock('2026-03-02T09:05:00Z');
	await ana.signsIn();
	assert.deepEqual(await ana.cases(), [earlier.case, mira.case]);
	await ana.looks('queue');
	await ana.presses(mira.case);
	await ana.reads(finding.description, finding.impact, 'Mira Okafor', 'mira@example.org', '192.0.2.44', 'in scope', 'out of scope');
	assert.equal(await pictures(ana), 1, 'the screenshot is shown');
	const src = await ana.page.locator('.shot img').getAttribute('src');
	const drawn = await ana.page.request.get(i.desk + src);
	assert.equal(drawn.headers()['content-type'], 'image/png');
	assert.notDeepEqual(await drawn.body(), shot, 'the picture is drawn anew');
	assert.equal(await ana.page.locator('.shot img').evaluate((e) => e.naturalWidth), 640);
	await ana.looks('case-new');

	// Acknowledged with a text.
	i.setClock('2026-03-02T10:00:00Z');
	await ana.acts('Acknowledge', { text: 'Thank you, Mira. We have read it and are looking.' }, 'Acknowledge');
	await ana.reads('Acknowledged', 'We have read it and are looking.');
	let seen = await both(mira, ana, mira.case);
	await mira.reads('We have read it and are looking.');
	assert.equal(await mira.stage(), 'Answered');
	assert.equal(word(Object.values(seen), /acknowledg/i), 'kept');

	// A question pauses the clocks, an answer with a file lets them run.
	await ana.acts('Ask…', { text: 'Which of the two accounts owned invoice 1042?' }, 'Ask Mira Okafor');
	await ana.reads('waiting for Mira Okafor', 'Which of the two accounts');
	i.setClock('2026-03-03T10:00:00Z');
	await ana.goes('/');
	await ana.signsIn();
	await mira.comesBack();
	seen = await both(mira, ana, mira.case);
	assert.equal(word(Object.values(seen), /triage/i), 'paused');
	await mira.reads('The team has a question for you.', 'Which of the two accounts');
	await mira.looks('reporter-asked');
	await ana.looks('case-waiting');
	await ana.goes('/?view=waiting');
	assert.deepEqual(await ana.cases(), [mira.case]);
	await mira.page.getByLabel('Write to the team').fill('Neither: it belongs to a third one.');
	await mira.page.setInputFiles('#files', { name: 'accounts.txt', mimeType: 'text/plain', buffer: Buffer.from('a\nb\n') });
	await mira.page.getByRole('button', { name: 'Send to the team' }).click();
	await mira.page.getByText('Your message was sent.').waitFor();
	await mira.reads('Neither: it belongs to a third one.', 'accounts.txt');
	await mira.readsNot('The team has a question for you');
	seen = await both(mira, ana, mira.case);
	assert.equal(word(Object.values(seen), /triage/i), 'due');
	await ana.reads('Neither: it belongs to a third one.', 'accounts.txt');

	// A note stays with the team.
	await ana.writes('note-box', 'Looks like the leak of February. Ask billing.', [
		{ name: 'billing-internal.txt', mimeType: 'text/plain', buffer: Buffer.from('internal') }]);
	assert.equal(await ana.page.locator('.note-entry', { hasText: 'leak of February' }).count(), 1);
	await mira.goes('/case');
	await mira.readsNot('leak of February', 'billing-internal');

	// Triage: severity, CVSS, CWE, component; the fix gets its promise.
	i.setClock('2026-03-03T15:00:00Z');
	await ana.acts('Triage…', { severity: 'high', cvss: vector, cwe: 'CWE-639', component: { index: 1 } }, 'Set severity');
	await ana.reads('The severity is set.', 'high 6.5', 'CWE-639');
	seen = await both(mira, ana, mira.case);
	assert.equal(await mira.stage(), 'Confirmed');
	assert.ok(seen && word(Object.values(seen), /triage/i) === 'kept');
	await ana.page.locator('#assign-to').selectOption({ label: 'ana' });
	await ana.presses('Assign');
	await ana.writes('reply-box', 'It is confirmed. A fix is being tested.', [{ name: 'patch.png', mimeType: 'image/png', buffer: shot }]);
	await mira.goes('/case');
	await mira.reads('It is confirmed. A fix is being tested.', 'patch.png');
	await pictures(ana);
	await ana.looks('case-triaged');
	await mira.looks('reporter-confirmed');

	// The reporter's own choices.
	await mira.page.getByLabel('Name to be shown').fill('M. Okafor');
	await mira.page.getByLabel('Link to be shown').fill('https://example.org/mira');
	await mira.presses('Save credit');
	await mira.reads('Your choice of credit is saved.');
	assert.equal(await mira.page.getByLabel('Name to be shown').inputValue(), 'M. Okafor');
	await mira.presses('Ask for a letter');
	await mira.reads('You asked for it on 3 Mar 2026');
	await mira.page.getByLabel('The day you have in mind').fill('2026-06-01');
	await mira.presses('Ask to publish');
	await mira.reads('2026-06-01');
	await ana.opens(mira.case);
	await ana.reads('the reporter wishes to publish on 2026-06-01', 'letter of appreciation asked for', 'Credit now wanted, as M. Okafor');

	// Fixed, closed, opened again, closed.
	i.setClock('2026-03-04T08:00:00Z');
	await ana.goes('/');
	await ana.signsIn();
	await ana.opens(mira.case);
	await ana.acts('Fixed…', { text: 'The fix is out since 07:30.' }, 'Mark as fixed');
	await mira.comesBack();
	assert.equal(await mira.stage(), 'Fixed');
	await mira.reads('The fix is out since 07:30.');
	await ana.acts('Close…', { reason: 'resolved', text: 'Thank you again.' }, 'Close the case');
	await ana.reads('closed · Resolved');
	await ana.looks('case-closed');
	await mira.goes('/case');
	await mira.reads('Thank you again.');
	await mira.looks('reporter-closed');
	await ana.acts('Reopen…', { text: 'One host was forgotten.' }, 'Reopen the case');
	await mira.goes('/case');
	await mira.reads('One host was forgotten.');
	seen = await both(mira, ana, mira.case);
	assert.ok(Object.values(seen).some((p) => p.word === 'due'), 'its clocks run again');
	await ana.acts('Close…', { reason: 'resolved' }, 'Close the case');
	assert.deepEqual((await ana.goes('/'), await ana.cases()), [earlier.case]);

	// Another report is withdrawn.
	const lou = await Researcher.arrives(browser, i, { js });
	await lou.reports({ description: 'I thought I saw something.', anonymous: true });
	await lou.presses(/Open your report/);
	await lou.presses('Withdraw this report…');
	await lou.looks('withdraw');
	await lou.presses('Withdraw the report');
	await lou.reads('You withdrew this report');
	await lou.looks('reporter-withdrawn');
	await ana.opens(lou.case);
	await ana.reads('closed · Withdrawn');
	await lou.presses('Leave this page');
	await lou.goes('/case');
	await lou.reads('Your receipt opens your report’s page');
	await lou.looks('track');
	for (const p of [mira, ana, lou])
		await p.leaves();
}

scenario('the life of a case, in a browser', { timeout: 240000 }, (i) => life(i, { js: true }));
scenario('the same life without scripts', { timeout: 240000 }, (i) => life(i, { js: false }));
