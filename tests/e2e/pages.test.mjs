// Tests the pages for failures, and the careers page without postings of one kind: both languages and widths, light
// and dark.

import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, OTHER, POSTING } from "../support/application.mjs";
import { browsing, look, NARROW, WIDE } from "../support/browser.mjs";
import { override } from "../support/faults.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);
const DAY = 86_400_000;

/** In what state the server is, where the page is, and its heading. */
const PAGES = {
  "careers-closed": [{ clock: clock(POSTING.closesAt + DAY) }, "/", (t) => t.careers.closed],
  "careers-empty": [{ clock: clock(OTHER.closesAt + DAY) }, "/", (t) => t.careers.empty],
  closed: [{ clock: clock(POSTING.closesAt) }, `/postings/${POSTING.slug}`, (t) => t.posting.closed],
  "not-open": [{ clock: clock(POSTING.opensAt - 1) }, `/postings/${POSTING.slug}`, (t) => t.posting.opens],
  accessibility: [{}, "/accessibility", (t) => t.accessibility.aim],
  "not-found": [{}, "/postings/no-such-posting", (t) => t.failure.not_found],
  "no-receipt": [{}, "/applications/ABCD2345?key=guessed", (t) => t.failure.not_found],
  "form-address": [{}, `/postings/${POSTING.slug}/applications`, (t) => t.failure.method],
  unavailable: [{ fault: "d1" }, "/applications/ABCD2345?key=guessed", (t) => t.failure.unavailable],
};

for (const language of ["fr", "en"]) {
  for (const viewport of [NARROW, WIDE]) {
    test(`other pages than the form are sound, in ${language}, at ${viewport.width} px`, async (t) => {
      const expected = /status of (404|405|503)/;
      const page = await visitors.visit(t, { locale: language === "fr" ? "fr-BE" : "en-GB", viewport, expected });
      for (const [name, [state, path, heading]] of Object.entries(PAGES)) {
        await t.test(name, async () => {
          await override(place.guichet, state);
          await page.goto(path);
          assert.equal(await page.locator("html").getAttribute("lang"), language);
          await page.getByText(heading(words(language))).waitFor();
          assert.equal(await page.locator("form").count(), 0);
          assert.equal(await page.locator("h1").count(), 1);
          await look(page, `${name}-${language}-${viewport.width}`);
        });
      }
    });
  }
}
