import { expect, type APIRequestContext } from "@playwright/test";

type Task = { id: string; kind: string; state: string; assignee?: string; role: string };

/** Person acts through the API, so that a test begins where its page does. */
export class Person {
	constructor(private request: APIRequestContext, readonly account: string) {}

	/** ask sends a request with a key of its own and returns the response, of whatever status. */
	async ask(method: string, path: string, data?: unknown) {
		const grant = await this.request.post(`${process.env.TUOYU_OIDC_ISSUER}/oauth/token`, {
			form: { grant_type: "client_credentials", client_id: this.account, client_secret: this.account, scope: "openid" },
		});
		const { access_token: token } = await grant.json();
		return this.request.fetch(`/api/v1${path}`, { method, data, headers: { Authorization: `Bearer ${token}`, "Idempotency-Key": crypto.randomUUID() } });
	}

	/** send returns the answer to a request, which must be a success. */
	async send<T>(method: string, path: string, data?: unknown): Promise<T> {
		const answer = await this.ask(method, path, data);
		expect(answer.ok(), `${this.account} ${method} ${path}: ${await answer.text()}`).toBe(true);
		return answer.json();
	}

	/** task waits until a case asks this person a question of a kind. */
	async task(caseNo: string, kind: string): Promise<Task> {
		let found: Task | undefined;
		await expect(async () => {
			const { tasks } = await this.send<{ tasks: Task[] }>("GET", `/cases/${caseNo}`);
			found = tasks.find((t) => t.kind === kind && t.state === "open" && this.answers(t));
			expect(found, `${kind} of ${caseNo}`).toBeDefined();
		}).toPass({ timeout: 300_000, intervals: [100] });
		return found as Task;
	}

	/** answers tells that a question is put to this person. */
	private answers(t: Task) {
		return t.assignee ? t.assignee === this.account : this.account.startsWith(t.role.replaceAll("_", "-"));
	}

	/** answer answers the question of a case. */
	async answer(caseNo: string, kind: string, outcome: string, answer: unknown = {}): Promise<void> {
		const { id } = await this.task(caseNo, kind);
		await this.send("POST", `/tasks/${id}/complete`, { outcome, answer });
	}
}
