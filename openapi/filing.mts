// Takes one filing from draft to receipt with the client that openapi-typescript and openapi-fetch make from openapi.json.
// It reads what to file, and who files and reviews, as JSON from TUOYU_FILING, and writes the number of the case.
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./api.mjs";

declare const process: { env: Record<string, string | undefined> };

type Schemas = components["schemas"];

const told = JSON.parse(process.env["TUOYU_FILING"] ?? "") as {
  url: string;
  applicant: string; // access tokens
  clerk: string;
  pdf: string; // of every paper, in base64
  application: Schemas["Application"];
};

const as = (token: string): Client<paths> =>
  createClient<paths>({ baseUrl: told.url, headers: { Authorization: `Bearer ${token}` } });
const applicant = as(told.applicant);
const clerk = as(told.clerk);
const header = (): { "Idempotency-Key": string } => ({ "Idempotency-Key": crypto.randomUUID() });

// ok returns the content of an answer, and throws the problem it is otherwise.
function ok<T>(answer: { data?: T; error?: Schemas["Problem"]; response: Response }): T {
  if (answer.data === undefined) {
    throw new Error(`${answer.response.url}: ${answer.response.status} ${answer.error?.code} ${answer.error?.detail}`);
  }
  return answer.data;
}

// until asks again and again until there is an answer.
async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`waited a minute for ${what}`);
}

for (const paper of told.application.papers ?? []) {
  if (!paper.attachment) continue;
  const form = new FormData();
  const bytes = Uint8Array.from(atob(told.pdf), (c) => c.charCodeAt(0));
  form.set("file", new Blob([bytes], { type: "application/pdf" }), `${paper.kind}.pdf`);
  const stored = ok(await applicant.POST("/api/v1/attachments", { body: { file: "" }, bodySerializer: () => form }));
  paper.attachment = stored.id;
}
const { case_no } = ok(
  await applicant.POST("/api/v1/filings", {
    params: { header: header() },
    body: { application: told.application, draft: true },
  }),
);
ok(await applicant.POST("/api/v1/filings/{case_no}/submit", { params: { header: header(), path: { case_no } } }));

const review = await until("the review", async () => {
  const tasks = ok(await clerk.GET("/api/v1/tasks", { params: { query: { q: case_no, kind: "filing.review" } } }));
  return tasks.items?.[0];
});
ok(
  await clerk.POST("/api/v1/tasks/{id}/complete", {
    params: { header: header(), path: { id: review.id } },
    body: { outcome: "accept", answer: { findings: [] } },
  }),
);
const receipt = await until("the receipt", async () => {
  const found = ok(await applicant.GET("/api/v1/cases/{case_no}", { params: { path: { case_no } } }));
  return found.documents?.find((d) => d.kind === "filing_receipt" && d.state === "in_force");
});
const pdf = ok(
  await applicant.GET("/api/v1/documents/{id}", { params: { path: { id: receipt.id } }, parseAs: "text" }),
);
if (!pdf.startsWith("%PDF-")) throw new Error("the receipt is no PDF");
console.log(case_no);
