// Tests the day of deletion: R2, D1 and the outbox are empty, and no log line names a candidate.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { apply, clock, everything, kept, person, POSTING, RECOGNISED } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const place = await running();
beforeEach(async () => {
  await place.afresh();
  place.lines.length = 0;
});

const PERSON = person();
const DAY = 24 * 3_600_000;
const midnight = (day) => Date.parse(`${day}T00:00:00+01:00`);

async function cronAt(milliseconds, state = {}) {
  await override(place.guichet, { clock: clock(milliseconds), ...state });
  await place.guichet.cron();
}

/** What is left of the posting. */
function counts({ tallies }) {
  const { erased, withdrawn } = tallies.find(({ posting }) => posting === POSTING.slug);
  return { erased, withdrawn };
}

const nothing = { applications: [], outbox: [], documents: [] };

test("nothing names anybody any more: not R2, D1, the outbox or the log; a count is left", async () => {
  const sent = async (options) => (await apply(place.guichet, PERSON, options)).json();
  const delivered = await sent();
  await place.mails(delivered.reference);
  const withdrawn = await sent();
  await place.mails(withdrawn.reference);
  const path = withdrawn.status_url.replace(place.guichet.url.origin, "").replace("?", "/withdraw?");
  assert.equal((await place.guichet.fetch(path, { method: "POST" })).status, 303);
  // One application whose staff mail is refused for good, and one whose mail cannot be delivered.
  place.mailbox.next("rcpt", 550, { to: POSTING.recipient });
  const refused = await sent();
  await place.mails(refused.reference, 1);
  place.mailbox.next("connect", 421, { times: 1000 });
  const pending = await sent({ headers: { "x-test-fault": "queue" } });
  const closed = POSTING.closesAt + 2 * 3_600_000;
  await cronAt(closed);
  await poll(async () => (await kept(place.guichet)).outbox.some(({ attempts, sent_at }) => attempts > 0 && !sent_at), 10_000, () => "nothing was tried");

  await cronAt(midnight("2026-01-30"));
  assert.equal((await kept(place.guichet)).applications.length, 3, "not a day earlier");
  const references = [delivered, withdrawn, refused, pending].map(({ reference }) => reference);

  await cronAt(midnight("2026-01-31"));
  await cronAt(midnight("2026-01-31") + 300_000);
  assert.deepEqual(await kept(place.guichet), nothing);
  const tables = await everything(place.guichet);
  assert.deepEqual(counts(tables), { erased: 3, withdrawn: 1 });
  const rows = JSON.stringify(tables);
  for (const word of [...references, RECOGNISED]) assert.ok(rows.search(word) < 0, `${word} in ${rows}`);
  assert.deepEqual((await place.guichet.bucket.list({ prefix: "applications/" })).objects, []);

  assert.ok(place.lines.some((line) => line.startsWith('{"event"')), "the Worker's lines were heard");
  for (const line of place.lines) assert.ok(!RECOGNISED.test(line), line);
});

for (const [what, fault] of Object.entries({
  "R2 fails": "r2",
  "R2 fails after a document is deleted": "r2.delete:after",
  "D1 fails when the rows are to go": "d1.batch",
  "D1 deletes the rows and seems to fail": "d1.batch:after",
})) {
  test(`${what}: the next run goes on from there`, async () => {
    const { reference } = await (await apply(place.guichet, PERSON)).json();
    await place.mails(reference);
    await cronAt(midnight("2026-01-31"), { fault });
    await cronAt(midnight("2026-01-31"));
    assert.deepEqual(await kept(place.guichet), nothing);
    assert.deepEqual(counts(await everything(place.guichet)), { erased: 1, withdrawn: 0 });
  });
}

test("documents that a killed Worker left without a row go after a day, and no others", async () => {
  const { reference } = await (await apply(place.guichet, PERSON)).json();
  await place.mails(reference);
  await override(place.guichet, { fault: "d1.batch" });
  assert.equal((await apply(place.guichet, PERSON)).status, 503);
  const { documents } = await kept(place.guichet);
  assert.equal(documents.length, 4, "two of them belong to nobody");
  // R2 has a clock of its own, which shows real time, which is years later.
  const { applications: [{ id }] } = await kept(place.guichet);
  await place.guichet.db.prepare("UPDATE applications SET erase_at = erase_at * 10").run();
  await cronAt(Date.now() + DAY - 3_600_000);
  assert.equal((await kept(place.guichet)).documents.length, 4, "they may still be arriving");
  await cronAt(Date.now() + DAY + 3_600_000);
  const left = (await kept(place.guichet)).documents;
  assert.deepEqual([left.length, left.every((key) => key.includes(id))], [2, true]);
});
