// The form by which a mail is completed: what it holds, and when it arrived.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import PostalMime from "postal-mime";

import { announced, clock, document, docx, form, kept, onTheWire, pdf, POSTING, sha256 } from "../support/application.mjs";
import { handOver, INTAKE, received } from "../support/incoming.mjs";
import { CV, LETTER, mail, MARIE } from "../support/letters.mjs";
import { poll } from "../support/mailbox.mjs";
import { sendAll } from "../support/parts.mjs";
import { running } from "../support/running.mjs";
import { stall } from "../support/stall.mjs";
import { unescaped } from "../support/words.mjs";

const place = await running({ incoming: true });
const { guichet, mailbox } = place;
beforeEach(() => place.afresh());

const MINUTE = 60_000;

/** The address of the form in the answer to a mail with these files. */
async function answered(files) {
  await handOver(guichet.mf, { from: MARIE, to: INTAKE, raw: received(Buffer.from(mail({ files })), MARIE) });
  // Mails of the test before may still arrive.
  const answer = () => mailbox.messages.find(({ raw }) => raw.includes("\r\nX-Guichet-Notice: answer\r\n"));
  await poll(() => answer(), 15_000, () => "no answer to Marie");
  const { text } = await PostalMime.parse(answer().raw);
  return new URL(/http\S+\/incoming\/\S+/.exec(text)[0]);
}

const fields = (address, changes) =>
  form({ name: "Marie Dupont", email: MARIE, key: address.searchParams.get("key"), token: undefined, cover_letter: undefined, cv: undefined, ...changes });

/** Sends the form as a browser without script does. */
const send = (address, changes, headers = {}) =>
  guichet.fetch(`${address.pathname}${address.search}&lang=en`, { method: "POST", body: fields(address, changes), headers, redirect: "manual" });

const documents = async () => {
  const [{ id }] = (await kept(guichet)).applications;
  const { application } = await guichet.db.prepare("SELECT application FROM applications WHERE id = ?1").bind(id).first();
  return JSON.parse(application).documents.map(({ sha256: hash }) => hash);
};

test("a mistake elsewhere costs no file that was chosen, and those of the mail stay those of the mail", async () => {
  const address = await answered([LETTER]);
  const cv = document(CV.name, CV.bytes);
  const refused = await send(address, { name: "", cv });
  assert.equal(refused.status, 422);
  const page = unescaped(await refused.text()).replace(/[\u2068\u2069]/g, "");
  assert.ok(page.includes("“CV.docx” is kept for an hour"), page);
  assert.ok(!page.includes("“Lettre de motivation.pdf” is kept for an hour"), "it is in the mail");
  assert.equal((await guichet.db.prepare("SELECT count(*) AS n FROM held_documents").first()).n, 1);
  assert.equal((await send(address, {})).status, 303);
  assert.deepEqual(await documents(), [sha256(LETTER.bytes), sha256(CV.bytes)]);
});

test("a file that was chosen takes the place of the mail's, also after a mistake", async () => {
  const newer = docx("Une version plus récente");
  const address = await answered([{ ...LETTER, bytes: Buffer.from("not a PDF") }, CV]);
  const letter = document("Lettre.pdf", pdf("Madame"));
  assert.equal((await send(address, { name: "", cover_letter: letter, cv: document("CV 2.docx", newer) })).status, 422);
  assert.equal((await send(address, {})).status, 303);
  assert.deepEqual(await documents(), [sha256(pdf("Madame")), sha256(newer)]);
});

test("what the mail lacks may come in parts, and counts from the announcement", async () => {
  const address = await answered([LETTER]);
  const cv = pdf("Marie Dupont", 1_200_000);
  const files = { cv: ["CV.pdf", cv] };
  const announce = async (time) => {
    const body = { documents: announced(files), eu_work_permit: "yes" };
    const answer = await send(address, body, { accept: "application/json", "x-test-clock": clock(time) });
    return { status: answer.status, body: await answer.json() };
  };
  const last = POSTING.closesAt - 1;
  const awaited = await announce(last);
  assert.deepEqual([awaited.status, awaited.body.documents.map(({ id }) => id)], [202, ["cv"]], "the letter is in the mail");
  const late = last + 60 * MINUTE;
  await sendAll(guichet, awaited.body, files, { "x-test-clock": clock(late) });
  const done = await announce(late);
  assert.deepEqual([done.status, done.body.received_at], [201, new Date(last).toISOString()], JSON.stringify(done.body));
  assert.deepEqual(await documents(), [sha256(LETTER.bytes), sha256(cv)]);
  const again = await announce(late);
  assert.deepEqual([again.status, again.body.reference], [200, done.body.reference], "its answer may have been lost");
});

test("a form that was not read gives its arrival back, which is good for that mail only", async () => {
  const [address, last] = [await answered([LETTER]), POSTING.closesAt - 1];
  const at = (milliseconds) => ({ "x-test-clock": clock(milliseconds) });
  const upload = await onTheWire(fields(address, { cv: document("CV.pdf", pdf("CV", 500_000)) }));
  const [json, page] = await Promise.all(
    ["application/json", "text/html"].map((accept) => stall(new URL(address.pathname + address.search, guichet.url), { ...upload, headers: { accept, ...at(last) } })),
  );
  assert.deepEqual([json.status, json.headers["retry-after"]], [503, "30"]);
  const { arrival } = JSON.parse(json.body);
  assert.equal(page.status, 303);
  const again = await guichet.fetch(page.headers.location, { headers: at(last + MINUTE) });
  const body = await again.text();
  assert.equal(again.status, 200);
  assert.match(body, /<input type="hidden" id="arrival" name="arrival" value="\d+\.[\w-]{43}"[^>]*>/);
  assert.ok(body.includes('value="Marie Dupont"'), "the form comes back after the deadline");

  const cv = document(CV.name, CV.bytes);
  const late = await send(address, { cv }, at(last + MINUTE));
  assert.equal(late.status, 422, "without it the deadline has passed");
  assert.equal((await send(address, { cv, arrival: arrival.replace(/.$/, (end) => (end === "A" ? "B" : "A")) }, at(last + MINUTE))).status, 422);
  assert.equal((await send(address, { cv, arrival }, at(last + MINUTE))).status, 303);
  const [{ received_at: receivedAt }] = (await guichet.db.prepare("SELECT received_at FROM applications").all()).results;
  assert.equal(receivedAt, last);
});
