// Real clients, a real SMTP server that fails at random, and a workerd that is killed at random moments. Afterwards every
// application that was acknowledged is in the mailbox, whole, and nothing else is.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { apply, document, freshToken, kept, NOON, pdf, sha256 } from "./application.mjs";
import { audit } from "./audit.mjs";
import { Chance } from "./chance.mjs";
import { override } from "./faults.mjs";
import { start } from "./guichet.mjs";
import { Mailbox, poll } from "./mailbox.mjs";

const CLIENTS = 8;
const MINUTE = 60_000;
/** Longer than the lease on a mail, so that those whose sender was killed are taken up again. */
const ROUND = 17 * MINUTE;
/** After three days a mail is given up. */
const LAST_ROUND = (48 * 60 * MINUTE) / ROUND;

/** How the mail server fails, by step, and how often. After "drop-after" it is unknown whether the mail was taken. */
const MISHAPS = [
  ["connect", 421, 0.02],
  ["connect", "drop", 0.02],
  ["mail", 451, 0.02],
  ["rcpt", 450, 0.02],
  ["rcpt", "drop", 0.02],
  ["data", 452, 0.03],
  ["data", "drop", 0.03],
  ["data", "drop-after", 0.05],
];
const SLOW = 0.03;
/** Mails that do not become fewer for so many milliseconds are stuck: a mail server may be waited for for minutes. */
const PATIENCE = 400_000;

/**
 * @param {{ applications: number, kills: number, seed: number, say?: (line: string) => void }} options
 * @returns {Promise<Record<string, number>>} figures; it rejects where something was lost or is too much
 */
export async function chaos({ applications, kills, seed, say = () => {} }) {
  const state = await mkdtemp(join(tmpdir(), "guichet-chaos-"));
  const weather = new Weather(new Chance(seed, "mail server"));
  const mailbox = await Mailbox.start({ mood: (step) => weather.at(step) });
  const world = new World(state, mailbox);
  try {
    await world.up();
    const candidates = Array.from({ length: applications }, (_, index) => new Candidate(new Chance(seed, `candidate ${index}`), index));
    await Promise.all([...clients(world, candidates), killer(world, candidates, kills, new Chance(seed, "killer"))]);
    say(`${applications} applications sent, workerd killed ${world.kills.length} times; now the mails settle`);
    const rounds = await settle(world);
    const figures = await audit(candidates, mailbox.messages, world.kills);
    const posts = candidates.reduce((sum, candidate) => sum + candidate.posts, 0);
    return { posts, ...figures, mishaps: weather.mishaps, kills: world.kills.length, rounds, ...(await orphans(world)), ...world.troubles };
  } finally {
    await world.guichet?.stop();
    await mailbox.stop();
    await rm(state, { recursive: true, force: true });
  }
}

/** What the mail server is up to. */
class Weather {
  mishaps = 0;
  #chance;

  constructor(chance) {
    this.#chance = chance;
  }

  /** @param {import("./mailbox.mjs").Step} step */
  at(step) {
    const found = MISHAPS.find(([where, , probability]) => where === step && this.#chance.happens(probability));
    if (found) this.mishaps += 1;
    return { order: found?.[1], delay: this.#chance.happens(SLOW) ? this.#chance.between(50, 800) : 0 };
  }
}

/** The Worker, which comes and goes. What it keeps and what time it is outlive it. */
class World {
  /** @type {import("./guichet.mjs").Guichet | undefined} */
  guichet;
  /** When it was killed: epoch milliseconds. @type {number[]} */
  kills = [];

  /** Server-side errors, by event. @type {Record<string, number>} */
  troubles = {};

  #state;
  #mailbox;
  #port = 0;
  #ahead = NOON - Date.now();
  #ready;

  constructor(state, mailbox) {
    this.#state = state;
    this.#mailbox = mailbox;
  }

  up() {
    const options = { state: this.#state, port: this.#port, clock: this.#clock(), smtp: this.#mailbox.smtp, faults: true, output: (line) => this.#hear(line) };
    this.#ready = start(options).then((guichet) => {
      this.#port = Number(guichet.url.port);
      this.guichet = guichet;
      return guichet;
    });
    return this.#ready;
  }

  /** The Worker, once it is there. */
  ready() {
    return this.#ready;
  }

  async kill() {
    await this.guichet.kill(() => this.kills.push(Date.now()));
    await this.up();
  }

  /** One JSON object per line, among what workerd says at its end. */
  #hear(line) {
    const event = /^\{"event":"([^"]+)","(?:fault|reason)"/.exec(line)?.[1];
    if (event) this.troubles[event] = (this.troubles[event] ?? 0) + 1;
  }

  /** Moves the clock. @param {number} milliseconds */
  async later(milliseconds) {
    this.#ahead += milliseconds;
    await override(this.guichet, { clock: this.#clock() });
  }

  now() {
    return Date.now() + this.#ahead;
  }

  #clock() {
    return this.#ahead < 0 ? String(this.#ahead) : `+${this.#ahead}`;
  }
}

/** One who applies, and does not give up before there is an answer; or one who does. */
class Candidate {
  /** @type {string | undefined} the reference they were shown */
  reference;
  /** How often they sent. */
  posts = 0;

  constructor(chance, index) {
    this.chance = chance;
    this.name = `Camille Martin-${index}`;
    this.email = `camille.${index}@example.net`;
    this.patient = !chance.happens(0.1);
    this.documents = Object.fromEntries(["cover_letter", "cv"].map((id) => [id, pdf(`${id} ${index}`, chance.between(2_000, 300_000))]));
  }

  async apply(world) {
    let token;
    while (this.reference === undefined && (this.patient || this.posts < 1)) {
      try {
        const guichet = await world.ready();
        token ??= await freshToken(guichet);
        this.posts += 1;
        await this.#send(guichet, token);
      } catch (error) {
        if (error instanceof Surprise) throw error;
        await sleep(this.chance.between(20, 200));
      }
    }
  }

  async #send(guichet, token) {
    const files = Object.entries(this.documents).map(([id, bytes]) => [id, document(`${id}.pdf`, bytes)]);
    const answer = await apply(guichet, { token, name: this.name, email: this.email, ...Object.fromEntries(files) });
    if (answer.status === 503) throw new Error("to be sent again");
    const text = await answer.text();
    if (![200, 201].includes(answer.status)) throw new Surprise(`${answer.status} to a right form: ${text}`);
    const { reference, documents } = JSON.parse(text);
    this.reference = reference;
    const told = documents.map(({ id, sha256: sum }) => [id, sum]);
    const right = Object.entries(this.documents).map(([id, bytes]) => [id, sha256(bytes)]);
    if (JSON.stringify(told) !== JSON.stringify(right)) throw new Surprise(`${reference} has other documents than were sent`);
  }
}

/** What no retry mends. */
class Surprise extends Error {}

function clients(world, candidates) {
  const waiting = [...candidates];
  return Array.from({ length: CLIENTS }, async () => {
    for (let candidate = waiting.shift(); candidate; candidate = waiting.shift()) await candidate.apply(world);
  });
}

/** Kills workerd at random moments, spread over the applications. */
async function killer(world, candidates, kills, chance) {
  const sent = () => candidates.filter(({ posts }) => posts > 0).length;
  for (let kill = 1; kill <= kills; kill += 1) {
    const mark = Math.floor((candidates.length * kill) / (kills + 1));
    await poll(() => sent() >= mark, 300_000, () => `${sent()} of ${mark} applications sent`);
    await sleep(chance.between(0, 400));
    await world.kill();
  }
}

/** Lets time pass until every mail is settled. How many rounds of the clock that took. */
async function settle(world) {
  for (let round = 1; round <= LAST_ROUND; round += 1) {
    await world.later(ROUND);
    await empty(world);
    if ((await pending(world, Number.MAX_SAFE_INTEGER)) === 0) return round;
  }
  throw new Error("mails are still waiting after two days");
}

/** Lets the cron run, as it does all day, until no mail is due. */
async function empty(world) {
  let [least, since] = [Infinity, Date.now()];
  for (let due = await pending(world, world.now()); due > 0; due = await pending(world, world.now())) {
    if (due < least) [least, since] = [due, Date.now()];
    if (Date.now() - since > PATIENCE) throw new Error(`${due} mails are due and stay so: ${JSON.stringify((await kept(world.guichet)).outbox.filter((row) => !row.sent_at).slice(0, 3))}`);
    await world.guichet.cron(world.now());
    await sleep(1_000);
  }
}

/** How many mails are neither sent nor refused, of those due until then. */
async function pending(world, until) {
  const question = "SELECT count(*) AS letters FROM mails WHERE application IS NOT NULL AND sent_at IS NULL AND refused_because IS NULL AND due_at <= ?1";
  return world.guichet.db.prepare(question).bind(until).first("letters");
}

/** Documents that no application speaks of: their upload was stored and its application never was. */
async function orphans(world) {
  const { applications, documents } = await kept(world.guichet);
  const ids = new Set(applications.map(({ id }) => id));
  return { orphans: documents.filter((key) => !ids.has(key.split("/")[1])).length };
}
