// Takes the pictures of the README from a real instance with a fortnight of cases:
// node tests/browser/pictures.mjs docs/screenshots
import fs from 'node:fs';
import path from 'node:path';
import { Instance, folder, rfc3339, seconds } from '../e2e/lib.mjs';
import { launch, Researcher, Staff } from './people.mjs';

const [to] = process.argv.slice(2);
if (!to) {
	console.error('usage: node tests/browser/pictures.mjs DIR');
	process.exit(2);
}

const today = seconds('2026-03-18T09:20:00Z');
const ago = (days) => today - Math.round(days * 86400);
const triage = (severity, cvss, cwe, component) => ({ action: 'triage', severity, cvss, cwe, component });
const say = (text) => ({ action: 'message', text });

// When it came, what it says, what the team did and when (days ago).
const cases = [
	[16.8, { title: 'Sandbox egress rule lets DNS queries out', severity: 'high', component: 'sandbox', reporter: { name: 'T. Lindqvist' } },
		[[16.2, say('Thank you, we see it too.')], [14, triage('high', 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:L/A:N', 'CWE-693', 'sandbox')],
			[13.7, say('A filter is being tested.')], [13.7, { action: 'assign', to: 'ben' }]]],
	[9.1, { title: 'Session cookie stays valid after a change of password', severity: 'medium', component: 'auth' },
		[[8.4, { action: 'acknowledge' }], [6, triage('medium', 'CVSS:3.1/AV:N/AC:H/PR:L/UI:N/S:U/C:H/I:N/A:N', 'CWE-613', 'auth')],
			[5.9, { action: 'assign', to: 'ana' }]]],
	[6.4, { title: 'Stack traces of the staging API name internal hosts', severity: 'low' }, [[5.8, { action: 'acknowledge' }]]],
	[5.2, { title: 'Reflected script in /api/search error page', severity: 'medium', component: 'api' },
		[[4.9, { action: 'request_info', text: 'Which browser and which parameter was it?' }], [4.9, { action: 'assign', to: 'ana' }]]],
	[3.3, { title: 'Refund can be asked for twice within a second', severity: 'high', component: 'payment' },
		[[2.9, { action: 'acknowledge' }], [1.1, triage('high', 'CVSS:3.1/AV:N/AC:H/PR:L/UI:N/S:U/C:N/I:H/A:N', 'CWE-362', 'payment')],
			[1.1, { action: 'assign', to: 'ben' }]]],
	[2.05, { title: 'security.txt names a page that does not load', severity: 'low' }, []],
	[1.7, { title: 'Escrow release without confirmation', severity: 'critical', component: 'payment' }, []],
	[0.6, { title: 'May I test the mobile app of a partner?', kind: 'question' }, []],
	[0.2, { title: 'Export of another company’s orders by its number', severity: 'high', reached_others_data: true }, []],
];

const i = new Instance(folder());
const browser = await launch();
try {
	await i.init();
	await i.serve();
	i.setClock(rfc3339(ago(18)));
	const ana = await Staff.arrives(browser, i);
	await ana.enrols(i.made.enrolment, 'ana');
	await ana.goes('/settings/people');
	await ana.page.getByLabel('Name', { exact: true }).fill('ben');
	await ana.page.getByLabel('Coordinator').check();
	await ana.presses('Make an enrolment link');
	const ben = await Staff.arrives(browser, i);
	await ben.enrols(await ana.text('.note.good code'), 'ben');
	const token = i.token();

	const steps = [];
	for (const [day, report, acts] of cases) {
		const made = {};
		steps.push([day, async () => {
			Object.assign(made, await i.report({ ...report, description: `${report.title}. The steps are below.` }));
		}]);
		for (const [when, act] of acts)
			steps.push([when, () => i.act(token, made.case, act)]);
	}
	for (const [day, step] of steps.sort((a, b) => b[0] - a[0])) {
		i.setClock(rfc3339(ago(day)));
		await step();
	}

	// A case that its reporter looks at.
	const mira = await Researcher.arrives(browser, i);
	i.setClock(rfc3339(ago(0.19)));
	await mira.reports({ title: 'Invoices of other workspaces can be read', severity: 'high',
		description: 'GET /api/v1/invoices/{id} checks that somebody is signed in, not whose invoice it is.', reporter_name: 'Mira Okafor' });
	i.setClock(rfc3339(ago(0.1)));
	await i.act(token, mira.case, { action: 'acknowledge', text: 'Thank you, Mira. We have it in front of us and can see the same. Two questions will follow.' });
	await i.act(token, mira.case, triage('high', 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:N/A:N', 'CWE-639'));
	await i.act(token, mira.case, say('It is confirmed, and rated 6.5. A fix is being tested; you hear from us again this week.'));
	i.setClock(rfc3339(today));

	fs.mkdirSync(to, { recursive: true });
	const take = async (p, name, height) => {
		await p.page.setViewportSize({ width: 1200, height });
		await p.page.screenshot({ path: path.join(to, `${name}.png`) });
		console.log(`${name}.png: ${Math.ceil(fs.statSync(path.join(to, `${name}.png`)).size / 1024)} KiB`);
	};
	await ana.goes('/');
	await ana.signsIn();
	await take(ana, 'desk', 560);
	await mira.comesBack();
	await take(mira, 'reporter', 820);
	await mira.goes('/');
	await take(mira, 'policy', 720);
	for (const p of [ana, ben, mira])
		await p.leaves();
	i.alive();
	await i.stop();
} finally {
	await browser.close();
	if (i.child && !i.ended)
		await i.killAll();
	i.destroy();
}
