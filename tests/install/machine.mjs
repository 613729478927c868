// The server on which the package is installed: a bare Debian 12 with an init of its own, in namespaces of the kernel; or,
// where that is refused, a prefix. Both have the same methods, so that the same is done to both.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isRoot, top, until } from '../e2e/lib.mjs';
import { certificate, deskHost, host } from './proxy.mjs';

const CACHE = process.env.VDPD_CACHE ?? '/var/cache/vdpd-check';

// Runs a program to its end; what it said if that was well.
export function run(command, args, o = {}) {
	const r = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, timeout: 300000, ...o });
	assert.equal(r.status, 0, `${command} ${args.join(' ')}: ${r.error ?? ''}${r.signal ?? ''}\n${r.stdout}${r.stderr}`);
	return r.stdout;
}

// ---- Packages ---------------------------------------------------------------------------------------------------

const built = (dir) => path.join(dir, fs.readdirSync(dir).find((f) => /^vdpd_.*\.deb$/.test(f)));

// The package of what is committed.
export function thisPackage() {
	run(path.join(top, 'tools/deb'), []);
	return built(path.join(top, 'build/deb'));
}

// That of COMMIT, which is kept for the next time; undefined where the history does not reach back to it.
export function earlierPackage(commit) {
	if (spawnSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: top }).status !== 0)
		return undefined;
	const cache = fs.existsSync(CACHE) || isRoot ? CACHE : path.join(top, 'build'), kept = path.join(cache, `vdpd-${commit}`);
	fs.mkdirSync(cache, { recursive: true });
	if (!fs.existsSync(kept)) {
		const made = fs.mkdtempSync(`${kept}-`);
		run(path.join(top, 'tools/deb'), [commit, made]);
		try {
			fs.renameSync(made, kept);
		} catch {
			fs.rmSync(made, { recursive: true }); // somebody else was quicker
		}
	}
	return built(kept);
}

// ---- A bare Debian 12 -------------------------------------------------------------------------------------------

const APT = ['-q', '-y', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0'];

export class BareDebian {
	name = 'a bare Debian 12';
	dir = '/var/lib/vdpd';
	public = `https://${host}`;
	desk = `https://${deskHost}`;
	doctor = [];

	// Builds the root below HOME, and fetches what PACKAGES need, while there is a network. Gives why not, if it is refused.
	build(home, packages) {
		this.root = path.join(home, 'root');
		const debs = path.join(CACHE, 'debs'), archives = 'var/cache/apt/archives';
		if (!isRoot)
			return 'it takes root to make one';
		fs.mkdirSync(debs, { recursive: true });
		const r = spawnSync('mmdebstrap', ['--variant=apt', '--skip=download/empty,cleanup/apt,essential/unlink', '--quiet',
			`--setup-hook=mkdir -p "$1/${archives}"; cp -n ${debs}/*.deb "$1/${archives}/" 2>/dev/null || true`,
			'bookworm', this.root], { encoding: 'utf8', timeout: 300000 });
		if (r.status !== 0)
			return `mmdebstrap: ${r.error ?? ''}${r.stderr}`;
		packages.forEach((p) => fs.copyFileSync(p, path.join(this.root, 'root', path.basename(p))));
		this.chroot('apt-get', 'install', ...APT, 'systemd-sysv', 'dbus');
		for (const p of packages)
			this.chroot('apt-get', 'install', ...APT, '--download-only', `/root/${path.basename(p)}`, 'nginx-light');
		run('sh', ['-c', `cp -n ${this.root}/${archives}/*.deb ${debs}/`]);
		return undefined;
	}

	chroot(...command) {
		return run('chroot', [this.root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C.UTF-8', ...command]);
	}

	// Without a network from here on: what was fetched must be enough.
	async boot() {
		const log = fs.openSync(`${this.root}.log`, 'a');
		this.child = spawn('systemd-nspawn', ['--quiet', '--boot', '-D', this.root, '--register=no', '--keep-unit',
			'--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self', '--resolv-conf=off', '--timezone=off', '--console=pipe'], { stdio: ['ignore', log, log] });
		fs.closeSync(log);
		this.ended = new Promise((r) => this.child.on('close', r));
		await until(() => {
			this.first = this.leader();
			return this.first && /^(running|degraded)/.test(this.try('systemctl is-system-running').stdout);
		}, 60000, 'systemd did not come up').catch((e) => { throw new Error(`${e.message}\n${fs.readFileSync(`${this.root}.log`, 'utf8').slice(-3000)}`); });
	}

	leader() {
		try {
			const [pid] = fs.readFileSync(`/proc/${this.child.pid}/task/${this.child.pid}/children`, 'latin1').split(' ').filter(Boolean);
			return Number(pid) || undefined;
		} catch {
			return undefined;
		}
	}

	// A line for the shell on that machine.
	try(line, o = {}) {
		return spawnSync('nsenter', ['-t', this.first, '-m', '-u', '-i', '-p', '--', 'env', 'DEBIAN_FRONTEND=noninteractive',
			'LC_ALL=C.UTF-8', 'sh', '-c', line], { encoding: 'utf8', timeout: 120000, maxBuffer: 1 << 26, ...o });
	}
	sh(line, o) {
		const r = this.try(line, o);
		assert.equal(r.status, 0, `${line}: ${r.stdout}${r.stderr}${r.status === null ? r.error ?? r.signal : ''}`);
		return r.stdout;
	}
	install(deb, ...o) { return this.sh(`apt-get install ${APT.join(' ')} ${o.join(' ')} /root/${path.basename(deb)}`); }
	at(file) { return path.join(this.root, file); }
	write(file, text) {
		fs.mkdirSync(path.dirname(this.at(file)), { recursive: true });
		fs.writeFileSync(this.at(file), text);
	}
	vdpd(...args) { return this.sh(`vdpd ${args.map((a) => `'${a}'`).join(' ')}`); }

	// The package before the machine is switched on for the first time: it makes its user and folder when it boots.
	installEarly(deb) {
		this.chroot('apt-get', 'install', ...APT, `/root/${path.basename(deb)}`);
		// The unit of 0.1.0 shuts out what its processes need on Debian 12: who ran it there had to let it in.
		if (/_0\.1\.0_/.test(deb))
			this.write('/etc/systemd/system/vdpd.service.d/landlock.conf', '[Service]\nSystemCallFilter=seccomp ' +
				'landlock_create_ruleset landlock_add_rule landlock_restrict_self\n');
	}

	// A fresh installation of DEB: there is a user and a folder, and nothing else has happened.
	async installsQuietly(deb) {
		const ports = () => ['tcp', 'tcp6', 'udp', 'udp6'].map((f) => fs.readFileSync(`/proc/net/${f}`, 'latin1').trim().split('\n').length);
		this.sh('apt-get purge -q -y vdpd && userdel vdpd && mv /var/lib/vdpd /root/old');
		const before = ports();
		this.install(deb);
		assert.match(this.sh('id vdpd'), /uid=\d+\(vdpd\)/);
		assert.match(this.sh('stat -c "%U %a" /var/lib/vdpd'), /^vdpd 700$/m);
		assert.match(this.try('systemctl is-active vdpd').stdout, /^inactive/);
		assert.match(this.try('systemctl is-enabled vdpd').stdout, /^disabled/);
		assert.deepEqual(ports(), before, 'something listens that nobody asked for');
		const exposure = this.sh('systemd-analyze security --no-pager vdpd.service | tail -1').match(/([\d.]+) \w+/);
		assert.ok(Number(exposure?.[1]) <= 2, `systemd-analyze security: ${exposure?.[1]}`);
	}

	// nginx by the example, not a word of it changed.
	proxy() {
		this.sh(`apt-get install ${APT.join(' ')} nginx-light`);
		this.write('/etc/nginx/conf.d/vdpd.conf', fs.readFileSync(path.join(top, 'packaging/examples/nginx.conf')));
		fs.mkdirSync(this.at('/etc/ssl/vdpd'), { recursive: true });
		this.ca = [certificate(this.at('/etc/ssl/vdpd/public'), [host]), certificate(this.at('/etc/ssl/vdpd/desk'), [deskHost])];
		// Known to this machine, as those of an authority would be: doctor looks at the site from outside.
		this.write('/etc/ssl/certs/ca-certificates.crt', this.ca.join(''));
		this.write('/etc/hosts', `127.0.0.1 localhost ${host} ${deskHost}\n`);
		this.sh('systemctl restart nginx');
	}

	init() {
		const made = JSON.parse(this.vdpd('init', this.dir, '--json', '--policy', '/usr/share/vdpd/programmes/exact.works/policy.yaml',
			'--public-url', this.public, '--desk-url', this.desk));
		this.sh(`sed -i 's/^trusted_proxies:.*/trusted_proxies: [127.0.0.1]/' ${this.dir}/vdpd.yaml`);
		this.sh('systemctl enable vdpd');
		return made;
	}
	start() { this.sh('systemctl start vdpd'); }
	stop() { this.sh('systemctl stop vdpd'); }
	reload() { this.sh('systemctl reload vdpd'); }
	running() { return this.sh('systemctl show -P MainPID vdpd').trim(); }
	upgrade(deb) {
		fs.rmSync(this.at('/etc/systemd/system/vdpd.service.d'), { recursive: true, force: true });
		this.install(deb);
	}

	// While it runs: an upgrade starts it anew by itself.
	async upgradeRunning(deb) {
		const before = this.running();
		this.install(deb, '--reinstall');
		assert.notEqual(this.running(), before, 'the old programs still run');
		assert.match(this.sh('systemctl is-active vdpd'), /^active/);
	}

	// kill -9 of all its processes; the service manager starts it again.
	async kill() {
		const before = this.running();
		this.sh('systemctl kill -s KILL vdpd');
		await until(() => ![before, '0'].includes(this.running()) && this.try('systemctl is-active -q vdpd').status === 0, 30000,
			'it was not started again');
	}

	// A power cut of the whole machine; it is switched on again.
	async powerCut() {
		process.kill(this.first, 'SIGKILL');
		await this.ended;
		await this.boot();
		assert.match(this.sh('systemctl is-active vdpd'), /^active/, 'it did not come up with the machine');
	}

	// The restored instance DIR in the place of the other, whose service rests.
	serveElsewhere(dir) { this.sh(`systemd-run -q --unit=elsewhere --uid=vdpd -p Type=notify /usr/bin/vdpd serve -C ${dir}`); }
	endElsewhere() { this.sh('systemctl stop elsewhere'); }

	farewell() {
		this.sh('apt-get remove -q -y vdpd');
		assert.equal(this.try('pgrep -u vdpd || grep -l "^Uid:.*$(id -u vdpd)" /proc/[0-9]*/status').stdout, '', 'a process outlives its package');
		assert.match(this.sh(`ls ${this.dir}`), /vdpd\.yaml/, 'the instance stays');
	}

	log() { return this.first ? this.try('journalctl --no-pager -u vdpd -u elsewhere -n 60; tail -5 /var/log/nginx/*.log').stdout : ''; }

	async off() {
		if (!this.child || this.child.exitCode !== null)
			return;
		this.child.kill('SIGTERM');
		const timer = setTimeout(() => this.child.kill('SIGKILL'), 20000);
		await this.ended;
		clearTimeout(timer);
	}
}
