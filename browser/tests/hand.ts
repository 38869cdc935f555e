import { expect, type Locator, type Page } from "@playwright/test";

type Choice = Parameters<Locator["selectOption"]>[0];
type Files = Exclude<Parameters<Locator["setInputFiles"]>[0], string | readonly string[]>;

/** Hand does what a person does on a page and counts it: each click, field filled, key pressed, paste or choice of files is one action. */
export class Hand {
	actions = 0;
	private begun = Date.now();
	constructor(readonly page: Page) {}
	async click(what: Locator) { this.actions++; await what.click(); }
	/** press presses a key once the scripts of the page are there. */
	async press(key: string) {
		this.actions++;
		await this.page.waitForLoadState("domcontentloaded");
		await this.page.keyboard.press(key);
	}
	async fill(what: Locator, text: string) { this.actions++; await what.fill(text); }
	/** type writes where the focus is. */
	async type(text: string) { this.actions++; await this.page.keyboard.type(text); }
	async check(what: Locator) { this.actions++; await what.check(); }
	async choose(what: Locator, option: Choice) { this.actions++; await what.selectOption(option); }
	async files(what: Locator, files: Files) { this.actions++; await what.setInputFiles(files); }
	/** tabTo presses Tab until something has the focus, as somebody does who has no mouse. */
	async tabTo(what: Locator) {
		await what.waitFor();
		for (let n = 0; n < 100 && !(await has(what)); n++) { await this.press("Tab"); }
		await expect(what).toBeFocused();
	}
	/**
	 * filesByKey chooses files where the focus is, without a mouse. A browser that is slow to pass on the key takes it for that of no
	 * person any more and opens nothing, so it is pressed until the dialog opens; that is one action.
	 */
	async filesByKey(files: Files) {
		this.actions++;
		await expect(async () => {
			const chosen = this.page.waitForEvent("filechooser", { timeout: 10_000 });
			await this.page.keyboard.press("Space");
			await (await chosen).setFiles(files);
		}).toPass();
	}
	async paste(what: Locator, text: string) {
		this.actions++;
		await what.evaluate((field, text) => {
			const data = new DataTransfer();
			data.setData("text/plain", text);
			field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
		}, text);
	}
	async enter(name: string, value: unknown) {
		const field = this.page.locator(`[name="${name}"]`).first();
		const kind = await field.evaluate((e) => e.tagName === "SELECT" ? "select" : e.getAttribute("type"));
		if (Array.isArray(value) && kind === "checkbox") {
			for (const v of value) { await this.check(this.page.locator(`[name="${name}"][value="${v}"]`)); }
			return;
		}
		this.actions++;
		if (kind === "radio") {
			await this.page.locator(`[name="${name}"][value="${value}"]`).check();
		} else if (kind === "select") {
			await field.selectOption(String(value));
		} else {
			await field.fill(Array.isArray(value) ? value.join("，") : String(value));
		}
	}
	/** aside does what is no part of the task, such as looking at the page by axe, and leaves out its time. */
	async aside(look: () => Promise<unknown>) {
		const begun = Date.now();
		await look();
		this.begun += Date.now() - begun;
	}
	/** done writes what a task took, and fails if that is more than it may take. */
	done(task: string, most: number) {
		console.log(`${task}: ${this.actions} actions, ${((Date.now() - this.begun) / 1000).toFixed(1)} s`);
		expect(this.actions, `actions: ${task}`).toBeLessThanOrEqual(most);
	}
}

/** has tells that something has the focus. */
export const has = (what: Locator) => what.evaluate((e) => e === document.activeElement);
