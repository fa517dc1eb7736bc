// A stand-in for Cloudflare's API, for the real Wrangler: it keeps databases, buckets, queues, secrets and Workers in
// memory, and runs SQL on a local D1. Wrangler finds it by CLOUDFLARE_API_BASE_URL.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";

import { statements } from "./migrate.mjs";

const ACCOUNT = "0123456789abcdef0123456789abcdef";

/** What one account has, and which requests changed it. */
export class Cloudflare {
  /** @type {{ name: string, uuid: string, jurisdiction?: string }[]} */
  databases = [];
  /** @type {string[]} */
  buckets = [];
  /** @type {{ queue_id: string, queue_name: string, producers_total_count: number, consumers_total_count: number, consumers: object[] }[]} */
  queues = [];
  /** The secrets of each Worker. @type {Map<string, Map<string, string>>} */
  workers = new Map();
  /** What was uploaded of each Worker: the metadata with its bindings. @type {Map<string, object>} */
  uploads = new Map();
  /** Custom domains. @type {string[]} */
  domains = [];
  /** Requests other than GET, in order. @type {string[]} */
  changes = [];
  /** Requests that this stand-in does not know. @type {string[]} */
  unknown = [];

  #server;
  #sql;
  #uploaded = "";

  /** @param {import("miniflare").D1Database} sql what the databases' statements run on */
  static async start(sql) {
    const cloudflare = new Cloudflare();
    cloudflare.#sql = sql;
    cloudflare.#server = createServer((request, response) => {
      cloudflare.#serve(request, response).catch((error) => send(response, 500, failure(1, error.message)));
    });
    cloudflare.#server.listen(0, "127.0.0.1");
    await once(cloudflare.#server, "listening");
    return cloudflare;
  }

  /** The environment in which Wrangler takes this for Cloudflare, and Node finds every https site here. */
  get environment() {
    const origin = `http://127.0.0.1:${this.#server.address().port}`;
    const redirect = `const real = fetch; globalThis.fetch = (url, init) => real(String(url).replace(/^https:\\/\\/[^/]*/, ${JSON.stringify(origin)}), init)`;
    return {
      CLOUDFLARE_API_BASE_URL: `${origin}/client/v4`,
      CLOUDFLARE_API_TOKEN: "a-token",
      CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(redirect)}`,
      WRANGLER_SEND_METRICS: "false",
    };
  }

  async stop() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async #serve(request, response) {
    const url = new URL(request.url, "http://127.0.0.1");
    if (url.pathname === "/upload") return this.#upload(request, response);
    if (url.pathname === "/healthz") return send(response, ...(await this.#health()));
    const path = url.pathname.replace("/client/v4", "").replace(`/accounts/${ACCOUNT}`, "");
    const body = await read(request);
    if (request.method !== "GET" && !path.endsWith("/query")) this.changes.push(`${request.method} ${path}`);
    for (const [method, pattern, answer] of ROUTES) {
      const found = new RegExp(method).test(request.method) && pattern.exec(path);
      if (!found) continue;
      const result = await answer.call(this, { name: found[1], body, query: url.searchParams });
      if (result?.failed) return send(response, result.status, result.failed);
      return send(response, 200, success(result ?? null));
    }
    this.unknown.push(`${request.method} ${path}`);
    send(response, 404, failure(7003, `no route for ${request.method} ${path}`));
  }

  /** Takes a file of SQL for the import that follows. */
  async #upload(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    this.#uploaded = bytes.toString();
    response.writeHead(200, { etag: `"${createHash("md5").update(bytes).digest("hex")}"` }).end();
  }

  /** The two steps of `wrangler d1 execute --file`. It gives no rows. @param {{ action: string }} body */
  async import({ action }) {
    if (action === "init") return { upload_url: `http://127.0.0.1:${this.#server.address().port}/upload`, filename: "a.sql" };
    const done = await this.query(this.#uploaded);
    const meta = { duration: 1, rows_read: 0, rows_written: 0, size_after: 0 };
    return { success: true, status: "complete", messages: [], errors: [], result: { num_queries: done.length, final_bookmark: "a-bookmark", meta } };
  }

  /** What the Worker would say of itself. @returns {Promise<[number, object]>} */
  async #health() {
    const problems = [];
    const [name] = this.uploads.keys();
    if (!this.workers.get(name)?.has("SIGNING_KEY")) problems.push("signing_key");
    const tables = await this.#sql.prepare("SELECT name FROM sqlite_master WHERE name = 'applications'").all();
    if (tables.results.length === 0) problems.push("tables");
    return problems.length === 0 ? [200, { status: "ok" }] : [503, { status: "unavailable", problems }];
  }

  /** @param {string} sql @param {unknown[]} params */
  async query(sql, params = []) {
    const each = statements(sql);
    const batch = each.map((text) => this.#sql.prepare(text).bind(...(each.length === 1 ? params : [])));
    return (await this.#sql.batch(batch)).map(({ results, meta }) => ({ results, success: true, meta }));
  }
}

/** @type {[string, RegExp, (this: Cloudflare, asked: { name: string, body: any, query: URLSearchParams }) => any][]} */
const ROUTES = [
  ["GET", /^\/user\/tokens\/verify$/, () => ({ id: "a-token-id", status: "active" })],
  ["GET", /^\/user$/, () => ({ id: "a-user", email: "operator@guichet.dev" })],
  ["GET", /^\/accounts$/, () => [{ id: ACCOUNT, name: "Guichet" }]],
  ["GET", /^\/d1\/database$/, function ({ query }) { return query.get("page") === "1" ? this.databases : []; }],
  ["POST", /^\/d1\/database$/, function ({ body }) {
    const database = { uuid: crypto.randomUUID(), ...body };
    this.databases.push(database);
    return database;
  }],
  ["GET", /^\/d1\/database\/([^/]+)$/, function ({ name }) {
    return this.databases.find(({ uuid }) => uuid === name) ?? missing(7404, "database not found");
  }],
  ["POST", /^\/d1\/database\/[^/]+\/query$/, function ({ body }) { return this.query(body.sql, body.params); }],
  ["POST", /^\/d1\/database\/[^/]+\/import$/, function ({ body }) { return this.import(body); }],
  ["GET", /^\/r2\/buckets$/, function () {
    return { buckets: this.buckets.map((name) => ({ name, creation_date: "2026-01-01T00:00:00Z" })) };
  }],
  ["GET", /^\/r2\/buckets\/([^/]+)$/, function ({ name }) {
    return this.buckets.includes(name) ? { name } : missing(10006, "The specified bucket does not exist.");
  }],
  ["POST", /^\/r2\/buckets$/, function ({ body }) { this.buckets.push(body.name); }],
  ["GET", /^\/queues$/, function ({ query }) {
    const names = query.getAll("name");
    return this.queues.filter(({ queue_name }) => names.length === 0 || names.includes(queue_name));
  }],
  ["POST", /^\/queues$/, function ({ body }) {
    const queue = { queue_id: crypto.randomUUID(), queue_name: body.queue_name, producers_total_count: 0, consumers_total_count: 0, consumers: [] };
    this.queues.push(queue);
    return queue;
  }],
  ["POST", /^\/queues\/([^/]+)\/consumers$/, function ({ name, body }) {
    this.queues.find(({ queue_id }) => queue_id === name).consumers_total_count += 1;
    return body;
  }],
  ["GET", /^\/workers\/scripts\/([^/]+)\/secrets$/, function ({ name }) {
    const secrets = this.workers.get(name);
    return secrets ? [...secrets.keys()].map((secret) => ({ name: secret, type: "secret_text" })) : noWorker();
  }],
  ["PUT", /^\/workers\/scripts\/([^/]+)\/secrets$/, function ({ name, body }) {
    const secrets = this.workers.get(name);
    if (!secrets) return noWorker();
    secrets.set(body.name, body.text);
    return { name: body.name, type: "secret_text" };
  }],
  ["GET", /^\/workers\/services\/([^/]+)$/, function ({ name }) {
    const script = { last_deployed_from: "wrangler", tag: "tag" };
    return this.uploads.has(name) ? { default_environment: { environment: "production", script } } : noWorker();
  }],
  ["GET", /^\/workers\/scripts\/([^/]+)\/deployments$/, () => ({ deployments: [] })],
  ["POST", /^\/workers\/scripts\/([^/]+)\/deployments$/, () => ({ id: "a-deployment" })],
  ["POST", /^\/workers\/scripts\/([^/]+)\/versions$/, function ({ name, body }) {
    this.uploads.set(name, body);
    return { id: "a-version", startup_time_ms: 1, resources: { script: { etag: "1" } } };
  }],
  ["PATCH", /^\/workers\/scripts\/([^/]+)\/script-settings$/, () => null],
  ["GET", /^\/workers\/scripts\/([^/]+)\/settings$/, () => ({ bindings: [] })],
  ["GET|POST", /^\/workers\/scripts\/([^/]+)\/subdomain$/, () => ({ enabled: false, previews_enabled: false })],
  ["GET", /^\/zones$/, () => [{ id: "a-zone", name: "guichet.dev" }]],
  ["GET", /^\/zones\/([^/]+)\/workers\/routes$/, () => []],
  ["PUT", /^\/workers\/scripts\/([^/]+)\/schedules$/, () => null],
  ["GET", /^\/email\/routing\/addresses$/, () => []],
  // Every file is there already.
  ["POST", /^\/workers\/scripts\/([^/]+)\/assets-upload-session$/, () => ({ buckets: [], jwt: "a-token" })],
  ["PUT", /^\/workers\/scripts\/([^/]+)\/domains\/records$/, function ({ body }) {
    this.domains = body.origins.map(({ hostname }) => hostname);
  }],
  ["PUT", /^\/workers\/scripts\/([^/]+)$/, function ({ name, body }) {
    if (!this.workers.has(name)) this.workers.set(name, new Map());
    this.uploads.set(name, body);
    return { id: name, etag: "1", deployment_id: "1", available_on_subdomain: false };
  }],
];

const noWorker = () => missing(10007, "This Worker does not exist on your account.");
const missing = (code, message) => ({ status: 404, failed: failure(code, message) });
const success = (result) => ({ success: true, errors: [], messages: [], result, result_info: { page: 1, total_pages: 1 } });
const failure = (code, message) => ({ success: false, errors: [{ code, message }], messages: [], result: null });

/** @param {import("node:http").IncomingMessage} request */
async function read(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("multipart/form-data")) {
    const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
    return JSON.parse(String(form.get("metadata") ?? "{}"));
  }
  // Wrangler does not always say that it sends JSON.
  const text = bytes.toString();
  return text.startsWith("{") ? JSON.parse(text) : undefined;
}

/** @param {import("node:http").ServerResponse} response */
function send(response, status, body) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
