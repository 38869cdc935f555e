import { expect, test, type Page } from "@playwright/test";
import { signIn } from "./support";

// No link of a page leads to an error: what the reader may not open is not offered. Of each sort of page, the same but for numbers and
// names, a few are followed from the navigation on.
const accounts = [
	"institution-140403-01", "clerk-140403", "supervisor-140403", "inspector-140403", "clinic-140403-1", "county-office-140403", "city-office", "auditor",
	"administrator", "registrar-market-140403", "insurer",
];
const perSort = 3, most = 150;

for (const account of accounts) {
	test(`no link leads ${account} to an error`, async ({ page }) => {
		await signIn(page, account);
		const seen = new Map<string, number>(), queue: [path: string, from: string][] = [];
		const add = (from: string, links: string[]) => {
			for (const link of links) {
				const kind = sort(link);
				if (queue.length >= most || queue.some(([path]) => path === link) || (seen.get(kind) ?? 0) >= perSort) { continue; }
				seen.set(kind, (seen.get(kind) ?? 0) + 1);
				queue.push([link, from]);
			}
		};
		add(page.url(), await linksOf(page, await page.content()));
		const broken: string[] = [];
		for (let n = 0; n < queue.length; n++) {
			const [path, from] = queue[n];
			const answer = await page.request.get(path);
			if (answer.status() >= 400) { broken.push(`${from} leads to ${path}: ${answer.status()}`); continue; }
			if (answer.headers()["content-type"]?.startsWith("text/html")) { add(path, await linksOf(page, await answer.text())); }
		}
		expect(queue.length).toBeGreaterThan(3);
		expect(broken).toEqual([]);
	});
}

/** sort is what an address has in common with those of pages of its sort. */
function sort(link: string) {
	const url = new URL(link, "http://pages");
	return `${url.pathname.replace(/[A-Za-z]*-?[0-9][A-Za-z0-9-]*|(?<=\/)[a-z]+-[a-z0-9-]+(?=\/|$)/g, "*")}?${[...url.searchParams.keys()].filter((key) => key !== "list").sort()}`;
}

/** linksOf is where a page leads: to pages of ours, not to files that are downloaded. */
async function linksOf(page: Page, html: string) {
	return page.evaluate((text) => {
		const links = [...new DOMParser().parseFromString(text, "text/html").querySelectorAll("a[href]:not([download])")].map((a) => a.getAttribute("href") ?? "");
		return links.filter((href) => href.startsWith("/") && !href.startsWith("/sign") && !href.startsWith("/docs") && !href.startsWith("/static")).map((href) => href.replace(/#.*/, ""));
	}, html);
}
