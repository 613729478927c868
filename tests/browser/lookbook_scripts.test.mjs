// What assets/*.js add to the pages, tried on the lookbook: LOOKBOOK=DIR node --test tests/browser/lookbook_scripts.test.mjs
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, serve } from "./lookbook_server.mjs";

const dir = process.env.LOOKBOOK ?? "build/lookbook";
let site, browser, context, page;

before(async () => {
	site = await serve(dir);
	browser = await launch();
	context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
	page = await context.newPage();
});
after(async () => {
	await browser.close();
	site.close();
});

const open = (name) => page.goto(`${site.base}/${name}.html`);
const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());

test("the queue is walked with j and k, opened with o", async () => {
	await open("desk-queue");
	await page.keyboard.press("j");
	assert.equal(await focused(), "EXW-2026-0044");
	await page.keyboard.press("j");
	await page.keyboard.press("j");
	await page.keyboard.press("k");
	assert.equal(await focused(), "EXW-2026-0029");
	await page.keyboard.press("o");
	await page.waitForURL("**/cases/EXW-2026-0029");
});

test("/ searches, ? shows the keys, and typing is typing", async () => {
	await open("desk-queue");
	await page.keyboard.press("/");
	assert.equal(await focused(), "q");
	await page.keyboard.type("jko?");
	assert.equal(await page.inputValue("#q"), "jko?");
	await page.keyboard.press("Escape");
	await page.keyboard.press("?");
	await page.waitForURL("**/keys");
});

test("r, n and t open the boxes on a case; Escape closes a menu", async () => {
	await open("desk-case-new");
	await page.keyboard.press("r");
	assert.equal(await focused(), "text");
	await page.keyboard.press("Escape");
	await page.keyboard.press("n");
	assert.equal(await focused(), "note");
	assert.equal(await page.locator("#reply-box[open]").count(), 0, "only one of the two boxes is open");
	await page.keyboard.press("Escape");
	await page.keyboard.press("t");
	assert.equal(await page.locator("#triage[open]").count(), 1);
	await page.keyboard.press("Escape");
	assert.equal(await page.locator("#triage[open]").count(), 0);
});

test("the buttons say who will read it", async () => {
	await open("desk-case");
	assert.equal(await page.locator("#reply-box .send button").textContent(), "Send to Mira Okafor");
	assert.equal(await page.locator("#note-box .send button").textContent(), "Keep as a team note");
});

test("a template goes into the box", async () => {
	await open("desk-case-new");
	await page.keyboard.press("r");
	await page.locator(".templates summary").click();
	await page.locator("[data-insert]").first().click();
	assert.match(await page.inputValue("#text"), /to reproduce it we need to know more/);
});

test("number and code are copied", async () => {
	await open("receipt");
	await page.locator("[data-copy]").click();
	await page.getByText("Copied.").waitFor();
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()),
		"EXW-2026-0042 K7QX 2MPA WZ3N HB6R T4VD JY5S EC");
});

test("leaving with typed text asks first, sending does not", async () => {
	await open("report");
	await page.fill("#description", "words");
	const asked = new Promise((resolve) => page.once("dialog", async (dialog) => {
		resolve(dialog.type());
		await dialog.dismiss();
	}));
	await page.close({ runBeforeUnload: true });
	assert.equal(await asked, "beforeunload");
	await page.locator("button[value=check]").click();
	await page.waitForURL("**/report");
	assert.match(site.posts.at(-1).body, /step=check/);
	assert.match(site.posts.at(-1).body, /description=words/);
});

test("files are sent with their progress, and the answer is shown", async () => {
	await open("report-check");
	await page.setInputFiles("#files", { name: "a.txt", mimeType: "text/plain", buffer: Buffer.alloc(300000, "x") });
	await page.locator("button[value=send]").click();
	await page.getByRole("heading", { name: "We have it." }).waitFor();
	const { path, type, body } = site.posts.at(-1);
	assert.equal(path, "/report");
	assert.match(type, /^multipart\/form-data/);
	assert.match(body, /name="step"\r\n\r\nsend/);
	assert.match(body, /filename="a.txt"/);
	assert.match(body, /name="idempotency_key"/);
});

test("without scripts nothing that needs them is shown, and the form still goes", async () => {
	const bare = await browser.newContext({ javaScriptEnabled: false });
	const plain = await bare.newPage();
	await plain.goto(`${site.base}/receipt.html`);
	assert.equal(await plain.locator("[data-needs-script]").isVisible(), false);
	await plain.goto(`${site.base}/report-check.html`);
	await plain.locator("button[value=send]").click();
	await plain.waitForURL("**/report");
	await bare.close();
});
