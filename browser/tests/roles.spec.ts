import { expect, test } from "@playwright/test";
import { accessible, atEveryWidth, signIn } from "./support";

// Every page that the navigation of a role leads to, with axe: at every width for the first role that has it, and the home page, which
// differs the most, for each. Nothing that they offer leads to an error: of the links of each sort, the same but for numbers, one is
// followed, and those of the pages it leads to.
const perSort = 1;
const seenAtEveryWidth = new Set<string>();
const roles: Record<string, string> = {
	institution: "institution-140403-01", clerk: "clerk-140403", supervisor: "supervisor-140403", inspector: "inspector-140403",
	hospital: "clinic-140403-1", "county-office": "county-office-140403", "city-office": "city-office", auditor: "auditor",
	administrator: "administrator", registrar: "registrar-market-140403", insurer: "insurer",
	finance: "finance-140403", "city-finance": "city-finance", "procedure-author": "procedure-author", "procedure-approver": "procedure-approver",
};

for (const [role, account] of Object.entries(roles)) {
	test(`every page in the navigation of ${role}`, async ({ page }) => {
		await signIn(page, account);
		const links = await page.getByRole("navigation", { name: "主要" }).getByRole("link").evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? ""));
		expect(links.length).toBeGreaterThan(0);
		const offered: string[] = [], sorts = new Map<string, number>(), broken: string[] = [];
		const offer = (hrefs: string[]) => {
			for (const href of hrefs.map((one) => one.replace(/#.*/, ""))) {
				const sort = sortOf(href), seen = sorts.get(sort) ?? 0;
				if (!/^\/(?!sign|docs|static)/.test(href) || offered.includes(href) || seen >= perSort) { continue; }
				sorts.set(sort, seen + 1);
				offered.push(href);
			}
		};
		for (const link of links) {
			const answer = await page.goto(link);
			expect(answer?.status(), link).toBe(200);
			await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
			offer(await page.locator("a[href]").evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? "")));
			if (link !== "/" && seenAtEveryWidth.has(link) && !process.env.SCREENS) {
				await accessible(page);
				continue;
			}
			await atEveryWidth(page, `${role}${link.replaceAll("/", "-")}`);
			seenAtEveryWidth.add(link);
		}
		const direct = offered.length;
		for (let n = 0; n < offered.length; n++) {
			const answer = await page.request.get(offered[n]);
			if (answer.status() >= 400) { broken.push(`${offered[n]}: ${answer.status()}`); }
			if (n < direct && answer.headers()["content-type"]?.startsWith("text/html")) {
				offer([...(await answer.text()).matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href]) => href.replaceAll("&amp;", "&")));
			}
		}
		expect(broken, "links that lead to an error").toEqual([]);
	});
}

/** sortOf is what the addresses of pages of one sort have in common. */
function sortOf(href: string) {
	const url = new URL(href, "http://pages");
	return `${url.pathname.replace(/[^/]*\d[^/]*/g, "*")}?${[...url.searchParams.keys()].filter((key) => key !== "list").sort()}`;
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
