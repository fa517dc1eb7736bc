// Tests a page whose posting changes while it is open: it takes up the new form, and loses nothing.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, test } from "node:test";

import { clock, kept, POSTING } from "../support/application.mjs";
import { browsing, evenly, openForm, summaryOf } from "../support/browser.mjs";
import { arrived, fill, send } from "../support/candidate.mjs";
import { override } from "../support/faults.mjs";
import { ROOT } from "../support/guichet.mjs";
import { save } from "../support/postings.mjs";
import { running } from "../support/running.mjs";

const place = await running();
const visitors = await browsing(place);

const source = await readFile(join(ROOT, "postings", `${POSTING.slug}.md`), "utf8");
const QUESTION = '[[questions]]\nid = "driving_licence"\ntext.fr = "Avez-vous le permis ?"\ntext.en = "Do you drive?"\nkind = "yes_no"\nrequired = true\n';

beforeEach(async () => {
  await place.afresh();
  // Nothing that is known of postings is fresh enough.
  await override(place.guichet, { clock: clock(), vars: { DEV_POSTINGS_MS: "0" } });
  await save(place.guichet.db, POSTING.slug, source);
});

test("what was sent before a posting changed is corrected by what is sent after", async (t) => {
  const page = await visitors.visit(t, { expected: /ERR_FAILED|422/ });
  await openForm(page);
  await fill(page);
  const lose = async (route) => {
    await route.fetch();
    await route.abort();
  };
  await page.route("**/applications?*", lose, { times: 1 });
  await page.click("#submit");
  await page.locator("#error-summary-list li").first().waitFor();
  await save(place.guichet.db, POSTING.slug, source.replace("[[questions]]", `${QUESTION}\n[[questions]]`));
  await page.fill("#name", "Marie Martin");
  await page.click("#submit");
  await page.locator('[data-field="driving_licence"]').waitFor();
  await page.locator("#error-summary-list li").nth(2).waitFor();
  assert.match((await summaryOf(page)).map(evenly).join("\n"), /reste/, "what stays is said");
  await page.check('[name="driving_licence"][value="no"]');
  const reference = await send(page);
  const { applications } = await kept(place.guichet);
  assert.deepEqual(applications.map((row) => [row.reference, row.revision]), [[reference, 2]]);
});

test("a posting that asks for more shows it, with what was typed and chosen", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  await fill(page);
  await save(place.guichet.db, POSTING.slug, source.replace("[[questions]]", `${QUESTION}\n[[questions]]`));
  await page.click("#submit");
  await page.locator('[data-field="driving_licence"]').waitFor();
  await page.locator("#error-summary-list li").nth(1).waitFor();
  const said = (await summaryOf(page)).map(evenly).join("\n");
  assert.match(said, /L’offre a changé depuis que vous avez ouvert cette page/);
  assert.match(said, /Avez-vous le permis/);
  assert.equal(await page.inputValue("#name"), "Marie Dupont");
  assert.equal(await page.locator("#cv").evaluate((input) => input.files[0]?.name), "CV.docx");
  assert.ok(await page.isChecked('[name="eu_work_permit"][value="yes"]'));
  assert.ok(await page.isChecked("#consent"));
  await page.check('[name="driving_licence"][value="no"]');
  const reference = await send(page);
  assert.deepEqual((await kept(place.guichet)).applications.map((row) => row.reference), [reference]);
  assert.equal(await arrived(page), reference);
});
