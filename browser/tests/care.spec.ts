import { expect, test } from "@playwright/test";
import { Hand, has } from "./hand";
import { accessible, atEveryWidth, signIn } from "./support";

test("an item that could not be done says so when the class is opened again", async ({ page }) => {
	await signIn(page, "clinic-140431-1", "/checkups?state=open");
	await page.locator("[data-row] a").first().click();
	await page.getByRole("link", { name: "托小班" }).click();
	const row = page.locator("tr[data-child]").nth(9), weight = row.locator('[data-item="weight"]');
	await weight.locator("summary").click();
	await weight.locator("select").selectOption({ label: "患病" });
	await page.locator("tr[data-child]").nth(11).locator(".cell").first().focus();
	await expect(row.locator(".said")).toHaveClass(/good/);
	await page.reload();
	await expect(weight.locator(".cell")).toHaveAttribute("placeholder", /^\d\d-\d\d 未检$/);
});

test("a class of twenty is checked by keyboard only, row by row", async ({ page }) => {
	await signIn(page, "clinic-140431-1", "/checkups?state=open");
	const hand = new Hand(page);
	await hand.press("j");
	await hand.press("Enter");
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("半年健康体检");
	await hand.aside(() => atEveryWidth(page, "round"));
	await hand.tabTo(page.getByRole("link", { name: "托小班" }));
	await hand.press("Enter");
	const rows = page.locator("tr[data-child]"), line = rows.first().locator(".cell");
	await expect(rows).toHaveCount(20);
	await hand.aside(() => atEveryWidth(page, "class"));

	// By keys alone: the button that fills in what is normal, then the numbers, column by column.
	await hand.tabTo(page.locator("#all-normal"));
	await hand.press("Enter");
	await expect(line.first()).toBeFocused();
	const values: Record<string, string> = { length: "84", weight: "11.3", head: "47.5", haemoglobin: "122" };
	const items = await rows.first().locator("td:has(input.cell)").evaluateAll((all) => all.map((cell) => (cell as HTMLElement).dataset.item ?? ""));
	const columns = items.filter((item) => item in values);
	expect(columns.length).toBeGreaterThan(2);
	for (const item of columns) {
		const cells = page.locator(`td[data-item="${item}"] input.cell`), count = await cells.count();
		for (let n = 0; n < 20 && !(await has(cells.first())); n++) { await hand.press("ArrowRight"); }
		await expect(cells.first()).toBeFocused();
		for (let n = 0; n < count; n++) {
			await hand.type(values[item]);
			if (n + 1 < count || item !== columns.at(-1)) { await hand.press("Enter"); }
		}
	}
	await hand.press("ArrowUp");
	await expect(rows.nth(18).locator('.cell:focus')).toHaveCount(1);
	await expect(rows.first().locator('[data-score="length"]')).toContainText("z≈");
	await hand.tabTo(page.locator("#save-all"));
	await hand.press("Enter");
	await expect(page.locator(".said.good")).toHaveCount(20);
	hand.done(`a class of twenty, ${columns.length} values each, by keys`, 240);
	await accessible(page);
	if (process.env.SCREENS) { await page.screenshot({ path: `${process.env.SCREENS}/class-saved-1280.jpg`, type: "jpeg", quality: 60 }); }

	// On a tablet the cell in focus is seen whole, neither behind the names nor past the edge.
	await page.setViewportSize({ width: 600, height: 900 });
	await line.first().focus();
	const steps = (await line.count()) - 1;
	for (const key of [...Array(steps).fill("ArrowRight"), ...Array(steps).fill("ArrowLeft")]) {
		await page.keyboard.press(key);
		const [left, right] = await page.evaluate(() => {
			const cell = document.activeElement!.getBoundingClientRect();
			const names = document.activeElement!.closest("tr")!.querySelector("th")!.getBoundingClientRect();
			return [cell.left - names.right, document.documentElement.clientWidth - cell.right];
		});
		expect(left, `behind the names after ${key}`).toBeGreaterThanOrEqual(0);
		expect(right, `past the edge after ${key}`).toBeGreaterThanOrEqual(0);
	}
	await page.setViewportSize({ width: 1280, height: 900 });

	// Tab goes from value to value; why an item was not done is one key away.
	const measured = rows.first().locator("input.cell");
	await measured.first().focus();
	await page.keyboard.press("Tab");
	await expect(measured.nth(1)).toBeFocused();
	await page.keyboard.press("Alt+ArrowDown");
	await expect(rows.first().locator("td:has(input.cell)").nth(1).locator("select")).toBeFocused();
	await rows.first().locator("td:has(input.cell)").nth(1).locator("details").evaluate((why: HTMLDetailsElement) => { why.open = false; });

	// A value that cannot be is asked about at once, and not taken until it is said to have been measured again.
	const cell = rows.first().locator('[data-item="weight"] .cell');
	await cell.fill("113");
	await expect(rows.first().locator('[data-score="weight"]')).toContainText("请核对");
	await page.keyboard.press("Shift+Tab");
	await rows.nth(3).locator(".cell").first().focus();
	await expect(rows.first().locator(".said")).toHaveClass(/bad/);
	await expect(cell).toHaveAttribute("aria-invalid", "true");
});

test("a row that is written without a network is kept on the device and sent later", async ({ page, context }) => {
	await signIn(page, "clinic-140431-1", "/checkups?state=open");
	await page.locator("[data-row] a").first().click();
	await page.getByRole("link", { name: "托小班" }).click();
	const row = page.locator("tr[data-child]").nth(5);
	await page.waitForURL(/\/class/); // the page is whole, with its scripts
	await context.setOffline(true);
	await row.locator('[data-item="length"] .cell').fill("84.5");
	await page.locator("tr[data-child]").nth(7).locator(".cell").first().focus();
	await expect(row.locator(".said")).toContainText("没有网络");
	await context.setOffline(false);
	await expect(row.locator(".said")).toContainText("已保存");
});

test("what was recorded is in the cells again, with its curve, and a changed value is a second record", async ({ page }) => {
	await signIn(page, "clinic-140431-1", "/checkups?state=open");
	await page.locator("[data-row] a").first().click();
	await page.getByRole("link", { name: "托小班" }).click();
	const row = page.locator("tr[data-child]").nth(2), elsewhere = page.locator("tr[data-child]").nth(12).locator(".cell").first();
	const length = row.locator('[data-item="length"] .cell'), weight = row.locator('[data-item="weight"] .cell');
	await length.fill("84.2");
	await weight.fill("11.2");
	await elsewhere.focus();
	await expect(row.locator(".said")).toContainText("已保存");

	await page.reload();
	await expect(length).toHaveValue("84.2");
	await expect(weight).toHaveValue("11.2");
	await expect(row.locator('[data-score="weight"]')).toContainText(/^\s*z -?\d\.\d/);
	await expect(row.locator("th")).toContainText("已检");
	await weight.focus();
	const curve = page.locator('#growth [data-growth="weight"]');
	await expect(page.locator("#growth h2")).toContainText(await row.getAttribute("data-name") ?? "");
	await expect(curve.locator(".track")).toHaveAttribute("points", /\d,\d/);
	await expect(curve.locator(".typed")).toHaveAttribute("points", "");
	await page.locator("#growth summary").click();
	await expect(page.locator("#growth tbody tr").last()).toContainText("11.2");
	await page.locator("#growth summary").click();

	// Nothing is sent for a row that was only looked at.
	const sent: string[] = [];
	page.on("request", (request) => { if (request.method() === "POST") { sent.push(request.url()); } });
	await elsewhere.focus();
	await weight.fill("11.4");
	await expect(row.locator(".said")).toHaveText("复测：体重 11.2 → 11.4");
	await expect(curve.locator(".typed")).toHaveAttribute("points", /\d,\d.* .*\d,\d/);
	await elsewhere.focus();
	await expect(row.locator(".said")).toContainText(/第 \d+ 次记录/);
	expect(sent).toHaveLength(1);
	await accessible(page);
	await page.reload();
	await expect(weight).toHaveValue("11.4");
	await expect(length, "what was not measured again is as it was").toHaveValue("84.2");
	await row.locator("th a").click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("体检结果");
	await expect(page.locator("dl.facts")).toContainText("11.4 kg");
	await expect(page.locator("dl.facts")).toContainText("84.2 cm");
	await atEveryWidth(page, "result");
});

test("without scripts only what was changed is recorded", async ({ browser }) => {
	const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
	await signIn(page, "clinic-140431-1", "/checkups?state=open");
	await page.locator("[data-row] a").first().click();
	await page.getByRole("link", { name: "托小班" }).click();
	const weight = page.locator("tr[data-child]").nth(14).locator('[data-item="weight"] .cell');
	await weight.fill("11.6");
	await page.getByRole("button", { name: "保存全班" }).click();
	await expect(page.locator(".notice.good")).toHaveText(/已记录 1 名/);
	await expect(weight).toHaveValue("11.6");
	await page.getByRole("button", { name: "保存全班" }).click();
	await expect(page.getByRole("alert")).toContainText("没有填写");
	await page.context().close();
});
