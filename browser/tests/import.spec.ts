import { expect, test, type Page } from "@playwright/test";
import { Hand } from "./hand";
import { accessible, atEveryWidth, signIn } from "./support";

// A roster is checked row by row, corrected on the page, imported and undone. The institution is the demonstration's.
const head = "姓名,证件类型,证件号码,出生日期,性别,居住县区,班级,入托日期,监护人姓名,监护人电话";
const row = (n: number, klass: string, set: Record<number, string> = {}) => {
	const cells = [`婴幼儿${3000 + n}`, "出生医学证明", `X33000${String(n).padStart(4, "0")}`, "2025/3/8", n % 2 ? "男孩" : "女", "襄垣县", klass, "2026.9.1", "监护人", "13900000001"];
	for (const [at, text] of Object.entries(set)) { cells[Number(at)] = text; }
	return cells.join(",");
};

async function choose(page: Page, name: string, text: string | Buffer, hand = new Hand(page)) {
	await page.goto("/children");
	await hand.files(page.getByLabel("名册文件"), { name, mimeType: "application/octet-stream", buffer: Buffer.from(text) });
	await hand.click(page.getByRole("button", { name: "核对文件" }));
}

const thirty = (klass: string) => [head, ...Array.from({ length: 30 }, (_, n) => {
	if (n === 4) { return row(n, klass, { 0: "", 1: "学生证", 3: "2025-02-30", 4: "他", 5: "太原市", 9: "123" }); }
	if (n === 9) { return row(n, "托中九班"); }
	if (n === 14) { return row(n, klass, { 3: "2021-03-08" }); }
	return row(n, klass);
})].join("\n");

for (const scripts of [true, false]) {
	test.describe(scripts ? "with scripts" : "without scripts", () => {
		test.use({ javaScriptEnabled: scripts });
		test("a roster of thirty is checked, corrected on the page, imported and undone", async ({ page }) => {
			await signIn(page, "institution-140431-03", "/children");
			await choose(page, "名册.csv", thirty("没有的班"));
			await expect(page.getByRole("heading", { level: 1 })).toHaveText("核对名册");
			await expect(page.getByRole("status").first()).toContainText("有问题 30 行");
			const klass = (await page.locator("#choices-6 option").first().getAttribute("value"))!;
			const hand = new Hand(page);
			await choose(page, "名册.csv", thirty(klass), hand);
			await expect(page.getByRole("status").first()).toContainText("30 行：新登记 27 行，更新 0 行，已有且不变 0 行，有问题 3 行");
			await expect(page.locator(".import tbody tr")).toHaveCount(3);
			const six = page.locator("#row-6");
			await expect(six.locator("[aria-invalid]")).toHaveCount(6);
			await expect(page.locator("#row-11 .wrong")).toContainText("没有备案这个班级。备案的班级：");
			if (scripts) { await hand.aside(() => atEveryWidth(page, "import")); }

			for (const [column, text] of [["姓名", "婴幼儿3004"], ["证件类型", ""], ["出生日期", "2025-02-28"], ["性别", "女"], ["居住县区", "襄垣县"], ["监护人电话", "13900000002"]]) {
				await hand.fill(six.getByLabel(`第 6 行${column}`), text);
			}
			await hand.fill(page.getByLabel("第 11 行班级"), klass);
			await hand.click(page.getByRole("button", { name: "保存更正，重新检查" }));
			await expect(page.getByText("已保存更正并重新检查：2 行没有问题了")).toBeVisible();
			await expect(page.locator(".import tbody tr")).toHaveCount(1);
			await hand.fill(page.getByLabel("第 16 行出生日期"), "2025-3-8");
			await hand.click(page.getByRole("button", { name: "只导入没有问题的 29 行" }));

			await expect(page.getByText("已登记入托 30 名。")).toBeVisible();
			hand.done("a roster of thirty with eight faults", 18);
			await expect(page.getByRole("heading", { level: 1 })).toHaveText("名册导入结果");
			if (scripts) { await accessible(page); }
			const result = page.url();
			await page.getByRole("link", { name: "查看名册" }).click();
			await expect(page.getByRole("link", { name: /导入$/ }).first()).toBeVisible();
			await page.goto(result);
			await page.getByRole("button", { name: "撤销导入" }).click();
			if (scripts) { await page.getByRole("dialog").getByRole("button", { name: "撤销导入" }).click(); }
			await expect(page.getByText("已撤销 30 名的入托登记。")).toBeVisible();
			await expect(page.getByRole("button", { name: "撤销导入" })).toHaveCount(0);

			await choose(page, "名册.csv", thirty(klass));
			await expect(page.getByRole("status").first()).toContainText("新登记 27 行");
			await page.getByRole("button", { name: "不导入，删除" }).click();
			await expect(page.getByText("没有导入，内容已删除。")).toBeVisible();
		});
	});
}

test("a file that cannot be read is refused at its field", async ({ page }) => {
	await signIn(page, "institution-140431-03", "/children");
	await choose(page, "名册.xls", Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(600)]));
	await expect(page.locator("#file-fault")).toContainText("旧版 Excel");
	await choose(page, "名册.csv", "姓名,出生日期\n甲,2025-03-08\n");
	await expect(page.locator("#file-fault")).toContainText("缺少栏目：证件号码");
	await accessible(page);
});
