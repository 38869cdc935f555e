import { expect, test } from "@playwright/test";
import { atEveryWidth, signIn } from "./support";
import { pdf } from "./filing";

test("rows of a table are added, pasted, copied, moved and removed in place, and files go to their rows", async ({ page }) => {
	await signIn(page, "institution-140405-13", "/filing/new");
	await page.getByLabel("社区托育机构").check();
	await page.getByRole("button", { name: "开始填写" }).click();
	const caseNo = await page.locator("dd").first().innerText();

	await page.goto(`/filing/${caseNo}/section/staff`);
	await page.locator("h1").evaluate((heading) => { heading.dataset.same = "page"; });
	await page.getByRole("button", { name: "添加一行" }).click();
	await expect(page.locator('[name="/staff/0/number"]')).toBeFocused();
	// As people copy it from Excel: headings in their own order, Chinese words, dates as written, full-width digits.
	const lines = ["人员编号\t岗位\t学历\t专职\t职业资格证书\t培训学时\t健康检查日期"];
	for (let n = 1; n <= 15; n++) {
		lines.push(`s-${String(n).padStart(2, "0")}\t${n === 1 ? "机构负责人" : "保育人员"}\t大学专科\t是\t保育师、幼儿教\t１２０\t2026年3月${n}日`);
	}
	await page.locator('[name="/staff/0/number"]').evaluate((field, text) => {
		const data = new DataTransfer();
		data.setData("text/plain", text);
		field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
	}, lines.join("\r\n"));
	await expect(page.locator("[data-said]")).toHaveText("粘贴了 15 行，共 105 格，其中 15 格请核对。");
	await expect(page.locator(".fault").first()).toHaveText("“保育师、幼儿教”不在选项中，请选择");
	await expect(page.locator(".entry tbody tr")).toHaveCount(15);
	await expect(page.locator('[name="/staff/14/training_hours"]')).toHaveValue("120");
	await expect(page.locator('[name="/staff/14/health_checked_on"]')).toHaveValue("2026-03-15");
	await expect(page.locator(".entry tbody tr").nth(14).locator("[data-chosen]").first()).toContainText("保育师");
	await atEveryWidth(page, "entry-staff");
	await page.getByRole("button", { name: /复制\s*第 15 行/ }).click();
	await expect(page.locator('[name="/staff/15/number"]')).toHaveValue("s-16");
	await page.getByRole("button", { name: /移除\s*第 16 行/ }).click();
	await expect(page.locator(".entry tbody tr")).toHaveCount(15);
	await page.getByRole("button", { name: "撤销" }).click();
	await expect(page.locator(".entry tbody tr")).toHaveCount(16);
	await page.getByRole("button", { name: /移除\s*第 16 行/ }).click();
	await page.getByRole("button", { name: /上移\s*第 15 行/ }).click();
	await expect(page.locator("h1"), "no page is loaded to work in a table").toHaveAttribute("data-same", "page");
	await page.getByRole("button", { name: "保存", exact: true }).click();
	await expect(page.getByText("已保存“人员”。")).toBeVisible();
	await page.goto(`/filing/${caseNo}/section/staff`);
	await expect(page.locator('[name="/staff/13/number"]')).toHaveValue("s-15");

	await page.goto(`/filing/${caseNo}/section/papers`);
	await page.locator("[data-many]").setInputFiles([
		{ name: "场地证明.pdf", mimeType: "application/pdf", buffer: pdf("a") }, { name: "备案书扫描件.pdf", mimeType: "application/pdf", buffer: pdf("b") },
		{ name: "坏.pdf", mimeType: "application/pdf", buffer: Buffer.from("no") },
	]);
	await expect(page.locator("[data-said]")).toContainText("3 份文件中 2 份");
	await expect(page.locator(".taken")).toHaveCount(2);
	await atEveryWidth(page, "entry-papers");
});
