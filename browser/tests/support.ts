import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** The widths every page is looked at: a phone, a tablet, an office screen. */
export const widths = [320, 768, 1280];

/** signIn signs in a role account through the provider, as a person would from the sign-in page of a demonstration. */
export async function signIn(page: Page, account: string, next = "/home") {
	await page.goto(`/signin?next=${encodeURIComponent(next)}`);
	const link = page.locator(`a[href*="account=${account}&"]`);
	if (!(await link.isVisible())) {
		await page.locator("details", { has: link }).locator("summary").click();
	}
	await link.click();
	await expect(page.locator(`a[href="/account"][title="${account}"]`)).toBeVisible();
}

/** fits finds nothing wider than the screen. */
async function fits(page: Page) {
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	expect(wide, "the page is wider than the screen").toBeLessThanOrEqual(0);
}

/** What pages write in Latin letters: kinds of files, units, standards, and names of things that have no other. */
const latin = /^(PDF|Excel|Word|JPG|JPEG|PNG|WebP|HEIC|DOCX|XLSX|CSV|ICS|SVG|ZIP|MB|MiB|KB|GB|JGJ|WS|WHO|SHA|JSON|UTF|GBK|Esc|Enter|Tab|Ctrl|Alt|Shift|Space|ABC|SMA|Windows|Linux|Edge|kg|cm|mm|min|max|tuoyu)$/;

/** Accounts of the demonstration without a number, which lists show as they are. */
const accounts = /^(city-office|city-finance|procedure-author|procedure-approver|finance|auditor|administrator|insurer|clerk|supervisor|inspector)$/;

/** inChinese finds no word of a program, no code in the place of a name, and no unnatural word in the text of a page. */
async function inChinese(page: Page) {
	const texts = await page.evaluate(() => {
		const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found: string[] = [];
		for (let node = walker.nextNode(); node; node = walker.nextNode()) {
			if (!node.parentElement?.closest("script, style, noscript, template, code, kbd, textarea, [translate=no]")) { found.push(node.textContent ?? ""); }
		}
		return found;
	});
	const named = /\.(pdf|jpe?g|png|webp|xlsx|docx)\b|https?:/i; // files, called as their owners call them, and addresses
	const wrong = texts.filter((text) => !named.test(text)).flatMap((text) => [
		...(text.match(/[A-Za-z0-9_.-]*[A-Za-z_]{2,}[A-Za-z0-9_.-]*/g) ?? []).filter((word) => !/\d|^[crs]-|^[A-Z]{12,}$/.test(word) && !latin.test(word) && !accounts.test(word)).map((word) => `${word}: ${text}`),
		...(text.match(/(?<!提示)标识|县区代码|undefined|单位分/g) ?? []).map((word) => `${word}: ${text}`),
	]);
	expect([...new Set(wrong)], "words on the page that are not Chinese, or not what people say").toEqual([]);
}

/** accessible finds no violation of WCAG 2.2 AA on the page as it is, nothing wider than the screen, and only Chinese. */
export async function accessible(page: Page) {
	// A printed page in a sandbox runs no scripts, so axe would wait for it for ever; its own tests look at it.
	// In legacy mode axe runs in the page alone, which takes a third of the time: otherwise it opens a second page for its result.
	const found = await new AxeBuilder({ page }).setLegacyMode(true).exclude("iframe[sandbox]").withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
	expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).slice(0, 3).join(" | ")}`)).toEqual([]);
	await fits(page);
	await inChinese(page);
}

/** legibleInTheDark finds no text without contrast in dark colours, and nothing wider than the screen of a larger phone. */
async function legibleInTheDark(page: Page) {
	await page.setViewportSize({ width: 390, height: 844 });
	await page.emulateMedia({ colorScheme: "dark" });
	const found = await new AxeBuilder({ page }).setLegacyMode(true).exclude("iframe[sandbox]").withRules(["color-contrast", "target-size"]).analyze();
	expect(found.violations.map((v) => `dark ${v.id}: ${v.nodes.map((n) => n.html).slice(0, 3).join(" | ")}`)).toEqual([]);
	await fits(page);
	await page.emulateMedia({ colorScheme: null });
}

/** atEveryWidth looks at a page as phones, a tablet and an office screen show it, and keeps a picture of each. Between a phone
    and an office screen only the layout changes, so that a tablet's is looked at for what does not fit. */
export async function atEveryWidth(page: Page, name: string) {
	for (const width of widths) {
		await page.setViewportSize({ width, height: width === 320 ? 640 : 900 });
		await (width === 768 ? fits(page) : accessible(page));
		if (process.env.SCREENS) {
			const height = await page.evaluate(() => document.documentElement.scrollHeight);
			await page.screenshot({
				path: `${process.env.SCREENS}/${name}-${width}.jpg`, type: "jpeg", quality: 50,
				fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(height, width === 320 ? 640 : 1400) },
			});
		}
	}
	await legibleInTheDark(page);
	await page.setViewportSize({ width: 1280, height: 900 });
}

/** answered is what a clerk reads once an answer is taken: at once, or, while the machine is busy, that it is kept and follows. */
export const answered = (outcome = "") => new RegExp(`已办理：${outcome}|已收下您的办理结果`);
