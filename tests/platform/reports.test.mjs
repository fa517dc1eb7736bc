// Tests the notices: reports on closed postings to staff, alerts to the operator.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";

import PostalMime from "postal-mime";

import { apply, clock, everything, kept, NOON, POSTING } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { submission } from "../support/guichet.mjs";
import { Mailbox, poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const place = await running({ vars: { OPERATOR_ADDRESS: "operator@example.org" } });
beforeEach(async () => {
  await place.afresh();
  place.lines.length = 0;
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** An hour after the closing. */
const FIRST = POSTING.closesAt + HOUR;
/** Until then, the first report waits for mails that are still to be sent. */
const LATEST = POSTING.closesAt + 6 * HOUR;

async function cronAt(milliseconds, state = {}) {
  await override(place.guichet, { clock: clock(milliseconds), ...state });
  await place.guichet.cron();
}

/** The mails of a kind that have left, parsed. */
const told = (kind) =>
  Promise.all(
    place.mailbox.messages
      .filter(({ raw }) => raw.includes(`X-Guichet-Notice: ${kind}\r\n`))
      .map(async ({ to, raw }) => ({ recipient: to[0], ...(await PostalMime.parse(raw)) })),
  );

async function sent(headers = {}) {
  const answer = await apply(place.guichet, {}, { headers });
  assert.equal(answer.status, 201);
  return (await answer.json()).reference;
}

test("staff get a report at the closing, one a day while something lacks, and then no more", async () => {
  const first = await sent();
  await place.mails(first);
  // Its queue message is lost, and mails to staff are refused for now.
  const second = await sent({ "x-test-fault": "queue" });
  await cronAt(FIRST - 1, { fault: "queue" });
  assert.deepEqual(await told("report"), []);

  await cronAt(FIRST, { fault: "queue" });
  await cronAt(LATEST - 1, { fault: "queue" });
  assert.deepEqual(await told("report"), [], "a mail is still to be sent");

  await cronAt(LATEST, { fault: "queue" });
  await cronAt(LATEST + 5 * MINUTE, { fault: "queue" });
  const [report, ...others] = await told("report");
  assert.deepEqual([report.recipient, others], [POSTING.recipient, []]);
  assert.match(report.subject, /^Bilan\u00A0: 1 candidature n’est pas transmise – /);
  const nb = "\u00A0";
  const said = [`La transmission n’est pas achevée : 6${nb}heures après la clôture`, "Reçues : 2", "applications@omct.org : 1", "En cours de transmission : 1", "abandonnée : 0", "à leur demande : 0", `n° 1 – ${first}`, `n° 2 – ${second}`];
  for (const line of said.map((line) => line.replace(" :", `${nb}:`).replace("n° ", `n°${nb}`))) {
    assert.ok(report.text.includes(line), `${line} in ${report.text}`);
    assert.ok(report.html.includes(line), `${line} in ${report.html}`);
  }
  assert.ok(!/Marie|Dupont|example\.net/.test(report.text + report.html + report.subject), "numbers and references say enough");

  await cronAt(FIRST + DAY, { fault: "queue" });
  assert.equal((await told("report")).length, 2);
  await cronAt(FIRST + DAY + MINUTE);
  await place.mails(second);
  await poll(async () => (await kept(place.guichet)).outbox.every(({ sent_at }) => sent_at), 10_000, () => "not settled");
  await cronAt(FIRST + 2 * DAY);
  assert.equal((await told("report")).length, 2, "nothing lacks any more");
});

test("crons that run at once make one report a day, which is forgotten once it is sent", async () => {
  await place.mails(await sent());
  await override(place.guichet, { clock: clock(FIRST) });
  await Promise.all([place.guichet.cron(), place.guichet.cron(), place.guichet.cron()]);
  const [report, ...others] = await told("report");
  assert.deepEqual(others, []);
  assert.match(report.text, /La transmission est achevée\u00A0: plus aucune candidature/);
  const { mails } = await everything(place.guichet);
  const reports = mails.filter(({ kind }) => kind === "report");
  assert.deepEqual(reports.map(({ id, payload }) => [id, payload]), [[`report/${POSTING.slug}/${Math.floor(FIRST / DAY)}`, null]]);
});

test("a cron that dies after sending: the report comes again under one Message-ID, and says so", async () => {
  await place.mails(await sent());
  // What would have written down that it was sent.
  await cronAt(FIRST, { fault: "d1.batch@5" });
  await cronAt(FIRST + 15 * MINUTE);
  assert.equal((await told("report")).length, 1, "somebody may still be sending");
  await cronAt(FIRST + 16 * MINUTE);
  const [first, second] = await told("report");
  assert.equal(first.messageId, second.messageId);
  const marked = ({ headers }) => headers.some(({ key }) => key === "x-guichet-possible-duplicate");
  assert.deepEqual([marked(first), marked(second)], [false, true]);
});

test("a report whose server is away comes when it is back", async () => {
  await place.mails(await sent());
  place.mailbox.next("connect", 421);
  await cronAt(FIRST);
  assert.deepEqual(await told("report"), []);
  await cronAt(FIRST + MINUTE);
  const [report] = await told("report");
  assert.match(report.subject, /^Bilan\u00A0: toutes les candidatures sont transmises – /);
});

/** The alerts that left by the platform's binding, which locally writes each message to a file and prints where. */
async function alerts() {
  const files = place.lines.join("\n").match(/\S+\/files\/email\/\S+\.eml/g) ?? [];
  const all = await Promise.all([...new Set(files)].map((file) => readFile(file)));
  return Promise.all(all.filter((raw) => raw.includes("X-Guichet-Notice: alert\r\n")).map((raw) => PostalMime.parse(raw)));
}

test("one alert names why many mails do not leave; the next incident gets its own", async (t) => {
  const login = { user: "guichet@example.org", password: "right" };
  const locked = await Mailbox.start({ security: "starttls", login });
  t.after(() => locked.stop());
  const vars = submission({ ...locked.smtp, password: "wrong" });
  const tried = (attempts) =>
    poll(async () => (await kept(place.guichet)).outbox.every((row) => row.attempts >= attempts && !row.leased_until), 20_000, () => `not tried ${attempts} times`);
  await override(place.guichet, { clock: clock(NOON), vars });
  for (let count = 0; count < 3; count += 1) await sent();
  await tried(1);
  await cronAt(NOON + MINUTE, { vars });
  await tried(2);
  await cronAt(NOON + 2 * MINUTE, { vars });
  await cronAt(NOON + 3 * MINUTE, { vars });
  await tried(3);
  await cronAt(NOON + 4 * MINUTE, { vars });
  const [alert, ...others] = await alerts();
  assert.deepEqual(others, []);
  assert.equal(alert.to[0].address, "operator@example.org");
  assert.match(alert.text, /AUTH: [^\n]*535/);
  assert.match(alert.text, /6 mails wait/);
  assert.ok(!/Marie|Dupont|example\.net/.test(alert.text + alert.html + alert.subject));

  await cronAt(NOON + HOUR);
  await poll(async () => (await kept(place.guichet)).outbox.every(({ sent_at }) => sent_at), 20_000, () => "not sent");
  await cronAt(NOON + 2 * HOUR);
  assert.equal((await everything(place.guichet)).incidents[0].closed_at, NOON + 2 * HOUR);
  assert.equal((await alerts()).length + (await told("alert")).length, 1);

  await override(place.guichet, { clock: clock(NOON + 3 * HOUR) });
  place.mailbox.next("data", 451, { times: 4 });
  await sent();
  const failed = (times) =>
    poll(async () => {
      const left = (await kept(place.guichet)).outbox.filter((row) => !row.sent_at);
      return left.length === 2 && left.every((row) => row.attempts === times && !row.leased_until);
    }, 20_000, () => `they have not failed ${times} times`);
  await failed(1);
  await cronAt(NOON + 3 * HOUR + MINUTE);
  await failed(2);
  await cronAt(NOON + 3 * HOUR + 2 * MINUTE);
  assert.equal((await told("alert")).length, 1, "mails leave, so the alert goes the same way");
});
