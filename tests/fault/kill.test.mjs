// kill -9 during load, as a power cut would do it: the test build's file system throws away what was not synced. Every
// acknowledged report, message and file must be there afterwards, once, and readable by its receipt. ROUNDS says how
// often (20; `make torture`: 200). With synchronous=OFF the same rounds must lose something, or they prove nothing.
import assert from 'node:assert/strict';
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { scenario, sleep, until, vdpd } from '../e2e/lib.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 20);
const CLIENTS = 16;
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

// What was acknowledged, and what may have been.
class Book {
	cases = new Map(); // case number -> { case, receipt, text, messages, files }
	open = []; // { key, json }: sent, and no answer came
	messages = 0;
	files = 0;
	repeated = 0;

	acknowledged(a, text) {
		const known = this.cases.get(a.case);
		if (known)
			assert.deepEqual([known.receipt, known.text], [a.receipt, text], `${a.case} was given twice`);
		else
			this.cases.set(a.case, { case: a.case, receipt: a.receipt, text, messages: [], files: [] });
		return this.cases.get(a.case);
	}
}

// One client, until STOP: reports, and adds to some of them.
async function client(i, book, stop) {
	while (!stop.now) {
		const text = randomBytes(12).toString('hex') + 'x'.repeat(randomInt(6000));
		const sent = { key: randomBytes(16).toString('hex'), json: { description: text } };
		let c;
		try {
			const a = await send(i, sent);
			if (a.status !== 201) {
				book.open.push(sent);
				await sleep(30);
				continue;
			}
			c = book.acknowledged(a.json, text);
		} catch {
			book.open.push(sent);
			await sleep(30);
			continue;
		}
		try {
			await add(i, book, c);
		} catch {
			await sleep(30); // no answer: it may be there or not
		}
	}
}

const send = (i, { key, json }) => i.ask('POST', '/api/v1/reports', { json, headers: { 'Idempotency-Key': key }, timeout: 15000 });

async function add(i, book, c) {
	const what = randomInt(4);
	if (what === 0) {
		const text = randomBytes(12).toString('hex');
		if ((await i.reporter(c).post('messages', { text })).status < 300) {
			c.messages.push(text);
			book.messages++;
		}
	} else if (what === 1) {
		const file = { filename: randomBytes(6).toString('hex'), bytes: randomBytes(randomInt(200000)) };
		if ((await i.reporter(c).attach([file])).status < 300) {
			c.files.push({ name: file.filename, sha256: sha256(file.bytes) });
			book.files++;
		}
	}
}

// Everything that C was acknowledged for is there: undefined, or what is missing.
async function missing(i, c) {
	const a = await i.reporter(c).get();
	if (a.status !== 200)
		return `${c.case}: ${a.status}`;
	if (a.json.report.description !== c.text)
		return `${c.case}: another text`;
	for (const text of c.messages)
		if (a.json.thread.filter((t) => t.text === text).length !== 1)
			return `${c.case}: a message`;
	for (const f of c.files) {
		const found = a.json.files.filter((x) => x.name === f.name);
		if (found.length !== 1)
			return `${c.case}: a file's row`;
		const bytes = await i.reporter(c).file(found[0].id);
		if (bytes.status !== 200 || sha256(bytes.bytes) !== f.sha256)
			return `${c.case}: a file's bytes`;
	}
	return undefined;
}

async function lost(i, cases) {
	const found = [], left = [...cases];
	await Promise.all(Array.from({ length: 8 }, async () => {
		for (let c; (c = left.pop()) !== undefined;) {
			const what = await missing(i, c);
			if (what)
				found.push(what);
		}
	}));
	return found;
}

// Load, a kill in the middle of it, and the program running again.
async function round(i, book, target, env) {
	const stop = { now: false };
	const clients = Array.from({ length: CLIENTS }, () => client(i, book, stop));
	await sleep(randomInt(100, 500));
	if (target === 'all' || target === 'supervisor') {
		if (target === 'all')
			await i.killAll();
		else
			await i.killSupervisor();
		stop.now = true;
		await Promise.all(clients);
		await i.serve({ env });
	} else {
		await i.kill(target);
		await sleep(100);
		stop.now = true;
		await Promise.all(clients);
	}
}

// What got no answer is sent again, as a client would: then each key has one case.
async function settle(i, book) {
	for (const sent of book.open.splice(0)) {
		const a = await until(async () => {
			const got = await send(i, sent).catch(() => undefined);
			return got?.status === 201 && got;
		}, 20000, 'a repeated report is not taken');
		book.acknowledged(a.json, sent.json.description);
		book.repeated++;
	}
}

async function listed(i, token) {
	const numbers = [];
	for (let cursor = ''; cursor !== null;) {
		const a = await i.staff(token, 'GET', `/api/v1/cases?state=new${cursor}`);
		assert.equal(a.status, 200, a.text);
		numbers.push(...a.json.items.map((x) => x.case));
		cursor = a.json.next && `&cursor=${encodeURIComponent(a.json.next)}`;
	}
	return numbers;
}

const fault = { VDPD_FAULT: '1' };

scenario(`${ROUNDS} kills during load lose nothing that was acknowledged`, { env: fault, timeout: 60000 + ROUNDS * 15000 }, async (i, t) => {
	const token = i.token(), book = new Book(), kills = {};
	const targets = ['all', ...i.roles, 'all', 'supervisor'];
	i.allowed.push(/level=error/);
	for (let n = 0; n < ROUNDS; n++) {
		const target = targets[n % targets.length], before = new Set(book.cases.keys());
		await round(i, book, target, fault);
		kills[target] = (kills[target] ?? 0) + 1;
		await settle(i, book);
		const now = [...book.cases.values()];
		// All of this round, and some of earlier ones.
		const look = now.filter((c) => !before.has(c.case) || randomInt(now.length) < 200);
		assert.deepEqual(await lost(i, look), [], `round ${n}, ${target} killed`);
	}
	assert.deepEqual(await lost(i, [...book.cases.values()]), [], 'at the end');
	assert.deepEqual((await listed(i, token)).sort(), [...book.cases.keys()].sort(), 'each report is there once');
	const audit = vdpd(['audit', 'verify', '-C', i.dir]);
	assert.equal(audit.status, 0, audit.err + audit.out);
	assert.ok(book.cases.size > ROUNDS, `${book.cases.size} reports are no load`);
	t.diagnostic(`${ROUNDS} kills (${Object.entries(kills).map(([k, n]) => `${k} ${n}`).join(', ')}): ${book.cases.size} reports, ` +
		`${book.messages} messages and ${book.files} files acknowledged, none lost; ${book.repeated} requests without an answer repeated, each one case`);
});

scenario('with synchronous=OFF the same kills do lose reports', { env: { ...fault, VDPD_SYNC_OFF: '1' } }, async (i, t) => {
	const book = new Book(), env = { ...fault, VDPD_SYNC_OFF: '1' };
	i.allowed.push(/level=error/);
	let found = [];
	for (let n = 0; n < 10 && found.length === 0; n++) {
		await round(i, book, 'all', env);
		found = await lost(i, book.cases.values());
	}
	assert.notDeepEqual(found, [], 'nothing was lost without syncing: this test cannot see a loss');
	t.diagnostic(`${found.length} of ${book.cases.size} acknowledged reports were lost, as they must be`);
});
