// Which mails a candidate gets: in full, neutral or none. What they choose binds every mail to them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { simpleParser } from "mailparser";

import { apply, POSTING } from "../support/application.mjs";
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
  const sentence = FR.neutral.withdrawn.replace("{reference}", received.reference);
  let mails = [];
  const isConfirmed = async () => {
    mails = await Promise.all(to(email).map(({ raw }) => simpleParser(raw)));
    return mails.some(({ subject }) => subject === sentence);
  };
  await poll(isConfirmed, 20_000, () => "no confirmation came");
  for (const { subject, text, html } of mails) {
    for (const part of [subject, text, html]) assert.doesNotMatch(part, TELLING);
  }
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
