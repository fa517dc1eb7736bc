// Tests `cargo xtask admin`: lists mails that have not left, sends mails again, shows and erases applications. It asks the database itself, with
// Wrangler.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { apply, kept, NOON, POSTING } from "../support/application.mjs";
import { ROOT } from "../support/guichet.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const state = await mkdtemp(join(tmpdir(), "guichet-admin-"));
// As after `cargo xtask dev --now`: a clock that goes, and the note of how far it is from the real one.
const shift = String(NOON - Date.now());
await writeFile(join(state, "clock"), shift);
const place = await running({ state, clock: shift });
after(() => rm(state, { recursive: true, force: true }));

/** What it prints. */
async function admin(...words) {
  const options = { cwd: ROOT, timeout: 300_000 };
  const { stdout } = await promisify(execFile)("cargo", ["xtask", "admin", ...words, "--state", state], options);
  return stdout;
}

async function sent() {
  const answer = await apply(place.guichet);
  assert.equal(answer.status, 201);
  return (await answer.json()).reference;
}

const outbox = async () => (await place.guichet.db.prepare("SELECT * FROM mails ORDER BY kind DESC").all()).results;
const settled = () =>
  poll(async () => (await outbox()).every((row) => row.attempts > 0 && row.leased_until === 0), 20_000, () => "the mails are not settled");

test("a mail that was given up is listed, put back, and sent", async () => {
  await place.afresh();
  place.mailbox.next("rcpt", 550, { to: POSTING.recipient });
  const reference = await sent();
  await settled();
  const [given] = (await admin("outbox")).split("\n").slice(1);
  assert.match(given, new RegExp(`^${POSTING.slug} +1 +${reference} +staff +given up .* RCPT: the server answered 550$`));

  const said = await admin("send-again", reference.toLowerCase());
  assert.match(said, new RegExp(`^staff of ${reference} goes out`));
  assert.ok(!said.includes("may have arrived"));
  await place.guichet.cron();
  const mails = await place.mails(reference);
  assert.ok(mails.every(({ raw }) => !raw.includes("X-Guichet-Possible-Duplicate")));
  await settled();
  assert.ok(!place.lines.some((line) => line.includes("mails do not leave")), "what is put back is no trouble");
  assert.equal(await admin("outbox"), "Nothing waits and nothing is given up.\n");
});

test("a mail that was sent comes again under its Message-ID, and says so", async () => {
  await place.afresh();
  const reference = await sent();
  await place.mails(reference);
  await settled();
  assert.match(await admin("outbox", "--all"), new RegExp(`${reference} +acknowledgement +sent`));
  assert.match(await admin("send-again", reference), /may have arrived before/);
  await place.guichet.cron();
  const staffs = (await place.mails(reference, 3)).filter(({ to }) => to[0] === POSTING.recipient).map(({ raw }) => raw.toString("latin1"));
  const [first, second] = staffs.map((raw) => /^Message-ID: (.*)\r$/im.exec(raw)[1]);
  assert.equal(first, second);
  assert.deepEqual(staffs.map((raw) => raw.includes("X-Guichet-Possible-Duplicate: yes\r\n")), [false, true]);
});

test("an application is shown, and erased at the person's request", async () => {
  await place.afresh();
  const reference = await sent();
  await place.mails(reference);
  await settled();
  const shown = await admin("show", reference);
  for (const word of [POSTING.slug, "Marie Dupont", "marie.dupont@example.net", "cv (docx, ", "2025-07-15 12:", "acknowledgement", "sent"]) {
    assert.ok(shown.includes(word), `${word} in ${shown}`);
  }
  assert.match(await admin("erase", reference), new RegExp(`^${reference} is erased`));
  await assert.rejects(admin("show", reference), /no application has the reference/);
  await assert.rejects(admin("erase", reference), /no application has the reference/);
  await place.guichet.cron();
  const { applications, outbox: mails, documents } = await kept(place.guichet);
  assert.deepEqual([applications, mails, documents], [[], [], []]);
  const { results } = await place.guichet.db.prepare("SELECT withdrawn FROM tallies WHERE posting = ?").bind(POSTING.slug).all();
  assert.deepEqual(results, [{ withdrawn: 1 }], "a count stays");
});

test("what is not there is said to be not there", async () => {
  await place.afresh();
  await assert.rejects(admin("send-again", "22222222"), /no application has the reference 22222222/);
});
