import { expect, test } from "@playwright/test";
import { accessible, signIn } from "./support";

test("two tabs that sign in at once each go on to where they were going", async ({ context }) => {
	const [first, second] = [await context.newPage(), await context.newPage()];
	await first.goto("/signin?next=/cases");
	await second.goto("/signin?next=/tasks");
	// Both have left for the provider before either comes back.
	for (const [page, next] of [[first, "cases"], [second, "tasks"]] as const) {
		await page.goto(`/signin/start?next=/${next}`);
		await expect(page.getByRole("heading", { level: 1 })).toHaveText("选择账号登录");
	}
	for (const [page, next] of [[second, "tasks"], [first, "cases"]] as const) {
		await page.locator('button[name="account"][value="clerk-140423"]').evaluate((b: HTMLButtonElement) => b.click());
		await expect(page).toHaveURL(new RegExp(`/${next}$`));
		await expect(page.locator('a[href="/account"][title="clerk-140423"]')).toBeVisible();
	}
});

test("signing out ends the provider's session", async ({ page, context }) => {
	await signIn(page, "clerk-140423", "/cases");
	// While it lasts, the provider asks nothing: forgetting this site's own session is not enough.
	await context.clearCookies({ name: /tuoyu/ });
	await page.goto("/signin/start?next=/cases");
	await expect(page).toHaveURL(/\/cases$/);
	await page.getByRole("button", { name: "退出" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已退出登录");
	await accessible(page);
	await page.goto("/signin/start?next=/cases");
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("选择账号登录");
});
