// The desk's pages about people, the log and reports that came another way, in a real browser: looked at at 320 and 1280 px,
// light and dark, with axe.
import { after, before } from 'node:test';
import { scenario } from '../e2e/lib.mjs';
import { launch, Researcher, Staff } from './people.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

scenario('a second member joins, goes away with a deputy, and the log shows it', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const ana = await Staff.arrives(browser, i);
	ana.expects(422);
	await ana.enrols(i.made.enrolment, 'ana');
	await ana.goes('/settings/people');
	await ana.page.getByLabel('Name', { exact: true }).fill('ben');
	await ana.page.getByLabel('Analyst').check();
	await ana.presses('Make an enrolment link');
	const ben = await Staff.arrives(browser, i);
	await ben.enrols(await ana.text('.note.good code'), 'ben');
	await i.report({ title: 'Escrow release without confirmation', description: 'x', severity: 'critical' });
	await ben.goes('/');
	await ben.presses('EXW-2026-0001');

	await ana.goes('/account');
	await ana.page.getByLabel('First day').fill('2026-03-09');
	await ana.page.getByLabel('Last day').fill('2026-03-06');
	await ana.presses('Keep the absence');
	await ana.reads('Give the first and the last day');
	await ana.looks('account-absence-refused');
	await ana.page.getByLabel('First day').fill('2026-03-02');
	await ana.page.getByLabel('Who stands in').selectOption({ label: 'ben' });
	await ana.presses('Keep the absence');
	await ana.reads('The absence is kept');
	await ana.looks('account-absence');
	await ana.goes('/settings/people');
	await ana.reads('away until 6 Mar 2026, ben stands in');
	await ana.looks('people-away');
	await ana.goes('/settings/people/1');
	await ana.looks('member-away');
	await ben.goes('/');
	await ben.reads('You stand in for ana until 6 Mar 2026');
	await ben.looks('queue-stands-in');
	await ben.presses('ana’s cases');
	await ben.reads('Nothing fits');

	await ana.goes('/log');
	await ana.reads('opened a case', 'saw titles', 'set an absence', 'joined');
	await ana.looks('log');
	await ana.page.getByLabel('What').selectOption('changes');
	await ana.presses('Filter');
	await ana.readsNot('saw titles');
	await ana.page.getByLabel('Case', { exact: true }).fill('EXW-2026-0009');
	await ana.presses('Filter');
	await ana.reads('Nothing fits');
	await ana.looks('log-nothing');
	for (const p of [ana, ben])
		await p.leaves();
});

for (const js of [true, false]) {
	scenario(`a call is written down ${js ? 'with' : 'without'} scripts, and the researcher comes with the receipt`, async (i) => {
		i.setClock('2026-03-02T09:00:00Z');
		const ana = await Staff.arrives(browser, i, { js });
		ana.expects(422);
		await ana.enrols(i.made.enrolment, 'ana');
		await ana.goes('/report');
		await ana.looks('report-entry');
		await ana.page.getByLabel('A call').check();
		await ana.page.getByLabel('What did you find?').fill('The escrow of another order is released.');
		await ana.presses('Check before entering');
		await ana.reads('Give the day and time at which it came');
		await ana.looks('report-entry-refused');
		await ana.page.getByLabel('When did it come? (UTC)').fill('2026-02-27T08:30');
		await ana.page.getByLabel('Name or handle').fill('Mira');
		await ana.presses('Check before entering');
		await ana.reads('Came by a call, 27 Feb 2026, 08:30 UTC (3 days ago)', '1 promise is missed already.', 'Steps to reproduce it');
		await ana.looks('report-entry-check');
		await ana.page.locator('input[type=file]').setInputFiles([{ name: 'call.txt', mimeType: 'text/plain', buffer: Buffer.from('as it was said') }]);
		await ana.presses('Enter the report');
		await ana.reads('Entered as EXW-2026-0001', 'Dear Mira,');
		await ana.looks('report-entered');
		const code = await ana.text('#code');
		await ana.presses('Open the case');
		await ana.reads('by a call, 27 Feb 2026, 08:30 UTC', 'call.txt');
		await ana.presses('As the researcher’s form');
		await ana.reads('parts are missing', 'not given');
		await ana.looks('case-form');
		await ana.presses('Ask Mira');
		await ana.reads('Asked. The clocks pause until the answer.');

		const mira = await Researcher.arrives(browser, i, { js });
		await mira.goes('/case');
		await mira.page.locator('input[name=receipt]').fill(`EXW-2026-0001 ${code}`);
		await mira.presses(/Open/);
		await mira.reads('The escrow of another order is released.', '27 Feb 2026');
		for (const p of [ana, mira])
			await p.leaves();
	});
}
