import { expect, test, type Page } from "@playwright/test";
import { atEveryWidth, signIn } from "./support";

// Pages that no navigation leads to at once: forms, and the first of each list. A step is an address, or a link by its name.
const rooms: [name: string, account: string, ...steps: string[]][] = [
	["plan-new", "supervisor-140403", "/inspection-plans/new"], ["plan", "supervisor-140423", "/inspection-plans", "first"],
	["inspector-new", "supervisor-140403", "/inspectors/new"], ["inspector", "supervisor-140423", "/inspectors", "first"],
	["inspection-new", "supervisor-140403", "/inspections/new"],
	["insurance-new", "county-office-140403", "/insurance/new"], ["insurance-month", "city-office", "/insurance", "first"],
	["claims", "insurer", "/claims"], ["claim-new", "insurer", "/claims/new"],
	["clinics", "county-office-140403", "/clinics"], ["clinic-new", "county-office-140403", "/clinics/new"],
	["candidates", "county-office-140403", "/contracts/candidates"], ["contract-new", "county-office-140403", "/contracts/new"],
	["build-new", "city-office", "/build/new"], ["ranking", "city-office", "/build/ranking"], ["build-report", "county-office-140431", "/build", "first", "报送进度"], ["build-amend", "city-office", "/build", "last", "调整计划"],
	["guidance", "clinic-140403-1", "/contracts", "first"], ["checkups", "clinic-140431-1", "/checkups", "first"],
	["readings", "auditor", "/readings"],
];

for (const [name, account, ...steps] of rooms) {
	test(`the page of ${name}`, async ({ page }) => {
		await signIn(page, account);
		for (const step of steps) { await go(page, step); }
		await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
		await atEveryWidth(page, name);
	});
}

async function go(page: Page, step: string) {
	if (step.startsWith("/")) {
		expect((await page.goto(step))?.status(), step).toBe(200);
	} else if (step === "first" || step === "last") {
		await page.locator("tbody th a")[step]().click();
	} else {
		await page.getByRole("link", { name: step }).first().click();
	}
}

test("the public reads of a nursery, complains and follows it, and checks a draw and a paper", async ({ page }) => {
	await page.goto("/institutions?county=140403");
	await page.locator("tbody th a").first().click();
	await atEveryWidth(page, "public-institution");
	await page.getByRole("link", { name: "投诉举报" }).click();
	await page.getByLabel("投诉类别").selectOption("food");
	await page.getByRole("textbox", { name: "情况", exact: true }).fill("食谱没有按周公布");
	await atEveryWidth(page, "complaint");
	await page.getByRole("button", { name: "提交" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已收到投诉举报");
	await atEveryWidth(page, "complaint-taken");
	await page.getByRole("link", { name: "查询处理情况" }).click();
	await expect(page.getByText("现在由谁办理")).toBeVisible();
	await page.goto("/verify");
	await atEveryWidth(page, "verify");
});

test("a supervisor reads a complaint and what came of it", async ({ page }) => {
	await signIn(page, "supervisor-140403", "/tasks");
	await page.goto("/cases?kind=complaint");
	await page.locator("[data-row] a").first().click();
	await page.getByRole("link", { name: "投诉内容" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("投诉举报");
	await atEveryWidth(page, "complaint-read");
});

test("an institution enters who came, class by class", async ({ page }) => {
	await signIn(page, "institution-140431-03", "/attendance");
	const rows = page.locator("tbody tr");
	await rows.first().getByLabel("病假").check();
	await page.getByRole("button", { name: "登记" }).click();
	await expect(page.getByText("已登记，出勤")).toBeVisible();
	await atEveryWidth(page, "attendance");
	await page.getByRole("link", { name: "月合计" }).click();
	await atEveryWidth(page, "attendance-month");
	await page.goto("/children");
	await page.locator("tbody th a").first().click();
	await atEveryWidth(page, "child");
	await page.getByRole("link", { name: "登记同意" }).click();
	await atEveryWidth(page, "consent");
});
