import { expect, test, type Page } from "@playwright/test";
import { accessible, signIn } from "./support";

// Nothing a person entered is lost: not with a session that ended meanwhile, not by way of the back button, not by a second click.

async function draft(page: Page, account: string): Promise<string> {
	await signIn(page, account, "/filing/new");
	await page.getByLabel("社区托育机构").check();
	await page.getByRole("button", { name: "开始填写" }).dblclick();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已建立备案草稿");
	return page.locator("dd").nth(0).innerText();
}

test("what was half filled in outlives the session and the way back", async ({ page, browser }) => {
	const account = "institution-140423-12";
	const caseNo = await draft(page, account);
	await page.goto("/cases");
	await expect(page.locator("main").getByText(caseNo)).toHaveCount(1); // clicked twice, begun once

	// Away from a form and back again.
	await page.goto(`/filing/${caseNo}/section/institution`);
	const name = page.locator('[name="/institution/name"]');
	await name.fill("襄垣县示例社区托育点");
	await page.getByRole("link", { name: "我的办件" }).click();
	await expect(page.getByRole("heading", { level: 1 })).not.toHaveText("机构");
	await page.goBack();
	await expect(name).toHaveValue("襄垣县示例社区托育点");

	// The session is ended from another device before the form is sent.
	const elsewhere = await (await browser.newContext()).newPage();
	await signIn(elsewhere, account, "/account");
	await elsewhere.getByRole("button", { name: "退出所有设备" }).click();
	await elsewhere.getByRole("dialog").getByRole("button", { name: "退出所有设备" }).click();
	await expect(elsewhere.getByRole("heading", { level: 1 })).toHaveText("已退出登录");
	await page.getByRole("button", { name: "保存", exact: true }).click();
	await expect(page.getByText("已保留").first()).toBeVisible();
	await accessible(page);
	await signIn(page, account, "/home");
	await expect(page.getByText("您填写的内容仍在").first()).toBeVisible();
	await accessible(page);

	// The form is shown again as it was left, and sent as it was.
	await page.getByRole("button", { name: "回到表单" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("机构");
	await expect(name).toHaveValue("襄垣县示例社区托育点");
	await page.goBack();
	await page.getByRole("button", { name: "继续提交" }).click();
	await expect(page.getByText("已保存“机构”。")).toBeVisible();
	await page.goto(`/filing/${caseNo}/section/institution`);
	await expect(name).toHaveValue("襄垣县示例社区托育点");
});

test("what was typed and not saved is there again, rows and all, until it is saved", async ({ page, context }) => {
	await signIn(page, "institution-140405-14", "/filing/new");
	await page.getByLabel("社区托育机构").check();
	await page.getByRole("button", { name: "开始填写" }).click();
	const caseNo = await page.locator("dd").first().innerText();
	const classes = `/filing/${caseNo}/section/classes`;
	await page.goto(classes);
	await context.setOffline(true);
	for (const [id, name] of [["c-1", "乳儿班"], ["c-2", "托小班"]]) {
		await page.getByRole("button", { name: "添加一行" }).click();
		await page.keyboard.type(id);
		await page.keyboard.press("Tab");
		await page.keyboard.type(name);
	}
	await page.locator('[name="/classes/1/kind"]').selectOption("toddler");
	await expect(page.locator("[data-draft-said]")).toContainText("已在本设备上暂存");
	await context.setOffline(false);
	await context.clearCookies(); // the session has ended
	await page.goto(classes);
	await signIn(page, "institution-140405-14", classes);
	await expect(page.locator("[data-draft-said]")).toContainText("已恢复");
	await expect(page.locator('[name="/classes/1/name"]')).toHaveValue("托小班");
	await expect(page.locator('[name="/classes/1/kind"]')).toHaveValue("toddler");
	await page.getByRole("button", { name: "保存", exact: true }).click();
	await expect(page.getByText("已保存“班级”。")).toBeVisible();
	await page.goto(classes);
	await expect(page.locator('[name="/classes/1/name"]')).toHaveValue("托小班");
	await expect(page.locator("[data-draft-said]")).toBeEmpty();
	// What is not wanted again is dropped.
	await page.locator('[name="/classes/1/name"]').fill("托大班");
	await expect(page.locator("[data-draft-said]")).toContainText("已在本设备上暂存");
	await page.goto(classes);
	await page.getByRole("button", { name: "不要恢复" }).click();
	await expect(page.locator('[name="/classes/1/name"]')).toHaveValue("托小班");
	await expect(page.locator("[data-draft-said]")).toBeEmpty();
});

test("a draft takes values that are faulty, shows them until they are corrected, and is not submitted before", async ({ page }) => {
	await signIn(page, "institution-140406-13", "/filing/new");
	await page.getByLabel("社区托育机构").check();
	await page.getByRole("button", { name: "开始填写" }).click();
	const caseNo = await page.locator("dd").first().innerText();
	const institution = `/filing/${caseNo}/section/institution`, premises = `/filing/${caseNo}/section/premises`;
	await page.goto(institution);
	await page.locator('[name="/institution/name"]').fill("示例社区托育点");
	await page.locator('[name="/institution/phone"]').fill("0355-20");
	await page.getByRole("button", { name: "保存并继续" }).click();
	await expect(page.getByText("已按所填内容保存草稿，其中 1 处需要改正")).toBeVisible();
	await accessible(page);
	await page.goto(premises);
	const area = page.locator('[name="/premises/floor_area_m2"]');
	await area.evaluate((input: HTMLInputElement) => { input.removeAttribute("pattern"); input.type = "text"; });
	await area.fill("四百二十");
	await page.getByRole("button", { name: "保存", exact: true }).click();
	await expect(page.getByText("已按所填内容保存草稿，其中 1 处需要改正")).toBeVisible();

	// Another day: what was typed is there, with what is wrong with it.
	await page.evaluate(() => localStorage.clear());
	await page.goto(`/filing/${caseNo}`);
	await expect(page.getByRole("listitem").filter({ hasText: "机构" }).getByText("1 处填写有误")).toBeVisible();
	await page.goto(premises);
	await expect(area).toHaveValue("四百二十");
	await page.goto(institution);
	await expect(page.locator('[name="/institution/phone"]')).toHaveValue("0355-20");
	await expect(page.locator('[name="/institution/name"]')).toHaveValue("示例社区托育点");
	await expect(page.locator("#faults a")).toHaveCount(1);

	await page.goto(`/filing/${caseNo}/check`);
	await expect(page.getByText("1 处填写有误，没有计入申请内容")).toHaveCount(2);
	await page.getByLabel("本机构承诺").check();
	await page.getByRole("button", { name: "提交", exact: true }).click();
	await expect(page.locator("#faults")).toContainText("草稿中还有填写有误的内容");
	await page.locator("#faults a", { hasText: "机构：" }).click();
	await page.locator('[name="/institution/phone"]').fill("０３５５－２０２０００２");
	await page.getByRole("button", { name: "保存", exact: true }).click();
	await expect(page.getByText("已保存“机构”。")).toBeVisible();
	await expect(page.getByText("1 处填写有误")).toHaveCount(1);
});
