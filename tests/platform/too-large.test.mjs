// Tests a mail that is too large for its transport: staff get links to all documents instead of attachments.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import PostalMime from "postal-mime";

import { apply, clock, docx, document, NOON, pdf, POSTING, sha256 } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { Mailbox, poll } from "../support/mailbox.mjs";
import { submission } from "../support/guichet.mjs";
import { running } from "../support/running.mjs";

const MINUTE = 60_000;
/** What the mail server takes: less than a mail with the documents below, far more than one without. */
const LIMIT = 200_000;
const LETTER = pdf("Madame, Monsieur", 150_000);
const CV = docx("Marie Dupont");

const place = await running();

/** What staff got: the mail, and the addresses in its text and in its HTML. */
async function told(mailbox) {
  const mails = await mailbox.waitFor(2);
  const { raw } = mails.find(({ to }) => to[0] === POSTING.recipient);
  const mail = await PostalMime.parse(raw);
  const inText = mail.text.match(/http\S+\/documents\/\S+/g) ?? [];
  const inHtml = [...mail.html.matchAll(/href="(http[^"]+\/documents\/[^"]+)"/g)].map(([, url]) => url.replace(/&(amp|#38);/g, "&"));
  assert.deepEqual(inHtml, inText);
  return { mail, links: inText.map((url) => new URL(url)) };
}

async function applied() {
  const answer = await apply(place.guichet, { cover_letter: document("Lettre.pdf", LETTER), cv: document("CV.docx", CV) });
  assert.equal(answer.status, 201);
  return answer.json();
}

const SERVERS = {
  "that announces what it takes": [{ limit: LIMIT }, undefined],
  "that says so only after the message": [{}, 552],
  "that says so with another code": [{}, "554 5.3.4"],
};
for (const [what, [options, refusal]] of Object.entries(SERVERS)) {
  test(`a server ${what}: one mail with addresses that lead to the very bytes`, async (t) => {
    const mailbox = await Mailbox.start(options);
    t.after(() => mailbox.stop());
    await place.afresh();
    await override(place.guichet, { clock: clock(), vars: submission(mailbox.smtp) });
    if (refusal) mailbox.next("data", refusal, { to: POSTING.recipient });
    const { reference } = await applied();
    const { mail, links } = await told(mailbox);
    assert.equal(mailbox.messages.length, 2);
    assert.deepEqual([mail.attachments.length, links.length], [0, 2]);
    assert.ok(mail.subject.startsWith(POSTING.subject) && mail.subject.includes(reference));
    for (const [link, bytes, name, type] of [
      [links[0], LETTER, "DUPONT_Marie_Lettre_de_motivation.pdf", "application/pdf"],
      [links[1], CV, "DUPONT_Marie_CV.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"],
    ]) {
      const answer = await place.guichet.fetch(link.pathname + link.search);
      assert.equal(answer.status, 200);
      assert.equal(sha256(Buffer.from(await answer.arrayBuffer())), sha256(bytes));
      const header = (field) => answer.headers.get(field);
      assert.equal(header("content-type"), type);
      assert.equal(header("content-length"), String(bytes.length));
      assert.equal(header("content-disposition"), `attachment; filename="${name}"; filename*=UTF-8''${name}`);
      assert.deepEqual([header("x-content-type-options"), header("cache-control"), header("referrer-policy")], ["nosniff", "no-store", "no-referrer"]);
      assert.ok(mail.text.includes(name));
    }
    assert.ok(mail.text.includes("vendredi 30 janvier 2026"), mail.text);
  });
}

test("the binding's word for too large means the same", async () => {
  await place.afresh();
  await override(place.guichet, { clock: clock(), vars: { MAIL_TRANSPORT: "cloudflare" }, fault: "email.send@1!E_CONTENT_TOO_LARGE" });
  // The acknowledgement must not be the one that fails.
  const { reference } = await (await apply(place.guichet, {}, { headers: { "x-test-fault": "queue" } })).json();
  await place.guichet.db.prepare("UPDATE mails SET sent_at = ?1 WHERE kind = 'acknowledgement'").bind(NOON).run();
  await place.guichet.cron();
  const row = () => place.guichet.db.prepare("SELECT sent_at FROM mails JOIN applications ON mails.application = applications.id WHERE reference = ?1 AND kind = 'staff'").bind(reference).first();
  await poll(async () => (await row()).sent_at === NOON, 10_000, () => "the mail to staff has not left");
  const files = place.lines.join("\n").match(/\S+\/files\/email\/\S+\.eml/g);
  const mails = await Promise.all(files.map(async (file) => PostalMime.parse(await readFile(file))));
  const toStaff = mails.filter(({ to }) => to[0].address === POSTING.recipient);
  assert.deepEqual(toStaff.map(({ attachments, text }) => [attachments.length, text.match(/\/documents\//g).length]), [[0, 2]]);
});

test("an address cannot be changed, and ends with its day or with the application", async () => {
  await place.afresh();
  place.mailbox.next("data", 552, { to: POSTING.recipient });
  const { reference, status_url: receipt } = await applied();
  const { links } = await told(place.mailbox);
  const [letter, cv] = links;
  const get = (path, headers = {}) => place.guichet.fetch(path, { headers: { accept: "text/html", ...headers } });
  const status = async (path, headers) => (await get(path, headers)).status;

  const until = Number(cv.searchParams.get("until"));
  for (const changed of [
    cv.pathname,
    cv.pathname + cv.search.replace(String(until), String(until + 1)),
    cv.pathname + letter.search,
    cv.pathname.replace("/cv", "/cover_letter") + cv.search,
    cv.pathname.replace(reference, "22222222") + cv.search,
    `${cv.pathname}?until=${until}&key=${new URL(receipt).searchParams.get("key")}`,
  ]) {
    assert.equal(await status(changed), 404, changed);
  }
  assert.equal((await place.guichet.fetch(cv.pathname + cv.search, { method: "POST" })).status, 405);
  const head = await place.guichet.fetch(cv.pathname + cv.search, { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.get("content-length")], [200, String(CV.length)]);

  assert.equal(await status(cv.pathname + cv.search, { "x-test-clock": clock(until - 1) }), 200);
  const over = await get(cv.pathname + cv.search, { "x-test-clock": clock(until) });
  assert.equal(over.status, 410);
  assert.match(await over.text(), /Ce document n’est plus ici/);

  const withdraw = new URL(receipt);
  await place.guichet.fetch(`${withdraw.pathname}/withdraw${withdraw.search}`, { method: "POST" });
  assert.equal(await status(cv.pathname + cv.search), 410);
});

test("a mailbox that is full gets the documents later, attached", async () => {
  await place.afresh();
  place.mailbox.next("rcpt", "552 5.2.2", { to: POSTING.recipient });
  const { reference } = await applied();
  await place.mails(reference, 1);
  const leased = () => place.guichet.db.prepare("SELECT max(leased_until) AS until FROM mails").first("until");
  await poll(async () => (await leased()) === 0, 10_000, () => "the mails are not settled");
  await override(place.guichet, { clock: clock(NOON + MINUTE) });
  await place.guichet.cron();
  const { mail, links } = await told(place.mailbox);
  assert.deepEqual([mail.attachments.length, links.length], [2, 0]);
});
