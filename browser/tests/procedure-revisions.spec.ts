import { expect, test } from "@playwright/test";
import { Person } from "./person";
import { filesOf, published, publishedFiles, replaced, zipped } from "./procedures";
import { atEveryWidth, signIn } from "./support";

/** revised is a procedure with another text in its flow. */
const revised = (kind: string, from: string, to: string) =>
	({ name: `${kind}.zip`, mimeType: "application/zip", buffer: zipped(replaced(filesOf(kind), from, to)) });

test("an author proposes a revision, and somebody else publishes it", async ({ page, request }) => {
	await published(request, "idle_space_award");
	await signIn(page, "procedure-author");
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("事项版本");
	await atEveryWidth(page, "revisions");
	await page.getByRole("link", { name: "提交版本" }).click();
	await page.getByLabel(/^事项文件/).setInputFiles(revised("idle_space_award", "  to: checking", "  to: nowhere"));
	await page.getByRole("button", { name: "检查并提交" }).click();
	await expect(page.getByRole("alert")).toContainText("procedure.yaml");
	await expect(page.getByRole("alert")).toContainText("nowhere");
	await atEveryWidth(page, "revision-faulty");
	await page.getByLabel(/^事项文件/).setInputFiles(revised("idle_space_award", "title: 县区初审", "title: 县区核查"));
	await page.getByRole("button", { name: "检查并提交" }).click();
	await expect(page.getByText("版本已提交，等待他人审批。")).toBeVisible();
	await expect(page.getByText("您提交的版本由他人审批。")).toBeVisible();
	await expect(page.getByRole("heading", { name: "这个版本，标出不同" })).toBeVisible();
	await expect(page.getByText("县区核查").first()).toBeVisible();
	await atEveryWidth(page, "revision");
	const address = page.url();

	await page.context().clearCookies();
	await signIn(page, "procedure-approver", new URL(address).pathname);
	await page.getByRole("button", { name: "不通过" }).click();
	await expect(page.getByRole("alert")).toContainText("必填");
	await page.getByRole("textbox", { name: /^意见/ }).fill("核对无误。");
	await atEveryWidth(page, "revision-verdict");
	await page.getByRole("button", { name: "发布", exact: true }).click();
	await page.getByRole("dialog").getByRole("button", { name: "发布" }).click();
	await expect(page.getByText("已办理：已发布。")).toBeVisible();
	await expect(page.getByText("核对无误。")).toBeVisible();
});

test("running cases are moved to a later revision by who approves it", async ({ page, request }) => {
	const first = filesOf("open_day", "testdata/procedures");
	await publishedFiles(request, first);
	let number = "";
	await expect(async () => {
		const answer = await new Person(request, "institution-140403-04").ask("POST", "/procedures/open_day/cases", { facts: { date: "2026-12-20" } });
		expect(answer.ok(), await answer.text()).toBe(true);
		number = (await answer.json()).case_no;
	}).toPass();
	const shorter = replaced(first, "form: review\n      days: 5", "form: review\n      days: 3");
	const second = replaced(shorter, "label: 2026-01", "label: 2026-02\nrunning: map");
	await publishedFiles(request, second.set("migrate.yaml", Buffer.from("stages: {reviewing: reviewing}\n")));

	await signIn(page, "procedure-approver");
	await page.getByRole("link", { name: "家长开放日报备" }).first().click();
	await page.getByRole("link", { name: /转到这个版本/ }).click();
	await expect(page.getByRole("row", { name: new RegExp(number) })).toContainText("家长开放日报备 2026-02可以转移", { timeout: 120_000 });
	await atEveryWidth(page, "moving");
	await page.getByRole("row", { name: new RegExp(number) }).getByRole("checkbox").check();
	await page.getByLabel("为什么转移").fill("新版已经公布。");
	await page.getByRole("button", { name: "转移所选" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "转移所选" }).click();
	await expect(page.getByText("已转移 1 件。")).toBeVisible();
	await expect(async () => {
		await page.reload();
		await expect(page.getByText("没有按以前版本办理的在办件")).toBeVisible({ timeout: 1000 });
	}).toPass();
});
