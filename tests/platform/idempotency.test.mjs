// The same token again is the same application, however and how often it is sent.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { apply, docx, document, freshToken, kept, pdf, sha256 } from "../support/application.mjs";
import { running } from "../support/running.mjs";

const place = await running();
beforeEach(() => place.afresh());

/** What one application leaves, and no more. @param {string} reference */
async function once(reference) {
  await place.mails(reference);
  const { applications, outbox, documents } = await kept(place.guichet);
  assert.deepEqual(applications.map((row) => row.reference), [reference]);
  assert.deepEqual(outbox.map(({ kind }) => kind), ["staff", "acknowledgement"]);
  // A second pair would be sent by the next sweep at the latest; another application's mails come after it.
  await place.guichet.cron();
  const sentinel = await (await apply(place.guichet, { name: "Jean Martin" })).json();
  await place.mails(sentinel.reference);
  assert.equal((await place.mails(reference)).length, 2, "one set of mails");
  return { application: JSON.parse(applications[0].application), documents };
}

test("sent again, it is answered alike and kept once", async () => {
  const token = await freshToken(place.guichet);
  const first = await (await apply(place.guichet, { token })).json();
  await place.mails(first.reference);
  const second = await apply(place.guichet, { token });
  assert.equal(second.status, 200);
  assert.deepEqual(await second.json(), first);
  const { documents } = await once(first.reference);
  assert.equal(documents.length, 2);
});

test("sent again with other content, what came first stays", async () => {
  const token = await freshToken(place.guichet);
  const first = await (await apply(place.guichet, { token })).json();
  const other = { token, name: "Jean Martin", cv: document("autre.pdf", pdf("Jean")) };
  assert.deepEqual(await (await apply(place.guichet, other)).json(), first);
  const { application, documents } = await once(first.reference);
  assert.equal(application.name, "Marie Dupont");
  assert.equal(documents.length, 2, "nothing of the second is stored");
});

test("sent again after the deadline, it is still received", async () => {
  const token = await freshToken(place.guichet);
  const first = await (await apply(place.guichet, { token })).json();
  const late = await apply(place.guichet, { token }, { headers: { "x-test-clock": `=${Date.parse("2025-08-10")}` } });
  assert.equal(late.status, 200);
  assert.deepEqual(await late.json(), first);
});

test("sent again without anything but its token, it is answered alike", async () => {
  const token = await freshToken(place.guichet);
  const first = await (await apply(place.guichet, { token })).json();
  const empty = new FormData();
  empty.append("token", token);
  assert.deepEqual(await (await apply(place.guichet, empty)).json(), first);
});

test("what was refused can be sent again with its token, corrected", async () => {
  const token = await freshToken(place.guichet);
  assert.equal((await apply(place.guichet, { token, name: "" })).status, 422);
  const answer = await apply(place.guichet, { token });
  assert.equal(answer.status, 201);
  await once((await answer.json()).reference);
});

for (const count of [2, 8]) {
  test(`${count} at the same time are one application`, async () => {
    const token = await freshToken(place.guichet);
    const answers = await Promise.all(Array.from({ length: count }, () => apply(place.guichet, { token })));
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    for (const [index, body] of bodies.entries()) {
      assert.ok([200, 201].includes(answers[index].status));
      assert.deepEqual(body, bodies[0]);
    }
    const { documents } = await once(bodies[0].reference);
    assert.equal(documents.length, 2);
  });

  test(`${count} at the same time with different content are one of them, whole`, async () => {
    const token = await freshToken(place.guichet);
    const people = Array.from({ length: count }, (_, index) => `Marie ${index} Dupont`);
    const answers = await Promise.all(
      people.map((name) => apply(place.guichet, { token, name, cv: document(`${name}.docx`, docx(name)) })),
    );
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    for (const body of bodies) assert.deepEqual(body, bodies[0], "all are told of the same one");
    const { application, documents } = await once(bodies[0].reference);
    assert.ok(people.includes(application.name));
    const cv = application.documents.find(({ id }) => id === "cv");
    assert.equal(cv.sha256, sha256(docx(application.name)), "person and document belong together");
    assert.equal(cv.sha256, bodies[0].documents[1].sha256);
    const key = documents.find((name) => name.endsWith(cv.sha256));
    assert.ok(key, "the document that the row speaks of is there");
    const stored = Buffer.from(await (await place.guichet.bucket.get(key)).arrayBuffer());
    assert.equal(sha256(stored), cv.sha256);
  });
}

test("without a token, each is an application of its own", async () => {
  const [first, second] = [await apply(place.guichet), await apply(place.guichet)];
  const references = [(await first.json()).reference, (await second.json()).reference];
  assert.notEqual(references[0], references[1]);
  assert.equal((await kept(place.guichet)).applications.length, 2);
  for (const reference of references) assert.equal((await place.mails(reference)).length, 2);
});
