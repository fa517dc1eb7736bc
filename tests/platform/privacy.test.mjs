// Tests what is stored of a candidate: nothing in log lines, and nothing for longer than the posting says.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { beforeEach, test } from "node:test";

import { apply, clock, document, freshToken, kept, person, RECOGNISED } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { submission } from "../support/guichet.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const place = await running();
beforeEach(() => place.afresh());

const PERSON = person();

/** Ends each test: something was printed, and nobody can be recognised in it. */
function nobodyIn(lines, ...secrets) {
  assert.ok(lines.some((line) => line.startsWith('{"event"')), "the Worker's lines were heard");
  for (const line of lines) {
    assert.ok(!RECOGNISED.test(decodeURIComponent(line.replaceAll("%", "%25"))), line);
    for (const secret of secrets) assert.ok(!line.includes(secret), line);
  }
}

test("an application leaves its reference in the log, and nothing of the person", async () => {
  const token = await freshToken(place.guichet);
  const { reference, status_url: url } = await (await apply(place.guichet, { ...PERSON, token })).json();
  await place.mails(reference);
  await place.guichet.fetch(url.replace(place.guichet.url.origin, ""), { headers: { accept: "text/html" } });
  await poll(() => place.lines.some((line) => line.includes(reference)), 5_000, () => "no line about the application");
  nobodyIn(place.lines, token, new URL(url).searchParams.get("key"));
});

test("nor does one that is refused, or that fails at any place", async () => {
  const faulty = (fault) => ({ headers: { "x-test-fault": fault } });
  assert.equal((await apply(place.guichet, { ...PERSON, email: `${PERSON.email}, x@y.z`, subject: "Xylophon" })).status, 422);
  assert.equal((await apply(place.guichet, { ...PERSON, cv: document("CV-Tournesol.pdf", "MZ\x90 Cardamome") }, { json: false })).status, 422);
  for (const fault of ["r2", "d1.all", "d1.batch"]) assert.equal((await apply(place.guichet, PERSON, faulty(fault))).status, 503);
  assert.equal((await apply(place.guichet, PERSON, faulty("queue"))).status, 201);

  await override(place.guichet, { fault: "r2.get" });
  await place.guichet.cron();
  await poll(() => place.lines.some((line) => line.includes("delivery failed")), 10_000, () => "no failed delivery");
  nobodyIn(place.lines);
});

test("nor does a mail server that repeats the address in its refusal", async (t) => {
  const talkative = createServer((socket) => {
    socket.write("220 talkative\r\n");
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      const line = bytes.toString().trim();
      if (/^RCPT/i.test(line)) socket.write(`550 5.1.1 ${line.slice(8)}: Quetzalina Xylophon is unknown here\r\n`);
      else socket.write(/^QUIT/i.test(line) ? "221 bye\r\n" : "250 fine\r\n");
    });
  }).listen(0, "127.0.0.1");
  await once(talkative, "listening");
  t.after(() => talkative.close());
  await override(place.guichet, { vars: submission({ port: talkative.address().port }) });
  assert.equal((await apply(place.guichet, PERSON)).status, 201);
  let rows = [];
  const refused = async () => (rows = (await kept(place.guichet)).outbox).every((row) => row.refused_because);
  await poll(refused, 15_000, () => "the mails are not refused");
  for (const row of rows) assert.ok(!RECOGNISED.test(JSON.stringify(row)), "nor in the outbox");
  nobodyIn(place.lines);
});

test("an id in the queue is all that leaves storage: documents are in R2, what was typed in one column", async () => {
  await (await apply(place.guichet, PERSON)).json();
  const { applications, outbox, documents } = await kept(place.guichet);
  const [{ application, ...others }] = applications;
  assert.match(application, RECOGNISED);
  assert.ok(!/bergamote|cardamome/i.test(application), "no document's content in D1");
  for (const known of [others, outbox, documents]) assert.ok(!RECOGNISED.test(JSON.stringify(known)));
});

test("on the day that the posting promises everything is erased, and not before", async () => {
  const { reference, status_url: url } = await (await apply(place.guichet, PERSON)).json();
  await place.mails(reference);
  const address = url.replace(place.guichet.url.origin, "");
  const page = await (await place.guichet.fetch(address, { headers: { accept: "text/html" } })).text();
  // 180 days after the deadline.
  assert.ok(page.includes("30 janvier 2026"));
  const midnight = (day) => clock(Date.parse(`${day}T00:00:00+01:00`));

  await override(place.guichet, { clock: midnight("2026-01-30") });
  await place.guichet.cron();
  assert.equal((await kept(place.guichet)).applications.length, 1);
  await override(place.guichet, { clock: midnight("2026-01-31") });
  await place.guichet.cron();
  assert.deepEqual(await kept(place.guichet), { applications: [], outbox: [], documents: [] });
  assert.equal((await place.guichet.fetch(address)).status, 404);
});
