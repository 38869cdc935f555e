// A visit without a network: every answer is kept on the device at once, photos too, and what is sent goes out when there is
// a network again, under the key it was first sent with.
(() => {
	"use strict";
	// The worker keeps the pages of the visits on the list, so that they open where there is no network.
	navigator.serviceWorker?.ready.then(async () => {
		for (const link of document.querySelectorAll('ol.tasks a[href^="/visits/"]')) { await fetch(link.href).catch(() => {}); }
	});
	const form = document.getElementById("visit");
	if (!form) { return; }
	const storePlace = `visit:${form.dataset.account}:${form.dataset.case}`;
	const said = document.getElementById("visit-said");
	const say = (text, tone) => { said.textContent = text; said.className = `said ${tone ?? ""}`; };
	const state = JSON.parse(localStorage.getItem(storePlace) ?? "null") ?? { visit: crypto.randomUUID(), values: {}, photos: {}, sending: "" };
	const keep = () => localStorage.setItem(storePlace, JSON.stringify(state));

	// Photos are too big for the store of texts.
	const store = new Promise((done, failed) => {
		const open = indexedDB.open("tuoyu", 1);
		open.onupgradeneeded = () => open.result.createObjectStore("photos");
		open.onsuccess = () => done(open.result);
		open.onerror = () => failed(open.error);
	});
	const inStore = async (mode, act) => {
		const base = await store;
		return new Promise((done, failed) => {
			const asked = act(base.transaction("photos", mode).objectStore("photos"));
			asked.onsuccess = () => done(asked.result);
			asked.onerror = () => failed(asked.error);
		});
	};

	const items = [...form.querySelectorAll("[data-rule]")], more = document.getElementById("visit-more");
	function show() {
		let done = 0;
		for (const item of items) {
			const rule = item.dataset.rule, chosen = state.values[`r:${rule}`];
			if (chosen) { done++; }
			item.querySelector(".bad-more").hidden = chosen !== "not_ok";
			showPhotos(item, rule);
		}
		document.getElementById("visit-progress").value = done;
		document.getElementById("visit-count").textContent = `${done} / ${items.length} 项`;
		document.getElementById("visit-next").hidden = done === items.length;
		if (more) { more.hidden = !items.some((item) => state.values[`r:${item.dataset.rule}`] === "not_ok"); }
	}

	// Each photo is seen as it was taken, and can be taken away again.
	async function showPhotos(item, rule) {
		const place = item.querySelector("[data-photos]"), taken = state.photos[rule] ?? [];
		if (place.dataset.shown === JSON.stringify(taken)) { return; }
		place.dataset.shown = JSON.stringify(taken);
		const figures = await Promise.all(taken.map(async (photo, n) => {
			const figure = document.createElement("figure"), picture = document.createElement("img"), remove = document.createElement("button");
			picture.alt = `照片 ${n + 1}`;
			if (photo.id) {
				picture.src = `/attachments/${photo.id}/thumb`;
			} else {
				const file = await inStore("readonly", (photos) => photos.get(photo.local));
				if (file) { picture.src = URL.createObjectURL(file); picture.onload = () => URL.revokeObjectURL(picture.src); }
			}
			remove.type = "button";
			remove.className = "quiet small-button";
			remove.textContent = "移除";
			remove.setAttribute("aria-label", `移除照片 ${n + 1}`);
			remove.addEventListener("click", async () => {
				state.photos[rule] = state.photos[rule].filter((other) => other !== photo);
				state.sending = "";
				keep();
				if (photo.local && !photo.id) { await inStore("readwrite", (photos) => photos.delete(photo.local)); }
				show();
				item.querySelector("[data-photo]").focus();
			});
			figure.append(picture, remove);
			return figure;
		}));
		const count = document.createElement("p");
		count.className = "small";
		count.textContent = taken.length > 0 ? `已拍 ${taken.length} 张` : "";
		place.replaceChildren(count, ...figures);
	}
	document.getElementById("visit-next").addEventListener("click", () => {
		const open = items.find((item) => !state.values[`r:${item.dataset.rule}`]);
		open?.scrollIntoView({ block: "start" });
		open?.querySelector("input").focus({ preventScroll: true });
	});
	for (const field of form.elements) {
		const kept = state.values[field.name];
		if (kept === undefined || field.type === "file") { continue; }
		if (field.type === "radio") { field.checked = field.value === kept; } else if (field.type === "checkbox") { field.checked = kept === "yes"; } else { field.value = kept; }
	}
	show();
	let waiting = 0;
	form.addEventListener("input", (event) => {
		const field = event.target;
		if (field.type === "file" || !field.name) { return; }
		state.values[field.name] = field.type === "checkbox" ? (field.checked ? "yes" : "") : field.value;
		state.sending = "";
		keep();
		show();
		clearTimeout(waiting);
		waiting = setTimeout(draft, 3000);
	});
	form.addEventListener("change", async (event) => {
		const rule = event.target.dataset.photo;
		if (!rule) { return; }
		for (const file of event.target.files) {
			const id = crypto.randomUUID();
			const smaller = await window.tuoyu.shrunk(file);
			await inStore("readwrite", (photos) => photos.put(smaller, id));
			(state.photos[rule] ??= []).push({ local: id });
		}
		event.target.value = "";
		state.sending = "";
		keep();
		show();
	});

	// content gives the visit with the photos that are on the server already.
	function content() {
		const found = [];
		for (const item of items) {
			const rule = item.dataset.rule, result = state.values[`r:${rule}`];
			if (!result) { continue; }
			const one = { rule, result };
			if (result === "not_ok") {
				if (state.values[`n:${rule}`]) { one.note = state.values[`n:${rule}`]; }
				const photos = (state.photos[rule] ?? []).map((p) => p.id).filter(Boolean);
				if (photos.length > 0) { one.photos = photos; }
			}
			found.push(one);
		}
		return { visited_on: form.elements.namedItem("visited_on").value, items: found, serious_hazard: state.values.serious === "yes", note: state.values.note ?? "" };
	}
	// decided is what is to follow where an item is not as it should be.
	function decided() {
		if (!more || more.hidden) { return {}; }
		return Object.fromEntries([...more.querySelectorAll("[name]")].filter((field) => field.type !== "radio" || field.checked).map((field) => [field.name, field.value]));
	}
	async function uploads() {
		for (const taken of Object.values(state.photos)) {
			for (const photo of taken) {
				if (photo.id) { continue; }
				const file = await inStore("readonly", (photos) => photos.get(photo.local));
				const body = new FormData();
				body.set("institution", form.dataset.institution);
				body.set("county", form.dataset.county);
				body.set("file", file, "现场照片.jpg");
				const answer = await fetch("/attachments", { method: "POST", body, headers: { Accept: "application/json" } });
				const said = await answer.json();
				if (!answer.ok) { throw Object.assign(new Error(said.detail), { status: answer.status }); }
				photo.id = said.id;
				keep();
				await inStore("readwrite", (photos) => photos.delete(photo.local));
			}
		}
	}
	const post = (address, key, body) => fetch(address, {
		method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": key },
	});

	async function draft() {
		if (!form.dataset.draft || !navigator.onLine || state.sending || state.sent) { return; }
		try {
			const answer = await post(form.dataset.draft, crypto.randomUUID(), { visit: state.visit, content: content() });
			if (answer.ok) { say("草稿已保存到服务器。", "good"); } else if (answer.status === 401) { say("登录已过期，内容保存在本机。", "bad"); }
		} catch { say("没有网络，已保存在本机。", "warn"); }
	}

	// compare shows another's record beside this device's, where they differ, and leaves it to the officer which is to stand.
	const words = { ok: "合格", not_ok: "不合格", not_applicable: "不适用" };
	const told = (content, rule) => {
		const item = (content.items ?? []).find((one) => one.rule === rule);
		return item ? [words[item.result], item.note, item.photos?.length ? `照片 ${item.photos.length} 张` : ""].filter(Boolean).join("，") : "未检查";
	};
	function compare(stored, sent) {
		const place = document.getElementById("visit-conflict");
		place.querySelector("[data-version]").textContent = `${stored.sent_by ?? ""} 已先送交第 ${stored.version} 版。`;
		const body = place.querySelector("tbody");
		body.replaceChildren();
		const rows = items.map((item) => [item.querySelector("legend").textContent, item.dataset.rule]).map(([title, rule]) => [title, told(stored.content, rule), told(sent.content, rule)]);
		rows.push(["备注", stored.content.note ?? "", sent.content.note ?? ""], ["重大安全隐患", stored.content.serious_hazard ? "有" : "无", sent.content.serious_hazard ? "有" : "无"]);
		for (const [title, theirs, ours] of rows) {
			if (theirs === ours) { continue; }
			const row = body.insertRow();
			const head = document.createElement("th");
			head.scope = "row";
			head.textContent = title;
			row.append(head);
			for (const text of [theirs, ours]) { row.insertCell().textContent = text; }
		}
		place.querySelector("[data-theirs]").onclick = () => { localStorage.removeItem(storePlace); location.href = form.dataset.back; };
		place.querySelector("[data-ours]").onclick = () => {
			state.visit = crypto.randomUUID();
			form.dataset.base = String(stored.version);
			place.hidden = true;
			send();
		};
		place.hidden = false;
		place.focus();
	}

	async function send() {
		clearTimeout(waiting);
		state.sending ||= crypto.randomUUID();
		keep();
		say("正在送交…");
		try {
			await uploads();
			const answer = await post(form.dataset.send, state.sending, { visit: state.visit, base_version: Number(form.dataset.base), content: content(), ...decided() });
			const body = await answer.json();
			if (answer.ok) {
				localStorage.removeItem(storePlace);
				state.sent = true;
				say(body.said ?? `已送交，第 ${body.version} 版。请各方在待办中签字。`, "good");
				return;
			}
			state.sending = "";
			keep();
			if (answer.status === 401) { say("登录已过期，内容保存在本机。请重新登录后再送交。", "bad"); return; }
			if (body.code === "visit_conflict" && body.shown?.stored) { compare(body.shown.stored, body.shown.sent); say("", ""); return; }
			say([body.detail, ...(body.errors ?? []).map((fault) => fault.message)].join("；"), "bad");
		} catch (error) {
			if (error.status) { state.sending = ""; keep(); say(error.message, "bad"); return; }
			say("没有网络，已保存在本机，联网后自动送出。", "warn");
		}
	}
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		const missing = items.find((item) => !state.values[`r:${item.dataset.rule}`]);
		if (missing) {
			say("还有项目没有检查。", "bad");
			missing.querySelector("input").focus();
			return;
		}
		send();
	});
	addEventListener("online", () => { if (state.sending) { send(); } else { draft(); } });
	if (state.sending && navigator.onLine) { send(); }
})();
