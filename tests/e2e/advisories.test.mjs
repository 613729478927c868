// Advisories in every format, by `vdpd advisory convert` and `vdpd import`: each valid by its own judge, and come back
// unchanged; the 68 real ones of ../shared/data keep their dates, versions, weaknesses and credits.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import * as basic from '@secvisogram/csaf-validator-lib/basic.js';
import validate from '@secvisogram/csaf-validator-lib/validate.js';

const vdpd = process.env.VDPD_BIN ?? 'build/test/bin/vdpd';
const data = process.env.VDPD_DATA ?? '../shared/data';
const CNA = 'b15e7b5b-3da4-40ae-a43c-f7aa60e62599';

const schemas = existsSync(`${data}/schemas`);
const reports = existsSync(`${data}/curl-advisories.jsonl`);

function run(args, input) {
	const r = spawnSync(vdpd, args, { input, encoding: 'utf8', maxBuffer: 1 << 26 });
	assert.equal(r.signal, null);
	return { status: r.status, out: r.stdout, err: r.stderr };
}

function convert(record, to) {
	const r = run(['advisory', 'convert', '-', '--to', to, '--publisher', 'exact.works', '--contact', 'security@exact.works',
		'--public-url', 'https://security.exact.works', '--cna', CNA, '--cna-name', 'exact'], JSON.stringify(record));
	assert.equal(r.err, '');
	assert.equal(r.status, 0);
	return to === 'markdown' ? r.out : JSON.parse(r.out);
}

function back(document, format) {
	const r = run(['import', format, '-'], JSON.stringify(document));
	assert.equal(r.err, '');
	return JSON.parse(r.out);
}

const full = {
	id: 'EXW-SA-2026-0001', title: 'Escrow released twice',
	summary: 'A race in `POST /api/escrow/release` let two requests release one escrow.\n\nOnly accounts with a balance.',
	impact: 'Money could be paid twice.', details: 'More **words**, & <signs>.', remediation: 'Update the SDK to 2.4.1.',
	workarounds: 'Release one escrow at a time.', severity: 'critical',
	cvss: ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:H/A:N/E:P', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:N/VI:H/VA:N/SC:N/SI:N/SA:N'],
	cwe: ['CWE-362', 'CWE-841'], cve: 'CVE-2026-12345', aliases: ['GHSA-aaaa-bbbb-cccc'],
	products: [
		{ vendor: 'exact.works', name: '@exact/sdk', purl: 'pkg:npm/%40exact/sdk', cpe: 'cpe:2.3:a:exact:sdk:*:*:*:*:*:node.js:*:*',
			ecosystem: 'npm', repo: 'https://git.example.org/sdk',
			ranges: [{ introduced: '2.0.0', fixed: '2.4.1' }, { introduced: '1.0.0', last_affected: '1.9.9' }], versions: ['0.9.0'] },
		{ vendor: 'exact.works', name: 'agent', ranges: [{ introduced: '3.0' }] },
	],
	references: [{ type: 'fix', url: 'https://git.example.org/sdk/commit/1', text: 'the commit' }, { url: 'https://example.org/x' }],
	credits: [{ name: 'Ana López', role: 'reporter', url: 'https://ana.example.org' }, { name: 'Боб', role: 'remediation developer' }, { name: '"><script>' }],
	timeline: [{ at: '2026-01-05T09:00:00Z', text: 'Reported' }, { at: '2026-02-01T00:00:00Z', text: 'Fixed' }],
	revisions: [{ number: 1, at: '2026-03-01T12:00:00Z', summary: 'Initial version' }, { number: 2, at: '2026-03-02T12:00:00Z', summary: 'Versions corrected' }],
	cases: ['EXW-2026-0007'], tlp: 'GREEN', published: '2026-03-01T12:00:00Z', modified: '2026-03-02T12:00:00Z',
};
const small = {
	id: 'EXW-SA-2026-0002', title: 'Session kept after sign-out', summary: 'A session could be used for an hour after signing out.',
	cve: 'CVE-2026-12346', published: '2026-03-01T12:00:00Z', modified: '2026-03-01T12:00:00Z',
	revisions: [{ number: 1, at: '2026-03-01T12:00:00Z', summary: 'Initial version' }],
};

// One of curl's, as a record: facts only, and the texts as they stand in the data.
function ofCurl(line, i) {
	const d = JSON.parse(line);
	const roles = { 'Reported-by': 'reporter', 'Patched-by': 'remediation developer' };
	return {
		id: `CURL-${d.cve}`, title: d.title, summary: d.description.slice(0, 3900) || d.title, impact: d.impact.slice(0, 3900),
		remediation: (d.recommendations || d.remediation).slice(0, 3900), severity: d.severity, cwe: [d.cwe].filter(Boolean), cve: d.cve,
		products: [{ vendor: 'curl', name: 'curl', repo: 'https://github.com/curl/curl',
			ranges: [{ introduced: d.first_affected, last_affected: d.last_affected }] }],
		credits: d.credits.map((c) => ({ name: c.name, role: roles[c.role] ?? 'other' })),
		timeline: [{ at: d.received_at, text: 'Reported' }, { at: d.published_at, text: 'Published' }],
		revisions: [{ number: 1, at: d.published_at, summary: 'Initial version' }],
		cases: [`CRL-2026-${String(i + 1).padStart(4, '0')}`], published: d.published_at, modified: d.published_at,
	};
}

const records = [full, small];
if (reports)
	records.push(...readFileSync(`${data}/curl-advisories.jsonl`, 'utf8').trim().split('\n').map(ofCurl));
else
	console.log('not run: the real advisories (../shared/data is not there)');
if (!schemas)
	console.log('not run: the schemas of OSV and CVE (../shared/data is not there)');

// As the record is written: defaults are left out.
function normal(record) {
	return JSON.parse(run(['import', 'json', '-'], JSON.stringify(record)).out);
}

test('CSAF: every mandatory test and the schema', async () => {
	const tests = Object.values(basic);
	for (const r of records) {
		const result = await validate(tests, convert(r, 'csaf'));
		assert.deepEqual(result.tests.flatMap((t) => t.errors.map((e) => `${t.name} ${e.instancePath} ${e.message}`)), [], r.id);
		assert.equal(result.isValid, true);
	}
});

test('OSV and CVE: their schemas', () => {
	if (!schemas)
		return;
	const osv = new Ajv2020({ strict: false });
	formats(osv);
	const osvValid = osv.compile(JSON.parse(readFileSync(`${data}/schemas/osv.json`)));
	const cve = new Ajv({ strict: false });
	formats(cve);
	const cveValid = cve.compile(JSON.parse(readFileSync(`${data}/schemas/cve-5.1.1.json`)));
	for (const r of records) {
		assert.ok(osvValid(convert(r, 'osv')), `${r.id}: ${JSON.stringify(osvValid.errors?.slice(0, 3))}`);
		assert.ok(cveValid(convert(r, 'cve')), `${r.id}: ${JSON.stringify(cveValid.errors?.slice(0, 3))}`);
		const gone = { ...r, withdrawn: r.modified, withdrawn_why: 'It was none.' };
		assert.ok(osvValid(convert(gone, 'osv')));
		assert.equal(convert(gone, 'cve').cveMetadata.state, 'REJECTED');
		assert.ok(cveValid(convert(gone, 'cve')), `${r.id}: ${JSON.stringify(cveValid.errors?.slice(0, 3))}`);
	}
});

test('what goes out comes back unchanged', () => {
	for (const r of records) {
		for (const format of ['csaf', 'osv', 'cve'])
			assert.deepEqual(back(convert(r, format), format), normal(r), `${r.id} by ${format}`);
	}
	const gone = { ...full, withdrawn: '2026-03-02T12:00:00Z', withdrawn_why: 'It was none.' };
	for (const format of ['csaf', 'osv'])
		assert.deepEqual(back(convert(gone, format), format), normal(gone));
});

test('the real advisories keep their facts', () => {
	if (!reports)
		return;
	for (const line of readFileSync(`${data}/curl-advisories.jsonl`, 'utf8').trim().split('\n')) {
		const d = JSON.parse(line), r = ofCurl(line, 0), csaf = convert(r, 'csaf'), cve = convert(r, 'cve'), osv = convert(r, 'osv');
		const v = csaf.vulnerabilities[0];
		assert.equal(v.cve, d.cve);
		assert.equal(v.cwe?.id ?? '', d.cwe);
		assert.equal(Date.parse(csaf.document.tracking.initial_release_date), Date.parse(d.published_at));
		assert.deepEqual(v.acknowledgments?.flatMap((a) => a.names) ?? [], d.credits.map((c) => c.name));
		assert.equal(csaf.product_tree.branches[0].branches[0].branches[0].name, `vers:generic/>=${d.first_affected}|<=${d.last_affected}`);
		assert.deepEqual(cve.containers.cna.affected[0].versions,
			[{ version: d.first_affected, status: 'affected', lessThanOrEqual: d.last_affected, versionType: 'custom' }]);
		assert.deepEqual(osv.affected[0].ranges[0].events, [{ introduced: d.first_affected }, { last_affected: d.last_affected }]);
		assert.equal(cve.containers.cna.problemTypes?.[0].descriptions[0].cweId ?? '', d.cwe);
	}
});

test('Markdown for people: names are no markup', () => {
	const text = convert(full, 'markdown');
	assert.match(text, /^# Escrow released twice$/m);
	assert.match(text, /from 2\.0\.0 until before 2\.4\.1, where it is fixed/);
	assert.match(text, /"\\>\\<script\\> \(finder\)/);
});

test('bad records and documents are told with the place', () => {
	const bad = [
		[{ ...small, id: 'a/b' }, /\/id/], [{ ...small, nonsense: 1 }, /\/nonsense/], [{ ...small, title: undefined }, /\/title/],
		[{ ...small, title: 'two\nlines' }, /\/title/], [{ ...small, cvss: ['CVSS:3.1/AV:N'] }, /\/cvss\/0/],
		[{ ...small, cvss: [full.cvss[1], full.cvss[1]] }, /\/cvss\/1/], [{ ...small, cwe: ['CWE-99999'] }, /\/cwe\/0/],
		[{ ...small, cve: 'CVE-26-1' }, /\/cve/], [{ ...small, tlp: 'WHITE' }, /\/tlp/], [{ ...small, published: 'yesterday' }, /\/published/],
		[{ ...small, references: [{ url: 'javascript:alert(1)' }] }, /\/references\/0\/url/],
		[{ ...small, products: [{ name: 'x', ranges: [{ introduced: '1|2' }] }] }, /\/products\/0\/ranges\/0\/introduced/],
		[{ ...small, products: [{ name: 'x', ranges: [{ fixed: '1', last_affected: '2' }] }] }, /\/products\/0\/ranges\/0/],
		[{ ...small, products: [{ name: 'x', purl: 'npm/x' }] }, /\/products\/0\/purl/],
		[{ ...small, revisions: [{ number: 2, at: small.published, summary: 'x' }] }, /\/revisions\/0\/number/],
		[{ ...small, modified: '2026-02-01T00:00:00Z' }, /\/modified/], [{ ...small, summary: 'x'.repeat(4001) }, /\/summary/],
		[[], /./], ['x', /./],
	];
	for (const [record, where] of bad) {
		const r = run(['import', 'json', '-'], JSON.stringify(record));
		assert.equal(r.status, 1, JSON.stringify(record).slice(0, 200));
		assert.equal(r.out, '');
		assert.match(r.err, where);
	}
	for (const [format, text] of [['csaf', '{}'], ['osv', '{"id":1}'], ['cve', '[]'], ['ghsa', '{'], ['json', '{"a":1,"a":2}'], ['csaf', '']]) {
		const r = run(['import', format, '-'], text);
		assert.equal(r.status, 1);
		assert.notEqual(r.err, '');
	}
	assert.equal(run(['advisory', 'convert', '-', '--to', 'cve'], JSON.stringify({ ...small, cve: undefined })).status, 1);
	assert.equal(run(['advisory', 'convert', '-'], '').status, 2);
	assert.equal(run(['import', 'xml', '-'], '').status, 2);
	// A document of others with values of the wrong kind everywhere is read as far as it goes.
	const odd = { id: 'X-1', modified: '2026-01-01T00:00:00Z', affected: [1, { package: 5, ranges: [{ events: [null, { introduced: 3 }] }] }], credits: 'x', references: [{}], severity: [{ score: 'CVSS' }], aliases: [4] };
	assert.equal(run(['import', 'osv', '-'], JSON.stringify(odd)).status, 0);
});
