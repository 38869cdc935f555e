import { readFileSync } from "node:fs";
import { expect, test, type Page } from "@playwright/test";
import { accessible, answered, atEveryWidth, signIn } from "./support";

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type Group = { [name: string]: Json };

const { application, registration } = JSON.parse(readFileSync(process.env.APPLICATION ?? "", "utf8")) as { application: Group; registration: Group };
const county = String((application.institution as Group).county);
const institution = `institution-${county}-${process.env.INSTITUTION ?? "12"}`;

const sections: [name: string, title: string, fields: string[]][] = [
	["institution", "机构", ["site_kind", "institution"]], ["service", "服务与收费", ["service_forms", "inclusive", "meals", "prices"]],
	["classes", "班级", ["classes"]], ["premises", "场所", ["premises"]], ["fire", "消防安全", ["fire"]], ["hygiene", "卫生保健", ["hygiene"]],
	["staff", "人员", ["staff"]], ["papers", "申请材料", ["papers"]],
];
const pdf = onePage();

/** onePage is a PDF of one empty page. */
function onePage(): Buffer {
	let file = "%PDF-1.4\n";
	const objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"];
	const offsets = objects.map((object, n) => {
		const at = file.length;
		file += `${n + 1} 0 obj\n${object}\nendobj\n`;
		return at;
	});
	const at = file.length;
	file += `xref\n0 4\n0000000000 65535 f \n${offsets.map((o) => `${String(o).padStart(10, "0")} 00000 n \n`).join("")}`;
	return Buffer.from(`${file}trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n${at}\n%%EOF\n`);
}

/** enter fills in a value of the application where the page asks for it, row by row. */
async function enter(page: Page, at: string, value: Json): Promise<void> {
	if (Array.isArray(value) && value.every((v) => typeof v === "object")) {
		for (let n = await page.locator(`[name="${at}/_rows"]`).count(); n < value.length; n++) {
			await page.locator(`button[name="_add"][value="${at}"]`).click();
			await expect(page.locator(`[name="${at}/_rows"]`)).toHaveCount(n + 1);
		}
		for (const [n, item] of value.entries()) { await enter(page, `${at}/${n}`, item); }
		return;
	}
	if (Array.isArray(value)) {
		if (await page.locator(`input[type=checkbox][name="${at}"]`).count() === 0) { return page.locator(`[name="${at}"]`).fill(value.join("，")); }
		const several = page.locator("details[data-several]:not([open])", { has: page.locator(`[name="${at}"]`) });
		if (value.length > 0 && await several.count() > 0) { await several.locator("summary").click(); }
		for (const v of value) { await page.locator(`[name="${at}"][value="${v}"]`).check(); }
		return;
	}
	if (value !== null && typeof value === "object") {
		for (const [name, inner] of Object.entries(value)) { await enter(page, `${at}/${name}`, inner); }
		return;
	}
	const field = page.locator(`[name="${at}"]`).first();
	const type = await field.getAttribute("type");
	if (type === "hidden") {
		await expect(field).toHaveValue(String(value));
	} else if (type === "file") {
		await field.setInputFiles({ name: "材料.pdf", mimeType: "application/pdf", buffer: pdf });
	} else if (type === "radio") {
		await page.locator(`[name="${at}"][value="${value}"]`).check();
	} else if (await field.evaluate((e) => e.tagName) === "SELECT") {
		await field.selectOption(String(value));
	} else {
		await field.fill(at.endsWith("/fen") ? String(Number(value) / 100) : String(value));
	}
}

async function save(page: Page, title: string) {
	await page.getByRole("button", { name: "保存", exact: true }).click();
	await expect(page.getByText(`已保存“${title}”。`)).toBeVisible();
}

test("a filing goes from an empty form through corrections to its receipt, every hand at its own screen", async ({ page, browser }) => {
	const other = async (account: string, next: string) => {
		const own = await browser.newContext();
		const screen = await own.newPage();
		await signIn(screen, account, next);
		return screen;
	};

	// The registration comes from its registrar.
	const registrar = await other(`registrar-civil-${county}`, "/registrations");
	for (const [name, value] of Object.entries(registration)) { await enter(registrar, `/${name}`, value); }
	await registrar.getByRole("button", { name: "推送" }).click();
	await expect(registrar.getByText("的登记信息。")).toBeVisible();

	await signIn(page, institution, "/start");
	await page.locator('a[href="/filing/new"]').first().click();
	await page.getByLabel("社区托育机构").check();
	await page.getByRole("button", { name: "开始填写" }).click();
	const caseNo = await page.locator("dd").nth(0).innerText();
	const code = await page.locator("dd").nth(1).innerText();
	for (const [name, title, fields] of sections) {
		await page.goto(`/filing/${caseNo}/section/${name}`);
		for (const field of fields) {
			const value = application[field];
			if (field === "papers") {
				await enter(page, "/papers", (value as Json[]).filter((p) => (p as Group).kind !== "fire_proof")); // forgotten
			} else if (field in application) {
				await enter(page, `/${field}`, value);
			}
		}
		await save(page, title);
	}
	await page.goto(`/filing/${caseNo}/check`);
	await accessible(page);
	await page.getByLabel(/声明|真实/).check();
	const submit = page.getByRole("button", { name: "提交" });
	await submit.dblclick(); // an impatient hand
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已提交");
	await atEveryWidth(page, "filing-receipt");
	// Going back to the form and sending it again acts once.
	await page.goBack();
	await page.goto(`/cases/${caseNo}`);
	await expect(page.getByText("现在由谁办理")).toBeVisible();

	const clerk = await other(`clerk-${county}`, `/tasks?q=${caseNo}`);
	await clerk.locator("[data-row] a").first().click();
	await expect(clerk.getByText("缺少消防安全检查合格证明。")).toBeVisible();
	await clerk.getByLabel("补正", { exact: false }).first().check();
	await clerk.getByRole("button", { name: "办理", exact: true }).click();
	await clerk.getByRole("button", { name: /^确认/ }).click();
	await expect(clerk.getByText(answered()).first()).toBeVisible();

	// What is missing is told at once, and only that is open.
	await page.goto("/start");
	await expect(async () => {
		await page.goto(`/filing/${caseNo}`);
		await expect(page.getByText("补正").first()).toBeVisible({ timeout: 5_000 });
	}).toPass();
	await atEveryWidth(page, "filing-corrections");
	await page.goto(`/filing/${caseNo}/section/papers`);
	const proof = (application.papers as Group[]).find((p) => p.kind === "fire_proof") as Group;
	const n = (application.papers as Json[]).length - 1;
	const { kind, ...rest } = proof; // its row is there, of the kind that was asked for
	await expect(page.locator(`[name="/papers/${n}/kind"]`)).toHaveValue(String(kind));
	await enter(page, `/papers/${n}`, rest);
	await save(page, "申请材料");
	await page.goto(`/filing/${caseNo}/section/classes`);
	await expect(page.locator('[name="/classes/0/seats"]')).toHaveAttribute("type", "hidden");
	await page.goto(`/filing/${caseNo}/check`);
	await page.getByLabel(/声明|真实/).check();
	await page.getByRole("button", { name: "提交" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已提交");

	await clerk.goto(`/tasks?q=${caseNo}`);
	await clerk.locator("[data-row] a").first().click();
	await clerk.getByLabel("受理", { exact: false }).first().check();
	await clerk.getByRole("button", { name: "办理", exact: true }).click();
	await clerk.getByRole("button", { name: /^确认/ }).click();
	await expect(clerk.getByText(answered()).first()).toBeVisible();

	// Whoever holds the code sees the receipt, without signing in.
	const stranger = await (await browser.newContext()).newPage();
	await expect(async () => {
		await stranger.goto(`/progress#case=${caseNo}&code=${code}`);
		await expect(stranger.getByText("备案回执").first()).toBeVisible({ timeout: 1_000 });
	}).toPass({ timeout: 300_000 });
	await atEveryWidth(stranger, "progress-receipt");
});
