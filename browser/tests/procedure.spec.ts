import { expect, test, type Page } from "@playwright/test";
import { Person } from "./person";
import { published } from "./procedures";
import { answered, atEveryWidth, signIn } from "./support";

// A rent relief from the application to an objection against its publicity.
const institution = `institution-140403-${process.env.INSTITUTION ?? "01"}`;

/** turnTo signs out whoever is signed in, and signs in an account. */
async function turnTo(page: Page, account: string, next: string) {
	await page.context().clearCookies();
	await signIn(page, account, next);
}

/** open opens a task of a case as an account. */
async function open(page: Page, account: string, number: string, title: string) {
	await turnTo(page, account, `/cases/${number}`);
	await page.getByRole("link", { name: title }).click({ timeout: 120_000 });
	await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
}

/** accountOfThePayee enters the account to which the institution is paid. */
async function accountOfThePayee(page: Page) {
	await page.getByLabel("户名").fill("示例托育园");
	await page.getByLabel("开户银行及网点").fill("示例银行长治支行");
	await page.getByLabel("账号").fill("6222000000000000");
	await page.getByRole("button", { name: "保存" }).click();
	await expect(page.getByText("收款账户已保存。")).toBeVisible();
}

test("a rent relief is applied for, checked twice, published and objected to", async ({ page, request }) => {
	await published(request, "rent_relief");

	await signIn(page, institution, "/procedures");
	await expect(page.getByRole("link", { name: "普惠托育机构租金减免" })).toBeVisible();
	await atEveryWidth(page, "procedures");
	await page.getByRole("link", { name: "普惠托育机构租金减免" }).click();
	await page.getByLabel("申请年度").fill("2026");
	await expect(page.locator("#no-account")).toContainText("还没有填写收款账户");
	await page.getByRole("button", { name: "预检" }).click();
	await expect(page.getByText("预检结果")).toBeVisible();
	await page.getByText("依据、时限和流程").click();
	await atEveryWidth(page, "procedure-precheck");
	await page.getByRole("link", { name: "填写收款账户" }).click();
	await accountOfThePayee(page);
	await page.goto("/procedures");
	await page.getByRole("link", { name: "普惠托育机构租金减免" }).click();
	await expect(page.locator("#no-account")).toHaveCount(0);
	await page.getByLabel("申请年度").fill("2026");
	await page.getByLabel("班级数").fill("3");
	await page.getByLabel("本年度实付租金").fill("90000");
	await page.getByLabel("建筑面积").fill("300");
	await page.getByLabel("设置托位数").fill("60");
	await page.getByLabel("租赁起始日").fill("2023-09-01");
	await page.getByLabel("租赁终止日").fill("2028-08-31");
	await page.getByLabel("备案编号").fill("BA-140403-2025-000001");
	await page.getByLabel("承诺正常运营并保持普惠价格至").fill("2027-12-31");
	for (const [question, answer] of [["是否设乳儿班", "否"], ["出租人与机构", "否"], ["是否已享受", "否"], ["是否执行普惠价格", "是"], ["是否有未整改完毕", "否"]]) {
		await page.getByRole("group", { name: question }).getByLabel(answer).check();
	}
	await page.getByRole("button", { name: "预检" }).click();
	await expect(page.getByText("没有发现不符合的情况")).toBeVisible();
	await page.getByRole("button", { name: "提交申请" }).click();
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已提交普惠托育机构租金减免");
	await atEveryWidth(page, "procedure-applied");
	const number = (await page.getByRole("link", { name: /^ZJ-/ }).textContent())!.trim();
	await page.getByRole("link", { name: "查看办件" }).click();
	await expect(page.getByText("90000 元")).toBeVisible();
	await expect(page.getByRole("link", { name: "申请人撤回" })).toBeVisible();
	await atEveryWidth(page, "procedure-case");

	await open(page, "county-office-140403", number, "初审租金减免申请");
	await expect(page.getByText("90000 元")).toBeVisible();
	await page.getByLabel("核对完毕，送市级复核").check();
	for (const [question, answer] of [["经核对已经备案", "是"], ["经核对执行普惠价格", "是"], ["严重违法违规", "否"], ["经核对出租人", "否"]]) {
		await page.getByRole("group", { name: question }).getByLabel(answer).check();
	}
	await atEveryWidth(page, "procedure-task");
	await page.getByRole("button", { name: "办理", exact: true }).click();
	await expect(page.getByText(answered())).toBeVisible();

	await open(page, "city-office", number, "复核租金减免申请");
	await expect(page.getByText("40000.00 元")).toBeVisible();
	await page.getByLabel("同意，公示").check();
	await page.getByRole("button", { name: "办理", exact: true }).click();
	await page.getByRole("button", { name: /^确认，/ }).click();
	await expect(page.getByText(answered())).toBeVisible();

	await page.context().clearCookies();
	await expect(async () => {
		await page.goto("/public/publicity?county=140403");
		await expect(page.getByText("正在公示").first()).toBeVisible({ timeout: 1000 });
	}).toPass();
	await atEveryWidth(page, "publicity-list");
	await page.goto(`/public/publicity/${number}`);
	await expect(page.getByText("6222")).toHaveCount(0);
	await page.getByLabel("异议内容").fill("面积与实际不符。");
	await page.getByLabel("联系方式").fill("13900000000");
	await atEveryWidth(page, "publicity");
	await page.getByRole("button", { name: "提交异议" }).click();
	await expect(page.getByText("异议已收到")).toBeVisible();

	await open(page, "supervisor-140403", number, "核查对租金减免公示的异议");
	await expect(page.getByText("面积与实际不符。")).toBeVisible();
	await atEveryWidth(page, "procedure-objection");
	await page.getByLabel("异议不成立，公示期已满").check();
	await page.getByLabel("核查情况").fill("经核查，情况不属实。");
	await page.getByRole("button", { name: "办理", exact: true }).click();
	await page.getByRole("button", { name: /^确认，/ }).click();
	await expect(page.getByText(answered())).toBeVisible();

	await turnTo(page, "city-office", "/procedures/map");
	await page.getByRole("main").getByRole("link", { name: "普惠托育机构租金减免" }).click();
	await expect(page.getByRole("row", { name: /待拨付/ })).toContainText("1");
	await atEveryWidth(page, "procedure-map");
	await page.getByRole("main").getByRole("link", { name: "指标" }).click();
	await expect(page.getByRole("row", { name: /享受减免的机构/ })).toContainText("没有设定");
	await atEveryWidth(page, "procedure-figures");
	await page.goBack();
	await page.getByRole("row", { name: /待拨付/ }).getByRole("link").click();
	await expect(page.getByText(number)).toBeVisible();
});

test("an office sees what a procedure adds up to, by county and topic", async ({ page, request }) => {
	await published(request, "public_complaint");
	for (const [county, topic] of [["140403", "safety"], ["140403", "safety"], ["140404", "fees"]]) {
		await expect(async () => {
			const clerk = new Person(request, `clerk-${county}`);
			const answer = await clerk.ask("POST", "/procedures/public_complaint/cases", { facts: { topic, said: "消防通道长期锁闭。", place_name: "某托育点", address: "某街道某号" } });
			expect(answer.ok(), await answer.text()).toBe(true);
		}).toPass();
	}
	await signIn(page, "city-office", "/procedures/map?kind=public_complaint");
	await page.getByRole("main").getByRole("link", { name: "指标" }).click();
	const lines = page.getByRole("region", { name: "投诉举报，分组" });
	await expect(lines.getByRole("row", { name: /潞州区/ })).toContainText("2");
	await expect(lines.getByRole("row", { name: /上党区/ })).toContainText("1");
	await expect(lines).not.toContainText("safety");
	await atEveryWidth(page, "figures-by-county");
	const workbook = page.waitForEvent("download");
	await page.getByRole("link", { name: /导出 Excel/ }).click();
	expect((await workbook).suggestedFilename()).toContain("指标");
	await page.getByLabel("县区").selectOption({ label: "上党区" });
	await page.getByRole("button", { name: "查看" }).click();
	await expect(lines.getByRole("row", { name: /潞州区/ })).toHaveCount(0);
	await page.getByLabel("从").fill("2026-12-31");
	await page.getByLabel("到（含当天）").fill("2026-01-01");
	await page.getByRole("button", { name: "查看" }).click();
	await expect(page.getByRole("alert")).toContainText("不能早于起始日");
	await atEveryWidth(page, "figures-fault");
});
