// Tests mail by the `send_email` binding. Locally it writes each message to a file and prints the path.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";

import PostalMime from "postal-mime";

import { apply, clock, docx, kept, MARIE, NOON, pdf, POSTING, sha256 } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const place = await running({ smtp: undefined });
beforeEach(() => place.afresh());

/** The messages that the binding took about an application, once there are that many; those to staff first. */
async function taken(reference, count = 2) {
  let found = [];
  const enough = async () => {
    const files = place.lines.join("\n").match(/\S+\/files\/email\/\S+\.eml/g) ?? [];
    const all = await Promise.all([...new Set(files)].map((file) => readFile(file)));
    found = all.filter((raw) => raw.includes(`X-Guichet-Reference: ${reference}\r\n`));
    return found.length >= count;
  };
  await poll(enough, 15_000, () => `${found.length} of ${count} messages about ${reference}`);
  return [...found.filter(isToStaff), ...found.filter((raw) => !isToStaff(raw))];
}

const isToStaff = (raw) => /^To: .*applications@/m.test(raw);

test("the binding takes both mails, with subject and documents", async () => {
  const { reference } = await (await apply(place.guichet)).json();
  const [toStaff, toCandidate] = await Promise.all((await taken(reference)).map((raw) => PostalMime.parse(raw)));
  assert.equal(toStaff.subject, `${POSTING.subject} – ${MARIE.name} – ${reference} (n°\u00A01)`);
  assert.deepEqual([toStaff.from.address, toStaff.to[0].address], ["guichet@example.org", POSTING.recipient]);
  assert.deepEqual(
    toStaff.attachments.map(({ filename, content }) => [filename, sha256(new Uint8Array(content))]),
    [
      ["DUPONT_Marie_Lettre_de_motivation.pdf", sha256(pdf("Madame, Monsieur"))],
      ["DUPONT_Marie_CV.docx", sha256(docx("Marie Dupont"))],
    ],
  );
  assert.equal(toCandidate.to[0].address, MARIE.email);
  assert.equal(toCandidate.attachments.length, 0);
});

test("where the binding fails without saying whether it sent, the mail comes again and says so", async () => {
  await override(place.guichet, { fault: "email.send@1:after" });
  const { reference } = await (await apply(place.guichet, {}, { headers: { "x-test-fault": "" } })).json();
  await taken(reference);
  await poll(async () => (await kept(place.guichet)).outbox.some(({ due_at }) => due_at > NOON), 10_000, () => "the mail is not put off");
  await override(place.guichet, { clock: clock(NOON + 60_000) });
  await place.guichet.cron();
  const mails = await taken(reference, 3);
  // Whichever was sent first.
  const copies = mails.filter((raw) => mails.filter((other) => isToStaff(other) === isToStaff(raw)).length === 2).map(String);
  assert.equal(copies.length, 2);
  const [first, second] = copies.map((raw) => /^Message-ID: (.*)\r$/im.exec(raw)[1]);
  assert.equal(first, second);
  assert.deepEqual(copies.map((raw) => raw.includes("X-Guichet-Possible-Duplicate: yes\r\n")), [false, true]);
});

test("a recipient that the platform suppresses is tried again", async () => {
  await override(place.guichet, { fault: "email.send!E_RECIPIENT_SUPPRESSED" });
  await apply(place.guichet, {}, { headers: { "x-test-fault": "" } });
  const settled = async () => (await kept(place.guichet)).outbox.filter(({ last_problem }) => last_problem === "E_RECIPIENT_SUPPRESSED");
  await poll(async () => (await settled()).length === 2, 10_000, () => "the mails are not settled");
  for (const mail of await settled()) assert.deepEqual([mail.refused_because, mail.due_at > NOON], [null, true]);
});
