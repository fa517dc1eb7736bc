// Tests the stages of a selection, and the mails to candidates that go with them.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { clock, document, NOON, pdf, POSTING } from "../support/application.mjs";
import { applications, mailsTo, SAME_ORIGIN, signIn } from "../support/desk.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";
import { unescaped, words } from "../support/words.mjs";

const place = await running();
let staff;
beforeEach(async () => {
  await place.afresh();
  staff = await signIn(place.guichet);
});

const MINUTE = 60_000;
const messages = async (reference) => (await staff.dossier(reference)).mails.filter(({ kind }) => kind === "message");

/** Lets the time of the messages come: the cron queues what is due. */
async function later(minutes) {
  await override(place.guichet, { clock: clock(NOON + minutes * MINUTE) });
  await place.guichet.cron();
}

test("stages change many at once; a mail leaves ten minutes later, once, as it was written", async () => {
  const [one, two, three] = await applications(place.guichet, 3);
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
  const [mail] = await mailsTo(place.mailbox, "person1@example.net", "Consigne.pdf");
  assert.equal(mail.subject, subject);
  assert.equal(mail.replyTo[0].address, POSTING.recipient);
  assert.ok(mail.text.startsWith(`Bonjour Personne Numéro1,\n\nvotre référence est ${one.reference}. <b>Pas du HTML</b>`), mail.text);
  assert.ok(mail.html.includes("&#60;b&#62;Pas du HTML"), mail.html);
  assert.deepEqual(Buffer.from(mail.attachments[0].content), pdf("Consigne du test"));
  await poll(async () => (await messages(one.reference))[0].state === "sent", 10_000, () => "not noted as sent");
  await later(40);
  assert.equal((await mailsTo(place.mailbox, "person1@example.net", "Consigne.pdf")).length, 1);
  assert.equal((await staff.dossier(three.reference)).stage, "received");
  const { events } = await staff.dossier(one.reference);
  assert.deepEqual(events.map(({ what }) => what), ["message_scheduled", "stage_changed"]);
  assert.deepEqual(events[1], { who: "staff@example.org", what: "stage_changed", when: new Date(NOON).toISOString(), detail: { from: "received", to: "test" } });
});

test("a stopped mail never leaves and puts the stage back; one that has left cannot be stopped", async () => {
  const [{ reference }] = await applications(place.guichet, 1);
  const { scheduled } = await staff.stage({ reference, stage: "declined", message: "Désolés", subject: "Arrêté" });
  const cancel = (id) => staff.post(`/desk/mails/${id}/cancel`);
  const stopped = await cancel(scheduled[0].id);
  assert.equal(stopped.status, 200);
  assert.deepEqual(await stopped.json(), { reference, stage: "received" });
  assert.equal((await cancel(scheduled[0].id)).status, 200);
  assert.equal((await staff.dossier(reference)).stage, "received");

  const again = await staff.stage({ reference, stage: "interview", message: "Venez", subject: "Part" });
  await later(15);
  await mailsTo(place.mailbox, "person1@example.net", "Subject: Part");
  assert.equal((await cancel(again.scheduled[0].id)).status, 409);
  assert.equal((await staff.dossier(reference)).stage, "interview");
  assert.equal(place.mailbox.messages.filter(({ raw }) => raw.includes("Subject: =?") && raw.includes("Arr")).length, 0);
  assert.equal((await cancel("f".repeat(32))).status, 404);
});

test("a newer mail replaces one that has not left; the same change twice is one mail", async () => {
  const [{ reference }] = await applications(place.guichet, 1);
  const change = { reference, stage: "shortlisted", message: "Bravo", subject: "Deux fois" };
  const first = await staff.stage(change);
  const second = await staff.stage(change);
  assert.deepEqual([first.changed, second.changed, second.scheduled[0].replaces], [1, 0, true]);
  assert.deepEqual((await messages(reference)).map(({ state }) => state), ["replaced", "scheduled"]);
  // Stopping the second takes back what the first has set.
  await staff.post(`/desk/mails/${second.scheduled[0].id}/cancel`);
  assert.equal((await staff.dossier(reference)).stage, "received");
  await later(30);
  assert.ok(!place.mailbox.messages.some(({ raw }) => raw.includes("Deux fois")));
});

test("what was withdrawn, corrected or moved meanwhile is skipped and named", async () => {
  const [one, two, three, four] = await applications(place.guichet, 4);
  const withdraw = one.status_url.replace(place.guichet.url.origin, "").replace("?", "/withdraw?");
  await place.guichet.fetch(withdraw, { method: "POST" });
  await staff.stage({ reference: three.reference, stage: "test" });
  await staff.stage({ reference: four.reference, stage: "reserve" });
  const seen = [`${two.reference}/2/received`, `${three.reference}/1/received`];
  const references = [one.reference, two.reference, three.reference, four.reference, "NOTAREF!"];
  const { changed, skipped } = await staff.stage({ reference: references, stage: "reserve", seen });
  assert.equal(changed, 0);
  const why = Object.fromEntries(skipped.map(({ reference, why }) => [reference, why]));
  assert.deepEqual(why, { "NOTAREF!": "not_found", [one.reference]: "not_found", [two.reference]: "corrected", [three.reference]: "moved", [four.reference]: "unchanged" });
});

test("bad changes are refused and change nothing", async () => {
  const [{ reference }] = await applications(place.guichet, 1);
  const issue = async (fields) => {
    const { status, issues } = await staff.stage(fields);
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
  assert.equal((await staff.stage({ reference: thousand, stage: "test" })).status, 200);
  const form = new FormData();
  form.append("reference", reference);
  form.append("message", "Voici");
  form.append("attachment", document("grand.pdf", Buffer.alloc(20_000_000)));
  assert.equal((await staff.post("/desk/stage", form)).status, 413);
  const note = await staff.post(`/desk/applications/${reference}/notes`, { note: " " });
  assert.equal(note.status, 422);
  assert.equal((await staff.dossier(reference)).stage, "received");
  assert.deepEqual((await staff.dossier(reference)).notes, []);
});

test("the page of a change names who is written to and who was left, and says what stopping undoes", async () => {
  const [one, two] = await applications(place.guichet, 2);
  const fields = { reference: [one.reference, two.reference], seen: [`${one.reference}/1/received`, `${two.reference}/1/declined`], stage: "declined", subject: "Réponse", message: "Bonjour" };
  const answer = await staff.post("/desk/stage", fields, { ...SAME_ORIGIN, accept: "text/html" });
  assert.equal(answer.status, 200);
  const page = await answer.text();
  const [done, skipped] = page.split(words("fr").desk.skipped);
  assert.ok(done.includes("Personne Numéro1") && done.includes(one.reference) && unescaped(done).includes(words("fr").desk.stop_about), done);
  assert.ok(skipped.includes("Personne Numéro2") && skipped.includes(two.reference), skipped);
});

test("an application's page says what stopping its mail undoes, as long as it can be stopped", async () => {
  const [one, two] = await applications(place.guichet, 2);
  const { scheduled } = await staff.stage({ reference: one.reference, stage: "test", message: "Venez", subject: "Test" });
  await staff.stage({ reference: two.reference, message: "Un mot", subject: "Sans étape" });
  const { stop, stop_about: about } = words("fr").desk;
  const says = async ({ reference }) => {
    const page = unescaped(await (await staff.get(`/desk/applications/${reference}`, { accept: "text/html" })).text());
    return [page.includes(stop), page.includes(about)];
  };
  assert.deepEqual(await says(one), [true, true]);
  // A mail that changed no stage puts none back.
  assert.deepEqual(await says(two), [true, false]);
  await staff.post(`/desk/mails/${scheduled[0].id}/cancel`);
  assert.deepEqual(await says(one), [false, false]);
});

test("a letter that cannot leave comes back as it was typed", async () => {
  const [{ reference }] = await applications(place.guichet, 1);
  const inEach = (field, text) => Object.fromEntries(["fr", "en"].map((language) => [`${field}_${language}`, text]));
  const typed = { reference, posting: POSTING.slug, stage: "interview", ...inEach("subject", "Venez"), interview_at: "2025-09-01T10:00", minutes: "45", place: "Rue de Stassart 36" };
  const page = async (fields) => {
    const answer = await staff.post("/desk/stage", { ...typed, ...fields }, { ...SAME_ORIGIN, accept: "text/html" });
    const html = unescaped(await answer.text());
    for (const value of ["Venez", "2025-09-01T10:00", "45", "Rue de Stassart 36"]) assert.ok(html.includes(`value="${value}"`), `${value} is gone`);
    return [answer.status, html];
  };
  const [status, html] = await page(inEach("message", "Bonjour, le {jour} ?"));
  assert.equal(status, 422);
  assert.ok(html.includes("Bonjour, le {jour} ?") && /«.jour.»/.test(html), html);
  assert.equal((await page({ ...inEach("message", "Bonjour"), look: "yes" }))[0], 200);
  assert.equal((await staff.dossier(reference)).stage, "received");
});

test("the interview's day, time and place stand where the letter has {date} and {place}", async () => {
  const [{ reference }] = await applications(place.guichet, 1);
  const typed = {
    reference,
    posting: POSTING.slug,
    stage: "interview",
    subject_fr: "Entretien du {date}",
    message_fr: "Le {date}, {place}.",
    interview_at: "2025-09-01T10:00",
    place: "Rue de Stassart 36",
  };
  const looked = await staff.post("/desk/stage", { ...typed, look: "yes" }, { ...SAME_ORIGIN, accept: "text/html" });
  const html = unescaped(await looked.text());
  assert.match(html, /Le lundi 1er septembre 2025 à 10.h.00, heure de Bruxelles \(UTC\+2\), Rue de Stassart 36\./);
  assert.ok(html.includes(">Le {date}, {place}.</textarea>"), "the letter itself can still be edited");
  assert.equal((await staff.stage(typed)).status, 200);
  await later(10);
  const [mail] = await mailsTo(place.mailbox, "person1@example.net", "Entretien du lundi 1er septembre 2025");
  assert.match(mail.text, /Le lundi 1er septembre 2025 à 10.h.00, heure de Bruxelles \(UTC\+2\), Rue de Stassart 36\./);
});

test("HTML in what staff write to a candidate stays text, in the mail too", async () => {
  const [{ reference }] = await applications(place.guichet, 1);
  const evil = "<script>alert(1)</script> & <img src=x onerror=alert(2)>";
  assert.equal((await staff.stage({ reference, subject: evil, message: evil })).status, 200);
  await later(10);
  const [mail] = await mailsTo(place.mailbox, "person1@example.net", "alert(1)");
  assert.ok(mail.text.includes(evil) && !/<script|<img/.test(mail.html.replace(/<img[^>]*src="cid:[^>]*>/g, "")), mail.html);
  const page = await (await staff.get(`/desk/applications/${reference}`, { accept: "text/html" })).text();
  assert.ok(page.includes("&#60;script&#62;alert(1)") && !page.includes("<script>alert"));
});
