// The same server where no root of its own is to be had: the programs below a prefix, without a service manager.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { freePort, Instance, until, top } from '../e2e/lib.mjs';
import { run } from './machine.mjs';
import { Proxy } from './proxy.mjs';

export class Prefix {
	name = 'a prefix';
	doctor = ['--offline']; // nobody resolves the names here

	constructor(home) {
		this.home = home;
		this.prefix = path.join(home, 'prefix');
		this.dir = path.join(home, 'instance');
	}

	at(file) { return file; }
	write(file, text) { fs.writeFileSync(file, text); }
	try(line) {
		return spawnSync('sh', ['-c', line], { encoding: 'utf8', timeout: 120000,
			env: { ...process.env, PATH: `${this.prefix}/usr/bin:${process.env.PATH}` } });
	}
	sh(line) {
		const r = this.try(line);
		assert.equal(r.status, 0, `${line}: ${r.stdout}${r.stderr}`);
		return r.stdout;
	}
	vdpd(...args) { return run(path.join(this.prefix, 'usr/bin/vdpd'), args); }

	// An earlier package is unpacked; this version is put there by its own `make install`.
	installEarly(deb) { run('dpkg-deb', ['-x', deb, this.prefix]); }
	upgrade() {
		run('make', ['-s', 'V=release', 'install', `DESTDIR=${this.prefix}`, 'PREFIX=/usr'], { cwd: top });
		for (const f of ['usr/lib/systemd/system/vdpd.service', 'usr/lib/sysusers.d/vdpd.conf', 'usr/share/man/man1/vdpd.1',
			'usr/share/doc/vdpd/examples/nginx.conf', 'usr/share/bash-completion/completions/vdpd'])
			assert.ok(fs.existsSync(path.join(this.prefix, f)), f);
	}
	async boot() {}
	async installsQuietly() {}

	async proxy() {
		this.ports = { publicPort: await freePort(), deskPort: await freePort() };
		this.nginx = new Proxy('nginx.conf', path.join(this.home, 'nginx'));
		await this.nginx.prepare(this.ports);
		await this.nginx.start();
		this.public = this.nginx.public;
		this.desk = this.nginx.desk;
		this.ca = this.nginx.ca;
	}

	init() {
		const policy = `${this.prefix}/usr/share/vdpd/programmes/exact.works/policy.yaml`;
		const made = JSON.parse(this.vdpd('init', this.dir, '--json', '--policy', policy, '--public-url', this.public, '--desk-url', this.desk));
		const file = path.join(this.dir, 'vdpd.yaml');
		fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/^trusted_proxies:.*/m, 'trusted_proxies: [127.0.0.1]'));
		return made;
	}

	async serve(dir) {
		let said = '', ended;
		this.child = spawn(path.join(this.prefix, 'usr/bin/vdpd'), ['serve', '-C', dir, '--public', `127.0.0.1:${this.ports.publicPort}`,
			'--desk', `127.0.0.1:${this.ports.deskPort}`], { stdio: ['ignore', 'pipe', 'pipe'] });
		this.child.stdout.on('data', (d) => { said += d; });
		this.child.stderr.on('data', (d) => { said += d; });
		this.end = new Promise((r) => this.child.on('close', (code) => { ended = true; r(code); }));
		this.log = () => said.slice(-5000);
		await until(() => ended || /^ready /m.test(said), 30000, 'it did not start');
		assert.ok(!ended, said);
	}
	log() { return ''; }
	start() { return this.serve(this.dir); }
	async stop() {
		this.child.kill('SIGTERM');
		assert.equal(await this.end, 0, this.log());
	}
	reload() { this.child.kill('SIGHUP'); }
	async upgradeRunning() {
		await this.stop();
		await this.start();
	}
	async kill() {
		const i = new Instance(this.home); // knows how all of them are found
		Object.assign(i, { child: this.child, end: this.end });
		await i.killAll();
		await this.start();
	}
	async powerCut() { await this.kill(); }
	serveElsewhere(dir) { return this.serve(dir); }
	endElsewhere() { return this.stop(); }
	farewell() {}

	async off() {
		if (this.child?.exitCode === null) {
			this.child.kill('SIGTERM');
			await this.end;
		}
		await this.nginx?.stop();
	}
}

