// The class grid: arrows and Enter move between cells, a row is saved when it is left, scores are shown as they are typed.
// What was entered stays on the device until the server has it.
(() => {
	"use strict";
	const grid = document.getElementById("grid");
	if (!grid) { return; }
	const rows = [...grid.querySelectorAll("tr[data-child]")];
	const on = document.getElementById("on");
	const place = (row) => `checkup:${grid.dataset.records}:${row.dataset.child}`;
	const cells = (row) => [...row.querySelectorAll(".cell")];
	const say = (row, text, tone) => {
		const box = row.querySelector(".said");
		box.textContent = text;
		box.className = `said small ${tone ?? ""}`;
	};

	function recordOf(row) {
		const child = row.dataset.child, items = [];
		for (const cell of row.querySelectorAll("td[data-item]")) {
			const item = cell.dataset.item;
			const value = cell.querySelector("input.cell")?.value.trim() ?? "";
			const chosen = cell.querySelector("select")?.value ?? "";
			if (value !== "") {
				items.push({ item, done: true, value: Number(value) });
			} else if (chosen === "normal" || chosen === "abnormal") {
				const found = { item, done: true, result: chosen };
				const signs = item === "development" ? [...row.querySelectorAll(`[name="s:${child}"]:checked`)].map((box) => Number(box.value)) : [];
				if (signs.length > 0) { found.signs = signs; }
				items.push(found);
			} else if (chosen !== "") {
				items.push({ item, done: false, reason: chosen });
			}
		}
		if (items.length === 0) { return null; }
		const record = { child, checked_on: on.value, items };
		if (Number(row.dataset.months) >= 24) { record.standing = true; }
		if (row.querySelector(`[name="oedema:${child}"]`).checked) { record.oedema = true; }
		if (row.querySelector(`[name="again:${child}"]`).checked) { record.measured_again = true; }
		return record;
	}

	// keep writes a row to the device; its key is that of its content, so that it acts once however often it is sent.
	function keep(row) {
		const values = {};
		for (const field of row.querySelectorAll("input, select")) {
			if (field.type === "checkbox" ? field.checked : field.value !== "") { (values[field.name] ??= []).push(field.value); }
		}
		localStorage.setItem(place(row), JSON.stringify({ on: on.value, values, key: row.dataset.key }));
	}
	function restore(row) {
		const kept = JSON.parse(localStorage.getItem(place(row)) ?? "null");
		if (!kept) { return; }
		for (const field of row.querySelectorAll("input, select")) {
			const given = kept.values[field.name];
			if (!given) { continue; }
			if (field.type === "checkbox") { field.checked = given.includes(field.value); } else { field.value = given[0]; }
		}
		row.dataset.key = kept.key ?? "";
		row.dataset.dirty = "yes";
		say(row, "本机保存，未送出", "warn");
	}

	async function save(row) {
		const record = recordOf(row);
		if (!record || row.dataset.sending) { return; }
		row.dataset.key ||= crypto.randomUUID();
		keep(row);
		row.dataset.sending = "yes";
		say(row, "正在保存…");
		try {
			const answer = await fetch(grid.dataset.records, {
				method: "POST", body: JSON.stringify({ records: [record] }),
				headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": row.dataset.key },
			});
			const body = await answer.json();
			if (answer.ok) {
				const done = body.children[0];
				localStorage.removeItem(place(row));
				delete row.dataset.dirty;
				row.dataset.key = "";
				for (const cell of cells(row)) { cell.removeAttribute("aria-invalid"); }
				row.querySelector(".again").hidden = true;
				say(row, [`已保存（第 ${done.version} 次）`, ...(done.levels ?? []), done.referral ? `已转诊 ${done.referral}` : ""].filter(Boolean).join("；"), "good");
				return;
			}
			row.dataset.key = "";
			if (answer.status === 401) {
				say(row, "登录已过期，内容保存在本机。请重新登录后再打开本页。", "bad");
				return;
			}
			if (body.code === "measure_again") { row.querySelector(".again").hidden = false; }
			for (const fault of body.errors ?? []) {
				const n = /\/items\/(\d+)\//.exec(fault.location)?.[1];
				if (n !== undefined) { row.querySelector(`[data-item="${record.items[n].item}"] .cell`)?.setAttribute("aria-invalid", "true"); }
			}
			say(row, (body.errors ?? []).map((fault) => fault.message).join("；") || body.detail, "bad");
		} catch {
			say(row, "没有网络，已保存在本机，联网后自动送出。", "warn");
		} finally {
			delete row.dataset.sending;
		}
	}
	const saveKept = () => rows.filter((row) => row.dataset.dirty).reduce((before, row) => before.then(() => save(row)), Promise.resolve());

	for (const row of rows) {
		restore(row);
		row.addEventListener("input", () => { row.dataset.dirty = "yes"; row.dataset.key = ""; keep(row); score(row); });
		row.addEventListener("focusout", (event) => { if (row.dataset.dirty && !row.contains(event.relatedTarget)) { save(row); } });
	}
	addEventListener("online", saveKept);
	if (navigator.onLine) { saveKept(); }
	grid.addEventListener("submit", (event) => { event.preventDefault(); event.stopImmediatePropagation(); saveKept(); }, true);

	document.getElementById("all-normal").addEventListener("click", () => {
		for (const row of rows) {
			for (const cell of row.querySelectorAll("select.cell")) {
				if (cell.value === "") { cell.value = "normal"; row.dataset.dirty = "yes"; }
			}
			if (row.dataset.dirty) { row.dataset.key = ""; keep(row); }
		}
		cells(rows[0] ?? grid)[0]?.focus();
	});

	grid.addEventListener("keydown", (event) => {
		const cell = event.target.closest(".cell");
		const why = cell?.closest("td").querySelector("details");
		if (why && event.altKey && event.key === "ArrowDown") { // Tab passes by why an item was not done
			event.preventDefault();
			why.open = true;
			why.querySelector("select").focus();
			return;
		}
		if (!cell || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) { return; }
		const row = cell.closest("tr"), line = cells(row), x = line.indexOf(cell), y = rows.indexOf(row);
		const text = cell.tagName === "INPUT";
		const go = (to) => { if (to) { event.preventDefault(); to.focus(); to.scrollIntoView({ block: "nearest", inline: "nearest" }); to.select?.(); } };
		const column = cell.closest("td").dataset.item;
		const vertical = (step) => {
			for (let n = y + step; n >= 0 && n < rows.length; n += step) {
				const to = rows[n].querySelector(`[data-item="${column}"] .cell`);
				if (to) { return to; }
			}
			return step > 0 && event.key === "Enter" ? line[x + 1] && rows[0].querySelector(`[data-item="${line[x + 1].closest("td").dataset.item}"] .cell`) : null;
		};
		switch (event.key) {
			case "Enter": event.preventDefault(); go(vertical(event.shiftKey ? -1 : 1)); break;
			case "ArrowDown": if (text) { go(vertical(1)); } break;
			case "ArrowUp": if (text) { go(vertical(-1)); } break;
			case "ArrowRight": if (!text || cell.selectionStart === cell.value.length) { go(line[x + 1]); } break;
			case "ArrowLeft": if (!text || cell.selectionEnd === 0) { go(line[x - 1]); } break;
		}
	});

	const waiting = new Map();
	function score(row) {
		clearTimeout(waiting.get(row));
		waiting.set(row, setTimeout(async () => {
			const ask = new URLSearchParams({ sex: row.dataset.sex, months: row.dataset.months });
			for (const item of ["weight", "length", "head"]) {
				const value = row.querySelector(`[data-item="${item}"] input.cell`)?.value;
				if (value) { ask.set(item, value); }
			}
			for (const box of row.querySelectorAll("[data-score]")) { box.textContent = ""; }
			if (![...ask.keys()].some((name) => name !== "sex" && name !== "months")) { return; }
			try {
				const answer = await fetch(`/checkups/score?${ask}`, { headers: { Accept: "application/json" } });
				if (!answer.ok) { return; }
				for (const one of await answer.json()) {
					const box = row.querySelector(`[data-score="${one.item}"]`);
					if (box) { box.textContent = one.z === undefined ? one.band : `z≈${one.z.toFixed(1)} ${one.band}`; box.className = `score small ${one.tone}`; }
				}
			} catch { /* without a network there is no score; the record is scored when it is saved */ }
		}, 250));
	}
})();
