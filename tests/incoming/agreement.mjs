// Holds what crates/mail reads of messages against Python's `email` and `postal-mime`: where these two agree on the
// attachments, by SHA-256, so must we. Prints the table of docs/incoming.md.
//
//     cargo build --release -p mail --example extract && node tests/incoming/agreement.mjs DIR

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import PostalMime from "postal-mime";

const ROOT = join(import.meta.dirname, "../..");
const folder = process.argv[2];
const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".eml")).sort();
if (paths.length === 0) throw new Error(`There is no message in ${folder}.`);

const python = new Map(lines("python3", [join(import.meta.dirname, "attachments.py")], paths.map((path) => join(folder, path)).join("\n")));
const totals = { messages: 0, readersAgree: 0, weAgree: 0, slowest: 0 };
const departures = [];
for (const path of paths) {
  const raw = await readFile(join(folder, path));
  const one = python.get(join(folder, path));
  const other = await byPostalMime(raw);
  const began = performance.now();
  const run = spawnSync(join(ROOT, "target/release/examples/extract"), { input: raw });
  totals.slowest = Math.max(totals.slowest, performance.now() - began);
  if (run.status !== 0) throw new Error(`extract failed on ${path}: ${run.stderr}`);
  const ours = JSON.parse(run.stdout).files.filter(({ forwarded, role }) => !forwarded && role !== "Message").map(({ sha256 }) => sha256);
  totals.messages += 1;
  if (!one || !other || !same(one, other)) continue;
  totals.readersAgree += 1;
  if (same(one, ours)) totals.weAgree += 1;
  else departures.push(`${path}: they ${one.length}, we ${ours.length}`);
}
console.log(totals);
for (const departure of departures) console.log(departure);
process.exitCode = departures.length > 0 ? 1 : 0;

/** @param {Buffer} raw */
async function byPostalMime(raw) {
  try {
    const { attachments } = await PostalMime.parse(raw, { forceRfc822Attachments: true, attachmentEncoding: "arraybuffer" });
    const files = attachments.filter(({ mimeType }) => mimeType !== "message/rfc822");
    return files.map(({ content }) => createHash("sha256").update(new Uint8Array(content)).digest("hex"));
  } catch {
    return undefined;
  }
}

/** @param {string[]} one @param {string[]} other */
function same(one, other) {
  return [...one].sort().join() === [...other].sort().join();
}

/** @returns {[string, string[]][]} */
function lines(program, args, input) {
  const { stdout, status, stderr } = spawnSync(program, args, { input, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(String(stderr));
  const rows = String(stdout).trim().split("\n").map((line) => JSON.parse(line));
  return rows.map(({ path, attachments }) => [path, attachments]);
}
