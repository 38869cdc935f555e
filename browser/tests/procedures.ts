import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type APIRequestContext } from "@playwright/test";

/** filesOf are the files of a procedure, by their names: of the library, or of another folder of the project. */
export function filesOf(kind: string, of = "procedures/library"): Map<string, Buffer> {
	const folder = join(__dirname, "../..", of, kind);
	const all = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	const names = all.map((entry) => join(entry.parentPath, entry.name));
	return new Map(names.map((name) => [name.slice(folder.length + 1), readFileSync(name)]));
}

function crc(data: Buffer) {
	let sum = -1;
	for (const byte of data) {
		sum ^= byte;
		for (let bit = 0; bit < 8; bit++) { sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0); }
	}
	return (sum ^ -1) >>> 0;
}

/** zipped is an archive of files, not compressed. */
export function zipped(files: Map<string, Buffer>): Buffer {
	const parts: Buffer[] = [], listed: Buffer[] = [];
	let at = 0;
	for (const [name, data] of files) {
		const title = Buffer.from(name), head = Buffer.alloc(30), entry = Buffer.alloc(46);
		head.writeUInt32LE(0x04034b50, 0);
		entry.writeUInt32LE(0x02014b50, 0);
		entry.writeUInt16LE(20, 4);
		for (const [block, from] of [[head, 4], [entry, 6]] as const) {
			block.writeUInt16LE(20, from);
			block.writeUInt16LE(0x800, from + 2);
			block.writeUInt16LE(0x21, from + 8);
			block.writeUInt32LE(crc(data), from + 10);
			block.writeUInt32LE(data.length, from + 14);
			block.writeUInt32LE(data.length, from + 18);
			block.writeUInt16LE(title.length, from + 22);
		}
		entry.writeUInt32LE(at, 42);
		parts.push(head, title, data);
		listed.push(entry, title);
		at += head.length + title.length + data.length;
	}
	const directory = Buffer.concat(listed), end = Buffer.alloc(22);
	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt16LE(files.size, 8);
	end.writeUInt16LE(files.size, 10);
	end.writeUInt32LE(directory.length, 12);
	end.writeUInt32LE(at, 16);
	return Buffer.concat([...parts, directory, end]);
}

/** published publishes a procedure of the library by two people, unless another test has. */
export const published = (request: APIRequestContext, kind: string) => publishedFiles(request, filesOf(kind));

/** replaced are files of a procedure with another text in its flow. */
export function replaced(files: Map<string, Buffer>, from: string, to: string) {
	const flow = files.get("procedure.yaml")!.toString();
	expect(flow).toContain(from);
	return new Map([...files, ["procedure.yaml", Buffer.from(flow.replace(from, to))] as const]);
}

/** publishedFiles publishes the files of a procedure by two people, unless another test has. */
export async function publishedFiles(request: APIRequestContext, files: Map<string, Buffer>) {
	const proposed = await as(request, "procedure-author", "/procedure-revisions", { multipart: { file: { name: "procedure.zip", mimeType: "application/zip", buffer: zipped(files) } } });
	if (proposed.status() === 409) { return; }
	expect(proposed.ok(), await proposed.text()).toBe(true);
	const { id } = await proposed.json();
	const decided = await as(request, "procedure-approver", `/procedure-revisions/${id}/decision`, { data: { publish: true } });
	expect(decided.ok(), await decided.text()).toBe(true);
}

/** as sends a request of an account to the API. */
async function as(request: APIRequestContext, account: string, path: string, body: object) {
	const grant = await request.post(`${process.env.TUOYU_OIDC_ISSUER}/oauth/token`, {
		form: { grant_type: "client_credentials", client_id: account, client_secret: account, scope: "openid" },
	});
	const { access_token: token } = await grant.json();
	return request.post(`/api/v1${path}`, { ...body, headers: { Authorization: `Bearer ${token}`, "Idempotency-Key": crypto.randomUUID() } });
}
