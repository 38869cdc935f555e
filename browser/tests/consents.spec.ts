import { expect, test } from "@playwright/test";
import { pdf } from "./filing";
import { Hand } from "./hand";
import { Person } from "./person";
import { accessible, atEveryWidth, signIn } from "./support";

const account = "institution-140431-03", county = "140431", group = "同意书班";

test("the consents of twenty children are recorded from one sheet in a few actions", async ({ page, request }) => {
	const head = new Person(request, account);
	const today = new Date(Date.now() + 8 * 36e5).toISOString().slice(0, 10), born = `${Number(today.slice(0, 4)) - 2}${today.slice(4, 8)}01`;
	const stamp = String(Date.now()).slice(-9);
	for (let n = 1; n <= 20; n++) {
		await head.send("POST", "/children", {
			class: group, entered_on: today,
			child: {
				identity_kind: "passport", identity: `E${stamp}${n}`, name: `婴幼儿${n}`, born_on: born, sex: n % 2 ? "male" : "female", county,
				guardian_name: `监护人${n}`, guardian_phone: `138000${String(10000 + n)}`,
			},
		});
	}
	await signIn(page, account, "/children");
	const hand = new Hand(page);
	await hand.click(page.getByRole("link", { name: "集体登记同意" }));
	await hand.choose(page.getByLabel("班级"), group);
	await expect(page.locator("#f-consents tbody tr")).toHaveCount(20);
	await expect(page.locator("#f-consents tbody tr").first()).toContainText("监护人1");
	await hand.aside(() => atEveryWidth(page, "consents"));
	await hand.check(page.getByLabel("全选健康体检并记录结果"));
	await hand.check(page.getByLabel("全选向承保机构提供投保信息"));
	// One guardian does not want the insurance.
	await hand.click(page.getByLabel("婴幼儿7 向承保机构提供投保信息", { exact: true }));
	await hand.files(page.locator("input[type=file]"), { name: "同意书.pdf", mimeType: "application/pdf", buffer: pdf("consents") });
	await hand.click(page.getByRole("button", { name: "登记同意" }));
	await expect(page.locator(".notice.good")).toHaveText(/已登记 39 项同意/);
	hand.done("the consents of twenty children", 15);
	await expect(page.locator("#f-consents .tag.good")).toHaveCount(39);

	await page.getByRole("link", { name: "婴幼儿7", exact: true }).click();
	await expect(page.locator("ul.plain").filter({ hasText: "健康体检并记录结果" })).toContainText("有效");
	const paper = await page.request.get(await page.getByRole("link", { name: /^同意书/ }).getAttribute("href") ?? "");
	expect(paper.ok()).toBe(true);

	await page.goto(`/children/consents/blank?class=${encodeURIComponent(group)}`);
	await expect(page.locator(".signing tbody tr")).toHaveCount(20);
	await accessible(page);
});
