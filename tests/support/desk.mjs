// Staff at the desk, for tests: signs in as a development build lets anybody, and sends forms as the desk's own pages do.

import PostalMime from "postal-mime";

import { apply } from "./application.mjs";
import { poll } from "./mailbox.mjs";
import { words } from "./words.mjs";

/** The headers of a post that a page of the desk makes. */
export const SAME_ORIGIN = { "sec-fetch-site": "same-origin" };

/**
 * Signs in.
 *
 * @param {import("./guichet.mjs").Guichet} guichet a development build
 * @param {string} [email]
 */
export async function signIn(guichet, email = "staff@example.org") {
  const answer = await guichet.fetch("/desk/dev-sign-in", { method: "POST", body: new URLSearchParams({ email }) });
  const cookie = answer.headers.get("set-cookie")?.split(";")[0];
  if (answer.status !== 303 || !cookie) throw new Error(`Signing in answered ${answer.status}.`);
  return new Staff(guichet, cookie);
}

/**
 * Signs in by the page, in French.
 *
 * @param {import("playwright-core").Page} page
 */
export async function signInByPage(page) {
  const { desk } = words("fr");
  await page.goto("/desk/dev-sign-in");
  await page.getByRole("button", { name: desk.sign_in, exact: true }).click();
  await page.getByRole("heading", { level: 1, name: desk.postings }).waitFor();
}

/** Somebody who is signed in. */
export class Staff {
  /**
   * @param {import("./guichet.mjs").Guichet} guichet
   * @param {string} cookie
   */
  constructor(guichet, cookie) {
    this.guichet = guichet;
    this.cookie = cookie;
  }

  /** @param {string} path @param {Record<string, string>} [headers] */
  get(path, headers = {}) {
    return this.guichet.fetch(path, { headers: { accept: "application/json", cookie: this.cookie, ...headers } });
  }

  /** The JSON at an address. @param {string} path */
  async json(path) {
    const answer = await this.get(path);
    if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  /** Everything about an application. @param {string} reference */
  dossier(reference) {
    return this.json(`/desk/applications/${reference}`);
  }

  /** Changes stages; what the desk answers, with the status. */
  async stage(fields) {
    const answer = await this.post("/desk/stage", fields);
    return { status: answer.status, ...(await answer.json()) };
  }

  /**
   * @param {string} path
   * @param {Record<string, string | string[]> | FormData} [fields]
   * @param {Record<string, string>} [headers]
   */
  async post(path, fields = {}, headers = SAME_ORIGIN) {
    const body = fields instanceof FormData ? fields : encoded(fields);
    const sent = new Response(body);
    return this.guichet.fetch(path, {
      method: "POST",
      // In one piece: see `apply`.
      body: Buffer.from(await sent.arrayBuffer()),
      headers: { accept: "application/json", cookie: this.cookie, "content-type": sent.headers.get("content-type"), ...headers },
    });
  }
}

/** Applications of as many people. @param {import("./guichet.mjs").Guichet} guichet @param {number} count */
export async function applications(guichet, count) {
  const received = [];
  for (let n = 1; n <= count; n++) {
    const email = `person${n}@example.net`;
    received.push(await (await apply(guichet, { name: `Personne Numéro${n}`, email })).json());
  }
  return received;
}

/**
 * The mails to an address, once there are that many with this subject.
 *
 * @param {import("./mailbox.mjs").Mailbox} mailbox
 */
export async function mailsTo(mailbox, address, subject, count = 1) {
  let found = [];
  const enough = () => (found = mailbox.messages.filter(({ to, raw }) => to.includes(address) && raw.includes(subject))).length >= count;
  await poll(enough, 15_000, () => `${found.length} of ${count} mails “${subject}” to ${address}`);
  return Promise.all(found.map(({ raw }) => PostalMime.parse(raw)));
}

/** @param {Record<string, string | string[]>} fields */
function encoded(fields) {
  const body = new URLSearchParams();
  for (const [name, values] of Object.entries(fields)) for (const value of [values].flat()) body.append(name, value);
  return body;
}

/**
 * The files of a ZIP archive whose entries are stored, by name. Reads the directory at its end, as other readers do.
 *
 * @param {Buffer} bytes
 */
export function unzipped(bytes) {
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  let at = bytes.readUInt32LE(end + 16);
  const files = {};
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [size, name, extra, comment] = [at + 24, at + 28, at + 30, at + 32].map((place, index) => (index ? bytes.readUInt16LE(place) : bytes.readUInt32LE(place)));
    const local = bytes.readUInt32LE(at + 42);
    const begins = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    files[bytes.toString("utf8", at + 46, at + 46 + name)] = { bytes: bytes.subarray(begins, begins + size), crc32: bytes.readUInt32LE(at + 16) };
    at += 46 + name + extra + comment;
  }
  return files;
}
