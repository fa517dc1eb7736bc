// Tests POST /postings/{slug}/applications with valid forms, and GET /applications/{reference}.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { apply, docx, document, form, freshToken, kept, MARIE, NOON, odt, onTheWire, OTHER, pdf, POSTING, sha256 } from "../support/application.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const place = await running();
beforeEach(() => place.afresh());

const letter = pdf("Madame, Monsieur");
const cv = docx("Marie Dupont");

/** @param {string} url */
async function receipt(url, accept = "application/json") {
  return place.guichet.fetch(url, { headers: { accept } });
}

test("an address is tidied up, its domain in ASCII, and the receipt shows it whole", async () => {
  const answer = await apply(place.guichet, { email: "\uFEFF\u00A0Marie.Dupont@Bücher.example\u200B " });
  assert.equal(answer.status, 201, await answer.clone().text());
  const { status_url: url } = await answer.json();
  const [{ application }] = (await kept(place.guichet)).applications;
  assert.equal(JSON.parse(application).email, "Marie.Dupont@xn--bcher-kva.example");
  assert.ok((await (await receipt(url, "text/html")).text()).includes("Marie.Dupont@xn--bcher-kva.example"));
});

test("what nobody sees within an address is named", async () => {
  for (const [email, params] of [
    ["marie\u200B@example.net", { address: "invisible", character: "U+200B", before: "marie" }],
    ["mar ie@example.net", { address: "space", character: "U+0020", before: "mar" }],
    ["marie@example.net jean@example.net", {}],
    ["é@example.net", {}],
    ["marie@１２７.1", {}],
  ]) {
    const answer = await apply(place.guichet, { email });
    assert.equal(answer.status, 422);
    const [issue] = (await answer.json()).issues;
    assert.deepEqual([issue.field, issue.code, issue.params], ["email", "not_an_email", params], email);
    if (params.character) assert.ok(issue.message.includes(params.before), issue.message);
  }
});

test("a client gets exactly what docs/api.md promises", async () => {
  const answer = await apply(place.guichet);
  assert.equal(answer.status, 201);
  assert.match(answer.headers.get("content-type"), /^application\/json/);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const body = await answer.json();
  assert.deepEqual(Object.keys(body).sort(), ["documents", "number", "received_at", "reference", "revision", "status_url"]);
  assert.match(body.reference, /^[2-9A-HJKMNP-TV-Z]{8}$/, "no look-alikes");
  assert.equal(body.received_at, new Date(NOON).toISOString());
  assert.deepEqual(body.documents, [
    { id: "cover_letter", name: "Lettre de motivation.pdf", kind: "pdf", bytes: letter.length, sha256: sha256(letter) },
    { id: "cv", name: "CV.docx", kind: "docx", bytes: cv.length, sha256: sha256(cv) },
  ]);
  const status = await receipt(body.status_url);
  assert.equal(status.status, 200);
  const given_up = { forwarding: false, acknowledgement: false };
  const { forwarded_at: forwarded, acknowledged_at: acknowledged, ...told } = await status.json();
  const revisions = [{ revision: 1, received_at: body.received_at }];
  assert.deepEqual(told, { ...body, given_up, revisions, erase_on: "2026-01-30" });
  for (const at of [forwarded, acknowledged]) assert.ok(at === null || Date.parse(at) >= NOON, at);
});

test("a browser is sent on to the receipt, in the language of its page", async () => {
  for (const [query, language] of [["", "fr"], ["?lang=en", "en"]]) {
    const answer = await apply(place.guichet, { token: await freshToken(place.guichet) }, { json: false, query });
    assert.equal(answer.status, 303);
    const location = answer.headers.get("location");
    assert.match(location, /^\/applications\/[2-9A-Z]{8}\?key=[\w-]{43}&lang=(fr|en)$/);
    const page = await receipt(location, "text/html");
    assert.equal(page.status, 200);
    const html = await page.text();
    assert.ok(html.includes(`<html lang="${language}"`));
    assert.ok(html.includes(location.slice(14, 22)), "the reference");
    assert.ok(html.includes("Lettre de motivation.pdf"));
  }
});

test("what is kept is what was sent, bytes in R2 and none of them in D1", async () => {
  const { reference } = await (await apply(place.guichet, { cv: document("mon cv.odt", odt("Née à Liège")) })).json();
  const { applications, outbox, documents } = await kept(place.guichet);
  const [row] = applications;
  assert.equal(applications.length, 1);
  assert.deepEqual(
    [row.reference, row.posting, row.language, row.received_at, row.origin],
    [reference, POSTING.slug, "fr", NOON, place.guichet.url.origin],
  );
  const application = JSON.parse(row.application);
  assert.deepEqual(
    [application.name, application.email, application.phone, application.message],
    [MARIE.name, MARIE.email, MARIE.phone, "Bonjour,\n\nVoici ma candidature."],
  );
  assert.deepEqual(application.answers, [{ question: "eu_work_permit", value: "yes" }]);
  assert.deepEqual(outbox.map(({ kind }) => kind), ["staff", "acknowledgement"]);
  const expected = { cover_letter: letter, cv: odt("Née à Liège") };
  assert.equal(documents.length, 2);
  for (const [id, bytes] of Object.entries(expected)) {
    const key = documents.find((name) => name.includes(`/${id}/`));
    const stored = Buffer.from(await (await place.guichet.bucket.get(key)).arrayBuffer());
    assert.ok(stored.equals(bytes), id);
    assert.ok(!row.application.includes(bytes.toString("base64").slice(0, 40)));
  }
});

test("staff and candidate each get one mail", async () => {
  const { reference } = await (await apply(place.guichet)).json();
  const [toStaff, toCandidate] = await place.mails(reference);
  assert.deepEqual(toStaff.to, [POSTING.recipient]);
  assert.deepEqual(toCandidate.to, [MARIE.email]);
  assert.equal(toStaff.from, "guichet@example.org");
});

test("the receipt tells how far the application has come", async () => {
  const answer = await apply(place.guichet, {}, { headers: { "x-test-fault": "queue" } });
  const { reference, status_url: url } = await answer.json();
  const before = await (await receipt(url)).json();
  assert.deepEqual([before.forwarded_at, before.acknowledged_at], [null, null]);
  const pageBefore = await (await receipt(url, "text/html")).text();

  await place.guichet.cron();
  await place.mails(reference);
  let after;
  const told = async () => (after = await (await receipt(url)).json()).acknowledged_at !== null;
  await poll(told, 10_000, () => "the receipt does not say that the mails are sent");
  assert.deepEqual([after.forwarded_at, after.acknowledged_at], Array(2).fill(new Date(NOON).toISOString()));
  assert.deepEqual(after.documents.map(({ id }) => id), ["cover_letter", "cv"]);
  const pageAfter = await (await receipt(url, "text/html")).text();
  const times = (html) => html.match(/<time /g).length;
  assert.equal(times(pageAfter), times(pageBefore) + 2, "the page shows both instants");
});

test("the address of a receipt tells nobody without its key anything", async () => {
  const { reference, status_url: url } = await (await apply(place.guichet)).json();
  const key = new URL(url).searchParams.get("key");
  const other = reference === "22222222" ? "33333333" : "22222222";
  const wrong = key.startsWith("A") ? `B${key.slice(1)}` : `A${key.slice(1)}`;
  const paths = [
    `/applications/${other}?key=${key}`,
    `/applications/${reference}?key=${wrong}`,
    `/applications/${reference}?key=${key}x`,
    `/applications/${reference}?key=`,
    `/applications/${reference}`,
    `/applications/nothing-like-it?key=${key}`,
  ];
  for (const accept of ["application/json", "text/html"]) {
    const answers = [];
    for (const path of paths) {
      const answer = await receipt(path, accept);
      const headers = Object.fromEntries(answer.headers);
      answers.push({ status: answer.status, headers, body: await answer.text() });
    }
    assert.equal(answers[0].status, 404);
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
  }
});

test("what may be left out is left out, and a reference is read kindly", async () => {
  const answer = await apply(place.guichet, { phone: undefined, message: undefined, token: undefined });
  assert.equal(answer.status, 201);
  const { reference, status_url: url } = await answer.json();
  const [{ application }] = (await kept(place.guichet)).applications;
  assert.deepEqual([JSON.parse(application).phone, JSON.parse(application).message], [null, null]);
  const typed = url.replace(reference, `${reference.slice(0, 4)}-${reference.slice(4)}`.toLowerCase());
  assert.equal((await receipt(typed)).status, 200);
});

test("a form without declared length is read as well", async () => {
  const { type, bytes } = await onTheWire(form());
  const answer = await place.guichet.fetch(`/postings/${POSTING.slug}/applications`, {
    method: "POST",
    body: new Blob([bytes]).stream(),
    duplex: "half",
    headers: { accept: "application/json", "content-type": type },
  });
  assert.equal(answer.status, 201);
});

test("an empty file field, as browsers send it, is no document", async () => {
  const form = {
    subject: "Digital Security Officer, Human Rights Defenders (Geneva)",
    eu_work_permit: undefined,
    swiss_work_permit: "no",
    secure_contact: "Signal: marie.07",
    writing_sample: document("", ""),
  };
  const answer = await apply(place.guichet, form, { slug: OTHER.slug });
  assert.equal(answer.status, 201, await answer.clone().text());
  const [row] = (await kept(place.guichet)).applications;
  assert.equal(row.language, "en");
  assert.deepEqual(JSON.parse(row.application).answers, [
    { question: "swiss_work_permit", value: "no" },
    { question: "secure_contact", value: "Signal: marie.07" },
  ]);
});

test("a file keeps its name, as browsers write it", async () => {
  const NAMES = ["Curriculum vitæ d’Été.pdf", 'My "best" CV.pdf', "Re\u0301sume\u0301.pdf", "履歴書 👩🏽\u200D💻.pdf", "a;b=c, d.pdf", "100%.pdf"];
  for (const [index, name] of NAMES.entries()) {
    const body = await (await apply(place.guichet, { cv: document(name, pdf(`Marie ${index}`)) })).json();
    assert.equal(body.documents[1].name, name);
  }
});
