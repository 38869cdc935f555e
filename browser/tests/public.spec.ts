import { expect, test } from "@playwright/test";
import { Hand } from "./hand";
import { accessible, atEveryWidth, signIn } from "./support";

test("the front page leads everywhere without signing in", async ({ page }) => {
	await page.goto("/");
	await atEveryWidth(page, "front");
	await page.getByRole("main").getByRole("link", { name: /托育机构公示/ }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("托育机构公示");
	await atEveryWidth(page, "institutions");
});

test("what is not there and what needs signing in are said so", async ({ page }) => {
	const missing = await page.goto("/nothing");
	expect(missing?.status()).toBe(404);
	await expect(page.getByText("没有这个地址")).toBeVisible();
	await atEveryWidth(page, "missing");
	await page.goto("/tasks");
	await expect(page).toHaveURL(/\/signin\?next=%2Ftasks/);
	await atEveryWidth(page, "signin");
});

test("progress is asked with number and code, and a wrong code tells nothing", async ({ page }) => {
	await page.goto("/progress");
	await page.getByLabel("办件编号").fill("BA-140403-2026-000001-1");
	await page.getByLabel("查询码").fill("AAAA-BBBB-CCCC-DDDD");
	await page.getByRole("button", { name: "查询" }).click();
	await expect(page.getByRole("alert")).toContainText("没有查到");
	await atEveryWidth(page, "progress-wrong");
});

test("an account sees its devices, and signing out ends the session", async ({ page }) => {
	await signIn(page, "clerk-140403", "/account");
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("我的账号");
	await atEveryWidth(page, "account");
	await page.getByRole("button", { name: "退出", exact: true }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已退出登录");
	await page.goto("/tasks");
	await expect(page).toHaveURL(/\/signin/);
});

test("a guide says what is needed before anybody signs in, and its blank forms are there", async ({ page }) => {
	await page.goto("/");
	await page.getByRole("main").getByRole("link", { name: /办事指南/ }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("办事指南");
	await atEveryWidth(page, "guides");
	await page.getByRole("main").getByRole("link", { name: /^托育机构备案/ }).click();
	await expect(page.getByRole("img", { name: /流程：材料核对，然后/ })).toBeVisible();
	await expect(page.getByRole("row", { name: /^备案承诺书/ })).toContainText("各类机构");
	await atEveryWidth(page, "guide-filing");
	await page.getByRole("link", { name: /下载\s*备案书/ }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("托育机构备案书");
	await atEveryWidth(page, "blank-filing-form");
	for (const path of ["help", "privacy", "contact"]) {
		await page.goto(`/${path}`);
		await atEveryWidth(page, path);
	}
});

// A picture of one point, as small as one can be.
const photo = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVQI12NgYGAAAAAEAAEnNCcKAAAAAElFTkSuQmCC", "base64");

test("a complaint about a place that nobody has filed comes to the county with its photo, and to no other", async ({ page }) => {
	await page.goto("/");
	const hand = new Hand(page);
	await hand.click(page.getByRole("main").getByRole("link", { name: /投诉举报/ }));
	await hand.aside(() => atEveryWidth(page, "complaint"));
	await hand.choose(page.getByLabel("县区"), { label: "潞州区" });
	await hand.fill(page.getByLabel("被投诉的地方叫什么"), "某小区一楼托管");
	await hand.fill(page.getByLabel(/^地址/), "某路某号");
	await hand.choose(page.getByLabel("投诉类别"), { label: "安全" });
	await hand.fill(page.getByLabel("情况"), "没有挂牌，收了十几个孩子");
	await hand.files(page.getByLabel(/^照片/), { name: "门口.png", mimeType: "image/png", buffer: photo });
	await hand.click(page.getByRole("button", { name: "提交" }));
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已收到投诉举报");
	hand.done("a complaint about a place that nobody has filed, with a photo", 10);
	await expect(page.getByText("1 张")).toBeVisible();
	await atEveryWidth(page, "complaint-taken");
	const number = (await page.getByText(/^TS-140403-/).textContent())!.trim();
	await signIn(page, "supervisor-140403", `/complaints/${number}`);
	await expect(page.getByText("某小区一楼托管，某路某号")).toBeVisible();
	const shown = page.getByRole("img", { name: "门口.png" });
	await expect(shown).toBeVisible();
	await accessible(page);
	const address = await shown.locator("xpath=..").getAttribute("href");
	expect((await page.request.get(address!)).status()).toBe(200);
	await page.getByRole("button", { name: "退出", exact: true }).click();
	await signIn(page, "supervisor-140404");
	expect((await page.request.get(address!)).status()).toBe(404);
});

test("the register is searched by name, place and age", async ({ page }) => {
	await page.goto("/institutions");
	await page.getByLabel("机构名称").fill("没有这样的名称");
	await page.getByRole("button", { name: "查找" }).click();
	await expect(page.getByText("没有符合条件的托育机构")).toBeVisible();
	await page.goto("/institutions");
	await page.getByLabel("县区").selectOption({ label: "潞州区" });
	await page.getByLabel("孩子的月龄").selectOption({ index: 1 });
	await page.getByRole("button", { name: "查找" }).click();
	await expect(page).toHaveURL(/class_kind=infant/);
	await expect(page.getByLabel("乡镇、街道")).toBeVisible();
	await atEveryWidth(page, "register-search");
});
