// The first hour of an operator: every page of an instance in which nothing has happened says what it will be for, and
// one that `vdpd demo` has filled looks as after half a year, and says on every page that it is made up. With a policy that ten
// answers made. Pictures with VDPD_SHOTS=DIR.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Instance, folder, vdpd } from '../e2e/lib.mjs';
import { launch, Researcher, Staff } from './people.mjs';

const answers = ['Example Ltd', '', 'security@example.org', '', '', '', '', '', '', ''].join('\n') + '\n';

async function withInstance(t, fill, body) {
	const i = new Instance(folder());
	const browser = await launch();
	t.after(async () => {
		await browser.close();
		if (i.child && !i.ended)
			await i.killAll();
		i.destroy();
	});
	await i.addresses();
	const made = vdpd(['init', i.dir, '--json', '--public-url', i.public, '--desk-url', i.desk], { input: answers });
	assert.equal(made.status, 0, made.err);
	i.made = JSON.parse(made.out);
	await fill(i);
	await i.serve();
	await body(i, browser);
	i.alive();
	await i.stop();
}

// [path, the words that teach]
const emptyDesk = [
	['/', /No reports yet/, 'queue'],
	['/?view=mine', /No reports yet/, 'mine'],
	['/?view=waiting', /No reports yet/, 'waiting'],
	['/?view=overdue', /No reports yet/, 'overdue'],
	['/?view=all', /No reports yet/, 'all'],
	['/overview', /Nothing to count yet/, 'overview'],
	['/settings/people', /invite|link/i, 'people'],
	['/settings/tokens', /token/i, 'tokens'],
];
const emptyPublic = [
	['/', /What we promise/, 'policy'],
	['/report', /What you found/, 'report'],
	['/advisories', /No advisory has been published yet/, 'advisories'],
	['/acknowledgments', /still to come/, 'acknowledgments'],
	['/trust', /no figures|Nothing to count yet|yet/i, 'trust'],
	['/case', /code/, 'track'],
];

test('an empty instance teaches', async (t) => {
	await withInstance(t, () => {}, async (i, browser) => {
		const mira = await Researcher.arrives(browser, i);
		for (const [target, words, name] of emptyPublic) {
			await mira.goes(target);
			await mira.reads(words);
			assert.equal(await mira.page.locator('.demo').count(), 0);
			await mira.looks(`empty-public-${name}`);
		}
		const ana = await Staff.arrives(browser, i);
		await ana.enrols(i.made.enrolment, 'ana');
		for (const [target, words, name] of emptyDesk) {
			await ana.goes(target);
			await ana.reads(words);
			await ana.looks(`empty-desk-${name}`);
		}
		// A case in which nothing was said yet.
		const { case: number } = await i.report({ description: 'The first report of all.' });
		await ana.opens(number);
		await ana.looks('empty-desk-case');
		await mira.leaves();
		await ana.leaves();
	});
});

test('a demo looks like half a year, and says what it is', async (t) => {
	const fill = (i) => {
		const demo = vdpd(['demo', '-C', i.dir, '--json'], { timeout: 60000 });
		assert.equal(demo.status, 0, demo.err);
		assert.equal(JSON.parse(demo.out).cases, 200);
		const again = vdpd(['demo', i.dir]);
		assert.equal(again.status, 1);
		assert.match(again.err, /has cases already/);
		const doctor = vdpd(['doctor', '-C', i.dir]);
		assert.equal(doctor.status, 0, doctor.out);
		const audit = vdpd(['audit', 'verify', '-C', i.dir]);
		assert.equal(audit.status, 0, audit.err);
		assert.match(fs.readFileSync(path.join(i.dir, 'vdpd.yaml'), 'utf8'), /^demo: true$/m);
	};
	await withInstance(t, fill, async (i, browser) => {
		const ana = await Staff.arrives(browser, i);
		await ana.enrols(i.made.enrolment, 'dana');
		const seen = async (p, target, name, ...words) => {
			await p.goes(target);
			assert.equal(await p.page.locator('.demo').innerText(), 'This is a demo: everything in it is made up.');
			await p.reads(...words);
			await p.looks(`demo-${name}`);
		};
		await seen(ana, '/', 'queue', 'Ana Ruiz');
		await seen(ana, '/?view=overdue', 'overdue', 'missed');
		await seen(ana, '/settings/people', 'people', 'Chiara Lindt');
		await ana.goes('/?view=all');
		const token = i.token();
		const closed = (await i.staff(token, 'GET', '/api/v1/cases?state=closed')).json;
		const long = [];
		for (const c of closed.items.slice(0, 25))
			long.push((await i.staff(token, 'GET', `/api/v1/cases/${c.case}`)).json);
		const best = long.filter((c) => c.notes.length > 0).sort((a, b) => b.thread.length + b.files.length - a.thread.length - a.files.length)[0];
		assert.ok(best.thread.length > 4);
		await seen(ana, `/cases/${best.case}`, 'case', best.case);
		await seen(ana, '/overview', 'overview', 'Promises kept', 'Median time to validate', /CWE-918 /);
		const csv = await ana.page.request.get('/overview.csv'), json = await ana.page.request.get('/overview.json');
		assert.match(csv.headers()['content-disposition'], /^attachment; filename="overview\.csv"/);
		assert.match(await csv.text(), /^section,what,of,value\r\n[^]*"BOD 20-01","valid","within a year",\d+\r\n/);
		assert.equal((await json.json()).cases, 200);
		const mira = await Researcher.arrives(browser, i);
		await seen(mira, '/trust', 'trust', /kept/i);
		await seen(mira, '/', 'policy', 'Example Ltd');
		await seen(mira, '/report', 'report');
		await mira.leaves();
		await ana.leaves();
		// The team is told of the new member; reporters of nothing.
		assert.deepEqual(fs.readdirSync(path.join(i.dir, 'outbox')).filter((f) => f.endsWith('.eml') &&
			/\.example\b/.test(fs.readFileSync(path.join(i.dir, "outbox", f), "utf8").match(/^To:(?!.*@team\.example).*$/m)?.[0] ?? "")), []);
	});
});
