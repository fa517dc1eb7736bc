// `cargo xtask bench load`: what it costs to take applications in, beside the least that any Worker could do. Both run in
// workerd with the same bindings and the same local R2; figures are those of the workerd process. See docs/load.md.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { application, measure } from "./measure.mjs";
import { start } from "../support/guichet.mjs";
import { peak } from "../support/isolate.mjs";
import { Mailbox } from "../support/mailbox.mjs";

const { values } = parseArgs({
  options: { applications: { type: "string", default: "100" }, steps: { type: "boolean", default: false } },
});
const COUNT = Number(values.applications);
const ROUNDS = 6;
const AT_ONCE = 4;
const MB = 1_000_000;
/** What our own code may cost: so many times the floor. */
const BUDGET = 1.5;
/** What a Worker may hold, and how it is filled. */
const MEMORY = { limit: 128 * 1024 * 1024, uploads: 10, bytes: 15 * MB };

const floor = await readFile(join(import.meta.dirname, "floor.mjs"), "utf8");
/** No transport by that name: nothing is sent, and what is measured is taking in. */
const unsent = { MAIL_TRANSPORT: "none" };
const mailbox = await Mailbox.start();

const CONTENDERS = [
  ["floor", { entry: floor }],
  ["taken in", { vars: unsent }],
  ["and delivered", { smtp: mailbox.smtp }, mailbox],
];
/** The floor doing more and more of what the product does. */
const STEPS = ["hash", "hash verify", "hash verify commit"].map((steps) => [`+ ${steps.split(" ").at(-1)}`, { entry: floor, vars: { STEPS: steps } }]);
if (values.steps) CONTENDERS.splice(1, 0, ...STEPS);

const results = await throughput();
const [least] = results;
const takenIn = results.find(({ name }) => name === "taken in");
const ratio = takenIn.cpuMs / least.cpuMs;
for (const { name, perSecond, cpuMs } of results) {
  console.log(`${name.padEnd(14)} ${perSecond.toFixed(1).padStart(6)} a second ${cpuMs.toFixed(1).padStart(7)} ms of CPU ${(cpuMs / least.cpuMs).toFixed(2).padStart(6)} x`);
}
const memory = await peaks();
for (const { name, most } of memory) console.log(`${name.padEnd(14)} ${inMb(most).padStart(6)} MB at the peak of ${MEMORY.uploads} uploads of 15 MB at once`);
await mailbox.stop();
if (ratio > BUDGET) fail(`taking in costs ${ratio.toFixed(2)} times the floor, more than ${BUDGET}`);
const { most } = memory.find(({ name }) => name === "taken in");
if (most > MEMORY.limit) fail(`${inMb(most)} MB are more than a Worker has`);
process.exit();

/** Rounds take turns and begin with another one each, so that a machine that gets slower is as slow for all. */
async function throughput() {
  const running = [];
  for (const [name, options, mails] of CONTENDERS) running.push({ name, mails, place: running.length, guichet: await quiet(options), wall: 0, cpu: 0 });
  const payload = await application(2 * MB);
  for (const { guichet, mails } of running) await measure(guichet, payload, 20, AT_ONCE, mails);
  for (let round = 0; round < ROUNDS; round += 1) {
    running.unshift(running.pop());
    for (const one of running) {
      const { wall, cpu } = await measure(one.guichet, payload, Math.ceil(COUNT / ROUNDS), AT_ONCE, one.mails);
      one.wall += wall;
      one.cpu += cpu;
    }
  }
  running.sort((one, other) => one.place - other.place);
  for (const { guichet } of running) await guichet.stop();
  const sent = Math.ceil(COUNT / ROUNDS) * ROUNDS;
  return running.map(({ name, wall, cpu }) => ({ name, perSecond: sent / wall, cpuMs: (cpu / sent) * 1_000 }));
}

async function peaks() {
  const found = [];
  const payload = await application(MEMORY.bytes);
  for (const [name, options] of [["floor", { entry: floor }], ["taken in", { vars: unsent }]]) {
    const guichet = await quiet({ ...options, inspector: true });
    found.push({ name, most: await peak(guichet, () => measure(guichet, payload, MEMORY.uploads, MEMORY.uploads)) });
    await guichet.stop();
  }
  return found;
}

function quiet(options) {
  return start({ build: "production", output: () => {}, ...options, vars: { MAILS_PER_RECIPIENT: "1000000", ...options?.vars } });
}

function inMb(bytes) {
  return (bytes / 1024 / 1024).toFixed(0);
}

function fail(complaint) {
  console.error(`error: ${complaint}`);
  process.exitCode = 1;
}
