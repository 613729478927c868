// vdpd behind each of the proxies of packaging/examples: a client's address is what a trusted proxy says and nobody else,
// addresses and cookies are those of https, and what is sent passes whole and leaves nothing behind at the proxy.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { Browser, enrol } from '../e2e/forms.mjs';
import { folder, Instance, request, slow, top, until, vdpd } from '../e2e/lib.mjs';
import { agentOf, host, Proxy } from './proxy.mjs';

const REPORTS = 30; // of one network an hour, as the configuration has it if nothing is said

// ---- What a visitor sees ----------------------------------------------------------------------------------------

async function pagesPass(i, p, direct) {
	const plain = await request(`http://127.0.0.1:${p.plain}`, 'GET', '/policy?x=1', { headers: { Host: host } });
	assert.equal(plain.status, 308);
	assert.match(plain.headers.location, new RegExp(`^https://${host}(:${p.port})?/policy\\?x=1$`));

	for (const [origin, there, target] of [[i.public, direct.public, '/'], [i.public, direct.public, '/report'],
		[i.public, direct.public, '/.well-known/security.txt'], [i.desk, direct.desk, '/sign-in']]) {
		const via = await request(origin, 'GET', target, { agent: i.agent });
		const bare = await request(there, 'GET', target, { headers: { 'X-Forwarded-Proto': 'https', Host: new URL(origin).host } });
		assert.equal(via.status, 200, via.text);
		assert.match(via.headers['strict-transport-security'], /^max-age=\d{8}$/);
		assert.match(via.headers['content-security-policy'] ?? (target.endsWith('txt') ? 'default-src' : ''), /default-src/);
		for (const [name, value] of Object.entries(bare.headers))
			if (!['date', 'connection', 'keep-alive', 'set-cookie', 'content-length', 'transfer-encoding', 'etag', 'x-request-id'].includes(name))
				assert.equal(via.headers[name], value, `${target}: ${name}`);
		for (const name of ['age', 'x-cache', 'via'])
			assert.equal(via.headers[name], undefined, name);
	}
	const txt = (await i.get('/.well-known/security.txt')).text;
	assert.match(txt, new RegExp(`^Canonical: ${i.public}/\\.well-known/security\\.txt$`, 'm'));
	assert.doesNotMatch(txt, /http:/);
}

// Forms with cookies on both sides, in one browser, which has one jar for all ports of a name.
async function peopleWork(i) {
	const link = i.made.enrolment;
	assert.ok(link.startsWith(`${i.desk}/enrol/vde_`), link);
	const ana = await enrol(i, link, 'ana');
	await ana.b.get('/settings/people');
	const visitor = new Browser({ desk: i.public, agent: i.agent });
	visitor.cookies = ana.b.cookies;
	await visitor.get('/report');
	const a = await visitor.post('/report', { description: 'by the form', step: 'review' });
	assert.ok([200, 303].includes(a.status), a.text);
	assert.doesNotMatch(a.text, /form was not made here|came from another/i);
	const made = await ana.b.post('/settings/people', { name: 'ben', role: 'analyst' });
	assert.equal(made.status, 200, made.text);
	const foreign = await ana.b.ask('POST', '/settings/people', { body: 'name=x&role=analyst',
		headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'Sec-Fetch-Site': 'cross-site', Origin: 'https://elsewhere.example' } });
	assert.equal(foreign.status, 403, 'forms of other sites are refused as ever');
}

async function filesPass(i) {
	const c = await i.report({ description: 'with a large file' }), r = i.reporter(c);
	const bytes = randomBytes(10 << 20);
	const a = await r.attach([{ filename: 'large.bin', bytes }]);
	assert.equal(a.status, 201, a.text);
	const [file] = (await r.get()).json.files;
	// Read so slowly that a proxy which keeps what is on its way would have to write it down.
	const got = await request(i.public, 'GET', `/api/v1/reports/${c.case}/attachments/${file.id}`,
		{ agent: i.agent, headers: { Authorization: `Receipt ${c.receipt}` }, slowly: true });
	assert.equal(got.status, 200);
	assert.ok(got.bytes.equals(bytes), 'the file came back another');
	assert.match(got.headers['cache-control'], /no-store/);
	return c;
}

async function nothingIsKept(i) {
	const file = path.join(i.dir, 'programmes/exact.works/policy.yaml'), text = fs.readFileSync(file, 'utf8');
	const before = (await i.get('/policy')).text;
	fs.writeFileSync(file, text.replace('We take security seriously', 'We take it more seriously'));
	i.child.kill('SIGHUP');
	await until(async () => /We take it more seriously/.test((await i.get('/policy')).text), 5000, 'an old page is served');
	assert.doesNotMatch(before, /more seriously/);
}

// ---- Whose requests are counted ---------------------------------------------------------------------------------

async function addressesCount(i, p, direct) {
	const agents = [];
	const from = (address) => { agents.push(agentOf(p.ca, address)); return agents.at(-1); };
	const send = async (agent, headers = {}, origin = i.public) =>
		(await request(origin, 'POST', '/api/v1/reports', { agent, headers, json: { description: 'again' } })).status;
	const spend = async (agent, headers = () => ({}), origin = i.public) => {
		for (let n = 0; n < REPORTS + 5; n++)
			if (await send(agent, headers(n), origin) === 429)
				return n;
		return undefined;
	};
	const greedy = from('127.0.2.1'), other = from('127.0.3.1');
	const n = await spend(greedy);
	assert.ok(n >= 5 && n <= REPORTS, `${n} reports of one network`);
	assert.equal(await send(other), 201, 'another network is not hindered');
	for (const headers of [{ 'X-Forwarded-For': '192.0.2.77' }, { 'X-Forwarded-For': '192.0.2.78, 127.0.0.1' },
		{ Forwarded: 'for=192.0.2.79;proto=https' }, { 'X-Real-IP': '192.0.2.80' }])
		assert.equal(await send(greedy, headers), 429, `${JSON.stringify(headers)} gives nothing`);
	// Somebody who is no proxy of ours says what he likes, and is counted as who he is.
	const liar = new http.Agent({ localAddress: '127.0.4.1', keepAlive: true });
	agents.push(liar);
	const m = await spend(liar, (k) => ({ 'X-Forwarded-For': `198.51.${k}.1` }), direct.public);
	assert.ok(m >= 5 && m <= REPORTS, `${m} reports by a liar`);
	assert.equal(await send(other), 201);
	agents.forEach((a) => a.destroy());
}

async function nothingIsLogged(i, p, c) {
	const secret = `vde_${randomBytes(8).toString('hex')}`;
	for (const [origin, target] of [[i.desk, `/enrol/${secret}`], [i.public, `/api/v1/reports/${c.case}?q=${secret}`]]) {
		const a = await request(origin, 'GET', target, { agent: agentOf(p.ca, '127.0.5.1'), headers: { Authorization: `Receipt ${c.receipt}`, Cookie: secret } });
		assert.equal(a.status, 502, 'nobody is behind the proxy');
	}
	const logs = p.logs();
	for (const word of [secret, '127.0.5.1', '127.0.2.1', c.case, c.receipt, '/enrol/'])
		assert.ok(!logs.includes(word), `the proxy has written down ${word}:\n${logs}`);
}

// ---- Each example -----------------------------------------------------------------------------------------------

for (const example of fs.readdirSync(path.join(top, 'packaging/examples')))
	test(`behind ${example}`, { timeout: 120000 * slow }, async () => {
		const i = new Instance(folder()), p = new Proxy(example, path.join(i.home, 'proxy'));
		try {
			await i.addresses();
			await p.prepare(i);
			const direct = { public: i.public, desk: i.desk };
			const made = vdpd(['init', i.dir, '--json', '--policy', path.join(top, 'programmes/exact.works/policy.yaml'),
				'--public-url', p.public, '--desk-url', p.desk]);
			assert.equal(made.status, 0, made.err);
			i.made = JSON.parse(made.out);
			const config = path.join(i.dir, 'vdpd.yaml'), text = fs.readFileSync(config, 'utf8');
			assert.match(text, /^trusted_proxies: \[\]$/m);
			fs.writeFileSync(config, text.replace(/^trusted_proxies: \[\]$/m, 'trusted_proxies: [127.0.0.1]'));
			Object.assign(i, { public: p.public, desk: p.desk, agent: agentOf(p.ca) });
			await i.serve({ limits: true });
			await p.start();

			await pagesPass(i, p, direct);
			await peopleWork(i);
			const c = await filesPass(i);
			await nothingIsKept(i);
			await addressesCount(i, p, direct);
			i.alive();
			await i.stop();
			await nothingIsLogged(i, p, c);
		} finally {
			if (i.child && !i.ended)
				await i.killAll();
			await p.stop();
			i.destroy();
		}
	});
