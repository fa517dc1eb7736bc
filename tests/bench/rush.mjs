// `cargo xtask bench rush`: the last minute before a deadline. 500 applications arrive within a minute, and the mail
// server takes a second for each mail and ten sessions at most. See docs/load.md.

import { setTimeout as sleep } from "node:timers/promises";

import { application } from "./measure.mjs";
import { OTHER } from "../support/application.mjs";
import { start } from "../support/guichet.mjs";
import { peak } from "../support/isolate.mjs";
import { Mailbox } from "../support/mailbox.mjs";

const COUNT = 500;
/** Of two documents, 300 KB each. */
const BYTES = 600_000;
const ARRIVAL_MS = 60_000;
const MAILS = 2 * COUNT;
const SERVER = { delay: 1_000, sessions: 10 };
/** What is demanded: all mails so many seconds after the last application, in what a Worker may hold. */
const DEMANDED = { seconds: 150, bytes: 128 * 1024 * 1024 };
/** How long the bench waits for what comes too late. */
const PATIENCE_MS = 600_000;

const mailbox = await Mailbox.start({
  sessions: SERVER.sessions,
  mood: (step) => (step === "data" ? { delay: SERVER.delay } : {}),
});
const guichet = await start({ build: "production", output: () => {}, smtp: mailbox.smtp, inspector: true, vars: { MAILS_PER_RECIPIENT: "1000000" } });
const payload = await application(BYTES);
/** Milliseconds that each answer took. */
const answers = [];
let last = 0;
const memory = await peak(guichet, async () => {
  await arrive();
  last = Date.now();
  await mailbox.waitFor(MAILS, PATIENCE_MS).catch(({ message }) => console.error(message));
});
const { results: rows } = await guichet.db.prepare("SELECT attempts, sent_at FROM mails").all();
const result = { ...counted(), memory, retried: rows.filter(({ attempts }) => attempts > 1).length };
await guichet.stop();
await mailbox.stop();
show(result);
judge(result);
process.exit();

/** Sends the applications, at even intervals, whatever becomes of those before. */
async function arrive() {
  const sent = [];
  const began = Date.now();
  for (let number = 0; number < COUNT; number += 1) {
    await sleep(Math.max(0, began + (number * ARRIVAL_MS) / COUNT - Date.now()));
    sent.push(post());
  }
  await Promise.all(sent);
}

async function post() {
  const began = Date.now();
  const answer = await guichet.fetch(`/postings/${OTHER.slug}/applications`, {
    method: "POST",
    body: payload.bytes,
    headers: { accept: "application/json", "content-type": payload.type },
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`${answer.status}: ${text}`);
  answers.push(Date.now() - began);
}

/** What the mail server has. */
function counted() {
  const ids = new Set(mailbox.messages.map(({ raw }) => /^Message-ID: (.*)\r$/im.exec(raw)[1]));
  const after = (messages) => (Math.max(last, ...messages.map(({ at }) => at)) - last) / 1_000;
  const isSmall = ({ raw }) => raw.length < BYTES;
  return {
    mails: mailbox.messages.length,
    different: ids.size,
    small: after(mailbox.messages.filter(isSmall)),
    large: after(mailbox.messages.filter((message) => !isSmall(message))),
    sessions: mailbox.most,
    connections: mailbox.steps.filter((step) => step === "connect").length,
  };
}

function show({ mails, different, small, large, sessions, connections, retried, memory: bytes }) {
  answers.sort((one, other) => one - other);
  const table = [
    ["applications in a minute", COUNT],
    ["answered after, median and slowest (ms)", `${answers[COUNT / 2]}, ${answers.at(-1)}`],
    ["mails, different Message-IDs", `${mails}, ${different}`],
    ["mails that needed a second attempt", retried],
    ["last acknowledgement, seconds after the last application", small.toFixed(0)],
    ["last mail with documents", large.toFixed(0)],
    ["sessions opened, at the same time at most", `${connections}, ${sessions}`],
    ["MB of the isolate at the peak", inMb(bytes)],
  ];
  for (const [what, figure] of table) console.log(`| ${what} | ${figure} |`);
}

function judge({ mails, different, small, large, memory: bytes }) {
  if (different < MAILS) fail(`${MAILS - different} mails are lost`);
  if (mails > different) fail(`${mails - different} mails came twice`);
  const seconds = Math.max(small, large);
  if (seconds > DEMANDED.seconds) fail(`the last mail came ${seconds.toFixed(0)} s after the last application, later than ${DEMANDED.seconds}`);
  if (bytes > DEMANDED.bytes) fail(`${inMb(bytes)} MB are more than a Worker has`);
}

function inMb(bytes) {
  return (bytes / 1024 / 1024).toFixed(0);
}

function fail(complaint) {
  console.error(`error: ${complaint}`);
  process.exitCode = 1;
}
