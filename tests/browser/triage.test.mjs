// The aids for a triage, with scripts and without: the CVSS calculator leads from a case to a score and back into its form,
// and a weakness is found by word.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Instance, folder } from '../e2e/lib.mjs';
import { launch, Staff } from './people.mjs';

test('calculator and search for a weakness', async (t) => {
	const i = new Instance(folder());
	const browser = await launch();
	t.after(async () => {
		await browser.close();
		if (i.child && !i.ended)
			await i.killAll();
		i.destroy();
	});
	await i.init();
	await i.serve();
	const { case: number } = await i.report({ description: 'Any invoice can be read by its number.', severity: 'high' });
	const ana = await Staff.arrives(browser, i);
	await ana.enrols(i.made.enrolment, 'ana');
	const invited = await i.staff(i.token(), 'GET', `/api/v1/cases/${number}`);
	assert.equal(invited.json.severity, null);

	const picks = { AV: 'Network', AC: 'Low', AT: 'None', PR: 'Low', UI: 'None' };
	const choose = async (p) => {
		for (const [metric, value] of Object.entries(picks))
			await p.page.locator(`input[name="${metric}"]`).locator('xpath=..').filter({ hasText: value }).first().click();
		for (const m of ['VC', 'VI', 'VA', 'SC', 'SI', 'SA'])
			await p.page.locator(`input[name="${m}"][value="${m === 'VC' ? 'H' : 'N'}"]`).check();
	};

	// With scripts: the score follows.
	await ana.opens(number);
	await (await ana.menu('Triage')).getByRole('link', { name: 'Calculator' }).click();
	await ana.page.waitForURL(/calculator/);
	await ana.looks('calculator');
	await choose(ana);
	await ana.page.locator('#score', { hasText: '7.1 High' }).waitFor();
	await ana.presses('Take it into the triage');
	assert.equal(await ana.page.locator('#cvss').inputValue(), 'CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N');
	assert.equal(await ana.page.locator('#severity').inputValue(), '', 'the policy says what the score means');
	await ana.page.locator('#triage a', { hasText: 'Find by word' }).click();
	await ana.page.waitForURL(/cwe/);
	await ana.looks('cwe-empty');
	await ana.page.getByLabel('Number, or words of its name').fill('user-controlled key');
	await ana.presses('Find');
	await ana.looks('cwe');
	await ana.presses('CWE-639');
	assert.equal(await ana.page.locator('#cwe').inputValue(), 'CWE-639');
	assert.match(await ana.page.locator('#cvss').inputValue(), /^CVSS:4/, 'kept on the way');
	await ana.page.locator('#triage textarea[name="note"]').fill('Seen with two accounts of our own.');
	await ana.page.locator('#triage').getByRole('button', { name: 'Set severity' }).click();
	await ana.page.locator('.note.good').waitFor();
	await ana.reads('CWE-639', 'high 7.1', 'By the reporter', 'Seen with two accounts of our own.', '1 assessment');
	await ana.looks('case-assessed');
	// What cannot be, or is hostile, is said and not shown as it is.
	await ana.goes('/calculator?vector=CVSS:4.0/AV:Z&case=x"onmouseover=1');
	await ana.reads('AV: ');
	await ana.goes(`/calculator?version=3.1&case=${number}`);
	await ana.looks('calculator-3.1');
	await ana.goes('/cwe?q=xyzzy');
	await ana.reads('No weakness of the CWE');

	// Without scripts: by the button.
	const plain = await Staff.arrives(browser, i, { js: false });
	plain.name = 'ana';
	await plain.context.addCookies(await ana.context.cookies());
	await plain.goes(`/calculator?case=${number}`);
	await choose(plain);
	await plain.presses('Score');
	await plain.reads('7.1 High');
	await plain.presses('Take it into the triage');
	assert.match(await plain.page.locator('#cvss').inputValue(), /^CVSS:4\.0\/AV:N/);
	await plain.leaves();
	await ana.leaves();
	i.alive();
	await i.stop();
});
