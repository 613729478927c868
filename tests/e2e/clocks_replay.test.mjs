// The real reports of the data folder lived once more on the test clock: reported on their day, worked on, and published
// on theirs. After each step the clocks of the case, as the team and as the reporter see them, are compared with those
// computed here from the dates.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { expected } from './clocks_oracle.mjs';
import { dataFolder, scenario, seconds } from './lib.mjs';

const H = 3600, D = 86400;
const file = dataFolder() && path.join(dataFolder(), 'curl-advisories.jsonl');
if (file === undefined || !fs.existsSync(file))
	test('real reports', { skip: 'not run: there is no ../shared/data/curl-advisories.jsonl (VDPD_DATA names the folder)' });
else
	replay(fs.readFileSync(file, 'utf8').trim().split('\n').map((l) => JSON.parse(l)));

const team = (action, more = {}) => ({ team: { action, ...more } });
const said = (event, more = {}) => ({ event, ...more });

// What happens to the Nth report: times, requests, and the events that the contract says they are. Some are answered in
// time and some late, some wait for their reporter, some are opened again.
function life(r, n) {
	const received = seconds(r.received_at), published = seconds(r.published_at);
	const at = (t) => Math.min(t, published);
	const steps = [{ at: received, report: true, events: [said('received')] }];
	const add = (t, request, ...events) => steps.push({ at: at(t), ...request, events });

	add(received + (n * 7) % 70 * H, team('acknowledge', n % 2 ? { text: 'Thank you; we are looking at it.' } : {}), said('acknowledged'));
	if (n % 5 === 0) {
		add(received + 3 * D, team('request_info', { text: 'Which version?' }), said('info_requested'));
		add(received + 3 * D + (n % 4) * D, { reporter: 'The latest.' }, said('info_provided'));
	}
	const severity = { severity: r.severity };
	add(received + (2 + n % 9) * D, team('triage', n % 3 ? severity : { ...severity, text: 'Confirmed.' }),
		said('triaged', severity), ...(n % 3 ? [] : [said('message', { to: 'reporter' })]));
	if (n % 11 === 0)
		add(received + 12 * D, team('triage', { severity: 'critical' }), said('triaged', { severity: 'critical' }));
	for (let t = received + (12 + n % 6) * D; t < published - D; t += (12 + n % 6) * D)
		add(t, team('message', { text: 'We are still at it.' }), said('message', { to: 'reporter' }));
	add(published - D < steps.at(-1).at ? published : published - D, team('fix'), said('fixed'));
	add(published, team('note', { text: 'The advisory is ready.' }));
	add(published, team('close', { reason: 'resolved' }), said('closed', { reason: 'resolved' }));
	add(published, team('publish', { advisory: r.cve }), said('published'));
	if (n % 7 === 0) {
		const later = (t, request, ...events) => steps.push({ at: published + t, ...request, events });
		later(9 * D, team('reopen', { text: 'It can still be reproduced.' }), said('reopened'));
		later(9 * D + 5 * H, team('message', { text: 'We have found why.' }), said('message', { to: 'reporter' }));
		later(30 * D, team('close', { reason: 'not_reproducible' }), said('closed', { reason: 'not_reproducible' }));
	}
	return steps.map((s, k) => ({ ...s, n, k }));
}

function replay(reports) {
	scenario(`${reports.length} real reports, from the day of the report to the day of publication`, { timeout: 300000 }, async (i) => {
		const steps = reports.flatMap(life).sort((a, b) => a.at - b.at || a.n - b.n || a.k - b.k);
		let token, tokenUntil = 0;
		const move = (at) => {
			i.setClock(at);
			if (at > tokenUntil) { // tokens do not live for twenty years
				token = i.token();
				tokenUntil = at + 60 * D;
			}
		};
		const cases = reports.map(() => ({ events: [] }));
		for (const s of steps) {
			const c = cases[s.n], r = reports[s.n];
			move(s.at);
			if (s.report) {
				c.mine = await i.report({ title: r.title, description: r.description, impact: r.impact, remediation: r.recommendations,
					affected: [`${r.component} ${r.first_affected} to ${r.last_affected}`], severity: r.severity });
				assert.equal(c.mine.received_at, r.received_at);
			} else if (s.team) {
				await i.act(token, c.mine.case, s.team);
			} else {
				assert.ok((await i.reporter(c.mine).post('messages', { text: s.reporter })).status < 300);
			}
			c.events.push(...s.events.map((e) => ({ at: s.at, ...e })));
			await compare(i, token, c, `${r.cve}, step ${s.k}`);
		}
		// Long after, and through the list: nothing runs any more.
		move(steps.at(-1).at + 400 * D);
		for (const [n, c] of cases.entries())
			await compare(i, token, c, `${reports[n].cve}, at the end`);
		let cursor = '', listed = 0;
		do {
			const a = (await i.staff(token, 'GET', `/api/v1/cases?state=closed${cursor}`)).json;
			for (const item of a.items) {
				const n = cases.findIndex((c) => c.mine.case === item.case);
				assert.equal(item.title, reports[n].title);
				assert.equal(item.next, null);
				assert.equal(item.severity, n % 11 === 0 ? 'critical' : reports[n].severity);
				listed++;
			}
			cursor = a.next && `&cursor=${encodeURIComponent(a.next)}`;
		} while (cursor);
		assert.equal(listed, reports.length);
	});
}

async function compare(i, token, c, what) {
	const want = expected(c.events, i.clock);
	const a = await i.staff(token, 'GET', `/api/v1/cases/${c.mine.case}`);
	assert.equal(a.status, 200, `${what}: ${a.text}`);
	assert.deepEqual(a.json.clocks, want, `${what}: the team's`);
	assert.deepEqual((await i.reporter(c.mine).get()).json.promises, want, `${what}: the reporter's`);
	if (want.every((w) => w.stopped_at !== null))
		assert.equal(a.json.next, null, what);
	else
		assert.ok(want.some((w) => w.clock === a.json.next.clock && w.due_at === a.json.next.due_at), `${what}: the next promise`);
}
