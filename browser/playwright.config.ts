import { defineConfig } from "@playwright/test";

// The tests run against an instance that is up already, with the demonstration's cases: see scripts/browser.sh.
export default defineConfig({
	testDir: "tests",
	// Long, for a machine that does other work as well: a test that passes waits for none of them.
	timeout: 900_000,
	expect: { timeout: 60_000 },
	workers: 1,
	fullyParallel: false,
	forbidOnly: true,
	reporter: [["list"]],
	use: {
		baseURL: process.env.TUOYU_PUBLIC_URL,
		locale: "zh-CN",
		timezoneId: "Asia/Shanghai",
		browserName: "chromium",
		launchOptions: {
			executablePath: process.env.CHROMIUM,
			args: ["--no-sandbox"],
		},
		actionTimeout: 60_000,
		screenshot: "only-on-failure",
		trace: "off",
	},
});
