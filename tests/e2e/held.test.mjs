// Without a script, an error elsewhere does not cost the documents: the page that comes back has them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { POSTING, docx, document, pdf, sha256 } from "../support/application.mjs";
import { browsing, errorOf, hasFocus, look, NARROW, takenOver } from "../support/browser.mjs";
import { choose, fill, send } from "../support/candidate.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);

const LETTER = pdf("Madame, Monsieur");
const CV = docx("Marie Dupont");
const FILES = { cover_letter: document("Lettre.pdf", LETTER), cv: document("CV.docx", CV) };

const statusOf = async (page, id) => (await page.locator(`#${id}-status`).textContent()).replace(/[\u2068\u2069]/g, "");
const said = (text, file) => text.replace("{file}", file);

/** The documents as the receipt names them. */
const hashes = (page) => page.locator(".sha256 code").allTextContents();

for (const language of ["fr", "en"]) {
  test(`documents that passed need not be chosen again, in ${language}`, async (t) => {
    const { form } = words(language);
    const page = await visitors.visit(t, { javaScriptEnabled: false, viewport: NARROW });
    await page.goto(`/postings/${POSTING.slug}?lang=${language}`);
    await fill(page, { ...FILES, name: "" });
    await page.click("#submit");
    await hasFocus(page, "error-summary");
    assert.equal(await page.locator("#error-summary-note").textContent(), form.files_held);
    assert.equal(await statusOf(page, "cover_letter"), said(form.document_held, "Lettre.pdf"));
    assert.equal(await statusOf(page, "cv"), said(form.document_held, "CV.docx"));
    await look(page, `held-${language}`);
    await page.fill("#name", "Marie Dupont");
    await send(page);
    assert.deepEqual(await hashes(page), [LETTER, CV].map(sha256));
  });
}

test("one that cannot be taken is chosen again, the other not", async (t) => {
  const { form } = words("fr");
  const page = await visitors.visit(t, { javaScriptEnabled: false });
  await page.goto(`/postings/${POSTING.slug}?lang=fr`);
  await fill(page, { ...FILES, cv: document("CV.docx", "not a document") });
  await page.click("#submit");
  await errorOf(page, "cv").waitFor();
  assert.equal(await statusOf(page, "cover_letter"), said(form.document_held, "Lettre.pdf"));
  await choose(page, "cv", FILES.cv);
  await send(page);
  assert.deepEqual(await hashes(page), [LETTER, CV].map(sha256));
});

test("a script that comes with the page that came back does not ask for them", async (t) => {
  const page = await visitors.visit(t, { expected: /ERR_FAILED|preloaded/ });
  await page.route("**/*.js", (route) => route.abort());
  await page.goto(`/postings/${POSTING.slug}?lang=fr`);
  await fill(page, { ...FILES, name: "" });
  await page.unroute("**/*.js");
  await page.click("#submit");
  await takenOver(page);
  await page.fill("#name", "Marie Dupont");
  await send(page);
  assert.deepEqual(await hashes(page), [LETTER, CV].map(sha256));
});
