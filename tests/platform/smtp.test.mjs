// Tests mail by SMTP submission: each kind of connection, and each way in which a mail server can fail.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { simpleParser } from "mailparser";

import { apply, clock, kept, MARIE, NOON, POSTING } from "../support/application.mjs";
import { selfSigned } from "../support/certificate.mjs";
import { override } from "../support/faults.mjs";
import { ROOT, submission } from "../support/guichet.mjs";
import { Mailbox, poll } from "../support/mailbox.mjs";
import { save } from "../support/postings.mjs";
import { running } from "../support/running.mjs";

const MINUTE = 60_000;
const place = await running();

/** The outbox of an application, by mail. */
async function outbox(reference) {
  const { results } = await place.guichet.db
    .prepare("SELECT mails.* FROM mails JOIN applications ON mails.application = applications.id WHERE reference = ?1")
    .bind(reference)
    .all();
  return Object.fromEntries(results.map((row) => [row.kind, row]));
}

/** The outbox of an application, once each mail has been tried that often. */
async function tried(reference, attempts = 1) {
  let rows = {};
  const enough = async () => {
    rows = await outbox(reference);
    return Object.values(rows).every((row) => row.sent_at || row.refused_because || (row.attempts >= attempts && !row.leased_until));
  };
  await poll(enough, 20_000, () => `the mails are not tried ${attempts} times: ${JSON.stringify(rows)}`);
  return rows;
}

/** Of two mails that are sent at the same time: the one that has not left, and the other. */
function waiting({ staff, acknowledgement }) {
  return staff.sent_at ? [acknowledgement, staff] : [staff, acknowledgement];
}

async function sent() {
  const answer = await apply(place.guichet);
  assert.equal(answer.status, 201);
  return (await answer.json()).reference;
}

async function cronAt(milliseconds) {
  await override(place.guichet, { clock: clock(milliseconds) });
  await place.guichet.cron();
}

const PASSING = [
  ["a connection dropped at once", "connect", "drop"],
  ["a sender refused for now", "mail", 451],
  ["a sender refused: that is ours to mend", "mail", 550],
  ["a recipient refused for now", "rcpt", 450],
  ["a connection dropped at the recipient", "rcpt", "drop"],
  ["a message refused for now", "data", 452],
];
for (const [what, step, order] of PASSING) {
  test(`${what}: the mail waits a minute and arrives`, async () => {
    await place.afresh();
    place.mailbox.next(step, order);
    const reference = await sent();
    const [late, other] = waiting(await tried(reference));
    assert.deepEqual([late.sent_at, late.refused_because, late.due_at], [null, null, NOON + MINUTE]);
    assert.equal(other.sent_at, NOON, "one mail does not wait for the other");
    assert.ok(!/omct|example|Dupont/.test(late.last_problem), "no address in what the operator reads");
    await cronAt(NOON + MINUTE - 1);
    assert.equal((await outbox(reference))[late.kind].attempts, 1);
    await cronAt(NOON + MINUTE);
    const mails = await place.mails(reference);
    assert.deepEqual(mails.map(({ to }) => to), [[POSTING.recipient], [MARIE.email]]);
    assert.ok(mails.every(({ raw }) => !raw.includes("X-Guichet-Possible-Duplicate")));
  });
}

test("each mail returns to an address of its own that nobody can guess, the same at each attempt", async () => {
  const vars = { BOUNCE_ADDRESS: "bounces@in.example.org" };
  await override(place.guichet, { vars });
  place.mailbox.next("data", 452, { times: 1 });
  const reference = await sent();
  await tried(reference);
  await override(place.guichet, { vars, clock: clock(NOON + 2 * MINUTE) });
  await place.guichet.db.prepare("UPDATE mails SET queued_until = 0").run();
  await place.guichet.cron();
  const mails = await place.mails(reference);
  for (const [kind, { from, raw }] of [["staff", mails[0]], ["acknowledgement", mails[1]]]) {
    const [, left] = /^Message-ID:\s*<([^@>]+)@/im.exec(raw);
    assert.equal(from, `bounces+${left}@in.example.org`);
    assert.match(left, new RegExp(`^${reference}\\.${kind}\\.[\\w-]{22}$`));
    assert.match(String(raw), /^From:(?:.*\r\n )*.*<guichet@example\.org>/m, "people see the sending address");
  }
  await override(place.guichet, { vars: { BOUNCE_ADDRESS: "far-too-long-a-name@in.example.org" } });
  for (const { from } of await place.mails(await sent())) assert.equal(from, "guichet@example.org", "a wrong setting holds up nothing");
  await override(place.guichet);
});

test("a busy server: the mail waits a minute, has not failed, and arrives", async () => {
  await place.afresh();
  place.mailbox.next("connect", 421);
  const reference = await sent();
  const [late, other] = waiting(await tried(reference));
  assert.deepEqual([late.sent_at, late.refused_because, late.due_at, late.failures], [null, null, NOON + MINUTE, 0]);
  assert.equal(other.sent_at, NOON, "one mail does not wait for the other");
  await cronAt(NOON + MINUTE);
  assert.equal((await outbox(reference))[late.kind].attempts, 1, "its queue message comes again, so the sweep leaves it alone");
  await cronAt(NOON + 16 * MINUTE);
  const mails = await place.mails(reference);
  assert.ok(mails.every(({ raw }) => !raw.includes("X-Guichet-Possible-Duplicate")));
});

test("each further attempt waits twice as long", async () => {
  await place.afresh();
  place.mailbox.next("data", 451, { times: 2 });
  place.mailbox.next("rcpt", 450, { times: 2 });
  const reference = await sent();
  assert.equal((await tried(reference)).staff.due_at, NOON + MINUTE);
  await cronAt(NOON + MINUTE);
  assert.equal((await tried(reference, 2)).staff.due_at, NOON + 3 * MINUTE);
  await cronAt(NOON + 3 * MINUTE);
  await place.mails(reference);
});

test("a recipient refused for ever is not tried again, and the other mail goes", async () => {
  await place.afresh();
  place.mailbox.next("rcpt", 550, { to: POSTING.recipient });
  const reference = await sent();
  const { staff, acknowledgement } = await tried(reference);
  assert.match(staff.refused_because, /550/);
  assert.ok(!/omct|example|Dupont/.test(staff.refused_because));
  assert.equal(acknowledgement.sent_at, NOON);
  await cronAt(NOON + 24 * 60 * MINUTE);
  const next = await sent();
  await place.mails(next);
  assert.equal((await place.mails(reference, 1)).length, 1);
});

test("a connection lost after the dot: it comes again under one Message-ID, and says so", async () => {
  await place.afresh();
  place.mailbox.next("data", "drop-after", { to: POSTING.recipient });
  const reference = await sent();
  const { staff } = await tried(reference);
  assert.deepEqual([staff.sent_at, staff.possible_duplicate], [null, 1]);
  await cronAt(NOON + MINUTE);
  const mails = await place.mails(reference, 3);
  const [first, second] = mails.filter(({ to }) => to[0] === POSTING.recipient).map(({ raw }) => raw.toString("latin1"));
  const id = (raw) => /^Message-ID: (.*)\r$/im.exec(raw)[1];
  assert.equal(id(first), id(second));
  assert.ok(!first.includes("X-Guichet-Possible-Duplicate"));
  assert.ok(second.includes("\r\nX-Guichet-Possible-Duplicate: yes\r\n"));
});

// Other servers than the one that Guichet was started with.
const login = { user: "guichet@example.org", password: "p\u00E4ss w\u00F6rd=" };

/** Mails go to this server from now on. @param {Mailbox} mailbox @param {object} [changes] to what is right for it */
async function submitTo(mailbox, changes = {}, milliseconds = NOON) {
  const vars = submission({ ...mailbox.smtp, ...changes });
  await override(place.guichet, { clock: clock(milliseconds), vars });
}

const WAYS = [
  ["STARTTLS and AUTH PLAIN", { security: "starttls", login, methods: ["PLAIN"] }],
  ["TLS from the beginning and AUTH LOGIN", { security: "tls", login, methods: ["LOGIN"] }],
];
for (const [what, options] of WAYS) {
  test(`${what}: mails arrive, over TLS and logged in`, async (t) => {
    const mailbox = await Mailbox.start(options);
    t.after(() => mailbox.stop());
    await place.afresh();
    await submitTo(mailbox);
    await sent();
    const mails = await mailbox.waitFor(2);
    for (const mail of mails) assert.deepEqual([mail.secure, mail.user, mail.from], [true, login.user, "guichet@example.org"]);
    assert.deepEqual(mails.map(({ to }) => to[0]).sort(), [POSTING.recipient, MARIE.email].sort());
  });
}

/** So many applications whose mails are put in the queues together, by the sweep. */
async function swept(count) {
  const headers = { "x-test-fault": "queue" };
  const answers = await Promise.all(Array.from({ length: count }, () => apply(place.guichet, {}, { headers })));
  assert.ok(answers.every(({ status }) => status === 201));
  await place.guichet.cron();
}

test("the mails of a batch are sent at the same time, and share four sessions", async (t) => {
  const mailbox = await Mailbox.start({ mood: (step) => (step === "data" ? { delay: 300 } : {}) });
  t.after(() => mailbox.stop());
  await place.afresh();
  await submitTo(mailbox);
  await swept(16);
  const mails = await mailbox.waitFor(32);
  assert.equal(new Set(mails.map(({ raw }) => /^Message-ID: (.*)\r$/im.exec(raw)[1])).size, 32);
  assert.equal(mailbox.most, 8, "four sessions for each queue");
  // The first batch of a queue may be of one mail, and have a session of its own.
  const sessions = mailbox.steps.filter((step) => step === "connect").length;
  assert.ok(sessions <= 10, `${sessions} sessions`);
});

test("a slow mail with documents does not hold up the acknowledgements", async (t) => {
  const mailbox = await Mailbox.start({ mood: (step, to) => (step === "data" && to === POSTING.recipient ? { delay: 5_000 } : {}) });
  t.after(() => mailbox.stop());
  await place.afresh();
  await submitTo(mailbox);
  await swept(8);
  const mails = await mailbox.waitFor(8);
  assert.deepEqual([...new Set(mails.map(({ to }) => to[0]))], [MARIE.email]);
  await mailbox.waitFor(16);
});

test("a server that takes three sessions at most: mails wait a minute, and none has failed", async (t) => {
  const mailbox = await Mailbox.start({ sessions: 3, mood: (step) => (step === "data" ? { delay: 100 } : {}) });
  t.after(() => mailbox.stop());
  await place.afresh();
  await submitTo(mailbox);
  await swept(10);
  let rows = [];
  const tried = ({ sent_at, due_at }) => sent_at !== null || due_at === NOON + MINUTE || due_at === NOON;
  const settled = async () => {
    rows = (await kept(place.guichet)).outbox;
    return rows.every((row) => tried(row) && row.leased_until === 0) && rows.some(({ due_at }) => due_at > NOON);
  };
  await poll(settled, 10_000, () => `not settled: ${JSON.stringify(rows)}`);
  const postponed = rows.filter(({ due_at }) => due_at === NOON + MINUTE);
  assert.ok(postponed.every(({ sent_at, attempts, refused_because }) => sent_at === null && attempts === 1 && refused_because === null));
  assert.ok(rows.every(({ failures }) => failures === 0));
  await submitTo(mailbox, {}, NOON + MINUTE);
  await place.guichet.cron();
  assert.ok((await kept(place.guichet)).outbox.every(({ attempts }) => attempts <= 1), "the queue brings their messages again");
  // As if those messages were lost, again and again.
  for (let minute = 16; mailbox.messages.length < 20 && minute < 10 * 60; minute += 16) {
    await submitTo(mailbox, {}, NOON + minute * MINUTE);
    await place.guichet.cron();
    await sleep(1_000);
  }
  const mails = await mailbox.waitFor(20);
  assert.equal(new Set(mails.map(({ raw }) => /^Message-ID: (.*)\r$/im.exec(raw)[1])).size, 20);
  assert.ok(mailbox.most <= 3);
});

const ENDED = [
  ["says 421", 421],
  ["closes the connection", "drop"],
];
for (const [what, order] of ENDED) {
  test(`a server that ${what} at the second mail of a session: the mail leaves at once, in a new session`, async (t) => {
    const sessions = new Map();
    const mood = (step, _, session) => {
      if (step !== "mail") return {};
      sessions.set(session.id, (sessions.get(session.id) ?? 0) + 1);
      return sessions.get(session.id) === 2 ? { order } : {};
    };
    const mailbox = await Mailbox.start({ mood });
    t.after(() => mailbox.stop());
    await place.afresh();
    await submitTo(mailbox);
    await swept(8);
    await mailbox.waitFor(16);
    const settled = async () => (await kept(place.guichet)).outbox.every(({ sent_at, attempts }) => sent_at === NOON && attempts === 1);
    await poll(settled, 10_000, () => "a mail has needed a second attempt");
    assert.equal(mailbox.messages.length, 16);
    assert.equal(sessions.size, 16, "a mail each");
    assert.ok([...sessions.values()].some((mails) => mails === 2), "a session was used again");
  });
}

const KEPT = [
  ["a wrong password", { security: "starttls", login }, { password: "wrong" }],
  ["a server without STARTTLS", { security: "none" }, { security: "starttls", host: "localhost" }],
  ["a certificate that nobody trusts", { security: "tls", certificate: selfSigned() }, {}],
  ["an upgrade to a certificate that nobody trusts", { security: "starttls", certificate: selfSigned() }, {}],
];
for (const [what, options, changes] of KEPT) {
  test(`${what}: nothing is sent, in the clear neither, and nothing lost`, async (t) => {
    const mailbox = await Mailbox.start(options);
    t.after(() => mailbox.stop());
    await place.afresh();
    await submitTo(mailbox, changes);
    const reference = await sent();
    const rows = await tried(reference);
    for (const { sent_at, refused_because, due_at } of Object.values(rows)) {
      assert.deepEqual([sent_at, refused_because, due_at], [null, null, NOON + MINUTE]);
    }
    assert.deepEqual(mailbox.messages, []);
    assert.ok(!mailbox.steps.includes("mail"));
    await submitTo(place.mailbox, {}, NOON + MINUTE);
    await place.guichet.cron();
    assert.equal((await place.mails(reference)).length, 2, "once the settings are mended");
  });
}

// Last: for half a minute the Worker knows the posting with two recipients.
test("of two recipients one is refused for ever: the other has the application, the operator's list and the report name it", async () => {
  await place.afresh();
  const source = await readFile(join(ROOT, "postings", `${POSTING.slug}.md`), "utf8");
  const second = "equipe@example.org";
  const two = source.replace(/^recipient = .*$/m, `recipient = ["${POSTING.recipient}", "${second}"]`);
  await save(place.guichet.db, POSTING.slug, two);
  await override(place.guichet, { clock: clock(NOON), vars: { DEV_POSTINGS_MS: "0" } });
  place.mailbox.next("rcpt", 550, { to: second });
  const reference = await sent();
  const { staff } = await tried(reference);
  assert.deepEqual([staff.sent_at, /550/.test(staff.refused_because)], [NOON, true]);
  const [first] = (await place.mails(reference)).filter(({ to }) => to[0] === POSTING.recipient);
  const { to } = await simpleParser(first.raw);
  assert.deepEqual(to.value.map(({ address }) => address), [POSTING.recipient, second]);
  const { results } = await place.guichet.db.prepare("SELECT address, refused_because FROM mail_recipients ORDER BY address").all();
  assert.deepEqual(results.map(({ address, refused_because: why }) => [address, why === null]), [[POSTING.recipient, true], [second, false]]);
  await cronAt(NOON + 24 * 60 * MINUTE);
  assert.equal((await place.mails(reference)).length, 2, "it is not tried again");
  // After the closing both get the report, which names who lacks what.
  const before = place.mailbox.messages.length;
  await cronAt(Date.parse("2025-08-04T12:00:00Z"));
  const reports = (await place.mailbox.waitFor(before + 2)).slice(before);
  assert.deepEqual(reports.map(({ to }) => to[0]).sort(), [POSTING.recipient, second].sort());
  assert.match((await simpleParser(reports[0].raw)).text, new RegExp(`${reference}\\u00a0: ${second}`));
  await save(place.guichet.db, POSTING.slug, source);
});
