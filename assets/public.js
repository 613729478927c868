/* What public pages do more of when scripts run: copy and print, drop files, show an upload's progress,
 * warn before typed text is lost. Everything works without it.
 * In a function of its own, since it runs again when an upload's answer takes the place of the page. */
"use strict";

(() => {
	for (const e of document.querySelectorAll("[data-needs-script]"))
		e.hidden = false;

	function say(near, text) {
		const place = near.closest("section, .note, p")?.querySelector("[data-said]");
		if (place)
			place.textContent = text;
	}

	for (const button of document.querySelectorAll("[data-copy]")) {
		button.addEventListener("click", async () => {
			try {
				await navigator.clipboard.writeText(button.dataset.copy);
				say(button, "Copied.");
			} catch {
				say(button, "Copying is not allowed here: select the text by hand.");
			}
		});
	}

	for (const button of document.querySelectorAll("[data-print]"))
		button.addEventListener("click", () => window.print());

	/* The error summary is read first. */
	document.querySelector(".mistakes")?.focus();

	/* Typed text is not lost by leaving the page. */
	let sending = false;
	const dirty = new Set();
	for (const form of document.querySelectorAll("form[data-guard]"))
		form.addEventListener("input", () => dirty.add(form));
	document.addEventListener("submit", () => { sending = true; });
	window.addEventListener("beforeunload", (event) => {
		if (!sending && dirty.size > 0)
			event.preventDefault();
	});
	window.addEventListener("pageshow", () => { sending = false; });

	/* Files dropped anywhere on the field are added to those chosen before. */
	for (const zone of document.querySelectorAll("[data-drop]")) {
		const input = zone.querySelector("input[type=file]");
		zone.addEventListener("dragover", (event) => {
			event.preventDefault();
			zone.classList.add("over");
		});
		zone.addEventListener("dragleave", () => zone.classList.remove("over"));
		zone.addEventListener("drop", (event) => {
			event.preventDefault();
			zone.classList.remove("over");
			const all = new DataTransfer();
			for (const file of [...input.files, ...event.dataTransfer.files])
				all.items.add(file);
			input.files = all.files;
			input.dispatchEvent(new Event("input", { bubbles: true }));
		});
	}

	/* A form with files is sent here, so that its progress can be shown; the answer replaces the page. */
	function upload(form, submitter) {
		const data = new FormData(form, submitter);
		const request = new XMLHttpRequest();
		const line = document.createElement("p");
		const bar = document.createElement("progress");
		const words = document.createElement("span");
		line.className = "upload";
		line.setAttribute("role", "status");
		bar.max = 100;
		bar.value = 0;
		bar.setAttribute("aria-label", "Upload");
		words.textContent = "Sending…";
		line.append(words, bar);
		form.append(line);
		for (const button of form.querySelectorAll("button"))
			button.disabled = true;
		request.upload.addEventListener("progress", (event) => {
			if (!event.lengthComputable)
				return;
			bar.value = Math.floor((event.loaded * 100) / event.total);
			words.textContent = event.loaded < event.total ? `Sending… ${bar.value} %` : "Sent. Waiting for the receipt…";
		});
		const failed = () => {
			line.remove();
			sending = false;
			for (const button of form.querySelectorAll("button"))
				button.disabled = false;
			const error = document.createElement("p");
			error.className = "error";
			error.setAttribute("role", "alert");
			error.textContent = "The connection broke before everything had arrived. Nothing is lost: please send it again.";
			form.append(error);
		};
		request.addEventListener("error", failed);
		request.addEventListener("abort", failed);
		request.addEventListener("load", () => {
			sending = true;
			dirty.clear();
			history.replaceState(null, "", new URL(request.responseURL).pathname);
			document.open();
			document.write(request.responseText);
			document.close();
		});
		request.open("POST", form.action);
		request.send(data);
	}

	for (const form of document.querySelectorAll("form[data-upload]")) {
		form.addEventListener("submit", (event) => {
			const some = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length > 0);
			if (!some || event.submitter?.value === "edit")
				return;
			event.preventDefault();
			upload(form, event.submitter);
		});
	}
})();
