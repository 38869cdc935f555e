import { expect, test } from "@playwright/test";
import { atEveryWidth, signIn } from "./support";

// Every page that the navigation of a role leads to, at every width, with axe.
const roles: Record<string, string> = {
	institution: "institution-140403-01", clerk: "clerk-140403", supervisor: "supervisor-140403", inspector: "inspector-140403",
	hospital: "clinic-140403-1", "county-office": "county-office-140403", "city-office": "city-office", auditor: "auditor",
	administrator: "administrator", registrar: "registrar-market-140403", insurer: "insurer",
};

for (const [role, account] of Object.entries(roles)) {
	test(`every page in the navigation of ${role}`, async ({ page }) => {
		await signIn(page, account);
		const links = await page.getByRole("navigation", { name: "主要" }).getByRole("link").evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? ""));
		expect(links.length).toBeGreaterThan(0);
		for (const link of links) {
			const answer = await page.goto(link);
			expect(answer?.status(), link).toBe(200);
			await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
			await atEveryWidth(page, `${role}${link.replaceAll("/", "-")}`);
		}
	});
}

// What the lists of the office lead to.
for (const list of ["/build", "/contracts", "/checkups", "/inspections", "/cases"]) {
	test(`the first of ${list}`, async ({ page }) => {
		await signIn(page, "auditor", list);
		await page.locator("tbody th a").first().click();
		await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
		await atEveryWidth(page, `one${list.replaceAll("/", "-")}`);
	});
}
