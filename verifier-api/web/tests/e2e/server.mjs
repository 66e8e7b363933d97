// A small static server for tests: the built page with the verifier's headers, and an API that is honest or lies, as a
// test tells it.
import { createServer } from "node:http";
import { readFileSync, existsSync } from "node:fs";
import { join, extname } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json", ".json": "application/json" };
const csp =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `api`: path → {status?, json?, bytes?, hangs?} | function of the request; changed by tests as they go. */
export class TestServer {
  constructor() {
    this.api = new Map();
    this.asked = [];
    this.server = createServer((request, response) => this.answer(request, response));
    this.sockets = new Set();
    this.server.on("connection", (s) => {
      this.sockets.add(s);
      s.on("close", () => this.sockets.delete(s));
    });
  }
  async start(port = 0) {
    await new Promise((done, failed) => this.server.once("error", failed).listen(port, "127.0.0.1", done));
    this.port = this.server.address().port;
    this.url = `http://localhost:${this.port}`;
    return this;
  }
  async stop() {
    for (const s of this.sockets) s.destroy();
    await new Promise((done) => this.server.close(done));
  }
  async answer(request, response) {
    const { pathname, search } = new URL(request.url, "http://localhost");
    const send = (status, body, headers = {}) => {
      response.writeHead(status, { "Content-Security-Policy": csp, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", ...headers });
      response.end(body);
    };
    let body = "";
    for await (const part of request) body += part;
    const given = this.api.get(pathname) ?? [...this.api].find(([k]) => k.endsWith("*") && pathname.startsWith(k.slice(0, -1)))?.[1];
    if (pathname === "/v1/receipts" && given === undefined) {
      // Honest or not, as a test answers for the single records.
      const one = [...this.api].find(([k]) => k === "/v1/records/*")?.[1];
      this.asked.push({ method: request.method, path: pathname + search, body });
      if (one === undefined) return send(503, JSON.stringify({ code: "overloaded" }), { "Content-Type": "application/problem+json" });
      const lines = (new URLSearchParams(search).get("ids") ?? "").split(",").map((id) => {
        const a = typeof one === "function" ? one({ pathname: `/v1/records/${id}/receipt`, search: new URLSearchParams(), body: "" }) : one;
        return a?.status && a.status !== 200 ? "" : typeof a?.json === "string" ? a.json : "";
      });
      return send(200, lines.join(""), { "Content-Type": "application/x-ndjson" });
    }
    if (given !== undefined || pathname.startsWith("/v1/")) {
      this.asked.push({ method: request.method, path: pathname + search, body });
      const a = typeof given === "function" ? given({ pathname, search: new URLSearchParams(search), body }) : given;
      if (a?.hangs) return;
      if (!a) return send(404, JSON.stringify({ code: "not_found" }), { "Content-Type": "application/problem+json" });
      if (a.bytes) return send(a.status ?? 200, a.bytes, { "Content-Type": "application/octet-stream" });
      return send(a.status ?? 200, typeof a.json === "string" ? a.json : JSON.stringify(a.json ?? {}), { "Content-Type": "application/json" });
    }
    const name = pathname === "/" || pathname === "/v" ? "/index.html" : pathname;
    const file = join(dist, name);
    if (!/^[A-Za-z0-9_./-]+$/.test(name) || name.includes("..") || !existsSync(file)) return send(404, "");
    return send(200, readFileSync(file), { "Content-Type": types[extname(file)] ?? "application/octet-stream", "Cache-Control": "no-cache" });
  }
}
