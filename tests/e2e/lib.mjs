// A real instance in a directory of its own for one test: `vdpd init`, `vdpd serve`, the test clock, and the
// requests that people and their scripts send. Every test ends by asserting that all processes are still the
// ones that it began with, that the log holds no error, and that the program stops when it is told to.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

export const top = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const variant = process.env.V ?? 'test';
export const slow = variant === 'asan' ? 4 : 1; // bounds are multiplied by it
export const policyFile = path.join(top, 'programmes/exact.works/policy.yaml');
export const isRoot = process.getuid() === 0;
const roleNames = ['keyd', 'nursery', 'mime', 'pgp', 'public', 'desk', 'courier'];

export const sleep = (ms) => new Promise((r) => setTimeout(r, ms));
export const seconds = (rfc3339) => Date.parse(rfc3339) / 1000;
export const rfc3339 = (utc_s) => new Date(utc_s * 1000).toISOString().replace('.000', '');

// Asks WHAT until it gives something, at the most MS.
export async function until(what, ms = 5000, why = 'it did not happen in time') {
	for (const end = Date.now() + ms * slow; ; await sleep(20)) {
		const got = await what();
		if (got)
			return got;
		assert.ok(Date.now() < end, why);
	}
}

// The folder of the data from the world, or undefined: its tests then say that they did not run.
export function dataFolder() {
	const dir = process.env.VDPD_DATA ?? path.join(top, '../shared/data');
	return fs.existsSync(dir) ? dir : undefined;
}

// ---- Programs and user ------------------------------------------------------------------------------------------

const asOwner = ['setpriv', '--reuid', 'vdpd', '--regid', 'vdpd', '--clear-groups'];

function ensureUser() {
	if (spawnSync('id', ['-u', 'vdpd']).status !== 0)
		execFileSync('useradd', ['--system', '--user-group', '--home-dir', '/var/lib/vdpd', '--no-create-home',
			'--shell', '/usr/sbin/nologin', 'vdpd']);
}

// Where the programs are. As root they run as user vdpd, who may not be able to look into this checkout: then in a
// copy, named after what is in it.
let programsAt;
export function programs() {
	if (programsAt)
		return programsAt;
	const build = path.resolve(top, process.env.VDPD_BUILD ?? `build/${variant}`);
	programsAt = build;
	if (!isRoot)
		return build;
	ensureUser();
	const supervisor = path.join(build, 'libexec/vdpd-supervisor');
	if (spawnSync(asOwner[0], [...asOwner.slice(1), 'test', '-x', supervisor]).status === 0)
		return build;
	const files = ['bin', 'libexec'].flatMap((d) => fs.readdirSync(path.join(build, d)).map((f) => path.join(d, f)));
	const stamp = files.map((f) => Math.floor(fs.statSync(path.join(build, f)).mtimeMs)).reduce((a, b) => Math.max(a, b));
	const checkout = createHash('sha256').update(top).digest('hex').slice(0, 12);
	programsAt = path.join(os.tmpdir(), `vdpd-programs-${checkout}-${variant}-${stamp}`);
	if (!fs.existsSync(programsAt)) {
		const made = fs.mkdtempSync(programsAt + '-');
		fs.chmodSync(made, 0o755);
		for (const f of files) {
			fs.mkdirSync(path.join(made, path.dirname(f)), { recursive: true });
			fs.copyFileSync(path.join(build, f), path.join(made, f));
		}
		try {
			fs.renameSync(made, programsAt);
		} catch {
			fs.rmSync(made, { recursive: true }); // somebody else was quicker
		}
	}
	return programsAt;
}

export const vdpdBin = () => path.join(programs(), 'bin/vdpd');

// Runs a command of the program to its end.
export function vdpd(args, { input = '', env = {}, timeout = 30000 } = {}) {
	const r = spawnSync(vdpdBin(), args, { input, encoding: 'utf8', timeout: timeout * slow, env: { ...process.env, ...env } });
	assert.equal(r.error, undefined, `vdpd ${args[0]}: ${r.error}`);
	assert.equal(r.signal, null, `vdpd ${args[0]} ended by ${r.signal}\n${r.stderr}`);
	return { status: r.status, out: r.stdout, err: r.stderr };
}

export async function freePort() {
	const s = net.createServer().listen(0, '127.0.0.1');
	await new Promise((r) => s.once('listening', r));
	const { port } = s.address();
	await new Promise((r) => s.close(r));
	return port;
}

// ---- HTTP -------------------------------------------------------------------------------------------------------

// One request. BODY is text or bytes; JSON is written as such. The answer has status, headers, bytes, text, json.
// SLOWLY: nothing of the answer's body is read for half a second.
export function request(origin, method, target, { headers = {}, body, json, agent, slowly, timeout = 20000 } = {}) {
	if (json !== undefined) {
		body = JSON.stringify(json);
		headers = { 'Content-Type': 'application/json', ...headers };
	}
	if (body !== undefined)
		headers = { 'Content-Length': Buffer.byteLength(body), ...headers };
	return new Promise((resolve, reject) => {
		const r = (origin.startsWith('https:') ? https : http).request(origin + target, { method, headers, agent, timeout: timeout * slow }, (res) => {
			const parts = [];
			res.on('error', reject);
			const read = () => res.on('data', (d) => parts.push(d));
			slowly ? setTimeout(read, 500) : read();
			res.on('end', () => resolve(new Answer(res, Buffer.concat(parts))));
		});
		r.on('timeout', () => r.destroy(new Error(`${method} ${target}: no answer in time`)));
		r.on('error', reject);
		r.end(body);
	});
}

class Answer {
	constructor(res, bytes) {
		this.status = res.statusCode;
		this.headers = res.headers;
		this.bytes = bytes;
	}
	get text() { return this.bytes.toString('utf8'); }
	get json() { return JSON.parse(this.text); }
	// All that a client could tell two answers apart by, but the time and the number that was drawn for it.
	get shape() {
		const { date, 'x-request-id': _, ...rest } = this.headers;
		return { status: this.status, headers: rest, text: this.text };
	}
}

// Sends bytes as they are; resolves with what came back until the other side closed, or until MS.
export function raw(origin, bytes, { ms = 5000, then } = {}) {
	const { hostname, port } = new URL(origin);
	return new Promise((resolve) => {
		const got = [], s = net.connect(Number(port), hostname);
		const end = () => { clearTimeout(timer); s.destroy(); resolve(Buffer.concat(got).toString('latin1')); };
		const timer = setTimeout(end, ms * slow);
		s.on('connect', () => { s.write(bytes); then?.(s); });
		s.on('data', (d) => got.push(d));
		s.on('error', end);
		s.on('close', end);
	});
}

// RFC 6238 with SHA-1, 6 digits, 30 s.
export function totp(secret_base32, utc_s) {
	const bits = [...secret_base32.replace(/[=\s]/g, '').toUpperCase()]
		.map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
	const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(utc_s / 30)));
	const mac = createHmac('sha1', key).update(counter).digest();
	return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
}

function gone(pid) {
	try {
		return /\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'));
	} catch {
		return true;
	}
}

// ---- An instance ------------------------------------------------------------------------------------------------

export class Instance {
	constructor(dir) {
		this.home = dir;
		this.dir = path.join(dir, 'i');
		this.log = '';
		this.out = '';
		this.allowed = []; // lines of level=error that the test means to cause
		this.agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
	}

	// Where it will listen.
	async addresses() {
		this.publicPort = await freePort();
		do
			this.deskPort = await freePort();
		while (this.deskPort === this.publicPort);
		this.public = `http://127.0.0.1:${this.publicPort}`;
		this.desk = `http://127.0.0.1:${this.deskPort}`;
	}

	// Makes the directory. CONFIG changes the text of vdpd.yaml.
	async init({ config, policy = policyFile } = {}) {
		await this.addresses();
		const r = vdpd(['init', this.dir, '--json', '--policy', policy, '--public-url', this.public,
			'--desk-url', this.desk]);
		assert.equal(r.status, 0, r.err);
		this.made = JSON.parse(r.out);
		if (config) {
			const file = path.join(this.dir, 'vdpd.yaml');
			fs.writeFileSync(file, config(fs.readFileSync(file, 'utf8')));
		}
	}

	get roles() {
		return roleNames.filter((r) => fs.existsSync(path.join(programs(), 'libexec', `vdpd-${r}`)));
	}

	// Starts `vdpd serve` and waits until it is ready, or has ended. LIMITS: with rate limits.
	async serve({ limits = false, env = {}, ready = true } = {}) {
		const args = ['serve', '-C', this.dir, '--public', `127.0.0.1:${this.publicPort}`,
			'--desk', `127.0.0.1:${this.deskPort}`, ...(limits ? [] : ['--no-limits'])];
		this.out = '';
		this.ended = undefined;
		this.child = spawn(vdpdBin(), args, { stdio: ['ignore', 'pipe', 'pipe'],
			env: { ...process.env, VDPD_ROLES: this.roles.join(','), ...env } });
		this.child.stdout.on('data', (d) => { this.out += d; });
		this.child.stderr.on('data', (d) => { this.log += d; });
		this.end = new Promise((r) => this.child.on('close', (code, signal) => r(this.ended = { code, signal })));
		await until(() => this.ended || /^ready /m.test(this.out), 20000, `vdpd serve did not start\n${this.log}`);
		assert.equal(this.ended === undefined, ready, `vdpd serve: ${JSON.stringify(this.ended)}\n${this.log}`);
		if (ready)
			this.first = this.pids();
	}

	// Process ids by name: supervisor and the roles that run.
	pids() {
		const found = { supervisor: this.child.pid };
		for (const e of fs.readdirSync('/proc')) {
			if (!/^\d+$/.test(e))
				continue;
			let stat;
			try {
				stat = fs.readFileSync(`/proc/${e}/stat`, 'latin1');
			} catch {
				continue; // it has just ended
			}
			const [, name, state, parent] = stat.match(/^\d+ \((.*)\) (\S) (\d+)/);
			if (Number(parent) === this.child.pid && state !== 'Z')
				found[name.replace('vdpd-', '')] = Number(e);
		}
		return found;
	}

	// All processes are those of the start (but for those that the test has killed), and nothing went wrong in the log.
	alive() {
		const bad = this.log.split('\n').filter((l) => /level=(error|fatal)|AddressSanitizer|runtime error|LeakSanitizer/.test(l) &&
			!this.allowed.some((a) => a.test(l)));
		assert.deepEqual(bad, [], 'the log holds errors');
		assert.equal(this.ended, undefined, `vdpd serve has ended: ${JSON.stringify(this.ended)}\n${this.log}`);
		assert.deepEqual(this.pids(), this.first, `processes came or went\n${this.log}`);
		assert.deepEqual(Object.keys(this.first).sort(), ['supervisor', ...this.roles].sort());
	}

	// Ends it in order.
	async stop() {
		if (!this.child || this.ended)
			return;
		this.child.kill('SIGTERM');
		const timer = setTimeout(() => this.child.kill('SIGKILL'), 15000 * slow);
		const how = await this.end;
		clearTimeout(timer);
		assert.deepEqual(how, { code: 0, signal: null }, `the stop was not in order\n${this.log}`);
	}

	// A power cut of all processes at once.
	async killAll() {
		const pids = Object.values(this.pids());
		for (const pid of pids) {
			try {
				process.kill(pid, 'SIGKILL');
			} catch (e) {
				assert.equal(e.code, 'ESRCH');
			}
		}
		await this.end;
		await until(() => pids.every(gone), 5000, 'a killed process lives on');
	}

	// Kills the supervisor alone: the others end with it.
	async killSupervisor() {
		const pids = Object.values(this.pids());
		this.child.kill('SIGKILL');
		await this.end;
		await until(() => pids.every(gone), 5000, 'a process outlived the supervisor');
	}

	// Kills one process and waits for its successor to serve.
	async kill(role) {
		const before = this.pids()[role];
		assert.ok(before, `${role} does not run`);
		this.allowed.push(new RegExp(`what=process_ended process=${role} signal=9`));
		process.kill(before, 'SIGKILL');
		await until(() => { const now = this.pids()[role]; return now && now !== before; }, 10000, `${role} was not started again`);
		await until(async () => (await this.get('/healthz').catch(() => undefined))?.status === 200, 10000,
			'public does not answer again');
		this.first = this.pids();
	}

	destroy() {
		this.agent.destroy();
		fs.rmSync(this.home, { recursive: true, force: true });
	}

	// ---- The clock ----

	// The instance's time from now on: seconds, or RFC 3339; 0 is the real one.
	setClock(at) {
		const b = Buffer.alloc(8);
		this.clock = typeof at === 'string' ? seconds(at) : at;
		b.writeBigInt64LE(BigInt(this.clock));
		const fd = fs.openSync(path.join(this.dir, 'run/test-clock'), 'r+');
		fs.writeSync(fd, b, 0, 8, 0);
		fs.closeSync(fd);
	}
	get now() { return this.clock || Math.floor(Date.now() / 1000); }

	// ---- The world ----

	ask(method, target, o = {}) { return request(this.public, method, target, { agent: this.agent, ...o }); }
	get(target, o) { return this.ask('GET', target, o); }
	raw(bytes, o) { return raw(this.public, bytes, o); }

	// Sends a report and gives the 201's JSON.
	async report(json, { key, ...o } = {}) {
		const a = await this.ask('POST', '/api/v1/reports',
			{ json, ...o, headers: { ...(key ? { 'Idempotency-Key': key } : {}), ...o.headers } });
		assert.equal(a.status, 201, a.text);
		return a.json;
	}

	// The reporter's requests about a case: as ({case, receipt}).get(), .post('messages', {text}) …
	reporter({ case: number, receipt }) {
		const headers = { Authorization: `Receipt ${receipt}` };
		const at = `/api/v1/reports/${number}`;
		return {
			get: () => this.get(at, { headers }),
			post: (what, json) => this.ask('POST', `${at}/${what}`, { headers, ...(json === undefined ? {} : { json }) }),
			put: (what, json) => this.ask('PUT', `${at}/${what}`, { headers, json }),
			attach: (files, text) => {
				const form = multipart([...(text ? [{ name: 'text', value: text }] : []),
					...files.map((f) => ({ name: 'file', ...f }))]);
				return this.ask('POST', `${at}/attachments`, { body: form.body, headers: { ...headers, 'Content-Type': form.type } });
			},
			file: (id) => this.get(`${at}/attachments/${id}`, { headers }),
		};
	}

	// ---- The team ----

	// A token of the staff API.
	token(role = 'coordinator,administrator') {
		const r = vdpd(['token', 'create', '--role', role, '-C', this.dir], { env: this.clockEnv() });
		assert.equal(r.status, 0, r.err);
		return r.out.trim();
	}
	clockEnv() { return {}; }

	// Somebody enrols by LINK, as a browser does; gives the session's cookie and the secret of the codes.
	async enrol(link, name, password = 'four unrelated words here') {
		const at = new URL(link).pathname;
		const form = await request(this.desk, 'GET', at), page = form.text;
		assert.equal(form.status, 200, page);
		const cookies = (a) => (a.headers['set-cookie'] ?? []).map((c) => c.split(';')[0]).join('; ');
		const secret = page.match(/id="totp-secret">([A-Z2-7 ]+)</)[1].replace(/ /g, '');
		const a = await request(this.desk, 'POST', at, {
			headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'same-origin', Cookie: cookies(form) },
			body: new URLSearchParams({ form_token: page.match(/name="form_token" value="([^"]+)"/)?.[1] ?? '', name,
				email: `${name}@team.example`, password, password_again: password, code: totp(secret, this.now) }).toString() });
		assert.equal(a.status, 200, a.text);
		return { cookie: cookies(a), secret };
	}

	staff(token, method, target, o = {}) {
		return request(this.desk, method, target, { agent: this.agent, ...o,
			headers: { Authorization: `Bearer ${token}`, ...o.headers } });
	}

	async act(token, number, json, status = 200) {
		const a = await this.staff(token, 'POST', `/api/v1/cases/${number}/actions`, { json });
		assert.equal(a.status, status, `${JSON.stringify(json)}: ${a.text}`);
		return a.json;
	}
}

// multipart/form-data of {name, value} and {name, filename, bytes, type}.
export function multipart(parts) {
	const boundary = 'vdpd' + randomBytes(12).toString('hex');
	const out = [];
	for (const p of parts) {
		// As browsers write it.
		const name = p.filename?.replace(/"/g, '%22').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
		const file = name !== undefined ? `; filename="${name}"` : '';
		out.push(`--${boundary}\r\nContent-Disposition: form-data; name="${p.name}"${file}\r\n` +
			(file ? `Content-Type: ${p.type ?? 'application/octet-stream'}\r\n` : '') + '\r\n');
		out.push(p.bytes ?? p.value, '\r\n');
	}
	out.push(`--${boundary}--\r\n`);
	return { type: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(out.map((p) => Buffer.from(p))) };
}

// A directory of its own, which the instance's owner can reach.
export function folder() {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'vdpd-e2e-'));
	fs.chmodSync(dir, 0o711);
	return dir;
}

// A test with an instance that runs: OPTIONS as of Instance.init and serve; `start: false` leaves both to the test.
export function scenario(name, options, run) {
	if (run === undefined)
		[options, run] = [{}, options];
	test(name, { timeout: (options.timeout ?? 120000) * slow, skip: options.skip }, async (t) => {
		const i = new Instance(folder());
		try {
			if (options.start !== false) {
				await i.init(options);
				await i.serve(options);
			}
			await run(i, t);
			if (i.child && !i.ended)
				i.alive();
			await i.stop();
		} catch (e) {
			if (process.env.VDPD_SHOW_LOG)
				console.error(i.log);
			throw e;
		} finally {
			if (i.child && !i.ended) {
				await i.killAll();
			}
			i.destroy();
		}
	});
}
