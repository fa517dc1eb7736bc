// Tests the last look before sending: what was typed, each document with its verdict, and the address in large letters.
// Who does not want it sends as before.

import assert from "node:assert/strict";
import { test } from "node:test";

import { MARIE } from "../support/application.mjs";
import { browsing, evenly, hasFocus, look, NARROW, openForm, WIDE } from "../support/browser.mjs";
import { fill, posts, send } from "../support/candidate.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);

for (const [language, viewport] of [["fr", NARROW], ["en", WIDE]]) {
  const { form } = words(language);
  test(`everything is shown once more before it is sent, in ${language}, at ${viewport.width} px`, async (t) => {
    const page = await visitors.visit(t, { viewport });
    await openForm(page, { query: `?lang=${language}` });
    const sent = posts(page);
    const button = page.getByRole("button", { name: form.review });
    await button.click();
    await hasFocus(page, "error-summary");
    assert.ok(await page.locator("#look").isHidden(), "not while something is missing");
    await fill(page, { name: "عائشة بن صالح", phone: undefined });
    await page.locator("#cv-status").filter({ hasText: /CV.docx/ }).filter({ hasNotText: "…" }).waitFor();
    await button.click();
    await hasFocus(page, "look");
    const shown = async (id) => evenly(await page.locator(`#look-${id}`).textContent());
    assert.equal(await shown("name"), "عائشة بن صالح");
    assert.equal(await shown("email"), MARIE.email);
    assert.equal(await shown("eu_work_permit"), form.yes);
    assert.match(await shown("cv"), /CV\.docx.*(vérifié|checked)/);
    assert.ok(await page.locator("#look-phone").isHidden(), "what was left empty");
    const size = (id) => page.$eval(`#look-${id}`, (place) => Number.parseFloat(getComputedStyle(place).fontSize));
    assert.ok((await size("email")) > (await size("name")), "the address is in large letters");
    await look(page, `review-${language}-${viewport.width}`);
    await page.fill("#name", "Aïcha Ben Salah");
    assert.equal(await shown("name"), "Aïcha Ben Salah", "a correction shows at once");
    await page.getByRole("button", { name: form.look_close }).click();
    await hasFocus(page, "review");
    assert.ok(await page.locator("#look").isHidden());
    assert.equal(sent.length, 0);
    await send(page);
  });
}
