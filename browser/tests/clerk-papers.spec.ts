import { expect, test } from "@playwright/test";
import { Hand } from "./hand";
import { accessible, answered, atEveryWidth } from "./support";
import { file, other, submit, taskOf } from "./filing";

const county = "140403";
const first = Number(process.env.FIRST_INSTITUTION ?? "21"); // of those that no other test files for

test("a clerk looks at forty papers beside the form, marks one and a field, sees what is issued, and the applicant corrects just that", async ({ page, browser }) => {
	const caseNo = await file(browser, page, county, first);

	// The applicant opens what was handed in before declaring it.
	await expect(page.locator("[data-paper]")).toHaveCount(40);
	await page.locator("[data-paper]").nth(3).click();
	await expect(page.locator("#viewer img")).toHaveJSProperty("complete", true);
	expect(await page.locator("#viewer img").evaluate((i: HTMLImageElement) => i.naturalWidth)).toBeGreaterThan(0);
	await page.keyboard.press("Escape");
	await accessible(page);
	await submit(page);
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已提交");

	const clerk = await other(browser, `clerk-${county}`, "/tasks");
	await taskOf(clerk, caseNo, "核对备案材料");
	const hand = new Hand(clerk);
	await expect(clerk.locator("[data-unseen]")).toHaveText("40 份未看");
	await expect(clerk.getByText("staff_qualification-s-01扫描件.pdf")).toBeVisible();
	await expect(clerk.locator(".thumb img").first()).toHaveJSProperty("complete", true);
	await hand.aside(() => atEveryWidth(clerk, "clerk-task"));
	await expect(clerk.locator("#part-staff tbody tr")).toHaveCount(15);

	// The viewer stands beside the form; keys lead on, and each paper is ticked.
	await hand.click(clerk.locator("[data-paper]").first());
	await expect(clerk.locator("#viewer")).toBeVisible();
	await expect(clerk.locator("#viewer iframe")).toHaveAttribute("src", /\/attachments\/A[0-9a-f]{24}$/);
	await expect(clerk.getByRole("button", { name: "办理", exact: true })).toBeVisible();
	for (let n = 0; n < 3; n++) { await hand.press("n"); }
	await expect(clerk.locator("#viewer-title")).toContainText("4 / 40 场地证明");
	await expect(clerk.locator("#viewer img")).toBeVisible();
	await hand.aside(() => atEveryWidth(clerk, "clerk-viewer"));
	await hand.click(clerk.locator("#viewer").getByRole("button", { name: "把场地证明标为需补正" }));
	await expect(clerk.getByRole("radio", { name: "一次性告知补正" })).toBeChecked();
	await expect(clerk.locator('[name="/findings/0/field"]')).toHaveValue("/papers/premises_proof");
	await expect(clerk.locator('[name="/findings/0/message"]')).toBeFocused();
	await hand.type("复印件看不清");
	await clerk.locator("#viewer-title").focus();
	await hand.press("Escape");
	await expect(clerk.locator("#viewer")).toBeHidden();
	await expect(clerk.locator("[data-unseen]")).toHaveText("36 份未看");

	// A field of the application, and a paper that is not there.
	const scrolled = clerk.locator("button.mark[value='/staff/s-03']");
	await scrolled.scrollIntoViewIfNeeded();
	const before = await clerk.evaluate(() => scrollY);
	await hand.click(scrolled);
	await expect(clerk.locator('[name="/findings/1/field"]')).toHaveValue("/staff/s-03");
	expect(await clerk.evaluate(() => scrollY), "the page stays where it was").toBe(before);
	await expect(scrolled).toHaveAttribute("aria-pressed", "true");
	await hand.fill(clerk.locator('[name="/findings/1/message"]'), "培训学时不足");
	await hand.click(clerk.getByRole("button", { name: "添加一项" }));
	await hand.choose(clerk.locator('[name="/findings/2/field"]'), { label: "房屋竣工验收或安全鉴定证明（补交）" });

	// The preview shows what is wrong at its field and keeps what was typed; the form works on.
	await hand.click(clerk.getByRole("button", { name: "预览将制发的文书" }));
	await expect(clerk.getByRole("alert")).toContainText("有 1 处需要更正");
	await expect(clerk.locator('[name="/findings/0/message"]')).toHaveValue("复印件看不清");
	await hand.fill(clerk.locator('[name="/findings/2/message"]'), "请补交房屋安全鉴定证明");
	await hand.click(clerk.getByRole("button", { name: "预览将制发的文书" }));
	await expect(clerk.getByRole("heading", { name: "文书预览" })).toBeVisible();
	await expect(clerk.frameLocator("#issue iframe").getByText("复印件看不清")).toBeVisible();
	await hand.aside(() => accessible(clerk));
	await clerk.locator("#main").focus();
	await hand.press("e");
	await expect(clerk.getByRole("heading", { name: "确认后制发 1 份文书" })).toBeVisible();
	await expect(clerk.getByText("还有 36 份申请材料没有看过。")).toBeVisible();
	await hand.aside(() => atEveryWidth(clerk, "clerk-confirm"));
	await expect(clerk.getByRole("button", { name: /^确认/ })).toBeFocused();
	await hand.press("Enter");
	await expect(clerk.getByText(answered("一次性告知补正。"))).toBeVisible();
	hand.done("a filing of forty papers sent back at three fields, previewed twice", 30);

	// The applicant sees what is open first, and nothing else to change.
	await expect(async () => {
		await page.goto(`/filing/${caseNo}`);
		await expect(page.locator(".gaps > li")).toHaveCount(3, { timeout: 5_000 });
	}).toPass();
	await accessible(page);
	await page.goto(`/filing/${caseNo}/check`);
	await submit(page);
	await expect(page.getByRole("alert")).toContainText("3 项没有改动");
	await page.getByRole("alert").getByRole("link", { name: "复印件看不清" }).click();
	await expect(page.locator("fieldset.item")).toHaveCount(2);
	await expect(page.locator("fieldset.item legend").first()).toHaveText("场地证明");
	await expect(page.getByText("premises_proof-扫描件.png")).toBeVisible();
	expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThan(4_000);
	await atEveryWidth(page, "corrections-papers");
	await page.locator("fieldset.item").nth(0).locator("input[type=file]").setInputFiles({ name: "场地证明新.png", mimeType: "image/png", buffer: await page.screenshot() });
	await page.locator("fieldset.item").nth(1).locator("input[type=file]").setInputFiles({ name: "鉴定报告.png", mimeType: "image/png", buffer: await page.screenshot() });
	await page.getByRole("button", { name: "保存", exact: true }).click();
	await expect(page.getByText("已保存“申请材料”。")).toBeVisible();
	await page.goto(`/filing/${caseNo}/section/staff`);
	await expect(page.locator("fieldset.item")).toHaveCount(1);
	await page.locator('[name="/staff/2/training_hours"]').fill("72");
	await page.getByRole("button", { name: "保存", exact: true }).click();
	await expect(page.getByText("已保存“人员”。")).toBeVisible();
	await page.goto(`/filing/${caseNo}/check`);
	await submit(page);
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已提交");

	// The clerk sees what changed, and her ticks are those of before.
	await taskOf(clerk, caseNo, "核对备案材料");
	await expect(clerk.locator(".changes li")).toHaveCount(3);
	await expect(clerk.locator("[data-unseen]")).toHaveText("38 份未看");
	await accessible(clerk);
	const again = new Hand(clerk);
	await again.press("e"); // without an outcome, the first one has the focus
	await expect(clerk.getByRole("radio", { name: "材料齐全，予以受理" })).toBeFocused();
	await again.press("Space");
	await expect(clerk.locator('[name="/findings/_rows"]')).toHaveCount(0);
	await again.press("e");
	await expect(clerk.getByRole("heading", { name: "确认后制发 3 份文书" })).toBeVisible();
	await expect(clerk.getByRole("button", { name: /^确认/ })).toBeFocused();
	await again.press("Enter");
	await expect(clerk.getByText(answered("材料齐全，予以受理。"))).toBeVisible();
	again.done("a corrected filing accepted", 6);
	await clerk.goto(`/cases/${caseNo}`);
	await expect(clerk.locator("[data-paper]")).toHaveCount(41);
	await accessible(clerk);
});

test("a registration is sent back with findings alone, also without scripts", async ({ page, browser }) => {
	const caseNo = await file(browser, page, county, first + 1, () => {}, false);
	await submit(page);
	await expect(page.getByRole("heading", { level: 1 })).toHaveText("已提交");
	const clerk = await other(browser, `clerk-${county}`, "/tasks");
	await taskOf(clerk, caseNo, "核验登记信息");
	const address = clerk.url();
	await clerk.getByRole("radio", { name: "确认登记信息" }).check();
	await expect(clerk.locator('[name="/uscc"]')).toBeVisible();
	await expect(clerk.locator('[name="/findings/_rows"]').first()).toBeHidden();
	await clerk.getByRole("radio", { name: "一次性告知补正" }).check();
	await expect(clerk.locator('[name="/uscc"]')).toBeHidden();
	await clerk.getByRole("button", { name: "办理", exact: true }).click();
	await expect(clerk.getByRole("alert")).toContainText("请写明需要补正的内容");
	await atEveryWidth(clerk, "clerk-registration");

	const plain = await browser.newContext({ javaScriptEnabled: false, storageState: await clerk.context().storageState() });
	const still = await plain.newPage();
	await still.goto(address);
	await still.getByRole("radio", { name: "一次性告知补正" }).check();
	await still.getByRole("button", { name: "填写所选结果的内容" }).click();
	await expect(still.locator('[name="/uscc"]')).toBeHidden();
	await still.locator('[name="/findings/0/field"]').selectOption("/institution/uscc");
	await still.locator('[name="/findings/0/message"]').fill("登记机关查不到该代码");
	await still.getByRole("button", { name: "办理", exact: true }).click();
	await still.getByRole("button", { name: /^确认/ }).click();
	await expect(still.getByText(answered("一次性告知补正。"))).toBeVisible();
});
