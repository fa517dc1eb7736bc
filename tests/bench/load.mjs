// `cargo xtask bench load`: what it costs to take applications in, beside the least that any Worker could do. Both run in
// workerd with the same bindings and the same local R2; figures are those of the workerd process. See docs/load.md.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { application, measure } from "./measure.mjs";
import { start } from "../support/guichet.mjs";
import { Mailbox } from "../support/mailbox.mjs";

const { values } = parseArgs({ options: { applications: { type: "string", default: "100" } } });
const COUNT = Number(values.applications);
const ROUNDS = 3;
const AT_ONCE = 4;
const MB = 1_000_000;
/** What our own code may cost: so many times the floor. */
const BUDGET = 1.5;
/** What a Worker may hold, and how it is filled. */
const MEMORY = { limit: 128 * 1024 * 1024, uploads: 10, bytes: 15 * MB };

const floor = await readFile(join(import.meta.dirname, "floor.mjs"), "utf8");
const probe = await readFile(join(import.meta.dirname, "probe.mjs"), "utf8");
/** No transport by that name: nothing is sent, and what is measured is taking in. */
const unsent = { MAIL_TRANSPORT: "none" };
const mailbox = await Mailbox.start();

const CONTENDERS = [
  ["floor", { entry: floor }],
  ["taken in", { vars: unsent }],
  ["and delivered", { smtp: mailbox.smtp }],
];

const results = await throughput();
const [least, takenIn] = results;
const ratio = takenIn.cpuMs / least.cpuMs;
for (const { name, perSecond, cpuMs } of results) {
  console.log(`${name.padEnd(14)} ${perSecond.toFixed(1).padStart(6)} a second ${cpuMs.toFixed(1).padStart(7)} ms of CPU ${(cpuMs / least.cpuMs).toFixed(2).padStart(6)} x`);
}
const memory = await peaks();
for (const { name, wasm, resident } of memory) console.log(`${name.padEnd(14)} ${inMb(resident)} MB resident over idle${wasm ? `, ${inMb(wasm)} MB of wasm memory` : ""}`);
await mailbox.stop();
if (ratio > BUDGET) fail(`taking in costs ${ratio.toFixed(2)} times the floor, more than ${BUDGET}`);
for (const { name, wasm } of memory) if (wasm > MEMORY.limit / 2) fail(`${name}: ${inMb(wasm)} MB of wasm memory`);
process.exit();

/** Rounds take turns, so that a machine that gets slower is as slow for all. */
async function throughput() {
  const running = [];
  for (const [name, options] of CONTENDERS) running.push({ name, guichet: await quiet(options), wall: 0, cpu: 0 });
  const payload = await application(2 * MB);
  for (const { guichet } of running) await measure(guichet, payload, 20, AT_ONCE);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const one of running) {
      const { wall, cpu } = await measure(one.guichet, payload, Math.ceil(COUNT / ROUNDS), AT_ONCE);
      one.wall += wall;
      one.cpu += cpu;
    }
  }
  for (const { guichet } of running) await guichet.stop();
  const sent = Math.ceil(COUNT / ROUNDS) * ROUNDS;
  return running.map(({ name, wall, cpu }) => ({ name, perSecond: sent / wall, cpuMs: (cpu / sent) * 1_000 }));
}

async function peaks() {
  const found = [];
  for (const [name, options] of [["floor", { entry: floor }], ["taken in", { entry: probe, vars: unsent }]]) {
    const guichet = await quiet(options);
    const { resident } = await measure(guichet, await application(MEMORY.bytes), MEMORY.uploads, MEMORY.uploads);
    const wasm = name === "floor" ? 0 : Number(await (await guichet.fetch("/__bench/memory")).text());
    found.push({ name: `${name}, ${MEMORY.uploads} x 15 MB`, resident, wasm });
    await guichet.stop();
  }
  return found;
}

function quiet(options) {
  return start({ build: "production", output: () => {}, ...options });
}

function inMb(bytes) {
  return (bytes / 1024 / 1024).toFixed(0);
}

function fail(complaint) {
  console.error(`error: ${complaint}`);
  process.exitCode = 1;
}
