// A Postfix of a test's own: all of it in one folder, on a port of its own, ended by its own command.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { freePort, vdpdBin } from './lib.mjs';
import { lmtpAddress, Lmtp } from './mail.mjs';

const services = ['pickup unix n - n 60 1 pickup', 'cleanup unix n - n - 0 cleanup', 'qmgr unix n - n 1 1 qmgr',
	'rewrite unix - - n - - trivial-rewrite', 'bounce unix - - n - 0 bounce', 'defer unix - - n - 0 bounce',
	'trace unix - - n - 0 bounce', 'verify unix - - n - 1 verify', 'flush unix n - n 1000? 0 flush',
	'proxymap unix - - n - - proxymap', 'smtp unix - - n - - smtp', 'error unix - - n - - error',
	'retry unix - - n - - error', 'discard unix - - n - - discard', 'lmtp unix - - n - - lmtp',
	'anvil unix - - n - 1 anvil', 'scache unix - - n - 1 scache', 'postlog unix-dgram n - n - 1 postlogd'];

export class Postfix {
	// Mail for security@exact.works goes to the instance by LMTP, for psirt@exact.works by the pipe.
	static async start(i) {
		const p = new Postfix();
		p.dir = path.join(i.home, 'postfix');
		p.port = await freePort();
		const conf = p.conf = path.join(p.dir, 'etc');
		fs.mkdirSync(conf, { recursive: true });
		fs.mkdirSync(path.join(p.dir, 'queue'));
		fs.mkdirSync(path.join(p.dir, 'data'));
		fs.chmodSync(p.dir, 0o755);
		execFileSync('chown', ['postfix', path.join(p.dir, 'data')]);
		fs.writeFileSync(path.join(conf, 'main.cf'), [
			'compatibility_level = 3.6', `queue_directory = ${p.dir}/queue`, `data_directory = ${p.dir}/data`,
			`maillog_file = ${p.dir}/log`, `maillog_file_prefixes = ${p.dir}`, 'inet_interfaces = 127.0.0.1', 'inet_protocols = ipv4',
			'myhostname = mx.test.example', 'mydestination =', 'mynetworks = 127.0.0.0/8', 'alias_maps =', 'local_recipient_maps =',
			'virtual_mailbox_domains = exact.works', `virtual_transport = lmtp:inet:${lmtpAddress(i)}`,
			'transport_maps = inline:{ psirt@exact.works=vdpd: }', 'smtpd_reject_unlisted_recipient = no', 'recipient_delimiter = +',
			'queue_run_delay = 1s', 'minimal_backoff_time = 1s', 'maximal_backoff_time = 2s', 'transport_retry_time = 1s',
			'destination_concurrency_feedback_debug = no', 'default_transport = discard:', ''].join('\n'));
		fs.writeFileSync(path.join(conf, 'master.cf'), [`127.0.0.1:${p.port} inet n - n - - smtpd`, ...services,
			`vdpd unix - n n - 4 pipe user=vdpd argv=${vdpdBin()} deliver -C ${i.dir} --to \${original_recipient} --from \${sender}`, ''].join('\n'));
		p.run('start');
		return p;
	}
	run(what) {
		const r = spawnSync('postfix', ['-c', this.conf, what], { encoding: 'utf8', timeout: 30000 });
		if (r.status !== 0)
			throw new Error(`postfix ${what}: ${r.stderr}\n${this.log}`);
	}
	get log() { return fs.existsSync(path.join(this.dir, 'log')) ? fs.readFileSync(path.join(this.dir, 'log'), 'utf8') : ''; }
	// A session with its SMTP server.
	async session() {
		const s = await Lmtp.open('127.0.0.1', this.port);
		await s.say('EHLO test.example');
		return s;
	}
	// The processes of its LMTP client.
	clients() {
		const master = Number(fs.readFileSync(path.join(this.dir, 'queue/pid/master.pid'), 'utf8'));
		return fs.readdirSync('/proc').filter((e) => /^\d+$/.test(e)).filter((e) => {
			try {
				const m = fs.readFileSync(`/proc/${e}/stat`, 'latin1').match(/^\d+ \((.*)\) (\S) (\d+)/);
				return m[1] === 'lmtp' && Number(m[3]) === master;
			} catch {
				return false;
			}
		}).map(Number);
	}
	waiting() {
		return ['incoming', 'active', 'deferred', 'maildrop'].flatMap((d) => {
			const at = path.join(this.dir, 'queue', d);
			return fs.existsSync(at) ? fs.readdirSync(at, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()) : [];
		}).length;
	}
	stop() { this.run('stop'); }
}
