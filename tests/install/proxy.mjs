// The examples of packaging/examples run as they are, but for ports, names of files and where logs go; the
// certificates are made by openssl for the test.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import path from 'node:path';
import { freePort, isRoot, top, until } from '../e2e/lib.mjs';

export const host = 'security.example.org';
export const deskHost = `desk.${host}`;

// PREFIX.pem and PREFIX.key for NAMES; gives the certificate, which is its own authority.
export function certificate(prefix, names) {
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
		'-subj', `/CN=${names[0]}`, '-addext', `subjectAltName=${names.map((n) => `DNS:${n}`).join(',')}`,
		'-keyout', `${prefix}.key`, '-out', `${prefix}.pem`], { stdio: 'ignore' });
	return fs.readFileSync(`${prefix}.pem`);
}

// Connections to the names above, which are on this machine; FROM is the address that the proxy sees.
export const agentOf = (ca, from) => new https.Agent({ ca, localAddress: from, keepAlive: true, maxSockets: 64,
	lookup: (name, o, done) => (o.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)) });

// TEXT with each of WHAT, which must be in it, replaced.
function replaced(text, what) {
	for (const [from, to] of what) {
		assert.ok(text.includes(from), `the example has no ${from}`);
		text = text.replaceAll(from, to);
	}
	return text;
}

export class Proxy {
	// EXAMPLE is a file's name; DIR a directory of its own.
	constructor(example, dir) {
		this.dir = dir;
		this.oneName = /one-name/.test(example);
		this.caddy = /^Caddy/.test(example);
		this.text = fs.readFileSync(path.join(top, 'packaging/examples', example), 'utf8');
	}

	// In front of the instance that listens at PUBLICPORT and DESKPORT.
	async prepare({ publicPort, deskPort }) {
		fs.mkdirSync(this.dir);
		fs.chmodSync(this.dir, 0o755);
		this.plain = await freePort();
		this.port = await freePort();
		this.deskPort = this.oneName ? await freePort() : this.port;
		this.ca = ['public', 'desk'].map((n) => certificate(path.join(this.dir, n), [n === 'desk' ? deskHost : host]));
		this.public = `https://${host}:${this.port}`;
		this.desk = `https://${this.oneName ? host : deskHost}:${this.deskPort}`;
		const upstreams = [['127.0.0.1:8080', `127.0.0.1:${publicPort}`], ['127.0.0.1:8081', `127.0.0.1:${deskPort}`]];
		this.text = replaced(this.text, upstreams);
		this.caddy ? this.prepareCaddy() : this.prepareNginx();
	}

	prepareNginx() {
		const d = this.dir;
		fs.mkdirSync(path.join(d, 'log'));
		fs.mkdirSync(path.join(d, 'temp'));
		fs.writeFileSync(path.join(d, 'example.conf'), replaced(this.text, [['listen 443 ', `listen 127.0.0.1:${this.port} `],
			['listen 80;', `listen 127.0.0.1:${this.plain};`], ['/etc/ssl/vdpd/', `${d}/`], ['/var/log/nginx/', `${d}/log/`],
			...(this.oneName ? [['listen 8443 ', `listen 127.0.0.1:${this.deskPort} `]] : [])])
			.replace(/^\tlisten \[::\].*\n/gm, ''));
		// Logs as Debian's nginx.conf has them.
		const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((t) => `${t}_temp_path ${d}/temp/${t};`).join('\n');
		fs.writeFileSync(path.join(d, 'nginx.conf'), `${isRoot ? 'user www-data;\n' : ''}daemon off;\npid ${d}/pid;\n` +
			`error_log ${d}/log/start.log;\nevents {}\nhttp {\n${temps}\naccess_log ${d}/log/access.log;\n` +
			`error_log ${d}/log/error.log;\ninclude ${d}/example.conf;\n}\n`);
		this.command = ['nginx', '-p', d, '-c', path.join(d, 'nginx.conf')];
	}

	prepareCaddy() {
		const d = this.dir, tls = (name) => `\n\ttls ${d}/${name}.pem ${d}/${name}.key\n\timport vdpd`;
		const sites = this.text.split('\timport vdpd');
		assert.equal(sites.length, 3);
		const text = (sites[0] + tls('public') + sites[1] + tls(this.oneName ? 'public' : 'desk') + sites[2])
			.replace(/^\{\n/m, `{\n\tadmin off\n\thttp_port ${this.plain}\n\thttps_port ${this.port}\n\tdefault_bind 127.0.0.1\n`);
		fs.writeFileSync(path.join(d, 'Caddyfile'), this.oneName ? replaced(text, [[':8443 {', `:${this.deskPort} {`]]) : text);
		this.command = ['caddy', 'run', '--config', path.join(d, 'Caddyfile'), '--adapter', 'caddyfile'];
	}

	async start() {
		const out = fs.openSync(path.join(this.dir, 'output.log'), 'w');
		this.child = spawn(this.command[0], this.command.slice(1), { stdio: ['ignore', out, out],
			env: { ...process.env, HOME: this.dir, XDG_DATA_HOME: this.dir, XDG_CONFIG_HOME: this.dir } });
		fs.closeSync(out);
		this.end = new Promise((r) => this.child.on('close', r));
		await until(() => new Promise((r) => {
			const s = net.connect(this.deskPort, '127.0.0.1').on('connect', () => { s.destroy(); r(true); }).on('error', () => r(false));
		}), 10000, 'the proxy does not listen').catch((e) => { throw new Error(`${e.message}\n${this.logs()}`); });
		// Who cannot write there puts nothing of a report there.
		const temp = path.join(this.dir, 'temp');
		if (fs.existsSync(temp))
			for (const t of fs.readdirSync(temp)) {
				if (isRoot)
					fs.chownSync(path.join(temp, t), 0, 0);
				fs.chmodSync(path.join(temp, t), isRoot ? 0o700 : 0o500);
			}
	}

	async stop() {
		this.child?.kill('SIGTERM');
		await this.end;
	}

	// All that it has written into logs.
	logs() {
		const dir = path.join(this.dir, 'log');
		const files = ['output.log', ...(fs.existsSync(dir) ? fs.readdirSync(dir).map((f) => `log/${f}`) : [])];
		return files.map((f) => fs.readFileSync(path.join(this.dir, f), 'utf8')).join('\n');
	}
}
