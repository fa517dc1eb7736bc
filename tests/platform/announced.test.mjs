// Applications whose documents come in parts: announced first, put together at the end, forgotten after twelve hours.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { announced, apply, clock, freshToken, kept, NOON, pdf, POSTING, sha256 } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import * as parts from "../support/parts.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
beforeEach(() => place.afresh());

const HOUR = 3_600_000;
const LETTER = pdf("Madame, Monsieur");
const CV = pdf("Marie Dupont", 2_200_000);
const FILES = { cover_letter: ["Lettre.pdf", LETTER], cv: ["CV.pdf", CV] };
const at = (milliseconds) => ({ "x-test-clock": clock(milliseconds) });

/** Announces a form, or asks for it to be taken in, which is the same. */
async function announce(token, changes = {}, headers = {}) {
  const fields = { cover_letter: undefined, cv: undefined, token, documents: announced(FILES), ...changes };
  const answer = await apply(place.guichet, fields, { headers });
  return { status: answer.status, body: await answer.json() };
}

const part = (...given) => parts.part(place.guichet, ...given);
const sendAll = (awaited, headers) => parts.sendAll(place.guichet, awaited, FILES, headers);

const stored = async () => (await place.guichet.bucket.list()).objects.map(({ key }) => key);

test("what is announced in time is in time, though its documents come hours later, and nothing else is left", async () => {
  const token = await freshToken(place.guichet);
  const last = POSTING.closesAt - 1;
  const first = await announce(token, {}, at(last));
  assert.deepEqual([first.status, first.body.received_at], [202, new Date(last).toISOString()]);
  assert.deepEqual(first.body.documents.map(({ id, arrived }) => [id, arrived]), [["cover_letter", 0], ["cv", 0]]);
  assert.equal(first.body.message, words("fr").form.line_cut);
  const later = at(last + 11 * HOUR);
  await sendAll(first.body, later);
  const done = await announce(token, {}, later);
  assert.equal(done.status, 201, JSON.stringify(done.body));
  assert.equal(done.body.received_at, new Date(last).toISOString());
  assert.deepEqual(done.body.documents.map((one) => one.sha256), [LETTER, CV].map(sha256));
  const { applications: [{ id }] } = await kept(place.guichet);
  assert.deepEqual(await stored(), [`applications/${id}/cover_letter/${sha256(LETTER)}`, `applications/${id}/cv/${sha256(CV)}`]);

  const again = await announce(token, {}, later);
  assert.deepEqual([again.status, again.body.reference], [200, done.body.reference], "its answer may have been lost");
  await override(place.guichet, { clock: clock(last + 11 * HOUR) });
  await place.guichet.cron();
  const [staff] = await place.mails(done.body.reference);
  assert.ok(staff.raw.includes("DUPONT_Marie_CV.pdf"));
});

test("in two tabs, twice and in any order: parts are kept once, and what has arrived is not asked for again", async () => {
  const token = await freshToken(place.guichet);
  const { body } = await announce(token);
  assert.deepEqual((await part(body.parts, CV, 500_000, 600_000)).body, { arrived: 0 });
  const both = await Promise.all([part(body.parts, CV, 0, 500_000), part(body.parts, CV, 0, 300_000)]);
  assert.deepEqual(both.map(({ status }) => status), [200, 200]);
  const { body: { arrived } } = await part(body.parts, CV, 1_000_000, 1_100_000);
  assert.ok([300_000, 500_000].includes(arrived), String(arrived));
  assert.deepEqual((await part(body.parts, CV, 0, 500_000)).body, { arrived });
  // After a reload something else was typed.
  const other = await announce(token, { message: "Bonjour" });
  assert.deepEqual(other.body.documents.map((one) => one.arrived), [0, arrived]);
  await Promise.all([sendAll(other.body), sendAll(body)]);
  const done = await Promise.all([announce(token, { message: "Bonjour" }), announce(token, { message: "Bonjour" })]);
  const references = done.map(({ body: { reference } }) => reference).filter(Boolean);
  assert.equal(new Set(references).size, 1, JSON.stringify(done));
  assert.equal((await kept(place.guichet)).applications.length, 1);
});

test("what is wrong is told before any document comes", async () => {
  const token = await freshToken(place.guichet);
  const issues = async (changes, headers) => {
    const { status, body } = await announce(token, changes, headers);
    return [status, ...(body.issues ?? []).map(({ field, code }) => `${field} ${code}`)];
  };
  assert.deepEqual(await issues({ name: "", consent: "" }), [422, "name missing", "consent missing"]);
  assert.deepEqual(await issues({ documents: announced({ cv: FILES.cv }) }), [422, "cover_letter document_missing"]);
  assert.deepEqual(await issues({}, at(POSTING.closesAt)), [422, "deadline deadline_passed"]);
  assert.deepEqual(await issues({ token: undefined }), [422, "token not_a_choice"], "without one it could not come again");
  for (const list of ["[", "{}", '[{"id":"cv","name":"CV.pdf","bytes":9,"sha256":"../x"}]']) {
    assert.equal((await announce(token, { documents: list })).status, 415, list);
  }
  assert.deepEqual(await stored(), []);
});

test("parts are taken only of what was announced, in their size, and by PUT", async () => {
  const { body: { parts: address } } = await announce(await freshToken(place.guichet));
  assert.equal((await part(address, CV, 0, 31_999)).status, 413);
  assert.equal((await part(address, CV, 0, 1_000_001)).status, 413);
  assert.equal((await part(address, pdf("Autre chose"), 0, 600)).status, 410);
  assert.equal((await part(address.replace(/.$/, (digit) => (Number(digit) + 1) % 10), CV, 0, 100_000)).status, 410);
  const get = await place.guichet.fetch(`${address}/${sha256(CV)}/0`);
  assert.deepEqual([get.status, get.headers.get("allow")], [405, "PUT"]);
  const elsewhere = await part(address, CV, 0, 100_000, { "sec-fetch-site": "cross-site" });
  assert.equal(elsewhere.status, 403);
  assert.equal((await stored()).length, 1);
});

test("bytes that are not those that were announced are told, and begin anew", async () => {
  const token = await freshToken(place.guichet);
  const other = Buffer.from(CV);
  other[1_500_000] ^= 1;
  const { body } = await announce(token);
  await sendAll({ ...body, documents: body.documents.slice(0, 1) });
  for (let from = 0; from < other.length; from += 1_000_000) {
    const bytes = other.subarray(from, from + 1_000_000);
    await place.guichet.fetch(`${body.parts}/${sha256(CV)}/${from}`, { method: "PUT", body: bytes });
  }
  const { status, body: refused } = await announce(token);
  assert.deepEqual([status, refused.issues.map(({ field, code }) => `${field} ${code}`)], [422, ["cv document_damaged"]]);
  const { body: anew } = await announce(token);
  assert.deepEqual(anew.documents.map(({ arrived }) => arrived), [LETTER.length, 0]);
});

test("after twelve hours it is deleted, and the candidate told", async () => {
  const token = await freshToken(place.guichet);
  const { body } = await announce(token);
  await part(body.parts, CV, 0, 1_000_000);
  const over = NOON + 12 * HOUR;
  assert.equal((await part(body.parts, CV, 1_000_000, 2_000_000, at(over))).status, 410);
  await override(place.guichet, { clock: clock(over) });
  await place.guichet.cron();
  assert.deepEqual((await stored()).filter((key) => !key.startsWith("sent/")), []);
  const told = () => place.mailbox.messages.find(({ raw }) => raw.includes("X-Guichet-Notice: unfinished"));
  await poll(told, 15_000, () => "nobody is told");
  assert.deepEqual(told().to, ["marie.dupont@example.net"]);
  const { body: anew } = await announce(token, {}, at(over));
  assert.equal(anew.received_at, new Date(over).toISOString(), "it counts from now on");
});

test("where the store fails, the same is sent again and nothing is lost", async () => {
  const token = await freshToken(place.guichet);
  const { body } = await announce(token);
  for (const fault of ["r2.put", "r2.list", "r2.get"]) {
    const failed = await part(body.parts, CV, 0, 1_000_000, { "x-test-fault": fault });
    assert.equal(failed.status, 503, fault);
  }
  const lost = await part(body.parts, CV, 0, 1_000_000, { "x-test-fault": "r2.put:after" });
  assert.equal(lost.status, 503);
  assert.deepEqual((await part(body.parts, CV, 0, 1_000_000)).body, { arrived: 1_000_000 });
  await sendAll((await announce(token)).body);
  for (const fault of ["r2.get@3", "d1.batch", "r2.put", "d1.batch:after"]) {
    assert.equal((await announce(token, {}, { "x-test-fault": fault })).status, 503, fault);
  }
  const done = await announce(token);
  assert.ok([200, 201].includes(done.status));
  assert.equal((await kept(place.guichet)).applications.length, 1);
});
