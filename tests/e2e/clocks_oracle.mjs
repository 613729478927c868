// The clocks of a case computed in another way than the program's, from the contract's table alone.
const HOUR = 3600;
const text = (utc_s) => new Date(utc_s * 1000).toISOString().replace('.000', '');

// The contract's table again: which events start and stop what. An entry is a start and the first stop after it.
const answer = (e) => e.event === 'acknowledged' || e.event === 'info_requested' ||
	(e.event === 'message' && e.to === 'reporter');
export const end = (e) => e.event === 'fixed' || e.event === 'closed';
const severityIn = (events, life) => events.filter((e) => e.event === 'triaged' && e.life <= life).at(-1)?.severity;
const table = [
	['acknowledge', (e) => e.event === 'received', (e) => answer(e) || e.event === 'closed', () => 48 * HOUR],
	['triage', (e, before) => e.event === 'received' ||
		(e.event === 'reopened' && !before.some((b) => b.event === 'triaged')),
	(e) => e.event === 'triaged' || e.event === 'closed', () => 7 * 24 * HOUR, true],
	['fix', (e) => e.event === 'received' || e.event === 'reopened', end,
		(events, e) => severityIn(events, e.life) === 'critical' ? 30 * 24 * HOUR : 0, true],
	['update', (e, before) => e.event === 'reopened' || (answer(e) && !before.some((b) => end(b) && b.life === e.life)),
		(e) => answer(e) || end(e), () => 14 * 24 * HOUR],
];

// Whether the case waits for its reporter just after each event.
function waiting(events) {
	let on = false;
	return events.map((e) => (on = e.event === 'info_requested' || (on && e.event !== 'info_provided' && !end(e))));
}

// The clocks of the events ALL ({at: UTC seconds, event, …}) at NOW, as `vdpd clocks` prints them by the policy of
// exact.works.
export function expected(all, now) {
	const events = all.filter((e) => e.at <= now);
	let life = 0;
	for (const e of events)
		e.life = e.event === 'reopened' ? ++life : life;
	const waits = waiting(events), out = [];
	for (const [clock, starts, stops, promise, pauses] of table) {
		if (events[0]?.kind === 'question' && clock !== 'acknowledge')
			continue;
		events.forEach((e, i) => {
			const limit = starts(e, events.slice(0, i)) ? promise(events, e) : 0;
			if (limit === 0)
				return;
			const stop = events.slice(i + 1).find(stops), until = stop?.at ?? now;
			let paused = 0;
			for (let j = 0; j < events.length && pauses; j++)
				if (waits[j])
					paused += Math.max(0, Math.min(events[j + 1]?.at ?? now, until) - Math.max(events[j].at, e.at));
			const due = e.at + limit + paused;
			out.push({
				clock, state: until > due ? 'missed' : stop ? 'met' : pauses && waits.at(-1) ? 'paused' : 'running',
				started_at: text(e.at), due_at: text(due), stopped_at: stop ? text(stop.at) : null,
				remaining_s: stop ? null : due - now,
			});
		});
	}
	return out;
}
