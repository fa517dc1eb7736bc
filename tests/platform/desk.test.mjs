// Tests what staff do at the desk: postings, applications, stages, mails, exports, and the rights of candidates.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { crc32 } from "node:zlib";

import PostalMime from "postal-mime";

import { apply, clock, document, everything, form, kept, MARIE, NOON, pdf, POSTING } from "../support/application.mjs";
import { signIn, unzipped } from "../support/desk.mjs";
import { override } from "../support/faults.mjs";
import { ROOT } from "../support/guichet.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const place = await running();
let staff;
beforeEach(async () => {
  await place.afresh();
  staff = await signIn(place.guichet);
});

const MINUTE = 60_000;
const SAME_ORIGIN = { "sec-fetch-site": "same-origin" };
const ADVERTISEMENT = readFileSync(join(ROOT, "crates/postings/src/advertisement/tests/french.txt"), "utf8");

/** Applications of as many people. */
async function applications(count) {
  const received = [];
  for (let n = 1; n <= count; n++) {
    const email = `person${n}@example.net`;
    received.push(await (await apply(place.guichet, { name: `Personne Numéro${n}`, email })).json());
  }
  return received;
}

const unescaped = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code));

const stage = async (fields) => {
  const answer = await staff.post("/desk/stage", fields);
  return { status: answer.status, ...(await answer.json()) };
};
const dossier = (reference) => staff.json(`/desk/applications/${reference}`);
const messages = async (reference) => (await dossier(reference)).mails.filter(({ kind }) => kind === "message");

/** Lets the time of the messages come: the cron queues what is due. */
async function later(minutes) {
  await override(place.guichet, { clock: clock(NOON + minutes * MINUTE) });
  await place.guichet.cron();
}

/** The mails to an address, once there are that many with this subject. */
async function mailsTo(address, subject, count = 1) {
  let found = [];
  const enough = () => (found = place.mailbox.messages.filter(({ to, raw }) => to.includes(address) && raw.includes(subject))).length >= count;
  await poll(enough, 15_000, () => `${found.length} of ${count} mails “${subject}” to ${address}`);
  return Promise.all(found.map(({ raw }) => PostalMime.parse(raw)));
}

test("the list has the contract's fields, and is searched, filtered and sorted", async () => {
  const [first, second] = await applications(2);
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
  await stage({ reference: second.reference, stage: "shortlisted" });
  assert.deepEqual(await found({ stage: "shortlisted" }), [2]);
});

test("stages change many at once; a mail leaves ten minutes later, once, as it was written", async () => {
  const [one, two, three] = await applications(3);
  const subject = "Test écrit : Chargé·e";
  const message = "Bonjour {name},\r\n\r\nvotre référence est {reference}. <b>Pas du HTML</b>";
  const form = new FormData();
  for (const { reference } of [one, two]) form.append("reference", reference);
  form.append("stage", "test");
  form.append("subject", subject);
  form.append("message", message);
  form.append("attachment", document("Consigne.pdf", pdf("Consigne du test"), "application/pdf"));
  const answer = await staff.post("/desk/stage", form);
  assert.equal(answer.status, 200);
  const { changed, skipped, scheduled } = await answer.json();
  assert.deepEqual([changed, skipped], [2, []]);
  assert.deepEqual(scheduled.map(({ reference, send_at }) => [reference, send_at]), [one, two].map(({ reference }) => [reference, new Date(NOON + 10 * MINUTE).toISOString()]));

  const [{ id, state, message: text }] = await messages(one.reference);
  assert.deepEqual([id, state, text], [scheduled[0].id, "scheduled", `Bonjour Personne Numéro1,\n\nvotre référence est ${one.reference}. <b>Pas du HTML</b>`]);
  await later(9);
  assert.equal((await messages(one.reference))[0].state, "scheduled");
  await later(10);
  const [mail] = await mailsTo("person1@example.net", "Consigne.pdf");
  assert.equal(mail.subject, subject);
  assert.equal(mail.replyTo[0].address, POSTING.recipient);
  assert.ok(mail.text.startsWith(`Bonjour Personne Numéro1,\n\nvotre référence est ${one.reference}. <b>Pas du HTML</b>`), mail.text);
  assert.ok(mail.html.includes("&#60;b&#62;Pas du HTML"), mail.html);
  assert.deepEqual(Buffer.from(mail.attachments[0].content), pdf("Consigne du test"));
  await poll(async () => (await messages(one.reference))[0].state === "sent", 10_000, () => "not noted as sent");
  await later(40);
  assert.equal((await mailsTo("person1@example.net", "Consigne.pdf")).length, 1);
  assert.equal((await dossier(three.reference)).stage, "received");
  const { events } = await dossier(one.reference);
  assert.deepEqual(events.map(({ what }) => what), ["message_scheduled", "stage_changed"]);
  assert.deepEqual(events[1], { who: "staff@example.org", what: "stage_changed", when: new Date(NOON).toISOString(), detail: { from: "received", to: "test" } });
});

test("a stopped mail never leaves and puts the stage back; one that has left cannot be stopped", async () => {
  const [{ reference }] = await applications(1);
  const { scheduled } = await stage({ reference, stage: "declined", message: "Désolés", subject: "Arrêté" });
  const cancel = (id) => staff.post(`/desk/mails/${id}/cancel`);
  const stopped = await cancel(scheduled[0].id);
  assert.equal(stopped.status, 200);
  assert.deepEqual(await stopped.json(), { reference, stage: "received" });
  assert.equal((await cancel(scheduled[0].id)).status, 200);
  assert.equal((await dossier(reference)).stage, "received");

  const again = await stage({ reference, stage: "interview", message: "Venez", subject: "Part" });
  await later(15);
  await mailsTo("person1@example.net", "Subject: Part");
  assert.equal((await cancel(again.scheduled[0].id)).status, 409);
  assert.equal((await dossier(reference)).stage, "interview");
  assert.equal(place.mailbox.messages.filter(({ raw }) => raw.includes("Subject: =?") && raw.includes("Arr")).length, 0);
  assert.equal((await cancel("f".repeat(32))).status, 404);
});

test("a newer mail replaces one that has not left; the same change twice is one mail", async () => {
  const [{ reference }] = await applications(1);
  const change = { reference, stage: "shortlisted", message: "Bravo", subject: "Deux fois" };
  const first = await stage(change);
  const second = await stage(change);
  assert.deepEqual([first.changed, second.changed, second.scheduled[0].replaces], [1, 0, true]);
  assert.deepEqual((await messages(reference)).map(({ state }) => state), ["replaced", "scheduled"]);
  // Stopping the second takes back what the first has set.
  await staff.post(`/desk/mails/${second.scheduled[0].id}/cancel`);
  assert.equal((await dossier(reference)).stage, "received");
  await later(30);
  assert.ok(!place.mailbox.messages.some(({ raw }) => raw.includes("Deux fois")));
});

test("what was withdrawn, corrected or moved meanwhile is skipped and named", async () => {
  const [one, two, three, four] = await applications(4);
  const withdraw = one.status_url.replace(place.guichet.url.origin, "").replace("?", "/withdraw?");
  await place.guichet.fetch(withdraw, { method: "POST" });
  await stage({ reference: three.reference, stage: "test" });
  await stage({ reference: four.reference, stage: "reserve" });
  const seen = [`${two.reference}/2/received`, `${three.reference}/1/received`];
  const references = [one.reference, two.reference, three.reference, four.reference, "NOTAREF!"];
  const { changed, skipped } = await stage({ reference: references, stage: "reserve", seen });
  assert.equal(changed, 0);
  const why = Object.fromEntries(skipped.map(({ reference, why }) => [reference, why]));
  assert.deepEqual(why, { "NOTAREF!": "not_found", [one.reference]: "not_found", [two.reference]: "corrected", [three.reference]: "moved", [four.reference]: "unchanged" });
});

test("bad changes are refused and change nothing", async () => {
  const [{ reference }] = await applications(1);
  const issue = async (fields) => {
    const { status, issues } = await stage(fields);
    return [status, issues?.[0].field, issues?.[0].code];
  };
  assert.deepEqual(await issue({ stage: "test" }), [422, "reference", "missing"]);
  assert.deepEqual(await issue({ reference, stage: "promoted" }), [422, "stage", "not_a_choice"]);
  assert.deepEqual(await issue({ reference }), [422, "stage", "missing"]);
  assert.deepEqual(await issue({ reference, stage: "test", message: "Le {date}" }), [422, "message", "placeholder"]);
  assert.deepEqual(await issue({ reference, message: "x".repeat(10_001) }), [422, "message", "too_long"]);
  assert.deepEqual(await issue({ reference, subject: "Seul" }), [422, "message", "missing"]);
  const many = await staff.post("/desk/stage", { reference: Array(1_001).fill(reference), stage: "test" });
  assert.equal(many.status, 413);
  const thousand = Array.from({ length: 1_000 }, (_, n) => `2345${String(n).padStart(4, "2").replace(/[01]/g, "9")}`);
  assert.equal((await stage({ reference: thousand, stage: "test" })).status, 200);
  const form = new FormData();
  form.append("reference", reference);
  form.append("message", "Voici");
  form.append("attachment", document("grand.pdf", Buffer.alloc(20_000_000)));
  assert.equal((await staff.post("/desk/stage", form)).status, 413);
  const note = await staff.post(`/desk/applications/${reference}/notes`, { note: " " });
  assert.equal(note.status, 422);
  assert.equal((await dossier(reference)).stage, "received");
  assert.deepEqual((await dossier(reference)).notes, []);
});

test("an application has its documents, notes and events; HTML in them stays text", async () => {
  const [{ reference, documents }] = await applications(1);
  assert.equal((await staff.post(`/desk/applications/${reference}/notes`, { note: "<script>alert(1)</script>\r\nbien" })).status, 201);
  const found = await dossier(reference);
  assert.deepEqual(found.documents.map(({ id, sha256 }) => ({ id, sha256 })), documents.map(({ id, sha256 }) => ({ id, sha256 })));
  assert.deepEqual(found.answers, [{ question: "eu_work_permit", value: "yes" }]);
  assert.deepEqual(found.notes.map(({ note, who }) => [note, who]), [["<script>alert(1)</script>\nbien", "staff@example.org"]]);
  const file = await staff.get(found.documents[0].url);
  assert.match(file.headers.get("content-disposition"), /^attachment; filename="NUM_RO1_Personne|^attachment;/);
  assert.equal(createHash("sha256").update(Buffer.from(await file.arrayBuffer())).digest("hex"), documents[0].sha256);
  // Who looks is not written down.
  const viewed = (await dossier(reference)).events.find(({ what }) => what === "document_viewed");
  assert.deepEqual([viewed.who, viewed.detail], [null, { document: documents[0].id, purpose: "selection" }]);
  const page = await (await staff.get(`/desk/applications/${reference}`, { accept: "text/html" })).text();
  assert.ok(page.includes("&#60;script&#62;alert(1)") && !page.includes("<script>alert"));
  assert.equal((await staff.get(`/desk/applications/${reference}/documents/none`)).status, 404);
});

test("HTML in what staff write to a candidate stays text, in the mail too", async () => {
  const [{ reference }] = await applications(1);
  const evil = "<script>alert(1)</script> & <img src=x onerror=alert(2)>";
  assert.equal((await stage({ reference, subject: evil, message: evil })).status, 200);
  await later(10);
  const [mail] = await mailsTo("person1@example.net", "alert(1)");
  assert.ok(mail.text.includes(evil) && !/<script|<img/.test(mail.html.replace(/<img[^>]*src="cid:[^>]*>/g, "")), mail.html);
  const page = await (await staff.get(`/desk/applications/${reference}`, { accept: "text/html" })).text();
  assert.ok(page.includes("&#60;script&#62;alert(1)") && !page.includes("<script>alert"));
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
  await stage({ reference, stage: "test", message: "Bonjour Quetzalina" });
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

test("an advertisement becomes a draft, a posting, a further version, and ends", async () => {
  const { source, unsure } = await (await staff.post("/desk/import", { text: ADVERTISEMENT })).json();
  assert.ok(unsure.includes("retention_days"), String(unsure));
  const slug = /^slug = "(.+)"$/m.exec(source)[1];
  const incomplete = await staff.post("/desk/postings", { source });
  assert.equal(incomplete.status, 422);
  const { mistakes } = await incomplete.json();
  assert.ok(mistakes.every(({ line, message }) => line > 0 && message.length > 0) && mistakes[0].message.includes("retention_days"), JSON.stringify(mistakes));

  const draft = await staff.post("/desk/postings", { source, draft: "yes" });
  assert.deepEqual([draft.status, await draft.json()], [201, { slug, version: 1, state: "draft" }]);
  assert.equal((await place.guichet.fetch(`/postings/${slug}`)).status, 404);
  for (const again of [source, `${source}\nAutrement.`]) assert.equal((await staff.post("/desk/postings", { source: again, draft: "yes" })).status, 409);
  const whole = source.replace("workload", "retention_days = 180\nworkload");
  const published = await staff.post(`/desk/postings/${slug}`, { source: whole, version: "1" });
  assert.equal(published.status, 200);
  assert.deepEqual((({ slug, version }) => ({ slug, version }))(await published.json()), { slug, version: 2 });
  assert.equal((await place.guichet.fetch(`/postings/${slug}`)).status, 200);

  const stale = await staff.post(`/desk/postings/${slug}`, { source: `${whole}\nEncore.`, version: "1" });
  assert.deepEqual([stale.status, (await stale.json()).version], [409, 2]);
  const html = await staff.post(`/desk/postings/${slug}`, { source: `${whole}\n<script>alert(1)</script>`, version: "2" });
  assert.equal(html.status, 422);
  for (const path of ["/desk/postings", `/desk/postings/${slug}`, "/desk/import"]) {
    const answer = await staff.post(path, { source: "x".repeat(1_000_000), text: "x", version: "2" });
    assert.equal(answer.status, 413, path);
  }
  assert.equal((await staff.post("/desk/import", { text: "é".repeat(100_001) })).status, 413);
  const foreign = await staff.post("/desk/postings", { source: "---\ntitle: Jekyll\n---\n" });
  assert.equal(foreign.status, 422);
  const late = await staff.post("/desk/postings", { source: whole.replace(slug, "en-retard").replace(/2025-0[89]-/g, "2025-07-").replace("2025-07-09", "2025-07-01").replace("date = 2025-07-03", "date = 2025-07-02") });
  assert.equal(late.status, 422);

  assert.equal((await staff.post(`/desk/postings/${slug}/end`)).status, 200);
  const states = async () => (await staff.json("/desk")).postings.find((one) => one.slug === slug).state;
  assert.equal(await states(), "closed");
  assert.equal((await staff.post(`/desk/postings/${slug}/withdraw`)).status, 200);
  assert.equal(await states(), "withdrawn");
  const { events } = await everything(place.guichet);
  assert.deepEqual(events.map(({ what }) => what).sort(), ["ended", "saved", "saved", "taken_down"]);
});

test("a posting is written in fields, which become the same file", async () => {
  const { source, version } = await staff.json(`/desk/postings/${POSTING.slug}`);
  const edit = async (path, fields) => staff.post(path, fields, { ...SAME_ORIGIN, accept: "text/html" });
  const page = await (await staff.get(`/desk/postings/${POSTING.slug}/edit`, { accept: "text/html" })).text();
  const front = unescaped(/name="front" value="([^"]*)"/.exec(page)[1]);
  const fields = {};
  for (const [, name, value] of page.matchAll(/<input [^>]*name="([^"]+)" type="(?:text|number|date)" value="([^"]*)"/g)) fields[name] = unescaped(value);
  for (const [, name, value] of page.matchAll(/<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)</g)) fields[name] = unescaped(value);
  for (const [, name, options] of page.matchAll(/<select [^>]*name="([^"]+)"[^>]*>(.*?)<\/select>/g)) fields[name] = unescaped(/value="([^"]*)" selected/.exec(options)?.[1] ?? "");
  for (const [, name, value] of page.matchAll(/<input [^>]*name="([^"]+)" type="checkbox" value="([^"]*)"[^>]* checked/g)) fields[name] = [fields[name] ?? [], value].flat();
  for (const [, name, value] of page.matchAll(/<input type="hidden" name="((?:documents|questions)[^"]+|slug)" value="([^"]*)"/g)) fields[name] = value;
  assert.ok(fields.title && fields["deadline.zone"] === "Europe/Brussels" && fields["documents.0.kinds"].length > 1, JSON.stringify(fields));
  // Nothing changed: the same file, and no version.
  const same = await staff.post(`/desk/postings/${POSTING.slug}`, { ...fields, form: "fields", front, version: String(version) });
  assert.deepEqual([same.status, (await same.clone().json()).version], [200, version], await same.text());
  // What is wrong stands beside its field, and everything typed is there again.
  const wrong = await edit(`/desk/postings/${POSTING.slug}`, { ...fields, recipient: "nobody", workload: "all", form: "fields", front, version: String(version) });
  const answer = await wrong.text();
  assert.equal(wrong.status, 422);
  assert.match(answer, /id="recipient"[^>]*value="nobody"[^>]*aria-invalid="true"/);
  assert.match(answer, /id="workload-about"[^>]*>\s*<p class="desk-flaw"/);
  const changed = await staff.post(`/desk/postings/${POSTING.slug}`, { ...fields, workload: "90", form: "fields", front, version: String(version) });
  assert.equal(changed.status, 200);
  const after = (await staff.json(`/desk/postings/${POSTING.slug}`)).source;
  assert.equal(after, source.replace(/^workload = .*$/m, "workload = 90"));
  const large = await staff.post("/desk/postings", { form: "fields", title: "x", text: "x".repeat(210_000) });
  assert.equal(large.status, 413);
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
  const found = await dossier(reference);
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
});

test("who waits for an answer is counted, at the desk and in the report on the closing", async () => {
  const [one, two, three] = await applications(3);
  const waiting = async () => (await staff.json("/desk")).postings.find(({ slug }) => slug === POSTING.slug).unanswered;
  assert.equal(await waiting(), 3);
  const { scheduled } = await stage({ reference: one.reference, message: "Bonjour" });
  assert.equal(await waiting(), 2);
  await staff.post(`/desk/mails/${scheduled[0].id}/cancel`);
  assert.equal(await waiting(), 3);
  for (const _ of [1, 2]) assert.equal((await staff.post(`/desk/applications/${two.reference}/answered`, { answered: "yes" })).status, 200);
  assert.equal(await waiting(), 2);
  const found = await dossier(two.reference);
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
    reports = await mailsTo("applications@omct.org", "X-Guichet-Notice: report");
  }
  assert.ok(told(), reports.map(({ text }) => text).join("\n"));
});

test("an extension beyond a promised day of deletion is confirmed first", async () => {
  const { source, version } = await staff.json(`/desk/postings/${POSTING.slug}`);
  const save = async (text, base, fields = {}) => {
    const answer = await staff.post(`/desk/postings/${POSTING.slug}`, { source: text, version: String(base), ...fields });
    return { status: answer.status, ...(await answer.json()) };
  };
  const short = source.replace("retention_days = 180", "retention_days = 5");
  assert.equal((await save(short, version)).status, 200);
  assert.deepEqual(await save(short, version + 1), { status: 200, slug: POSTING.slug, version: version + 1, state: "open" });
  await applications(2);
  const extended = short.replace("date = 2025-08-03", "date = 2025-08-20");
  assert.deepEqual(await save(extended, version + 1), { status: 409, error: "unconfirmed", version: version + 1, early: 2 });
  assert.equal((await save(extended, version + 1, { confirm: "yes" })).status, 200);
  const page = await staff.post(`/desk/postings/${POSTING.slug}`, { source: short, version: String(version) }, { ...SAME_ORIGIN, accept: "text/html" });
  assert.equal(page.status, 409);
});

test("mail about a posting does not go to the address that takes applications", async () => {
  const { source, version } = await staff.json(`/desk/postings/${POSTING.slug}`);
  await override(place.guichet, { clock: clock(), vars: { INTAKE_ADDRESS: "applications@omct.org" } });
  const answer = await staff.post(`/desk/postings/${POSTING.slug}`, { source: `${source}\nEncore.`, version: String(version) });
  assert.equal(answer.status, 422);
  const [{ line, message }] = (await answer.json()).mistakes;
  assert.ok(source.split("\n")[line - 1].startsWith("recipient") && message.includes("applications@omct.org"), message);
});

test("no address and no log line has anything of a person", async () => {
  place.lines.length = 0;
  const [{ reference }] = await applications(1);
  await staff.post(`/desk/postings/${POSTING.slug}/search`, { q: "Personne" });
  await stage({ reference, stage: "test", message: "Bonjour {name}" });
  const page = await (await staff.get(`/desk/postings/${POSTING.slug}`, { accept: "text/html" })).text();
  const addresses = [...page.matchAll(/(?:href|action|formaction)="([^"]*)"/g)].map(([, address]) => address).join(" ");
  for (const text of [addresses, place.lines.join("\n")]) assert.ok(!/personne|person1|num%C3%A9ro|staff@/i.test(text), text);
});
