// `cargo xtask bench documents`: how long the page's module needs to look into a document, beside what pdf-lib and pdf.js
// need to open the same file, count its pages and say whether it is encrypted. All in one page of one Chromium, taking
// turns; then the files made to take long, by our module alone. Exits with 1 where the demands are missed. See
// docs/documents.md.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { chromium } from "playwright-core";

import { ARGUMENTS, executable } from "../support/browser.mjs";
import { ROOT, start } from "../support/guichet.mjs";
import { RIVALS, table } from "./rivals.mjs";
import { MOST, worst } from "./worst.mjs";

const { values } = parseArgs({ options: { folder: { type: "string" } } });
/** So many times as long as ours the rivals must need, in the median of the files that both open. */
const DEMANDS = { "pdf-lib": 2, "pdf.js": 3 };
const ROUNDS = 3;
/** A file that takes a rival longer is none that it opens. */
const PATIENCE = 30_000;

const guichet = await start({ build: "production", output: () => {} });
const browser = await chromium.launch({ executablePath: executable(), args: ARGUMENTS });
const modules = await readdir(join(ROOT, "build/production/assets/assets"));
const inspector = `/assets/${modules.find((name) => /^inspector-.*\.js$/.test(name))}`;
let page = await fresh();

const files = [];
for (const path of (await paths(values.folder)).sort()) files.push({ path, bytes: await readFile(path), runs: [] });
// Each file is opened once a round, between the others, because people do not open one file many times.
for (let round = 0; round < ROUNDS; round += 1) {
  for (const { bytes, runs } of files) {
    const run = {};
    for (const name of Object.keys(RIVALS)) run[name] = await measured(name, bytes);
    runs.push(run);
  }
}
const { lines, medians, slowest } = table(files.map(({ runs }) => typical(runs)));
console.log(lines.join("\n"));
for (const [name, least] of Object.entries(DEMANDS)) {
  if (!(medians[name] >= least)) {
    missed(`${name} needs ${medians[name]?.toFixed(1)} times as long as ours in the median, not ${least} times`);
  }
  if (!(slowest[name] >= slowest.ours)) missed(`our slowest PDF takes longer than the slowest of ${name}`);
}
for (const [name, bytes] of Object.entries(worst())) {
  const { ms, memory } = await alone(bytes);
  console.log(`${ms.toFixed(0).padStart(5)} ms ${(memory / 1024 / 1024).toFixed(0).padStart(4)} MB  ${name}`);
  if (!(ms < MOST.ms)) missed(`${name}: ${ms.toFixed(0)} ms, not below ${MOST.ms}`);
  if (!(memory <= MOST.bytes)) missed(`${name}: ${memory} bytes of memory besides the file, not ${MOST.bytes} at most`);
}
await browser.close();
await guichet.stop();

/** @param {string} demand that is not met */
function missed(demand) {
  console.error(`error: ${demand}`);
  process.exitCode = 1;
}

/** How long our module takes for a file in a page of its own, the best of three runs, and its memory besides the file. */
async function alone(bytes) {
  const times = [];
  let memory;
  for (let run = 0; run < ROUNDS; run += 1) {
    await page.context().close();
    page = await fresh();
    const inspected = await page.evaluate(INSPECT, bytes.toString("base64"));
    times.push(inspected.ms);
    memory = inspected.memory - bytes.length;
  }
  return { ms: Math.min(...times), memory };
}

/** A page of the product, with all that is measured loaded and warm. The rivals' scripts are none that its policy allows. */
async function fresh() {
  const context = await browser.newContext({ baseURL: guichet.url.href, bypassCSP: true });
  const opened = await context.newPage();
  await opened.addInitScript(KEEP_MEMORY);
  const packages = join(import.meta.dirname, "node_modules");
  await opened.route("**/bench/**", async (route) => {
    const path = new URL(route.request().url()).pathname.replace("/bench/", "");
    await route.fulfill({ contentType: "text/javascript", body: await readFile(join(packages, path)) });
  });
  // Isolated from other origins, a page has a clock of five microseconds; else it has one of a hundred.
  await opened.route("/", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, headers: { ...answer.headers(), "cross-origin-embedder-policy": "require-corp" } });
  });
  await opened.goto("/");
  if (!(await opened.evaluate(() => crossOriginIsolated))) throw new Error("the page's clock is too coarse");
  for (const [name, { load, open }] of Object.entries(RIVALS)) {
    await opened.evaluate(`(async () => { (globalThis.rivals ??= {})[${JSON.stringify(name)}] = (${open})(await (${load})(${JSON.stringify(inspector)})); })()`);
  }
  return opened;
}

/** Runs in the page before its scripts. Bundling has taken the module's memory out of reach. */
function KEEP_MEMORY() {
  globalThis.memories = [];
  WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
    construct(Instance, given) {
      const instance = new Instance(...given);
      const isMemory = (value) => value instanceof WebAssembly.Memory;
      globalThis.memories.push(...Object.values(instance.exports).filter(isMemory));
      return instance;
    },
  });
}

/**
 * What one of them says of a file, and after how many milliseconds.
 *
 * @returns {Promise<{ ms: number, pages?: number, locked: boolean } | undefined>} nothing where it does not open
 */
async function measured(name, bytes) {
  let late;
  const limit = new Promise((_, reject) => (late = setTimeout(reject, PATIENCE, new Error("late"))));
  try {
    return await Promise.race([page.evaluate(MEASURE, [name, bytes.toString("base64")]), limit]);
  } catch (error) {
    if (error.message !== "late") throw error;
    await page.context().close({ reason: "late" }).catch(() => {});
    page = await fresh();
    return undefined;
  } finally {
    clearTimeout(late);
  }
}

/** Runs in the page. */
async function MEASURE([name, base64]) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const begun = performance.now();
  try {
    const { end, told, ...answer } = await globalThis.rivals[name](bytes);
    const ms = performance.now() - begun;
    await end?.();
    return { ms, ...answer, ...told?.() };
  } catch {
    return undefined;
  }
}

/** Runs in the page: ours alone, whatever it says of the file. */
async function INSPECT(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const begun = performance.now();
  await globalThis.rivals.ours(bytes);
  const ms = performance.now() - begun;
  return { ms, memory: Math.max(...globalThis.memories.map(({ buffer }) => buffer.byteLength)) };
}

/** The run of the middle, of each. */
function typical(runs) {
  const middle = (name) => {
    const opened = runs.flatMap((run) => run[name] ?? []).sort((one, other) => one.ms - other.ms);
    return opened[Math.floor(opened.length / 2)];
  };
  return Object.fromEntries(Object.keys(RIVALS).map((name) => [name, middle(name)]));
}

/** @param {string} folder */
async function paths(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
