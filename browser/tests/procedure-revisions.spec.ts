import { expect, test } from "@playwright/test";
import { filesOf, published, zipped } from "./procedures";
import { atEveryWidth, signIn } from "./support";

/** revised is a procedure with another text in its flow. */
function revised(kind: string, from: string, to: string) {
	const files = filesOf(kind), flow = files.get("procedure.yaml")!.toString();
	expect(flow).toContain(from);
	return { name: `${kind}.zip`, mimeType: "application/zip", buffer: zipped(new Map([...files, ["procedure.yaml", Buffer.from(flow.replace(from, to))]])) };
}

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
