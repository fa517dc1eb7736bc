// Tests a line that is slow and cut again and again: an application with large documents arrives without a further click,
// and what has arrived is not sent twice.

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";

import { apply, document, kept, pdf, sha256 } from "../support/application.mjs";
import { browsing, look, NARROW, openForm, picture } from "../support/browser.mjs";
import { arrived, choose, fill } from "../support/candidate.mjs";
import { Line } from "../support/line.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);
const line = await Line.to(place.guichet.url);
after(() => line.stop());
// A line may be cut before an answer begins, or within one.
const CUT =
  /ERR_EMPTY_RESPONSE|ERR_CONNECTION|ERR_FAILED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONTENT_LENGTH_MISMATCH|ERR_INTERNET_DISCONNECTED|ERR_NETWORK/;
const CV = pdf("Marie Dupont", 1_500_000);

beforeEach(async () => {
  line.mend();
  await place.afresh();
});

/** A form about to be sent over the line, once what sends in parts is there. */
async function ready(t, options = {}) {
  const page = await visitors.visit(t, { baseURL: line.url, expected: CUT, ...options });
  await openForm(page, options);
  await refill(page);
  return page;
}

async function refill(page) {
  const loaded = page.waitForResponse(/\/assets\/parts-/);
  await fill(page, { cv: document("CV.pdf", CV) });
  await (await loaded).finished();
}

/** How many bytes of documents the store has. */
async function inStore() {
  const { objects } = await place.guichet.bucket.list({ prefix: "applications/" });
  return objects.reduce((sum, { size }) => sum + size, 0);
}

const percent = (page) => page.$eval("#upload-bar", (bar) => bar.value).catch(() => null);

/** The reference, from the receipt. Where that was cut too, it is loaded again, as a person does. */
async function receipt(page) {
  return arrived(page).catch(async () => {
    await page.reload();
    return arrived(page);
  });
}

async function onlyOne() {
  const { applications } = await kept(place.guichet);
  assert.equal(applications.length, 1);
  assert.equal(JSON.parse(applications[0].application).documents[1].sha256, sha256(CV));
  return applications[0];
}

test("on a line that is cut every two seconds it arrives without a further click, and progress is true", { timeout: 90_000 }, async (t) => {
  const page = await ready(t);
  line.worsen({ rate: 150_000, every: 2_000 });
  await page.click("#submit");
  let seen = 0;
  for (let shown = await percent(page); shown !== null && page.url().includes("/postings/"); shown = await percent(page)) {
    assert.ok(shown >= seen, `${shown} % after ${seen} %`);
    assert.ok((shown / 100) * CV.length <= (await inStore()) + 1, `${shown} % are not there`);
    seen = shown;
    await page.waitForTimeout(200);
  }
  line.mend();
  const reference = await receipt(page);
  assert.equal((await onlyOne()).reference, reference);
  assert.ok(line.cuts > 3, `${line.cuts} cuts`);
});

test("while the line is cut the page says so, in its language; once it is back, it goes on by itself", async (t) => {
  const page = await ready(t, { query: "?lang=ar", viewport: NARROW });
  line.worsen({ rate: 200_000 });
  await page.click("#submit");
  await page.waitForFunction(() => document.getElementById("upload-bar").value > 0);
  await page.context().setOffline(true);
  const told = page.getByText(words("ar").form.line_cut);
  await told.waitFor();
  // What was changed now would not arrive with the form.
  assert.ok(await page.$eval("#name", (field) => field.closest("[inert]") !== null));
  await look(page, "line-cut-ar-320");
  await picture(page, "line-cut-ar-320", page.locator("#upload"));
  line.mend();
  await page.context().setOffline(false);
  await told.waitFor({ state: "hidden" });
  await arrived(page);
  await onlyOne();
});

test("after a reload the files are chosen again, and what has arrived is not sent twice", async (t) => {
  const page = await ready(t);
  line.worsen({ rate: 300_000 });
  await page.click("#submit");
  await poll(async () => (await inStore()) > 600_000, 15_000, () => "nothing arrives");
  page.on("dialog", (dialog) => dialog.accept());
  await page.reload();
  line.mend();
  await page.locator("#countdown").waitFor();
  const before = await inStore();
  await refill(page);
  const sent = line.sent;
  await page.click("#submit");
  await arrived(page);
  await onlyOne();
  const more = line.sent - sent;
  assert.ok(more < CV.length - before + 100_000, `${more} bytes after ${before}`);
});

test("what is stopped is not sent, and goes on where it was", async (t) => {
  const page = await ready(t);
  line.worsen({ rate: 200_000 });
  await page.click("#submit");
  await page.waitForFunction(() => document.getElementById("upload-bar").value > 0);
  await page.click("#upload-cancel");
  await page.getByText(words("fr").script.cancelled).filter({ visible: true }).first().waitFor();
  const stored = await inStore();
  await page.waitForTimeout(1_000);
  assert.equal(await inStore(), stored);
  assert.equal((await kept(place.guichet)).applications.length, 0);
  line.mend();
  await page.click("#submit");
  await arrived(page);
  await onlyOne();
});

/** The page on which an application is corrected, over the line. */
async function correcting(t, { cv = CV, language = "fr", ...options } = {}) {
  const { status_url: receipt, reference } = await (await apply(place.guichet)).json();
  const { pathname, searchParams } = new URL(receipt);
  const page = await visitors.visit(t, { baseURL: line.url, expected: CUT, ...options });
  await page.goto(`${pathname}/correct?key=${searchParams.get("key")}&lang=${language}`);
  await choose(page, "cv", document("CV.pdf", cv));
  return { page, reference };
}

test("a correction arrives over the same line, and documents that are not replaced stay", { timeout: 90_000 }, async (t) => {
  const cv = pdf("Marie Dupont", 800_000);
  const { page, reference } = await correcting(t, { cv, language: "ar", viewport: NARROW });
  const [{ application: before }] = (await kept(place.guichet)).applications;
  const already = await inStore();
  line.worsen({ rate: 150_000, every: 2_000 });
  await page.click("#submit");
  await page.waitForFunction(() => document.getElementById("upload-bar").value > 0);
  await look(page, "correction-sending-ar-320");
  let seen = 0;
  for (let shown = await percent(page); shown !== null && page.url().includes("/correct?"); shown = await percent(page)) {
    assert.ok(shown >= seen && (shown / 100) * cv.length <= (await inStore()) - already + 1, `${shown} % after ${seen} %`);
    seen = shown;
    await page.waitForTimeout(200);
  }
  line.mend();
  await receipt(page);
  const [after] = (await kept(place.guichet)).applications;
  assert.deepEqual([after.reference, after.revision], [reference, 2]);
  const [letter, { sha256: hash }] = JSON.parse(after.application).documents;
  assert.deepEqual([letter, hash], [JSON.parse(before).documents[0], sha256(cv)]);
  assert.ok(line.cuts > 1, `${line.cuts} cuts`);
});

test("what is wrong with a correction is shown as without script, and what has arrived is not sent twice", async (t) => {
  const { page } = await correcting(t);
  await page.fill("#name", "");
  line.worsen({ rate: 400_000 });
  await page.click("#submit");
  await page.locator("#name[aria-invalid=true]").waitFor();
  assert.equal((await kept(place.guichet)).applications[0].revision, 1);
  await page.fill("#name", "Marie Martin");
  await choose(page, "cv", document("CV.pdf", CV));
  await page.click("#submit");
  await page.waitForFunction(() => document.getElementById("upload-bar").value > 10);
  await page.click("#upload-cancel");
  await page.getByText(words("fr").script.cancelled).waitFor();
  const sent = line.sent;
  line.mend();
  await page.click("#submit");
  await arrived(page);
  await onlyOne();
  assert.ok(line.sent - sent < CV.length, `${line.sent - sent} bytes`);
});
