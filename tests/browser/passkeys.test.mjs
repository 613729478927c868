// Passkeys at the desk, with Chromium's virtual authenticator: added, used, refused, removed.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { scenario, totp } from '../e2e/lib.mjs';
import { launch, Staff } from './people.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser.close());

// Passkeys are for a name, not for an address.
const named = (yaml) => yaml.replace(/desk_url: *http:\/\/127\.0\.0\.1:/, 'desk_url: http://localhost:');
const byName = (url) => url.replace('127.0.0.1', 'localhost');

async function device(p, { verified = true } = {}) {
	const cdp = await p.context.newCDPSession(p.page);
	await cdp.send('WebAuthn.enable');
	const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2',
		transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: verified,
		automaticPresenceSimulation: true } });
	return {
		credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials,
		add: (credential) => cdp.send('WebAuthn.addCredential', { authenticatorId, credential }),
		verified: (isUserVerified) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
	};
}

async function add(p, name, code = totp(p.secret, p.i.now)) {
	await p.goes('/account');
	await p.page.getByLabel('Name of the new passkey').fill(name);
	await p.page.getByLabel('Code from your app, for the passkey').fill(code);
	await p.presses('Add a passkey');
}

async function signsOut(p) {
	await p.page.locator('.bar summary').click();
	await p.presses('Sign out');
}

scenario('a passkey is added, opens, and is removed', { config: named }, async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	i.desk = byName(i.desk);
	const ana = await Staff.arrives(browser, i);
	ana.expects(403, 422);
	const phone = await device(ana);
	await ana.enrols(byName(i.made.enrolment), 'ana');
	i.setClock(i.clock + 60);
	await ana.goes('/account');
	await ana.looks('account-no-passkey');
	await add(ana, 'phone', '000000');
	await ana.reads('The code does not fit.');
	assert.equal(await ana.page.getByLabel('Name of the new passkey').inputValue(), 'phone');
	await add(ana, 'phone');
	await ana.reads('From now on this passkey signs you in.', 'phone, since');
	await ana.looks('account-passkey');

	await signsOut(ana);
	await ana.looks('sign-in-passkey');
	await ana.presses('Sign in with a passkey');
	await ana.reads(/Queue|No reports yet/);
	await ana.goes('/account');
	await ana.reads('last used');

	// A form that was sent already: its challenge was used up.
	await signsOut(ana);
	let sent;
	await ana.page.route('**/sign-in/passkey', (r) => { sent = r.request().postData(); return r.continue(); });
	await ana.presses('Sign in with a passkey');
	assert.ok(sent.includes('signature='));
	await signsOut(ana);
	await ana.page.evaluate((body) => {
		const form = document.querySelector('form[data-passkey]');
		for (const [k, v] of new URLSearchParams(body))
			if (k !== 'form_token' && form.elements[k])
				form.elements[k].value = v;
		form.submit();
	}, sent);
	await ana.page.waitForLoadState();
	await ana.page.getByText('The passkey did not open').first().waitFor();
	await ana.page.unroute('**/sign-in/passkey');

	// A page that lay open for too long gives a new challenge with its refusal.
	await ana.goes('/sign-in');
	i.setClock(i.clock + 31 * 60);
	await ana.presses('Sign in with a passkey');
	await ana.reads('The passkey did not open');
	await ana.presses('Sign in with a passkey');
	await ana.goes('/account');

	// A copy of the device, which counts from where it was copied.
	const [credential] = (await phone.credentials()).filter((c) => c.signCount > 1);
	await signsOut(ana);
	const thief = await Staff.arrives(browser, i);
	thief.expects(403);
	const copy = await device(thief);
	await thief.goes('/sign-in');
	await copy.add({ ...credential, signCount: 0 });
	await thief.presses('Sign in with a passkey');
	await thief.reads('The passkey did not open');

	// A second one; then the first is removed and opens nothing.
	await ana.presses('Sign in with a passkey');
	i.setClock(i.clock + 60);
	await ana.goes('/account');
	assert.equal(await ana.page.getByRole('button', { name: /^Remove/ }).count(), 1);
	await ana.presses('Remove phone');
	await ana.reads('The passkey opens nothing any more.');
	await signsOut(ana);
	await ana.presses('Sign in with a passkey');
	await ana.reads('The passkey did not open');
	await ana.signsIn();
	await ana.leaves();
	await thief.leaves();
});

scenario('several a person; a new start ends them; a device that knows nobody is refused', { config: named }, async (i) => {
	i.setClock('2026-03-02T09:00:00Z');
	i.desk = byName(i.desk);
	const ana = await Staff.arrives(browser, i);
	ana.expects(403, 422);
	await ana.enrols(byName(i.made.enrolment), 'ana');
	const phone = await device(ana);
	i.setClock(i.clock + 60);
	await add(ana, 'phone');
	await ana.reads('From now on this passkey signs you in.');
	await ana.goes('/settings/people/1');
	await ana.presses('Make a link for a new start');
	const link = byName(await ana.text('.note.good code'));

	const second = await Staff.arrives(browser, i);
	second.expects(403, 422);
	second.secret = ana.secret;
	second.name = 'ana';
	await device(second);
	await second.goes('/sign-in');
	i.setClock(i.clock + 60);
	await second.signsIn();
	i.setClock(i.clock + 60);
	await add(second, 'laptop');
	await second.reads('phone, since', 'laptop, since');
	await signsOut(second);
	await second.presses('Sign in with a passkey');
	await second.goes('/account');
	i.setClock(i.clock + 60);

	const fresh = await Staff.arrives(browser, i);
	fresh.expects(403);
	await fresh.enrols(link, 'ana');
	await fresh.goes('/account');
	await fresh.reads('None yet.');
	for (const p of [ana, second]) {
		await p.goes('/sign-in');
		await p.presses('Sign in with a passkey');
		await p.reads('The passkey did not open');
	}
	assert.ok((await phone.credentials()).length > 0, 'the device still has it');
	for (const p of [ana, second, fresh])
		await p.leaves();
});
