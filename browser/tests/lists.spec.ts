import { expect, test } from "@playwright/test";
import { Person } from "./person";
import { accessible, atEveryWidth, signIn } from "./support";

const county = "140403";

test("one box finds a case by its number, however it is typed, and an institution by a part of its name", async ({ page }) => {
	await signIn(page, `clerk-${county}`, "/cases");
	const head = await page.locator("tbody th").first().innerText();
	const caseNo = head.match(/[A-Z]{2}-\d{6}-\d{4}-\d{6}-\w/)?.[0] ?? "";
	expect(caseNo).not.toBe("");
	await page.getByLabel("全站查找").getByRole("searchbox").fill(` ${caseNo.toLowerCase().replaceAll("-", " ")}`);
	await page.keyboard.press("Enter");
	await expect(page).toHaveURL(new RegExp(`/cases/${caseNo}$`));

	await page.goto("/register");
	const name = (await page.locator("tbody th a").first().innerText()).trim();
	await page.getByLabel("全站查找").getByRole("searchbox").fill(name.slice(2));
	await page.keyboard.press("Enter");
	await expect(page.getByRole("link", { name }).first()).toBeVisible();
	await atEveryWidth(page, "search");
	await page.getByRole("link", { name }).first().click();
	await expect(page.locator("tbody tr").first()).toContainText(name);
	for (const list of ["/register", "/cases"]) {
		await page.goto(`${list}?q=${encodeURIComponent(name.slice(2))}`);
		await expect(page.locator("tbody tr").first()).toContainText(name);
	}
	await page.goto(`/search?q=${encodeURIComponent("没有这样的机构")}`);
	await expect(page.getByText("没有找到机构。")).toBeVisible();
});

test("columns, order and filter are a view that is saved, opened and deleted", async ({ page }) => {
	await signIn(page, `clerk-${county}`, "/cases");
	await page.getByText("选择列").click();
	await page.getByRole("group", { name: "显示的列" }).getByLabel("收件日期").check();
	await page.getByRole("group", { name: "显示的列" }).getByLabel("办理方").uncheck();
	await page.getByRole("button", { name: "显示所选列" }).click();
	await expect(page.getByRole("columnheader", { name: "收件日期" })).toBeVisible();
	await expect(page.getByRole("columnheader", { name: "由谁办理" })).toHaveCount(0);
	await page.getByRole("columnheader", { name: "收件日期" }).getByRole("link").click();
	await expect(page.getByRole("columnheader", { name: "收件日期" })).toHaveAttribute("aria-sort", "ascending");
	const days = () => page.locator("tbody td[data-label=收件日期]").allInnerTexts();
	const up = (await days()).filter((day) => day !== "—");
	expect(up).toEqual(up.toSorted());
	await page.getByRole("columnheader", { name: "收件日期" }).getByRole("link").click();
	await expect(page.getByRole("columnheader", { name: "收件日期" })).toHaveAttribute("aria-sort", "descending");
	await atEveryWidth(page, "list-sorted");
	await page.getByRole("combobox", { name: "事项" }).selectOption("filing");
	await page.getByRole("button", { name: "筛选" }).click();
	await expect(page.getByRole("columnheader", { name: "收件日期" })).toHaveAttribute("aria-sort", "descending");

	await page.getByText("保存的视图").click();
	await page.getByLabel("把当前视图保存为").fill("备案，按收件日期");
	await page.getByRole("button", { name: "保存", exact: true }).click();
	await expect(page.getByText("已保存视图“备案，按收件日期”。")).toBeVisible();
	await page.goto("/cases");
	await expect(page.getByRole("columnheader", { name: "收件日期" })).toHaveCount(0);
	await page.getByRole("navigation", { name: "视图" }).getByRole("link", { name: "备案，按收件日期" }).click();
	await expect(page.getByRole("columnheader", { name: "收件日期" })).toHaveAttribute("aria-sort", "descending");
	await expect(page.getByRole("combobox", { name: "事项" })).toHaveValue("filing");
	const download = page.waitForEvent("download");
	await page.getByRole("link", { name: "导出 Excel" }).click();
	expect((await download).suggestedFilename()).toBe("办件.xlsx");

	await page.getByText("保存的视图").click();
	await page.getByRole("button", { name: "把当前的列和排序设为默认" }).click();
	await page.goto("/cases");
	await expect(page.getByRole("columnheader", { name: "收件日期" })).toHaveAttribute("aria-sort", "descending");
	await expect(page.getByRole("combobox", { name: "事项" })).toHaveValue("");
	for (const name of ["默认", "备案，按收件日期"]) {
		await page.getByText("保存的视图").first().click();
		await page.getByRole("button", { name: new RegExp(`删除\\s*视图${name}`) }).click();
		await page.getByRole("dialog").getByRole("button", { name: "删除" }).click();
		await expect(page.getByText("已删除视图。")).toBeVisible();
	}
	await page.goto("/cases");
	await expect(page.getByRole("columnheader", { name: "收件日期" })).toHaveCount(0);
});

test("of several tasks claimed at once, one that somebody else has taken is named and stays ticked", async ({ page, request }) => {
	const other = new Person(request, `clerk-${county}-2`), self = new Person(request, `clerk-${county}`);
	await signIn(page, self.account, "/tasks?view=claimable");
	const boxes = page.locator('tbody input[name="row"]');
	await expect(boxes.nth(1)).toBeVisible();
	const [taken, free] = [await boxes.nth(0).inputValue(), await boxes.nth(1).inputValue()];
	await page.getByRole("checkbox", { name: "全选本页" }).check();
	await expect(page.locator("#chosen")).toHaveText(`已选 ${await boxes.count()} 件`);
	await page.getByRole("checkbox", { name: "全选本页" }).uncheck();
	await boxes.nth(0).check();
	await boxes.nth(1).check();
	await expect(page.locator("#chosen")).toHaveText("已选 2 件");
	await other.send("POST", `/tasks/${taken}/claim`);
	await page.getByRole("button", { name: "领取所选" }).click();
	await expect(page.getByText("已领取 1 件，未能办理 1 件。")).toBeVisible();
	const failed = page.locator("tbody tr");
	await expect(failed).toHaveCount(1);
	await expect(failed).toContainText(other.account);
	await expect(failed.getByRole("checkbox")).toBeChecked();
	await expect(failed.locator(`a[href="/tasks/${taken}"]`)).toBeVisible();
	await expect(page.locator(`a[href="/tasks/${free}"]`)).toBeVisible();
	await atEveryWidth(page, "batch");
	await other.send("POST", `/tasks/${taken}/release`);
	await page.getByRole("button", { name: "领取所选" }).click();
	await expect(page.getByText("已领取 1 件。")).toBeVisible();
	for (const id of [taken, free]) { await self.send("POST", `/tasks/${id}/release`); }
});

test("without scripts a list is searched, sorted and its tasks are claimed and given back at once", async ({ browser }) => {
	const context = await browser.newContext({ javaScriptEnabled: false, baseURL: process.env.TUOYU_PUBLIC_URL });
	const page = await context.newPage();
	await signIn(page, `clerk-${county}`, "/tasks?view=claimable");
	const caseNo = (await page.locator("tbody th").first().innerText()).match(/[A-Z]{2}-\d{6}-\d{4}-\d{6}-\w/)?.[0] ?? "";
	await page.getByLabel("办件编号或机构名称", { exact: true }).fill(caseNo.toLowerCase());
	await page.getByRole("button", { name: "筛选" }).click();
	const count = await page.locator("tbody tr").count();
	expect(count).toBeGreaterThan(0);
	await page.getByRole("columnheader", { name: "机构" }).getByRole("link").click();
	await expect(page.getByRole("columnheader", { name: "机构" })).toHaveAttribute("aria-sort", "ascending");
	await expect(page.locator("tbody tr")).toHaveCount(count);
	await page.getByLabel("选择符合条件的全部").check();
	await page.getByRole("button", { name: "领取所选" }).click();
	await expect(page.getByText(`已领取 ${count} 件。`)).toBeVisible();
	await page.goto(`/tasks?view=mine&q=${caseNo}`);
	await page.getByLabel("选择符合条件的全部").check();
	await page.getByRole("button", { name: "退回所选" }).click();
	await expect(page.getByText(`已退回 ${count} 件。`)).toBeVisible();
	await context.close();
});

test("a report that waits for the city is in a list with its number, and is accepted there", async ({ page, request }) => {
	const office = new Person(request, "county-office-140431");
	const { items } = await office.send<{ items: { case_no: string; completed_on?: string }[] }>("GET", "/build-sites");
	const site = items.find((s) => !s.completed_on);
	let reported = false;
	for (const milestone of ["teaching_aids", "materials", "facilities", "fit_out"]) {
		reported = reported || (await office.ask("POST", `/build-sites/${site?.case_no}/reports`, { milestone, percent: 60, note: "进场施工" })).ok();
	}
	await signIn(page, "city-office", "/build");
	await expect(page.getByRole("columnheader", { name: "待核定" })).toBeVisible();
	await page.getByRole("navigation", { name: "主要" }).getByRole("link", { name: /待核定报送（\d+）/ }).click();
	const row = page.locator("tbody tr").filter({ hasText: site?.case_no ?? "" }).first();
	await expect(row).toContainText("沁源县");
	await atEveryWidth(page, "reports");
	await row.getByRole("checkbox").check();
	await page.getByRole("button", { name: "核定所选" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "核定所选" }).click();
	await expect(page.getByText("已核定 1 件。")).toBeVisible();
});

test("what happened in an institution's cases is news until it was seen", async ({ page, request }) => {
	const clerk = new Person(request, `clerk-${county}`), account = `institution-${county}-01`;
	await signIn(page, account, "/cases");
	const caseNo = (await page.locator("tbody th").first().innerText()).match(/[A-Z]{2}-\d{6}-\d{4}-\d{6}-\w/)?.[0] ?? "";
	await clerk.send("POST", `/cases/${caseNo}/comments`, { text: "请准备原件。", internal: false });
	await page.goto("/start");
	await page.getByRole("link", { name: /动态/ }).click();
	const row = page.getByRole("listitem").filter({ hasText: caseNo });
	await expect(row).toContainText("请准备原件。");
	await atEveryWidth(page, "news");
	await page.getByRole("button", { name: "全部标为已看" }).click();
	await expect(page.getByText("没有新动态")).toBeVisible();
	await expect(page.getByRole("link", { name: /动态/ })).toHaveCount(0);
	await accessible(page);
});

test("each task that a list shows to those who oversee others can be opened", async ({ page }) => {
	for (const account of [`supervisor-${county}`, `county-office-${county}`, "city-office"]) {
		await page.context().clearCookies();
		await signIn(page, account, "/tasks");
		const links = await page.locator("tbody th a").evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? ""));
		// The payments of the fixture are of a procedure that nobody has published.
		for (const link of links.filter((to) => !to.startsWith("/tasks/pay-"))) { expect((await page.request.get(link)).status(), `${account} ${link}`).toBe(200); }
		await expect(page.getByRole("link", { name: /可领取/ })).toHaveCount(0);
	}
});
