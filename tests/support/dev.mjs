// The servers of `cargo xtask dev`: the Worker, its cron, and a mailbox. Started by crates/xtask/src/dev.rs, which
// writes "reload" to the standard input after a rebuild and "postings" after an edit of these, and whose end closes it: then
// this process ends too.

import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { MailDev } from "maildev";

import { Watch } from "./alive.mjs";
import { ROOT, start } from "./guichet.mjs";
import { INTAKE, startReceiver } from "./incoming.mjs";

const CRON_EVERY = 60_000;

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    "mail-port": { type: "string" },
    "smtp-port": { type: "string" },
    "incoming-port": { type: "string" },
    state: { type: "string" },
    now: { type: "string" },
  },
});

const clock = offset(values.now);
const state = resolve(ROOT, values.state);
const smtp = { port: Number(values["smtp-port"]) };

/** Stopped last to first. @type {(() => Promise<void>)[]} */
const running = [];
let stopping = false;

const commands = createInterface({ input: process.stdin });
commands.on("close", stop);
process.on("SIGINT", stop);
process.on("SIGTERM", stop);

try {
  await begin();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
  await stop();
}

async function begin() {
  await mkdir(state, { recursive: true });
  // For `cargo xtask admin`.
  await writeFile(join(state, "clock"), String(Number(clock || 0)));
  const mailbox = await startMailbox();
  running.push(() => mailbox.stop());
  // Alerts can be looked at in the mailbox, and an edited posting is on the page at once.
  const vars = { OPERATOR_ADDRESS: "operator@example.org", DEV_POSTINGS_MS: "500" };
  const guichet = await start({ port: Number(values.port), state, clock, smtp, vars, incoming: true });
  running.push(() => guichet.stop());
  const receiver = await startReceiver(() => guichet.mf, Number(values["incoming-port"]));
  running.push(() => receiver.stop());
  const cron = setInterval(() => sweep(guichet), CRON_EVERY);
  running.push(async () => clearInterval(cron));
  const servers = [
    { name: "workerd", port: Number(guichet.url.port) },
    { name: "the mailbox", port: Number(values["mail-port"]) },
    { name: "the mailbox's SMTP server", port: smtp.port },
    { name: "the SMTP server for incoming mail", port: receiver.port },
  ];
  const watch = new Watch(servers, lost);
  running.push(async () => watch.stop());
  const orders = { reload: () => watch.pause(() => reload(guichet)), postings: () => pushPostings(guichet) };
  commands.on("line", (line) => orders[line]?.());
  if (!stopping) announce(guichet.url);
}

/** @param {string} name of a server that has ended */
async function lost(name) {
  console.error(`error: ${name} has ended`);
  process.exitCode = 1;
  await stop();
}

async function startMailbox() {
  const mailDirectory = join(state, "mail");
  await mkdir(mailDirectory, { recursive: true });
  const mailbox = new MailDev({
    smtp: smtp.port,
    ip: "127.0.0.1",
    web: Number(values["mail-port"]),
    webIp: "127.0.0.1",
    mailDirectory,
    silent: true,
  });
  await quietly(() => mailbox.start());
  answerOlderClients(mailbox.getServers().api.app.server);
  return mailbox;
}

/** MailDev says where its API is although it is to be silent. @param {() => Promise<void>} begin */
async function quietly(begin) {
  const { info } = console;
  console.info = () => {};
  try {
    await begin();
  } finally {
    console.info = info;
  }
}

/**
 * MailDev 3 serves its REST API below /api. What was written for MailDev 1 and 2 asks without.
 *
 * @param {import("node:http").Server} server
 */
function answerOlderClients(server) {
  server.prependListener("request", (request) => {
    if (/^\/email(\/|\?|$)/.test(request.url)) request.url = `/api${request.url}`;
  });
}

/** @param {import("./guichet.mjs").Guichet} guichet */
async function sweep(guichet) {
  try {
    await guichet.cron(Date.now() + Number(clock || 0));
  } catch (error) {
    console.error(`The cron handler failed: ${error.message}`);
  }
}

/** @param {import("./guichet.mjs").Guichet} guichet */
async function reload(guichet) {
  try {
    await guichet.reload();
    console.log("Reloaded.");
  } catch (error) {
    console.error(`error: the new version does not run: ${error.message}`);
  }
}

/** @param {import("./guichet.mjs").Guichet} guichet */
async function pushPostings(guichet) {
  try {
    await guichet.pushPostings();
    console.log("Postings saved.");
  } catch (error) {
    console.error(`error: the postings are not saved: ${error.message}`);
  }
}

/** @param {URL} url */
function announce(url) {
  const now = clock && ` (the clock says ${new Date(Date.now() + Number(clock)).toISOString()})`;
  console.log(`
  Careers page   ${url.href}${now}
  Desk           ${new URL("/desk/dev-sign-in", url).href}
  Mailbox        http://127.0.0.1:${values["mail-port"]}/
  Incoming mail  SMTP on 127.0.0.1:${values["incoming-port"]}, for ${INTAKE}

  Ctrl-C stops. Changes in crates, www, postings and migrations are taken up.
`);
}

/**
 * How far the development clock is from the real one, as the Worker reads it in DEV_CLOCK.
 *
 * @param {string | undefined} now
 */
function offset(now) {
  if (now === undefined) return "";
  const instant = Date.parse(now);
  if (Number.isNaN(instant)) {
    console.error(`error: --now ${now}: write an instant such as 2025-07-15T12:00:00Z`);
    process.exit(1);
  }
  const difference = instant - Date.now();
  return difference < 0 ? String(difference) : `+${difference}`;
}

async function stop() {
  if (stopping) return;
  stopping = true;
  commands.close();
  for (const end of running.reverse()) {
    await end().catch((error) => console.error(`While stopping: ${error.message}`));
  }
  process.exit();
}
