import { expect, test } from "@playwright/test";
import { accessible, atEveryWidth, signIn } from "./support";

test("a clerk finds, claims and looks at a task, by keys alone", async ({ page }) => {
	await signIn(page, "clerk-140403", "/tasks?view=claimable");
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("待办");
	await atEveryWidth(page, "inbox");
	const first = page.locator("[data-row]").first();
	await expect(first).toBeVisible();
	await page.keyboard.press("j");
	await expect(first).toHaveClass(/picked/);
	await page.keyboard.press("?");
	await expect(page.getByRole("dialog")).toBeVisible();
	await accessible(page);
	await page.keyboard.press("Escape");
	await page.keyboard.press("c");
	await expect(page.getByText("已领取。")).toBeVisible();
	await page.goto("/tasks?view=mine");
	await page.keyboard.press("j");
	await page.keyboard.press("Enter");
	await expect(page.getByRole("group", { name: "办理结果" })).toBeVisible();
	await atEveryWidth(page, "task");
	await page.getByRole("button", { name: "退回" }).click();
	await expect(page.getByText("已退回，其他人可以领取。")).toBeVisible();
});

test("keys are silent while something is written", async ({ page }) => {
	await signIn(page, "clerk-140403", "/tasks");
	await page.keyboard.press("/");
	await page.keyboard.type("jkc");
	await expect(page.getByLabel("办件编号或机构名称")).toHaveValue("jkc");
	await expect(page.locator(".picked")).toHaveCount(0);
});

test("a case shows who holds the ball and each reason with its article", async ({ page }) => {
	await signIn(page, "clerk-140403", "/cases");
	await atEveryWidth(page, "cases");
	await page.locator("[data-row] a").first().click();
	await expect(page.getByText("现在由谁办理")).toBeVisible();
	await atEveryWidth(page, "case");
	const download = page.waitForEvent("download");
	await page.goto("/cases").then(() => page.getByRole("link", { name: "导出 Excel" }).click());
	expect((await download).suggestedFilename()).toBe("办件.xlsx");
});

test("a view is saved, used and deleted", async ({ page }) => {
	await signIn(page, "clerk-140403", "/tasks?view=due");
	await page.getByText("保存的视图").click();
	await page.getByLabel("把当前视图保存为").fill("快到期的");
	await page.getByRole("button", { name: "保存", exact: true }).click();
	await expect(page.getByRole("link", { name: "快到期的" }).first()).toHaveAttribute("aria-current", "page");
	await page.getByText("保存的视图").first().click();
	await page.getByRole("button", { name: /删除\s*视图快到期的/ }).click();
	await expect(page.getByRole("dialog")).toContainText("快到期的");
	await page.getByRole("dialog").getByRole("button", { name: "删除" }).click();
	await expect(page.getByText("已删除视图。")).toBeVisible();
});
