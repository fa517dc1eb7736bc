// Tests that a message which the queue gives up is not lost: the sweep queues its mail again, and the operator is
// alerted.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";

import PostalMime from "postal-mime";

import { apply, clock, NOON } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const MINUTE = 60_000;
const operator = "operator@example.org";
// A message that fails is dead at once, not after ten minutes.
const place = await running({ retries: 0, vars: { OPERATOR_ADDRESS: operator } });
beforeEach(async () => {
  await place.afresh();
  place.lines.length = 0;
});

const printed = (event) => poll(() => place.lines.some((line) => line.includes(`"event":"${event}"`)), 10_000, () => `${event} is not in the log`);

const alerts = () => place.mailbox.messages.filter(({ to }) => to[0] === operator);

async function sent(fault) {
  await override(place.guichet, { clock: clock(), fault });
  const answer = await apply(place.guichet, {}, { headers: { "x-test-fault": "" } });
  assert.equal(answer.status, 201);
  return (await answer.json()).reference;
}

test("a dead message is logged, without a word of the application, and the sweep sends its mails", async () => {
  const reference = await sent("r2");
  await printed("dead letter");
  const line = place.lines.find((text) => text.includes("dead letter"));
  assert.ok(!line.includes(reference), line);
  await place.mails(reference, 1);
  await override(place.guichet, { clock: clock(NOON + MINUTE) });
  await place.guichet.cron();
  await place.mails(reference);
});

test("mails that nothing tries are told to the operator, once", async () => {
  // No queue message comes through, those of the sweep neither.
  await override(place.guichet, { clock: clock(), fault: "queue" });
  const reference = (await (await apply(place.guichet)).json()).reference;
  await override(place.guichet, { clock: clock(NOON + 31 * MINUTE), fault: "queue" });
  await place.guichet.cron();
  await place.guichet.cron();
  await printed("mails do not leave");
  const [alert, ...others] = alerts();
  assert.equal(others.length, 0);
  assert.ok((await PostalMime.parse(alert.raw)).text.includes("half an hour"));
  await override(place.guichet, { clock: clock(NOON + 32 * MINUTE) });
  await place.guichet.cron();
  await place.mails(reference);
  await place.guichet.cron();
  await printed("mails leave again");
  assert.equal(alerts().length, 1);
});

test("a setting that is wrong is told as the cause, by the binding, and nothing is lost", async () => {
  const vars = { MAIL_TRANSPORT: "pigeon" };
  await override(place.guichet, { clock: clock(), vars });
  const reference = (await (await apply(place.guichet)).json()).reference;
  const failed = (times) => () => place.guichet.db.prepare("SELECT min(failures) AS n FROM mails WHERE application IS NOT NULL").first("n").then((n) => n >= times);
  await poll(failed(1), 10_000, () => "the mails are not tried");
  await override(place.guichet, { clock: clock(NOON + MINUTE), vars });
  await place.guichet.cron();
  await poll(failed(2), 10_000, () => "the mails are not tried again");
  await place.guichet.cron();
  await printed("mails do not leave");
  const line = place.lines.find((text) => text.includes("mails do not leave"));
  assert.match(line, /configuration: MAIL_TRANSPORT/);
  await poll(() => place.lines.some((text) => /\/files\/email\/\S+\.eml/.test(text)), 10_000, () => "the binding got no alert");
  const [file] = place.lines.join("\n").match(/\S+\/files\/email\/\S+\.eml/);
  const alert = await PostalMime.parse(await readFile(file));
  assert.equal(alert.to[0].address, operator);
  assert.match(alert.text, /a setting of Guichet is wrong/);
  await override(place.guichet, { clock: clock(NOON + 4 * MINUTE) });
  await place.guichet.cron();
  await place.mails(reference);
});
