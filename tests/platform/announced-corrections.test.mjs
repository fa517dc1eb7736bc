// Corrections whose documents come in parts: the moment and the revision are those of the announcement.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { announced, apply, clock, form, kept, NOON, onTheWire, pdf, POSTING, sha256 } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import { part, sendAll } from "../support/parts.mjs";
import { running } from "../support/running.mjs";
import { unescaped, words } from "../support/words.mjs";

const place = await running();
beforeEach(() => place.afresh());

const HOUR = 3_600_000;
const CV = pdf("Un autre CV", 1_200_000);
const FILES = { cv: ["Nouveau CV.pdf", CV] };
const at = (milliseconds) => ({ "x-test-clock": clock(milliseconds) });

async function applied(fields = {}) {
  const body = await (await apply(place.guichet, fields)).json();
  const url = new URL(body.status_url);
  return { ...body, path: url.pathname, key: url.searchParams.get("key") };
}

/** Announces a correction, or asks for it to be taken in, which is the same. */
async function announce({ path, key, revision }, changes = {}, { time = NOON + 60_000, headers = {} } = {}) {
  const fields = { cover_letter: undefined, cv: undefined, key, revision: String(revision), documents: announced(FILES), ...changes };
  const { type, bytes } = await onTheWire(form(fields));
  const answer = await place.guichet.fetch(`${path}/corrections`, {
    method: "POST",
    body: bytes,
    headers: { accept: "application/json", "content-type": type, ...at(time), ...headers },
    redirect: "manual",
  });
  const text = await answer.text();
  return { status: answer.status, text, body: /json/.test(answer.headers.get("content-type")) ? JSON.parse(text) : undefined };
}

const send = (awaited, time) => sendAll(place.guichet, awaited, FILES, at(time));
const stored = async () => (await place.guichet.bucket.list()).objects.map(({ key }) => key);

test("announced in time it is in time; a document that is not replaced stays, and nothing else is left", async () => {
  const first = await applied();
  const last = POSTING.closesAt - 1;
  const awaited = await announce(first, {}, { time: last });
  assert.deepEqual([awaited.status, awaited.body.received_at], [202, new Date(last).toISOString()]);
  assert.deepEqual(awaited.body.documents.map(({ id, arrived }) => [id, arrived]), [["cv", 0]]);
  assert.equal(awaited.body.message, words("fr").form.line_cut);
  const time = last + 11 * HOUR;
  await send(awaited.body, time);
  const done = await announce(first, {}, { time });
  assert.equal(done.status, 200, done.text);
  assert.deepEqual([done.body.revision, done.body.received_at], [2, new Date(last).toISOString()]);
  assert.deepEqual(done.body.documents.map((one) => one.sha256), [first.documents[0].sha256, sha256(CV)]);
  assert.equal((await stored()).length, 3, "two documents, and the earlier CV until staff have the new one");
  const again = await announce(first, {}, { time });
  assert.deepEqual([again.status, again.body], [200, done.body], "its answer may have been lost");
});

test("a newer revision in between makes it outdated, and what has arrived serves the next one", async () => {
  const first = await applied();
  const { body } = await announce(first);
  await send(body, NOON + 2 * 60_000);
  assert.equal((await announce(first, { documents: undefined, name: "Marie Martin" }, { time: NOON + 3 * 60_000 })).status, 200);
  const late = await announce(first, {}, { time: NOON + 4 * 60_000 });
  assert.deepEqual([late.status, late.body.revision], [409, 2]);
  const page = await announce(first, {}, { time: NOON + 4 * 60_000, headers: { accept: "text/html" } });
  assert.equal(page.status, 409);
  assert.ok(unescaped(page.text).includes('value="Marie Martin"'), "the page shows the newer one");
  const anew = await announce({ ...first, revision: 2 }, {}, { time: NOON + 5 * 60_000 });
  assert.deepEqual([anew.status, anew.body.revision], [200, 3], "no byte is sent twice");
});

test("what is wrong is told before any document comes; without the key there is nothing to tell", async () => {
  const first = await applied();
  const wrong = await announce(first, { name: "" });
  assert.deepEqual([wrong.status, wrong.body.issues.map(({ field, code }) => `${field} ${code}`), wrong.body.kept.revision], [422, ["name missing"], 1]);
  const late = await announce(first, {}, { time: POSTING.closesAt });
  assert.deepEqual([late.status, late.body.issues.map(({ code }) => code)], [422, ["deadline_passed"]]);
  assert.equal((await announce({ ...first, key: "A".repeat(43) })).status, 404);
  assert.equal((await announce({ ...first, path: "/applications/22222222" })).status, 404);
  assert.equal((await announce(first, { documents: "{}" })).status, 415);
  assert.equal((await announce(first, {}, { headers: { "sec-fetch-site": "cross-site" } })).status, 403);
  assert.equal((await stored()).length, 2);
});

test("from a shared computer it may take longer than the hour for which its page is good", async () => {
  const first = await applied({ shared: "yes" });
  const receipt = await (await place.guichet.fetch(`${first.path}?key=${first.key}`, { headers: { accept: "text/html", ...at(NOON) } })).text();
  const [, key] = /name="key" value="([^"]+)"/.exec(receipt);
  const visit = { ...first, key };
  const { status, body } = await announce(visit, {}, { time: NOON + 50 * 60_000 });
  assert.equal(status, 202);
  await send(body, NOON + 2 * HOUR);
  const other = await announce(visit, { message: "Autre chose" }, { time: NOON + 2 * HOUR });
  assert.equal(other.status, 404, "who comes later begins nothing");
  const done = await announce(visit, {}, { time: NOON + 2 * HOUR });
  assert.deepEqual([done.status, done.body.revision], [200, 2], done.text);
});

test("after twelve hours it is deleted, and the candidate told that the application stays", async () => {
  const first = await applied();
  await place.mails(first.reference);
  const time = NOON + 60_000;
  const { body } = await announce(first, { email: "typed@example.org" }, { time });
  assert.equal((await part(place.guichet, body.parts, CV, 0, 1_000_000, at(time))).status, 200);
  const over = time + 12 * HOUR;
  assert.equal((await part(place.guichet, body.parts, CV, 1_000_000, 1_200_000, at(over))).status, 410);
  await override(place.guichet, { clock: clock(over) });
  await place.guichet.cron();
  assert.equal((await stored()).filter((key) => key.startsWith("a")).length, 2, "the application's documents");
  const told = () => place.mailbox.messages.find(({ raw }) => raw.includes("X-Guichet-Notice: unfinished"));
  await poll(told, 15_000, () => "nobody is told");
  assert.deepEqual(told().to, ["marie.dupont@example.net"], "not at an address that was only typed");
  assert.ok(told().raw.includes(first.reference));
});

test("where the store fails, the same is sent again and nothing is lost", async () => {
  const first = await applied();
  const { body } = await announce(first);
  await send(body, NOON + 60_000);
  for (const fault of ["r2.list", "r2.get@2", "d1.batch", "r2.put"]) {
    const answer = await announce(first, {}, { headers: { "x-test-fault": fault } });
    assert.equal(answer.status, 503, fault);
  }
  const done = await announce(first);
  assert.deepEqual([done.status, done.body.revision], [200, 2], done.text);
  assert.equal((await kept(place.guichet)).applications.length, 1);
});
