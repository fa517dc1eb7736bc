// Tests what staff do with applications at the desk: the list, exports, those added by hand, and the rights of candidates.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { beforeEach, test } from "node:test";
import { crc32 } from "node:zlib";

import { apply, clock, document, everything, form, freshToken, kept, MARIE, NOON, POSTING } from "../support/application.mjs";
import { evenly } from "../support/browser.mjs";
import { applications, mailsTo, SAME_ORIGIN, signIn, unzipped } from "../support/desk.mjs";
import { override } from "../support/faults.mjs";
import { running } from "../support/running.mjs";
import { unescaped, words } from "../support/words.mjs";

const place = await running();
let staff;
beforeEach(async () => {
  await place.afresh();
  staff = await signIn(place.guichet);
});

const MINUTE = 60_000;

test("the list has the fields of docs/desk.md, and is searched, filtered and sorted", async () => {
  const [first, second] = await applications(place.guichet, 2);
  await apply(place.guichet, { name: "Zoé Œuvré", email: "person1@example.net" });
  const { postings } = await staff.json("/desk");
  const { slug, title, state, version, closes_at, applications: count, not_forwarded } = postings.find(({ slug }) => slug === POSTING.slug);
  assert.deepEqual({ slug, title, state, closes_at, count }, { slug: POSTING.slug, title: POSTING.title, state: "open", closes_at: "2025-08-03T22:00:00.000Z", count: 3 });
  assert.ok(version >= 1 && not_forwarded >= 0);

  const list = await staff.json(`/desk/postings/${POSTING.slug}`);
  assert.equal(list.version, version);
  assert.ok(list.source.startsWith("+++") && list.state === "open");
  const { reference, number, revision, name, email, received_at, stage: at, also_applied } = list.applications[0];
  assert.deepEqual(
    { reference, number, revision, name, email, received_at, at },
    { reference: first.reference, number: 1, revision: 1, name: "Personne Numéro1", email: "person1@example.net", received_at: first.received_at, at: "received" },
  );
  assert.deepEqual(also_applied, [list.applications[2].reference]);
  assert.deepEqual(list.applications[1].also_applied, []);

  const found = async (fields) => (await (await staff.post(`/desk/postings/${POSTING.slug}/search`, fields)).json()).applications.map(({ number }) => number);
  assert.deepEqual(await found({ q: "  ZOE oeuvre " }), [3]);
  assert.deepEqual(await found({ q: second.reference.toLowerCase() }), [2]);
  assert.deepEqual(await found({ q: "person1@" }), [1, 3]);
  assert.deepEqual(await found({ sort: "name", order: "desc" }), [3, 2, 1]);
  await staff.stage({ reference: second.reference, stage: "shortlisted" });
  assert.deepEqual(await found({ stage: "shortlisted" }), [2]);
});

test("an application has its documents, notes and events; HTML in them stays text", async () => {
  const [{ reference, documents }] = await applications(place.guichet, 1);
  assert.equal((await staff.post(`/desk/applications/${reference}/notes`, { note: "<script>alert(1)</script>\r\nbien" })).status, 201);
  const found = await staff.dossier(reference);
  assert.deepEqual(found.documents.map(({ id, sha256 }) => ({ id, sha256 })), documents.map(({ id, sha256 }) => ({ id, sha256 })));
  assert.deepEqual(found.answers, [{ question: "eu_work_permit", value: "yes" }]);
  assert.deepEqual(found.notes.map(({ note, who }) => [note, who]), [["<script>alert(1)</script>\nbien", "staff@example.org"]]);
  const file = await staff.get(found.documents[0].url);
  assert.match(file.headers.get("content-disposition"), /^attachment; filename="NUM_RO1_Personne|^attachment;/);
  assert.equal(createHash("sha256").update(Buffer.from(await file.arrayBuffer())).digest("hex"), documents[0].sha256);
  // Who looks is not written down.
  const viewed = (await staff.dossier(reference)).events.find(({ what }) => what === "document_viewed");
  assert.deepEqual([viewed.who, viewed.detail], [null, { document: documents[0].id, purpose: "selection" }]);
  const page = await (await staff.get(`/desk/applications/${reference}`, { accept: "text/html" })).text();
  assert.ok(page.includes("&#60;script&#62;alert(1)") && !page.includes("<script>alert"));
  assert.equal((await staff.get(`/desk/applications/${reference}/documents/none`)).status, 404);
});

test("what a correction changed stands among what happened, in order", async () => {
  const token = await freshToken(place.guichet);
  const { reference } = await (await apply(place.guichet, { token })).json();
  await staff.post(`/desk/applications/${reference}/notes`, { note: "À lire" });
  await override(place.guichet, { clock: clock(NOON + MINUTE) });
  await apply(place.guichet, { token, phone: "+216 20 000 000", mails: "neutral" });
  const page = await (await staff.get(`/desk/applications/${reference}?lang=fr`, { accept: "text/html" })).text();
  const events = evenly(unescaped(page.slice(page.indexOf('id="events"'))));
  assert.match(events, /Candidature corrigée : le téléphone et les messages que la personne veut recevoir/);
  assert.ok(events.indexOf("Note écrite") < events.indexOf("Candidature corrigée"), events);
  await override(place.guichet, {});
});

test("everything is exported: CSV that runs nothing, exact JSON, a ZIP with the documents", async () => {
  const evil = "=HYPERLINK(\"http://x\")";
  const received = await (await apply(place.guichet, { name: evil, message: "a;b\n\"c\"" })).json();
  const at = (format) => staff.get(`/desk/postings/${POSTING.slug}/export.${format}`);
  const csv = Buffer.from(await (await at("csv?separator=semicolon")).arrayBuffer()).toString("utf8");
  assert.ok(csv.startsWith("\uFEFFnumber;reference;name;"), csv.slice(0, 60));
  assert.ok(csv.includes(`;"'=HYPERLINK(""http://x"")";`), csv);
  assert.ok(csv.includes(`;'${MARIE.phone};`) && csv.includes('"a;b\n""c"""'), csv);
  assert.match(Buffer.from(await (await at("csv")).arrayBuffer()).toString("utf8"), /^\uFEFFnumber,reference,/);
  assert.equal((await at("csv?separator=x")).status, 404);

  const json = await (await at("json")).json();
  assert.deepEqual([json.slug, json.applications.length, json.applications[0].name], [POSTING.slug, 1, evil]);

  const answer = await at("zip");
  assert.equal(answer.headers.get("content-type"), "application/zip");
  const files = unzipped(Buffer.from(await answer.arrayBuffer()));
  const names = Object.keys(files);
  assert.deepEqual([names.length, names.slice(-2)], [4, ["applications.csv", "applications.json"]]);
  for (const [name, { bytes, crc32: sum }] of Object.entries(files)) assert.equal(crc32(bytes), sum, name);
  const hashes = names.slice(0, 2).map((name) => createHash("sha256").update(files[name].bytes).digest("hex"));
  assert.deepEqual(hashes, received.documents.map(({ sha256 }) => sha256));
  assert.ok(names.every((name) => !name.includes("..") && !name.startsWith("/")), String(names));
  assert.equal((await at("zip?part=2")).status, 404);
  assert.equal((await at("exe")).status, 404);
});

test("an erasure on request leaves a number, and nothing of the person", async () => {
  const { reference } = await (await apply(place.guichet, { name: "Quetzalina Xylophon", email: "quetzalina@zwieback.example" })).json();
  await place.mails(reference);
  await staff.post(`/desk/applications/${reference}/notes`, { note: "Quetzalina parle bien" });
  const file = await staff.get(`/desk/applications/${reference}/file`);
  assert.match(file.headers.get("content-disposition"), /^attachment/);
  assert.ok((await file.text()).includes("Quetzalina parle bien"));
  await staff.stage({ reference, stage: "test", message: "Bonjour Quetzalina" });
  await override(place.guichet, { clock: clock(NOON + 60 * MINUTE) });
  assert.equal((await staff.post(`/desk/applications/${reference}/erase`)).status, 200);
  assert.equal((await staff.get(`/desk/applications/${reference}`)).status, 404);
  assert.deepEqual((await kept(place.guichet)).documents, []);
  const left = await everything(place.guichet);
  // What tells staff and the candidate of it goes once it has left: see withdraw.test.mjs.
  delete left.mails;
  delete left.notices;
  const rows = JSON.stringify(left);
  assert.ok(!/quetzalina|zwieback|xylophon/i.test(rows) && !rows.includes(reference), rows);
  assert.ok(left.events.some(({ what, who, detail }) => what === "erased" && who === "staff@example.org" && detail === '{"number":1}'));
});

test("an application that came by post is added by hand, through the same checks", async () => {
  const path = `/desk/postings/${POSTING.slug}/applications`;
  const add = async (changes, headers = {}) => {
    const body = form({ arrival: "2025-07-14", token: "0123456789abcdef0123456789abcdef", consent: undefined, subject: undefined, eu_work_permit: undefined, ...changes });
    return staff.post(path, body, { ...SAME_ORIGIN, ...headers });
  };
  const added = await add();
  const { reference, number, received_at: at } = await added.clone().json();
  assert.deepEqual([added.status, number, at.slice(0, 10)], [201, 1, "2025-07-14"], await added.text());
  assert.equal((await add()).status, 200);
  await place.mails(reference);
  const found = await staff.dossier(reference);
  assert.deepEqual(found.events.map(({ what, who }) => [what, who]), [["added", "staff@example.org"]]);
  assert.equal(found.documents.length, 2);
  const issues = async (changes) => {
    const answer = await add({ token: undefined, email: "other@example.net", ...changes });
    return [answer.status, (await answer.json()).issues?.map(({ field, code }) => `${field} ${code}`)];
  };
  assert.deepEqual(await issues({ cv: document("CV.pdf", Buffer.from("PK\x03\x04")) }).then(([status, list]) => [status, list.length]), [422, 1]);
  assert.deepEqual(await issues({ email: "nobody" }), [422, ["email not_an_email"]]);
  assert.deepEqual(await issues({ arrival: "2025-07-30" }), [422, ["arrival not_a_time"]]);
  assert.deepEqual(await issues({ arrival: "2020-01-01" }), [422, ["deadline not_yet_open"]]);
  const page = await add({ token: undefined, name: "", email: "other@example.net" }, { accept: "text/html" });
  assert.equal(page.status, 422);
  assert.match(await page.text(), /role="alert"[\s\S]*value="other@example.net"/);
  assert.equal((await staff.json(`/desk/postings/${POSTING.slug}`)).total, 1);
  // After the day of deletion, what was added for a day before the deadline would be erased at once.
  await override(place.guichet, { clock: clock(Date.parse("2026-02-01T12:00:00Z")) });
  staff = await signIn(place.guichet);
  assert.deepEqual(await issues({ email: "third@example.net" }), [422, ["deadline deadline_passed"]]);
});

test("after its day of deletion a posting that nobody applied for does not say that anything was deleted", async () => {
  await override(place.guichet, { clock: clock(Date.parse("2026-02-01T12:00:00Z")) });
  staff = await signIn(place.guichet);
  const page = await (await staff.get(`/desk/postings/${POSTING.slug}`, { accept: "text/html", "accept-language": "en" })).text();
  const { nobody_applied: nobody, was_erased: erased, erased_left: left } = words("en").desk;
  assert.deepEqual([page.includes(nobody), page.includes(erased.split("{")[0]), page.includes(left)], [true, false, false]);
});

test("who waits for an answer is counted, at the desk and in the report on the closing", async () => {
  const [one, two, three] = await applications(place.guichet, 3);
  const waiting = async () => (await staff.json("/desk")).postings.find(({ slug }) => slug === POSTING.slug).unanswered;
  assert.equal(await waiting(), 3);
  const { scheduled } = await staff.stage({ reference: one.reference, message: "Bonjour" });
  assert.equal(await waiting(), 2);
  await staff.post(`/desk/mails/${scheduled[0].id}/cancel`);
  assert.equal(await waiting(), 3);
  for (const _ of [1, 2]) assert.equal((await staff.post(`/desk/applications/${two.reference}/answered`, { answered: "yes" })).status, 200);
  assert.equal(await waiting(), 2);
  const found = await staff.dossier(two.reference);
  assert.deepEqual([found.answered_elsewhere, found.events.filter(({ what }) => what === "answered_elsewhere").length], [true, 1]);
  await staff.post(`/desk/applications/${three.reference}/answered`, { answered: "yes" });
  await staff.post(`/desk/applications/${three.reference}/answered`, { answered: "no" });
  assert.equal(await waiting(), 2);
  for (const { reference } of [one, two, three]) await place.mails(reference);
  await override(place.guichet, { clock: clock(POSTING.closesAt + 60 * MINUTE) });
  await place.guichet.cron();
  // Postings of the tests before have closed as well, and get a report each.
  let reports = [];
  const told = () => reports.some(({ text }) => /2.personnes attendent une réponse/.test(text));
  for (let tries = 0; tries < 50 && !told(); tries++) {
    await new Promise((done) => setTimeout(done, 200));
    reports = await mailsTo(place.mailbox, "applications@omct.org", "X-Guichet-Notice: report");
  }
  assert.ok(told(), reports.map(({ text }) => text).join("\n"));
});

test("no address and no log line has anything of a person", async () => {
  place.lines.length = 0;
  const [{ reference }] = await applications(place.guichet, 1);
  await staff.post(`/desk/postings/${POSTING.slug}/search`, { q: "Personne" });
  await staff.stage({ reference, stage: "test", message: "Bonjour {name}" });
  const page = await (await staff.get(`/desk/postings/${POSTING.slug}`, { accept: "text/html" })).text();
  const addresses = [...page.matchAll(/(?:href|action|formaction)="([^"]*)"/g)].map(([, address]) => address).join(" ");
  for (const text of [addresses, place.lines.join("\n")]) assert.ok(!/personne|person1|num%C3%A9ro|staff@/i.test(text), text);
});
