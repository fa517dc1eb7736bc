// Making the platform fail, in tests: with `start({ faults: true })` the Worker runs behind faulty-entry.mjs.
//
// A request says what fails while it is served, and what time it is:
//   x-test-fault: d1.batch            D1's batch() fails
//   x-test-fault: r2.put@2            the second put to R2 fails
//   x-test-fault: d1.batch:after      it is carried out, and then seems to fail
//   x-test-fault: email.send!E_HEADER its error has that code
//   x-test-fault: d1.batch/INSERT/    a batch fails that has this text in a statement
//   x-test-fault: queue               every call of the queue fails; several faults are separated by commas
//   x-test-address: 203.0.113.7       it comes from there, and not from this machine
//   x-test-clock: =1754258399999      the clock stands at that millisecond ("+ms", "-ms": beside real time)
// The bindings are r2, d1, queue and email. `override` says the same for every event to come, the queue's and the cron's too.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The module to put in front, as Miniflare takes it.
 *
 * @param {string} folder of the Worker's modules, where it pretends to be
 */
export async function faultyModules(folder) {
  const contents = await readFile(join(import.meta.dirname, "faulty-entry.mjs"), "utf8");
  return [{ type: "ESModule", path: join(folder, "faulty-entry.mjs"), contents }];
}

/**
 * @param {import("./guichet.mjs").Guichet} guichet started with `faults: true`
 * @param {{ fault?: string, clock?: string, vars?: Record<string, string> }} state with settings over those that the
 *   Guichet was started with; nothing at all ends it
 */
export async function override(guichet, state = {}) {
  const answer = await guichet.fetch("/__test/overrides", { method: "PUT", body: JSON.stringify(state) });
  if (answer.status !== 204) throw new Error("Faults need a Guichet started with `faults: true`.");
}

/**
 * The D1 statements that the Worker ran since the last call, in order, with what D1 says of each.
 *
 * @param {import("./guichet.mjs").Guichet} guichet started with `faults: true`
 * @returns {Promise<{ sql: string, rows_read: number, rows_written: number, duration: number }[]>}
 */
export async function statements(guichet) {
  return (await guichet.fetch("/__test/statements")).json();
}
