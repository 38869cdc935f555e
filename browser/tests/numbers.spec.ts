import { execFileSync } from "node:child_process";
import { expect, test, type Page } from "@playwright/test";
import { Hand } from "./hand";
import { accessible, atEveryWidth, signIn } from "./support";

/** printed is a page as it comes out of the printer: the text of each sheet, and whether it lies across. */
async function printed(page: Page) {
	const raw = await page.pdf({ preferCSSPageSize: true, printBackground: true });
	const text = execFileSync("pdftotext", ["-layout", "-", "-"], { input: raw }).toString();
	const size = execFileSync("pdfinfo", ["-"], { input: raw }).toString().match(/Page size:\s+([\d.]+) x ([\d.]+)/);
	const sheets = text.split("\f").map((sheet) => sheet.replace(/\s+/g, "")).filter((sheet) => sheet !== "");
	return { sheets, across: Number(size?.[1]) > Number(size?.[2]) };
}

test("charts have a table behind them and are read in light, in dark and on a phone", async ({ page }) => {
	await signIn(page, "city-office", "/targets/trends");
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("趋势");
	const filings = page.locator("figure", { hasText: "每月收到的备案申请" });
	await expect(filings.getByRole("img", { name: "每月收到的备案申请" })).toBeVisible();
	await filings.locator("summary").click();
	const last = filings.locator("tbody tr").last();
	const figure = await last.getByRole("cell").first().innerText();
	expect(Number(figure)).toBeGreaterThan(0);
	await expect(filings.locator("rect title").filter({ hasText: `收到 ${figure}` }).last()).toBeAttached();
	const report = await page.request.get("/targets/report");
	expect(report.status()).toBe(200);
	await atEveryWidth(page, "trends");
	await page.setViewportSize({ width: 390, height: 800 });
	await accessible(page);
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.emulateMedia({ colorScheme: "dark" });
	await accessible(page);
	await page.emulateMedia({ colorScheme: "light" });
	await page.getByLabel("范围").selectOption({ label: "潞州区" });
	await page.getByRole("button", { name: "查看" }).click();
	await expect(page.getByLabel("范围")).toHaveValue("140403");
	await expect(page.locator("figure", { hasText: "，各县区" })).toHaveCount(0);
});

test("a month is compared with others, county by county, and downloaded", async ({ page }) => {
	await signIn(page, "city-office", "/targets");
	const hand = new Hand(page);
	await hand.click(page.getByRole("link", { name: "月报与对比" }));
	await hand.choose(page.getByLabel("对比县区的目标"), { label: "托位数" });
	await hand.choose(page.getByLabel("县区的顺序"), { label: "本月，高的在前" });
	await hand.click(page.getByRole("button", { name: "查看" }));
	const seats = await page.getByRole("region", { name: "各县区：托位数" }).locator("tbody td:nth-child(2)").allInnerTexts();
	const numbers = seats.map((text) => Number.parseInt(text, 10));
	expect(numbers.length).toBe(12);
	expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
	const total = await page.getByRole("region", { name: "服务供给扩容工程" }).locator("tr", { hasText: "托位数" }).locator("strong").innerText();
	expect(Number.parseInt(total, 10)).toBe(numbers.reduce((a, b) => a + b, 0));
	await hand.aside(() => atEveryWidth(page, "month"));
	for (const [link, ends] of [["下载 PDF", ".pdf"], ["导出 Excel", ".xlsx"]]) {
		const [file] = await Promise.all([page.waitForEvent("download"), hand.click(page.getByRole("link", { name: link }))]);
		expect(file.suggestedFilename()).toMatch(new RegExp(`^长治市托育服务月报 .*\\${ends}$`));
		if (ends === ".pdf") {
			const text = execFileSync("pdftotext", ["-layout", await file.path(), "-"]).toString().replace(/\s+/g, "");
			expect(text).toContain(`托位数1.4万个以上${total.replace(/\s+/g, "")}`);
		}
	}
	hand.done("the report of a month, compared, as PDF and Excel", 8);
});

test("a county sees itself beside the city", async ({ page }) => {
	await signIn(page, "county-office-140403", "/targets/report");
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("潞州区月报");
	await expect(page.getByRole("columnheader", { name: "全市" }).first()).toBeVisible();
	await expect(page.getByLabel("对比县区的目标")).toHaveCount(0);
});

test("a county enters a figure with its evidence and the city accepts it", async ({ page, browser }) => {
	await signIn(page, "county-office-140403", "/targets");
	await page.getByRole("link", { name: "科普知识公益讲座" }).click();
	await page.getByRole("link", { name: /^填报本季度进展.*科普知识公益讲座$/ }).click();
	await page.getByLabel("举办的讲座（次）").fill("3");
	await page.getByRole("textbox", { name: "说明" }).fill("在三个社区各举办一场");
	await page.locator("input[type=file]").setInputFiles({ name: "签到表.pdf", mimeType: "application/pdf", buffer: await page.pdf() });
	await atEveryWidth(page, "entry-figure");
	await page.getByRole("button", { name: "填报" }).click();
	await expect(page.getByText("已填报，等待市级核定。")).toBeVisible();
	await atEveryWidth(page, "project");

	const other = await browser.newPage();
	await signIn(other, "city-office", "/targets");
	await other.getByRole("link", { name: "季度填报待核定" }).click();
	await atEveryWidth(other, "entries");
	await other.getByRole("link", { name: "科普知识公益讲座" }).first().click();
	const entry = other.locator("#P07-lectures");
	await expect(entry.getByRole("link", { name: "签到表.pdf" })).toBeVisible();
	expect((await other.request.get(await entry.getByRole("link", { name: "签到表.pdf" }).getAttribute("href") ?? "")).status()).toBe(200);
	await entry.getByRole("button", { name: "核定" }).click();
	await expect(other.getByText("已核定潞州区的填报。")).toBeVisible();
	await expect(entry.locator("dd").nth(1)).toContainText("3 次");
	await other.close();
});

test("the map leads to the sites of a county, and wide tables fill their sheets", async ({ page }) => {
	await signIn(page, "city-office", "/overview");
	await page.locator("svg.map").getByRole("link", { name: "沁源县" }).click();
	await expect(page.getByText("只列出沁源县的建设点")).toBeVisible();
	await expect(page.locator("tbody tr")).toHaveCount(1);
	await page.getByRole("link", { name: "查看全部县区" }).click();
	expect(await page.locator("tbody tr").count()).toBeGreaterThan(11);

	for (const [address, most, name] of [["/build", 2, ""], ["/targets", 5, "长治市普惠托育服务发展示范项目实施方案"], ["/targets/trends", 14, ""], ["/targets/report", 12, ""]] as const) {
		await page.goto(address);
		const { sheets, across } = await printed(page);
		expect(across, address).toBe(true);
		expect(sheets.length, address).toBeLessThanOrEqual(most);
		expect(sheets[0].length, `${address}: the first sheet has more than its heading`).toBeGreaterThan(address === "/targets/trends" ? 100 : 250); // the text of charts is short
		if (name !== "") {
			expect(sheets.join("").split(name).length - 1, "the plan is named once").toBe(1);
			for (const sheet of sheets) {
				expect(sheet, "each sheet repeats the heads").toContain("是否达到");
			}
		}
	}
});

test("a plan is started from rows of a table", async ({ page }) => {
	await signIn(page, "city-office", "/build/new");
	await expect(page.locator("table.entry")).toHaveCount(3);
	expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(5000);
	await atEveryWidth(page, "plan-new-table");
});
