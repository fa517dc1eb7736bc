// Mail servers for the tests: a real SMTP server that keeps messages byte for byte and can be told to misbehave, and a
// client of the development mailbox's REST API.

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { SMTPServer } from "smtp-server";

import { trustedCertificate } from "./certificate.mjs";

/**
 * @typedef {object} Message
 * @property {string} from envelope
 * @property {string[]} to envelope
 * @property {Buffer} raw the message as sent, dot-stuffing undone
 * @property {string | undefined} user who had logged in
 * @property {boolean} secure whether it came over TLS
 * @property {number} at epoch milliseconds
 * @property {boolean} answered whether the sender was told that it was taken
 */

/** @typedef {"connect" | "auth" | "mail" | "rcpt" | "data"} Step */

/**
 * @typedef {object} Options
 * @property {"none" | "starttls" | "tls"} [security]
 * @property {{ user: string, password: string }} [login] required when given
 * @property {("PLAIN" | "LOGIN")[]} [methods]
 * @property {{ key: string, cert: string }} [certificate] instead of the one the Worker trusts
 * @property {(step: Step, to: string | undefined, session: { id: string }) => { order?: number | string, delay?: number }} [mood]
 *   asked at each step that no order is for: what to do there, as `next` takes it, and how many milliseconds later
 * @property {number} [sessions] at most at the same time; more are refused with 421
 * @property {number} [limit] bytes; larger messages are refused with 552
 */

/** An SMTP server on a free loopback port. */
export class Mailbox {
  /** @type {Message[]} */
  messages = [];
  /** @type {string[]} every step taken, for tests that count attempts */
  steps = [];
  /** The most sessions that there were at the same time. */
  most = 0;

  #options;
  #server;
  #script = [];
  /** Ids of sessions. @type {Set<string>} */
  #open = new Set();

  /** @param {Options} [options] */
  static async start(options = {}) {
    const mailbox = new Mailbox(options);
    mailbox.#server.listen(0, "127.0.0.1");
    await once(mailbox.#server.server, "listening");
    return mailbox;
  }

  /** @param {Options} options */
  constructor(options) {
    this.#options = options;
    const { security = "none", login, methods = ["PLAIN", "LOGIN"], limit, sessions } = options;
    const { key, cert } = options.certificate ?? trustedCertificate();
    this.#server = new SMTPServer({
      key,
      cert,
      secure: security === "tls",
      hideSTARTTLS: security !== "starttls",
      authOptional: !login,
      authMethods: methods,
      allowInsecureAuth: security === "none",
      disabledCommands: login ? [] : ["AUTH"],
      disableReverseLookup: true,
      size: limit,
      maxClients: sessions,
      logger: false,
      onConnect: (session, done) => {
        this.most = Math.max(this.most, this.#open.add(session.id).size);
        return this.#step("connect", session, done);
      },
      onClose: (session) => this.#open.delete(session.id),
      onAuth: (auth, session, done) =>
        this.#step("auth", session, (error) => {
          const right = auth.username === login?.user && auth.password === login?.password;
          if (error || !right) return done(error ?? refusal(535, "Authentication credentials invalid"));
          return done(null, { user: auth.username });
        }),
      onMailFrom: (_, session, done) => this.#step("mail", session, done),
      onRcptTo: ({ address }, session, done) => this.#step("rcpt", session, done, address),
      onData: (stream, session, done) => this.#receive(stream, session, done),
    });
    // A connection that breaks is the sender's matter, or was ordered by the test.
    this.#server.on("error", () => {});
  }

  get port() {
    return this.#server.server.address().port;
  }

  /** What `start()` of guichet.mjs takes as `smtp`. */
  get smtp() {
    const { security = "none", login } = this.#options;
    const host = security === "none" ? "127.0.0.1" : "localhost";
    return { host, port: this.port, security, ...login };
  }

  /**
   * The next time a step is reached: refuse it with a code (and a status: "552 5.2.2"), drop the connection before it, or (for data) keep the
   * message and drop the connection without an answer, which leaves the sender not knowing.
   *
   * @param {Step} step
   * @param {number | string} what a code, or "drop" or "drop-after"
   * @param {{ times?: number, to?: string }} [options] how often, and of mails to whom: at "rcpt" and "data" only, for no
   *   recipient is known before
   */
  next(step, what, { times = 1, to } = {}) {
    for (let count = 0; count < times; count += 1) this.#script.push({ step, what, to });
  }

  /**
   * @param {number} count
   * @param {number} [milliseconds]
   * @returns {Promise<Message[]>} once there are that many
   */
  async waitFor(count, milliseconds = 15_000) {
    await poll(() => this.messages.length >= count, milliseconds, () => `${this.messages.length} of ${count} mails arrived`);
    return this.messages;
  }

  clear() {
    this.messages.length = 0;
    this.steps.length = 0;
    this.#script.length = 0;
  }

  async stop() {
    await new Promise((done) => this.#server.close(done));
  }

  /** The order for this step, if there is one; it is used up. */
  async #order(step, session, recipient) {
    this.steps.push(step);
    const index = this.#script.findIndex((entry) => entry.step === step && (entry.to ?? recipient) === recipient);
    if (index >= 0) return this.#script.splice(index, 1)[0].what;
    const { order, delay = 0 } = this.#options.mood?.(step, recipient, session) ?? {};
    if (delay > 0) await sleep(delay);
    return order;
  }

  async #step(step, session, done, recipient) {
    const order = await this.#order(step, session, recipient);
    if (order === undefined) return done();
    if (order !== "drop") return done(refused(order, step));
    return this.#drop(session);
  }

  async #receive(stream, session, done) {
    const order = await this.#order("data", session, session.envelope.rcptTo[0].address);
    if (order === "drop") return this.#drop(session);
    const chunks = [];
    try {
      for await (const chunk of stream) chunks.push(chunk);
    } catch {
      // The sender hung up in the middle, as one does that a test stops: nothing was received.
      return;
    }
    if (stream.sizeExceeded) return done(refusal(552, "Message too large"));
    if (order && order !== "drop-after") return done(refused(order, "data"));
    this.messages.push({
      from: session.envelope.mailFrom.address,
      to: session.envelope.rcptTo.map((recipient) => recipient.address),
      raw: Buffer.concat(chunks),
      user: session.user,
      secure: session.secure,
      at: Date.now(),
      answered: order !== "drop-after",
    });
    return order === "drop-after" ? this.#drop(session) : done();
  }

  #drop(session) {
    for (const connection of this.#server.connections) {
      if (connection.session === session || connection.id === session.id) connection._socket.destroy();
    }
  }
}

/** The mailbox of `cargo xtask dev`, by its REST API. */
export class DevMailbox {
  /** @param {URL | string} url e.g. http://127.0.0.1:1080 */
  constructor(url) {
    this.url = url;
  }

  /** @returns {Promise<object[]>} mails as MailDev describes them, attachments by name */
  async list() {
    return (await this.#get("/api/email")).json();
  }

  /** @param {string} id */
  async source(id) {
    return Buffer.from(await (await this.#get(`/api/email/${id}/source`)).arrayBuffer());
  }

  /** @param {string} id @param {string} name */
  async attachment(id, name) {
    const path = `/api/email/${id}/attachment/${encodeURIComponent(name)}`;
    return Buffer.from(await (await this.#get(path)).arrayBuffer());
  }

  async clear() {
    await fetch(new URL("/api/email/all", this.url), { method: "DELETE" });
  }

  /** @param {number} count @param {number} [milliseconds] */
  async waitFor(count, milliseconds = 15_000) {
    let mails = [];
    const enough = async () => (mails = await this.list()).length >= count;
    await poll(enough, milliseconds, () => `${mails.length} of ${count} mails arrived`);
    return mails;
  }

  async #get(path) {
    const answer = await fetch(new URL(path, this.url));
    if (!answer.ok) throw new Error(`The mailbox answered ${answer.status} to GET ${path}`);
    return answer;
  }
}

/**
 * @param {() => boolean | Promise<boolean>} condition
 * @param {number} milliseconds
 * @param {() => string} complaint
 */
export async function poll(condition, milliseconds, complaint) {
  const end = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`After ${milliseconds} ms: ${complaint()}.`);
    await sleep(25);
  }
}

/** @param {number | string} order @param {Step} step */
function refused(order, step) {
  const [code, status = ""] = String(order).split(" ");
  return refusal(Number(code), `${status} The test refuses ${step}`.trim());
}

function refusal(code, message) {
  return Object.assign(new Error(message), { responseCode: code });
}
