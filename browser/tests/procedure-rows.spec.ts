import { expect, test } from "@playwright/test";
import { filesOf, publishedFiles } from "./procedures";
import { atEveryWidth, signIn } from "./support";

test("rows are pasted, corrected, imported and sent", async ({ page, request }) => {
	await publishedFiles(request, filesOf("attendance_report", "testdata/procedures"));
	await signIn(page, "institution-140403-03", "/procedures");
	await expect(async () => {
		await page.reload();
		await expect(page.getByRole("link", { name: "月度在托情况填报" })).toBeVisible({ timeout: 1000 });
	}).toPass();
	await page.getByRole("link", { name: "月度在托情况填报" }).click();
	await page.getByLabel("月份").fill("2026-10");
	await page.getByRole("button", { name: "提交申请" }).click();
	await page.getByRole("link", { name: "查看办件" }).click();
	const number = (await page.getByText(/^YB-/).first().textContent())!.trim(), rows = `/cases/${number}/rows/attendances`;
	await expect(page.getByRole("link", { name: "填报在托情况" })).toBeVisible({ timeout: 120_000 });
	await page.getByRole("link", { name: "填报在托情况" }).click();
	await page.getByRole("button", { name: "添加一行" }).click();
	const first = page.locator('[name="/rows/0/code"]'), lines = Array.from({ length: 30 }, (_, n) => `c${n}\t托小班\t${n === 3 ? 45 : 20}\t否\t1200`);
	await first.evaluate((field, text) => {
		const data = new DataTransfer();
		data.setData("text/plain", text);
		field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
	}, lines.join("\n"));
	await expect(page.locator('[name="/rows/29/code"]')).toHaveValue("c29");
	await page.getByRole("button", { name: "保存" }).click();
	await expect(page.getByRole("alert").first()).toContainText("超出允许范围");
	await atEveryWidth(page, "rows-fault");
	await page.locator('[name="/rows/3/days"]').fill("15");
	await page.getByRole("button", { name: "保存" }).click();
	await expect(page.getByText("已保存，共 30 行。")).toBeVisible();
	await page.locator("tr", { has: page.locator('[name="/rows/0/code"]') }).getByRole("button", { name: /^移除/ }).click();
	await page.getByRole("button", { name: "保存" }).click();
	await expect(page.getByText("已保存，共 29 行。")).toBeVisible();
	await atEveryWidth(page, "rows");
	const workbook = page.waitForEvent("download");
	await page.getByRole("link", { name: /导出 Excel/ }).click();
	expect((await workbook).suggestedFilename()).toBe("在托情况.xlsx");

	const file = "婴幼儿编号,班型,到托天数,半日托,收费（元）\nc1,托小班,18,否,1200\nc90,不对,20,否,\nc91,乳儿班,45,否,\nc92,乳儿班,5,是,800.5\n";
	await page.getByLabel("填好的文件").setInputFiles({ name: "在托情况.csv", mimeType: "text/csv", buffer: Buffer.from(file) });
	await page.getByRole("button", { name: "核对" }).click();
	await expect(page.getByText("有问题 2 行")).toBeVisible();
	await atEveryWidth(page, "rows-import");
	await page.getByRole("button", { name: "只导入没有问题的 2 行" }).click();
	await expect(page.getByText("已导入：新登记 1 行，更新 1 行。")).toBeVisible();
	await page.goto(rows);
	await expect(page.getByText("30 行").first()).toBeVisible();
	await page.getByRole("button", { name: "报送" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "报送" }).click();
	await expect(page.getByText("已报送 30 行。")).toBeVisible();

	await page.context().clearCookies();
	await signIn(page, "county-office-140403", rows);
	await expect(page.getByRole("cell", { name: "800.50" })).toBeVisible();
	await atEveryWidth(page, "rows-read");
});
