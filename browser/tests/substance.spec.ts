import { expect, test } from "@playwright/test";
import { community, creditCode, other, type Group } from "./filing";
import { Person } from "./person";
import { accessible, atEveryWidth, signIn } from "./support";

// The page of a task shows what it asks about, to whom it asks.

test("what is to be corrected is named on the task, each with its way to the field", async ({ page, request, browser }) => {
	const { application } = community();
	// A code that nobody's registration is known for, so that the clerk is asked for it.
	Object.assign(application.institution as Group, { county: "140423", township: undefined, uscc: creditCode("140423", 90013) });
	Object.assign(application, { papers: [] });
	const applicant = new Person(request, `institution-140423-${process.env.INSTITUTION ?? "13"}`), clerk = new Person(request, "clerk-140423");
	const { case_no: caseNo } = await applicant.send<{ case_no: string }>("POST", "/filings", { application });

	const registration = await clerk.task(caseNo, "filing.registration");
	const desk = await other(browser, clerk.account, `/tasks/${registration.id}`);
	const applied = desk.getByRole("region", { name: "申请的机构" });
	const { name, phone } = application.institution as { name: string; phone: string };
	await expect(applied).toContainText(name);
	await expect(applied.getByRole("link", { name: phone })).toHaveAttribute("href", `tel:${phone}`);
	await accessible(desk);

	await clerk.answer(caseNo, "filing.registration", "correct", { findings: [{ field: "/institution/uscc", message: "登记机关查不到该代码" }] });
	await signIn(page, applicant.account, "/tasks");
	await page.getByRole("link", { name: "补正备案材料" }).click();
	const wanted = page.locator(".gaps > li", { hasText: "登记机关查不到该代码" });
	await expect(wanted).toBeVisible();
	await accessible(page);
	await wanted.getByRole("link", { name: "去补正：机构" }).click();
	await expect(page.locator('[name="/institution/uscc"]')).toBeEditable();
	await expect(page.locator('[name="/institution/name"]')).toHaveAttribute("type", "hidden");
});

test("officers and the nursery see the record they sign, and the nursery the defect it puts right", async ({ page, request, browser }) => {
	const supervisor = new Person(request, "supervisor-140403");
	const officers = [new Person(request, "inspector-140403"), new Person(request, `inspector-140403-${process.env.OFFICER ?? "2"}`)];
	const { case_no: caseNo } = await supervisor.send<{ case_no: string }>("POST", "/inspections", {
		institution: "inst-140403-04", kind: "random", first_inspector: officers[0].account, second_inspector: officers[1].account,
	});
	for (const officer of officers) { await officer.answer(caseNo, "inspection.assignment", "take_on", { note: "按时到场" }); }
	const today = new Date().toLocaleDateString("sv", { timeZone: "Asia/Shanghai" });
	const { id: day } = await officers[0].task(caseNo, "inspection.day");
	let set = false;
	for (let n = 1; !set && n < 15; n++) { // a working day, of which the calendar knows
		set = (await officers[0].ask("POST", `/tasks/${day}/complete`, { outcome: "propose", answer: { visit_on: dayAfter(today, n), visit_time: "09:30" } })).ok();
	}
	await officers[0].task(caseNo, "inspection.visit");
	const pack = await officers[0].send<{ base_version: number; items: { rule: string; title: string; photo?: boolean }[] }>("GET", `/inspections/${caseNo}/package`);
	const bad = pack.items.find((i) => !i.photo)!;
	await officers[0].send("PUT", `/inspections/${caseNo}/visit`, {
		visit: `visit-${crypto.randomUUID()}`, base_version: pack.base_version,
		content: { visited_on: today, serious_hazard: false, items: pack.items.map((i) => ({ rule: i.rule, result: i === bad ? "not_ok" : "ok", note: i === bad ? "三份记录缺签名" : "" })) },
	});

	// Each of the three signs the record as it is shown, defect first.
	const signing = await officers[0].task(caseNo, "inspection.sign");
	const desk = await other(browser, officers[0].account, `/tasks/${signing.id}`);
	const record = desk.getByRole("region", { name: "检查记录" });
	await expect(record.locator("dl > div").filter({ hasText: bad.title }).first()).toContainText("三份记录缺签名");
	await record.getByText(/^逐项结论/).click();
	await expect(record.locator("details div")).toHaveCount(pack.items.length);
	await atEveryWidth(desk, "substance-record");
	for (const officer of officers) { await officer.answer(caseNo, "inspection.sign", "sign", { note: "属实" }); }
	const nursery = new Person(request, "institution-140403-04");
	await signIn(page, nursery.account, `/tasks/${(await nursery.task(caseNo, "inspection.countersign")).id}`);
	await expect(page.getByRole("region", { name: "检查记录" })).toContainText("三份记录缺签名");
	await nursery.answer(caseNo, "inspection.countersign", "sign", { note: "无异议" });

	await page.goto(`/tasks/${(await nursery.task(caseNo, "inspection.correct")).id}`);
	const defects = page.getByRole("region", { name: "需要整改（1 项）" });
	await expect(defects).toContainText("三份记录缺签名");
	await expect(defects).toContainText("责令改正");
	await accessible(page);
});

/** dayAfter is the day so many days later. */
function dayAfter(from: string, days: number) {
	return new Date(Date.parse(from) + days * 86_400_000).toISOString().slice(0, 10);
}

test("a complaint's text stands on the task of who answers it", async ({ page, request }) => {
	const said = "午睡室没有老师值守";
	const filed = await request.post("/api/v1/public/complaints", {
		headers: { "Idempotency-Key": crypto.randomUUID() }, data: { county: "140403", institution: "inst-140403-04", topic: "other", said },
	});
	const { case_no: caseNo } = await filed.json();
	const supervisor = new Person(request, "supervisor-140403");
	await signIn(page, supervisor.account, `/tasks/${(await supervisor.task(caseNo, "complaint.triage")).id}`);
	const complaint = page.getByRole("region", { name: "投诉内容" });
	await expect(complaint).toContainText(said);
	await expect(complaint).toContainText("inst-140403-04");
	await atEveryWidth(page, "substance-complaint");
});
