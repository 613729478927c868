// Speaking LMTP to an instance, and messages to send.
import net from 'node:net';
import fs from 'node:fs';
import path from 'node:path';
import { slow, vdpd } from './lib.mjs';

// vdpd.yaml with an LMTP listener on a port that the kernel chooses, and MORE lines of the section.
export const withLmtp = (more = '') => (yaml) => `${yaml}\nmail:\n  lmtp: 127.0.0.1:0\n${more}`;
export const lmtpAddress = (i) => fs.readFileSync(path.join(i.dir, 'run/lmtp.addr'), 'utf8').trim();

export const to = 'security@exact.works';

// A message with CRLF. HEADERS: more of them, an object.
export function message({ from = 'Mira Okafor <mira@example.org>', subject = 'The sluice opens by itself', id, text = 'Quittenbrot.', headers = {} } = {}) {
	const all = { From: from, To: to, Subject: subject, Date: 'Mon, 2 Mar 2026 09:00:00 +0000',
		'Message-ID': `<${id ?? Math.random().toString(36).slice(2)}@mail.example.org>`, ...headers };
	return Object.entries(all).map(([k, v]) => `${k}: ${v}\r\n`).join('') + '\r\n' + text.replace(/\r?\n/g, '\r\n') + '\r\n';
}

export const deliver = (i, text, { from = 'mira@example.org', rcpt = to } = {}) =>
	vdpd(['deliver', '-C', i.dir, '--to', rcpt, '--from', from], { input: text });

// A session: say(LINE) gives the reply's last line; send(BYTES) sends as it is; reply() waits for one.
export class Lmtp {
	static connect(i) { return Lmtp.open(...lmtpAddress(i).split(':')); }
	static async open(host, port) {
		const s = new Lmtp();
		s.socket = net.connect(Number(port), host);
		s.text = '';
		s.waiting = [];
		s.closed = false;
		s.socket.on('data', (d) => { s.text += d; s.hear(); });
		s.socket.on('error', () => {});
		s.socket.on('close', () => { s.closed = true; s.hear(); });
		s.greeting = await s.reply();
		return s;
	}
	hear() {
		for (let m; this.waiting.length > 0 && (m = this.text.match(/^(?:\d{3}-.*\r\n)*(\d{3}(?: .*)?)\r\n/));) {
			this.text = this.text.slice(m[0].length);
			this.lines = m[0].split('\r\n').slice(0, -1);
			this.waiting.shift().resolve(m[1]);
		}
		if (this.closed)
			this.waiting.splice(0).forEach((w) => w.resolve(''));
	}
	reply(ms = 20000) {
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => reject(new Error('no reply in time')), ms * slow);
			this.waiting.push({ resolve: (r) => { clearTimeout(timer); resolve(r); } });
			this.hear();
		});
	}
	send(bytes) { this.socket.write(bytes); }
	say(line) { const r = this.reply(); this.send(line + '\r\n'); return r; }
	// A whole transaction; the reply of each recipient.
	async mail(text, { from = 'mira@example.org', rcpts = [to] } = {}) {
		const refused = await this.say(`MAIL FROM:<${from}>`);
		if (!refused.startsWith('250'))
			return [refused];
		for (const r of rcpts)
			await this.say(`RCPT TO:<${r}>`);
		await this.say('DATA');
		const replies = rcpts.map(() => this.reply());
		this.send(text.replace(/^\./gm, '..') + '.\r\n');
		return Promise.all(replies);
	}
	async quit() { await this.say('QUIT'); this.socket.destroy(); }
	destroy() { this.socket.destroy(); }
}
export async function lmtp(i) {
	const s = await Lmtp.connect(i);
	await s.say('LHLO test.example');
	return s;
}
