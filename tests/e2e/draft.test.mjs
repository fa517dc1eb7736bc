// Tests that what was typed survives a change of language and a reload in the same tab, for an hour, until it is sent.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { MARIE, POSTING } from "../support/application.mjs";
import { browsing, hasFocus, look, NARROW, openForm, takenOver } from "../support/browser.mjs";
import { fill, send } from "../support/candidate.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);
const { form } = words("fr");
const HOUR = 3_600_000;

beforeEach(() => place.afresh());

const kept = (page) => page.evaluate(() => Object.values({ ...sessionStorage }));

/** What the controls hold. */
const held = async (page) => ({
  name: await page.inputValue("#name"),
  email: await page.inputValue("#email"),
  message: await page.inputValue("#message"),
  permit: await page.isChecked("#eu_work_permit"),
});
const NOTHING = { name: "", email: "", message: "", permit: false };

test("what was typed survives a change of language and a reload; documents and consent do not", async (t) => {
  const page = await visitors.visit(t, { viewport: NARROW });
  await openForm(page);
  assert.ok(await page.getByText(form.draft).isVisible());
  await fill(page, { message: "Bonjour" });
  const typed = { name: MARIE.name, email: MARIE.email, message: "Bonjour", permit: true };
  await page.getByRole("link", { name: "English" }).click();
  await page.waitForURL("**?lang=en");
  await takenOver(page);
  assert.deepEqual(await held(page), typed);
  assert.equal(await page.isChecked("#consent"), false);
  assert.equal(await page.$eval("#cv", ({ files }) => files.length), 0);
  await look(page, "draft-en-320");
  await page.reload();
  await takenOver(page);
  assert.deepEqual(await held(page), typed);
  assert.ok(!(await kept(page)).join().includes("CV.docx"));
  // A second tab knows nothing of it.
  const other = await page.context().newPage();
  await openForm(other);
  assert.deepEqual(await held(other), NOTHING);
  await fill(page, { message: "Bonjour" });
  await send(page);
  assert.deepEqual(await kept(page), [], "it is deleted once it is sent");
});

test("after an hour nothing is left of it", async (t) => {
  const page = await visitors.visit(t);
  await page.clock.install();
  await openForm(page);
  await page.fill("#name", MARIE.name);
  assert.equal((await kept(page)).length, 1);
  await page.clock.fastForward(HOUR - 60_000);
  assert.equal((await kept(page)).length, 1);
  await page.clock.fastForward(120_000);
  assert.deepEqual(await kept(page), [], "in a page that stays open");
  await page.evaluate((path) => {
    const draft = { kept_at: Date.now() - 3_600_000, fields: { name: "Somebody else" } };
    sessionStorage.setItem(`guichet ${path}`, JSON.stringify(draft));
  }, `/postings/${POSTING.slug}/applications`);
  await page.reload();
  await takenOver(page);
  assert.notEqual(await page.inputValue("#name"), "Somebody else", "in a tab that was brought back");
  assert.deepEqual(await kept(page), []);
});

test("a form is emptied by a button, after a question", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  await fill(page);
  await page.click("#submit", { trial: true });
  page.once("dialog", (dialog) => dialog.dismiss());
  await page.getByRole("button", { name: form.empty }).click();
  assert.equal(await page.inputValue("#name"), MARIE.name, "not without a yes");
  page.once("dialog", (dialog) => dialog.accept());
  await page.getByRole("button", { name: form.empty }).click();
  await hasFocus(page, "name");
  assert.deepEqual(await held(page), NOTHING);
  assert.equal(await page.isChecked("#consent"), false);
  assert.equal(await page.$eval("#cv", ({ files }) => files.length), 0);
  assert.ok(await page.locator("#cv-status").isHidden());
  assert.deepEqual(await kept(page), []);
  await fill(page);
  await send(page);
});

test("a page out of the browser's own store gets another token, unless it was sent", async (t) => {
  const page = await visitors.visit(t, { expected: /ERR_FAILED/ });
  await openForm(page);
  const token = () => page.inputValue("#token");
  const first = await token();
  const back = () => page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await back();
  await page.waitForFunction((before) => document.getElementById("token").value !== before, first);
  const second = await token();
  await page.route("**/applications", (route) => route.abort());
  await page.route("**/applications?*", (route) => route.abort());
  await fill(page);
  await page.click("#submit");
  await hasFocus(page, "error-summary");
  await back();
  await page.unrouteAll();
  await send(page);
  assert.notEqual(second, first);
});
