// A candidate applies in Arabic on the narrowest phone, with script and without, and in Spanish: every page is in the
// language, mirrored where it is written from right to left, and what is written the other way keeps its own order.

import assert from "node:assert/strict";
import { test } from "node:test";

import { simpleParser } from "mailparser";

import { document, docx, MARIE, pdf, POSTING } from "../support/application.mjs";
import { browsing, hasFocus, look, NARROW, summaryOf, takenOver } from "../support/browser.mjs";
import { fill, send } from "../support/candidate.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);

/** The marks that isolate (UAX 9). */
const MARKS = /[\u2066-\u2069]/g;
const isolated = (text) => `\u2068${text}\u2069`;

for (const [language, locale, direction, script] of [
  ["ar", "ar-TN", "rtl", true],
  ["ar", "ar-TN", "rtl", false],
  ["es", "es-CO", "ltr", true],
]) {
  test(`a candidate applies in ${language} on a phone, ${script ? "with" : "without"} script`, async (t) => {
    const page = await visitors.visit(t, { locale, viewport: NARROW, javaScriptEnabled: script });
    const said = words(language);
    const name = `${language}${script ? "" : "-plain"}`;

    await page.goto("/");
    await inLanguage(page, language, direction);
    const names = await page.locator(".languages li").allTextContents();
    assert.deepEqual(names, ["English", "Español", "Français", "العربية"]);
    if (script) await look(page, `languages-careers-${name}`);

    await page.getByRole("link", { name: POSTING.title }).click();
    await page.getByRole("heading", { level: 1, name: POSTING.title }).waitFor();
    if (script) await takenOver(page);
    await inLanguage(page, language, direction);
    assert.equal(await direct(page, "article.text"), "ltr", "the posting is in French");
    assert.equal(await direct(page, "h1"), "ltr");
    assert.equal(await direct(page, "#apply-title"), direction);
    await startsAtTheEdge(page, direction);
    if (script) await look(page, `languages-posting-${name}`);

    await page.click("#submit");
    await page.locator("#error-summary").waitFor();
    await hasFocus(page, "error-summary");
    const label = (text) => (direction === "rtl" ? isolated(text) : text);
    assert.deepEqual((await summaryOf(page)).slice(0, 4), [
      said.issue.missing_name,
      said.issue.missing_email,
      said.issue.document_missing.replace("{label}", label("Lettre de motivation")),
      said.issue.document_missing.replace("{label}", label("CV")),
    ]);
    await look(page, `languages-errors-${name}`);

    const cv = docx(`عائشة بن صالح (${name})`);
    await fill(page, {
      name: "عائشة بن صالح",
      cover_letter: document("Lettre 2.pdf", pdf(`Madame, Monsieur (${name})`)),
      cv: document("سيرة ذاتية.docx", cv),
    });
    if (script) {
      await page.waitForFunction(() => !document.querySelector("#application .error:not([hidden])"));
      await look(page, `languages-filled-${name}`);
    }
    const reference = await send(page);
    await inLanguage(page, language, direction);
    await page.getByRole("heading", { level: 1, name: said.receipt.title }).waitFor();
    assert.equal((await page.locator("#reference").textContent()).replace(/\W/g, ""), reference);
    await look(page, `languages-receipt-${name}`);

    const [staff, candidate] = await mailsAbout(reference);
    // The posting is in French, and so is what staff read about it.
    assert.match(staff.text, /Langue de la page/);
    assert.ok(staff.text.includes(said.language.name));
    // Headers take no marks that isolate.
    const subject = said.mail.candidate_subject
      .replace("{reference}", label(reference))
      .replace("{title}", label(POSTING.title))
      .replace(MARKS, "\u200E");
    assert.equal(candidate.subject, subject);
    assert.ok(candidate.text.includes(said.mail.candidate_opening));
    assert.ok(candidate.text.includes(`${said.mail.reference} ${label(reference)}`), candidate.text);
    assert.ok(candidate.html.includes(`<html lang="${language}" dir="${direction}">`));
    const address = candidate.text.match(/^https?:\/\/\S+$/m)?.[0] ?? "";
    assert.doesNotMatch(address, MARKS, "no mark becomes a part of an address");
    assert.equal(new URL(address).searchParams.get("lang"), language);

    await page.getByRole("link", { name: said.receipt.withdraw_link }).click();
    await page.getByRole("heading", { level: 1, name: said.withdraw.title }).waitFor();
    await look(page, `languages-withdraw-${name}`);
    await page.getByRole("link", { name: said.withdraw.no }).click();
    await page.getByRole("heading", { level: 1, name: said.receipt.title }).waitFor();
  });
}

async function inLanguage(page, language, direction) {
  const html = page.locator("html");
  assert.deepEqual([await html.getAttribute("lang"), await html.getAttribute("dir")], [language, direction]);
}

/** The direction in which an element is written. */
const direct = (page, selector) => page.$eval(selector, (element) => getComputedStyle(element).direction);

/** Labels and what marks a field stand at the side where reading begins. */
async function startsAtTheEdge(page, direction) {
  const gaps = await page.$eval("[data-field=consent] .choice", (choice) => {
    const [box, tick] = [choice, choice.querySelector("input")].map((element) => element.getBoundingClientRect());
    return { left: tick.left - box.left, right: box.right - tick.right };
  });
  assert.equal(gaps.right < gaps.left, direction === "rtl", JSON.stringify(gaps));
}

/** The mail to staff and the one to the candidate, read. */
async function mailsAbout(reference) {
  const mails = await place.mails(reference);
  assert.equal(mails.length, 2);
  const found = ["applications@omct.org", MARIE.email].map((address) => mails.find(({ to }) => to.includes(address)));
  return Promise.all(found.map(({ raw }) => simpleParser(raw)));
}
