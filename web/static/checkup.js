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

	// recordOf returns what is new in a row. A result that was recorded and is as it was is recorded again only with what is new of
	// the same day, so that the last record of a day is whole.
	function recordOf(row) {
		const child = row.dataset.child, items = [], oedema = row.querySelector(`[name="oedema:${child}"]`);
		const swollen = oedema.checked !== (oedema.dataset.was === "yes");
		let some = false;
		for (const cell of row.querySelectorAll("td[data-item]")) {
			const item = cell.dataset.item, field = cell.querySelector(".cell");
			const value = cell.querySelector("input.cell")?.value.trim() ?? "";
			const chosen = cell.querySelector("select")?.value ?? "";
			let found = null, again = (value || chosen) === field?.dataset.was;
			if (value !== "") {
				found = { item, done: true, value: Number(value) };
				again = value === field.dataset.was || Number(value) === Number(field.dataset.was || NaN);
			} else if (chosen === "normal" || chosen === "abnormal") {
				found = { item, done: true, result: chosen };
				const signs = item === "development" ? [...row.querySelectorAll(`[name="s:${child}"]`)] : [];
				const ticked = signs.filter((box) => box.checked).map((box) => Number(box.value));
				if (ticked.length > 0) { found.signs = ticked; }
				again = again && signs.every((box) => box.checked === (box.dataset.was === "yes"));
			} else if (chosen !== "") {
				found = { item, done: false, reason: chosen };
			}
			if (!found) { continue; }
			const fresh = !again || (swollen && item === "weight");
			some ||= fresh;
			if (fresh || field.dataset.on === on.value) { items.push(found); }
		}
		if (!some) { return null; }
		const record = { child, checked_on: on.value, items };
		if (Number(row.dataset.months) >= 24) { record.standing = true; }
		if (oedema.checked) { record.oedema = true; }
		if (row.querySelector(`[name="again:${child}"]`).checked) { record.measured_again = true; }
		return record;
	}
	// changes names the recorded results that are about to be replaced.
	const changes = (row) => [...row.querySelectorAll(".cell")].filter((cell) => cell.dataset.was && cell.value.trim() !== cell.dataset.was && cell.value.trim() !== "").map((cell) => {
		const word = (value) => cell.tagName === "SELECT" ? [...cell.options].find((option) => option.value === value)?.textContent ?? value : value;
		return `${cell.ariaLabel.split(" ").at(-1)} ${word(cell.dataset.was)} → ${word(cell.value.trim())}`;
	});
	// recorded has what was sent be what is recorded.
	function recorded(row, record) {
		const point = { checked_on: record.checked_on, days: 0 };
		for (const item of record.items) {
			if (!item.done) { continue; }
			const cell = row.querySelector(`[data-item="${item.item}"] .cell`);
			cell.dataset.was = String(item.value ?? item.result);
			cell.dataset.on = record.checked_on;
			if (measures[item.item]) { point[measures[item.item]] = item.value; }
		}
		for (const box of row.querySelectorAll("input[type=checkbox][data-was]")) { box.dataset.was = box.checked ? "yes" : ""; }
		const again = row.querySelector(".again input");
		again.checked = false;
		if (Object.keys(point).length > 2) {
			const points = pointsOf(row), same = points.find((one) => one.checked_on === point.checked_on);
			if (same) { Object.assign(same, point, { days: same.days }); } else { points.push({ ...point, days: ageOn(row, point.checked_on) }); }
			points.sort((x, y) => x.days - y.days);
			row.dataset.growth = JSON.stringify(points);
			curve(row);
		}
	}

	// The curve beside the child in focus: what was recorded of it and, dashed, what is being entered.
	const measures = { weight: "weight_kg", length: "length_cm", head: "head_cm" };
	const panel = document.getElementById("growth");
	const pointsOf = (row) => JSON.parse(row.dataset.growth || "null") ?? [];
	const days = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 864e5);
	// ageOn is the age in days: counted from a recorded day, else estimated from the months.
	const ageOn = (row, day) => {
		const known = pointsOf(row)[0];
		return known ? known.days + days(known.checked_on, day) : Math.round(Number(row.dataset.months) * 30.4375) + 15;
	};
	function curve(row) {
		const points = pointsOf(row);
		panel.querySelector("h2").textContent = `${row.dataset.name} 生长曲线`;
		for (const figure of panel.querySelectorAll("[data-growth]")) {
			const item = figure.dataset.growth, [left, right, low, bottom, up] = figure.dataset.scale.split(" ").map(Number);
			const place = (age, value) => `${(left + age * right).toFixed(1)},${(bottom - (value - low) * up).toFixed(1)}`;
			figure.querySelector("use").setAttribute("href", `#curve-${item}-${row.dataset.sex}`);
			const track = points.filter((point) => point[measures[item]]).map((point) => place(point.days, point[measures[item]]));
			const cell = row.querySelector(`[data-item="${item}"] input.cell`), value = Number(cell?.value || NaN);
			const typed = value > 0 && cell.value.trim() !== cell.dataset.was ? [track.at(-1), place(ageOn(row, on.value), value)] : [];
			figure.querySelector(".track").setAttribute("points", (track.length === 1 ? [track[0], track[0]] : track).join(" "));
			figure.querySelector(".typed").setAttribute("points", (typed[0] ? typed : typed.concat(typed[1] ?? []).filter(Boolean)).join(" "));
		}
		const body = panel.querySelector("tbody");
		body.replaceChildren();
		for (const point of points) {
			const line = body.insertRow(), head = document.createElement("th");
			head.scope = "row";
			head.textContent = point.checked_on;
			line.append(head);
			for (const text of [(point.days / 30.4375).toFixed(1), ...Object.values(measures).map((name) => point[name] ?? "")]) { line.insertCell().textContent = text; }
		}
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
		if (row.dataset.sending) { return; }
		const record = recordOf(row);
		if (!record) { // as it is recorded
			localStorage.removeItem(place(row));
			delete row.dataset.dirty;
			say(row, "");
			return;
		}
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
				recorded(row, record);
				if (recordOf(row)) { row.dataset.dirty = "yes"; keep(row); } // it was changed while it was sent
				say(row, [done.version > 1 ? `已保存（第 ${done.version} 次记录）` : "已保存", ...(done.levels ?? []), done.referral ? `已转诊 ${done.referral}` : ""].filter(Boolean).join("；"), "good");
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
		row.addEventListener("input", () => { row.dataset.dirty = "yes"; row.dataset.key = ""; keep(row); score(row); curve(row);
			const changed = changes(row);
			say(row, changed.length > 0 ? `复测：${changed.join("；")}` : "", "warn");
		});
		row.addEventListener("focusin", () => curve(row));
		row.addEventListener("focusout", (event) => { if (row.dataset.dirty && !row.contains(event.relatedTarget)) { save(row); } });
	}
	addEventListener("online", saveKept);
	if (navigator.onLine) { saveKept(); }
	for (const row of rows) { // what was typed before this script had arrived
		if (!row.dataset.dirty && recordOf(row)) { row.dataset.dirty = "yes"; keep(row); }
	}
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
