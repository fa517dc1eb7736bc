// Tests the deadline in the page: it follows the server's clock, is also shown in the candidate's zone, and may pass
// while the page is open.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { apply, clock, document, kept, MARIE, pdf, POSTING } from "../support/application.mjs";
import { browsing, evenly, hasFocus, look, openForm, summaryOf } from "../support/browser.mjs";
import { arrived, fill, posts } from "../support/candidate.mjs";
import { override } from "../support/faults.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);
const { form, script } = words("fr");

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** A device whose battery had been out. */
const WRONG = new Date("2031-05-01T03:00:00Z");

beforeEach(() => place.afresh());

/** The form, so long before the deadline by the server's clock, on a device whose clock is wrong and can be moved on. */
async function before(t, left, options = {}) {
  const page = await visitors.visit(t, options);
  await page.clock.install({ time: WRONG });
  await serverShows(POSTING.closesAt - left);
  // If the device's clock is far from the server's, the page asks once more.
  const asked = page.waitForResponse("**/healthz");
  await openForm(page);
  await (await asked).finished();
  return page;
}

const serverShows = (instant) => override(place.guichet, { clock: clock(instant) });

/** Waits until the countdown says so. */
const counts = (page, text) => page.locator("#countdown").filter({ hasText: new RegExp(text.replaceAll(" ", "\\s")) }).waitFor();

test("the time left is counted down by the server's clock", async (t) => {
  // Half a minute more, for the time that the test itself takes.
  const page = await before(t, 3 * 24 * HOUR + HOUR + 30 * SECOND);
  await counts(page, "Il reste 3 jours pour envoyer");
  for (const [passes, text] of [
    [2 * HOUR, "2 jours"],
    [24 * HOUR, "47 heures"],
    [45 * HOUR + 55 * MINUTE, "1 heure et 5 minutes"],
    [35 * MINUTE, "30 minutes"],
    [21 * MINUTE, "9 minutes et \\d+ secondes?"],
    [9 * MINUTE, "\\d+ secondes?"],
    [MINUTE, "Le délai est passé"],
  ]) {
    await page.clock.fastForward(passes);
    await counts(page, text);
  }
  assert.equal(await page.locator("#countdown").textContent(), script.closed);
});

test("a device that slept hears the time from the server when it is looked at again", async (t) => {
  const page = await before(t, 10 * HOUR + 30 * SECOND);
  await counts(page, "10 heures");
  // While the device sleeps, only its wall clock goes on.
  await page.clock.setSystemTime(new Date(WRONG.getTime() + 9 * HOUR));
  await serverShows(POSTING.closesAt - 59 * MINUTE - 30 * SECOND);
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await counts(page, "59 minutes");
});

for (const [zone, told] of [
  ["Africa/Tunis", "Sur cet appareil : dimanche 3 août 2025 à 22 h 59, heure de Tunis (UTC+1)."],
  ["Asia/Tokyo", "Sur cet appareil : lundi 4 août 2025 à 6 h 59"],
  ["America/St_Johns", "Sur cet appareil : dimanche 3 août 2025 à 19 h 29"],
  ["Europe/Paris", undefined],
]) {
  test(`the closing is told to somebody in ${zone}${told ? " by their own clock" : " once"}`, async (t) => {
    const page = await visitors.visit(t, { timezoneId: zone });
    await openForm(page);
    const here = page.locator("#closing-here");
    assert.equal(await here.isVisible(), told !== undefined);
    const text = evenly((await here.textContent()) ?? "");
    assert.ok(text.startsWith(told ?? ""), text);
    assert.match(evenly(await page.locator("#closing").textContent()), /3 août 2025 à 23 h 59, heure de Bruxelles/);
  });
}

test("a form that is filled in when the deadline passes is not sent, and says why as the Worker would", async (t) => {
  const page = await before(t, 5 * MINUTE);
  const sent = posts(page);
  await fill(page);
  await page.clock.fastForward(6 * MINUTE);
  await counts(page, "Le délai est passé");
  await page.locator(".over").last().waitFor();
  assert.deepEqual(await page.locator(".over").filter({ visible: true }).allTextContents(), [form.over, form.over]);
  assert.ok(await page.locator(".in-time").isHidden());
  assert.equal(await page.getAttribute("#submit", "aria-disabled"), "true");
  await page.click("#submit", { force: true });
  await hasFocus(page, "error-summary");
  assert.equal(await page.locator("#error-summary-title").textContent(), script.not_sent, "no correction is promised");
  await look(page, "over-fr-1280");
  const late = { headers: { "x-test-clock": clock(POSTING.closesAt) } };
  const { issues } = await (await apply(place.guichet, {}, late)).json();
  assert.deepEqual(await summaryOf(page), issues.map(({ message }) => message));
  assert.equal(sent.length, 0);
});

test("a page that does not know yet hears it from the Worker, and keeps what was typed", async (t) => {
  const page = await before(t, 5 * MINUTE);
  await fill(page);
  await serverShows(POSTING.closesAt);
  await page.click("#submit");
  await hasFocus(page, "error-summary");
  assert.match(evenly((await summaryOf(page)).join()), /jusqu’au dimanche 3 août 2025 à 23 h 59.*Ce délai est passé/);
  assert.equal(await page.inputValue("#name"), MARIE.name);
  assert.deepEqual((await kept(place.guichet)).applications, []);
});

test("an upload that began in time is in time, and the page says so meanwhile", async (t) => {
  const page = await before(t, 5 * MINUTE);
  await fill(page, { cv: document("CV.pdf", pdf("Marie Dupont", 2_000_000)) });
  const line = await page.context().newCDPSession(page);
  await line.send("Network.enable");
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 100_000 };
  await line.send("Network.emulateNetworkConditions", slow);
  await page.click("#submit");
  await page.waitForFunction(() => document.getElementById("upload-bar").value > 0);
  await serverShows(POSTING.closesAt + MINUTE);
  await page.clock.fastForward(6 * MINUTE);
  await counts(page, "Le délai est passé. Un envoi commencé avant est dans les temps");
  await line.send("Network.emulateNetworkConditions", { ...slow, uploadThroughput: -1 });
  const reference = await arrived(page);
  const [row] = (await kept(place.guichet)).applications;
  assert.equal(row.reference, reference);
  assert.equal(row.received_at, POSTING.closesAt - 5 * MINUTE);
});
