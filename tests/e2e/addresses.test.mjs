// Tests that Chromium's <input type=email> agrees with crates/addresses on a table of addresses, so that
// page, Worker and browser never contradict each other.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { POSTING } from "../support/application.mjs";
import { browsing, errorOf, hasFocus, look, openForm } from "../support/browser.mjs";
import { fill, send } from "../support/candidate.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);
const { script } = words("fr");
const CASES = JSON.parse(await readFile(new URL("../fixtures/addresses.json", import.meta.url), "utf8"));

test("Chromium judges every address as the table has it", async (t) => {
  const page = await visitors.visit(t);
  await page.goto(`/postings/${POSTING.slug}`);
  const found = await page.evaluate((cases) => {
    const input = document.getElementById("email");
    // The rule does not take nothing for an address; the standard leaves that to `required`.
    input.required = true;
    return cases.map(([address]) => {
      input.value = address;
      return { address, valid: input.checkValidity(), kept: input.value };
    });
  }, CASES);
  assert.ok(CASES.length > 40);
  for (const [index, [address, valid]] of CASES.entries()) {
    assert.equal(found[index].valid, valid, `${JSON.stringify(address)}, kept as ${JSON.stringify(found[index].kept)}`);
  }
});

test("a likely slip gets a question with a suggestion to click, and is not refused", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  await fill(page, { email: "marie.dupont@gmial.com" });
  await page.focus("#phone");
  const suggestion = page.getByRole("button", { name: "marie.dupont@gmail.com" });
  await suggestion.waitFor();
  assert.ok(await page.getByText(script.email_slip).isVisible());
  assert.ok(await errorOf(page, "email").isHidden());
  await look(page, "slip-fr-1280");
  await suggestion.click();
  assert.equal(await page.inputValue("#email"), "marie.dupont@gmail.com");
  await hasFocus(page, "email");
  assert.ok(await page.locator("#email-question").isHidden());

  await page.fill("#email", "marie@intranet");
  await page.focus("#phone");
  await page.getByText(script.email_no_dot).waitFor();
  await page.fill("#email", "\u200Bmarie@b\u00FCcher.example\u00A0");
  await page.focus("#phone");
  assert.ok(await page.locator("#email-question").isHidden());
  assert.ok(await errorOf(page, "email").isHidden());
  await page.fill("#email", "marie@gmial.com");
  await send(page);
  assert.ok(await page.getByText("marie@gmial.com").first().isVisible(), "the receipt shows it whole");
});

test("an invisible character in an address is named when it is left", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  await page.fill("#email", "marie\u200B@example.net");
  await page.focus("#phone");
  await errorOf(page, "email").waitFor();
  assert.match(await errorOf(page, "email").textContent(), /U\+200B/);
});
