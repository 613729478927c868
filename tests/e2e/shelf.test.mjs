// Advisories once they are published: pages, feeds, the CSAF provider; revisions, withdrawal, what is not for the public.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { scenario, until, vdpd } from './lib.mjs';

const record = {
	id: 'EXW-SA-2026-0001', title: 'Escrow released twice', summary: 'A race let two requests release one <escrow> & pay twice.',
	severity: 'critical', cwe: ['CWE-362'], cve: 'CVE-2026-12345', cvss: ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:H/A:N'],
	products: [{ name: '@exact/sdk', ecosystem: 'npm', ranges: [{ introduced: '2.0.0', fixed: '2.4.1' }] }],
	credits: [{ name: 'Ana <b>López</b>', url: 'https://ana.example.org' }, { name: 'Mender', role: 'remediation developer' }],
	published: '2026-03-01T12:00:00Z', modified: '2026-03-01T12:00:00Z',
};

const publish = (i, r) => vdpd(['import', 'json', '-', '-C', i.dir], { input: JSON.stringify(r) });
const shows = (i, path, what) => until(async () => what.test((await i.get(path)).text), 8000, `${path} does not show ${what}`);

scenario('an advisory is published, changed, withdrawn', async (i) => {
	i.setClock('2026-04-01T12:00:00Z');
	assert.match((await i.get('/advisories')).text, /No advisory has been published yet/);
	assert.match((await i.get('/acknowledgments')).text, /The first name is still to come/);
	assert.equal((await i.get('/.well-known/csaf/white/index.txt')).text, '');

	const first = publish(i, record);
	assert.equal(first.status, 0, first.err);
	assert.match(first.out, /EXW-SA-2026-0001, revision 1/);
	await shows(i, '/advisories', /Escrow released twice/);
	const page = await i.get('/advisories/EXW-SA-2026-0001');
	assert.equal(page.status, 200);
	assert.match(page.text, /&lt;escrow&gt;|<!-- raw HTML omitted -->/);
	assert.match(page.text, /until before 2\.4\.1/);
	assert.doesNotMatch(page.text, /<b>López/);
	const thanks = await i.get('/acknowledgments');
	assert.match(thanks.text, /Ana &lt;b&gt;López/);
	assert.doesNotMatch(thanks.text, /Mender/);

	// Asked again it comes from memory, with its ETag.
	const again = await i.get('/advisories/EXW-SA-2026-0001');
	assert.ok(again.headers.etag);
	assert.equal((await i.ask('GET', '/advisories/EXW-SA-2026-0001', { headers: { 'If-None-Match': again.headers.etag } })).status, 304);

	// The provider leads to the document, and its hash is right.
	const provider = (await i.get('/.well-known/csaf/provider-metadata.json')).json;
	const feed = provider.distributions[0].rolie.feeds[0].url.replace(i.publicUrl ?? /^https?:\/\/[^/]*/, '');
	const entry = (await i.get(feed)).json.feed.entry[0];
	assert.equal(entry.id, record.id);
	const path = entry.content.src.replace(/^https?:\/\/[^/]*/, '');
	assert.equal(path, '/.well-known/csaf/white/2026/exw-sa-2026-0001.json');
	const document = await i.get(path);
	assert.equal(document.json.document.tracking.id, record.id);
	for (const kind of ['sha256', 'sha512'])
		assert.equal((await i.get(`${path}.${kind}`)).text, `${createHash(kind).update(document.text).digest('hex')}  exw-sa-2026-0001.json\n`);
	assert.equal((await i.get('/.well-known/csaf/white/index.txt')).text, '2026/exw-sa-2026-0001.json\n');
	assert.equal((await i.get('/.well-known/csaf/white/changes.csv')).text, '"2026/exw-sa-2026-0001.json","2026-03-01T12:00:00Z"\n');
	for (const [format, key] of [['osv.json', 'schema_version'], ['markdown', null]]) {
		const r = await i.get(`/advisories/EXW-SA-2026-0001/${format}`);
		assert.equal(r.status, 200);
		assert.ok(key === null ? r.text.startsWith('# Escrow') : key in r.json);
	}
	assert.match((await i.get('/feed.atom')).text, /<title>Escrow released twice<\/title>/);
	assert.equal((await i.get('/feed.json')).json.items[0].title, record.title);
	// This programme is no CNA, so there is no CVE record of its own.
	for (const missing of ['/advisories/EXW-SA-2026-0001/cve.json', '/advisories/EXW-SA-2026-0001/pdf', '/advisories/none', '/advisories/..%2f',
		'/.well-known/csaf/white/2025/exw-sa-2026-0001.json', '/.well-known/csaf/white/feed-20xx.json', '/.well-known/csaf/white/2026/none.json'])
		assert.equal((await i.get(missing)).status, 404, missing);
	assert.equal((await i.get('/older-advisories/x')).status, 404);

	// A change is a new revision; what was kept in memory is forgotten.
	const { modified, ...changed } = record;
	const second = publish(i, { ...changed, title: 'Escrow released more than once' });
	assert.match(second.out, /revision 2/, modified + second.err);
	await shows(i, '/advisories/EXW-SA-2026-0001', /released more than once/);
	const history = (await i.get(path)).json.document.tracking;
	assert.deepEqual(history.revision_history.map((r) => r.number), ['1', '2']);
	assert.equal(history.initial_release_date, record.published);

	const gone = publish(i, { ...changed, withdrawn: '2026-04-01T12:00:00Z', withdrawn_why: 'It was none.' });
	assert.equal(gone.status, 0, gone.err);
	await shows(i, '/advisories/EXW-SA-2026-0001', /Withdrawn on 2026-04-01/);
	await shows(i, '/acknowledgments', /The first name is still to come/);

	// What is not for everybody, and names that come to one file.
	for (const [bad, why] of [[{ ...record, tlp: 'AMBER' }, /TLP:AMBER/], [{ ...record, id: 'exw-sa-2026-0001' }, /same file name/]]) {
		const r = publish(i, bad);
		assert.equal(r.status, 1);
		assert.match(r.err, why);
	}
	const out = vdpd(['advisory', 'export', record.id, '--format', 'csaf', '-C', i.dir]);
	assert.equal(out.status, 0, out.err);
	assert.equal(JSON.parse(out.out).document.tracking.id, record.id);
	assert.equal(vdpd(['advisory', 'export', 'none', '--format', 'osv', '-C', i.dir]).status, 1);
	assert.equal(JSON.parse(vdpd(['advisory', 'list', '--json', '-C', i.dir]).out).items.length, 1);
});
