// Tests withdrawal from the receipt: staff and candidate get a notice and the data are deleted, also after failures on the way.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import PostalMime from "postal-mime";

import { apply, everything, freshToken, kept, MARIE, POSTING } from "../support/application.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";
import { unescaped, words } from "../support/words.mjs";

const place = await running();
beforeEach(() => place.afresh());

const NOTHING = { applications: [], outbox: [], documents: [] };
const html = { accept: "text/html" };

/** An application and the addresses of its receipt. */
async function applied({ token, fault = "" } = {}) {
  const { reference, status_url: url } = await (await apply(place.guichet, { token }, { headers: { "x-test-fault": fault } })).json();
  const receipt = url.replace(place.guichet.url.origin, "");
  return { reference, receipt, withdraw: receipt.replace("?", "/withdraw?") };
}

const get = (path, headers = html) => place.guichet.fetch(path, { headers });
const post = (path, headers = {}) => place.guichet.fetch(path, { method: "POST", headers: { ...html, ...headers } });

/** The notices to staff, once there are that many. */
async function notices(count = 1) {
  let found = [];
  const mark = "X-Guichet-Notice: withdrawal\r\n";
  const enough = () => (found = place.mailbox.messages.filter(({ raw }) => raw.includes(mark))).length >= count;
  await poll(enough, 10_000, () => `${found.length} of ${count} notices`);
  return found;
}

/** The mails that confirm a withdrawal to the candidate. */
const confirmations = () => place.mailbox.messages.filter(({ raw }) => raw.includes("X-Guichet-Notice: withdrawal_confirmation\r\n"));

/** An application whose mails have left, and are noted to have: a withdrawal does not have to wait for one on its way. */
async function forwarded(options) {
  const found = await applied(options);
  await place.mails(found.reference);
  const leased = async () => (await kept(place.guichet)).outbox.some((row) => row.leased_until > 0);
  await poll(async () => !(await leased()), 10_000, () => "the mails are not settled");
  return found;
}

/** Checks that no table holds the application. */
async function nobodyLeft(reference) {
  // A posting's own words are not the candidate's.
  const { posting_versions: _, ...tables } = await everything(place.guichet);
  const rows = JSON.stringify(tables);
  for (const word of [...Object.values(MARIE), "Marie", "Lettre de motivation", reference]) assert.ok(!rows.includes(word), `${word} in ${rows}`);
}

test("from the receipt, over a page that asks, with nothing but links and a form", async () => {
  const { reference, receipt, withdraw } = await forwarded();
  const link = /<a [^>]*href="([^"]+\/withdraw[^"]+)"/.exec(await (await get(receipt)).text())[1];
  assert.equal(unescaped(link), withdraw);

  const question = await get(withdraw);
  assert.equal(question.status, 200);
  assert.deepEqual([question.headers.get("cache-control"), question.headers.get("referrer-policy")], ["no-store", "no-referrer"]);
  const page = await question.text();
  assert.ok(page.includes(words("fr").withdraw.title) && page.includes('content="noindex"'));
  const [, action] = /<form [^>]*method="post" action="([^"]+)"/.exec(page);
  assert.equal((await kept(place.guichet)).applications.length, 1, "asking does nothing");

  const answer = await post(unescaped(action));
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, receipt]);
  const done = await (await get(receipt)).text();
  assert.ok(done.includes(words("fr").withdrawn.title) && !done.includes(MARIE.name));
  assert.deepEqual(await kept(place.guichet), NOTHING);
  assert.equal((await get(receipt.replace(reference, "22222222"))).status, 404, "its key opens nothing else");

  await place.guichet.cron();
  const [notice] = await notices();
  assert.deepEqual(notice.to, [POSTING.recipient]);
  const { subject, text, html: alike } = await PostalMime.parse(notice.raw);
  assert.match(subject, new RegExp(`n°\u00A01 retirée – ${MARIE.name} – ${reference}$`));
  for (const said of [text, alike]) assert.ok(said.includes(MARIE.name) && !said.includes("example.net"), said);

  const [confirmation, ...others] = confirmations();
  assert.deepEqual([confirmation.to, others], [[MARIE.email], []]);
  const mail = await PostalMime.parse(confirmation.raw);
  assert.ok(mail.subject.includes(reference), mail.subject);
  assert.ok(mail.text.includes(mail.replyTo[0].address), "the posting's contact");
  for (const said of [mail.subject, mail.text, mail.html]) assert.ok(!/Marie|Dupont|key=/.test(said), said);
  await nobodyLeft(reference);
});

test("a client gets JSON, and the same again when it asks again; staff are told once", async () => {
  const { reference, receipt, withdraw } = await forwarded();
  const json = { accept: "application/json" };
  const first = await post(withdraw, json);
  assert.equal(first.status, 200);
  const told = await first.json();
  assert.deepEqual(Object.keys(told), ["withdrawn_at"]);
  assert.deepEqual(await (await post(withdraw, json)).json(), told);
  assert.deepEqual(await (await get(receipt, json)).json(), told);
  assert.equal((await get(withdraw)).headers.get("location"), receipt, "there is nothing left to ask");
  await place.guichet.cron();
  await place.guichet.cron();
  assert.equal((await notices()).length, 1);
});

test("what has not been sent never is", async () => {
  const { withdraw } = await applied({ fault: "queue" });
  assert.equal((await post(withdraw)).status, 303);
  await place.guichet.cron();
  await notices();
  const next = await applied();
  await place.mails(next.reference);
  const { messages } = place.mailbox;
  await poll(() => messages.length >= 4, 15_000, () => `${messages.length} of 4 mails left`);
  assert.equal(messages.length, 4, "the notice, the confirmation, and both mails of the next application");
});

test("without the key nothing is withdrawn, and nothing is said", async () => {
  const { reference, withdraw } = await applied();
  const other = await applied();
  const key = new URL(other.receipt, place.guichet.url).searchParams.get("key");
  const answers = [];
  for (const path of [`/applications/${reference}/withdraw?key=${key}`, `/applications/22222222/withdraw?key=${key}`, `/applications/${reference}/withdraw`]) {
    for (const ask of [get, post]) {
      const answer = await ask(path);
      answers.push({ status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() });
    }
  }
  assert.equal(answers[0].status, 404);
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.equal((await kept(place.guichet)).applications.length, 2);
  assert.equal((await place.guichet.fetch(withdraw, { method: "PUT" })).headers.get("allow"), "GET, HEAD, POST");
});

const BREAKS = [
  ["before anything is written", "d1.batch@1", 503, false],
  ["after the mark is written, without an answer", "d1.batch@1:after", 503, true],
  ["before the documents are deleted", "r2", 303, true],
  ["between two documents", "r2.delete@2", 303, true],
  ["before the rows are deleted", "d1.batch@2", 303, true],
  ["after the rows are deleted, without an answer", "d1.batch@2:after", 303, true],
];
for (const [when, fault, status, marked] of BREAKS) {
  test(`it breaks off ${when}: it goes on from there, and staff are told once`, async () => {
    const { reference, receipt, withdraw } = await forwarded();
    assert.equal((await post(withdraw, { "x-test-fault": fault })).status, status);
    const page = await (await get(receipt)).text();
    assert.equal(page.includes(words("fr").withdrawn.title), marked);
    if (!marked) assert.equal((await post(withdraw)).status, 303);
    await place.guichet.cron();
    assert.deepEqual(await kept(place.guichet), NOTHING);
    await place.guichet.cron();
    assert.equal((await notices()).length, 1);
    await nobodyLeft(reference);
  });
}

test("an address that does not take the confirmation is forgotten all the same", async () => {
  const { reference, withdraw } = await forwarded();
  await post(withdraw);
  place.mailbox.next("rcpt", 550, { to: MARIE.email });
  await place.guichet.cron();
  await notices();
  assert.deepEqual(confirmations(), []);
  await nobodyLeft(reference);
});

test("a form that the browser sends again does not bring it back", async () => {
  const token = await freshToken(place.guichet);
  const { reference, withdraw } = await forwarded({ token });
  await post(withdraw);
  const again = await apply(place.guichet, { token });
  assert.equal(again.status, 422);
  assert.deepEqual((await again.json()).issues.map(({ field, code }) => [field, code]), [["token", "not_a_choice"]]);
  assert.deepEqual((await kept(place.guichet)).applications, []);
});

test("nor does it while the data are not all gone: no mail comes back", async () => {
  const token = await freshToken(place.guichet);
  const { reference, withdraw } = await applied({ token });
  await place.mails(reference);
  await post(withdraw, { "x-test-fault": "r2" });
  assert.equal((await kept(place.guichet)).applications.length, 1, "the row is still there");
  assert.equal((await apply(place.guichet, { token })).status, 422);
  assert.deepEqual((await kept(place.guichet)).outbox, []);
});

test("the number of one that was withdrawn is not given again", async () => {
  const first = await applied();
  await post(first.withdraw);
  const next = await applied();
  const { applications } = await kept(place.guichet);
  assert.deepEqual(applications.map(({ reference, number }) => [reference, number]), [[next.reference, 2]]);
});
