// Tests the sentence for each document that is refused or remarked: in the page when it is chosen, and from the Worker
// in the same words. A picture of each is kept for people to look at.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, document, freshToken } from "../support/application.mjs";
import { browsing, errorOf, look, NARROW, openForm, picture, WIDE } from "../support/browser.mjs";
import { choose, fill } from "../support/candidate.mjs";
import { REFUSED, REMARKED } from "../support/documents.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);
const token = await freshToken(place.guichet);
const SIZES = { 320: NARROW, 1280: WIDE };
const fileOf = ([name, bytes]) => document(name, bytes);

/** Waits until something else than "reading" is said of the file, and says that. */
async function verdict(page, name) {
  const status = page.locator("#cv-status span").first();
  await status.filter({ hasText: name }).filter({ hasNotText: "…" }).waitFor();
  return page.locator("#cv-status span").allTextContents();
}

/** A picture of the CV's place in the form. */
async function keep(page, name) {
  await picture(page, name.replaceAll(" ", "-"), page.locator('[data-field="cv"]'));
}

for (const language of ["fr", "en"]) {
  const query = `?lang=${language}`;
  const { remark, script } = words(language);

  test(`page and Worker say the same of every document that is refused, in ${language}`, async (t) => {
    const told = new Set();
    for (const [what, sample] of Object.entries(REFUSED)) {
      const answer = await apply(place.guichet, { token, cv: fileOf(sample) }, { query });
      const { issues } = await answer.json();
      assert.equal(answer.status, 422, what);
      assert.equal(issues.length, 1, what);
      told.add(issues[0].message);
      REFUSED[what].message = issues[0].message;
    }
    assert.equal(told.size, Object.keys(REFUSED).length, "each has a sentence of its own");
    for (const [width, viewport] of Object.entries(SIZES)) {
      const page = await visitors.visit(t, { viewport });
      await openForm(page, { query });
      for (const [what, sample] of Object.entries(REFUSED)) {
        await t.test(`${what}, at ${width}`, async () => {
          await choose(page, "cv", fileOf(sample));
          const lines = await verdict(page, sample[0]);
          assert.equal(lines.length, 1);
          assert.equal(await errorOf(page, "cv").textContent(), sample.message);
          await keep(page, `refused-${language}-${width}-${what}`);
        });
      }
    }
  });

  test(`what is only remarked is told before sending, and refuses nothing, in ${language}`, async (t) => {
    for (const [width, viewport] of Object.entries(SIZES)) {
      const page = await visitors.visit(t, { viewport });
      await openForm(page, { query });
      for (const [what, sample] of Object.entries(REMARKED)) {
        await t.test(`${what}, at ${width}`, async () => {
          await choose(page, "cv", fileOf(sample));
          const [first, ...lines] = await verdict(page, sample[0]);
          assert.match(first, new RegExp(script.document_remarked.split("{size}")[1].trim()));
          const expected = sample[2].map((name) => remark[name].split("{")[0]);
          assert.deepEqual(lines.map((line, index) => line.slice(0, expected[index]?.length)), expected);
          assert.ok(await page.locator("#cv-error").isHidden());
          await keep(page, `remarked-${language}-${width}-${what}`);
        });
      }
    }
  });

  test(`a remark and a refusal side by side, in ${language}`, async (t) => {
    for (const [width, viewport] of Object.entries(SIZES)) {
      const page = await visitors.visit(t, { viewport });
      await openForm(page, { query });
      await choose(page, "cover_letter", fileOf(REMARKED.several));
      await choose(page, "cv", fileOf(REFUSED["active several"]));
      await verdict(page, REFUSED["active several"][0]);
      await page.locator("#cover_letter-status span").nth(1).waitFor();
      await look(page, `documents-${language}-${width}`);
    }
  });

  test(`without script the page that comes back says it, in ${language}`, async (t) => {
    const page = await visitors.visit(t, { javaScriptEnabled: false, viewport: NARROW });
    for (const what of ["password office", "active js", "mismatch document"]) {
      await page.goto(`/postings/protection-espace-civique-tunisie-ue${query}`);
      await fill(page, { cv: fileOf(REFUSED[what]) });
      await page.click("#submit");
      assert.equal(await errorOf(page, "cv").textContent(), REFUSED[what].message);
      await look(page, `served-${language}-320-${what.replace(" ", "-")}`);
    }
  });
}
