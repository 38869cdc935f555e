import { readFileSync } from "node:fs";
import { expect, type Browser, type Page } from "@playwright/test";
import { signIn } from "./support";

type Json = string | number | boolean | null | Json[] | Group;
export type Group = { [name: string]: Json };

/** community is the application of a community nursery with its fifteen staff and forty papers, and its registration. */
export const community = () => JSON.parse(readFileSync(process.env.APPLICATION ?? "", "utf8")) as { application: Group; registration: Group };

const sections: [name: string, fields: string[]][] = [
	["institution", ["site_kind", "institution"]], ["service", ["service_forms", "inclusive", "meals", "prices"]], ["classes", ["classes"]],
	["premises", ["premises"]], ["fire", ["fire"]], ["hygiene", ["hygiene"]], ["staff", ["staff"]], ["papers", ["papers"]],
];

/** creditCode is a credit code of a social organisation of the county with its check digit, another for each serial. */
export function creditCode(county: string, serial: number) {
	const digits = "0123456789ABCDEFGHJKLMNPQRTUWXY";
	const body = `52${county}MJY${String(serial).padStart(5, "0")}`;
	// The organisation's own nine, whose last is its check digit, then the check digit of the whole.
	const org = body.slice(8, 16);
	const weights = [3, 7, 9, 10, 5, 8, 4, 2];
	const rest = 11 - [...org].reduce((sum, c, i) => sum + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(c) * weights[i], 0) % 11;
	const first = body + (rest === 10 ? "X" : rest === 11 ? "0" : String(rest));
	let sum = 0;
	for (let i = 0, weight = 1; i < 17; i++, weight = weight * 3 % 31) { sum += digits.indexOf(first[i]) * weight; }
	return first + digits[(31 - sum % 31) % 31];
}

/** spread writes a value as the fields of a form that asks for it. */
function spread(form: FormData, at: string, value: Json) {
	if (Array.isArray(value) && value.every((v) => typeof v === "object" && v !== null)) {
		value.forEach((item, n) => { form.append(`${at}/_rows`, String(n)); spread(form, `${at}/${n}`, item); });
	} else if (Array.isArray(value)) {
		if (at.endsWith("/storeys")) { form.append(at, value.join("，")); } else { for (const v of value) { form.append(at, String(v)); } }
	} else if (value !== null && typeof value === "object") {
		for (const [name, inner] of Object.entries(value)) { spread(form, `${at}/${name}`, inner); }
	} else {
		form.append(at, at.endsWith("/fen") ? String(Number(value) / 100) : String(value));
	}
}

/** pdf is a page of words that a browser can show. */
export function pdf(words: string) {
	const stream = `BT /F1 24 Tf 72 760 Td (${words}) Tj ET`;
	return Buffer.from(`%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n` +
		`3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n` +
		`4 0 obj<</Length ${stream.length}>>stream\n${stream}\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`);
}

/** other opens a screen of its own for an account. */
export async function other(browser: Browser, account: string, next: string) {
	const screen = await (await browser.newContext()).newPage();
	await signIn(screen, account, next);
	return screen;
}

/** file hands in the community nursery's application for an institution, as its form would be sent, and returns the case. */
export async function file(browser: Browser, page: Page, county: string, serial: number, change: (a: Group) => void = () => {}, registered = true) {
	const { application, registration } = community();
	const institution = application.institution as Group;
	const uscc = creditCode(county, serial);
	const name = `示例社区托育服务中心${serial}`;
	Object.assign(institution, { uscc, name });
	Object.assign(registration, { uscc, name });
	if (registered) {
		const registrar = await other(browser, `registrar-civil-${county}`, "/registrations");
		const form = new FormData();
		form.append("_key", crypto.randomUUID());
		spread(form, "", registration);
		const pushed = await registrar.request.post("/registrations", { multipart: form, headers: { Origin: new URL(registrar.url()).origin } });
		expect(pushed.url(), await pushed.text()).not.toMatch(/problem/);
		await registrar.context().close();
	}
	change(application);
	await signIn(page, `institution-${county}-${String(serial).padStart(2, "0")}`, "/filing/new");
	await page.getByLabel("社区托育机构").check();
	await page.getByRole("button", { name: "开始填写" }).click();
	const caseNo = await page.locator("dd").first().innerText();
	const picture = await page.screenshot({ type: "png" });
	const origin = { Origin: new URL(page.url()).origin };
	for (const [section, fields] of sections) {
		await page.goto(`/filing/${caseNo}/section/${section}`);
		const form = new FormData();
		for (const hidden of ["_key", "_version"]) { form.append(hidden, await page.locator(`#section [name=${hidden}]`).inputValue()); }
		for (const field of fields) {
			if (field in application) { spread(form, `/${field}`, application[field]); }
		}
		if (section === "papers") {
			(application.papers as Group[]).forEach((paper, n) => {
				const content = n % 4 === 3 ? new Blob([picture], { type: "image/png" }) : new Blob([pdf(String(paper.kind))], { type: "application/pdf" });
				form.delete(`/papers/${n}/attachment`);
				form.append(`/papers/${n}/attachment`, content, `${paper.kind}-${paper.staff ?? ""}扫描件.${n % 4 === 3 ? "png" : "pdf"}`);
			});
		}
		const saved = await page.request.post(`/filing/${caseNo}/section/${section}`, { multipart: form, headers: origin });
		expect(saved.url(), `${section}: ${(await saved.text()).match(/class="fault"[^>]*>[^<]*<[^>]*>[^<]*<[^>]*>([^<]*)/)?.[1] ?? saved.status()}`).toMatch(new RegExp(`/filing/${caseNo}$`));
	}
	await page.goto(`/filing/${caseNo}/check`);
	return caseNo;
}

/** submit declares and hands in what the check page shows. */
export async function submit(page: Page) {
	await page.getByLabel(/声明|真实/).check();
	await page.getByRole("button", { name: "提交", exact: true }).click();
}

/** taskOf opens the task of a case at a clerk's screen, when it is there. */
export async function taskOf(screen: Page, caseNo: string, title: string) {
	await expect(async () => {
		await screen.goto(`/tasks?q=${caseNo}`);
		await expect(screen.locator("[data-row] a", { hasText: title })).toBeVisible({ timeout: 5_000 });
	}).toPass();
	await screen.locator("[data-row] a", { hasText: title }).click();
	await expect(screen.getByRole("heading", { level: 1 })).toHaveText(title);
}
