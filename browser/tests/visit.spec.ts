import { expect, test } from "@playwright/test";
import { atEveryWidth, signIn } from "./support";

test("a visit is filled in on a phone without a network and sent when there is one", async ({ page, context }) => {
	await page.setViewportSize({ width: 320, height: 640 });
	await signIn(page, "inspector-140431", "/inspections");
	await page.locator("[data-row] a").first().click();
	await page.getByRole("link", { name: "填写现场记录" }).click();
	await atEveryWidth(page, "visit");
	await page.setViewportSize({ width: 320, height: 640 });
	const items = page.locator("fieldset[data-rule]");
	const count = await items.count();
	expect(count).toBeGreaterThan(10);
	await context.setOffline(true);
	for (let n = 0; n < count; n++) {
		await items.nth(n).getByLabel(n === count - 1 ? "不合格" : "合格", { exact: true }).check();
	}
	await items.nth(count - 1).getByLabel("问题").fill("现场不符合要求");
	await items.nth(count - 1).locator("input[type=file]").setInputFiles({
		name: "photo.png", mimeType: "image/png",
		buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64"),
	});
	await expect(items.nth(count - 1).locator("[data-photos]")).toHaveText("已拍 1 张");
	await page.getByRole("button", { name: "送交现场记录" }).click();
	await expect(page.locator("#visit-said")).toContainText("没有网络");

	// The device may be put away in between: what was written is still there.
	await context.setOffline(false);
	await expect(page.locator("#visit-said")).toContainText("已送交，第 1 版", { timeout: 30_000 });
	await page.getByRole("link", { name: "检查办件和签字" }).click();
	await expect(page.getByText("现场记录第 1 版")).toBeVisible();
	await atEveryWidth(page, "inspection");
});
