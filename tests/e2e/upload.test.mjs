// Tests the upload on bad lines and to a failing server: it shows progress, can be stopped, loses nothing that was
// typed or chosen, and sending again never makes two applications.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, test } from "node:test";

import { apply, clock, document, kept, MARIE, NOON, pdf, POSTING, sha256 } from "../support/application.mjs";
import { browsing, evenly, hasFocus, look, openForm, summaryOf } from "../support/browser.mjs";
import { arrived, choose, fill, posts, send } from "../support/candidate.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);
const { script } = words("fr");
const heavy = { cv: document("CV.pdf", pdf("Marie Dupont", 2_000_000)) };

beforeEach(() => place.afresh());

/** A form about to be sent. */
async function ready(t, changes = {}, options = {}) {
  const page = await visitors.visit(t, options);
  await openForm(page);
  await fill(page, changes);
  return { page, token: await page.inputValue("#token") };
}

/** Makes the line slow: bytes a second upwards, milliseconds before an answer. */
async function line(page, { up = -1, latency = 0 } = {}) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const set = (uploadThroughput, wait) =>
    session.send("Network.emulateNetworkConditions", { offline: false, latency: wait, downloadThroughput: -1, uploadThroughput });
  await set(up, latency);
  return { mend: () => set(-1, 0) };
}

const underWay = (page) => page.waitForFunction(() => document.getElementById("upload-bar").value > 0);

/** All that the candidate did is still there. */
async function nothingLost(page, token) {
  assert.equal(await page.inputValue("#name"), MARIE.name);
  assert.equal(await page.inputValue("#token"), token);
  assert.ok(await page.isChecked("#consent"));
  const chosen = await page.$$eval("input[type=file]", (inputs) => inputs.map(({ files }) => files.length));
  assert.deepEqual(chosen, [1, 1]);
  assert.equal(await page.getAttribute("#submit", "aria-disabled"), "false");
}

/** One application, of which staff and candidate have one mail each. */
async function onlyOne(reference) {
  assert.deepEqual((await kept(place.guichet)).applications.map((row) => row.reference), [reference]);
  assert.equal((await place.mails(reference)).length, 2);
}

test("an upload is seen, can be stopped, and be sent again", async (t) => {
  const { page, token } = await ready(t, heavy);
  const slow = await line(page, { up: 150_000 });
  await page.click("#submit");
  await underWay(page);
  const first = await page.$eval("#upload-bar", (bar) => bar.value);
  assert.ok(first > 0 && first < 100, String(first));
  const told = (span) => page.locator(`#upload-text ${span}`).textContent().then(evenly);
  assert.match(await told("[aria-hidden]"), /^Envoi : \d+ % \(.* sur 2 Mo\)$/);
  assert.match(await told(".visually-hidden"), /^Envoi : (0|25|50|75) %$/);
  assert.equal(await page.getAttribute("#submit", "aria-disabled"), "true");
  await look(page, "upload-fr-1280");
  await page.waitForFunction((before) => document.getElementById("upload-bar").value > before, first);

  await page.click("#upload-cancel");
  await page.getByText(script.cancelled).filter({ visible: true }).first().waitFor();
  await hasFocus(page, "submit");
  await nothingLost(page, token);
  assert.deepEqual((await kept(place.guichet)).applications, []);

  await slow.mend();
  await onlyOne(await send(page));
});

test("on a small phone progress and the button that stops come into sight, with the focus", async (t) => {
  const { page } = await ready(t, heavy, { viewport: { width: 320, height: 568 } });
  await line(page, { up: 100_000 });
  // Tapped at the lower edge of the screen.
  await page.$eval("#submit", (button) => button.scrollIntoView({ block: "end" }));
  await page.click("#submit");
  await underWay(page);
  await hasFocus(page, "upload");
  for (const id of ["submit", "upload-text", "upload-bar", "upload-cancel"]) {
    const { y, height } = await page.locator(`#${id}`).boundingBox();
    assert.ok(y >= 0 && y + height <= 568, `${id} is at ${y}`);
  }
  await look(page, "upload-fr-320");
  await page.click("#upload-cancel");
  await hasFocus(page, "submit");
});

test("what has left cannot be stopped; what was stopped too late is told as received, with the way to its receipt", async (t) => {
  const { page, token } = await ready(t);
  const slow = await line(page, { latency: 60_000 });
  await page.click("#submit");
  const stored = async () => (await kept(place.guichet)).applications.length === 1;
  await poll(stored, 15_000, () => "the server has stored nothing");
  await page.getByText(script.sent).filter({ visible: true }).first().waitFor();
  assert.ok(await page.locator("#upload-cancel").isHidden());
  await slow.mend();
  // A click of the moment before, when the button was still there.
  await page.$eval("#upload-cancel", (button) => button.click());
  await page.getByText(script.already_received, { exact: true }).waitFor();
  await hasFocus(page, "error-summary");
  await nothingLost(page, token);
  await look(page, "stopped-too-late-fr-1280");
  await page.click("#error-summary-list a");
  await onlyOne(await arrived(page));
});

test("a form for which there was no room is sent again with its signed arrival", async (t) => {
  const { page, token } = await ready(t, {}, { expected: /status of 503/ });
  const arrival = `${NOON}.${"a".repeat(43)}`;
  const body = JSON.stringify({ error: "busy", message: "…", arrival });
  const answer = { status: 503, contentType: "application/json", headers: { "retry-after": "30" }, body };
  await page.route("**/applications?*", (route) => route.fulfill(answer), { times: 1 });
  const sent = posts(page);
  await page.click("#submit");
  await page.locator("#error-summary-list li").filter({ hasText: /Attendez 30.secondes/ }).waitFor();
  await nothingLost(page, token);
  await onlyOne(await send(page));
  const parts = sent.map((request) => /name="arrival"\r\n\r\n([^\r]*)\r\n/.exec(request.postDataBuffer().toString("latin1"))?.[1]);
  assert.deepEqual(parts, ["", arrival]);
});

test("who has lost the answer, changes a document and sends again has corrected it, and the receipt shows the new one", async (t) => {
  const { page } = await ready(t, {}, { expected: /ERR_FAILED/ });
  // Taken in, and the answer lost.
  const lose = async (route) => {
    await route.fetch();
    await route.abort();
  };
  await page.route("**/applications?*", lose, { times: 1 });
  await page.click("#submit");
  await hasFocus(page, "error-summary");
  const cv = pdf("Le bon CV");
  await choose(page, "cv", document("Le bon CV.pdf", cv));
  await send(page);
  await page.getByText("Le bon CV.pdf").waitFor();
  const [{ revision, application }] = (await kept(place.guichet)).applications;
  assert.deepEqual([revision, JSON.parse(application).documents[1].sha256], [2, sha256(cv)]);
  // Back does not lead to the form, and a reload shows what is there.
  await page.reload();
  await page.getByText("Le bon CV.pdf").waitFor();
});

test("a correction that is not taken says why and what to do, and what stays", async (t) => {
  const { page, token } = await ready(t, {}, { expected: /status of 409/ });
  const other = new Date(NOON + 60_000).getTime();
  // The same page in another tab has corrected it since.
  await apply(place.guichet, { token }, { headers: { "x-test-clock": clock(NOON) } });
  await apply(place.guichet, { token, name: "Marie Martin" }, { headers: { "x-test-clock": clock(other) } });
  await page.fill("#name", "Marie Durand");
  await page.click("#submit");
  await hasFocus(page, "error-summary");
  assert.deepEqual(await summaryOf(page), [words("fr").form.outdated]);

  await place.guichet.db.prepare("UPDATE applications SET revision = 20, revised_at = 0").run();
  await page.click("#submit");
  await page.locator("#error-summary-list li").filter({ hasText: words("fr").form.corrected_too_often }).waitFor();

  await place.guichet.db.prepare("UPDATE applications SET revision = 2").run();
  const [{ reference }] = (await kept(place.guichet)).applications;
  await override(place.guichet, { clock: clock(POSTING.closesAt) });
  await page.click("#submit");
  await page.locator("#error-summary-list li").filter({ hasText: words("fr").form.kept.replace("{reference}", reference) }).waitFor();
  await override(place.guichet);
});

test("who leaves the page while it sends is asked first", async (t) => {
  const { page } = await ready(t, heavy);
  await line(page, { up: 100_000 });
  await page.click("#submit");
  await underWay(page);
  const asked = page.waitForEvent("dialog");
  await page.close({ runBeforeUnload: true });
  const dialog = await asked;
  assert.equal(dialog.type(), "beforeunload");
  await dialog.dismiss();
  await page.click("#upload-cancel");
  await hasFocus(page, "submit");
});

test("a double click sends one application", async (t) => {
  const { page } = await ready(t);
  const sent = posts(page);
  await page.dblclick("#submit");
  const reference = await arrived(page);
  assert.equal(sent.length, 1);
  await onlyOne(reference);
});

test("nobody comes back from the receipt to a form that was sent", async (t) => {
  const page = await visitors.visit(t);
  await page.goto("/");
  await openForm(page);
  await fill(page);
  await send(page);
  await page.goBack();
  assert.equal(new URL(page.url()).pathname, "/");
});

test("a server that fails says so, and the next try succeeds", async (t) => {
  const { page, token } = await ready(t, {}, { expected: /status of 503/ });
  await override(place.guichet, { fault: "d1.batch" });
  await page.click("#submit");
  await hasFocus(page, "error-summary");
  const [sentence, safe] = await summaryOf(page);
  assert.match(evenly(sentence), /la faute est de notre côté\. Attendez \d+ (secondes|minutes?), puis envoyez à nouveau/);
  assert.equal(safe, script.safe);
  assert.equal(await page.locator("#error-summary-title").textContent(), script.not_sent);
  assert.match(evenly(await page.title()), /^Erreur : /);
  await look(page, "failed-fr-1280");
  await nothingLost(page, token);

  await override(place.guichet);
  await page.click("#error-summary-list a");
  await hasFocus(page, "submit");
  const arrival = arrived(page);
  await page.keyboard.press("Enter");
  await onlyOne(await arrival);
});

test("an application that is stored although its answer was lost is not stored again", async (t) => {
  const { page, token } = await ready(t, {}, { expected: /status of 503/ });
  await override(place.guichet, { fault: "d1.batch:after" });
  await page.click("#submit");
  await hasFocus(page, "error-summary").catch(() => {});
  await override(place.guichet);
  // The Worker may have found out for itself that all is well.
  if (page.url().includes("/postings/")) {
    await nothingLost(page, token);
    await page.click("#submit");
  }
  await onlyOne(await arrived(page));
});

const ANSWERS = [
  [413, {}, script.too_large],
  [429, { "retry-after": "90" }, /Trop de personnes.*Attendez 2.minutes/],
  [500, {}, /la faute est de notre côté/],
  [415, {}, script.failed],
];

test("every other answer has its sentence", async (t) => {
  const { page, token } = await ready(t, {}, { expected: /status of (413|415|429|500)/ });
  for (const [status, headers, sentence] of ANSWERS) {
    await t.test(String(status), async () => {
      await page.route("**/applications?*", (route) => route.fulfill({ status, headers, body: "<html>" }), { times: 1 });
      await page.click("#submit");
      await page.locator("#error-summary-list li").filter({ hasText: sentence }).waitFor();
      await hasFocus(page, "error-summary");
      await nothingLost(page, token);
    });
  }
  await onlyOne(await send(page));
});

test("without connection nothing is lost, and the next try succeeds", async (t) => {
  const { page, token } = await ready(t, {}, { expected: /ERR_INTERNET_DISCONNECTED/ });
  await page.context().setOffline(true);
  await page.click("#submit");
  await hasFocus(page, "error-summary");
  assert.deepEqual(await summaryOf(page), [script.no_connection, script.safe, script.to_send]);
  assert.deepEqual(await page.locator("#error-summary-list a").allTextContents(), [script.to_send], "a sentence is no link");
  await page.getByRole("link", { name: script.to_send }).click();
  await hasFocus(page, "submit");
  await nothingLost(page, token);
  await page.context().setOffline(false);
  await onlyOne(await send(page));
});

test("a page that was open for too long gets a new token, and keeps the rest", async (t) => {
  const { page } = await ready(t);
  const expired = "0123456789abcdef0123456789abcdef.1752580800000.AAAA";
  await page.$eval("#token", (input, value) => (input.value = value), expired);
  await page.click("#submit");
  await page.getByText(script.renewed).waitFor();
  await hasFocus(page, "error-summary");
  const token = await page.inputValue("#token");
  assert.notEqual(token, expired);
  await nothingLost(page, token);
  await onlyOne(await send(page));
});

test("a document that has gone from the device is told by its name", async (t) => {
  const { page } = await ready(t, {}, { expected: /ERR_FILE_NOT_FOUND|ERR_UPLOAD_FILE_CHANGED|could not be read/ });
  const folder = await mkdtemp(join(tmpdir(), "guichet-cv-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "Mon CV.pdf");
  await writeFile(file, pdf("Marie Dupont"));
  await page.setInputFiles("#cv", file);
  await page.locator("#cv-status").filter({ hasText: "vérifié" }).waitFor();
  await rm(file);
  await page.click("#submit");
  await hasFocus(page, "error-summary");
  assert.deepEqual(await summaryOf(page), [script.document_unreadable.replace("{file}", "Mon CV.pdf")]);
});
