// Tests failures of R2, D1 and the queue: 503 with nothing lost, or success where the application is already stored.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { apply, clock, freshToken, kept, NOON } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const place = await running();
beforeEach(async () => {
  await place.afresh();
  place.lines.length = 0;
});

const fault = (what) => ({ headers: { "x-test-fault": what } });
const heard = (text) => poll(() => place.lines.some((line) => line.includes(text)), 10_000, () => `no log line with ${text}`);

/** Sent again with the same token, when everything works: received once, delivered once. */
async function recovers(token, status = 201) {
  const answer = await apply(place.guichet, { token });
  assert.equal(answer.status, status);
  const { reference } = await answer.json();
  await place.mails(reference);
  const { applications, outbox, documents } = await kept(place.guichet);
  assert.deepEqual([applications.length, outbox.length, documents.length], [1, 2, 2]);
  return reference;
}

const UNAVAILABLE = {
  "R2 fails": "r2",
  "R2 fails at the second document": "r2.put@2",
  "R2 keeps a document and then seems to fail": "r2.put@1:after",
  "D1 fails": "d1",
  "D1 fails when the token is looked up": "d1.all@1",
  "D1 fails when the application is written": "d1.batch",
  "everything fails": "r2,d1,queue",
};
for (const [what, faults] of Object.entries(UNAVAILABLE)) {
  test(`${what}: the candidate is asked to come back, and then succeeds`, async () => {
    const token = await freshToken(place.guichet);
    const answer = await apply(place.guichet, { token }, fault(faults));
    assert.equal(answer.status, 503);
    assert.match(answer.headers.get("retry-after"), /^\d+$/);
    assert.equal((await answer.json()).error, "unavailable");
    const page = await apply(place.guichet, { token }, { ...fault(faults), json: false });
    assert.equal(page.status, 503);
    assert.match(page.headers.get("retry-after"), /^\d+$/);
    assert.match(await page.text(), /<h1>/);
    const { applications, outbox } = await kept(place.guichet);
    assert.deepEqual([applications, outbox], [[], []]);
    await recovers(token);
  });
}

test("D1 writes the application and seems to fail: sent again, it is the same one", async () => {
  const token = await freshToken(place.guichet);
  const answer = await apply(place.guichet, { token }, fault("d1.batch:after"));
  assert.equal(answer.status, 503);
  assert.equal((await kept(place.guichet)).applications.length, 1);
  await recovers(token, 200);
});

test("D1 writes the application and seems to fail, and nobody comes back: it is delivered", async () => {
  assert.equal((await apply(place.guichet, {}, fault("d1.batch:after"))).status, 503);
  const [{ reference }] = (await kept(place.guichet)).applications;
  await place.guichet.cron();
  await place.mails(reference);
});

test("the queue fails: the application is safe, and the sweep delivers it", async () => {
  const answer = await apply(place.guichet, {}, fault("queue"));
  assert.equal(answer.status, 201);
  const { reference } = await answer.json();
  await heard("accepted but not queued");
  assert.equal(place.mailbox.messages.length, 0);
  await place.guichet.cron();
  assert.equal((await place.mails(reference)).length, 2);
});

test("the queue fails in the sweep as well: the next one delivers", async () => {
  const { reference } = await (await apply(place.guichet, {}, fault("queue"))).json();
  await override(place.guichet, { fault: "queue" });
  await place.guichet.cron();
  await heard("sweep failed");
  await override(place.guichet);
  await place.guichet.cron();
  await place.mails(reference);
});

test("the queue takes the message and seems to fail: one set of mails", async () => {
  const { reference } = await (await apply(place.guichet, {}, fault("queue:after"))).json();
  await place.guichet.cron();
  await place.mails(reference);
  await place.guichet.cron();
  const next = await (await apply(place.guichet)).json();
  await place.mails(next.reference);
  assert.equal((await place.mails(reference)).length, 2);
});

// The other mail is sent at the same time: one call that fails concerns one of them.
for (const [what, faults, sent] of [["D1 fails", "d1", 0], ["D1 fails when a mail is claimed", "d1.all@2", 1]]) {
  test(`${what} while mails are sent: they are sent later`, async () => {
    await override(place.guichet, { fault: faults });
    const answer = await apply(place.guichet, {}, fault(""));
    assert.equal(answer.status, 201);
    const { reference } = await answer.json();
    await heard("delivery failed");
    assert.ok(place.mailbox.messages.length <= sent);
    // The queue brings the messages again in a minute; the sweep takes them for lost after a quarter of an hour.
    await override(place.guichet, { clock: clock(NOON + 15 * 60_000) });
    await place.guichet.cron();
    await place.mails(reference);
  });
}

test("R2 fails while mails are sent: the acknowledgement goes, staff's mail follows whole", async () => {
  await override(place.guichet, { fault: "r2.get" });
  const { reference } = await (await apply(place.guichet, {}, fault(""))).json();
  const [acknowledgement] = await place.mails(reference, 1);
  assert.deepEqual(acknowledgement.to, ["marie.dupont@example.net"]);
  await heard("delivery failed");
  await override(place.guichet, { clock: clock(NOON + 60_000) });
  await place.guichet.cron();
  const [staff] = await place.mails(reference);
  assert.deepEqual(staff.to, ["applications@omct.org"]);
  assert.match(staff.raw.toString("latin1"), /filename="?DUPONT_Marie_CV\.docx/);
});

test("D1 fails after a mail is sent: it comes again, and says that it may have come before", async () => {
  await override(place.guichet, { fault: "d1.batch/failures = failures/@1" });
  const { reference } = await (await apply(place.guichet, {}, fault(""))).json();
  await heard("delivery failed");
  // The Worker that claimed the mail might still be sending it, so the claim holds for a while.
  await override(place.guichet, { clock: clock(NOON + 15 * 60_000) });
  await place.guichet.cron();
  await place.mails(reference, 2);
  await override(place.guichet, { clock: clock(NOON + 16 * 60_000) });
  await place.guichet.cron();
  const mails = await place.mails(reference, 3);
  // Whichever was settled first.
  const copies = mails.filter(({ to }) => mails.filter((other) => other.to[0] === to[0]).length === 2).map(({ raw }) => raw.toString("latin1"));
  assert.equal(copies.length, 2);
  const ids = copies.map((raw) => /^Message-ID: (.*)\r$/im.exec(raw)[1]);
  assert.equal(ids[0], ids[1]);
  assert.deepEqual(copies.map((raw) => raw.includes("\r\nX-Guichet-Possible-Duplicate: yes\r\n")), [false, true]);
});

test("pages that need no storage go on without it, a receipt says when to come back, and the health check fails", async () => {
  const { status_url: url } = await (await apply(place.guichet)).json();
  await override(place.guichet, { fault: "r2,d1,queue" });
  for (const path of ["/", "/postings/protection-espace-civique-tunisie-ue"]) {
    assert.equal((await place.guichet.fetch(path)).status, 200, path);
  }
  const receipt = await place.guichet.fetch(url);
  assert.equal(receipt.status, 503);
  assert.match(receipt.headers.get("retry-after"), /^\d+$/);
  const health = await place.guichet.fetch("/healthz");
  assert.equal(health.status, 503);
  assert.deepEqual(await health.json(), { status: "unavailable", problems: ["database"] });
});
