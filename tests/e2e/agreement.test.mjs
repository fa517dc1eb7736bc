// Tests that the page shows the issues that the Worker would return, in the same words and order, and sends nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, freshToken } from "../support/application.mjs";
import { browsing, errorOf, hasFocus, openForm, summaryOf } from "../support/browser.mjs";
import { fill, posts } from "../support/candidate.mjs";
import { running } from "../support/running.mjs";
import { SPOILED } from "../support/spoiled.mjs";

const place = await running();
const visitors = await browsing(place);
const token = await freshToken(place.guichet);

/** In English a few: it is the same code with other words. */
const TABLES = { fr: SPOILED, en: SPOILED.slice(-4) };

for (const [language, table] of Object.entries(TABLES)) {
  test(`page and Worker say the same of every spoiled form, in ${language}`, async (t) => {
    const query = `?lang=${language}`;
    for (const [what, changes] of table) {
      await t.test(what, async (t) => {
        // A tab of its own: another would bring back what was typed.
        const page = await visitors.visit(t);
        const sent = posts(page);
        const answer = await apply(place.guichet, { token, ...changes }, { query });
        assert.equal(answer.status, 422);
        const { issues } = await answer.json();

        await openForm(page, { query });
        await fill(page, changes);
        await page.click("#submit");
        await hasFocus(page, "error-summary");
        assert.deepEqual(await summaryOf(page), issues.map(({ message }) => message));
        for (const { field, message } of issues) {
          // An issue that belongs to no field is shown in the summary only.
          if (field !== "subject") assert.equal(await errorOf(page, field).textContent(), message);
        }
        assert.equal(sent.splice(0).length, 0, "nothing was sent");
      });
    }
  });
}
