// Which mails a candidate gets: in full, neutral or none. What they choose binds every mail to them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { simpleParser } from "mailparser";

import { apply, clock, document, NOON, pdf, POSTING } from "../support/application.mjs";
import { signIn } from "../support/desk.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();

/** What a neutral mail must not say: post, organisation, contact, the address of anything here. */
const TELLING = /omct|torture|chargé|mission|tunisie|candidature|guichet|applications@|https?:/i;

const FR = words("fr");

test("a neutral mail has the reference and nothing of post or organisation", async () => {
  const email = "neutral@example.net";
  const received = await (await apply(place.guichet, { email, mails: "neutral" })).json();
  const mail = await read(email);
  const sentence = FR.neutral.received.replace("{reference}", received.reference);
  assert.equal(mail.subject, sentence);
  assert.ok(mail.text.startsWith(sentence), mail.text);
  assert.deepEqual([mail.from.value[0].name, mail.replyTo], ["", undefined]);
  for (const part of [mail.subject, mail.text, mail.html]) assert.doesNotMatch(part, TELLING);
});

test("whoever wants no mail gets none, and the receipt says so", async () => {
  const email = "none@example.net";
  const received = await (await apply(place.guichet, { email, mails: "none" })).json();
  let receipt = "";
  const isForwarded = async () => {
    receipt = await (await place.guichet.fetch(`${new URL(received.status_url).pathname}${new URL(received.status_url).search}`)).text();
    return receipt.includes(FR.receipt.state_forwarded);
  };
  await poll(isForwarded, 15_000, () => "it was not forwarded");
  assert.ok(receipt.includes(FR.receipt.state_no_mails));
  assert.deepEqual(to(email), []);
});

test("the choice binds the confirmation of a withdrawal, and a correction without it keeps it", async () => {
  const email = "later@example.net";
  const received = await (await apply(place.guichet, { email, mails: "neutral" })).json();
  const key = new URL(received.status_url).searchParams.get("key");
  const at = `/applications/${received.reference}`;
  const form = await (await place.guichet.fetch(`${at}/correct?key=${key}&lang=fr`)).text();
  assert.match(form, /value="neutral" checked/);
  const gone = await place.guichet.fetch(`${at}/withdraw?key=${key}`, { method: "POST", redirect: "manual" });
  assert.ok(gone.status < 400, `${gone.status}`);
  // It waits for an earlier mail that may still be on its way.
  await override(place.guichet, { clock: clock(NOON + 20 * 60_000) });
  await place.guichet.cron();
  const sentence = FR.neutral.withdrawn.replace("{reference}", received.reference);
  let mails = [];
  const isConfirmed = async () => {
    mails = await Promise.all(to(email).map(({ raw }) => simpleParser(raw)));
    return mails.some(({ subject }) => subject === sentence);
  };
  await poll(isConfirmed, 20_000, () => "no confirmation came");
  await override(place.guichet, { clock: clock() });
  for (const { subject, text, html } of mails) {
    for (const part of [subject, text, html]) assert.doesNotMatch(part, TELLING);
  }
});

test("what staff write is on the receipt, with file and appointment; the mail has none of it", async () => {
  const email = "written@example.net";
  const received = await (await apply(place.guichet, { email, mails: "neutral" })).json();
  await read(email);
  const staff = await signIn(place.guichet);
  const fields = new FormData();
  const letter = { reference: received.reference, stage: "interview", subject: "Entretien à l’OMCT", message: "Venez, l’OMCT" };
  for (const [name, value] of Object.entries(letter)) fields.append(name, value);
  fields.append("interview_at", "2025-07-20T10:00");
  fields.append("attachment", document("Consigne.pdf", pdf("Consigne"), "application/pdf"));
  const answer = await staff.post("/desk/stage", fields);
  const { scheduled } = await answer.json();
  assert.equal(scheduled.length, 1);
  const address = new URL(received.status_url);
  const key = address.searchParams.get("key");
  const file = `/applications/${received.reference}/messages/${scheduled[0].id}/file?key=${key}`;
  assert.equal((await place.guichet.fetch(file)).status, 404, "it can still be stopped");
  await override(place.guichet, { clock: clock(NOON + 11 * 60_000) });
  await place.guichet.cron();
  const sentence = FR.neutral.message.replace("{reference}", received.reference);
  let mail;
  const hasLeft = async () => {
    const mails = await Promise.all(to(email).map(({ raw }) => simpleParser(raw)));
    return (mail = mails.find(({ subject }) => subject === sentence)) !== undefined;
  };
  await poll(hasLeft, 20_000, () => "no message came");
  assert.deepEqual(mail.attachments, []);
  for (const part of [mail.subject, mail.text, mail.html]) assert.doesNotMatch(part, TELLING);
  const receipt = await (await place.guichet.fetch(`${address.pathname}${address.search}`)).text();
  assert.ok(receipt.includes("Venez, l’OMCT") && receipt.includes("Consigne.pdf"));
  const saved = await place.guichet.fetch(file);
  assert.match(saved.headers.get("content-disposition"), /^attachment/);
  assert.deepEqual(Buffer.from(await saved.arrayBuffer()), pdf("Consigne"));
  const appointment = await (await place.guichet.fetch(file.replace("/file?", "/appointment?"))).text();
  assert.match(appointment, /^BEGIN:VCALENDAR/);
  for (const wrong of [file.replace(/key=./, "key=_"), file.replace("/file?", "/body?"), file.replace(scheduled[0].id, "0")]) {
    assert.equal((await place.guichet.fetch(wrong)).status, 404, wrong);
  }
  const dossier = await staff.json(`/desk/applications/${received.reference}`);
  assert.equal(dossier.wants_mails, "neutral");
  await override(place.guichet, { clock: clock() });
});

test("another choice is none", async () => {
  const answer = await apply(place.guichet, { mails: "loud" });
  assert.equal(answer.status, 422);
  const { issues } = await answer.json();
  assert.deepEqual(issues.map(({ field, code }) => [field, code]), [["mails", "not_a_choice"]]);
});

test("mails are full where nothing is chosen", async () => {
  const html = await (await place.guichet.fetch(`/postings/${POSTING.slug}?lang=fr`)).text();
  assert.match(html, /id="mails" name="mails" value="full" checked/);
  assert.doesNotMatch(html, /value="neutral" checked/);
  await apply(place.guichet, { email: "full@example.net" });
  const mail = await read("full@example.net");
  assert.ok(mail.subject.includes(POSTING.title), mail.subject);
});

const to = (address) => place.mailbox.messages.filter((mail) => mail.to.includes(address));

async function read(address) {
  await poll(() => to(address).length > 0, 15_000, () => `no mail to ${address}`);
  return simpleParser(to(address)[0].raw);
}
