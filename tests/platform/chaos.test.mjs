// The short form of `cargo xtask chaos`: workerd is killed while candidates apply and mails leave, and nothing is lost.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MARIE, POSTING } from "../support/application.mjs";
import { audit } from "../support/audit.mjs";
import { anySeed } from "../support/chance.mjs";
import { chaos } from "../support/chaos.mjs";

// Only Linux tells which process is workerd.
test("30 applications, 3 kills and a mail server that fails: all that was acknowledged arrives, once", { skip: process.platform !== "linux" }, async (t) => {
  const seed = anySeed();
  t.diagnostic(`seed ${seed}`);
  const figures = await chaos({ applications: 30, kills: 3, seed });
  t.diagnostic(JSON.stringify(figures));
  assert.equal(figures.kills, 3);
  assert.ok(figures.acknowledged >= 20, `${figures.acknowledged} acknowledged`);
});

const CV = Buffer.from("a document");
const candidate = { email: MARIE.email, reference: "ABCD2345", documents: { cv: CV } };

/** Both mails about the candidate's application, as they arrive. */
function arrived(staff = {}, acknowledgement = {}) {
  return [
    copy({ to: POSTING.recipient, id: "<staff@x>", ...staff }),
    copy({ to: MARIE.email, id: "<acknowledgement@x>", ...acknowledgement }),
  ];
}

function copy({ to, id, from = MARIE.email, reference = "ABCD2345", cv = CV, repeated = false, answered = true, at = 0 }) {
  const head = [`Message-ID: ${id}`, `Reply-To: ${from}`, `X-Guichet-Reference: ${reference}`];
  if (repeated) head.push("X-Guichet-Possible-Duplicate: yes");
  const body = ["Content-Type: application/pdf", "Content-Disposition: attachment", "Content-Transfer-Encoding: base64", "", cv.toString("base64")];
  return { to: [to], at, answered, raw: Buffer.from([...head, ...body].join("\r\n")) };
}

const BREACHES = [
  ["a mail to staff that never came", () => arrived().slice(1), /staff mail never came/],
  ["an acknowledgement that never came", () => arrived().slice(0, 1), /acknowledgement mail never came/],
  ["another document", () => arrived({ cv: Buffer.from("another") }), /other documents/],
  ["another reference", () => arrived({ reference: "WXYZ6789" }), /the mail says WXYZ6789/],
  ["somebody who never applied", () => arrived({ from: "jean@example.net" }), /nobody has sent/],
  ["one Message-ID for both mails", () => arrived({}, { id: "<staff@x>" }), /another mail's Message-ID/],
  ["a second copy without need", () => [...arrived(), ...arrived({ repeated: true })], /although its sender knew/],
  ["a second copy long before a kill", () => [...arrived({ at: 1_000 }), ...arrived({ repeated: true })], /although its sender knew/, [60_000]],
  ["a second copy under another Message-ID", () => [...arrived({ answered: false }), ...arrived({ id: "<new@x>", repeated: true })], /another Message-ID/],
  ["a second copy that does not say so", () => [...arrived({ answered: false }), ...arrived()], /does not say so/],
];
for (const [what, messages, complaint, kills = []] of BREACHES) {
  test(`the audit notices ${what}`, () => assert.rejects(audit([candidate], messages(), kills), complaint));
}

test("the audit passes a copy that nobody could know of, and an application that was never acknowledged", async () => {
  const unknown = [...arrived({ answered: false }), ...arrived({ repeated: true }).slice(0, 1)];
  assert.deepEqual(await audit([candidate], unknown, []), { acknowledged: 1, unanswered: 0, mails: 3, duplicates: 1 });
  const killed = [...arrived({ at: 1_000 }), ...arrived({ repeated: true }).slice(0, 1)];
  assert.equal((await audit([candidate], killed, [1_500])).duplicates, 1);
  assert.equal((await audit([{ ...candidate, reference: undefined }], [], [])).unanswered, 1);
});
