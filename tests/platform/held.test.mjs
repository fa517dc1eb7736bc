// Documents of a form that was refused, where a page has no script: held for an hour, for its page and address.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { apply, clock, document, docx, form, freshToken, kept, NOON, onTheWire, pdf, POSTING, sha256 } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { running } from "../support/running.mjs";
import { unescaped } from "../support/words.mjs";

const place = await running();
beforeEach(() => place.afresh());

const HOUR = 3_600_000;
const LETTER = pdf("Madame, Monsieur");
const CV = docx("Marie Dupont");
const NO_FILES = { cover_letter: undefined, cv: undefined };

/** Sends a form as a browser without script does, `minutes` after noon. */
async function send(changes, { minutes = 0, headers = {} } = {}) {
  const at = { "x-test-clock": clock(NOON + minutes * 60_000) };
  return apply(place.guichet, changes, { json: false, query: "?lang=en", headers: { ...at, ...headers } });
}

/** Sends a form in which the name is missing; the page that comes back. */
async function refused(changes, options) {
  const answer = await send({ name: "", ...changes }, options);
  assert.equal(answer.status, 422);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  return unescaped(await answer.text());
}

const held = async () => (await place.guichet.db.prepare("SELECT * FROM held_documents ORDER BY key").all()).results;
const isHeld = (page, name) => page.replace(/[\u2068\u2069]/g, "").includes(`“${name}” is kept for an hour`);

test("an error elsewhere does not cost the documents; once sent, nothing is held", async () => {
  const token = await freshToken(place.guichet);
  const page = await refused({ token });
  assert.ok(isHeld(page, "Lettre de motivation.pdf") && isHeld(page, "CV.docx"), page);
  const [row] = await held();
  for (const secret of [row.hold, row.key]) assert.ok(!page.includes(secret), "no page lists more than names");
  assert.equal((await held()).length, 2);

  const answer = await send({ token, ...NO_FILES });
  assert.equal(answer.status, 303);
  const { applications, documents } = await kept(place.guichet);
  assert.equal(applications.length, 1);
  const { id, reference } = applications[0];
  assert.deepEqual(documents, [`applications/${id}/cover_letter/${sha256(LETTER)}`, `applications/${id}/cv/${sha256(CV)}`]);
  const [staff] = await place.mails(reference);
  assert.ok(staff.raw.includes("DUPONT_Marie_CV.docx"), "staff get them");

  const again = await send({ token, ...NO_FILES }, { minutes: 2 });
  assert.equal(again.headers.get("location"), answer.headers.get("location"), "the same form is the same application");
  assert.equal((await kept(place.guichet)).applications.length, 1);
});

test("one that cannot be taken is chosen again, the other not", async () => {
  const token = await freshToken(place.guichet);
  const first = await send({ token, cv: document("CV.pdf", "MZ\x90 a program") });
  assert.equal(first.status, 422);
  const page = unescaped(await first.text());
  assert.ok(isHeld(page, "Lettre de motivation.pdf") && !isHeld(page, "CV.pdf"), page);
  const cv = document("CV.pdf", pdf("Marie Dupont"));
  assert.equal((await send({ token, ...NO_FILES, cv }, { minutes: 1 })).status, 303);
});

test("nobody else reaches them: not from another page, nor with another address", async () => {
  const token = await freshToken(place.guichet);
  await refused({ token });
  for (const other of [{ token: await freshToken(place.guichet) }, { token, email: "jean.martin@example.net" }]) {
    const answer = await send({ ...NO_FILES, ...other }, { minutes: 1 });
    assert.equal(answer.status, 422);
    const page = unescaped(await answer.text());
    assert.ok(!page.includes("Lettre de motivation.pdf") && !page.includes("CV.docx"), page);
  }
});

test("nothing is held without consent, nor for a script, nor of a form that is turned away", async () => {
  const token = await freshToken(place.guichet);
  await refused({ token, consent: undefined });
  assert.equal((await apply(place.guichet, { token, name: "" })).status, 422);
  assert.equal((await send({ token, name: "", website: "https://example.org" })).status, 429);
  assert.deepEqual(await held(), []);
  assert.deepEqual((await kept(place.guichet)).documents, []);
});

test("after an hour they are gone, and asked for again", async () => {
  const token = await freshToken(place.guichet);
  await refused({ token });
  await override(place.guichet, { clock: clock(NOON + HOUR - 1) });
  await place.guichet.cron();
  assert.equal((await held()).length, 2);
  await override(place.guichet, { clock: clock(NOON + HOUR), fault: "r2" });
  await place.guichet.cron();
  assert.equal((await held()).length, 2, "a row leads to what is left");
  await override(place.guichet, { clock: clock(NOON + HOUR) });
  await place.guichet.cron();
  assert.deepEqual(await held(), []);
  assert.deepEqual((await kept(place.guichet)).documents, []);
  const answer = await send({ token, ...NO_FILES }, { minutes: 61 });
  assert.equal(answer.status, 422);
});

test("another file takes the place of one that is held", async () => {
  const token = await freshToken(place.guichet);
  await refused({ token });
  const cv = document("Nouveau CV.pdf", pdf("Un autre CV"));
  const page = await refused({ token, ...NO_FILES, cv }, { minutes: 1 });
  assert.ok(isHeld(page, "Lettre de motivation.pdf") && isHeld(page, "Nouveau CV.pdf"), page);
  assert.equal((await kept(place.guichet)).documents.length, 2, "the other one is deleted");
  assert.equal((await send({ token, ...NO_FILES }, { minutes: 2 })).status, 303);
  const [{ application }] = (await kept(place.guichet)).applications;
  assert.equal(JSON.parse(application).documents[1].sha256, sha256(pdf("Un autre CV")));
});

test("where they cannot be held, the page asks for them as before", async () => {
  const token = await freshToken(place.guichet);
  const page = await refused({ token }, { headers: { "x-test-fault": "r2" } });
  assert.ok(!isHeld(page, "CV.docx"), page);
});

test("a correction that is refused holds its documents too", async () => {
  const { reference, status_url: url } = await (await apply(place.guichet)).json();
  const key = new URL(url).searchParams.get("key");
  const correct = async (changes, minutes) => {
    const { type, bytes } = await onTheWire(form({ ...NO_FILES, key, revision: "1", ...changes }));
    return place.guichet.fetch(`/applications/${reference}/corrections?lang=en`, {
      method: "POST",
      body: bytes,
      headers: { accept: "text/html", "content-type": type, "x-test-clock": clock(NOON + minutes * 60_000) },
    });
  };
  const cv = document("Nouveau CV.pdf", pdf("Un autre CV"));
  const page = unescaped(await (await correct({ cv, name: "" }, 1)).text());
  assert.ok(isHeld(page, "Nouveau CV.pdf"), page);
  assert.match(page, /<input type="hidden" name="held" value="yes">/);
  assert.equal((await correct({ held: "yes" }, 2)).status, 303);
  const [{ application, revision }] = (await kept(place.guichet)).applications;
  assert.equal(revision, 2);
  assert.equal(JSON.parse(application).documents[1].sha256, sha256(pdf("Un autre CV")));
});
