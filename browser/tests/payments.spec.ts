import { expect, test, type Page } from "@playwright/test";
import { Person } from "./person";
import { accessible, atEveryWidth, signIn } from "./support";

// A run of thirty payments, from the fund to the return file, of which one bounced. The cases are a fixture of the county: they wait to be paid.
const county = "140429", name = "武乡县";
const account = (n: number) => `institution-${county}-${String(n).padStart(2, "0")}`;

/** field is a field of a form, by the name of its property. */
const field = (page: Page, property: string) => page.locator(`[name="/${property}"]`);

/** choose chooses a county in a form, by its name. */
const choose = (page: Page) => field(page, "county").selectOption({ label: name });

test("thirty payments are covered, run, approved by a second person and settled, and one bounces", async ({ browser, page, request }) => {
	for (let n = 1; n <= 24; n++) {
		const institution = `inst-${county}-${String(n).padStart(2, "0")}`;
		await new Person(request, account(n)).send("PUT", `/institutions/${institution}/payee-account`, { holder: `示例托育园${n}`, bank: "示例银行武乡支行", number: `62000000${String(n).padStart(8, "0")}` });
	}

	// The city receives a fund and allocates it to the county; what waits is covered.
	await signIn(page, "city-finance", "/funds");
	await accessible(page);
	await page.getByRole("link", { name: "登记专项资金" }).click();
	await page.getByLabel("省级").check();
	await field(page, "title").fill("托育服务发展专项资金");
	await field(page, "document").fill("示例〔2026〕1号");
	await field(page, "document_on").fill("2026-03-02");
	await page.getByLabel("租金减免").check();
	await field(page, "year").fill("2026");
	await field(page, "fen").fill("100000");
	await accessible(page);
	await page.getByRole("button", { name: "登记" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "登记" }).click();
	await expect(page.getByText("已登记，请下达到县区。")).toBeVisible();
	await page.getByRole("link", { name: "下达到县区" }).click();
	await choose(page);
	await field(page, "fen").fill("50000");
	await field(page, "document").fill("示例〔2026〕2号");
	await page.getByRole("button", { name: "下达" }).click();
	await expect(page.getByText(`已下达到${name}。`)).toBeVisible();
	await expect(page.getByRole("table", { name: "各县区余额" }).or(page.locator("table").first())).toContainText(name);
	await atEveryWidth(page, "fund");

	// One person of finance draws up the run, and may not approve it.
	const first = await (await browser.newContext()).newPage();
	await signIn(first, `finance-${county}`, "/payments");
	await atEveryWidth(first, "payments");
	await first.goto("/payment-runs/new");
	await expect(first.getByText("可以列入 30 笔")).toBeVisible();
	await atEveryWidth(first, "payment-run-new");
	await first.getByRole("button", { name: "拟定批次" }).click();
	await expect(first.getByText("批次已拟定，请另一人核准。")).toBeVisible();
	await expect(first.getByText("本批次由您拟定")).toBeVisible();
	await accessible(first);
	const run = first.url();

	// A second one approves it.
	const second = await (await browser.newContext()).newPage();
	await signIn(second, `finance-${county}-2`, new URL(run).pathname);
	await second.getByRole("button", { name: "核准" }).click();
	await second.getByRole("dialog").getByRole("button", { name: "核准" }).click();
	await expect(second.getByText("已核准，请下载银行文件交银行办理。")).toBeVisible();
	await accessible(second);

	// The bank file goes to the bank and comes back filled in.
	const bank = await (await second.request.get(`${new URL(run).pathname}/bank-file?export=csv`)).text();
	const lines = bank.replace(/^\uFEFF/, "").trim().split(/\r?\n/);
	expect(lines).toHaveLength(31);
	const head = lines[0].split(",");
	const filled = lines.slice(1).map((line, n) => {
		const cells = line.split(",");
		cells[head.indexOf("办理结果")] = n === 6 ? "失败" : "成功";
		cells[head.indexOf("失败原因")] = n === 6 ? "账号与户名不符" : "";
		if (n === 7) { cells[head.indexOf("金额（元）")] = "1.00"; }
		return cells.join(",");
	});
	await second.getByLabel("银行返回文件").setInputFiles({ name: "返回.csv", mimeType: "text/csv", buffer: Buffer.from([lines[0], ...filled].join("\n")) });
	await second.getByRole("button", { name: "核对返回文件" }).click();
	await expect(second.getByRole("heading", { level: 1 })).toHaveText("核对银行返回文件");
	await expect(second.getByText("与批次中的金额不符").first()).toBeVisible();
	await atEveryWidth(second, "payment-returns");
	const amount = lines[8].split(",")[head.indexOf("金额（元）")];
	await second.getByLabel("第 9 行金额（元）").fill(amount);
	await second.getByRole("button", { name: /^保存更正/ }).click();
	await second.getByRole("button", { name: /导入/ }).first().click();
	await expect(second.getByText("已登记 30 笔的结果")).toBeVisible();
	await expect(second.getByText("已办结").first()).toBeVisible();
	await expect(second.getByText("账号与户名不符")).toBeVisible();
	await atEveryWidth(second, "payment-run-settled");

	// The books, to print and to keep.
	await second.goto("/funds/statement?by=purpose");
	await expect(second.getByRole("row", { name: /合计/ })).toContainText("30");
	await atEveryWidth(second, "fund-statement");
	await second.goto("/money-back");
	await accessible(second);
	await second.goto(`/payee-accounts/inst-${county}-07`);
	await expect(second.getByText("6200000000000007")).toBeVisible();
	await accessible(second);

	// The payee sees what became of its payment and corrects the account.
	const payee = await (await browser.newContext()).newPage();
	await signIn(payee, account(7), "/payments");
	await expect(payee.getByText("被退回").first()).toBeVisible();
	await atEveryWidth(payee, "payments-of-institution");
	await payee.getByRole("link", { name: "收款账户" }).first().click();
	await field(payee, "number").fill("6200000000009907");
	await accessible(payee);
	await payee.getByRole("button", { name: "更正" }).click();
	await expect(payee.getByText("收款账户已保存。")).toBeVisible();
});
