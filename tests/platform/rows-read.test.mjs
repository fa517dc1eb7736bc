// Every statement of the Worker reads few rows, with 100,000 applications in the ledger: D1 bills rows read, and time grows
// with them. The tests go on from each other, through the life of an application and of its posting.
//
// GUICHET_TABLE=1 prints the tables of docs/ledger.md.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { announced, apply, clock, document, form, freshToken, NOON, onTheWire, pdf, POSTING, sha256 } from "../support/application.mjs";
import { override, statements } from "../support/faults.mjs";
import { signIn } from "../support/desk.mjs";
import { fill, FILLED, queries } from "../support/ledger.mjs";
import { handOver, INTAKE, received } from "../support/incoming.mjs";
import { bounce, CV, LETTER, mail, MARIE } from "../support/letters.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * What a statement may read that looks for one application, mail or posting: fourteen are the kinds of mail, in a list, and up
 * to eight are in the tables of the previous Worker, which triggers keep, and in their conditions.
 */
const FEW = 22;
/** For a statement that deletes: each row is found and then read. @param {number} written rows */
const whatIsDeleted = (written) => 2 * written + FEW;
/** How many rows those may read that look for more. */
const BOUNDS = {
  // Of what is to be done, whatever has been done.
  "select due": () => 2 * FILLED.pending + FEW,
  "mark queued": () => 5 * FILLED.pending,
  "select problems": () => 8 * FILLED.pending,
  // The report names each application of its posting with the mails of its latest revision, and counts those withdrawn.
  "select forwarding": () => 8 * (FILLED.ofPosting + FEW),
  "count withdrawn": () => 4,
  // The applications of one person to one posting: all of POSTING's have one address here.
  "select related": () => 3 * (FILLED.ofPosting + FEW),
  // Of the last minute, in which the clock stands here.
  "select sent": () => 2 * FILLED.ofPosting,
  // Each table, index and trigger; each migration, in a list and in the table.
  "has migrations": () => 140,
  "are applied": () => 60,
  // Each posting there is.
  "select current versions": () => FILLED.postings + FEW,
  // A page: 100 applications, 200 documents.
  "select to erase": () => 100,
  "select to posting": () => 100,
  // Each is looked up, written, and judged by a trigger.
  "retire orphans": () => 3 * 200,
  "select strays": () => 2 * 200,
  "select unknown incoming": () => 2 * 200,
  "forget orphans": whatIsDeleted,
  // What one address was sent in the hour: five at most, but here everybody is one person who is allowed any number.
  "count sending": () => 2 * FILLED.pending + FEW,
  "forget sendings": whatIsDeleted,
  // Looked up by kind, of which there are several.
  "forget alerts": (written) => whatIsDeleted(written) + FEW,
  "forget incidents": whatIsDeleted,
  // Each posting there ever was, and whether it has an application left.
  "forget notices": (written) => whatIsDeleted(written) + 2 * FILLED.postings,
  "forget retired": (written) => whatIsDeleted(written) + 2 * FILLED.postings,
  // A page of mails that came in.
  "select incoming to erase": () => 4 * FILLED.incoming,
  "forget incoming": whatIsDeleted,
  "forget events": (written) => whatIsDeleted(written) + 2 * FILLED.postings,
  // The desk's lists: each application of the posting with its mails, in a page of 200.
  ...Object.fromEntries(
    ["number", "folded", "stage"].flatMap((order) => [order, `${order} backwards`]).map((order) => [`list by ${order}`, () => 12 * (FILLED.ofPosting + FEW)]),
  ),
  // With its mails, notes and events.
  "delete application": () => FEW + 14,
  "count wanted": () => 4 * FILLED.ofPosting,
  "select unfolded": () => 2 * FILLED.ofPosting,
  fold: () => 5 * FILLED.ofPosting,
  "select messages": () => 3 * FILLED.ofPosting,
  "select notes": () => 3 * FILLED.ofPosting,
  "select events": () => 3 * FILLED.ofPosting,
  // A row for each posting there ever was: triggers keep the counts.
  "select counts": () => 2 * FILLED.postings + FEW,
  "count erased before": () => 2 * FILLED.ofPosting,
  // Each posting there is with its current version, drafts as well.
  "load postings": () => 5 * FILLED.postings,
  "date applications": () => 2 * FILLED.postings + FEW,
};

const place = await running({ incoming: true, vars: { OPERATOR_ADDRESS: "operator@example.org" } });
const names = await queries();
/** Of each statement, the run that read most. @type {Map<string, { rows: number, event: string }>} */
const dearest = new Map();
const events = [];

before(async () => {
  await place.mails((await (await apply(place.guichet)).json()).reference);
  await settled();
  await fill(place.guichet);
  await statements(place.guichet);
});

/** Asserts the bound of each statement that ran since the last call; how many rows they read. */
async function bounded(event) {
  const ran = await statements(place.guichet);
  for (const { sql, rows_read: rows, rows_written: written } of ran) {
    const name = /^-- (.*)\n/.exec(sql)?.[1];
    assert.ok(names.includes(name), `a statement that crates/ledger does not have: ${sql}`);
    const bound = BOUNDS[name]?.(written) ?? FEW;
    assert.ok(rows <= bound, `${event}: "${name}" read ${rows} rows, more than ${bound}`);
    if (rows >= (dearest.get(name)?.rows ?? 0)) dearest.set(name, { rows, event });
  }
  const sum = (key) => ran.reduce((total, one) => total + one[key], 0);
  events.push({ event, statements: ran.length, rows: sum("rows_read"), written: sum("rows_written"), ms: sum("duration") });
  return sum("rows_read");
}

async function cronAt(milliseconds) {
  await override(place.guichet, { clock: clock(milliseconds) });
  await place.guichet.cron();
}

/** Until no mail of an application is due and none is being sent. */
async function settled(now = NOON) {
  const open = place.guichet.db
    .prepare("SELECT count(*) AS n FROM mails WHERE application IS NOT NULL AND sent_at IS NULL AND refused_because IS NULL AND (due_at <= ?1 OR leased_until > 0)")
    .bind(now);
  await poll(async () => (await open.first("n")) === 0, 15_000, () => "mails are not settled");
}

/** An application whose mails have left; the path of its receipt. */
async function applied(token) {
  const { reference, status_url: url } = await (await apply(place.guichet, { token })).json();
  await place.mails(reference);
  await settled();
  return url.replace(place.guichet.url.origin, "");
}

const withdraw = (receipt, headers = {}) =>
  place.guichet.fetch(receipt.replace("?", "/withdraw?"), { method: "POST", headers: { accept: "application/json", ...headers } });

test("pages ask the database once in half a minute", async () => {
  const look = async () => {
    for (const path of ["/", `/postings/${POSTING.slug}`]) await place.guichet.fetch(path);
  };
  await override(place.guichet, { clock: clock(), vars: { DEV_POSTINGS_MS: "0" } });
  await look();
  await bounded("careers page and posting, nothing known to be fresh");
  await override(place.guichet, { clock: clock() });
  await look();
  assert.equal(await bounded("careers page, posting"), 0);
});

test("the health check", async () => {
  assert.equal((await place.guichet.fetch("/healthz")).status, 200);
  await bounded("health check");
});

test("an application, from its form to its end", async () => {
  const token = await freshToken(place.guichet);
  const receipt = await applied(token);
  await bounded("submission and both mails");
  assert.equal((await apply(place.guichet, { token })).status, 200);
  await settled();
  await bounded("the same form again");
  assert.equal((await place.guichet.fetch(receipt)).status, 200);
  await bounded("receipt");
  assert.equal((await withdraw(receipt)).status, 200);
  await bounded("withdrawal");
  await place.guichet.fetch(receipt);
  assert.equal((await apply(place.guichet, { token })).status, 422);
  await bounded("receipt and form once withdrawn");
});

test("corrections, and what they leave", async () => {
  const token = await freshToken(place.guichet);
  const receipt = await applied(token);
  await bounded("submission and both mails");
  const later = (minutes) => ({ "x-test-clock": clock(NOON + minutes * MINUTE) });
  const corrected = await apply(place.guichet, { token, cv: document("CV.pdf", pdf("Another CV")) }, { headers: later(1) });
  assert.deepEqual([corrected.status, (await corrected.json()).revision], [200, 2]);
  await bounded("the same form with another document");
  const { pathname, searchParams } = new URL(receipt, place.guichet.url);
  const fields = { cover_letter: undefined, cv: undefined, key: searchParams.get("key"), revision: "2", email: "marie.martin@example.com" };
  const { type, bytes } = await onTheWire(form(fields));
  const headers = { accept: "application/json", "content-type": type, ...later(2) };
  const moved = await place.guichet.fetch(`${pathname}/corrections`, { method: "POST", body: bytes, headers });
  assert.deepEqual([moved.status, (await moved.json()).revision], [200, 3]);
  await bounded("a correction of the address");
  // Its mails are due in two minutes, and the ten that wait would leave as well.
  await place.guichet.db.prepare("UPDATE mails SET due_at = ?1, queued_until = 0 WHERE sent_at IS NULL AND (revision > 1 OR kind = 'address_changed')").bind(NOON).run();
  await cronAt(NOON);
  await settled();
  await cronAt(NOON);
  await bounded("mails of the correction; replaced documents go");
});

test("an acknowledgement that a digest tells", async () => {
  await override(place.guichet, { clock: clock(), vars: { MAILS_PER_RECIPIENT: "0" } });
  const { reference } = await (await apply(place.guichet)).json();
  await place.mails(reference, 1);
  const digests = (where) => place.guichet.db.prepare(`SELECT count(*) AS n FROM mails WHERE ${where}`).first("n");
  await poll(async () => (await digests("digest IS NOT NULL")) === 1, 15_000, () => "no digest has it");
  await settled();
  await bounded("submission whose acknowledgement waits for a digest");
  await place.guichet.db.prepare("UPDATE mails SET due_at = ?1 WHERE kind = 'digest'").bind(NOON).run();
  await cronAt(NOON);
  assert.equal(await digests("kind = 'digest' AND sent_at IS NOT NULL"), 1);
  await bounded("cron: a digest leaves");
});

test("mails that come in", async () => {
  const came = (raw, from = MARIE) => handOver(place.guichet.mf, { from, to: INTAKE, raw: received(Buffer.from(raw), from) });
  const processed = async () => {
    const open = () => place.guichet.db.prepare("SELECT count(*) AS n FROM incoming WHERE outcome IS NULL").first("n");
    await poll(async () => (await open()) === 0, 15_000, () => "a mail is not processed");
    await settled();
  };
  const answers = () => place.mailbox.messages.map(({ raw }) => String(raw)).filter((raw) => raw.includes("X-Guichet-Notice: answer"));
  await place.guichet.db
    .prepare(
      `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1) INSERT INTO incoming
        (id, received_at, envelope_from, envelope_to, bytes, outcome, identity, erased) SELECT 'old' || n, ?2, '', '', 1, 'forwarded', 'i' || n, 1 FROM n`,
    )
    .bind(FILLED.incoming, NOON)
    .run();
  await statements(place.guichet);
  await came(mail({ files: [LETTER] }));
  await processed();
  await poll(() => answers().length === 1, 15_000, () => "no answer");
  await bounded("a mail that lacks a document");
  const raw = answers()[0].replaceAll("=\r\n", "").replaceAll("=3D", "=");
  const address = new URL(/http\S+\/incoming\/\S+/.exec(raw)[0].replace(/["<].*/, ""));
  assert.equal((await place.guichet.fetch(address.pathname + address.search)).status, 200);
  await bounded("the form of that mail");
  await came(mail({ files: [CV], headers: { "In-Reply-To": /^Message-ID: (\S+)/im.exec(raw)[1] } }));
  await processed();
  await bounded("the answer that completes it");
  const acknowledged = place.mailbox.messages.map(({ raw }) => String(raw)).findLast((raw) => raw.includes("acknowledgement"));
  await came(bounce(/^Message-ID: (\S+)/im.exec(acknowledged)[1]), "");
  await processed();
  await bounded("a bounce of ours");
  for (let time = 0; time < 22; time += 1) await came(mail({ from: "Eve <eve@example.net>", subject: "Encore", files: [] }), "eve@example.net");
  await processed();
  const forwards = () => place.guichet.db.prepare("SELECT count(*) AS n FROM mails WHERE kind = 'forward' AND sent_at IS NULL").first("n");
  await poll(async () => (await forwards()) === 0, 15_000, () => "not all are forwarded");
  await bounded("twenty mails of one sender and two that are listed");
  await place.guichet.db.prepare("UPDATE mails SET due_at = ?1 WHERE kind = 'flood'").bind(NOON).run();
  await cronAt(NOON);
  assert.equal(await place.guichet.db.prepare("SELECT count(*) AS n FROM mails WHERE kind = 'flood' AND sent_at IS NOT NULL").first("n"), 1);
  await bounded("cron: the list leaves");
});

test("a run of the cron", async () => {
  const receipt = await applied();
  assert.equal((await withdraw(receipt, { "x-test-fault": "r2" })).status, 200);
  await bounded("a withdrawal that is not finished");
  await cronAt(NOON);
  await bounded("cron: finishes it, sends notices, opens an incident");
  await cronAt(NOON + MINUTE);
  await settled(NOON + MINUTE);
  await bounded(`cron: ${FILLED.pending} mails are due and leave`);
  await cronAt(NOON + 2 * MINUTE);
  await bounded("cron: ends the incident");
  await cronAt(NOON + 7 * MINUTE);
  const idle = await bounded("cron: nothing to do");
  assert.ok(idle <= 8 * FILLED.postings, `${idle} rows`);
});

test("documents of a refused form are held, sent, replaced, and deleted after an hour", async () => {
  await override(place.guichet, { clock: clock() });
  const send = async (token, changes) => (await apply(place.guichet, { token, ...changes }, { json: false })).status;
  const token = await freshToken(place.guichet);
  const nameless = { name: "", email: "held@example.org" };
  assert.equal(await send(token, nameless), 422);
  await bounded("a refused form, its documents are held");
  assert.equal(await send(token, { ...nameless, cv: document("CV.pdf", pdf("Un autre CV")) }), 422);
  await bounded("another document takes the place of one");
  await cronAt(NOON + HOUR);
  await bounded("cron: deletes three held documents");
});

test("an application that comes in parts, and one that does not come whole", async () => {
  await override(place.guichet, { clock: clock() });
  const files = { cover_letter: ["Lettre.pdf", pdf("Lettre")], cv: ["CV.pdf", pdf("CV")] };
  const send = async (token, email) => {
    const answer = await apply(place.guichet, { token, email, cover_letter: undefined, cv: undefined, documents: announced(files) });
    return { status: answer.status, ...(await answer.json()) };
  };
  const token = await freshToken(place.guichet);
  const { status, parts } = await send(token, "parts@example.org");
  assert.equal(status, 202);
  await bounded("an announcement");
  for (const [, bytes] of Object.values(files)) await place.guichet.fetch(`${parts}/${sha256(bytes)}/0`, { method: "PUT", body: bytes });
  assert.equal(await bounded("two parts"), 0);
  assert.equal((await send(token, "parts@example.org")).status, 201);
  await settled();
  await bounded("they become an application");
  assert.equal((await send(await freshToken(place.guichet), "unfinished@example.org")).status, 202);
  await cronAt(NOON + 12 * HOUR);
  await bounded("cron: what has not come whole is deleted and told");
});

test("the desk", async () => {
  await override(place.guichet, { clock: clock() });
  const staff = await signIn(place.guichet);
  const list = `/desk/postings/${POSTING.slug}`;
  await staff.json("/desk");
  const { applications, source, version } = await staff.json(list);
  assert.equal((await staff.get(list, { accept: "text/html" })).status, 200);
  for (const [sort, order] of ["number", "name", "stage"].flatMap((sort) => ["asc", "desc"].map((order) => [sort, order])))
    assert.equal((await staff.post(`${list}/search`, { q: "marie", sort, order })).status, 200);
  await bounded(`list of ${FILLED.ofPosting} applications, in each order`);

  const [{ reference }, other] = applications;
  const path = `/desk/applications/${reference}`;
  assert.equal((await staff.post(`${path}/notes`, { note: "Bon dossier" })).status, 201);
  const { documents } = await staff.json(path);
  assert.equal((await staff.get(path, { accept: "text/html" })).status, 200);
  for (const answered of ["yes", "no"]) await staff.post(`${path}/answered`, { answered });
  for (const address of [`${path}/documents/${documents[0].id}`, `${path}/file`]) await staff.get(address);
  await bounded("an application, a note, a document, the file of the person");

  const attachment = document("Consigne.pdf", pdf("Consigne"), "application/pdf");
  const form = new FormData();
  for (const [name, value] of Object.entries({ reference, stage: "test", subject: "Test", message: "Bonjour", attachment })) form.append(name, value);
  const { scheduled } = await (await staff.post("/desk/stage", form)).json();
  assert.equal((await staff.post(`/desk/mails/${scheduled[0].id}/cancel`, {})).status, 200);
  assert.equal((await staff.post("/desk/stage", { reference: other.reference, stage: "declined", subject: "Réponse", message: "Bonjour" })).status, 200);
  await bounded("a stage with a mail, which is stopped, and another");
  await cronAt(NOON + 10 * MINUTE);
  await settled(NOON + 10 * MINUTE);
  await cronAt(NOON + 2 * DAY);
  await bounded("cron: the mail leaves, the attachment goes");

  await override(place.guichet, { clock: clock() });
  for (const kind of ["csv", "json", "zip"]) await (await staff.get(`${list}/export.${kind}`)).arrayBuffer();
  await bounded(`exports of ${FILLED.ofPosting} applications`);
  assert.equal((await staff.post(list, { source: source.replace("+++\n\n", "+++\n\nUn mot de plus.\n\n"), version })).status, 200);
  await bounded("a posting is saved");
  assert.equal((await staff.post(`${path}/erase`, {})).status, 200);
  await bounded("an application is erased");
});

test("the closing of a posting, and its end", async () => {
  const orphans = Array.from({ length: 250 }, (_, n) => `applications/${String(n).padStart(32, "e")}/cv/${"0".repeat(64)}`);
  const mails = Array.from({ length: 20 }, (_, n) => `incoming/${String(n).padStart(32, "e")}`);
  await Promise.all([...orphans, ...mails].map((key) => place.guichet.bucket.put(key, "x")));
  await cronAt(POSTING.closesAt + HOUR);
  await bounded(`cron: report on ${FILLED.ofPosting} applications`);
  await cronAt(POSTING.closesAt + HOUR + DAY);
  await bounded("cron: the day after");
  // The clock of the store of documents is the real one.
  const end = Math.max(Date.now(), POSTING.closesAt + 180 * DAY) + 2 * DAY;
  for (const what of ["100 applications and 199 orphans", "the other applications and orphans", "the books"]) {
    await cronAt(end);
    await bounded(`cron: erases ${what}`);
  }
  const left = await place.guichet.db.prepare("SELECT count(*) AS n FROM applications WHERE posting = ?1").bind(POSTING.slug).first("n");
  assert.equal(left, 0);
});

/**
 * Of `cargo xtask postings`, which no Worker runs; of pages that are older than their posting's deadline or subject; and
 * of an isolate that meets a version for the first time, which was before the counting began; of postings that seal or forget; of shared computers.
 */
const ELSEWHERE = new Set([
  "load postings",
  "insert posting",
  "delete unfinished version",
  "insert version",
  "append to version",
  "make current",
  "select saved",
  "set state of posting",
  "select version",
  "select earlier versions",
  "count erased before",
  "seal",
  "seal revisions",
  "confirm",
  "insert confirmation",
  "forget",
  "select unconfirmed",
  // Of reports after the day of deletion.
  "select last erasure",
  "open once",
  "note undelivered",
  // Of postings with several recipients.
  "note recipients",
  "note recipient bounced",
  "note bounced at some",
]);

test("no statement of the ledger is left out", () => {
  assert.deepEqual(names.filter((name) => !dearest.has(name) && !ELSEWHERE.has(name)), []);
  if (!process.env.GUICHET_TABLE) return;
  console.log("| | statements | rows read | rows written | ms |\n|---|---|---|---|---|");
  for (const row of events) console.log(`| ${Object.values(row).join(" | ")} |`);
  console.log("\n| statement | rows read at most | in |\n|---|---|---|");
  for (const [name, { rows, event }] of dearest) console.log(`| ${name} | ${rows} | ${event} |`);
});
