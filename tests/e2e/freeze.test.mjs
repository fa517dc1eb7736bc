// Tests that a large document does not freeze the page: while a thread inspects it, frames are painted and keys
// answered. The same work in the page's own thread shows that the test could fail.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { browsing, openForm } from "../support/browser.mjs";
import { slow } from "../support/documents.mjs";
import { running } from "../support/running.mjs";

const place = await running();
const visitors = await browsing(place);
/** The largest that the two documents may be together, in halves. */
const HALF = 9_000_000;

/** Counts, from now on, the longest time between two frames. */
const WATCH = () => {
  window.gap = 0;
  let last = performance.now();
  const frame = (now) => {
    window.gap = Math.max(window.gap, now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
};

/** How long the page's own thread needs for the file that is chosen. */
const HERE = async (url) => {
  const { inspect, ready } = await import(url);
  await ready;
  const bytes = new Uint8Array(await document.getElementById("cv").files[0].arrayBuffer());
  const begun = performance.now();
  inspect(bytes);
  return performance.now() - begun;
};

const judged = (page, id) => page.locator(`#${id}-status`).filter({ hasNotText: "lecture…" }).waitFor();

test("18 MB of hostile documents are looked into while the page stays awake", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "guichet-slow-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "CV.pdf");
  await writeFile(file, slow(HALF), "latin1");
  const page = await visitors.visit(t);
  await openForm(page);
  const address = page.waitForRequest(/inspector-.*\.js$/);
  await page.focus("#cv");
  const inspector = (await address).url();
  await page.evaluate(WATCH);

  await page.setInputFiles("#cv", file);
  const frozen = await page.evaluate(HERE, inspector);
  // On the fastest machine so far it took 141 ms; three frames or more must be missed.
  assert.ok(frozen > 50, `the document is a slow one: ${frozen} ms`);
  await judged(page, "cv");

  await page.setInputFiles("#cv", []);
  await page.evaluate(() => (window.gap = 0));
  for (const id of ["cover_letter", "cv"]) await page.setInputFiles(`#${id}`, file);
  await page.locator("#cv-status").filter({ hasText: "lecture…" }).waitFor();
  await page.fill("#name", "Marie");
  await page.press("#name", "Tab");
  assert.match(await page.locator("#cv-status").textContent(), /lecture…/, "keys are answered meanwhile");
  for (const id of ["cover_letter", "cv"]) await judged(page, id);
  const gap = await page.evaluate(() => window.gap);
  t.diagnostic(`${frozen.toFixed(0)} ms in the page's own thread; beside two threads at most ${gap.toFixed(0)} ms between two frames`);
  assert.ok(gap < frozen / 2, `${gap} ms without a frame, where the page itself would be away for ${frozen} ms`);
});
