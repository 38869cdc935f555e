import { expect, test } from "@playwright/test";
import { atEveryWidth, signIn } from "./support";

// Those who care for children see them by name; an office sees their codes. The cases are the demonstration's.
const name = /婴幼儿\d+/;
const code = /C[A-Z2-7]{20}/;

test("a nursery sees its children by name on the roster, in attendance and by the month", async ({ page }) => {
	await signIn(page, "institution-140431-03", "/children");
	const rows = page.locator("tbody th");
	await expect(rows.first()).toBeVisible();
	for (const row of await rows.allInnerTexts()) { expect(row).toMatch(name); }
	const wanted = (await rows.last().innerText()).match(name)?.[0] ?? "";
	await page.getByRole("search").last().getByLabel("姓名", { exact: true }).fill(wanted);
	await page.keyboard.press("Enter");
	await expect(page).toHaveURL(/[?&]q=/);
	for (const row of await rows.allInnerTexts()) { expect(row).toContain(wanted); }
	await page.getByRole("columnheader", { name: "月龄" }).getByRole("link").click();
	await expect(page.getByRole("columnheader", { name: "月龄" })).toHaveAttribute("aria-sort", "ascending");
	await expect(rows.first()).toContainText(wanted);
	await page.goto("/attendance");
	for (const row of await rows.allInnerTexts()) { expect(row).toMatch(name); }
	await page.getByRole("link", { name: "月合计" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toContainText("考勤");
	for (const row of await rows.allInnerTexts()) { expect(row).toMatch(name); }
});

test("a clinic is told which child is referred and whom to call", async ({ page }) => {
	await signIn(page, "clinic-140403-2", "/referrals");
	await expect(page.locator("tbody tr").first()).toContainText(name);
	await page.locator("tbody th a").first().click();
	await expect(page.getByText(name)).toBeVisible();
	const call = page.getByRole("link", { name: /^1\d{10}$/ });
	await expect(call).toHaveAttribute("href", `tel:${await call.innerText()}`);
	await atEveryWidth(page, "referral");
});

test("the nursery of a referred child sees it by name", async ({ page }) => {
	await signIn(page, "institution-140403-05", "/referrals");
	await expect(page.locator("tbody tr").first()).toContainText(name);
});

test("an office sees codes alone and no telephone", async ({ page }) => {
	await signIn(page, "county-office-140403", "/referrals");
	const row = page.locator("tbody tr").first();
	await expect(row.locator("th")).toContainText(code);
	await expect(page.locator("main")).not.toContainText(name);
	await row.locator("th a").click();
	await expect(page.locator("dd").getByText(code)).toBeVisible();
	await expect(page.locator("main")).not.toContainText(name);
	await expect(page.locator('a[href^="tel:"]')).toHaveCount(0);
});
