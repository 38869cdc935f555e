import type { Locator, Page } from "@playwright/test";

/** Hand does what a person does on a page and counts it: each click, field filled, key pressed, paste or choice of files is one action. */
export class Hand {
	actions = 0;
	constructor(readonly page: Page) {}
	async click(what: Locator) { this.actions++; await what.click(); }
	async press(key: string) { this.actions++; await this.page.keyboard.press(key); }
	async fill(what: Locator, text: string) { this.actions++; await what.fill(text); }
	async check(what: Locator) { this.actions++; await what.check(); }
	async files(what: Locator, files: { name: string; mimeType: string; buffer: Buffer }[]) { this.actions++; await what.setInputFiles(files); }
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
}
