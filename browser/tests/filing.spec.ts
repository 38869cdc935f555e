import { expect, test, type Page } from "@playwright/test";
import { accessible, atEveryWidth, signIn } from "./support";

// fillYes answers every question of a section that asks yes or no, and what is asked in words.
async function fill(page: Page, values: Record<string, string>) {
	for (const [name, value] of Object.entries(values)) {
		const field = page.locator(`[name="${name}"]`).first();
		const type = await field.getAttribute("type");
		if (type === "radio") {
			await page.locator(`[name="${name}"][value="${value}"]`).check();
		} else if ((await field.evaluate((e) => e.tagName)) === "SELECT") {
			await field.selectOption(value);
		} else {
			await field.fill(value);
		}
	}
}

test("an institution fills in a filing section by section, with the rules beside it, and anybody with the code follows it", async ({ page, browser }) => {
	await signIn(page, "institution-140405-11", "/start");
	await atEveryWidth(page, "start");
	await page.locator('a[href="/filing/new"]').first().click();
	await page.getByLabel("社区托育机构").check();
	await page.getByRole("button", { name: "开始填写" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已建立备案草稿");
	const code = await page.locator("dd").nth(1).innerText();
	const caseNo = await page.locator("dd").nth(0).innerText();
	await accessible(page);
	await page.getByRole("link", { name: "开始填写" }).click();
	await atEveryWidth(page, "filing");

	await page.getByRole("link", { name: "机构", exact: true }).click();
	await fill(page, {
		"/institution/name": "屯留区示例社区托育点", "/institution/uscc": "52140403MJY0010200", "/institution/nature": "social_service",
		"/institution/address": "屯留区示例路 1 号", "/institution/phone": "0355-2021234",
	});
	await page.getByRole("button", { name: "保存", exact: true }).click();
	// A code whose check digit is wrong is said at its field, and nothing else that was entered is lost.
	await expect(page.getByRole("alert")).toContainText("统一社会信用代码");
	await expect(page.locator('[name="/institution/name"]')).toHaveValue("屯留区示例社区托育点");
	await accessible(page);
	await fill(page, { "/institution/uscc": "52140403MJY001020J" });
	await page.getByRole("button", { name: "保存", exact: true }).click();
	await expect(page.getByText("已保存“机构”。")).toBeVisible();

	await page.getByRole("link", { name: "班级", exact: true }).click();
	await page.getByRole("button", { name: "添加一行" }).click();
	await fill(page, { "/classes/0/id": "c-1", "/classes/0/name": "托小班", "/classes/0/kind": "toddler", "/classes/0/seats": "40" });
	await expect(page.locator("#precheck .reason").first()).toBeVisible();
	await expect(page.locator("#precheck")).toContainText("依据");
	await atEveryWidth(page, "filing-section");
	await fill(page, { "/classes/0/seats": "15" });
	await page.getByRole("button", { name: "保存", exact: true }).click();
	await expect(page.getByText("已保存“班级”。")).toBeVisible();

	// Left and taken up again, what was saved is there.
	await page.goto(`/filing/${caseNo}/section/classes`);
	await expect(page.locator('[name="/classes/0/seats"]')).toHaveValue("15");
	await page.goto(`/filing/${caseNo}/check`);
	await expect(page.getByRole("cell", { name: "托小班" }).first()).toBeVisible();
	await atEveryWidth(page, "filing-check");

	// The applicant's progress is open to everybody who has the code, without signing in.
	const stranger = await browser.newContext();
	const outside = await stranger.newPage();
	await outside.goto(`/progress#case=${caseNo}&code=${code}`);
	await expect(outside.getByRole("heading", { level: 1 })).toContainText("草稿");
	await atEveryWidth(outside, "progress");
	await stranger.close();
});
