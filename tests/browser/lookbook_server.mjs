// Serves what `make lookbook` wrote, on a free port of the loopback, with the security policy of the real server, so that an
// inline style or script is seen to fail. Bodies sent by POST are kept for the test to look at.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

const types = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
const csp = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

export async function serve(dir) {
	const posts = [];
	const server = createServer(async (request, response) => {
		const path = normalize(new URL(request.url, "http://localhost").pathname);
		const chunks = [];
		for await (const chunk of request)
			chunks.push(chunk);
		if (request.method === "POST") {
			posts.push({ path, type: request.headers["content-type"], body: Buffer.concat(chunks).toString("latin1") });
			response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": csp });
			response.end(await readFile(join(dir, "receipt.html")));
			return;
		}
		try {
			const body = await readFile(join(dir, path));
			response.writeHead(200, { "content-type": types[extname(path)] ?? "text/plain", "content-security-policy": csp });
			response.end(body);
		} catch {
			response.writeHead(404, { "content-type": "text/plain" });
			response.end("not here");
		}
	});
	await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
	return { base: `http://127.0.0.1:${server.address().port}`, posts, close: () => server.close() };
}

export function launch() {
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		args: process.getuid() === 0 ? ["--no-sandbox"] : [],
	});
}
