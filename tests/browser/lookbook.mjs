// Takes pictures of the lookbook's pages at 320 and 1280 px, light and dark, and asks axe about each.
// node tests/browser/lookbook.mjs DIR [NAME…]: DIR is what `make lookbook` wrote; pictures go to DIR/shots.
// Exits 1 when axe finds something, when a page is wider than the window, or when the browser complains.
import { readFile, readdir, mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

const [dir, ...wanted] = process.argv.slice(2);
if (!dir) {
	console.error("usage: node lookbook.mjs DIR [NAME…]");
	process.exit(2);
}

const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
// The same policy as the server's, so that an inline style or script would be seen.
const csp = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const server = createServer(async (request, response) => {
	const path = normalize(new URL(request.url, "http://localhost").pathname);
	try {
		const body = await readFile(join(dir, path));
		response.writeHead(200, { "content-type": types[extname(path)] ?? "text/plain", "content-security-policy": csp });
		response.end(body);
	} catch {
		response.writeHead(404);
		response.end();
	}
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const base = `http://127.0.0.1:${server.address().port}`;

const names = wanted.length > 0 ? wanted :
	(await readdir(dir)).filter((f) => f.endsWith(".html")).map((f) => f.slice(0, -5)).sort();
await mkdir(join(dir, "shots"), { recursive: true });

const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
	args: process.getuid() === 0 ? ["--no-sandbox"] : [],
});
let faults = 0;
const fault = (where, what) => {
	faults++;
	console.log(`${where}: ${what}`);
};

for (const colorScheme of ["light", "dark"]) {
	for (const width of [320, 1280]) {
		const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, reducedMotion: "reduce" });
		const page = await context.newPage();
		let where = "";
		page.on("console", (message) => message.type() === "error" && fault(where, message.text()));
		page.on("pageerror", (error) => fault(where, error.message));
		for (const name of names) {
			where = `${name} ${width} ${colorScheme}`;
			await page.goto(`${base}/${name}.html`);
			await page.screenshot({ path: join(dir, "shots", `${name}-${width}-${colorScheme}.png`), fullPage: true });
			const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
			if (over > 0)
				fault(where, `${over} px wider than the window`);
			const { violations } = await new AxeBuilder({ page })
				.options({ rules: { "color-contrast-enhanced": { enabled: true } } }).analyze();
			for (const v of violations)
				for (const node of v.nodes)
					fault(where, `${v.id}: ${node.target.join(" ")}: ${node.failureSummary.replaceAll("\n", " ")}`);
		}
		await context.close();
	}
}
await browser.close();
server.close();
console.log(`${names.length} pages in four ways, ${faults} faults`);
process.exit(faults > 0 ? 1 : 0);
