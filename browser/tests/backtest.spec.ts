import { expect, test } from "@playwright/test";
import { zipped } from "./procedures";
import { atEveryWidth, signIn } from "./support";

test("an office sees which decisions a stricter parameter would change", async ({ page }) => {
	await signIn(page, "county-office-140403", "/admin/rules/backtest");
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("规则回溯");
	await atEveryWidth(page, "backtest");
	await page.getByRole("button", { name: "比较" }).click();
	await expect(page.getByRole("alert").first()).toContainText("请选择规则包，或者选择要改的参数。");

	await page.getByLabel("参数").selectOption("class_size.toddler");
	await page.getByLabel("新值").fill("99");
	await page.getByRole("button", { name: "比较" }).click();
	await expect(page.getByRole("alert").first()).toContainText("县区只能改严");
	await atEveryWidth(page, "backtest-refused");
	await page.getByLabel("新值").fill("1");
	await page.getByRole("button", { name: "比较" }).click();
	await expect(page.getByRole("heading", { name: /重新裁定 \d+ 次，不同 [1-9]\d* 次/ })).toBeVisible();
	await expect(page.getByRole("region", { name: "会不同的裁定" })).toContainText("→");
	await atEveryWidth(page, "backtest-differs");
	const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "导出 Excel" }).click()]);
	expect(download.suggestedFilename()).toBe("规则回溯.xlsx");
});

test("a bundle that is none is explained", async ({ page }) => {
	await signIn(page, "city-office", "/admin/rules/backtest");
	await page.getByLabel(/^规则包/).setInputFiles({ name: "rules.zip", mimeType: "application/zip", buffer: zipped(new Map([["a.txt", Buffer.from("a")]])) });
	await page.getByRole("button", { name: "比较" }).click();
	await expect(page.getByRole("alert").first()).toContainText("规则包不能使用");
});
