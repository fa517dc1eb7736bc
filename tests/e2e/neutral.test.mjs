// A candidate chooses which mails they get, with a script and without; the choice is kept.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, test } from "node:test";

import { clock, MARIE, POSTING } from "../support/application.mjs";
import { browsing, look, NARROW, openForm, takenOver } from "../support/browser.mjs";
import { fill, send } from "../support/candidate.mjs";
import { override } from "../support/faults.mjs";
import { ROOT } from "../support/guichet.mjs";
import { poll } from "../support/mailbox.mjs";
import { save } from "../support/postings.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);

beforeEach(() => place.afresh());

const chosen = (page) => page.locator("[name=mails]:checked").getAttribute("value");

test("with a script, the choice survives a reload, is sent and stands in the correction", async (t) => {
  const { form, receipt } = words("ar");
  const page = await visitors.visit(t, { viewport: NARROW });
  await openForm(page, { query: "?lang=ar" });
  assert.equal(await chosen(page), "full");
  await page.getByLabel(form.mails_none).check();
  await page.reload();
  await takenOver(page);
  assert.equal(await chosen(page), "none");
  await look(page, "neutral-form-ar-320");
  await fill(page);
  await send(page);
  assert.ok(await page.getByText(receipt.state_no_mails).isVisible());
  await page.getByRole("link", { name: receipt.correct_link }).click();
  await page.waitForURL("**/correct?*");
  assert.equal(await chosen(page), "none");
});

test("an emptied form has the posting's choice again", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  await page.locator("[name=mails][value=neutral]").check();
  page.on("dialog", (dialog) => dialog.accept());
  await page.click("#empty");
  await page.waitForFunction(() => document.querySelector("[name=mails]:checked")?.value === "full");
});

test("without a script, a form that comes back keeps the choice", async (t) => {
  const page = await visitors.visit(t, { javaScriptEnabled: false, viewport: NARROW });
  await page.goto(`/postings/${POSTING.slug}?lang=fr`);
  await fill(page, { name: "", mails: "neutral" });
  await page.click("#submit");
  await page.locator("#error-summary:visible").waitFor();
  assert.equal(await chosen(page), "neutral");
  await page.fill("#name", "Marie Dupont");
  const reference = await send(page);
  let mail;
  const isThere = () => (mail = place.mailbox.messages.find(({ to, raw }) => to[0] === MARIE.email && raw.includes(reference)));
  await poll(isThere, 15_000, () => "no acknowledgement came");
  assert.doesNotMatch(String(mail.raw), /X-Guichet|omct\.org>/i);
});

test("a posting that puts neutral mails first", async (t) => {
  const plain = await readFile(join(ROOT, "postings", `${POSTING.slug}.md`), "utf8");
  const as = async (source) => {
    await save(place.guichet.db, POSTING.slug, source);
    await override(place.guichet, { clock: clock(), vars: { DEV_POSTINGS_MS: "0" } });
  };
  await as(plain.replace(/\n\+\+\+\n/, "\n[privacy]\nneutral = true\n+++\n"));
  try {
    const page = await visitors.visit(t);
    await openForm(page);
    assert.equal(await chosen(page), "neutral");
    await page.locator("[name=mails][value=full]").check();
    page.on("dialog", (dialog) => dialog.accept());
    await page.click("#empty");
    await page.waitForFunction(() => document.querySelector("[name=mails]:checked")?.value === "neutral");
    await fill(page);
    const reference = await send(page);
    let mail;
    const isThere = () => (mail = place.mailbox.messages.find(({ to, raw }) => to[0] === MARIE.email && raw.includes(reference)));
    await poll(isThere, 15_000, () => "no acknowledgement came");
    assert.doesNotMatch(String(mail.raw), /X-Guichet|omct\.org>/i);
    const scriptless = await visitors.visit(t, { javaScriptEnabled: false, viewport: NARROW });
    await scriptless.goto(`/postings/${POSTING.slug}?lang=ar`);
    assert.equal(await chosen(scriptless), "neutral");
    await look(scriptless, "neutral-first-ar-320");
  } finally {
    await as(plain);
  }
});
