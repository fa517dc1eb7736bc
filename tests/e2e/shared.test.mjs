// A candidate on a computer that others use, with a script and without: what the browser keeps, and what leads back.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { document, pdf, POSTING } from "../support/application.mjs";
import { browsing, look, NARROW, openForm, WIDE } from "../support/browser.mjs";
import { fill, send } from "../support/candidate.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);

beforeEach(() => place.afresh());

/** What Chromium says of an address that is used up. */
const NOT_FOUND = /^error: Failed to load resource: the server responded with a status of 404 /;

const kept = (page) => page.evaluate(() => Object.keys(sessionStorage));
const codeOf = (page) => page.locator("#code").textContent();

/** The receipt, by reference and code. */
async function openByCode(page, reference, code, language) {
  await page.goto(`/receipt?lang=${language}`);
  await page.fill("#reference", reference.toLowerCase());
  await page.fill("#code", code.replace(/(....)/g, "$1 "));
  await page.locator("form [type=submit]").click();
  await page.locator("#reference").waitFor();
}

test("with a script nothing stays in the tab, and the way out leads nowhere back", async (t) => {
  const { form, receipt, shared } = words("fr");
  const page = await visitors.visit(t, { viewport: NARROW, expected: NOT_FOUND });
  await openForm(page, { query: "?lang=fr" });
  await page.fill("#name", "Amélie");
  await page.waitForFunction(() => sessionStorage.length === 1);
  await page.getByLabel(shared.tick).check();
  await page.waitForFunction(() => sessionStorage.length === 0);
  await page.fill("#name", "Amélie Ben Salah");
  assert.deepEqual(await kept(page), []);
  assert.ok(!(await page.getByText(form.draft).isVisible()), "nor does the page say so");
  assert.ok(await page.getByRole("button", { name: form.empty }).isVisible());
  await look(page, "shared-form-fr-320");
  // Large enough to go in parts.
  await fill(page, { cv: document("CV.pdf", pdf("Amélie Ben Salah", 200_000)) });
  const reference = await send(page);
  assert.deepEqual(await kept(page), []);
  assert.equal(await page.title(), shared.page);
  const code = await codeOf(page);
  assert.match(code, /^[2-9A-Z]{12}$/);
  assert.equal(await page.getByText(receipt.keep_how).count(), 0, "its address is not to be kept");
  await look(page, "shared-receipt-fr-320");
  const address = page.url();
  await page.reload();
  assert.equal(await page.getByText(reference).count(), 0, "a second time it does not open");
  await openByCode(page, reference, code, "fr");
  assert.ok(await page.getByText(receipt.state_received).isVisible());
  assert.ok(!page.url().includes("key="), page.url());
  await page.getByRole("link", { name: shared.leave }).click();
  await page.waitForURL("about:blank");
  await page.goBack();
  assert.equal(await page.getByText(receipt.state_received).count(), 0, "Back does not lead to it");
  await page.goto(address);
  assert.equal(await page.getByText(reference).count(), 0);
});

test("without a script, in Arabic, the form that is left behind corrects nothing", async (t) => {
  const { receipt, shared } = words("ar");
  const page = await visitors.visit(t, { javaScriptEnabled: false, viewport: NARROW });
  await page.goto(`/postings/${POSTING.slug}?lang=ar`);
  await page.getByLabel(shared.tick).check();
  assert.ok(!(await page.getByText(words("ar").form.draft).isVisible()), "nothing is kept without a script");
  await look(page, "shared-form-ar-320");
  await fill(page);
  const token = await page.inputValue("#token");
  const reference = await send(page);
  const code = await codeOf(page);
  await look(page, "shared-receipt-ar-320");
  // As a browser that still has the page sends it.
  await page.goto(`/postings/${POSTING.slug}?lang=ar`);
  await page.locator("#token").evaluate((input, old) => (input.value = old), token);
  await page.getByLabel(shared.tick).check();
  await fill(page, { message: "Quelqu’un d’autre" });
  await page.click("#submit");
  await page.locator("#error-summary").waitFor();
  assert.ok(await page.getByLabel(shared.tick).isChecked(), "a form that comes back keeps it");
  await page.goto(`/receipt?lang=ar`);
  await look(page, "shared-open-ar-320");
  await openByCode(page, reference, code, "ar");
  assert.ok(await page.getByText(receipt.state_received).isVisible());
  assert.equal(await page.getByText(words("ar").receipt.corrected.split("{")[0]).count(), 0, "nobody corrected it");
});

test("a receipt that was opened by its code is corrected and withdrawn, and no address holds a key", async (t) => {
  const { correct, receipt, shared, withdraw, withdrawn } = words("fr");
  const page = await visitors.visit(t, { viewport: WIDE });
  const addresses = [];
  await openForm(page, { query: "?lang=fr" });
  await page.getByLabel(shared.tick).check();
  await fill(page);
  const reference = await send(page);
  const code = await codeOf(page);
  await look(page, "shared-receipt-fr-1280");
  page.on("framenavigated", (frame) => addresses.push(frame.url()));
  await openByCode(page, reference, "ABCD", "fr");
  assert.ok(await page.getByText(shared.open_wrong).isVisible());
  assert.equal((await page.inputValue("#code")).trim(), "ABCD", "so that each letter can be checked");
  await look(page, "shared-open-fr-1280");
  await openByCode(page, reference, code, "fr");
  await page.getByRole("button", { name: receipt.correct_link }).click();
  await page.getByRole("heading", { level: 1, name: correct.title }).waitFor();
  assert.equal(await page.title(), shared.page);
  await look(page, "shared-correct-fr-1280");
  await page.fill("#name", "Amélie B.");
  await page.click("#submit");
  await page.getByText(receipt.corrected.split("{")[0]).waitFor();
  assert.deepEqual(addresses.filter((url) => url.includes("key=") && !/\?key=\d+\./.test(url)), []);
  await page.getByRole("button", { name: receipt.withdraw_link }).click();
  await look(page, "shared-withdraw-fr-1280");
  await page.getByRole("button", { name: withdraw.yes }).click();
  await page.getByRole("heading", { level: 1, name: withdrawn.title }).waitFor();
  assert.ok(!page.url().includes("key="), page.url());
});
