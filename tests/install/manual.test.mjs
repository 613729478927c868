// The command table (src/cli/commands.c) against what people read of it: `vdpd --help`, each command's own, the manual
// page as man shows it, what bash completes, and the options that the code takes.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { folder, top, vdpd, vdpdBin } from '../e2e/lib.mjs';

// ---- The table --------------------------------------------------------------------------------------------------

// The C string literals that follow each other at the start of TEXT, as one.
function literals(text) {
	const [all] = text.match(/^\s*(?:"(?:[^"\\\n]|\\.)*"\s*)+/) ?? [''];
	return [...all.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map((m) => JSON.parse(`"${m[1]}"`)).join('');
}

function readTable() {
	const text = fs.readFileSync(path.join(top, 'src/cli/commands.c'), 'utf8');
	const rows = text.slice(text.indexOf('const struct command commands[]')).split(/^\s*\.name = /m).slice(1);
	return rows.map((row) => {
		const member = (name) => literals(row.split(new RegExp(`\\.${name} =`))[1] ?? '');
		return { name: literals(row), arguments: member('arguments'), summary: member('summary'), help: member('help') };
	});
}

const table = readTable();
const optionsOf = (c) => [...new Set((c.arguments + c.help).match(/(?<![\w-])--[a-z][a-z-]*/g) ?? [])].sort();
const words = (text) => text.replace(/\s+/g, ' ').trim();

// ---- Against it -------------------------------------------------------------------------------------------------

test('help says what the table says, of every command and of no other', () => {
	assert.ok(table.length > 15 && table.every((c) => c.name && c.summary), 'the table is read');
	const listed = [...vdpd(['--help']).out.matchAll(/^ {2}([a-z-]+) {2,}(\S.*)$/gm)].map((m) => ({ name: m[1], summary: m[2] }));
	assert.deepEqual(listed, table.map(({ name, summary }) => ({ name, summary })));
	for (const c of table) {
		const { status, out, err } = vdpd([c.name, '--help']);
		assert.deepEqual([status, err], [0, ''], c.name);
		assert.equal(words(out), words(`Usage: vdpd ${c.name} ${c.arguments}\n\n${c.summary}.\n\n${c.help}`), c.name);
	}
});

test('the manual page has every command, in the words of the table', (t) => {
	const out = folder();
	t.after(() => fs.rmSync(out, { recursive: true }));
	execFileSync('tools/manpages', [vdpdBin(), out], { cwd: top });
	const page = execFileSync('sh', ['-c', 'man -E UTF-8 -Tutf8 -P cat -l "$1" | col -b -x', 'sh', path.join(out, 'vdpd.1')],
		{ encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '120', MAN_KEEP_FORMATTING: '' } });
	const [, commands] = page.match(/\nCOMMANDS\n([\s\S]*?)\n[A-Z]/);
	const sections = commands.split(/^ {3}(?=[a-z][a-z-]*$)/m).slice(1).map((s) => s.match(/^(\S+)\n([\s\S]*)$/).slice(1));
	assert.deepEqual(sections.map(([name]) => name), table.map((c) => c.name));
	for (const [k, [name, text]] of sections.entries()) {
		const c = table[k], usage = `vdpd ${name} ${c.arguments}`;
		assert.equal(words(text), words(`${usage}\n${c.summary}.\n${c.help}`), name);
	}
});

test('bash completes the commands and options of the table', () => {
	const complete = (...typed) => execFileSync('bash', ['-c', 'PATH="$1:$PATH"; . "$2"; shift 2; COMP_WORDS=("$@"); ' +
		'COMP_CWORD=$(($# - 1)); _vdpd; printf "%s\\n" "${COMPREPLY[@]}"', 'bash', path.dirname(vdpdBin()),
	path.join(top, 'packaging/vdpd.bash-completion'), 'vdpd', ...typed], { encoding: 'utf8' }).trim().split('\n').filter(Boolean).sort();
	assert.deepEqual(complete(''), ['--help', '--version', ...table.map((c) => c.name)].sort());
	for (const c of table)
		assert.deepEqual(complete(c.name, '--').filter((o) => o !== '--help'), optionsOf(c).filter((o) => o !== '--help'), c.name);
});

test('the code takes the options of the table, and no others', () => {
	const sources = ['src/cli', 'src/cli/admin', 'src/cli/client'].flatMap((dir) => fs.readdirSync(path.join(top, dir))
		.filter((f) => f.endsWith('.c')).map((f) => path.join(top, dir, f)));
	const wrong = [];
	for (const c of table) {
		const file = new RegExp(`/(cmd|admin|client)_${c.name.replaceAll('-', '_')}\\.c$`);
		const code = sources.filter((f) => file.test(f)).map((f) => fs.readFileSync(f, 'utf8')).join('\n');
		const taken = [...code.matchAll(/\{\s*\.name = "([a-z-]+)",(?:\s*\.letter = '(\w)')?/g)].map(([, name, letter]) => ({ name, letter }));
		const said = c.arguments + c.help;
		for (const { name, letter } of taken)
			if (!optionsOf(c).includes(`--${name}`) && !(letter && new RegExp(`(?<![\\w-])-${letter}\\b`).test(said)))
				wrong.push(`${c.name} takes --${name}, and the table does not say so`);
		if (taken.length > 0)
			for (const o of optionsOf(c))
				if (!taken.some(({ name }) => `--${name}` === o))
					wrong.push(`the table says that ${c.name} takes ${o}, and it does not`);
		const odd = spawnSync(vdpdBin(), [c.name, '--no-such-option'], { encoding: 'utf8', input: '' });
		assert.equal(odd.status === 2 || (c.name === 'deliver' && odd.status === 64), true, `${c.name} --no-such-option: ${odd.status} ${odd.stderr}`);
		assert.equal(odd.stdout, '', c.name);
	}
	assert.deepEqual(wrong, []);
});
