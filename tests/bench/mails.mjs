// `cargo xtask bench mails`: 500 mails of 2 MB beside 500 forms, in five minutes. Each mail is stored, answered and
// forwarded within ten. See docs/incoming.md.

import { setTimeout as sleep } from "node:timers/promises";

import { application } from "./measure.mjs";
import { OTHER, pdf } from "../support/application.mjs";
import { start } from "../support/guichet.mjs";
import { startReceiver } from "../support/incoming.mjs";
import { peak } from "../support/isolate.mjs";
import { mail, send } from "../support/letters.mjs";
import { Mailbox } from "../support/mailbox.mjs";

const COUNT = 500;
const ARRIVAL_MS = 300_000;
/** What is demanded: everything so many milliseconds after the first, in what a Worker may hold. */
const DEMANDED = { milliseconds: 600_000, bytes: 128 * 1024 * 1024 };
/** A staff mail and an answer for each. */
const MAILS = 4 * COUNT;

const mailbox = await Mailbox.start();
const guichet = await start({ build: process.env.GUICHET_BUILD ?? "production", output: () => {}, smtp: mailbox.smtp, inspector: true, incoming: true, vars: { MAILS_PER_RECIPIENT: "1000000" } });
const receiver = await startReceiver(() => guichet.mf);
const form = await application(600_000);
// Both documents make a message of 2 MB.
const files = [
  { name: "Lettre.pdf", type: "application/pdf", bytes: pdf("Madame, Monsieur", 700_000) },
  { name: "CV.pdf", type: "application/pdf", bytes: pdf("Marie Dupont", 700_000) },
];
// Only what tells the mails apart is kept, or this process would hold a gigabyte.
const shorten = setInterval(() => {
  for (const message of mailbox.messages) if (message.raw.length > 4_000) message.raw = Buffer.from(message.raw.subarray(0, 4_000));
}, 1_000);
const answers = { mails: [], forms: [] };
let [refused, began] = [0, 0];
const memory = await peak(guichet, async () => {
  began = Date.now();
  await Promise.all([arrive(post), arrive(write)]);
  await mailbox.waitFor(MAILS, began + DEMANDED.milliseconds + 60_000 - Date.now()).catch(({ message }) => console.error(message));
});
const took = Math.max(...mailbox.messages.map(({ at }) => at)) - began;
const count = (sql) => guichet.db.prepare(sql).first("n");
const [applications, holes, waiting, forwarded] = await Promise.all([
  count("SELECT count(*) AS n FROM applications"),
  count(`SELECT max(number) - count(*) AS n FROM applications WHERE posting = '${OTHER.slug}'`),
  count("SELECT count(*) AS n FROM incoming WHERE outcome IS NULL"),
  count("SELECT count(*) AS n FROM mails WHERE kind = 'staff' AND sent_at IS NOT NULL"),
]);
clearInterval(shorten);
await receiver.stop();
await guichet.stop();
await mailbox.stop();
const different = new Set(mailbox.messages.map(({ raw }) => /^Message-ID:\s*(.*)\r$/im.exec(raw)[1])).size;
for (const [what, figure] of [
  ["mails of 2 MB, forms of 600 KB", `${COUNT}, ${COUNT}`],
  ["a mail was taken after, median and slowest (ms)", middle(answers.mails)],
  ["times that the sending server had to try again", refused],
  ["a form was answered after, median and slowest (ms)", middle(answers.forms)],
  ["applications; of which staff have", `${applications}; ${forwarded}`],
  ["mails sent, different Message-IDs", `${mailbox.messages.length}, ${different}`],
  ["the last one, seconds after the first arrival", (took / 1_000).toFixed(0)],
  ["MB of the isolate at the peak", (memory / 1024 / 1024).toFixed(0)],
]) {
  console.log(`| ${what} | ${figure} |`);
}
for (const [what, is] of [
  [`${applications} applications of ${2 * COUNT}`, applications === 2 * COUNT],
  [`${different} mails of ${MAILS}`, different === MAILS],
  [`${waiting} mails wait, ${holes} numbers are missing`, waiting === 0 && holes === 0],
  ["it took longer than ten minutes", took <= DEMANDED.milliseconds],
  ["more memory than a Worker has", memory <= DEMANDED.bytes],
]) {
  if (is) continue;
  console.error(`error: ${what}`);
  process.exitCode = 1;
}
process.exit();

/** Does something 500 times, at even intervals, whatever becomes of those before. */
async function arrive(act) {
  const all = [];
  const first = Date.now();
  for (let number = 0; number < COUNT; number += 1) {
    await sleep(Math.max(0, first + (number * ARRIVAL_MS) / COUNT - Date.now()));
    all.push(act(number));
  }
  await Promise.all(all);
}

async function post() {
  const from = Date.now();
  const headers = { accept: "application/json", "content-type": form.type };
  const answer = await guichet.fetch(`/postings/${OTHER.slug}/applications`, { method: "POST", body: form.bytes, headers });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  answers.forms.push(Date.now() - from);
}

/** As a sending server: until the mail is taken. */
async function write(number) {
  const address = `person.${number}@example.net`;
  const raw = mail({ from: `Person ${number} <${address}>`, subject: OTHER.subject, files });
  for (;;) {
    const from = Date.now();
    const said = await send(receiver.port, raw, { from: address });
    if (said.startsWith("250")) return answers.mails.push(Date.now() - from);
    refused += 1;
    await sleep(5_000);
  }
}

function middle(times) {
  const sorted = times.sort((one, other) => one - other);
  return `${sorted[Math.floor(sorted.length / 2)]}, ${sorted.at(-1)}`;
}
