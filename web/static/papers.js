// Papers are looked at beside the form: one after another, by links or by keys, and each is ticked as seen.
(() => {
	"use strict";
	const box = document.querySelector("[data-papers]");
	const viewer = box?.querySelector(".viewer");
	if (!viewer) { return; }
	const title = viewer.querySelector(".viewer-title"), sheet = viewer.querySelector(".sheet");
	const papers = () => [...document.querySelectorAll("[data-paper]")];
	let at = -1, from = null, scrolled = 0;

	function show(n) {
		const all = papers();
		if (n < 0 || n >= all.length) { return; }
		if (viewer.hidden) { scrolled = scrollY; from = all[n]; }
		at = n;
		const { paper, media, title: what, name, pointer } = all[n].dataset;
		title.textContent = `${n + 1} / ${all.length} ${what}`;
		const file = document.createElement("span");
		file.className = "soft small name";
		file.textContent = name;
		title.append(" ", file);
		sheet.replaceChildren(sheetOf(`/attachments/${paper}`, media, what));
		viewer.querySelector("[data-download]").href = `/attachments/${paper}`;
		const mark = viewer.querySelector("[data-mark]");
		if (mark) { mark.value = pointer; mark.setAttribute("aria-label", `把${what}标为需补正`); }
		for (const button of viewer.querySelectorAll("[data-step]")) { button.disabled = !all[n + Number(button.dataset.step)]; }
		viewer.hidden = false;
		box.classList.add("viewing");
		viewer.closest(".desk")?.classList.add("viewing");
		viewer.scrollIntoView({ block: "start" });
		title.focus({ preventScroll: true });
		seen(all[n], paper);
	}

	function sheetOf(address, media, what) {
		if (media === "application/pdf") {
			const frame = document.createElement("iframe");
			frame.src = address;
			frame.title = what;
			return frame;
		}
		if (/^image\/(jpeg|png|webp)$/.test(media)) {
			const picture = document.createElement("img");
			picture.src = address;
			picture.alt = what;
			return picture;
		}
		const word = document.createElement("p");
		word.textContent = "这种文件不能在页面中显示，请下载后查看。";
		return word;
	}

	async function seen(link, paper) {
		const ticks = () => [...document.querySelectorAll(`[data-file="${CSS.escape(paper)}"] [data-seen]`)];
		if (ticks().every((tick) => !tick.hidden)) { return; }
		const answer = await fetch(`/cases/${encodeURIComponent(box.dataset.case)}/papers/${encodeURIComponent(paper)}/seen`, { method: "POST", headers: { Accept: "application/json" } }).catch(() => null);
		if (!answer?.ok) { return; } // not ticked: it is asked for again the next time
		for (const tick of ticks()) { tick.hidden = false; }
		const left = document.querySelectorAll("[data-seen][hidden]").length;
		for (const count of document.querySelectorAll("[data-unseen]")) { count.textContent = left ? `${left} 份未看` : "已全部看过"; }
	}

	function close() {
		viewer.hidden = true;
		sheet.replaceChildren();
		box.classList.remove("viewing");
		viewer.closest(".desk")?.classList.remove("viewing");
		scrollTo({ top: scrolled });
		(papers()[at] ?? from)?.focus({ preventScroll: true });
	}

	document.addEventListener("click", (event) => {
		const link = event.target.closest?.("[data-paper]");
		if (!link || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
		event.preventDefault();
		show(papers().indexOf(link));
	});
	for (const button of viewer.querySelectorAll("[data-step]")) { button.addEventListener("click", () => show(at + Number(button.dataset.step))); }
	viewer.querySelector("[data-close]").addEventListener("click", close);
	addEventListener("keydown", (event) => {
		const writing = event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select");
		if (viewer.hidden || event.isComposing || writing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) { return; }
		switch (event.key) {
			case "n": event.preventDefault(); show(at + 1); break;
			case "p": event.preventDefault(); show(at - 1); break;
			case "Escape": event.preventDefault(); close(); break;
		}
	});
})();
