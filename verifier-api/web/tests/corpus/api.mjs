// A stele-verifier of its own for one network of the corpus. Its node is this process: the genesis and no block, for the
// ledgers of the corpus hold what no node would accept. So nothing newer is added to a verdict, and the API must say the
// very same as the command line and the page.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const patience_ms = 60_000;
const batch_max = 1_000;
const batch_bytes_max = 48 << 20;

/** `from`: another node's URL to follow instead, such as one whose ledger holds the documents. */
export class Api {
  static async start(program, genesis, { now, from } = {}) {
    const api = new Api();
    api.folder = mkdtempSync(join(tmpdir(), "stele-agree-"));
    if (!from) {
      api.node = createServer((request, response) => {
        if (request.url === "/v1/genesis") return response.end(genesis);
        response.writeHead(request.url.startsWith("/v1/blocks") ? 204 : 404).end();
      });
      await new Promise((done) => api.node.listen(0, "127.0.0.1", done));
      from = `http://127.0.0.1:${api.node.address().port}`;
    }
    const file = (name, text) => (writeFileSync(join(api.folder, name), text), join(api.folder, name));
    const args = ["run", "--genesis", file("genesis.json", genesis), "--node", from, "--data", join(api.folder, "data"), "--port", "0", "--ready-file", join(api.folder, "url"), "--rate", "0", "--lang", "en"];
    if (now) args.push("--clock-file", file("clock", `${now}\n`));
    api.program = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    api.program.stderr.on("data", (d) => (said += d));
    api.program.on("error", (e) => (said += e.message));
    for (const until = Date.now() + patience_ms; !existsSync(join(api.folder, "url")); ) {
      if (api.program.exitCode !== null || !api.program.pid || Date.now() > until) {
        await api.stop();
        throw new Error(`${program} did not start: ${said}`);
      }
      await new Promise((done) => setTimeout(done, 20));
    }
    api.url = readFileSync(join(api.folder, "url"), "utf8").trim();
    return api;
  }
  async stop() {
    if (this.program?.pid && this.program.exitCode === null) {
      const ended = new Promise((done) => this.program.once("exit", done));
      this.program.kill("SIGTERM");
      await ended;
    }
    this.node?.closeAllConnections?.();
    this.node?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
  async post(type, body) {
    const r = await fetch(`${this.url}/v1/verify`, { method: "POST", headers: { "Content-Type": type }, body });
    const text = await r.text();
    if (!r.ok) throw new Error(`POST /v1/verify (${type}): ${r.status} ${text.slice(0, 300)}`);
    return text;
  }
  /** The bytes, as the command line judges them. */
  async bytes(text) {
    return JSON.parse(await this.post("application/octet-stream", text));
  }
  /** The JSON value, one file a call. */
  async single(text) {
    return JSON.parse(await this.post("application/json", text));
  }
  /** Cut into calls of a thousand files and not too many bytes. */
  async calls(texts, call) {
    const out = [];
    for (let at = 0; at < texts.length; ) {
      let bytes = 0;
      const from = at;
      while (at < texts.length && at - from < batch_max && (at === from || bytes + Buffer.byteLength(texts[at]) < batch_bytes_max)) bytes += Buffer.byteLength(texts[at++]);
      const part = await call(texts.slice(from, at));
      if (part.length !== at - from) throw new Error(`${part.length} verdicts for ${at - from} files`);
      out.push(...part);
    }
    return out;
  }
  /** One call for many JSON values; the texts stand in it as they are. */
  documents(texts) {
    return this.calls(texts, async (part) => JSON.parse(await this.post("application/json", `{"documents":[${part.join(",")}]}`)).verdicts);
  }
  /** One line for each; a text of several lines can't be sent so. */
  lines(texts) {
    return this.calls(texts, async (part) => (await this.post("application/x-ndjson", part.map((t) => `${t.replace(/\n$/, "")}\n`).join(""))).trim().split("\n").map((l) => JSON.parse(l)));
  }
  /** A table with the files in base64: outcomes only. */
  table(texts) {
    return this.calls(texts, async (part) => {
      const rows = (await this.post("text/csv", `file,document\n${part.map((t, i) => `${i},${Buffer.from(t).toString("base64")}\n`).join("")}`)).replace(/^\ufeff/, "").trim().split("\r\n");
      const at = rows[0].split(",").indexOf("outcome");
      return rows.slice(1).map((row) => row.split(",")[at]);
    });
  }
}

/** The school of the unit tests: a ledger that is right in all, a verifier over it, and documents that stand on it. */
export class Fixture {
  static async start(program) {
    const f = new Fixture();
    f.folder = mkdtempSync(join(tmpdir(), "stele-fixture-"));
    f.program = spawn(program, [f.folder], { stdio: ["pipe", "ignore", "inherit"] });
    f.program.on("error", () => {});
    for (const until = Date.now() + patience_ms; !existsSync(join(f.folder, "url")); ) {
      if (f.program.exitCode !== null || !f.program.pid || Date.now() > until) {
        await f.stop();
        throw new Error(`${program} did not start`);
      }
      await new Promise((done) => setTimeout(done, 20));
    }
    f.url = readFileSync(join(f.folder, "url"), "utf8").trim();
    f.genesis = await (await fetch(`${f.url}/v1/genesis`)).text();
    f.now = (await (await fetch(`${f.url}/v1/checkpoint`)).json()).time;
    f.documents = Object.fromEntries(["transcript", "diploma"].map((k) => [k, readFileSync(join(f.folder, `${k}.stele.json`), "utf8")]));
    return f;
  }
  async stop() {
    if (this.program?.pid && this.program.exitCode === null) {
      const ended = new Promise((done) => this.program.once("exit", done));
      this.program.stdin.end();
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
