// Takes pictures of the lookbook's pages at 320 and 1280 px, light and dark, and asks axe about each.
// node tests/browser/lookbook.mjs DIR [NAME…]: DIR is what `make lookbook` wrote; pictures go to DIR/shots.
// Exits 1 when axe finds something, when a page is wider than the window, or when the browser complains.
import { readdir, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { launch, serve } from "./lookbook_server.mjs";

const [dir, ...wanted] = process.argv.slice(2);
if (!dir) {
	console.error("usage: node lookbook.mjs DIR [NAME…]");
	process.exit(2);
}

const { base, close } = await serve(dir);

const names = wanted.length > 0 ? wanted :
	(await readdir(dir)).filter((f) => f.endsWith(".html")).map((f) => f.slice(0, -5)).sort();
await mkdir(join(dir, "shots"), { recursive: true });

const browser = await launch();
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
close();
console.log(`${names.length} pages in four ways, ${faults} faults`);
process.exit(faults > 0 ? 1 : 0);
