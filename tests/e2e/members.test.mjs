// People of the team at the desk: invitations, roles, shutting out, sessions, tokens, a new start after a loss.
import assert from 'node:assert/strict';
import { Browser, enrol, password, pathOf } from './forms.mjs';
import { scenario, totp, vdpd } from './lib.mjs';

const linkIn = (page) => page.match(/http:\/\/[^<"]*\/enrol\/vde_[A-Za-z0-9_-]+/)[0];

// ANA invites NAME with ROLES, who enrols at once.
async function join(i, ana, name, ...roles) {
	await ana.get('/settings/people');
	const made = await ana.post('/settings/people', [['name', name], ...roles.map((r) => ['role', r])]);
	assert.equal(made.status, 200, made.text);
	return enrol(i, linkIn(made.text), name);
}

async function signsIn(i, name, secret, { with: word = password, code = totp(secret, i.now) } = {}) {
	const b = new Browser(i);
	await b.get('/sign-in');
	const a = await b.post('/sign-in', { name, password: word, code });
	return { b, a, status: a.status };
}

async function log(i) {
	const token = i.token('auditor');
	return (await i.staff(token, 'GET', '/api/v1/audit')).json.items;
}

scenario('members: roles, shutting out and letting in, each in the log', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b: ana } = await enrol(i, i.made.enrolment, 'ana');
	const { b: ben, secret } = await join(i, ana, 'ben', 'analyst', 'auditor');
	const list = (await ana.get('/settings/people')).text;
	assert.match(list, /href="\/settings\/people\/2">ben<[\s\S]*?analyst, auditor/);
	assert.match(list, /None\. A link that you make/);
	await ben.get('/settings/people', 403);
	await ben.get('/settings/people/1', 403);
	await ben.get('/settings/tokens', 403);

	const at = '/settings/people/2';
	let page = (await ana.get(at)).text;
	assert.match(page, /value="analyst" checked/);
	assert.ok(!/value="coordinator" checked/.test(page));
	const none = await ana.post(at, { action: 'roles' });
	assert.equal(none.status, 422);
	assert.match(none.text, /Tick at least one role/);
	page = await ana.does(at, [['action', 'roles'], ['role', 'coordinator'], ['role', 'administrator']]);
	assert.match(page, /The roles are set/);
	await ben.get('/settings/people'); // at once, in the session that he has
	assert.match((await ben.get('/')).text, /UTC: ben was made administrator, coordinator by ana\./, 'everybody is told');

	await ana.get(at);
	page = await ana.does(at, { action: 'sign_out' });
	assert.match(page, /All sessions of this person are ended/);
	assert.equal((await ben.get('/', 303)).headers.location, '/sign-in');

	i.setClock(i.clock + 60);
	const again = await signsIn(i, 'ben', secret);
	assert.equal(again.status, 303, again.a.text);
	await again.b.get('/settings/people');
	const bens = await again.b.post('/settings/people', { name: 'dee', role: 'analyst' });
	const pending = linkIn(bens.text);
	page = await ana.does(at, { action: 'disable' });
	assert.match(page, /Shut out/);
	assert.match(page, /Enable ben/);
	assert.match((await ana.get('/')).text, /UTC: ben was shut out by ana\./);
	await ana.get(at);
	assert.equal((await again.b.get('/', 303)).headers.location, '/sign-in');
	await new Browser(i).get(pathOf(pending), 404); // a link that he made has ended with him
	const renew = await ana.post(at, { action: 'renew' });
	assert.equal(renew.status, 409);
	assert.match(renew.text, /disabled person gets no link/);
	i.setClock(i.clock + 60);
	assert.equal((await signsIn(i, 'ben', secret)).status, 403);
	await ana.get(at);
	await ana.does(at, { action: 'enable' });
	i.setClock(i.clock + 60);
	assert.equal((await signsIn(i, 'ben', secret)).status, 303);

	await ana.get(at);
	assert.equal((await ana.post(at, { action: 'marry' })).status, 422);
	assert.equal((await ana.post(at, { form_token: 'x'.repeat(43), action: 'disable' })).status, 403);
	assert.equal((await ana.post('/settings/people/99', { action: 'disable' })).status, 404);
	await ana.get('/settings/people/99', 404);
	await ana.get('/settings/people/disable', 404);

	const said = (await log(i)).filter((e) => e.actor === 'person 1 ana').map((e) => `${e.action}: ${e.detail}`);
	for (const line of ['member_change: person 2 roles 3', 'sign_out_everywhere: person 2', 'member_change: person 2 roles 3 disabled'])
		assert.ok(said.includes(line), `${line} is not in ${said.join('; ')}`);
});

scenario('members: a link is taken back, used once, and ends after a week', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b: ana } = await enrol(i, i.made.enrolment, 'ana');
	const invite = async (name) => {
		await ana.get('/settings/people');
		return linkIn((await ana.post('/settings/people', { name, role: 'analyst' })).text);
	};
	const taken = await invite('ben');
	let page = (await ana.get('/settings/people')).text;
	const ref = page.match(/name="ref" value="([0-9a-f]{64})"/)[1];
	assert.ok(!page.includes(pathOf(taken).split('/').pop()), 'the list does not show the link');
	assert.match(await ana.does('/settings/invitations/end', { ref }), /The link works no more/);
	await new Browser(i).get(pathOf(taken), 404);
	assert.equal((await ana.post('/settings/invitations/end', { ref })).headers.location, '/settings/people');
	assert.equal((await ana.post('/settings/invitations/end', { ref: 'zz' })).headers.location, '/settings/people');

	const once = await invite('ben');
	const slow = new Browser(i); // has the form open while another finishes
	const secret = (await slow.get(pathOf(once))).text.match(/id="totp-secret">([A-Z2-7 ]+)</)[1].replace(/ /g, '');
	await enrol(i, once, 'ben');
	const late = await slow.post(pathOf(once), { name: 'eve', email: 'eve@example.org', password, password_again: password,
		code: totp(secret, i.now) });
	assert.equal(late.status, 404);
	assert.match(late.text, /was used already, is older than a week/);
	assert.ok(!(await ana.get('/settings/people')).text.includes('>eve<'));

	const old = await invite('chi');
	i.setClock(i.clock + 7 * 86400 + 1);
	assert.match((await new Browser(i).get(pathOf(old), 404)).text, /older than a week/);
});

scenario('members: a new start after a lost phone ends what was', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b: ana, secret: anas } = await enrol(i, i.made.enrolment, 'ana');
	const { b: ben, secret } = await join(i, ana, 'ben', 'analyst');
	await ana.get('/settings/people/2');
	const made = await ana.post('/settings/people/2', { action: 'renew' });
	assert.equal(made.status, 200);
	await ben.get('/'); // nothing changes until it is used
	assert.match((await ana.get('/settings/people')).text, /ben \(a new start\)/);
	i.setClock(i.clock + 60);
	const fresh = await enrol(i, linkIn(made.text), 'whoever');
	assert.match((await fresh.b.get('/account')).text, /<p class="quiet">ben · analyst/, 'name and roles stay');
	assert.equal((await ben.get('/', 303)).headers.location, '/sign-in');
	i.setClock(i.clock + 60);
	assert.equal((await signsIn(i, 'ben', secret)).status, 403, 'the lost phone opens nothing');
	assert.equal((await signsIn(i, 'ben', fresh.secret)).status, 303);
	assert.equal((await signsIn(i, 'ana', anas)).status, 303);
	assert.ok((await log(i)).some((e) => e.actor === 'person 1 ana' && e.action === 'invite' && /^person 2 /.test(e.detail)));
	const told = /2 Mar 2026, 09:01 UTC: ben has a new password and a new second factor\./;
	assert.match((await ana.get('/')).text, told);
	i.setClock(i.clock + 7 * 86400);
	const later = await signsIn(i, 'ana', anas);
	assert.ok(!told.test((await later.b.get('/')).text), 'for a week');
});

scenario('members: one changes the password, and other sessions end', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b: ana, secret } = await enrol(i, i.made.enrolment, 'ana');
	i.setClock(i.clock + 60);
	const other = await signsIn(i, 'ana', secret);
	assert.equal(other.status, 303);
	const page = (await ana.get('/account')).text;
	assert.equal(page.match(/Last used/g).length, 1);
	assert.equal(page.match(/until|ago|under a minute/g).length > 0, true);
	assert.equal(page.match(/\(this one\)/g).length, 1);
	const next = 'five unrelated words right here';
	const change = (f) => ana.post('/account/password', { password, new_password: next, new_password_again: next,
		code: totp(secret, i.now), ...f });
	i.setClock(i.clock + 60);
	let a = await change({ new_password_again: 'x' });
	assert.equal(a.status, 422);
	assert.match(a.text, /not the same/);
	a = await change({ new_password: 'short', new_password_again: 'short' });
	assert.equal(a.status, 422);
	assert.match(a.text, /Take a longer one/);
	a = await change({ password: 'not this one at all' });
	assert.equal(a.status, 403);
	assert.match(a.text, /do not fit together/);
	assert.ok(!a.text.includes(next), 'passwords are not written back');
	a = await change({ code: '000000' });
	assert.equal(a.status, 403);
	a = await change({});
	assert.equal(a.headers.location, '/account?done=password', a.text);
	assert.match((await ana.get('/account?done=password')).text, /new password holds/);
	assert.equal((await other.b.get('/', 303)).headers.location, '/sign-in');
	a = await change({ password: next, new_password: 'six unrelated words right here now', new_password_again: 'six unrelated words right here now' });
	assert.equal(a.status, 403, 'a code serves once');
	assert.match(a.text, /A code serves once/);
	i.setClock(i.clock + 60);
	assert.equal((await signsIn(i, 'ana', secret)).status, 403);
	i.setClock(i.clock + 60);
	assert.equal((await signsIn(i, 'ana', secret, { with: next })).status, 303);
	assert.ok((await log(i)).some((e) => e.action === 'password_change'));
});

scenario('members: tokens are made, shown once, and ended', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b: ana } = await enrol(i, i.made.enrolment, 'ana');
	await ana.get('/settings/tokens');
	let a = await ana.post('/settings/tokens', { name: 'importer', days: '30' });
	assert.equal(a.status, 422);
	assert.match(a.text, /Tick at least one role/);
	a = await ana.post('/settings/tokens', { name: '', days: '30', role: 'auditor' });
	assert.equal(a.status, 422);
	a = await ana.post('/settings/tokens', { name: 'importer', days: '4000', role: 'auditor' });
	assert.equal(a.status, 422);
	assert.match(a.text, /Choose how long/);
	a = await ana.post('/settings/tokens', { name: 'importer', days: '30', role: 'auditor' });
	assert.equal(a.status, 200, a.text);
	const token = a.text.match(/id="token">(vdt_[A-Za-z0-9_-]+)</)[1];
	assert.equal((await i.staff(token, 'GET', '/api/v1/cases')).status, 200);
	const page = (await ana.get('/settings/tokens')).text;
	assert.ok(!page.includes(token));
	assert.match(page, /importer<\/td><td>auditor<\/td><td>works<\/td><td>ana/);
	assert.match((await ana.does('/settings/tokens/revoke', { id: '1' })), /revoked/);
	assert.equal((await i.staff(token, 'GET', '/api/v1/cases')).status, 401);
	assert.equal((await ana.post('/settings/tokens/revoke', { id: '1' })).status, 404);
});

scenario('members: the budget of vdpd.yaml is kept, for each person and hour', {
	limits: true,
	config: (yaml) => `${yaml}budgets: {cases_alert: 1, cases_refuse: 2}\n`,
}, async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b: ana } = await enrol(i, i.made.enrolment, 'ana');
	const cases = [];
	for (let n = 0; n < 3; n++)
		cases.push((await i.report({ description: `report ${n}` })).case);
	i.allowed.push(/what=budget_refused/);
	for (const c of [cases[0], cases[1], cases[0]])
		await ana.get(`/cases/${c}`);
	const refused = await ana.get(`/cases/${cases[2]}`, 429);
	assert.equal(refused.headers['retry-after'], '3600');
	assert.match(i.log, /what=budget_alert/);
	i.setClock(i.clock + 3600);
	await ana.get(`/cases/${cases[2]}`);
});

scenario('members: the last administrator stays, also when two shut each other out at once', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b: ana, secret } = await enrol(i, i.made.enrolment, 'ana');
	for (const form of [{ action: 'disable' }, { action: 'roles', role: 'coordinator' }]) {
		await ana.get('/settings/people/1');
		const a = await ana.post('/settings/people/1', form);
		assert.equal(a.status, 409, a.text);
		assert.match(a.text, /No administrator would be left/);
	}
	await ana.get('/settings/people');
	const { b: ben, secret: bens } = await join(i, ana, 'ben', 'administrator');
	const them = [{ name: 'ana', id: 1, b: ana, secret }, { name: 'ben', id: 2, b: ben, secret: bens }];
	for (let round = 0; round < 6; round++) {
		await Promise.all(them.map((x, n) => x.b.get(`/settings/people/${them[1 - n].id}`)));
		const answers = await Promise.all(them.map((x, n) => x.b.post(`/settings/people/${them[1 - n].id}`, { action: 'disable' })));
		const won = answers.map((a) => a.status === 303 && /done=disabled/.test(a.headers.location));
		assert.equal(won.filter(Boolean).length, 1, answers.map((a) => a.status).join(' '));
		const [winner, loser] = won[0] ? them : [them[1], them[0]];
		const page = (await winner.b.get('/settings/people')).text;
		assert.match(page, new RegExp(`>${winner.name}</a></td><td>[^<]*</td><td>[^<]*administrator[^<]*</td><td>active`));
		assert.match(page, new RegExp(`>${loser.name}</a></td><td>[^<]*</td><td>[^<]*administrator[^<]*</td><td>disabled`));
		await winner.b.get(`/settings/people/${loser.id}`);
		await winner.b.does(`/settings/people/${loser.id}`, { action: 'enable' });
		i.setClock(i.clock + 60);
		const back = await signsIn(i, loser.name, loser.secret);
		assert.equal(back.status, 303, back.a.text);
		loser.b = back.b;
	}
});

scenario('members: ten recovery codes, each of which opens once', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b: ana, secret, codes } = await enrol(i, i.made.enrolment, 'ana');
	assert.equal(new Set(codes).size, 10);
	for (const c of codes)
		assert.match(c, /^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
	assert.match((await ana.get('/account')).text, /10 codes are left/);
	const { b: ben } = await join(i, ana, 'ben', 'analyst');

	const first = await signsIn(i, 'ana', secret, { code: codes[0] });
	assert.equal(first.status, 303, first.a.text);
	assert.match((await first.b.get('/account')).text, /9 codes are left/);
	assert.equal((await signsIn(i, 'ana', secret, { code: codes[0] })).status, 403, 'used');
	assert.equal((await signsIn(i, 'ana', secret, { code: codes[1], with: 'not this one at all' })).status, 403);
	assert.equal((await signsIn(i, 'ben', secret, { code: codes[1] })).status, 403, 'of somebody else');
	assert.equal((await signsIn(i, 'nobody', secret, { code: codes[1] })).status, 403);
	// As people type them; neither refusal used it up. Two at once: one gets in.
	const typed = codes[1].toLowerCase().replaceAll('-', ' ');
	const both = await Promise.all([signsIn(i, 'ana', secret, { code: typed }), signsIn(i, 'ana', secret, { code: typed })]);
	assert.deepEqual(both.map((x) => x.status).sort(), [303, 403]);

	i.setClock(i.clock + 60);
	await ana.get('/account');
	let a = await ana.post('/account/codes', { renew_code: '000000' });
	assert.equal(a.status, 403);
	assert.match(a.text, /The code does not fit/);
	a = await ana.post('/account/codes', { renew_code: codes[2] });
	assert.equal(a.status, 403, 'a recovery code makes no others');
	a = await ana.post('/account/codes', { renew_code: totp(secret, i.now) });
	assert.equal(a.status, 200);
	const next = a.text.match(/id="recovery-codes">([A-Z2-7\s-]+)</)[1].trim().split('\n');
	assert.equal(new Set([...next, ...codes]).size, 20);
	assert.equal((await signsIn(i, 'ana', secret, { code: codes[3] })).status, 403, 'the old ones are over');
	assert.equal((await signsIn(i, 'ana', secret, { code: next[3] })).status, 303);
	assert.ok(!(await ana.get('/account')).text.includes(next[4]));
	await ben.get('/account');

	const said = (await log(i)).map((e) => `${e.actor}: ${e.action} ${e.detail}`);
	assert.ok(said.includes('person 1 ana: sign_in recovery code'), said.join('; '));
	assert.ok(said.includes('person 1 ana: recovery_renew '));
});

scenario('members: a clock that was a year ahead, and is set right, locks nobody out', async (i) => {
	i.setClock('2026-03-02T09:00:00Z'); // wrong
	const { b: ana, secret, codes } = await enrol(i, i.made.enrolment, 'ana');
	i.setClock(i.clock + 60);
	const then = await signsIn(i, 'ana', secret);
	assert.equal(then.status, 303);
	i.setClock('2025-03-02T09:00:00Z'); // right
	assert.equal((await ana.get('/', 303)).headers.location, '/sign-in', 'no session outlives its time');
	const now = await signsIn(i, 'ana', secret);
	assert.equal(now.status, 303, now.a.text);
	await now.b.get('/');
	assert.equal((await signsIn(i, 'ana', secret)).status, 403, 'a code still serves once');
	i.setClock(i.clock + 30);
	assert.equal((await signsIn(i, 'ana', secret)).status, 303);

	// The other way: the server falls back, and the phone goes on.
	const phone = totp(secret, i.clock + 60);
	i.setClock('2024-03-02T09:00:00Z');
	const refused = await signsIn(i, 'ana', secret, { code: phone });
	assert.equal(refused.status, 403);
	assert.match(refused.a.text, /the server(&#39;|&#x27;|’|')s clock seems to stand wrong/);
	assert.match(i.log, /what=clock_behind/);
	assert.equal((await signsIn(i, 'ana', secret, { code: codes[0] })).status, 303, 'a recovery code opens');
	// The operator at the terminal, too: nothing of the web is needed.
	const reset = vdpd(['member', 'reset', 'ana', '-C', i.dir]);
	assert.equal(reset.status, 0, reset.err);
	await enrol(i, reset.out.trim(), 'ana');
});

scenario('members: sign out everywhere, by oneself and from the terminal, is in the log', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b: ana, secret } = await enrol(i, i.made.enrolment, 'ana');
	i.setClock(i.clock + 60);
	const other = await signsIn(i, 'ana', secret);
	await ana.get('/account');
	assert.equal((await ana.post('/sign-out', { everywhere: 'yes' })).status, 303);
	assert.equal((await other.b.get('/', 303)).headers.location, '/sign-in');
	i.setClock(i.clock + 60);
	const third = await signsIn(i, 'ana', secret);
	const out = vdpd(['member', 'sign-out', 'ana', '-C', i.dir]);
	assert.equal(out.status, 0, out.err);
	assert.equal((await third.b.get('/', 303)).headers.location, '/sign-in');
	const said = (await log(i)).filter((e) => e.action === 'sign_out_everywhere').map((e) => e.actor);
	assert.deepEqual(said, ['operator', 'person 1 ana']);
	assert.equal(vdpd(['member', 'sign-out', 'nobody', '-C', i.dir]).status, 1);
});

scenario('members: the log on the desk, for every role, with filters and pages', async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	const { b: ana } = await enrol(i, i.made.enrolment, 'ana');
	const { b: eve } = await join(i, ana, 'eve', 'auditor');
	const { b: ben } = await join(i, ana, 'ben', 'analyst');
	const made = [];
	for (let n = 0; n < 3; n++)
		made.push((await i.report({ description: `report ${n}` })).case);
	await ben.get('/');
	for (let n = 0; n < 30; n++)
		await ben.get(`/cases/${made[n % 2]}`);
	const rows = (page) => [...page.matchAll(/<tr><td class="n">(\d+)<\/td><td>.*?<\/td><td>([^<]*)<\/td><td>([^<]*)<\/td><td>([^<]*)<\/td>/gs)].map((m) => m.slice(1));
	let page = (await eve.get('/log')).text;
	assert.equal(rows(page).length, 24);
	assert.ok(rows(page).every(([, who, what]) => who === 'ben' && what === 'opened a case'));
	assert.ok(!page.includes(`href="/cases/${made[0]}"`), 'an auditor opens no case');
	assert.ok((await ben.get('/log')).text.includes(`href="/cases/${made[0]}"`));
	const all = [];
	for (let at = '/log'; at;) {
		page = (await eve.get(at)).text;
		all.push(...rows(page));
		at = page.match(/href="([^"]+)" rel="next"/)?.[1].replace(/&amp;/g, '&');
	}
	assert.deepEqual(all.map((r) => Number(r[0])), Array.from(all, (_, n) => all.length - n), 'each once, without a gap');
	const changes = rows((await eve.get('/log?what=changes')).text).filter((r) => !/OpenPGP/.test(r[2])).map((r) => r.slice(1).join(': '));
	assert.deepEqual(changes, ['ben: joined: ben analyst', 'ana: made a link: somebody new analyst', 'eve: joined: eve auditor',
		'ana: made a link: somebody new auditor', 'ana: joined: ana administrator, coordinator', 'the operator: made a link: somebody new administrator, coordinator']);
	assert.ok(rows((await eve.get('/log?who=person+1')).text).every((r) => r[1] === 'ana'));
	page = (await eve.get(`/log?case=${made[1].toLowerCase()}`)).text;
	assert.equal(rows(page).length, 16, 'fifteen openings and the titles of the queue');
	assert.match((await eve.get(`/log?case=${made[2]}&who=person+1`)).text, /Nothing fits/);
	for (const odd of ['?who=%25', '?who=x%27y', '?case=%25', '?case=' + 'A'.repeat(60), '?what=nonsense', '?who=person+1+ana'])
		await eve.get(`/log${odd}`);
	await eve.get('/log?before=x', 422);
});
