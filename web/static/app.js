// What every page adds to links and forms: a question before what cannot be undone, no second sending, keys for lists,
// lists that follow changes, photos made smaller before they are sent, and a word when there is no network.
(() => {
	"use strict";

	// A form is sent once: the second press of a button does nothing while the first is under way. What opens in another
	// window leaves this page as it is, and its form can be sent again.
	addEventListener("submit", (event) => {
		const form = event.target, button = event.submitter;
		const question = button?.dataset.confirm ?? form.dataset.confirm;
		if (question && !form.dataset.agreed) {
			event.preventDefault();
			ask(question, button?.textContent.trim() ?? "确定", () => { form.dataset.agreed = "yes"; form.requestSubmit(button); });
			return;
		}
		if (form.dataset.sent) { event.preventDefault(); return; }
		if (button?.dataset.part && !form.dataset.whole) {
			event.preventDefault();
			exchange(form, button);
			return;
		}
		delete form.dataset.whole;
		for (const group of form.querySelectorAll("fieldset[data-for]")) { group.disabled = false; } // what was entered for another outcome stays
		const target = button?.formTarget || form.target;
		if (form.method === "post" && !form.hasAttribute("hx-post") && (!target || target === "_self")) {
			form.dataset.sent = "yes";
			for (const button of document.querySelectorAll("button[type=submit]")) { if (button.form === form) { button.setAttribute("aria-disabled", "true"); } }
		}
	});
	// The back button shows a page as it was left: its forms may be sent again, and act once by their key.
	addEventListener("pageshow", () => {
		for (const form of document.forms) { delete form.dataset.sent; delete form.dataset.agreed; }
		for (const button of document.querySelectorAll("[aria-disabled]")) { button.removeAttribute("aria-disabled"); }
		outcomes();
	});

	// A button that only changes the form, such as one that adds a row, has its part of the page put anew; the rest of the page,
	// and where the reader is in it, stays.
	async function exchange(form, button) {
		form.dataset.sent = "yes";
		const groups = [...form.querySelectorAll("fieldset[data-for]:disabled")];
		for (const group of groups) { group.disabled = false; }
		const body = new FormData(form, button);
		for (const group of groups) { group.disabled = true; }
		const selector = button.dataset.part, list = button.name === "_add" ? button.value : "";
		let page = null;
		try {
			const answer = await fetch(button.hasAttribute("formaction") ? button.formAction : form.action, { method: "POST", body, headers: { Accept: "text/html" } });
			page = answer.redirected ? null : new DOMParser().parseFromString(await answer.text(), "text/html");
		} catch {
			delete form.dataset.sent; // without a network nothing is lost: the button can be pressed again
			return;
		}
		delete form.dataset.sent;
		const same = (other) => other.getAttribute("action") === form.getAttribute("action");
		const old = selector === "form" ? form : document.querySelector(selector);
		const fresh = selector === "form" ? [...(page?.forms ?? [])].find(same) : page?.querySelector(selector);
		if (!old || !fresh) { // another page than expected: the browser shows it
			form.dataset.whole = "yes";
			form.requestSubmit(button);
			return;
		}
		old.replaceChildren(...[...fresh.childNodes].map((node) => document.adoptNode(node)));
		const marked = new Set([...document.querySelectorAll('select[name^="/findings/"][name$="/field"]')].map((field) => field.value));
		for (const mark of document.querySelectorAll("button.mark")) { mark.setAttribute("aria-pressed", String(marked.has(mark.value))); }
		outcomes();
		const row = old.querySelector("[data-fresh]") ?? (list && [...old.querySelectorAll(`[id="${CSS.escape(old.querySelector(`button[name="_add"][value="${CSS.escape(list)}"]`)?.closest("fieldset")?.id ?? "")}"] > .item`)].at(-1));
		const first = row && [...row.querySelectorAll("textarea, select, input:not([type=hidden])")].find((field) => !field.value || button.name === "_add");
		(first ?? row ?? old.querySelector("#faults") ?? old.querySelector("fieldset.list"))?.focus();
		(first ?? row)?.scrollIntoView({ block: "nearest" });
		old.dispatchEvent(new Event("change", { bubbles: true }));
	}

	// The fields of an answer are those of the chosen outcome. What was entered for another stays, and is not in its way.
	function outcomes() {
		for (const form of document.querySelectorAll("form:has(fieldset[data-for])")) {
			const chosen = form.querySelector("[name=_outcome]:checked")?.value;
			for (const group of form.querySelectorAll("fieldset[data-for]")) {
				const asked = chosen !== undefined && group.dataset.for.split(" ").includes(chosen), needed = group.dataset.needs.split(" ").includes(chosen);
				group.hidden = !asked && (chosen !== undefined || group.hidden);
				group.disabled = group.hidden;
				const optional = group.querySelector(":scope > .field [data-optional]");
				if (optional) { optional.hidden = needed; }
				const field = group.querySelector(":scope > .field > :is(input:not([type=hidden], [type=file]), select, textarea), :scope > .field > .choices input[type=radio]");
				if (field) { field.required = needed; }
			}
		}
	}
	addEventListener("change", (event) => { if (event.target.name === "_outcome") { outcomes(); } });
	outcomes();

	function ask(question, label, agreed) {
		const box = document.createElement("dialog");
		const text = document.createElement("p");
		text.id = "question";
		text.textContent = question;
		box.setAttribute("aria-labelledby", "question");
		const acts = document.createElement("div");
		acts.className = "acts";
		const yes = document.createElement("button"), no = document.createElement("button");
		yes.type = no.type = "button";
		yes.textContent = label;
		yes.className = "danger";
		no.textContent = "取消";
		no.className = "quiet";
		acts.append(yes, no);
		box.append(text, acts);
		document.body.append(box);
		yes.addEventListener("click", () => { box.close(); agreed(); });
		no.addEventListener("click", () => box.close());
		box.addEventListener("close", () => box.remove());
		box.showModal();
		no.focus();
	}

	// The summary of what is wrong is where a reader begins.
	document.getElementById("faults")?.focus();
	document.querySelector("#issue [autofocus]")?.focus();

	// Lists follow changes. A reader at work in a form is not disturbed.
	const live = document.body.dataset.live;
	if (live && "EventSource" in window) {
		let waiting = 0, opened = false;
		const source = new EventSource(live);
		const changed = () => {
			clearTimeout(waiting);
			waiting = setTimeout(() => { if (!document.hidden) { document.body.dispatchEvent(new CustomEvent("live")); } }, 300);
		};
		source.addEventListener("change", changed);
		// What follows something that was just done may happen before the stream is open, as may anything while it was closed.
		source.addEventListener("open", () => {
			if (opened || document.querySelector("[data-saved]")) { changed(); }
			opened = true;
		});
		addEventListener("pagehide", () => source.close());
	}

	// Keys of a list: j and k pick a row, Enter opens it, letters do what the row's forms offer. They are silent while
	// something is written, also by an input method.
	const list = () => document.querySelector("[data-keys]");
	const viewing = () => document.querySelector(".viewer:not([hidden])"); // has keys of its own
	let at = -1;
	const rowsOf = () => [...(list()?.querySelectorAll("[data-row]") ?? [])];
	function pick(n) {
		const all = rowsOf();
		if (all.length === 0) { return; }
		at = Math.max(0, Math.min(n, all.length - 1));
		all.forEach((row, i) => row.classList.toggle("picked", i === at));
		all[at].querySelector("a")?.focus({ preventScroll: true });
		all[at].scrollIntoView({ block: "nearest" });
	}
	addEventListener("keydown", (event) => {
		const writing = event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
		if (event.isComposing || event.keyCode === 229 || writing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) { return; }
		const act = (name) => {
			const place = rowsOf()[at] ?? document;
			const button = place.querySelector(`[data-key="${name}"]`) ?? document.querySelector(`[data-key="${name}"]`);
			if (button) { event.preventDefault(); button.click(); }
		};
		switch (event.key) {
			case "j": if (list()) { event.preventDefault(); pick(at + 1); } else { act("j"); } break;
			case "k": if (list()) { event.preventDefault(); pick(at - 1); } else { act("k"); } break;
			case "Enter": if (list() && at >= 0 && event.target === document.body) { rowsOf()[at].querySelector("a")?.click(); } break;
			case "/": { const search = document.querySelector("[data-search]"); if (search) { event.preventDefault(); search.focus(); } break; }
			case "?": { const help = document.getElementById("keys"); if (help) { event.preventDefault(); help.showModal(); } break; }
			case "x": { const box = rowsOf()[at]?.querySelector("input[type=checkbox]"); if (box) { event.preventDefault(); box.click(); } break; }
			case "c": {
				const all = boxes().some((box) => box.checked) && document.querySelector('button[form="bulk"][formaction$="/claim"]');
				if (all) { event.preventDefault(); all.click(); } else { act("c"); }
				break;
			}
			case "n": if (!viewing()) { act("n"); } break;
			case "e": case "r": case "u": case "z": act(event.key); break;
		}
	});
	document.getElementById("keys-button")?.addEventListener("click", () => document.getElementById("keys").showModal());

	// A list comes back as it was left: what is ticked stays ticked while it follows changes and until something is done to it, and
	// the reader is at the same row. The box in the head ticks the whole page.
	const page = `${location.pathname}${location.search}`;
	const boxes = () => [...document.querySelectorAll('input[name="row"]')];
	let ticked = new Set();
	function count() {
		const chosen = boxes().filter((box) => box.checked), all = document.querySelector("[data-all]"), every = document.querySelector('input[name="_all"]')?.checked;
		ticked = new Set(chosen.map((box) => box.value));
		if (boxes().length > 0) { sessionStorage.setItem(`ticked ${page}`, JSON.stringify([...ticked])); }
		if (all) { all.checked = chosen.length > 0 && chosen.length === boxes().length; all.indeterminate = chosen.length > 0 && !all.checked; }
		const told = document.getElementById("chosen");
		if (told) { told.textContent = every ? "" : chosen.length > 0 ? `已选 ${chosen.length} 件` : ""; }
	}
	addEventListener("change", (event) => {
		if (event.target.matches?.("[data-all]")) { for (const box of boxes()) { box.checked = event.target.checked; } }
		if (event.target.matches?.('[data-all], input[name="row"], input[name="_all"]')) { count(); }
	});
	addEventListener("pageshow", count);
	if (list()) {
		const kept = JSON.parse(sessionStorage.getItem(`ticked ${page}`) ?? "[]");
		for (const box of boxes()) { box.checked ||= kept.includes(box.value); }
		addEventListener("submit", (event) => {
			const row = rowsOf().findIndex((one) => one.contains(event.target));
			if (event.defaultPrevented || row < 0 && event.target.id !== "bulk") { return; }
			sessionStorage.setItem(`at ${page}`, String(row < 0 ? at : row));
			if (row < 0) { sessionStorage.removeItem(`ticked ${page}`); }
		});
		const link = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
		const left = link ? rowsOf().findIndex((one) => one.contains(link)) : Number(sessionStorage.getItem(`at ${page}`) ?? -1);
		sessionStorage.removeItem(`at ${page}`);
		if (left >= 0) { pick(left); }
	}
	document.addEventListener("htmx:after:swap", () => {
		for (const box of boxes()) { box.checked = box.checked || ticked.has(box.value); }
		count();
		if (at >= 0) { pick(at); }
	});

	// Filters that are chosen take effect at once; their button is for readers without scripts.
	for (const form of document.querySelectorAll("form[data-auto]")) {
		form.addEventListener("change", () => form.requestSubmit());
	}

	// A box at the head of a column ticks all of it.
	addEventListener("change", (event) => {
		const column = event.target.dataset?.ticks;
		if (column) { for (const box of document.querySelectorAll(`[data-tick="${CSS.escape(column)}"]`)) { box.checked = event.target.checked; } }
	});

	// Photos are made smaller on the device: a wall photo needs no twelve million points.
	const most = 1600;
	async function shrunk(file) {
		if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < 300000) { return file; }
		try {
			const picture = await createImageBitmap(file);
			const scale = Math.min(1, most / Math.max(picture.width, picture.height));
			const canvas = document.createElement("canvas");
			canvas.width = Math.round(picture.width * scale);
			canvas.height = Math.round(picture.height * scale);
			canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
			const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
			return made && made.size < file.size ? new File([made], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file;
		} catch { return file; }
	}
	window.tuoyu = { shrunk, ask };
	addEventListener("change", async (event) => {
		const input = event.target;
		if (!input.matches?.("input[type=file][data-shrink]") || input.dataset.shrinking) { return; }
		input.dataset.shrinking = "yes";
		const files = new DataTransfer();
		for (const file of input.files) { files.items.add(await shrunk(file)); }
		input.files = files.files;
		delete input.dataset.shrinking;
	});

	// A signature is drawn with a finger, and sent as a picture. Who cannot draw chooses a photo of it.
	for (const input of document.querySelectorAll("input[data-sign]")) {
		const pad = document.createElement("canvas"), clear = document.createElement("button");
		pad.className = "pad";
		pad.width = 900;
		pad.height = 300;
		pad.setAttribute("role", "img");
		pad.setAttribute("aria-label", `${input.dataset.sign}：在此书写，或者选择签名的照片`);
		clear.type = "button";
		clear.className = "quiet small-button";
		clear.textContent = "重写";
		input.before(pad, clear);
		const pen = pad.getContext("2d");
		const blank = () => { pen.fillStyle = "#fff"; pen.fillRect(0, 0, pad.width, pad.height); };
		blank();
		pen.lineWidth = 6;
		pen.lineCap = pen.lineJoin = "round";
		let down = false;
		const spot = (event) => [event.offsetX * pad.width / pad.clientWidth, event.offsetY * pad.height / pad.clientHeight];
		pad.addEventListener("pointerdown", (event) => { down = true; pad.setPointerCapture(event.pointerId); pen.beginPath(); pen.moveTo(...spot(event)); });
		pad.addEventListener("pointermove", (event) => { if (down) { pen.lineTo(...spot(event)); pen.stroke(); } });
		pad.addEventListener("pointerup", () => {
			down = false;
			pad.toBlob((made) => {
				const files = new DataTransfer();
				files.items.add(new File([made], "签名.png", { type: "image/png" }));
				input.files = files.files;
			}, "image/png");
		});
		clear.addEventListener("click", () => { blank(); input.value = ""; });
	}

	// Without a network, everybody who is signed in sees a page of tuoyu.
	if (document.querySelector('a[href="/account"]')) { navigator.serviceWorker?.register("/sw.js"); }

	const offline = document.getElementById("offline");
	const network = () => { if (offline) { offline.hidden = navigator.onLine; } };
	addEventListener("online", network);
	addEventListener("offline", network);
	network();
	for (const button of document.querySelectorAll("[data-print]")) { button.addEventListener("click", () => print()); }
})();
