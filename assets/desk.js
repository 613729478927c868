/* The desk's keys and small comforts: j k o r n t / ?, templates, copy, warning before typed text is lost.
 * Everything can be reached without it. */
"use strict";

for (const e of document.querySelectorAll("[data-needs-script]"))
	e.hidden = false;
document.querySelector(".mistakes")?.focus();

/* ---- Rows of the queue, messages of a case ---- */

const rows = [...document.querySelectorAll("[data-rows] > tbody > tr, ol[data-rows] > li.message")];
let at = -1;

function move(step) {
	if (rows.length === 0)
		return;
	rows[at]?.classList.remove("at");
	at = Math.min(rows.length - 1, Math.max(0, at + step));
	const row = rows[at];
	row.classList.add("at");
	row.scrollIntoView({ block: "nearest" });
	const link = row.querySelector("a.case");
	if (link) {
		link.focus({ preventScroll: true });
	} else {
		row.tabIndex = -1;
		row.focus({ preventScroll: true });
	}
}

function open_details(id) {
	const box = document.getElementById(id);
	if (!box)
		return;
	box.open = true;
	box.scrollIntoView({ block: "nearest" });
	box.querySelector("textarea, select, input:not([type=hidden])")?.focus();
}

const keys = {
	j: () => move(1),
	k: () => move(-1),
	o: () => rows[at]?.querySelector("a.case")?.click(),
	r: () => open_details("reply-box"),
	n: () => open_details("note-box"),
	t: () => open_details("triage"),
	"/": () => document.getElementById("q")?.focus(),
	"?": () => { location.href = "/keys"; },
};

document.addEventListener("keydown", (event) => {
	if (event.key === "Escape") {
		for (const menu of document.querySelectorAll("details.menu[open]")) {
			menu.open = false;
			menu.querySelector("summary").focus();
		}
		if (event.target.matches("input, textarea, select"))
			event.target.blur();
		return;
	}
	if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select"))
		return;
	const act = keys[event.key];
	if (act) {
		event.preventDefault();
		act();
	}
});

/* A menu closes when something else is clicked. */
document.addEventListener("click", (event) => {
	for (const menu of document.querySelectorAll("details.menu[open]"))
		if (!menu.contains(event.target))
			menu.open = false;
});

/* ---- Boxes ---- */

for (const button of document.querySelectorAll("[data-insert]")) {
	button.addEventListener("click", () => {
		const box = button.closest("form").querySelector("textarea");
		const text = button.closest(".template").querySelector(".typed").textContent;
		box.value = box.value === "" ? text : `${box.value.trimEnd()}\n\n${text}`;
		box.dispatchEvent(new Event("input", { bubbles: true }));
		box.focus();
	});
}

for (const button of document.querySelectorAll("[data-print]"))
	button.addEventListener("click", () => window.print());

for (const button of document.querySelectorAll("[data-copy]")) {
	button.addEventListener("click", async () => {
		const said = button.parentElement.querySelector("[data-said]");
		try {
			await navigator.clipboard.writeText(button.dataset.copy);
			said.textContent = "Copied.";
		} catch {
			said.textContent = "Copying is not allowed here: select it by hand.";
		}
	});
}

let sending = false;
const dirty = new Set();
for (const form of document.querySelectorAll("form[data-guard]"))
	form.addEventListener("input", () => dirty.add(form));
document.addEventListener("submit", () => { sending = true; });
window.addEventListener("beforeunload", (event) => {
	if (!sending && dirty.size > 0)
		event.preventDefault();
});

/* ---- Passkeys: the form's button asks the browser, and what it says is sent with the form ---- */

const to_text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
	.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const to_bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

async function ask_passkey(form) {
	const { passkey, challenge, rp, user, name, exclude } = form.dataset;
	if (passkey === "get") {
		const got = await navigator.credentials.get({ publicKey: {
			challenge: to_bytes(challenge), rpId: rp, userVerification: "required" } });
		form.elements.credential_id.value = to_text(got.rawId);
		form.elements.auth_data.value = to_text(got.response.authenticatorData);
		form.elements.signature.value = to_text(got.response.signature);
		return got;
	}
	const made = await navigator.credentials.create({ publicKey: {
		challenge: to_bytes(challenge),
		rp: { id: rp, name: rp },
		user: { id: to_bytes(user), name, displayName: name },
		pubKeyCredParams: [-7, -257, -8].map((alg) => ({ type: "public-key", alg })),
		authenticatorSelection: { residentKey: "required", userVerification: "required" },
		excludeCredentials: exclude.split(" ").filter(Boolean).map((id) => ({ type: "public-key", id: to_bytes(id) })),
		attestation: "none" } });
	form.elements.auth_data.value = to_text(made.response.getAuthenticatorData());
	return made;
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
	const said = form.querySelector("[data-said]");
	const asks = async () => {
		if (!form.reportValidity())
			return;
		try {
			const got = await ask_passkey(form);
			form.elements.client_data.value = to_text(got.response.clientDataJSON);
			sending = true;
			form.submit();
		} catch (error) {
			said.textContent = error.name === "InvalidStateError" ? "This device has a passkey for you already."
				: "No passkey was given: it was called off, or this browser has none.";
		}
	};
	form.querySelector("button[type=button]").addEventListener("click", asks);
	form.addEventListener("submit", (event) => { event.preventDefault(); asks(); });
	form.hidden = !window.PublicKeyCredential;
}

/* ---- The calculator: the score follows what is chosen ---- */

for (const form of document.querySelectorAll("form[data-calculator]")) {
	let last = 0;
	form.addEventListener("change", async () => {
		const mine = ++last;
		const answer = await fetch(`/calculator/score?${new URLSearchParams(new FormData(form))}`);
		if (!answer.ok || mine !== last)
			return;
		const got = await answer.json();
		form.querySelector("#score").textContent = got.score || "\u2013";
		form.querySelector("#vector").textContent = got.vector;
		form.querySelector("#wrong").textContent = got.wrong;
		form.querySelector("#means").textContent = got.severity ? `By the policy: ${got.severity}` : "";
		const take = form.querySelector("#take");
		if (!take)
			return;
		take.hidden = got.vector === "";
		take.href = `/cases/${form.elements.case.value}?${new URLSearchParams({ cvss: got.vector, cwe: form.elements.cwe.value })}#triage`;
	});
}
