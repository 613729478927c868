// Inside each real executable, with the descriptors that the supervisor gives it, with Landlock and without: every way
// out that proc/probe.c knows, and every request that keyd does not take from this process. Then keyd alone between a
// desk that was taken over and the cases.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { scenario, top, until } from './lib.mjs';

// What stands in src/proc/probe.c.
const attempts = fs.readFileSync(path.join(top, 'src/proc/probe.c'), 'utf8').match(/probe_attempts\[\] = \{[\s\S]*?\n\};/)[0]
	.match(/\{"\w+"/g).map((m) => m.slice(2, -1));
const mustTry = ['open', 'open_named', 'create', 'tcp_socket', 'unix_socket', 'connect', 'execve', 'fork', 'kill', 'tgkill', 'ptrace',
	'process_vm_readv', 'io_uring'];
// Refused without a line of its own: SQLite asks for its file's name as it closes.
const quiet = ['stat'];

// Request numbers by name.
const numbers = Object.fromEntries(fs.readFileSync(path.join(top, 'src/keyd/client/protocol.h'), 'utf8')
	.match(/enum keyd_request_type \{([\s\S]*?)\}/)[1].match(/KEYD_\w+/g).filter((n) => n !== 'KEYD_REQUESTS')
	.map((n, k) => [n.slice(5).toLowerCase(), k + 1]));
const mayAsk = {
	public: ['keys', 'sign_receipts', 'pgp_state', 'pgp_published'],
	pgp: ['pgp_state', 'pgp_secret', 'pgp_put', 'pgp_publish'],
	courier: ['keys', 'sign_receipts', 'open_contact', 'staff_contacts', 'checkpoint', 'told', 'open_mail', 'case_link', 'pgp_state',
		'pgp_published'],
	desk: ['keys', 'sign_receipts', 'authenticate', 'sign_in', 'sign_out', 'enrol_begin', 'enrol_finish', 'password_change', 'open_case',
		'open_titles', 'people', 'invite', 'member_change', 'token_create', 'token_list', 'token_revoke', 'audit', 'audit_verify',
		'invitations', 'invite_revoke', 'sessions', 'member_sign_out', 'factors', 'recovery_renew',
		'passkey_ask', 'passkey_begin', 'passkey_add', 'passkey_remove', 'passkey_sign_in', 'news', 'absence', 'pgp_state', 'pgp_published', 'pgp_want', 'sign_bundle'],
};

const smtp = (yaml) => yaml.replace(/transport: *dir[^\n]*/, 'transport: smtp\n  smtp:\n    host: 127.0.0.1\n    port: 9');

// What a role may do of the list, because it is its work.
function allowed(role, { transport }) {
	if (role === 'nursery' || role === 'mime' || role === 'pgp')
		return ['fork'];
	if (role === 'courier' && transport === 'smtp')
		return ['tcp_socket', 'connect'];
	return [];
}

for (const landlock of ['on', 'off']) {
	for (const transport of ['dir', 'smtp']) {
		scenario(`no process gets out: Landlock ${landlock}, notices by ${transport}`, { start: false }, async (i) => {
			await i.init({ config: transport === 'smtp' ? smtp : undefined });
			if (transport === 'smtp')
				assert.match(fs.readFileSync(path.join(i.dir, 'vdpd.yaml'), 'utf8'), /transport: smtp/);
			i.allowed = [/what=denied_syscall/];
			await i.serve({ env: { VDPD_PROBE: 'all', VDPD_PROBE_FILE: path.join(i.dir, 'keys/keyd.db'),
				...(landlock === 'off' ? { VDPD_LANDLOCK: 'off' } : {}) } });
			assert.ok(mustTry.every((a) => attempts.includes(a)), `the probe tries ${attempts}`);
			// The nurseries may be a moment behind.
			const last = attempts[attempts.length - 1];
			await until(() => ['mime', 'pgp'].every((r) => i.log.includes(`role=${r} what=probe attempt=${last}`)));
			let refused = 0;
			for (const role of ['public', 'desk', 'courier', 'keyd', 'nursery', 'mime', 'pgp']) {
				const lines = i.log.split('\n').filter((l) => l.includes(`role=${role} what=probe attempt=`));
				const done = lines.filter((l) => /result=done/.test(l)).map((l) => l.match(/attempt=(\w+)/)[1]);
				assert.deepEqual(lines.map((l) => l.match(/attempt=(\w+)/)[1]), attempts, role);
				assert.deepEqual(done, allowed(role, { transport }), role);
				refused += lines.filter((l) => /result=refused/.test(l) && !quiet.includes(l.match(/attempt=(\w+)/)[1])).length;
			}
			const logged = i.log.match(/what=denied_syscall/g).length;
			assert.ok(logged >= refused, `${refused} were refused, ${logged} of them are in the log`);
			assert.equal((await i.get('/')).status, 200, 'and all of them serve');
		});
	}
}

for (const role of Object.keys(mayAsk)) {
	scenario(`${role} gets no more of keyd than is its work`, { start: false }, async (i) => {
		const forbidden = Object.keys(numbers).filter((n) => !mayAsk[role].includes(n));
		assert.ok(forbidden.length + mayAsk[role].length === Object.keys(numbers).length && forbidden.length > 3);
		await i.init();
		i.allowed = [/what=denied_syscall/, new RegExp(`what=denied_request peer=${role} `)];
		await i.serve({ env: { VDPD_PROBE: role, VDPD_PROBE_KEYD: forbidden.map((n) => numbers[n]).join(',') } });
		const asked = i.log.match(new RegExp(`role=${role} what=probe ask=.*`, 'g')) ?? [];
		assert.deepEqual(asked.map((l) => l.match(/ask=(\d+) result=(\w+)/).slice(1)), forbidden.map((n) => [String(numbers[n]), 'refused']));
		const said = i.log.match(new RegExp(`what=denied_request peer=${role} type=\\d+ request=\\w+`, 'g')) ?? [];
		assert.deepEqual(said.map((l) => l.match(/request=(\w+)/)[1]), forbidden, 'each is in the log by name');
		const r = await i.report({ description: 'x' });
		assert.equal((await i.staff(i.token(), 'GET', `/api/v1/cases/${r.case}`)).status, 200, 'its own work goes on');
	});
}

scenario('a desk that was taken over gets no case without a session, or for a role that may not', { env: { VDPD_OWNED_DESK: '1' } }, async (i) => {
	const r = await i.report({ description: 'the words within' });
	const at = `/cases/${r.case}`, good = i.token('analyst');
	const open = async (token) => {
		const before = i.log.length;
		const a = await i.staff(token, 'GET', at);
		assert.ok(!a.text.includes('the words within') || a.status === 200);
		return { status: a.status, log: (line) => until(() => line.test(i.log.slice(before))) };
	};
	assert.equal((await open(good)).status, 200);
	for (const role of ['auditor', 'administrator', 'administrator,auditor']) {
		const { status, log } = await open(i.token(role));
		assert.equal(status, 403, role);
		assert.ok(await log(/role=keyd what=denied_by_role request=open_case/), role);
	}
	const forged = [`vdt_${'A'.repeat(good.length - 4)}`, good.slice(0, -1) + (good.endsWith('A') ? 'B' : 'A'), 'vds_nothing', 'x'];
	for (const token of forged) {
		const { status, log } = await open(token);
		assert.equal(status, 401, token);
		assert.ok(await log(/role=keyd what=denied_without_session request=open_case/), token);
	}
	const listed = await i.staff(i.token('auditor'), 'GET', '/api/v1/cases');
	assert.equal(listed.status, 200);
	assert.ok(!listed.text.includes('the words within'), 'an auditor sees no title');
	for (const [what, role] of [[{ action: 'note', text: 'x' }, 'auditor'], [{ action: 'close', reason: 'spam' }, 'analyst']]) {
		const a = await i.staff(i.token(role), 'POST', `/api/v1${at}/actions`, { json: what });
		assert.equal(a.status, 403, `${role}: ${JSON.stringify(what)}`);
	}
	i.allowed.push(/role=desk what=request_failed route=\S+ why=auth /);
});

scenario('three hundred cases an hour, then keyd refuses, also after a restart', { timeout: 240000 }, async (i) => {
	const cases = [];
	i.setClock('2026-03-02T09:05:00Z');
	while (cases.length < 302)
		cases.push(...(await Promise.all(Array.from({ length: Math.min(50, 302 - cases.length) }, () => i.report({ description: 'x' })))));
	const token = i.token('analyst');
	await i.stop();
	i.allowed.push(/role=keyd what=budget_refused request=open_case who="token \d+"/);
	await i.serve({ limits: true });
	const open = (n) => i.staff(token, 'GET', `/api/v1/cases/${cases[n].case}`);
	for (let n = 0; n < 300; n++)
		assert.equal((await open(n)).status, 200, `case ${n}`);
	await until(() => /role=keyd what=budget_alert request=open_case who="token \d+"/.test(i.log));
	const a = await open(300);
	assert.equal(a.status, 429, a.text);
	assert.equal(Number(a.headers['retry-after']), 55 * 60);
	await until(() => /role=keyd what=budget_refused/.test(i.log));
	assert.equal((await open(7)).status, 200, 'a case that was opened already may be worked on');
	await i.stop();
	await i.serve({ limits: true });
	assert.equal((await open(301)).status, 429, 'a restart gives nothing back');
	i.setClock('2026-03-02T10:00:00Z');
	assert.equal((await open(301)).status, 200, 'the next hour does');
});
