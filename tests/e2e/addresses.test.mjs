// Tests that Chromium's <input type=email> agrees with crates/rules/src/email.rs on a table of addresses, so that
// page, Worker and browser never contradict each other.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { POSTING } from "../support/application.mjs";
import { browsing } from "../support/browser.mjs";
import { running } from "../support/running.mjs";

const place = await running();
const visitors = await browsing(place);
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
