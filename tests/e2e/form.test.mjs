// Tests the form with script before it is sent: a field is checked when it is left, a document when it is chosen, and
// an error goes away as soon as it is corrected.

import assert from "node:assert/strict";
import { test } from "node:test";

import { document, pdf } from "../support/application.mjs";
import { browsing, errorOf, hasFocus, look, NARROW, openForm } from "../support/browser.mjs";
import { choose, posts } from "../support/candidate.mjs";
import { running } from "../support/running.mjs";
import { FILES } from "../support/spoiled.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);
const { form, issue, script } = words("fr");

/** Waits until the page says so in a place. French sets blanks of several widths: they are all one here. */
async function said(page, id, words) {
  const hasText = typeof words === "string" ? words : new RegExp(words.source.replaceAll(" ", "\\s"));
  await page.locator(`#${id}`).filter({ visible: true, hasText }).waitFor();
}

const isHidden = (page, id) => page.locator(`#${id}`).waitFor({ state: "hidden" });

const TYPED = [
  ["name", "é".repeat(201), /201 caractères.* 200 caractères/, "Marie Dupont"],
  ["email", "marie@example.net, jean@example.net", /une seule adresse e-mail/, "marie@example.net"],
  ["phone", "1".repeat(41), /41 caractères/, "+32 470 12 34 56"],
  ["message", "a".repeat(5_001), /5.001 caractères.* 5.000 caractères/, "Bonjour"],
];

test("a field is judged when it is left, and no sooner", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  for (const [id, wrong, message, right] of TYPED) {
    await page.fill(`#${id}`, wrong);
    assert.ok(await page.locator(`#${id}-error`).isHidden(), `${id} while it is typed in`);
    await page.press(`#${id}`, "Tab");
    await said(page, `${id}-error`, message);
    assert.equal(await page.getAttribute(`#${id}`, "aria-invalid"), "true");
    // Taken back as it is mended, not when it is left again.
    await page.fill(`#${id}`, right);
    await isHidden(page, `${id}-error`);
    assert.equal(await page.getAttribute(`#${id}`, "aria-invalid"), null);
  }
});

test("a field that was only passed through is not judged", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  await page.focus("#name");
  for (const next of ["email", "phone", "mails", "cover_letter"]) {
    await page.keyboard.press("Tab");
    await hasFocus(page, next);
  }
  assert.equal(await page.locator("#application .error:visible").count(), 0);
});

test("a consent that is withdrawn is asked for again", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  await page.check("#consent");
  await page.uncheck("#consent");
  await page.press("#consent", "Tab");
  await said(page, "consent-error", issue.missing_consent);
  await page.check("#consent");
  await isHidden(page, "consent-error");
});

test("an error that appears does not move the button away from under the mouse", async (t) => {
  const page = await visitors.visit(t, { viewport: { width: 320, height: 720 } });
  await openForm(page);
  await page.fill("#email", "marie@");
  await page.click("#submit");
  await hasFocus(page, "error-summary");
});

const DOCUMENTS = [
  ["a program called CV.pdf", FILES.program, /ne correspond pas au contenu.*un programme/],
  ["an empty file", FILES.empty, /est vide/],
  ["a photograph", FILES.image, /« Photo de moi\.png » est une image/],
  ["half a Word document", FILES.half, /incomplet : sa fin manque/],
  ["11 MB", FILES.huge, /pèse 11 Mo.*10 Mo/],
];

test("a document is judged when it is chosen, and nothing is uploaded for it", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  const sent = posts(page);
  for (const [what, file, message] of DOCUMENTS) {
    await t.test(what, async () => {
      await choose(page, "cv", file);
      await said(page, "cv-error", message);
      await said(page, "cv-status", /ne convient pas/);
      const announced = page.locator("#announcer[role=status]");
      assert.ok((await announced.textContent()).endsWith(await errorOf(page, "cv").textContent()), "the reason is read out");
      assert.equal(await page.getAttribute("#cv", "aria-invalid"), "true");
      await choose(page, "cv", document("CV.pdf", pdf("Marie Dupont")));
      await isHidden(page, "cv-error");
      await said(page, "cv-status", /« CV\.pdf » : un PDF de .* octets, vérifié/);
    });
  }
  assert.equal(sent.length, 0);
});

test("a choice that is taken back leaves nothing but the question for the document", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  await choose(page, "cv", FILES.image);
  await said(page, "cv-error", /image/);
  await choose(page, "cv", document("", ""));
  await said(page, "cv-error", issue.document_missing.replace("{label}", "CV"));
  await isHidden(page, "cv-status");
  await isHidden(page, "mail-size");
});

test("a file is removed by a button, which gives the focus back to its field", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  const remove = page.getByRole("button", { name: form.remove });
  assert.equal(await remove.count(), 0);
  await choose(page, "cv", FILES.letter);
  await said(page, "cv-status", /vérifié/);
  await remove.click();
  await hasFocus(page, "cv");
  assert.equal(await page.$eval("#cv", ({ files }) => files.length), 0);
  await said(page, "cv-error", issue.document_missing.replace("{label}", "CV"));
  assert.equal(await remove.count(), 0);
});

test("a photo opens the way to make a PDF of it", async (t) => {
  const page = await visitors.visit(t, { viewport: NARROW });
  await openForm(page);
  assert.ok(await page.getByText(form.photo_iphone).isHidden());
  await choose(page, "cv", FILES.image);
  await page.getByText(form.photo_iphone).waitFor();
  await look(page, "photo-fr-320");
});

test("the characters that are left are told near the limit", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  await page.fill("#message", "a".repeat(4_000));
  assert.ok(await page.locator("#message-count").isHidden());
  await page.fill("#message", "a".repeat(4_900));
  await said(page, "message-count", /Il reste 100 caractères/);
  await page.locator("#announcer").filter({ hasText: /100/ }).waitFor({ state: "attached" });
  await page.fill("#message", "a".repeat(5_002));
  await said(page, "message-count", /2 caractères de trop/);
});

test("the same file twice is noticed, and mended in either place", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  await choose(page, "cover_letter", FILES.letter);
  await choose(page, "cv", FILES.letterAgain);
  await said(page, "cv-error", /« CV\.pdf » est le même fichier que celui joint pour « Lettre de motivation »/);
  await choose(page, "cover_letter", document("Lettre.pdf", pdf("Une autre lettre")));
  await isHidden(page, "cv-error");
});

test("what all documents weigh is told, and when it is too much", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  assert.ok(await page.locator("#mail-size").isHidden());
  await choose(page, "cover_letter", document("Lettre.pdf", pdf("Lettre", 9_500_000)));
  await said(page, "mail-size", /9,5 Mo sur 18 Mo au plus/);
  await choose(page, "cv", document("CV.pdf", pdf("CV", 9_000_000)));
  await said(page, "mail-size", /18,5 Mo sur 18 Mo au plus/);
  await said(page, "documents-error", /18,5 Mo en tout/);
  await choose(page, "cv", document("CV.pdf", pdf("CV", 2_000_000)));
  await isHidden(page, "documents-error");
  await said(page, "mail-size", /11,5 Mo/);
});

test("a click before the documents have been read waits for them", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  let arrive;
  const arrived = new Promise((resolve) => (arrive = resolve));
  await page.route("**/inspector*.wasm", async (route) => {
    await arrived;
    return route.continue();
  });
  await choose(page, "cv", FILES.program);
  await said(page, "cv-status", /lecture…/);
  await page.click("#submit");
  await said(page, "upload-text", script.waiting);
  assert.equal(await page.getAttribute("#submit", "aria-disabled"), "true");
  arrive();
  await hasFocus(page, "error-summary");
  assert.match(await errorOf(page, "cv").textContent(), /un programme/);
});
