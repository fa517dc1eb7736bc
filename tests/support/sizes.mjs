// What a candidate's browser loads before the form works, and what the Worker weighs. Exits with 1 over budget, and where
// the Worker holds what is for development and tests only.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

import { ROOT, start } from "./guichet.mjs";

/**
 * Brotli, in bytes; a kilobyte has 1,000. The form was planned with 65 KB. A draft that outlives a reload, the review, the
 * counter, spoken reasons, new versions of a posting and addresses as people type them took 16 KB more; short names for the
 * functions between wasm and glue would save 4, but only by rewriting generated code. What looks into documents is loaded
 * when a candidate reaches for a file, and what makes a mail ready and what sends in parts once one is chosen.
 */
const BUDGET = { page: 101_000, module: 88_000, inspector: 73_000, readyMail: 1_600, parts: 1_900, correct: 2_300 };

/** Settings that only a development build reads: they stand in its wasm. */
const DEVELOPMENT = ["DEV_CLOCK", "CONTRACT_DB", "dev-sign-in"];

const folder = join(ROOT, "build", "production");

const html = await page();
// `embed` is for pages of other people and `desk` for those of staff: no candidate's page loads them. `rtl` is for
// pages in Arabic alone, `leave` for those on a shared computer.
const assets = (await files(join(folder, "assets", "assets"))).filter(({ name }) => !/^(embed|desk|rtl|leave)/.test(name));
const later = assets.filter(({ name }) => name.startsWith("inspector"));
const readyMail = assets.filter(({ name }) => name.startsWith("ready-mail"));
const parts = assets.filter(({ name }) => name.startsWith("parts"));
const correct = assets.filter(({ name }) => name.startsWith("correct"));
const onDemand = [later, readyMail, parts, correct].flat();
const atOnce = assets.filter((asset) => !onDemand.includes(asset));
const module = atOnce.filter(({ name }) => /\.(js|wasm)$/.test(name));
const worker = await files(join(folder, "worker"));

const rows = [
  ...[html, ...atOnce].map(measure),
  total("the page in all", [html, ...atOnce], BUDGET.page),
  total("of which script and wasm", module, BUDGET.module),
  ...later.map(measure),
  total("what looks into documents", later, BUDGET.inspector),
  total("what makes a mail ready", readyMail, BUDGET.readyMail),
  total("what sends in parts", parts, BUDGET.parts),
  total("the same on the page of a correction", correct, BUDGET.correct),
  ...worker.map(measure),
  total("the Worker in all", worker),
];
print(rows);
const over = rows.filter(({ brotli, budget }) => brotli > budget);
for (const { name, brotli, budget } of over) {
  console.error(`${name}: ${brotli} bytes of brotli, ${brotli - budget} over the budget of ${budget}`);
}
const kept = DEVELOPMENT.filter((name) => worker.some(({ bytes }) => bytes.includes(name)));
for (const name of kept) console.error(`the Worker reads ${name}, which is for development only`);
process.exit(over.length + kept.length > 0 ? 1 : 0);

/** The first posting on the careers page is an open one, with the form, here with the way by mail as well. */
async function page() {
  const guichet = await start({ build: "production", incoming: true });
  try {
    const careers = await (await guichet.fetch("/")).text();
    const path = /href="(\/postings\/[^"?#]+)/.exec(careers)?.[1];
    if (!path) throw new Error("The careers page links to no posting.");
    const answer = await guichet.fetch(path);
    return { name: `GET ${path}`, bytes: Buffer.from(await answer.arrayBuffer()) };
  } finally {
    await guichet.stop();
  }
}

/** @param {string} directory */
async function files(directory) {
  const names = (await readdir(directory)).sort();
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(directory, name)) })));
}

/** @param {{ name: string, bytes: Buffer }} file */
function measure({ name, bytes }) {
  return { name, raw: bytes.length, gzip: gzipSync(bytes).length, brotli: brotliCompressSync(bytes).length };
}

/**
 * @param {string} name
 * @param {{ name: string, bytes: Buffer }[]} parts compressed each for itself, as they travel
 * @param {number} [budget]
 */
function total(name, parts, budget = Infinity) {
  const sum = { name, raw: 0, gzip: 0, brotli: 0, budget };
  for (const { raw, gzip, brotli } of parts.map(measure)) {
    sum.raw += raw;
    sum.gzip += gzip;
    sum.brotli += brotli;
  }
  return sum;
}

/** @param {{ name: string, raw: number, gzip: number, brotli: number, budget?: number }[]} lines */
function print(lines) {
  const width = Math.max(...lines.map(({ name }) => name.length));
  const line = (name, ...cells) => console.log(name.padEnd(width), ...cells.map((cell) => String(cell).padStart(9)));
  line("bytes", "raw", "gzip", "brotli", "budget");
  for (const { name, raw, gzip, brotli, budget = Infinity } of lines) {
    line(name, raw, gzip, brotli, Number.isFinite(budget) ? budget : "");
  }
}
