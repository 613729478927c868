// A team begins on Monday: installs, takes reports, upgrades, invites a colleague in a browser, loses power, makes a
// backup and restores it elsewhere; after each step every case is compared. `node monday.mjs bare|prefix FOLDER EARLIER
// PACKAGE`, the first without a network but the loopback.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { launch, Researcher, Staff } from '../browser/people.mjs';
import { Instance, request, sleep, until } from '../e2e/lib.mjs';
import { holds, readCases } from '../instances/lib.mjs';
import { BareDebian } from './machine.mjs';
import { Prefix } from './prefix.mjs';
import { agentOf, host } from './proxy.mjs';

const [kind, home, earlier, current] = process.argv.slice(2);
const begun = Date.now();
const step = (text) => console.log(`${((Date.now() - begun) / 1000).toFixed(1)} s: ${text}`);
const bytes = (n) => Buffer.from(Array.from({ length: n }, (_, k) => (k * 13 + (k >> 8)) & 255));

class Monday {
	constructor(machine) {
		this.m = machine;
		this.i = new Instance(home);
		this.sent = [];
	}

	async report(json) {
		const c = await this.i.report(json);
		this.sent.push(c);
		return c;
	}

	// What time alone changes is left out: what is left of a promise, and when one that waits for the reporter is due.
	async read() {
		const still = (x) => JSON.parse(JSON.stringify(x, (k, v) => {
			if (k === 'remaining_s')
				return undefined;
			return v?.state === 'paused' ? { ...v, due_at: undefined } : v;
		}));
		return still(await readCases(this.i, this.token, this.sent));
	}
	async remember() { this.was = await this.read(); }
	async compare(when) {
		await until(async () => (await this.i.get('/healthz').catch(() => undefined))?.status === 200, 20000, `${when}: nobody answers`);
		holds(await this.read(), this.was);
		step(`${when}: ${this.was.list.length} cases and ${Object.keys(this.was.files).length} files are as they were`);
	}

	// ---- The earlier version ----

	async firstReports() {
		const { m, i } = this;
		await m.proxy();
		i.made = m.init();
		Object.assign(i, { public: m.public, desk: m.desk });
		// Rate limits are in force: the world is many networks.
		const agents = Array.from({ length: 240 }, (_, n) => agentOf(m.ca, `127.0.${n + 1}.1`));
		let turn = 0;
		i.agent.destroy();
		Object.defineProperty(i, 'agent', { get: () => agents[turn++ % agents.length] });
		await m.start();
		this.token = m.vdpd('token', 'create', '--role', 'coordinator,administrator', '-C', m.dir).trim();
		for (let n = 0; n < 12; n++) {
			const c = await this.report({ title: `Finding ${n}`, description: `What was found, ${n}.`, reporter: { email: `r${n}@example.org` } });
			if (n % 3 === 0)
				assert.equal((await i.reporter(c).attach([{ filename: `proof-${n}.bin`, bytes: bytes(40000 * (n + 1)) }])).status, 201);
			if (n % 4 === 1)
				await i.act(this.token, c.case, { action: 'triage', severity: 'high', text: 'We agree.' });
			if (n % 4 === 2)
				await i.act(this.token, c.case, { action: 'request_info', text: 'Which version?' });
			if (n % 4 === 3)
				await i.act(this.token, c.case, { action: 'close', reason: 'informative' });
		}
		await this.remember();
		step('reports were taken over https');
	}

	async upgrade() {
		const { m } = this, key = path.join(m.dir, '../backup-key');
		await m.stop();
		m.upgrade(current);
		this.key = key;
		m.vdpd('backup-key', 'create', key);
		m.vdpd('backup', '-C', m.dir, path.join(m.dir, '../before.backup'), '--to', key);
		step('upgraded, and backed up before the first start');
		await m.start();
		await this.compare('after the upgrade');
		this.isWell();
	}

	isWell() {
		assert.match(this.m.vdpd('audit', 'verify', '-C', this.m.dir), /every chain is whole/);
		this.m.vdpd('doctor', '-C', this.m.dir, ...this.m.doctor);
	}

	// ---- People ----

	async people() {
		const { i } = this, browser = await launch('--host-resolver-rules=MAP *.example.org 127.0.0.1');
		try {
			const ana = await Staff.arrives(browser, i);
			await ana.enrols(i.made.enrolment, 'ana');
			await ana.goes('/settings/people');
			await ana.page.getByLabel('Name', { exact: true }).fill('ben');
			await ana.page.getByLabel('Analyst').check();
			await ana.presses('Make an enrolment link');
			const link = await ana.text('.note.good code');
			assert.ok(link.startsWith(`${i.desk}/enrol/`), link);

			const mira = await Researcher.arrives(browser, i);
			await mira.reports({ title: 'By the form', description: 'As people do it.' });
			this.sent.push({ case: mira.case, receipt: mira.code });
			const ben = await Staff.arrives(browser, i);
			await ben.enrols(link, 'ben');
			await ben.opens(mira.case);
			await ben.reads('As people do it.');
			await ben.writes('reply-box', 'Thank you, Mira.');
			await mira.comesBack();
			await mira.reads('Thank you, Mira.');
			for (const p of [ana, ben]) {
				p.session = (await p.context.cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
				assert.match(p.session, /__Host-session=/);
				await p.leaves();
			}
			await mira.leaves();
			this.session = ben.session;
		} finally {
			await browser.close();
		}
		await this.remember();
		step('the second member has joined in a browser, and answered');
	}

	async signedIn() { return (await request(this.i.desk, 'GET', '/', { agent: this.i.agent, headers: { Cookie: this.session } })).status === 200; }

	// ---- What happens to servers ----

	async reload() {
		const { m } = this, file = m.at(path.join(m.dir, 'programmes/exact.works/policy.yaml'));
		fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('We take security seriously', 'We take security to heart'));
		await m.reload();
		await until(async () => /We take security to heart/.test((await this.i.get('/policy')).text), 10000, 'the policy is not read again');
		step('reloaded');
	}

	// Under load: whoever was answered 201 finds the report afterwards.
	async underLoad(what, how) {
		const { i } = this;
		let stop = false;
		const clients = Array.from({ length: 8 }, async () => {
			while (!stop) {
				const a = await i.ask('POST', '/api/v1/reports', { json: { description: 'while it happens' } }).catch(() => undefined);
				if (a?.status === 201)
					this.sent.push(a.json);
				await sleep(50);
			}
		});
		const before = this.sent.length;
		await until(() => this.sent.length > before + 10, 20000, 'no load');
		await how();
		stop = true;
		await Promise.all(clients);
		await until(async () => (await i.get('/healthz').catch(() => undefined))?.status === 200, 20000, `${what}: nobody answers`);
		await this.remember(); // each by its receipt
		step(`${what}: all ${this.sent.length - before} reports that were acknowledged meanwhile are there`);
	}

	async elsewhere() {
		const { m } = this, base = path.dirname(m.dir), to = path.join(base, 'restored');
		await this.underLoad('a backup while it runs', () => { m.vdpd('backup', '-C', m.dir, path.join(base, 'one.backup'), '--to', this.key); });
		m.vdpd('backup', '-C', m.dir, path.join(base, 'two.backup'), '--to', this.key, '--base', path.join(base, 'one.backup'));
		assert.ok(await this.signedIn());
		await m.stop();
		m.vdpd('restore', path.join(base, 'two.backup'), to, '--key', this.key);
		await m.serveElsewhere(to);
		await this.compare('restored elsewhere');
		assert.ok(!await this.signedIn(), 'a session lives on in what was restored');
		await m.endElsewhere();
	}
}

const m = kind === 'bare' ? new BareDebian() : new Prefix(home);
try {
	if (kind === 'bare')
		m.root = path.join(home, 'root');
	m.installEarly(earlier);
	await m.boot();
	step(`${m.name} is up`);
	const monday = new Monday(m);
	await monday.firstReports();
	await monday.upgrade();
	await monday.people();
	await m.kill();
	await monday.compare('after kill -9 of everything');
	await m.powerCut();
	await monday.compare('after a power cut');
	await monday.reload();
	await monday.underLoad('a stop and a start', async () => { await m.stop(); await m.start(); });
	await monday.underLoad('an upgrade while it runs', () => m.upgradeRunning(current));
	await monday.elsewhere();
	await m.start();
	monday.isWell();
	m.farewell();
	await m.installsQuietly(current);
	step(`done, at ${host}`);
} catch (e) {
	console.error(m.log());
	throw e;
} finally {
	await m.off();
}
process.exit(0);
