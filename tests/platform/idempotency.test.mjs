// The same token again is the same application, however and how often it is sent, and other content corrects it.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import PostalMime from "postal-mime";

import { apply, clock, docx, document, freshToken, kept, NOON, pdf, POSTING, sha256 } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { running } from "../support/running.mjs";
import { unescaped, words } from "../support/words.mjs";

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

test("sent again with other content, it is corrected, and staff get the correction", async () => {
  const token = await freshToken(place.guichet);
  const first = await (await apply(place.guichet, { token })).json();
  await place.mails(first.reference);
  const minutes = (n) => ({ headers: { "x-test-clock": clock(NOON + n * 60_000) } });
  const changed = { token, name: "Marie Martin", cv: document("autre.pdf", pdf("Marie")) };
  const answer = await apply(place.guichet, changed, minutes(1));
  assert.equal(answer.status, 200);
  const second = await answer.json();
  const { reference, number, status_url } = first;
  assert.deepEqual({ ...second, documents: null }, {
    reference, number, status_url, revision: 2, documents: null, received_at: new Date(NOON + 60_000).toISOString(),
  });
  assert.equal(second.documents[1].sha256, sha256(pdf("Marie")));
  const again = await apply(place.guichet, { token }, minutes(2));
  assert.deepEqual([again.status, await again.json()], [200, second], "an earlier revision changes nothing");

  await override(place.guichet, { clock: clock(NOON + 4 * 60_000) });
  await place.guichet.db.prepare("UPDATE mails SET queued_until = 0").run();
  await place.guichet.cron();
  const mails = await Promise.all((await place.mails(reference, 4)).map(({ raw }) => PostalMime.parse(raw)));
  const staff = mails.filter(({ subject }) => subject.startsWith(POSTING.subject));
  assert.equal(staff.length, 2);
  const [corrected] = staff.filter(({ subject }) => subject.includes("corrigée"));
  const [original] = staff.filter((mail) => mail !== corrected);
  assert.equal(corrected.references, original.messageId);
  assert.ok(corrected.text.startsWith("Candidature corrigée le"), corrected.text);
  assert.ok(corrected.text.includes("Ce qui a changé\u{a0}: le nom et le document «\u{a0}CV\u{a0}»."), corrected.text);
  assert.deepEqual(corrected.attachments.map(({ content }) => sha256(Buffer.from(content))), second.documents.map((one) => one.sha256));

  await place.guichet.cron();
  const stored = (await kept(place.guichet)).documents.map((key) => key.split("/").at(-1));
  assert.deepEqual(stored.sort(), second.documents.map((one) => one.sha256).sort(), "what was replaced is gone");
});

test("a correction that fails leaves what was there, and says so", async () => {
  const token = await freshToken(place.guichet);
  const first = await (await apply(place.guichet, { token })).json();
  const late = { headers: { "x-test-clock": `=${Date.parse("2025-08-10")}` } };
  for (const [changes, options, code] of [[{ consent: "" }, {}, "missing"], [{}, late, "deadline_passed"]]) {
    const answer = await apply(place.guichet, { token, name: "Marie Martin", ...changes }, options);
    assert.equal(answer.status, 422);
    const { issues, kept: stays } = await answer.json();
    const message = words("fr").form.kept.replace("{reference}", first.reference);
    assert.deepEqual([issues[0].code, stays], [code, { reference: first.reference, revision: 1, message }]);
    const page = await apply(place.guichet, { token, name: "Marie Martin", ...changes }, { ...options, json: false });
    const html = unescaped(await page.text());
    assert.ok(html.includes(words("fr").form.kept.replace("{reference}", first.reference)), html);
  }
  assert.equal(JSON.parse((await kept(place.guichet)).applications[0].application).name, "Marie Dupont");
});

test("an arrival that is older than the latest revision, or one too many, changes nothing", async () => {
  const token = await freshToken(place.guichet);
  const { reference } = await (await apply(place.guichet, { token })).json();
  const send = (name, minute) => apply(place.guichet, { token, name }, { headers: { "x-test-clock": clock(NOON + minute * 60_000) } });
  assert.equal((await (await send("Second", 10)).json()).revision, 2);
  const older = await send("Older", 9);
  assert.deepEqual([older.status, (await older.json()).revision], [409, 2]);
  await place.guichet.db.prepare("UPDATE applications SET revision = 20").run();
  const many = await send("One too many", 11);
  assert.equal(many.status, 429);
  const { applications } = await kept(place.guichet);
  assert.deepEqual([applications[0].reference, JSON.parse(applications[0].application).name], [reference, "Second"]);
});

test("too many corrections in a minute wait, and what is there stays", async () => {
  const token = await freshToken(place.guichet);
  await apply(place.guichet, { token });
  const send = (name, minute) => apply(place.guichet, { token, name }, { headers: { "x-test-clock": clock(NOON + minute * 60_000) } });
  for (let n = 2; n < 12; n += 1) assert.equal((await (await send(`Name ${n}`, 1)).json()).revision, n);
  const many = await send("One too many", 1);
  assert.deepEqual([many.status, many.headers.get("retry-after")], [429, "60"]);
  const { error, message, revision } = await many.json();
  assert.deepEqual([error, message, revision], ["too_many_corrections", words("fr").form.corrected_too_fast, 11]);
  assert.equal((await (await send("Name 11", 1)).json()).revision, 11, "what is there is no correction");
  assert.equal((await (await send("A minute later", 2.1)).json()).revision, 12);
});

test("sent from the same page with another address, it is an application of its own", async () => {
  const token = await freshToken(place.guichet);
  const first = await (await apply(place.guichet, { token })).json();
  const jean = { token, name: "Jean Martin", email: "jean@example.net", cv: document("jean.pdf", pdf("Jean")) };
  const answer = await apply(place.guichet, jean);
  assert.equal(answer.status, 201);
  const second = await answer.json();
  assert.notEqual(second.reference, first.reference);
  const again = await apply(place.guichet, { ...jean, email: "JEAN@example.net", name: "Jean  Martin " });
  assert.equal((await again.json()).reference, second.reference);
  assert.equal((await kept(place.guichet)).applications.length, 2);
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

for (const count of [2, 10]) {
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

  test(`${count} at the same time with different content are revisions of one, the latest whole`, async () => {
    const token = await freshToken(place.guichet);
    const people = Array.from({ length: count }, (_, index) => `Marie ${index} Dupont`);
    const answers = await Promise.all(
      people.map((name) => apply(place.guichet, { token, name, cv: document(`${name}.docx`, docx(name)) })),
    );
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [...Array(count - 1).fill(200), 201], "each is taken, however often others were faster");
    for (const { reference } of bodies) assert.equal(reference, bodies[0].reference);
    const { applications, documents } = await kept(place.guichet);
    assert.deepEqual(applications.map((row) => row.revision), [count], "each that was acknowledged is a revision");
    const application = JSON.parse(applications[0].application);
    assert.ok(people.includes(application.name));
    const cv = application.documents.find(({ id }) => id === "cv");
    assert.equal(cv.sha256, sha256(docx(application.name)), "person and document belong together");
    const key = documents.find((name) => name.endsWith(cv.sha256));
    assert.ok(key, "the document that the row speaks of is there");
    const stored = Buffer.from(await (await place.guichet.bucket.get(key)).arrayBuffer());
    assert.equal(sha256(stored), cv.sha256);
  });
}

test("of more at the same time than a minute allows, some are told to wait, and none fails", async () => {
  const token = await freshToken(place.guichet);
  const people = Array.from({ length: 20 }, (_, index) => `Marie ${index} Dupont`);
  const answers = await Promise.all(people.map((name) => apply(place.guichet, { token, name })));
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [...Array(10).fill(200), 201, ...Array(9).fill(429)]);
  assert.equal((await kept(place.guichet)).applications[0].revision, 11);
});

test("without a token, each is an application of its own", async () => {
  const [first, second] = [await apply(place.guichet), await apply(place.guichet)];
  const references = [(await first.json()).reference, (await second.json()).reference];
  assert.notEqual(references[0], references[1]);
  assert.equal((await kept(place.guichet)).applications.length, 2);
  for (const reference of references) assert.equal((await place.mails(reference)).length, 2);
});
