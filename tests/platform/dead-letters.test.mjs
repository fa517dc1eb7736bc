// What the queue gives up is not lost: the ledger knows what is to be sent, and somebody hears of it.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { apply, clock, NOON } from "../support/application.mjs";
import { standing } from "../support/faults.mjs";
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

async function sent(fault) {
  await standing(place.guichet, { clock: clock(), fault });
  const answer = await apply(place.guichet, {}, { headers: { "x-test-fault": "" } });
  assert.equal(answer.status, 201);
  return (await answer.json()).reference;
}

test("a dead message is logged, without a word of the application, and the sweep sends its letters", async () => {
  const reference = await sent("r2");
  await printed("dead letter");
  const line = place.lines.find((text) => text.includes("dead letter"));
  assert.ok(!line.includes(reference), line);
  await place.mails(reference, 1);
  await standing(place.guichet, { clock: clock(NOON + MINUTE) });
  await place.guichet.cron();
  await place.mails(reference);
});

test("letters that nothing tries are told to the operator, with the cause, once", async () => {
  const vars = { MAIL_TRANSPORT: "pigeon" };
  await standing(place.guichet, { clock: clock(), vars });
  const reference = (await (await apply(place.guichet)).json()).reference;
  await printed("dead letter");
  await standing(place.guichet, { clock: clock(NOON + 31 * MINUTE), vars });
  await place.guichet.cron();
  await printed("mails do not leave");
  // The setting is mended: the alert leaves with what it was about.
  await standing(place.guichet, { clock: clock(NOON + 32 * MINUTE) });
  await place.guichet.cron();
  await place.mails(reference);
  await place.guichet.cron();
  await printed("mails leave again");
  assert.equal(place.mailbox.messages.filter(({ to }) => to[0] === operator).length, 1);
});
