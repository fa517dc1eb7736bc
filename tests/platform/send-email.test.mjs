// Tests mail by the `send_email` binding. Locally it writes each message to a file and prints the path.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";

import PostalMime from "postal-mime";

import { apply, clock, docx, kept, MARIE, NOON, pdf, POSTING, sha256 } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const place = await running({ smtp: undefined, events: true });
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

/** An event of the platform about a mail, as its documentation has them. */
const event = (kind, messageId) => ({
  type: `cf.email.sending.message.${kind}`,
  source: { type: "email.sending", zoneId: "023e", domain: "example.org" },
  payload: { eventId: "0190", messageId, sender: "guichet@example.org", recipient: MARIE.email, subject: "…", terminal: true, bounce: { type: "hard" } },
  metadata: { eventSchemaVersion: 1 },
});

test("a bounce that the platform publishes is noted at its mail, and nothing else is", async () => {
  const { status_url: receipt } = await (await apply(place.guichet)).json();
  const rows = async () => (await place.guichet.db.prepare("SELECT kind, transport_id, sent_at, refused_because FROM mails ORDER BY kind").all()).results;
  await poll(async () => (await rows()).every(({ sent_at }) => sent_at !== null), 15_000, () => "the mails are not sent");
  const [acknowledgement] = await rows();
  assert.ok(acknowledgement.transport_id, "the platform has told its id");
  for (const [kind, id] of [["delivered", acknowledgement.transport_id], ["bounced", "of another Worker"]]) await place.guichet.publish(event(kind, id));
  for (const noise of ["text", 7, null, [], {}, { type: event("bounced").type, payload: 1 }]) await place.guichet.publish(noise);
  await place.guichet.publish(event("bounced", acknowledgement.transport_id));
  await poll(async () => (await rows())[0].refused_because === "bounced", 15_000, () => "the bounce is not noted");
  const [bounced, staff] = await rows();
  assert.deepEqual([bounced.sent_at, staff.refused_because, staff.sent_at !== null], [null, null, true]);
  const { acknowledged_at, forwarded_at } = await (await place.guichet.fetch(receipt, { headers: { accept: "application/json" } })).json();
  assert.deepEqual([acknowledged_at, forwarded_at !== null], [null, true]);
});
