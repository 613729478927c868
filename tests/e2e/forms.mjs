// The desk as a browser without JavaScript uses it: cookies, forms, and the tokens in them.
import assert from 'node:assert/strict';
import { request, totp } from './lib.mjs';

export const password = 'four unrelated words here';

// A browser without JavaScript: cookies and forms.
export class Browser {
	constructor(i) { this.i = i; this.cookies = {}; }

	async ask(method, target, o = {}) {
		const cookie = Object.entries(this.cookies).map(([k, v]) => `${k}=${v}`).join('; ');
		const a = await request(this.i.desk, method, target, { agent: this.i.agent, ...o,
			headers: { ...(cookie ? { Cookie: cookie } : {}), ...(method === 'GET' ? {} : { 'Sec-Fetch-Site': 'same-origin' }), ...o.headers } });
		for (const line of a.headers['set-cookie'] ?? []) {
			const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
			if (/Max-Age=0/.test(line))
				delete this.cookies[name];
			else
				this.cookies[name] = value;
		}
		return a;
	}
	async get(target, status = 200) {
		const a = await this.ask('GET', target);
		assert.equal(a.status, status, `${target}: ${a.text}`);
		this.page = a.text;
		return a;
	}
	token() { return this.page.match(/name="form_token" value="([^"]+)"/)[1]; }
	// FIELDS: an object, or pairs where a name comes more than once.
	post(target, fields) {
		const pairs = Array.isArray(fields) ? fields : Object.entries(fields);
		const body = new URLSearchParams([['form_token', fields.form_token ?? this.token()],
			...pairs.filter(([k]) => k !== 'form_token')]).toString();
		return this.ask('POST', target, { body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
	}
	// Sends a form and follows the 303; gives the page.
	async does(target, fields) {
		const a = await this.post(target, fields);
		assert.equal(a.status, 303, a.text);
		return (await this.get(a.headers.location)).text;
	}
}

export const pathOf = (url) => new URL(url).pathname;

// Enrols by LINK and gives {b, secret, codes}.
export async function enrol(i, link, name) {
	const b = new Browser(i);
	const page = (await b.get(pathOf(link))).text;
	const secret = page.match(/id="totp-secret">([A-Z2-7 ]+)</)[1].replace(/ /g, '');
	assert.match(page, /<path class="ink" d="M/, 'the secret is shown as a picture too');
	const a = await b.post(pathOf(link), { name, email: `${name}@example.org`, password, password_again: password,
		code: totp(secret, i.now) });
	assert.equal(a.status, 200, a.text);
	const codes = a.text.match(/id="recovery-codes">([A-Z2-7\s-]+)</)[1].trim().split('\n');
	assert.match(a.headers['set-cookie'].join('\n'), /__Host-session=vds_[^;]+; Path=\/; Secure; HttpOnly; SameSite=Strict/);
	return { b, secret, codes };
}
