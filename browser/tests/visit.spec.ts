import { expect, test } from "@playwright/test";
import { Hand } from "./hand";
import { atEveryWidth, signIn } from "./support";

const picture = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");

test("a visit is filled in on a phone by keys alone, without a network, and sent when there is one", async ({ page, context }) => {
	await page.setViewportSize({ width: 320, height: 640 });
	await signIn(page, "inspector-140431", "/inspections");
	const hand = new Hand(page);
	await hand.press("j");
	await hand.press("Enter");
	await hand.tabTo(page.getByRole("link", { name: "填写现场记录" }));
	await hand.press("Enter");
	await expect(page.locator("#visit")).toBeVisible();
	await hand.aside(() => atEveryWidth(page, "visit"));
	await page.setViewportSize({ width: 320, height: 640 });
	const items = page.locator("fieldset[data-rule]");
	const count = await items.count();
	expect(count).toBeGreaterThan(10);
	await context.setOffline(true);
	await hand.tabTo(page.getByRole("button", { name: "到下一个未检查的项目" }));
	await hand.press("Enter");
	for (let n = 0; n < count; n++) {
		await expect(items.nth(n).getByLabel("合格", { exact: true })).toBeFocused();
		if (n === count - 1) { await hand.press("ArrowRight"); } else {
			await hand.press("Space");
			await hand.press("Tab");
		}
	}
	await expect(items.nth(count - 1).getByLabel("不合格", { exact: true })).toBeChecked();
	await hand.tabTo(items.nth(count - 1).getByLabel("问题"));
	await hand.type("现场不符合要求");
	await hand.tabTo(items.nth(count - 1).locator("input[type=file]"));
	const photo = { name: "photo.png", mimeType: "image/png", buffer: picture };
	await hand.filesByKey(photo);
	const photos = items.nth(count - 1).locator("[data-photos]");
	await expect(photos.locator("p")).toHaveText("已拍 1 张");
	await expect(photos.locator("img")).toHaveJSProperty("naturalWidth", 1);
	await hand.tabTo(photos.getByRole("button", { name: "移除照片 1" }));
	await hand.press("Enter");
	await expect(photos.locator("img")).toHaveCount(0);
	await expect(items.nth(count - 1).locator("input[type=file]")).toBeFocused();
	await hand.filesByKey(photo);
	await expect(photos.locator("img")).toHaveCount(1);
	await expect(page.getByRole("button", { name: "到下一个未检查的项目" })).toBeHidden();
	await hand.tabTo(page.getByRole("button", { name: "送交现场记录" }));
	await hand.press("Enter");
	await expect(page.locator("#visit-said")).toContainText("没有网络");
	hand.done(`a visit of ${count} items by keys, one defect, a photo taken twice`, 160);

	// The device may be put away in between: what was written is still there.
	await context.setOffline(false);
	await expect(page.locator("#visit-said")).toContainText("已送交，第 1 版");
	await page.getByRole("link", { name: "检查办件和签字" }).click();
	await expect(page.getByRole("heading", { name: "现场记录第 1 版" })).toBeVisible();
	await expect(page.getByText("下列问题待各方签字后确认")).toBeVisible();
	await atEveryWidth(page, "inspection");
});

test("without a network a page of ours says so, and leads to what can be used", async ({ page, context }) => {
	await signIn(page, "inspector-140431", "/visits");
	await page.evaluate(() => navigator.serviceWorker.ready);
	await page.reload(); // from now on the worker answers
	await context.setOffline(true);
	await page.goto("/inspections");
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("现在没有网络");
	await page.getByRole("link", { name: "今日检查" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("今日检查");
	await context.setOffline(false);
	await page.goto("/inspections");
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("检查");
});

test("everybody who is signed in sees a page of tuoyu without a network", async ({ page, context }) => {
	await signIn(page, "clerk-140431", "/tasks");
	await page.evaluate(() => navigator.serviceWorker.ready);
	await page.reload();
	await context.setOffline(true);
	for (const address of ["/tasks", "/", "/inspections"]) {
		await page.goto(address);
		await expect(page.getByRole("heading", { level: 1 })).toHaveText("现在没有网络");
	}
});

test("the site of a filing is checked on a phone without a network, by the same list, and answers its task", async ({ page, context }) => {
	await page.setViewportSize({ width: 320, height: 640 });
	await signIn(page, process.env.SITE_INSPECTOR ?? "inspector-140431", "/visits");
	await page.evaluate(() => navigator.serviceWorker.ready);
	const waiting = page.locator("ol.tasks li", { hasText: "备案现场核查" }).first();
	await expect(waiting.locator('a[href^="tel:"]')).toBeVisible();
	await page.reload(); // from now on the worker answers, and keeps the visits on the list
	await waiting.locator("a").first().click();
	await atEveryWidth(page, "site-visit");
	await page.setViewportSize({ width: 320, height: 640 });
	const address = page.url();
	await context.setOffline(true);
	await page.goto(address);
	const items = page.locator("fieldset[data-rule]");
	const count = await items.count();
	expect(count).toBeGreaterThan(10);
	for (let n = 0; n < count; n++) {
		await items.nth(n).getByLabel(n === 3 ? "不合格" : "合格", { exact: true }).check();
	}
	await expect(page.locator("#visit-more")).toBeVisible();
	await items.nth(3).getByLabel("问题").fill("护栏松动");
	await items.nth(3).locator("input[type=file]").setInputFiles({ name: "photo.png", mimeType: "image/png", buffer: picture });
	await expect(items.nth(3).locator("[data-photos] img")).toHaveCount(1);
	await page.getByRole("button", { name: "送交现场记录" }).click();
	await expect(page.locator("#visit-said")).toContainText("没有网络");
	await context.setOffline(false);
	await expect(page.locator("#visit-said")).toContainText("已送交：现场核查不符合");
	await page.getByRole("link", { name: "待办、申请材料和规则意见" }).click();
	await expect(page.locator(".notice.good")).toHaveText("已办理：现场核查不符合");
});
