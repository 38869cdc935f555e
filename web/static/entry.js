// Lists that are filled in as tables: rows are added, copied, moved and removed in place, cells are pasted from a spreadsheet, and
// files are uploaded as soon as they are chosen, each to its row.
(() => {
	"use strict";
	const lists = "[data-table-list]";
	const listOf = (node) => node.closest?.(lists);
	const bodyOf = (list) => list.querySelector("tbody");
	const rowsOf = (list) => [...bodyOf(list).rows];
	const fieldsOf = (row) => [...row.querySelectorAll("input:not([type=hidden], [type=file]), select")];
	const columnsOf = (list) => [...list.querySelectorAll("thead [data-column]")].map((head) => ({ name: head.dataset.column, label: plain(head.firstChild.textContent) }));
	const plain = (text) => text.normalize("NFKC").replace(/[\s（）()、,，:：]/g, "");
	const announce = (list, text) => { list.querySelector("[data-said]").textContent = text; };
	const changed = (list) => list.dispatchEvent(new Event("change", { bubbles: true }));

	// Undo: a state of a list is its rows in their order, with what each field held.
	const undos = new WeakMap();
	function remember(list) {
		const rows = rowsOf(list).map((row) => ({ row, values: fieldsOf(row).map((f) => [f, f.type === "checkbox" ? f.checked : f.value]) }));
		undos.set(list, () => {
			bodyOf(list).replaceChildren(...rows.map((r) => r.row));
			for (const [field, value] of rows.flatMap((r) => r.values)) { if (field.type === "checkbox") { field.checked = value; } else { field.value = value; } }
			for (const cell of list.querySelectorAll("[data-several]")) { showChosen(cell); }
		});
		list.querySelector("[data-undo]").hidden = false;
	}

	function number(list) {
		rowsOf(list).forEach((row, i) => { for (const place of row.querySelectorAll("[data-count]")) { place.textContent = String(i + 1); } });
	}

	const numberOf = (row) => Number(row.querySelector('[name$="/_rows"]').value);
	function addRow(list, after = null, n = Math.max(-1, ...rowsOf(list).map(numberOf)) + 1) {
		const holder = document.createElement("template");
		holder.innerHTML = list.querySelector("template[data-new-row]").innerHTML.replaceAll("__n__", String(n));
		const row = holder.content.firstElementChild;
		if (after) { after.after(row); } else { bodyOf(list).append(row); }
		number(list);
		return row;
	}
	const firstField = (row) => row.querySelector("td input:not([type=hidden], [type=file]), td select, td summary");

	// The number that identifies a copied row is the next free one: s-03 becomes s-16 after s-15.
	function nextCode(list, name, code) {
		const cut = code.match(/^(.*?)(\d+)$/);
		if (!cut) { return ""; }
		const used = rowsOf(list).map((row) => row.querySelector(`[name$="/${name}"]`)?.value.match(/(\d+)$/)?.[1]).filter(Boolean).map(Number);
		return cut[1] + String(Math.max(...used) + 1).padStart(cut[2].length, "0");
	}

	function copyRow(list, row) {
		const to = addRow(list, row);
		for (const field of fieldsOf(row)) {
			const name = field.name.replace(/^.*\/\d+\//, "");
			const place = [...to.querySelectorAll(`[name$="/${CSS.escape(name)}"]`)].find((f) => f.type !== "checkbox" || f.value === field.value);
			if (!place) { continue; }
			if (field.type === "checkbox") { place.checked = field.checked; } else { place.value = name === "id" || name === "number" ? nextCode(list, name, field.value) : field.value; }
		}
		for (const cell of to.querySelectorAll("[data-several]")) { showChosen(cell); }
		return to;
	}

	document.addEventListener("click", (event) => {
		const button = event.target.closest?.("button"), list = button && listOf(button);
		if (!list) { return; }
		const row = button.closest("tr"), rows = rowsOf(list);
		let focus = null;
		if (button.name === "_add") {
			focus = firstField(addRow(list));
		} else if (button.name === "_remove" && row && button.value === `${list.dataset.tableList}/${numberOf(row)}`) {
			remember(list);
			const i = rows.indexOf(row);
			row.remove();
			announce(list, `已移除第 ${i + 1} 行。`);
			focus = list.querySelector("[data-undo]");
		} else if (button.name === "_remove" && button.closest(".taken")) {
			button.closest(".taken").remove();
			focus = row?.querySelector("input[type=file]");
		} else if (button.dataset.rowAct === "copy") {
			remember(list);
			focus = firstField(copyRow(list, row));
			announce(list, `已复制第 ${rows.indexOf(row) + 1} 行。`);
		} else if (button.dataset.rowAct === "up" || button.dataset.rowAct === "down") {
			move(list, row, button.dataset.rowAct === "up" ? -1 : 1);
			focus = button;
		} else if (button.hasAttribute("data-undo")) {
			undos.get(list)?.();
			button.hidden = true;
			announce(list, "已撤销。");
			focus = firstField(rowsOf(list)[0] ?? list);
		} else {
			return;
		}
		event.preventDefault();
		number(list);
		focus?.focus();
		changed(list);
	}, true);

	function move(list, row, by) {
		const rows = rowsOf(list), to = rows[rows.indexOf(row) + by];
		if (!to) { return; }
		if (by < 0) { to.before(row); } else { to.after(row); }
		number(list);
	}

	// Enter goes down a column, and begins a row below the last; Alt with an arrow moves the row.
	document.addEventListener("keydown", (event) => {
		const list = listOf(event.target), cell = event.target.closest?.("td[data-column]");
		if (!list || !cell || event.isComposing || event.ctrlKey || event.metaKey) { return; }
		const row = cell.closest("tr");
		if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
			event.preventDefault();
			move(list, row, event.key === "ArrowUp" ? -1 : 1);
			event.target.focus();
			changed(list);
		} else if (event.key === "Enter" && !event.altKey && event.target.matches("input:not([type=checkbox], [type=file]), select")) {
			event.preventDefault();
			const rows = rowsOf(list), below = rows[rows.indexOf(row) + 1] ?? addRow(list);
			below.querySelector(`td[data-column="${CSS.escape(cell.dataset.column)}"] :is(input:not([type=hidden]), select, summary)`)?.focus();
		}
	});

	// Several choices in one cell.
	function showChosen(cell) {
		const chosen = [...cell.querySelectorAll("input:checked")].map((box) => box.nextElementSibling.textContent);
		cell.querySelector("[data-chosen]").textContent = chosen.length ? chosen.join("、") : "未选";
	}
	document.addEventListener("change", (event) => {
		const cell = event.target.closest?.("[data-several]");
		if (cell) { showChosen(cell); }
		const place = event.target.closest?.("td[data-column]");
		if (place && event.isTrusted) { place.querySelector(".fault")?.remove(); event.target.removeAttribute("aria-invalid"); }
	});
	document.addEventListener("toggle", (event) => { // one is open at a time
		if (event.target.matches?.("[data-several][open]")) {
			for (const other of document.querySelectorAll("[data-several][open]")) { if (other !== event.target) { other.open = false; } }
		}
	}, true);

	// Paste: what a spreadsheet puts on the clipboard is lines of cells with tabs between; a cell with a line break is in quotes.
	function cellsOf(text) {
		const rows = [[""]];
		let quoted = false;
		for (let i = 0; i < text.length; i++) {
			const c = text[i], row = rows.at(-1);
			if (quoted) {
				if (c === '"' && text[i + 1] === '"') { row[row.length - 1] += c; i++; } else if (c === '"') { quoted = false; } else { row[row.length - 1] += c; }
			} else if (c === '"' && row.at(-1) === "") { quoted = true;
			} else if (c === "\t") { row.push("");
			} else if (c === "\n") { rows.push([""]);
			} else if (c !== "\r") { row[row.length - 1] += c; }
		}
		return rows.filter((row) => row.some((cell) => cell.trim() !== ""));
	}

	const yes = ["是", "有", "√", "✓", "1", "y", "yes", "对", "true"], no = ["否", "无", "没有", "×", "✗", "0", "n", "no", "false"];
	function dateOf(text) {
		const serial = /^\d{5}(\.\d+)?$/.test(text) ? new Date(Date.UTC(1899, 11, 30) + Math.floor(Number(text)) * 86400000).toISOString().slice(0, 10) : "";
		const cut = text.match(/^(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?(\s.*)?$/) ?? text.match(/^(\d{4})(\d{2})(\d{2})$/);
		return cut ? `${cut[1]}-${cut[2].padStart(2, "0")}-${cut[3].padStart(2, "0")}` : serial;
	}

	// optionMeant is the option that a word is: the same, or the only one that contains it, is contained in it or abbreviates it.
	function optionMeant(word, options) {
		const said = plain(word), labels = options.map((option) => ({ option, label: plain(option.label) }));
		const same = labels.find(({ option, label }) => label === said || option.value === word);
		if (same || said.length < 2) { return same?.option; }
		const abbreviates = (label) => { let i = 0; for (const c of said) { if (c === label[i]) { i++; } } return i === label.length; };
		for (const near of [(label) => label.includes(said) || said.includes(label), abbreviates]) {
			const found = labels.filter(({ label }) => label.length > 1 && near(label));
			if (found.length === 1) { return found[0].option; }
		}
	}

	// fill enters a text into a cell as a person means it, and reports whether the cell could take it.
	function fill(cell, text) {
		text = text.trim();
		const folded = text.normalize("NFKC").trim();
		const several = cell.querySelector("[data-several]"), field = cell.querySelector("select, input:not([type=hidden], [type=file], [type=checkbox])");
		let taken = true, why = "请核对";
		if (several) {
			const words = folded.split(/[、,;；/\s]+/).filter(Boolean);
			const boxes = [...several.querySelectorAll("input")].map((box) => ({ box, value: box.value, label: box.nextElementSibling.textContent }));
			const meant = words.map((word) => optionMeant(word, boxes));
			for (const option of boxes) { option.box.checked = meant.includes(option); }
			taken = !meant.includes(undefined);
			why = "不在选项中，请选择";
			showChosen(several);
		} else if (field?.tagName === "SELECT") {
			const options = [...field.options].map((o) => ({ value: o.value, label: o.text }));
			const boolean = options.some((o) => o.value === "true") && options.some((o) => o.value === "false");
			const word = boolean ? (yes.includes(folded.toLowerCase()) ? "true" : no.includes(folded.toLowerCase()) ? "false" : folded) : folded;
			const found = optionMeant(word, options);
			field.value = found?.value ?? "";
			taken = found !== undefined;
			why = "不在选项中，请选择";
		} else if (field?.type === "date") {
			field.value = folded && dateOf(folded);
			taken = folded === "" || field.value !== "";
		} else if (field) {
			field.value = /numeric|decimal/.test(field.inputMode) ? folded.replace(/[,\s]/g, "").replace(/(元|平方米|㎡|m2)$/, "") : text;
			taken = field.checkValidity();
		}
		cell.querySelector(".fault")?.remove();
		if (!taken) {
			const fault = document.createElement("p");
			fault.className = "fault small";
			fault.textContent = `“${text}”${why}`;
			cell.append(fault);
		}
		return taken;
	}

	document.addEventListener("paste", (event) => {
		const list = listOf(event.target), cell = event.target.closest?.("td[data-column]");
		const text = event.clipboardData?.getData("text/plain") ?? "";
		if (!list || !cell || !/[\t\n]/.test(text.trim())) { return; }
		event.preventDefault();
		let lines = cellsOf(text);
		const columns = columnsOf(list), from = columns.findIndex((c) => c.name === cell.dataset.column);
		// A first line of headings names the columns, in whatever order they are.
		const heads = lines[0].map((word) => columns.findIndex((c) => c.label !== "" && plain(word) === c.label));
		const named = heads.filter((i) => i >= 0).length >= 2;
		if (named) { lines = lines.slice(1); }
		remember(list);
		let row = cell.closest("tr"), wrong = 0, count = 0;
		for (const line of lines) {
			row ??= addRow(list);
			line.forEach((word, i) => {
				const column = columns[named ? heads[i] : from + i];
				const place = column && row.querySelector(`td[data-column="${CSS.escape(column.name)}"]`);
				if (!place || place.classList.contains("of-file")) { return; }
				count++;
				if (!fill(place, word)) { wrong++; }
			});
			row = row.nextElementSibling;
		}
		number(list);
		changed(list);
		announce(list, `粘贴了 ${lines.length} 行，共 ${count} 格${wrong ? `，其中 ${wrong} 格请核对` : ""}。`);
	});

	// taken shows a stored file at its field, which sends its number along.
	function taken(input, id, name) {
		if (!input.multiple) { for (const old of input.parentElement.querySelectorAll(".taken")) { old.remove(); } }
		const line = document.createElement("div"), hidden = document.createElement("input"), link = document.createElement("a"), remove = document.createElement("button");
		line.className = "taken";
		hidden.type = "hidden";
		hidden.name = input.name;
		hidden.value = id;
		link.href = `/attachments/${id}`;
		link.textContent = name;
		remove.className = "quiet small-button";
		remove.type = "submit";
		remove.name = "_remove";
		remove.value = `${input.name}=${id}`;
		remove.formNoValidate = true;
		remove.textContent = "移除";
		line.append(hidden, link, remove);
		input.before(line);
	}

	// A file is uploaded as soon as it is chosen; the form then only names it. Without a network it goes with the form.
	async function upload(input, file) {
		const cell = input.parentElement, word = document.createElement("p");
		word.className = "soft small uploading";
		word.textContent = `正在上传 ${file.name}…`;
		cell.querySelector(":scope > .fault")?.remove();
		cell.append(word);
		const body = new FormData();
		body.append("file", await tuoyu.shrunk(file), file.name);
		for (const [name, value] of new URLSearchParams(input.dataset.upload)) { if (value) { body.append(name, value); } }
		let answer = null, said = {};
		try {
			answer = await fetch("/attachments", { method: "POST", body, headers: { Accept: "application/json" } });
			said = await answer.json();
		} catch { // no network: the file stays in its field
			word.remove();
			return false;
		}
		word.remove();
		if (!answer.ok) {
			if (answer.status === 401 || answer.status >= 500) { return false; }
			const fault = document.createElement("p");
			fault.className = "fault small";
			fault.textContent = `${file.name}：${said.errors?.[0]?.message ?? said.title}`;
			input.before(fault);
			return true;
		}
		taken(input, said.id, said.name || file.name);
		return true;
	}

	document.addEventListener("change", async (event) => {
		const input = event.target;
		if (!input.matches?.("[data-table-list] input[type=file][data-upload]") || input.dataset.shrinking || !input.files.length) { return; }
		event.stopPropagation();
		const rest = new DataTransfer();
		for (const file of [...input.files]) { if (!await upload(input, file)) { rest.items.add(file); } }
		input.files = rest.files;
		changed(listOf(input));
	}, true);

	// Many files at once: each goes to the row without a file whose choices its name tells best, or to a new row.
	const common = (a, b) => {
		let best = 0;
		for (let i = 0; i < a.length; i++) { for (let j = i + best + 1; j <= a.length && b.includes(a.slice(i, j)); j++) { best = j - i; } }
		return best;
	};
	async function distribute(list, files) {
		if (!files.length || list.dataset.uploading) { return; }
		remember(list);
		list.dataset.uploading = "yes";
		let sorted = 0;
		const left = [];
		for (const [i, file] of files.entries()) {
			announce(list, `正在上传第 ${i + 1} 份，共 ${files.length} 份…`);
			const name = plain(file.name.replace(/\.\w+$/, ""));
			const free = rowsOf(list).filter((row) => !row.querySelector(".of-file .taken"));
			const scored = free.map((row) => {
				const kind = row.querySelector("td select"), label = plain(kind?.selectedOptions[0]?.text ?? "");
				const texts = [...row.querySelectorAll('td input[type=text]')].map((f) => plain(f.value)).filter((v) => v.length > 1);
				return { row, score: (label ? common(label, name) : 0) + texts.reduce((sum, v) => sum + (name.includes(v) ? v.length + 2 : 0), 0), label };
			}).filter((s) => s.label && s.score >= 2).sort((a, b) => b.score - a.score);
			let row = scored[0]?.row;
			if (!row) {
				row = addRow(list);
				const kind = row.querySelector("td select");
				const best = kind && [...kind.options].map((o) => ({ value: o.value, score: common(plain(o.text), name) })).sort((a, b) => b.score - a.score)[0];
				if (best?.score >= 2) { kind.value = best.value; sorted++; } else { left.push(file.name); }
				const words = row.querySelector('td[data-column="name"] input');
				if (words && !kind?.value) { words.value = file.name.replace(/\.\w+$/, ""); }
			} else { sorted++; }
			const input = row.querySelector(".of-file input[type=file]");
			if (!await upload(input, file)) {
				const kept = new DataTransfer();
				kept.items.add(file);
				input.files = kept.files;
			}
		}
		delete list.dataset.uploading;
		changed(list);
		announce(list, `${files.length} 份文件中 ${sorted} 份已按文件名归入${left.length ? `，${left.length} 份请选择种类：${left.slice(0, 3).join("、")}` : ""}。`);
	}
	document.addEventListener("change", (event) => {
		if (!event.target.matches?.("[data-many]")) { return; }
		event.stopPropagation();
		const files = [...event.target.files];
		event.target.value = "";
		distribute(listOf(event.target), files);
	}, true);
	// A form sent before all files are there would lose the rest.
	addEventListener("submit", (event) => {
		const list = event.target.querySelector("[data-uploading]");
		if (!list) { return; }
		event.preventDefault();
		event.stopImmediatePropagation();
		announce(list, "文件还在上传，请稍候再保存。");
	}, true);
	for (const name of ["dragover", "drop"]) {
		document.addEventListener(name, (event) => {
			const zone = event.target.closest?.("[data-drop]");
			if (!zone || !event.dataTransfer?.types.includes("Files")) { return; }
			event.preventDefault();
			if (name === "drop") { distribute(listOf(zone), [...event.dataTransfer.files]); }
		});
	}

	// Drafts: what is typed in a form with data-draft is stored on this device, also without a network, until the form is saved. When
	// the same account opens the page again, the stored values are entered.
	const form = document.querySelector("form[data-draft]"), account = document.querySelector('a[href="/account"]')?.title;
	const place = (path) => `draft ${account} ${path}`;
	const entries = () => [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["_key", "_version"].includes(name));
	const saved = document.querySelector("[data-saved]");
	if (saved && sessionStorage.getItem("sent")) { // the page after a form that was taken
		try { localStorage.removeItem(place(sessionStorage.getItem("sent"))); } catch { /* nothing was kept */ }
	}
	sessionStorage.removeItem("sent");
	if (form && account) {
		const begun = JSON.stringify(entries()), key = place(location.pathname), word = form.querySelector("[data-draft-said]");
		let waiting = 0, kept = null;
		try { kept = JSON.parse(localStorage.getItem(key)); } catch { kept = null; }
		if (kept && !document.getElementById("faults") && JSON.stringify(kept.entries) !== begun) {
			restore(kept.entries);
			word.textContent = `已恢复 ${new Date(kept.at).toLocaleString("zh-CN", { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" })} 在本设备上填写、尚未保存的内容。`;
			const drop = document.createElement("button");
			drop.type = "button";
			drop.className = "quiet small-button";
			drop.textContent = "不要恢复";
			drop.addEventListener("click", () => { localStorage.removeItem(key); clearTimeout(waiting); removeEventListener("pagehide", keep); location.reload(); });
			word.append(" ", drop);
		}
		const keep = () => {
			if (form.dataset.sent || JSON.stringify(entries()) === begun) { return; }
			try {
				localStorage.setItem(key, JSON.stringify({ at: Date.now(), entries: entries() }));
				if (!word.firstElementChild) { word.textContent = "已在本设备上暂存，保存后本机构的其他人才能看到。"; }
			} catch { word.textContent = "本设备上没有空间暂存，请及时保存。"; }
		};
		const soon = () => { clearTimeout(waiting); waiting = setTimeout(keep, 400); };
		form.addEventListener("input", soon);
		form.addEventListener("change", soon);
		addEventListener("pagehide", keep);
		form.addEventListener("submit", () => sessionStorage.setItem("sent", location.pathname));
	}

	function restore(values) {
		for (const list of form.querySelectorAll(lists)) {
			const at = list.dataset.tableList, wanted = values.filter(([name]) => name === `${at}/_rows`).map(([, n]) => Number(n));
			const there = new Map(rowsOf(list).map((row) => [numberOf(row), row]));
			bodyOf(list).replaceChildren(...wanted.map((n) => there.get(n)).filter(Boolean));
			wanted.forEach((n, i) => { if (!there.has(n)) { addRow(list, i > 0 ? rowsOf(list)[i - 1] : null, n); } });
			number(list);
		}
		const left = new Map();
		for (const [name, value] of values) { left.set(name, [...left.get(name) ?? [], value]); }
		for (const field of form.elements) {
			if (!field.name || field.type === "hidden" || field.type === "file" || field.tagName === "BUTTON") { continue; }
			const mine = left.get(field.name) ?? [];
			if (field.type === "checkbox" || field.type === "radio") { field.checked = mine.includes(field.value); } else { field.value = mine[0] ?? ""; }
		}
		for (const input of form.querySelectorAll("input[type=file]")) { // files that were uploaded already
			for (const id of left.get(input.name) ?? []) {
				if (id && !form.querySelector(`[type=hidden][name="${CSS.escape(input.name)}"][value="${CSS.escape(id)}"]`)) { taken(input, id, "已上传的文件"); }
			}
		}
		for (const cell of form.querySelectorAll("[data-several]")) { showChosen(cell); }
	}
})();
