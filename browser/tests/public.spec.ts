import { expect, test } from "@playwright/test";
import { atEveryWidth, signIn } from "./support";

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
