// The product on this machine: the built Worker in workerd, with real local R2, D1, Queues and static assets. `cargo
// xtask dev` and the tests start it here.

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

import "./atomics.mjs";
import { migrate } from "./migrate.mjs";
import { pushFolder } from "./postings.mjs";
import { faultyModules } from "./faults.mjs";
import { trustedCertificate } from "./certificate.mjs";
import { INTAKE, RECEIVER, handoverWorker } from "./incoming.mjs";
import { children } from "./processes.mjs";

export const ROOT = resolve(import.meta.dirname, "../..");

// Otherwise Miniflare asks the network where this machine is.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
// What runs here must not depend on someone's .env.
process.env.CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV = "false";
// Miniflare reads this when it is imported, hence the imports below: workerd then trusts the mailbox's certificate.
process.env.NODE_EXTRA_CA_CERTS = trustedCertificate().file;
const { Log, LogLevel, Miniflare } = await import("miniflare");
const { unstable_getMiniflareWorkerOptions: readWranglerToml } = await import("wrangler");

/**
 * @typedef {object} Options
 * @property {number} [port] 0 (the default) takes a free one
 * @property {string} [state] folder for R2 and D1, kept; without it a temporary one, removed by `stop`
 * @property {string} [clock] `DEV_CLOCK`: "" real time, "+ms" or "-ms" beside it, "=epoch ms" frozen
 * @property {{ port: number, security?: "none" | "starttls" | "tls", host?: string, user?: string, password?: string }} [smtp]
 *   where mails go; without it the `send_email` binding takes them
 * @property {Record<string, string>} [vars] over those of wrangler.toml
 * @property {boolean} [faults] wraps the Worker so that a test can make its bindings fail: see faults.mjs
 * @property {"dev" | "production"} [build]
 * @property {string} [entry] text of a module in place of the Worker's, which it may import as ./index.js
 * @property {boolean} [incoming] whether mail comes in: see incoming.mjs
 * @property {string[]} [databases] names of bindings of further D1 databases, which are empty
 * @property {boolean} [events] whether `publish` puts messages in the queue of the platform's events for sending
 * @property {number} [retries] of a queue message, instead of what wrangler.toml says
 * @property {(request: Request) => Response | Promise<Response>} [outbound] answers what the Worker fetches
 * @property {boolean} [postings] whether the folder `postings` is pushed; it is, unless this is false
 * @property {boolean} [inspector] opens workerd's inspector: see isolate.mjs
 * @property {(line: string) => void} [output] takes what the Worker and the platform print, instead of the terminal
 */

/**
 * Starts the Worker, applies the migrations, pushes the postings, and waits until it answers.
 *
 * @param {Options} [options]
 */
export async function start(options = {}) {
  const state = options.state ?? (await mkdtemp(join(tmpdir(), "guichet-")));
  await mkdir(state, { recursive: true });
  const mf = new Miniflare(await configure(options, state));
  const guichet = new Guichet(mf, options, state);
  try {
    await guichet.begin();
  } catch (error) {
    await guichet.stop();
    throw error;
  }
  return guichet;
}

/** A running Worker. */
export class Guichet {
  /** @type {URL} where it listens */
  url;
  /** @type {import("miniflare").D1Database} */
  db;
  /** @type {import("miniflare").R2Bucket} */
  bucket;
  /** The id of its process, where the system tells (Linux). @type {number | undefined} */
  workerd;

  #options;
  #state;

  /**
   * @param {import("miniflare").Miniflare} mf
   * @param {Options} options
   * @param {string} state
   */
  constructor(mf, options, state) {
    this.mf = mf;
    this.#options = options;
    this.#state = state;
  }

  /** By which name workerd and its inspector know the Worker. */
  get workerName() {
    return this.#options.incoming ? OUR_NAME : "";
  }

  async begin() {
    this.url = await this.mf.ready;
    this.workerd = await newcomer();
    this.db = await this.mf.getD1Database("DB");
    this.bucket = await this.mf.getR2Bucket("DOCUMENTS");
    await migrate(this.db, join(ROOT, "migrations"));
    await this.pushPostings();
    const answer = await this.fetch("/healthz");
    if (answer.status !== 200) {
      throw new Error(`GET /healthz answered ${answer.status}: ${await answer.text()}`);
    }
    await answer.body?.cancel();
  }

  /**
   * A request over the loopback socket, as a browser would make it; redirects are not followed.
   *
   * @param {string} path
   * @param {RequestInit} [init]
   */
  fetch(path, init = {}) {
    const headers = new Headers(init.headers);
    // workerd closes a connection when it has answered before the body was read, and the next request would find it dead.
    headers.set("connection", "close");
    return fetch(new URL(path, this.url), { redirect: "manual", ...init, headers });
  }

  /**
   * Runs the cron handler once and waits for it.
   *
   * @param {number} [scheduledTime] epoch milliseconds
   */
  async cron(scheduledTime = Date.now()) {
    const worker = await this.mf.getWorker();
    return worker.scheduled({ cron: "*/5 * * * *", scheduledTime: new Date(scheduledTime) });
  }

  /** Puts an event of the platform in its queue; wants the option `events`. @param {object} event */
  async publish(event) {
    const queue = await this.mf.getQueueProducer(EVENTS);
    await queue.send(event);
  }

  /** Saves what has changed in the folder of postings. */
  async pushPostings() {
    if (this.#options.postings !== false) await pushFolder(this.db, join(ROOT, "postings"));
  }

  /** Takes up a new build and new migrations; data stay. */
  async reload() {
    await this.mf.setOptions(await configure({ ...this.#options, port: Number(this.url.port) }, this.#state));
    await this.begin();
  }

  /**
   * Ends workerd as a power cut would: what it had in memory is lost, and what is in flight gets no answer. What it kept
   * is for the next `start` with the same state.
   *
   * @param {() => void} [done] called at that very moment
   */
  async kill(done = () => {}) {
    process.kill(this.workerd, "SIGKILL");
    done();
    await this.mf.dispose();
  }

  async stop() {
    await this.mf.dispose();
    if (!this.#options.state) await rm(this.#state, { recursive: true, force: true });
  }
}

/** Which processes are known to be some Guichet's. @type {Set<number>} */
const known = new Set();

/** The one that has just been started. */
async function newcomer() {
  const id = (await children("workerd")).find((one) => !known.has(one));
  if (id !== undefined) known.add(id);
  return id;
}

/**
 * @param {Options} options
 * @param {string} state
 */
async function configure(options, state) {
  const build = join(ROOT, "build", options.build ?? "dev");
  const worker = join(build, "worker");
  if (!existsSync(join(worker, "index.js"))) {
    const flag = options.build === "production" ? "" : " --dev";
    throw new Error(`The Worker is not built: run \`cargo xtask build${flag}\` first.`);
  }
  const { workerOptions } = readWranglerToml(join(ROOT, "wrangler.toml"), undefined, {
    // Any name but .dev.vars, which would be read if there were none.
    envFiles: ["none"],
    overrides: { assets: { directory: join(build, "assets") } },
  });
  const modules = [
    { type: "ESModule", path: join(worker, "index.js") },
    { type: "CompiledWasm", path: join(worker, "index_bg.wasm") },
  ];
  const port = options.port || (options.incoming ? await freePort() : 0);
  const ours = {
    ...workerOptions,
    modules: [...(await inFront(options, worker)), ...modules],
    modulesRoot: worker,
    bindings: {
      ...workerOptions.bindings,
      ...(options.incoming && incoming(port)),
      ...(await variables(options, state)),
    },
    ...(options.retries !== undefined && { queueConsumers: impatient(workerOptions.queueConsumers, options.retries) }),
    ...(options.events && { queueProducers: { ...workerOptions.queueProducers, [EVENTS]: { queueName: "guichet-events" } } }),
    ...(options.databases && { d1Databases: { ...workerOptions.d1Databases, ...further(options.databases) } }),
  };
  const shared = {
    host: "127.0.0.1",
    port,
    cf: false,
    ...(options.outbound && { outboundService: options.outbound }),
    ...(options.inspector && { inspectorPort: 0 }),
    ...(options.output ? heardBy(options.output) : { log: new Log(LogLevel.WARN) }),
    // Where Wrangler looks as well: `cargo xtask admin` asks the database through it.
    d1Persist: join(state, "v3/d1"),
    r2Persist: join(state, "v3/r2"),
  };
  if (!options.incoming) return { ...ours, ...shared };
  return { ...shared, workers: [{ ...ours, name: OUR_NAME }, handoverWorker(OUR_NAME)] };
}

/** The name by which a test writes into the queue to which the platform publishes. */
const EVENTS = "EVENTS";

/** Our Worker's name, where there is another one beside it. */
const OUR_NAME = "guichet";

/** The Worker's settings for mail that comes in. @param {number} port */
const incoming = (port) => ({
  INTAKE_ADDRESS: INTAKE,
  RECEIVING_SERVER: RECEIVER,
  LOOPBACK_ORIGIN: `http://127.0.0.1:${port}`,
});

async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** D1 databases whose ids are their bindings' names. @param {string[]} names */
const further = (names) => Object.fromEntries(names.map((name) => [name, name]));

/** Consumers that give a message up after that many retries. */
function impatient(consumers, maxRetries) {
  return Object.fromEntries(Object.entries(consumers).map(([queue, consumer]) => [queue, { ...consumer, maxRetries }]));
}

/** @param {Options} options @param {string} folder of the Worker's modules */
async function inFront(options, folder) {
  if (options.entry) return [{ type: "ESModule", path: join(folder, "entry.mjs"), contents: options.entry }];
  return options.faults ? faultyModules(folder) : [];
}

/** @param {(line: string) => void} output */
function heardBy(output) {
  const log = new Log(LogLevel.INFO);
  log.log = output;
  const handleRuntimeStdio = (...streams) => {
    for (const input of streams) createInterface({ input }).on("line", output);
  };
  return { log, handleRuntimeStdio };
}

/**
 * @param {Options} options
 * @param {string} state
 */
async function variables(options, state) {
  const { smtp } = options;
  return {
    SIGNING_KEY: await signingKey(state),
    DEV_CLOCK: options.clock ?? "",
    ...(options.build !== "production" && DEVELOPMENT_DESK),
    ...(smtp && submission(smtp)),
    ...options.vars,
  };
}

/** The desk of a development build: `POST /desk/dev-sign-in` signs in by a key that only such a build has. */
const DEVELOPMENT_DESK = {
  ACCESS_TEAM_DOMAIN: "development.invalid",
  ACCESS_AUDIENCE: "development",
  DESK_ADMINS: "staff@example.org",
};

/**
 * The Worker's settings for a mail server.
 *
 * @param {NonNullable<Options["smtp"]>} smtp
 */
export function submission({ host = "127.0.0.1", port, security = "none", user = "", password = "" }) {
  return {
    MAIL_TRANSPORT: "smtp",
    SMTP_HOST: host,
    SMTP_PORT: String(port),
    SMTP_SECURITY: security,
    SMTP_USER: user,
    SMTP_PASSWORD: password,
  };
}

/**
 * Kept with the data it signs, so that a receipt's address outlives a restart.
 *
 * @param {string} state
 */
async function signingKey(state) {
  const file = join(state, "signing-key");
  try {
    return await readFile(file, "utf8");
  } catch {
    const key = randomBytes(32).toString("hex");
    await writeFile(file, key, { mode: 0o600 });
    return key;
  }
}
