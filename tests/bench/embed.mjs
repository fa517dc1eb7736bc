// How long `Checker.check` takes, in Node: run `cargo xtask build --dev` first, then `node tests/bench/embed.mjs`.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = join(import.meta.dirname, "../../build/embed");
const { Checker, initSync } = await import(pathToFileURL(join(folder, "embed.js")).href);
initSync({ module: await readFile(join(folder, "embed_bg.wasm")) });

const ROUNDS = 20_000;
const NOON = Date.UTC(2025, 6, 15, 12);
const requirements = {
  window: { opens_at: 0, closes_at: Date.UTC(2035, 0, 1) },
  subject: "Chargé·e de mission, Protection de l’espace civique (Tunisie/UE)",
  documents: ["cover_letter", "cv"].map((id) => ({
    id,
    name: { en: "Document", fr: "Document" },
    required: false,
    kinds: ["pdf", "docx", "odt"],
    max_bytes: 10_000_000,
  })),
  questions: [{ id: "eu_work_permit", text: { en: "May you work?", fr: "Permis ?" }, kind: "yes_no", required: true }],
};
const form = {
  name: "Amélie Ben Salah",
  email: "amelie@example.org",
  subject: requirements.subject,
  answers: { eu_work_permit: "yes" },
  consent: "yes",
};

const checker = new Checker(requirements);
if (checker.check(form, NOON).length > 0) throw new Error("The form has nothing wrong with it.");
console.log("check(form, now):               ", await microseconds(() => checker.check(form, NOON)));
console.log("new Checker, then check:        ", await microseconds(() => {
  const once = new Checker(requirements);
  once.check(form, NOON);
  once.free();
}));

/** The median of five runs. */
async function microseconds(call) {
  const runs = [];
  for (let run = 0; run < 6; run++) {
    const begun = performance.now();
    for (let round = 0; round < ROUNDS; round++) call();
    runs.push(((performance.now() - begun) * 1_000) / ROUNDS);
  }
  return `${runs.slice(1).sort((a, b) => a - b)[2].toFixed(1)} µs`;
}
