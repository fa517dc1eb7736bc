// Tests that everything works by keyboard alone: the focus is visible, follows the order of the page, and is never
// trapped.

import assert from "node:assert/strict";
import { test } from "node:test";

import { document, MARIE, pdf, POSTING } from "../support/application.mjs";
import { browsing, hasFocus, NARROW, takenOver } from "../support/browser.mjs";
import { arrived, choose, fill } from "../support/candidate.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);
const { form, site } = words("fr");

/** From the top of the form to its end, once it comes back with errors. */
const ORDER = ["mailto:applications@omct.org", "empty", "shared", "name", "email", "phone", "mails", "cover_letter", "cv", form.photo, "eu_work_permit", "message", "consent", "review", "submit"];

/** What has the focus: its id, or where its link leads, or its text. And whether that can be seen. */
const FOCUSED = () => {
  const element = document.activeElement;
  // A box may show the focus of the button in it.
  const seen = [element, element.closest("label")].filter(Boolean).some((place) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(place);
    return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2) || boxShadow !== "none";
  });
  const { top, bottom, width } = element.getBoundingClientRect();
  const inSight = bottom > 0 && top < window.innerHeight && width > 0;
  return { name: element.id || element.getAttribute("href") || element.textContent.trim(), seen, inSight };
};

/** Presses Tab until `name` has the focus; what had it on the way. */
async function tabTo(page, name, limit = 40) {
  const passed = [];
  while (passed.length < limit) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(FOCUSED);
    assert.ok(focused.seen, `the focus on ${focused.name} is to be seen`);
    assert.ok(focused.inSight, `${focused.name} is in sight`);
    passed.push(focused.name);
    if (focused.name === name) return passed;
  }
  throw new Error(`${name} was not reached: ${passed.join(", ")}`);
}

for (const viewport of [NARROW, undefined]) {
  test(`an application is made by keyboard alone, at ${viewport?.width ?? 1280} px`, async (t) => {
    const page = await visitors.visit(t, viewport && { viewport });
    const { keyboard } = page;
    await page.goto("/");

    // The first stop of a page is the way past its head.
    await keyboard.press("Tab");
    const skip = page.getByRole("link", { name: site.skip });
    assert.deepEqual(await page.evaluate(FOCUSED), { name: "#main", seen: true, inSight: true });
    assert.ok((await skip.boundingBox()).height >= 24);
    await keyboard.press("Enter");
    await hasFocus(page, "main");
    const [first] = await tabTo(page, `/postings/${POSTING.slug}?lang=fr`).catch(() => tabTo(page, `/postings/${POSTING.slug}`));
    assert.ok(!first.startsWith("/?lang"), "the head was skipped");
    await keyboard.press("Enter");
    await takenOver(page);

    // Sent empty, it comes back with a list of ways to mend it.
    const way = await tabTo(page, "submit");
    assert.deepEqual(way.slice(-ORDER.length), ORDER);
    await keyboard.press("Enter");
    await hasFocus(page, "error-summary");
    assert.ok((await page.evaluate(FOCUSED)).inSight, "the summary is in sight");
    await tabTo(page, "#name", 1);
    await tabTo(page, "#email", 1);
    await keyboard.press("Shift+Tab");
    await keyboard.press("Enter");
    await hasFocus(page, "name");
    assert.ok((await page.evaluate(FOCUSED)).inSight);

    await keyboard.type(MARIE.name);
    await tabTo(page, "email", 1);
    await keyboard.type(MARIE.email);
    await tabTo(page, "cover_letter", 3);
    // What the dialog of the system does.
    await choose(page, "cover_letter", document("Lettre.pdf", pdf("Madame, Monsieur")));
    await tabTo(page, "cv", 2);
    await choose(page, "cv", document("CV.pdf", pdf("Marie Dupont")));
    await tabTo(page, "eu_work_permit", 3);
    await keyboard.press("Space");
    await keyboard.press("ArrowDown");
    assert.ok(await page.isChecked("#eu_work_permit-no"));
    await keyboard.press("ArrowUp");
    assert.ok(await page.isChecked("#eu_work_permit"));
    await tabTo(page, "message", 1);
    await keyboard.type("Bonjour");
    await tabTo(page, "consent", 2);
    await keyboard.press("Space");
    await tabTo(page, "submit", 2);
    await keyboard.press("Enter");
    const reference = await arrived(page);
    assert.equal((await place.mails(reference)).length, 2);
  });
}

test("an upload is stopped by keyboard, and the focus is where it can be sent again", async (t) => {
  const page = await visitors.visit(t);
  await page.goto(`/postings/${POSTING.slug}`);
  await takenOver(page);
  await fill(page, { cv: document("CV.pdf", pdf("Marie Dupont", 2_000_000)) });
  const line = await page.context().newCDPSession(page);
  await line.send("Network.enable");
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 100_000 };
  await line.send("Network.emulateNetworkConditions", slow);
  await page.focus("#submit");
  await page.keyboard.press("Enter");
  await page.locator("#upload-cancel").waitFor();
  await hasFocus(page, "upload");
  await tabTo(page, "upload-cancel", 1);
  await page.keyboard.press("Enter");
  await hasFocus(page, "submit");
  await page.locator("#upload-cancel").waitFor({ state: "hidden" });
});
