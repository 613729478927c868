// People at a browser: a researcher on the public side, somebody of the team at the desk. Whatever they see is looked at: axe,
// the browser's own complaints, requests that go elsewhere, pages wider than a small screen. With VDPD_SHOTS=DIR every
// page is kept as pictures at 320 and 1280 px, light and dark.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { slow, totp } from '../e2e/lib.mjs';

const shots = process.env.VDPD_SHOTS;
export const password = 'four unrelated words here';

// MORE: arguments of Chromium.
export function launch(...more) {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
			'--disable-component-update', '--disable-sync', ...more],
	});
}

const wide = { width: 1280, height: 900 }, small = { width: 320, height: 640 };

// Pages that axe has seen already need not be asked about again: the life is lived twice.
const asked = new Set();

class Person {
	// ORIGIN is what paths are relative to. JS: with scripts or without.
	static async arrives(browser, i, origin, { js = true } = {}) {
		const p = new this();
		p.i = i;
		p.js = js;
		p.faults = [];
		p.refusals = [];
		p.context = await browser.newContext({ baseURL: origin, javaScriptEnabled: js, viewport: wide, reducedMotion: 'reduce',
			ignoreHTTPSErrors: origin.startsWith('https:'), // the certificates of tests are made by nobody known
			permissions: ['clipboard-read', 'clipboard-write'] });
		p.context.setDefaultTimeout(30000 * slow);
		p.context.on('request', (r) => {
			const u = new URL(r.url());
			if (u.protocol !== 'data:' && ![i.public, i.desk].includes(u.origin))
				p.faults.push(`a request to ${r.url()}`);
		});
		p.context.on('console', (m) => {
			const status = m.text().match(/the server responded with a status of (\d+)/)?.[1];
			if (['error', 'warning'].includes(m.type()) && !(status && p.refusals.includes(Number(status))))
				p.faults.push(`${p.page.url()}: ${m.text()}`);
		});
		p.context.on('weberror', (e) => p.faults.push(`${p.page.url()}: ${e.error().message}`));
		p.page = await p.context.newPage();
		return p;
	}

	// From now on answers of STATUS are meant.
	expects(...statuses) { this.refusals.push(...statuses); }

	async goes(target, status = 200) {
		const answer = await this.page.goto(target);
		assert.equal(answer.status(), status, `${target}: ${answer.status()}`);
	}

	// Presses the button or link called NAME (within WHERE) and waits for the page that it leads to.
	async presses(name, where = this.page) {
		const exact = typeof name === 'string';
		const e = where.getByRole('button', { name, exact }).or(where.getByRole('link', { name, exact }));
		await Promise.all([this.page.waitForEvent('framenavigated'), e.first().click()]);
		await this.page.waitForLoadState();
	}

	text(selector = 'main') { return this.page.locator(selector).innerText(); }

	// The page must say each of WORDS (texts or patterns).
	async reads(...words) {
		const text = (await this.text()).replace(/\s+/g, ' ');
		for (const w of words)
			assert.ok(w instanceof RegExp ? w.test(text) : text.includes(w), `${this.page.url()} does not say ${w}:\n${text}`);
	}
	async readsNot(...words) {
		const html = await this.page.content();
		for (const w of words)
			assert.ok(!html.includes(w), `${this.page.url()} says ${w}`);
	}

	// Every promise that the page shows: what, word, when due, how long, how much of it is used; in order of their words.
	promises(where = 'main') {
		return this.page.locator(`${where} .promise`).evaluateAll((all) => all.map((e) => ({
			what: e.querySelector('.what > span').textContent.trim(),
			word: e.querySelector('.word').textContent.replace(/[^a-z]/g, ''),
			due: e.querySelector('time').dateTime,
			span: e.querySelector('.span').textContent.trim(),
			used: e.querySelector('progress').value,
		})).sort((a, b) => (a.what + a.due < b.what + b.due ? -1 : 1)));
	}

	// Looks at the page closely, once for each NAME.
	async looks(name) {
		const key = `${name} ${this.js}`;
		if (asked.has(key))
			return;
		asked.add(key);
		await this.page.setViewportSize(small);
		const over = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
		assert.ok(over <= 0, `${name} is ${over} px wider than a screen of 320 px`);
		await this.page.setViewportSize(wide);
		if (!this.js)
			return;
		const { violations } = await new AxeBuilder({ page: this.page }).setLegacyMode()
			.options({ rules: { 'color-contrast-enhanced': { enabled: true } } }).analyze();
		assert.deepEqual(violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`)), [],
			`axe, on ${name}`);
		if (shots)
			await this.shoot(name);
	}

	async shoot(name) {
		fs.mkdirSync(shots, { recursive: true });
		for (const colorScheme of ['light', 'dark']) {
			await this.page.emulateMedia({ colorScheme });
			for (const viewport of [small, wide]) {
				await this.page.setViewportSize(viewport);
				await this.page.screenshot({ path: path.join(shots, `${name}-${viewport.width}-${colorScheme}.png`), fullPage: true });
			}
		}
		await this.page.emulateMedia({ colorScheme: 'light', media: 'print' });
		await this.page.setViewportSize({ width: 794, height: 1123 });
		await this.page.screenshot({ path: path.join(shots, `${name}-print.png`), fullPage: true });
		await this.page.emulateMedia({ colorScheme: 'light', media: 'screen' });
		await this.page.setViewportSize(wide);
	}

	async leaves() {
		await this.context.close();
		assert.deepEqual(this.faults, [], 'the browser complained');
	}
}

// ---- The public side --------------------------------------------------------------------------------------------

export class Researcher extends Person {
	static arrives(browser, i, o) { return super.arrives.call(this, browser, i, i.public, o); }

	// Fills the report form that is shown: texts and choices by name, boxes to tick with true.
	async fills(fields) {
		for (const [name, value] of Object.entries(fields)) {
			const e = this.page.locator(`[name="${name}"]`);
			const type = await e.first().getAttribute('type');
			if (type === 'radio')
				await this.page.locator(`[name="${name}"][value="${value}"]`).check();
			else if (type === 'checkbox')
				await e.setChecked(value);
			else if (await e.evaluate((x) => x.tagName) === 'SELECT')
				await e.selectOption(value);
			else
				await e.fill(value);
		}
	}

	async filled(names) {
		const out = {};
		for (const name of names)
			out[name] = await this.page.locator(`[name="${name}"]`).first().inputValue();
		return out;
	}

	// From the form to the receipt; keeps case and code.
	async reports(fields, { files } = {}) {
		await this.goes('/report');
		await this.fills(fields);
		await this.presses('Check before sending');
		if (files)
			await this.page.setInputFiles('#files', files);
		await this.sends('Send report');
	}

	// The last step. With scripts and files the answer replaces the page, which is no navigation.
	async sends(button) {
		await this.page.getByRole('button', { name: button }).click();
		await this.page.getByRole('heading', { name: 'We have it.' }).waitFor();
		await this.page.waitForLoadState();
		this.case = await this.text('.ticket .case-number');
		this.code = (await this.text('#code')).replace(/\s/g, '');
	}

	// To the page of the report by number and code, as on another day or machine.
	async comesBack() {
		await this.context.clearCookies();
		await this.goes('/case');
		await this.page.getByLabel('Case number and code').fill(`${this.case} ${this.code}`);
		await this.presses('Open my report');
	}

	async stage() { return (await this.page.locator('.stages [aria-current] .name').innerText()).trim(); }
}

// ---- The desk ---------------------------------------------------------------------------------------------------

export class Staff extends Person {
	static arrives(browser, i, o) { return super.arrives.call(this, browser, i, i.desk, o); }

	// Joins by the one-time LINK.
	async enrols(link, name) {
		this.name = name;
		await this.goes(link);
		this.secret = (await this.text('#totp-secret')).replace(/ /g, '');
		await this.looks('enrol');
		await this.page.getByLabel('Your name').fill(name);
		await this.page.getByLabel('Your e-mail address').fill(`${name}@exact.works`);
		await this.page.getByLabel('Password', { exact: true }).fill(password);
		await this.page.getByLabel('The password once more').fill(password);
		await this.page.getByLabel('The code that the app shows now').fill(totp(this.secret, this.i.now));
		await this.presses('Join and sign in');
		this.codes = (await this.text('#recovery-codes')).trim().split('\n');
		await this.looks('recovery-codes');
		await this.presses('I have kept them: to the queue');
	}

	// Signs in on the page that asks for it. The clock must have moved since the last code.
	async signsIn() {
		await this.page.getByLabel('Name').fill(this.name);
		await this.page.getByLabel('Password').fill(password);
		await this.page.getByLabel('Code from your app').fill(totp(this.secret, this.i.now));
		await this.presses('Sign in');
	}

	async opens(number) { await this.goes(`/cases/${number}`); }

	// The form behind SUMMARY in the row of actions, opened.
	async menu(summary) {
		await this.page.locator('.actions summary', { hasText: summary }).click();
		return this.page.locator('.actions details[open] form');
	}

	// Acts by the menu SUMMARY: fields by name, then the button.
	async acts(summary, fields, button) {
		const form = await this.menu(summary);
		for (const [name, value] of Object.entries(fields)) {
			const e = form.locator(`[name="${name}"]`);
			if (await e.evaluate((x) => x.tagName) === 'SELECT')
				await e.selectOption(value);
			else
				await e.fill(value);
		}
		await this.presses(button, form);
	}

	// Writes into one of the two boxes under the conversation: 'reply-box' or 'note-box'.
	async writes(box, text, files) {
		const e = this.page.locator(`#${box}`);
		if (await e.getAttribute('open') === null)
			await e.locator('> summary').click();
		await e.locator('textarea').fill(text);
		if (files)
			await e.locator('input[type=file]').setInputFiles(files);
		await this.presses(box === 'note-box' ? /team note/ : /^Send to/, e.locator('form'));
	}

	cases() { return this.page.locator('table.queue[data-rows] td:nth-child(2)').allInnerTexts(); }
}
