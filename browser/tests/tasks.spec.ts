import { expect, test, type Locator } from "@playwright/test";
import { Hand } from "./hand";
import { accessible, answered, signIn } from "./support";
import { community, creditCode, pdf, type Group } from "./filing";
import { Person } from "./person";

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

test("a clerk works through five tasks of a list by keys alone", async ({ page, request }) => {
	const county = "140425", clerk = new Person(request, `clerk-${county}`), registrar = new Person(request, `registrar-civil-${county}`);
	for (let n = 13; n < 18; n++) {
		const { application, registration } = community();
		const party = { county, uscc: creditCode(county, n), name: `平顺县示例社区托育服务中心${n}`, address: "平顺县示例社区2号" };
		Object.assign(application.institution as Group, party, { township: undefined });
		await registrar.send("POST", "/registrations", { ...registration, ...party });
		const { case_no: caseNo } = await new Person(request, `institution-${county}-${n}`).send<{ case_no: string }>("POST", "/filings", { application: { ...application, papers: [] } });
		await clerk.task(caseNo, "filing.review");
	}
	await signIn(page, clerk.account, "/tasks?kind=filing.review");
	const hand = new Hand(page), rows = page.locator("[data-row]"), place = page.getByRole("navigation", { name: "清单中的待办" });
	await expect(rows).toHaveCount(5);
	await hand.press("j");
	await hand.press("Enter");
	await expect(place).toContainText("第 1 件，共 5 件");
	await hand.press("j");
	await expect(place).toContainText("第 2 件，共 5 件");
	await hand.press("k");
	await expect(place).toContainText("第 1 件，共 5 件");
	await hand.press("u");
	await expect(rows.first()).toHaveClass(/picked/);
	await hand.press("Enter");
	await expect(place).toContainText("第 1 件，共 5 件");
	await hand.press("c");
	const message = page.getByRole("status").filter({ hasText: "已领取。" });
	await expect(message.getByRole("button", { name: "撤回领取" })).toBeVisible();
	await hand.aside(() => accessible(page));
	await hand.press("z");
	await expect(page.getByText("已撤销 1 件。")).toBeVisible();
	for (let n = 1; n <= 5; n++) {
		// Papers are missing, so that the rules leave one outcome.
		await expect(page.getByRole("radio", { name: "一次性告知补正" })).toBeChecked();
		await hand.press("n");
		await expect(page.getByRole("button", { name: /^确认/ })).toBeFocused();
		await hand.press("Enter");
		await expect(page.getByText(answered("一次性告知补正。"))).toBeVisible();
		if (n < 5) { await expect(page.getByText("已领取下一件。")).toBeVisible(); }
	}
	await expect(page.getByText("这份清单已经办完。")).toBeVisible();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("待办");
	hand.done("five tasks of a list by keys, one claimed and given back", 25);
});

test("a county office runs an insurance month of thirty children", async ({ page, request }) => {
	const county = "140425", insurer = new Person(request, "insurer"), office = new Person(request, `county-office-${county}`);
	const head = "姓名,证件类型,证件号码,出生日期,性别,户籍情况,告知日期,同意书";
	const today = new Date().toLocaleDateString("sv", { timeZone: "Asia/Shanghai" }), born = `${Number(today.slice(0, 4)) - 1}-03-08`;
	const roster = [head, ...Array.from({ length: 30 }, (_, n) => `婴幼儿${4000 + n},出生医学证明,Y44000${String(n).padStart(4, "0")},${born},${n % 2 ? "男" : "女"},户籍,${n < 3 ? "" : today},同意书第${n}号`)].join("\n");
	await signIn(page, office.account, "/insurance");
	const hand = new Hand(page);
	await hand.click(page.getByRole("link", { name: "开始投保月" }));
	await hand.check(page.getByRole("radio", { name: /示例财产保险公司甲/ }));
	await hand.fill(page.locator('[name="/procurement"]'), "政府采购合同，县卫健局存档");
	for (const peril of await page.locator('[name="/perils"]').all()) { await hand.check(peril); }
	await hand.click(page.getByRole("button", { name: "开始", exact: true }));
	await expect(page.getByText("投保月已经开始，请导入名册。")).toBeVisible();
	const month = new URL(page.url()).pathname, caseNo = month.split("/").at(-1) ?? "";
	await hand.aside(() => office.task(caseNo, "insurance.roster"));
	await hand.files(page.getByLabel("名册文件"), { name: "名册.csv", mimeType: "text/csv", buffer: Buffer.from(roster) });
	await hand.check(page.getByLabel("卫生健康"));
	await hand.click(page.getByRole("button", { name: "核对名册" }));
	await hand.click(page.getByRole("button", { name: "导入 30 行" }));
	await hand.click(page.getByRole("link", { name: "回到本月投保" }));

	// answer answers what the case asks the office next.
	const answer = async (title: RegExp, outcome = "") => {
		await hand.click(page.getByRole("link", { name: title }).first());
		if (outcome !== "") { await hand.check(page.getByRole("radio", { name: outcome })); }
		await hand.click(page.getByRole("button", { name: "办理", exact: true }));
		await expect(page.getByText(answered())).toBeVisible();
	};
	await hand.click(page.getByRole("link", { name: caseNo }));
	await answer(/^归集/);
	await answer(/^核签/, "签字确认");
	await hand.aside(async () => {
		await insurer.task(caseNo, "insurance.answers");
		const { items } = await insurer.send<{ items: { ref: string }[] }>("GET", `/insurance-batches/${caseNo}/lines?send=1`);
		expect(items.length).toBe(27);
		await insurer.send("POST", `/insurance-batches/${caseNo}/answers`, { send: 1, lines: items.map(({ ref }, n) => ({ ref, policy: `PA${n}` })) });
		await insurer.answer(caseNo, "insurance.answers", "complete");
		await office.task(caseNo, "insurance.exceptions");
		await page.goto(month);
	});
	await hand.click(page.getByRole("link", { name: "处理例外" }));
	await hand.click(page.getByRole("link", { name: "全选本页 3 名" }));
	await hand.check(page.getByLabel("不属投保对象"));
	await hand.click(page.getByRole("button", { name: "处理勾选的" }));
	await expect(page.getByText("尚待处理 0 名")).toBeVisible();
	await hand.click(page.getByRole("link", { name: "回到本月投保" }));
	await hand.click(page.getByRole("link", { name: caseNo }));
	await answer(/^处理投保例外/);
	hand.done("an insurance month of thirty children, three of them exceptions", 32);
});
