// node tests/bench/ttfb.mjs: how soon the careers page and a posting begin to arrive, beside a bare Worker that answers "ok",
// and how soon the Worker has answered for the first time. Both run in workerd; requests take turns. See docs/page.md.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { POSTING } from "../support/application.mjs";
import { start } from "../support/guichet.mjs";

const { values } = parseArgs({ options: { build: { type: "string", default: "production" }, rounds: { type: "string", default: "200" } } });
const ROUNDS = Number(values.rounds);
const WARM_UP = 20;

const floor = await readFile(join(import.meta.dirname, "floor.mjs"), "utf8");
const options = { build: values.build, output: () => {} };
const [bare, guichet] = [await begun({ ...options, entry: floor }), await begun(options)];
console.log(`first answer   bare ${bare.ms.toFixed(0)} ms, Guichet ${guichet.ms.toFixed(0)} ms after workerd was started`);

const ASKED = [
  ["floor", bare.place, "/"],
  ["/healthz", guichet.place, "/healthz"],
  ["careers page", guichet.place, "/"],
  ["posting", guichet.place, `/postings/${POSTING.slug}`],
];
const times = ASKED.map(() => []);
for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
  for (const [index, [, place, path]] of ASKED.entries()) {
    const ms = await firstByte(place, path);
    if (round >= WARM_UP) times[index].push(ms);
  }
}
const [least] = times.map(median);
for (const [index, [name]] of ASKED.entries()) {
  const ms = median(times[index]);
  console.log(`${name.padEnd(14)} ${ms.toFixed(2).padStart(7)} ms ${(ms / least).toFixed(2).padStart(6)} x`);
}
await Promise.all([bare.place.stop(), guichet.place.stop()]);
process.exit();

async function begun(wanted) {
  const from = performance.now();
  const place = await start(wanted);
  await (await place.fetch("/")).arrayBuffer();
  return { place, ms: performance.now() - from };
}

/** From the request to its headers, in milliseconds. */
async function firstByte(place, path) {
  const from = performance.now();
  const answer = await place.fetch(path, { headers: { accept: "text/html" } });
  const ms = performance.now() - from;
  await answer.arrayBuffer();
  return ms;
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}
