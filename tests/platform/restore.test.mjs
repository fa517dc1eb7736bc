// Tests that a database which is put back to an earlier moment brings nobody back and sends nothing again, by the commands
// that docs/operations.md gives. Local D1 has no Time Travel: the test puts the rows back itself.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { apply, clock, everything, NOON } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { ROOT } from "../support/guichet.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const state = await mkdtemp(join(tmpdir(), "guichet-restore-"));
const place = await running({ state });
after(() => rm(state, { recursive: true, force: true }));

const admin = (word) => promisify(execFile)("cargo", ["xtask", "admin", word, "--state", state], { cwd: ROOT, timeout: 300_000 });

async function cronAt(minutes) {
  await override(place.guichet, { clock: clock(NOON + minutes * 60_000) });
  await place.guichet.cron();
}

/** Tables that triggers keep, with those of the previous Worker. */
const KEPT_BY_TRIGGERS = ["outbox", "notices"];

/** Puts every row of every table back, as Time Travel does. */
async function putBack(rows) {
  const { db } = place.guichet;
  const insert = (name) => rows[name].map((row) => {
    const columns = Object.keys(row);
    const marks = columns.map((_, index) => `?${index + 1}`).join(", ");
    return db.prepare(`INSERT INTO ${name} (${columns.join(", ")}) VALUES (${marks})`).bind(...Object.values(row));
  });
  const others = Object.keys(rows).filter((name) => !["applications", "mails", ...KEPT_BY_TRIGGERS].includes(name));
  const empty = (name) => db.prepare(`DELETE FROM ${name}`);
  await db.batch([
    db.prepare("PRAGMA defer_foreign_keys = on"),
    ...["mails", "applications"].map(empty),
    ...["applications", "mails"].flatMap(insert),
    // Triggers have written into some of them.
    ...others.flatMap((name) => [empty(name), ...insert(name)]),
  ]);
}

const applied = async (email) => {
  const answer = await apply(place.guichet, { email });
  assert.equal(answer.status, 201);
  const body = await answer.json();
  return { ...body, receipt: body.status_url.replace(place.guichet.url.origin, "") };
};
const unsettled = (where = "true") => place.guichet.db.prepare(`SELECT count(*) AS n FROM mails WHERE (sent_at IS NULL OR leased_until > 0) AND ${where}`).first("n");

test("after a restore the withdrawn stay withdrawn, what was sent is not sent again, and the rest leaves", async () => {
  // At noon: three applications whose mails wait, because the mail server is away.
  place.mailbox.next("rcpt", 451, { times: 6 });
  const [stays, goes, waits] = [await applied("stays@example.net"), await applied("goes@example.net"), await applied("waits@example.net")];
  await poll(async () => (await unsettled("attempts = 0 OR leased_until > 0")) === 0, 20_000, () => "mails are not tried");
  const noon = await everything(place.guichet);
  assert.equal(await unsettled(), 6);

  // Then the mails of two of them leave, and one is withdrawn.
  await place.guichet.db.prepare("UPDATE mails SET due_at = ?1 WHERE application IN (SELECT id FROM applications WHERE reference = ?2)").bind(NOON + 9e9, waits.reference).run();
  await cronAt(10);
  await Promise.all([stays, goes].map(({ reference }) => place.mails(reference)));
  await poll(async () => (await unsettled()) === 2, 20_000, () => "mails are not settled");
  assert.equal((await place.guichet.fetch(goes.receipt.replace("?", "/withdraw?"), { method: "POST" })).status, 303);

  // The outbox is held up, and the database put back to noon.
  await admin("pause");
  await cronAt(20);
  place.mailbox.messages.length = 0;
  await putBack(noon);
  await cronAt(30);
  assert.equal(place.mailbox.messages.length, 0, "nothing leaves while the outbox is paused");
  assert.equal((await place.guichet.fetch(goes.receipt)).status, 200, "the restored database has the one who withdrew");

  await admin("restore");
  place.lines.length = 0;
  await cronAt(40);
  assert.ok(place.lines.some((line) => line.includes('"restored"')), place.lines.join("\n"));
  assert.equal((await place.guichet.fetch(goes.receipt)).status, 404, "nobody is brought back");
  await cronAt(50);
  await place.mails(waits.reference, 2);
  await poll(async () => (await unsettled("application IS NOT NULL")) === 0, 20_000, () => "mails are not settled");
  const about = place.mailbox.messages.map(({ raw }) => /X-Guichet-Reference: (\w+)/.exec(raw)[1]);
  assert.deepEqual([...new Set(about)], [waits.reference], "what was sent is not sent again");
  assert.equal((await apply(place.guichet, { email: "later@example.net" })).status, 201);
});
