import { expect, test, type Locator } from "@playwright/test";
import { Hand } from "./hand";
import { signIn } from "./support";
import { community, creditCode, pdf, type Group } from "./filing";

/** sheet is what a spreadsheet of these rows puts on the clipboard, with headings and words as the table shows them. */
async function sheet(table: Locator, rows: Group[], columns?: string[]) {
	const words = await table.evaluate((list) => {
		const template = list.querySelector("template") as HTMLTemplateElement;
		return [...list.querySelectorAll<HTMLElement>("thead [data-column]")].map((head) => {
			const cell = template.content.querySelector(`td[data-column="${head.dataset.column}"]`);
			const options = [...cell?.querySelectorAll("option") ?? []].map((o) => [o.value, o.text]);
			const boxes = [...cell?.querySelectorAll("input[type=checkbox]") ?? []].map((b) => [(b as HTMLInputElement).value, b.nextElementSibling?.textContent ?? ""]);
			return { name: head.dataset.column ?? "", label: head.firstChild?.textContent?.trim() ?? "", words: Object.fromEntries([...options, ...boxes]) as Record<string, string> };
		});
	});
	const used = words.filter((column) => (columns ?? words.map((w) => w.name)).includes(column.name));
	const text = (column: typeof used[number], value: unknown): string => Array.isArray(value) ? value.map((v) => text(column, v)).join("、")
		: value === undefined ? "" : column.name === "fen" ? String(Number(value) / 100) : column.words[String(value)] ?? String(value);
	return [used.map((column) => column.label).join("\t"), ...rows.map((row) => used.map((column) => text(column, row[column.name])).join("\t"))].join("\n");
}

test("a community nursery with 3 classes, 15 staff and 40 papers is filed in at most 200 actions, and no row loads a page", async ({ page }) => {
	const county = "140403", serial = 24;
	const { application } = community();
	Object.assign(application.institution as Group, { uscc: creditCode(county, serial), name: "示例社区托育服务中心24" });
	await signIn(page, `institution-${county}-${serial}`, "/start");
	const hand = new Hand(page);
	await hand.click(page.locator('a[href="/filing/new"]').first());
	await hand.check(page.getByLabel("社区托育机构"));
	await hand.click(page.getByRole("button", { name: "开始填写" }));
	await hand.click(page.getByRole("link", { name: "开始填写" }));
	await hand.click(page.getByRole("link", { name: "机构", exact: true }));

	const rows = async (at: string, values: Group[], columns?: string[]) => {
		const table = page.locator(`[data-table-list="${at}"]`);
		if (await table.locator("tbody tr").count() === 0) { await hand.click(table.getByRole("button", { name: "添加一行" })); }
		await hand.paste(table.locator("tbody td").first().locator("input, select").first(), await sheet(table, values, columns));
		await expect(table.locator("tbody tr")).toHaveCount(values.length);
		await expect(table.locator(".fault")).toHaveCount(0);
	};
	const next = async (title: string) => {
		await hand.click(page.getByRole("button", { name: "保存并继续" }));
		await expect(page.getByText(`已保存“${title}”。`)).toBeVisible();
	};
	const fields = async (at: string, group: Group) => {
		for (const [name, value] of Object.entries(group)) {
			if (name === "county" || value === null) { continue; }
			if (Array.isArray(value) && typeof value[0] === "object") { await rows(`${at}/${name}`, value as Group[]); } else { await hand.enter(`${at}/${name}`, value); }
		}
	};
	await fields("/institution", application.institution as Group);
	await next("机构");
	for (const name of ["service_forms", "inclusive", "meals"]) { await hand.enter(`/${name}`, application[name]); }
	await rows("/prices", application.prices as Group[]);
	await next("服务与收费");
	await rows("/classes", application.classes as Group[]);
	await next("班级");
	for (const [name, title] of [["premises", "场所"], ["fire", "消防安全"], ["hygiene", "卫生保健"]]) {
		await fields(`/${name}`, application[name] as Group);
		await next(title);
	}
	await rows("/staff", application.staff as Group[]);
	await page.locator("h1").evaluate((heading) => { heading.dataset.same = "page"; });
	await next("人员");

	// The rules have prepared a row for each paper that is needed; the scans are chosen together and find theirs by their names.
	const table = page.locator('[data-table-list="/papers"]');
	const kinds = await table.evaluate((list) => Object.fromEntries([...(list.querySelector("template") as HTMLTemplateElement).content.querySelectorAll('td[data-column="kind"] option')]
		.map((o) => [(o as HTMLOptionElement).value, (o as HTMLOptionElement).text])) as Record<string, string>);
	const papers = application.papers as Group[];
	const prepared = await table.locator("tbody tr").count();
	await hand.files(table.locator("[data-many]"), papers.map((paper) => ({
		name: `${kinds[String(paper.kind)]}${paper.staff ?? ""}${paper.name ?? ""}扫描件.pdf`, mimeType: "application/pdf", buffer: pdf(String(paper.kind)),
	})));
	await expect(table.locator("[data-said]")).toContainText("40 份文件中 40 份已按文件名归入");
	await expect(table.locator(".taken")).toHaveCount(papers.length);
	// What is written on them is pasted in the order of the rows.
	const order = await table.locator("tbody tr").evaluateAll((all) => all.map((row) => [row.querySelector<HTMLSelectElement>('[name$="/kind"]')?.value, row.querySelector<HTMLInputElement>('[name$="/staff"]')?.value].join("/")));
	const inOrder = order.map((key) => papers.find((paper) => [paper.kind, paper.staff ?? ""].join("/") === key) ?? {});
	await rows("/papers", inOrder, ["form", "number", "issued_on", "expires_on"]);
	await hand.click(page.getByRole("button", { name: "保存", exact: true }));
	await expect(page.getByText("已保存“申请材料”。")).toBeVisible();
	await hand.click(page.getByRole("link", { name: "核对并提交" }));
	await expect(page.locator("[data-paper]")).toHaveCount(papers.length);
	await hand.check(page.getByLabel(/声明|真实/));
	await hand.click(page.getByRole("button", { name: "提交", exact: true }));
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已提交");
	hand.done(`a community nursery filed from nothing, ${prepared} rows of papers prepared`, 200);
});
