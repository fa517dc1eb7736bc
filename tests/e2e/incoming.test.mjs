// The form that the answer to a mail leads to: what was right is filled in, and its documents are there.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import PostalMime from "postal-mime";

import { kept, POSTING, sha256 } from "../support/application.mjs";
import { browsing, sound } from "../support/browser.mjs";
import { arrived, choose } from "../support/candidate.mjs";
import { handOver, INTAKE, received } from "../support/incoming.mjs";
import { CV, LETTER, mail, MARIE } from "../support/letters.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const place = await running({ incoming: true });
const visitors = await browsing(place);
beforeEach(() => place.afresh());

/** The address in the mail to Marie that a mail from her calls for. */
async function answered(raw, pattern) {
  await handOver(place.guichet.mf, { from: MARIE, to: INTAKE, raw: received(Buffer.from(raw), MARIE) });
  const toMarie = () => place.mailbox.messages.filter(({ to }) => to[0] === MARIE);
  await poll(() => toMarie().length > 0, 15_000, () => "no mail to Marie");
  const { text } = await PostalMime.parse(toMarie()[0].raw);
  return pattern.exec(text)[0];
}

for (const script of [true, false]) {
  const how = script ? "with" : "without";
  test(`${how} script, a mail without a CV is completed`, async (t) => {
    const address = await answered(mail({ files: [LETTER] }), /http\S+\/incoming\/\S+/);
    const page = await visitors.visit(t, { javaScriptEnabled: script });
    await page.goto(address);
    assert.equal(await page.inputValue("#name"), "Marie Dupont");
    assert.equal(await page.inputValue("#email"), MARIE);
    assert.match(await page.locator("main").innerText(), /Lettre de motivation\.pdf/);
    if (script) await sound(page, "the form of a mail");
    await choose(page, "cv", new File([CV.bytes], CV.name));
    await page.check(`[name="eu_work_permit"][value="yes"]`);
    await page.check(`[name="consent"]`);
    await page.click("#submit");
    const reference = await arrived(page);
    const { applications } = await kept(place.guichet);
    assert.deepEqual(applications.map(({ reference, number }) => [reference, number]), [[reference, 1]]);
    const [staff] = await place.mails(reference);
    const { attachments } = await PostalMime.parse(staff.raw);
    assert.deepEqual(attachments.map(({ content }) => sha256(new Uint8Array(content))), [LETTER, CV].map(({ bytes }) => sha256(bytes)));
  });

  test(`${how} script, the questions of a complete mail are answered`, async (t) => {
    const address = await answered(mail(), /http\S+\/correct\?\S+/);
    const page = await visitors.visit(t, { javaScriptEnabled: script });
    await page.goto(address);
    await page.check(`[name="eu_work_permit"][value="yes"]`);
    await page.check(`[name="consent"]`);
    await page.click("#submit");
    const reference = await arrived(page);
    const [{ revision, posting }] = (await kept(place.guichet)).applications;
    assert.deepEqual([revision, posting], [2, POSTING.slug]);
    assert.ok(reference);
  });
}
