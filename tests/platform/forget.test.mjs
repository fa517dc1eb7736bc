// Postings that forget: staff confirm by the button behind the address in their mail, or at the desk, and nothing is left.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, test } from "node:test";

import { simpleParser } from "mailparser";

import { apply, clock, everything, form, kept, NOON, onTheWire, person, POSTING } from "../support/application.mjs";
import { SAME_ORIGIN, signIn } from "../support/desk.mjs";
import { override } from "../support/faults.mjs";
import { ROOT } from "../support/guichet.mjs";
import { poll } from "../support/mailbox.mjs";
import { holds } from "../support/openpgp.mjs";
import { save } from "../support/postings.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const FR = words("fr");
const plain = await readFile(join(ROOT, "postings", `${POSTING.slug}.md`), "utf8");

beforeEach(async () => {
  await place.afresh();
  await save(place.guichet.db, POSTING.slug, plain.replace(/\n\+\+\+\n/, "\n[privacy]\nforget = true\n+++\n"));
  await override(place.guichet, { clock: clock(NOON), vars: { DEV_POSTINGS_MS: "0" } });
});

/** An application whose mails have left, and the address in the mail to staff. */
async function forwarded(sent = person()) {
  const received = await (await apply(place.guichet, sent)).json();
  await place.mails(received.reference);
  const left = async () => (await kept(place.guichet)).outbox.every(({ sent_at }) => sent_at !== null);
  await poll(left, 15_000, () => "not both mails are settled");
  const { raw } = place.mailbox.messages.findLast(({ to }) => to[0] === POSTING.recipient);
  const { text } = await simpleParser(raw);
  const link = /^\S+\/confirm\?\S+$/m.exec(text)[0];
  return { ...received, sent, link: link.replace(place.guichet.url.origin, "") };
}

/** All that is stored, as bytes; but the texts of postings, which are not of the person. */
async function copy() {
  const { objects } = await place.guichet.bucket.list();
  const bodies = await Promise.all(objects.map(async ({ key }) => Buffer.from(await (await place.guichet.bucket.get(key)).arrayBuffer())));
  const { posting_versions: _, ...tables } = await everything(place.guichet);
  return Buffer.concat([...bodies, Buffer.from(JSON.stringify(tables)), Buffer.from(objects.map(({ key }) => key).join("\n"))]);
}

const confirm = (link) => place.guichet.fetch(link, { method: "POST" });
const text = async (response) => (await response.text()).replaceAll("&#39;", "'");

test("opening the address deletes nothing, its button deletes all that was said", async () => {
  const { reference, sent, link, status_url: receipt } = await forwarded();
  const bytes = Buffer.from(await sent.cv.arrayBuffer());
  const asked = await place.guichet.fetch(link);
  assert.deepEqual([asked.status, asked.headers.get("cache-control"), asked.headers.get("referrer-policy")], [200, "no-store", "no-referrer"]);
  const question = await text(asked);
  assert.equal(question.match(/<button/g).length, 1);
  assert.doesNotMatch(question, /Quetzalina|Xylophon/);
  assert.ok(holds(await copy(), "Quetzalina"), "a GET deletes nothing");
  const done = await confirm(link);
  assert.equal(done.status, 200);
  assert.ok((await text(done)).includes(FR.confirm.done_title));
  const left = await copy();
  for (const needle of ["Quetzalina", "Xylophon", sent.email, sent.phone, "Ouagadougou", "Rhododendron", bytes.subarray(0, 300)]) {
    assert.ok(!holds(left, needle), String(needle).slice(0, 40));
  }
  assert.ok(holds(left, reference), "number and reference stay");
  assert.ok((await text(await place.guichet.fetch(link))).includes(FR.confirm.done_title));
  const shown = await text(await place.guichet.fetch(receipt.replace(place.guichet.url.origin, "")));
  assert.ok(shown.includes(FR.forget.receipt.split("{")[0]), "the receipt says so");
});

test("another address confirms nothing", async () => {
  const { reference, link } = await forwarded();
  for (const other of [link.replace("revision=1", "revision=2"), link.replace(/key=.*/, "key=x"), `/applications/${reference}/confirm`]) {
    for (const method of ["GET", "POST"]) assert.equal((await place.guichet.fetch(other, { method })).status, 404, `${method} ${other}`);
  }
  assert.ok(holds(await copy(), "Quetzalina"));
});

test("the desk confirms the revision that was seen, and shows when it was forgotten", async () => {
  const { reference, status_url: receipt, link } = await forwarded();
  const staff = await signIn(place.guichet);
  const seen = async () => (await staff.json(`/desk/postings/${POSTING.slug}`)).applications[0];
  assert.deepEqual([(await seen()).confirmed, (await seen()).forgotten_at], [false, null]);
  const { pathname, searchParams } = new URL(receipt);
  const fields = { ...person(), message: "Saperlipopette", cover_letter: undefined, cv: undefined, key: searchParams.get("key"), revision: "1" };
  const { type, bytes } = await onTheWire(form(fields));
  const headers = { accept: "application/json", "content-type": type };
  const corrected = await place.guichet.fetch(`${pathname}/corrections`, { method: "POST", body: bytes, headers });
  assert.equal(corrected.status, 200, await corrected.clone().text());
  const at = `/desk/applications/${reference}/confirm`;
  const early = await staff.post(at, { revision: "1" });
  assert.deepEqual([early.status, (await early.json()).revision], [409, 2]);
  assert.ok((await text(await confirm(link))).includes(FR.confirm.newer_title), "nor by the mail of the first one");
  const waiting = await staff.post(at, { revision: "2" });
  assert.deepEqual([waiting.status, (await waiting.json()).forgotten], [200, false], "its mails wait for two minutes");
  assert.ok(holds(await copy(), "Saperlipopette"));
  await override(place.guichet, { clock: clock(NOON + 3_600_000), vars: { DEV_POSTINGS_MS: "0" } });
  await place.guichet.cron();
  const left = async () => (await kept(place.guichet)).outbox.every(({ sent_at }) => sent_at !== null);
  await poll(left, 15_000, () => "the correction's mails are not settled");
  await place.guichet.cron();
  assert.ok(!holds(await copy(), "Saperlipopette"));
  const { name, email, confirmed, forgotten_at: forgotten, stage, number } = await seen();
  assert.deepEqual([name, email, confirmed, stage, number], [reference, "", true, "received", 1]);
  assert.ok(forgotten);
  const page = await text(await staff.get(`/desk/applications/${reference}`, { accept: "text/html" }));
  assert.ok(page.includes(FR.desk.forgotten.split("{")[0]) || page.includes(words("en").desk.forgotten.split("{")[0]));
  const csv = await (await staff.get(`/desk/postings/${POSTING.slug}/export.csv`)).text();
  assert.ok(csv.includes("forgotten_at") && csv.includes(forgotten));
});

test("many are confirmed at once, without script, but one that was corrected since", async () => {
  const [one, two, three] = [await forwarded(), await forwarded({ ...person(), email: "two@example.net" }), await forwarded({ ...person(), email: "three@example.net" })];
  const staff = await signIn(place.guichet);
  const page = await text(await staff.get(`/desk/postings/${POSTING.slug}`, { accept: "text/html" }));
  assert.match(page, /<button[^>]*formaction="\/desk\/confirm"/);
  const seen = (of, revision) => `${of.reference}/${revision}/received`;
  const references = [one, two, three, one].map(({ reference }) => reference);
  const body = { reference: [...references, "ABCDEFGH"], seen: [seen(one, 1), seen(two, 1), seen(three, 2)] };
  const answer = await staff.post("/desk/confirm", body);
  const { confirmed, skipped } = await answer.json();
  const why = Object.fromEntries(skipped.map(({ reference, why: said }) => [reference, said]));
  assert.deepEqual([answer.status, confirmed, why], [200, 2, { [three.reference]: "corrected", ABCDEFGH: "not_found" }]);
  await place.guichet.cron();
  const { applications } = await staff.json(`/desk/postings/${POSTING.slug}`);
  const state = (of) => applications.find(({ reference }) => reference === of.reference);
  assert.deepEqual([one, two, three].map((of) => [state(of).confirmed, state(of).forgotten_at !== null]), [[true, true], [true, true], [false, false]]);
  assert.deepEqual((await staff.dossier(one.reference)).events.map(({ what, who }) => [what, who]), [["confirmed", "staff@example.org"]]);
  const read = await staff.post("/desk/confirm", body, { ...SAME_ORIGIN, accept: "text/html" });
  assert.match(await text(read), new RegExp(`${three.reference}`));
  assert.equal((await staff.post("/desk/confirm", {})).status, 422);
});

test("a posting that does not forget has no such way", async () => {
  await save(place.guichet.db, POSTING.slug, plain);
  await override(place.guichet, { clock: clock(NOON), vars: { DEV_POSTINGS_MS: "0" } });
  const { reference } = await (await apply(place.guichet)).json();
  const [{ raw }] = await place.mails(reference);
  assert.doesNotMatch((await simpleParser(raw)).text, /\/confirm\?/);
  const staff = await signIn(place.guichet);
  assert.equal((await staff.post(`/desk/applications/${reference}/confirm`, { revision: "1" })).status, 404);
  const many = await (await staff.post("/desk/confirm", { reference })).json();
  assert.deepEqual(many, { confirmed: 0, skipped: [{ reference, why: "kept" }] });
});
