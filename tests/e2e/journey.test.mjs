// A candidate applies, from the careers page to the mail that staff read: with script and without, in both languages, on
// the narrowest phone and at a desk. Every page on the way is sound: axe finds nothing, nothing sticks out to the side,
// nothing is asked of another machine, and the console stays empty.

import assert from "node:assert/strict";
import { test } from "node:test";

import { simpleParser } from "mailparser";

import { document, docx, MARIE, odt, OTHER, pdf, POSTING, sha256 } from "../support/application.mjs";
import { browsing, errorOf, evenly, hasFocus, look, NARROW, picture, summaryOf, takenOver, WIDE } from "../support/browser.mjs";
import { fill, send } from "../support/candidate.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);

/** Who applies for what, in which language. */
const CANDIDATES = {
  fr: {
    locale: "fr-BE",
    posting: POSTING,
    documents: [["cover_letter", "Lettre de motivation"], ["cv", "CV"]],
    question: ["eu_work_permit", "Disposez-vous d’un permis de travail valide dans l’Union européenne\u202F?"],
    changes: {},
  },
  en: {
    locale: "en-GB",
    posting: OTHER,
    documents: [["cover_letter", "Cover letter"], ["cv", "CV"]],
    question: ["swiss_work_permit", "Are you entitled to work in Switzerland?"],
    changes: {
      eu_work_permit: undefined,
      swiss_work_permit: "no",
      secure_contact: "Signal: marie.07",
      writing_sample: document("Guide.odt", odt("How to lock a phone")),
    },
  },
};

for (const script of [true, false]) {
  for (const language of ["fr", "en"]) {
    for (const viewport of [NARROW, WIDE]) {
      const how = `${script ? "with" : "without"} script, in ${language}, at ${viewport.width} px`;
      test(`a candidate applies ${how}`, async (t) => {
        const { locale } = CANDIDATES[language];
        const page = await visitors.visit(t, { locale, viewport, javaScriptEnabled: script });
        await apply(page, { script, language, name: `${language}-${viewport.width}${script ? "" : "-plain"}` });
      });
    }
  }
}

/** @param {import("playwright-core").Page} page @param {{ script: boolean, language: "fr" | "en", name: string }} how */
async function apply(page, { script, language, name }) {
  const { posting, documents, question, changes } = CANDIDATES[language];
  const t = words(language);
  // Without script only one page is another: the one that comes back with what is wrong.
  const seen = async (state) => (script || state === "errors") && look(page, `${state}-${name}`);

  await page.goto("/");
  assert.equal(await page.locator("html").getAttribute("lang"), language);
  await seen("careers");

  await page.getByRole("link", { name: posting.title }).click();
  await page.getByRole("heading", { level: 1, name: posting.title }).waitFor();
  if (script) await takenOver(page);
  const title = await page.title();
  assert.ok(title.startsWith(posting.title), title);
  await asExpected(page, { t, documents, question });
  await seen("posting");

  await page.click("#submit");
  await page.locator("#error-summary").waitFor();
  await hasFocus(page, "error-summary");
  const missing = {
    name: t.issue.missing_name,
    email: t.issue.missing_email,
    ...Object.fromEntries(documents.map(([id, label]) => [id, t.issue.document_missing.replace("{label}", label)])),
    [question[0]]: t.issue.missing.replace("{label}", question[1]),
    consent: t.issue.missing_consent,
  };
  await refused(page, missing);
  assert.equal(await page.title(), t.form.title_error.replace("{title}", title));
  await seen("errors");
  for (const id of Object.keys(missing)) {
    await page.click(`#error-summary-list a[href="#${id}"]`);
    await hasFocus(page, id);
  }

  const letter = pdf(`Madame, Monsieur (${name})`);
  const cv = docx(`Marie Dupont (${name})`);
  const files = { cover_letter: document("Lettre de motivation.pdf", letter), cv: document("CV d’été.docx", cv) };
  await fill(page, { ...files, ...changes });
  if (script) {
    // Each mistake is taken back as it is mended, without a word to the server.
    await page.waitForFunction(() => !document.querySelector("#application .error:not([hidden])"));
    await seen("filled");
  }
  const reference = await send(page);

  const [{ raw: staff }, { raw: candidate }] = await mailsAbout(reference, posting.recipient ?? "applications@omct.org");
  const mail = await simpleParser(staff);
  assert.deepEqual(mail.replyTo.value.map(({ address }) => address), [MARIE.email]);
  const sent = [letter, cv, ...(changes.writing_sample ? [odt("How to lock a phone")] : [])].map(sha256);
  assert.deepEqual(mail.attachments.map(({ content }) => sha256(content)), sent, "the documents, to the byte");
  const acknowledgement = await simpleParser(candidate);
  assert.deepEqual(acknowledgement.attachments, []);
  assert.ok(acknowledgement.text.includes(reference));

  assert.equal((await page.locator("#reference").textContent()).replace(/\W/g, ""), reference);
  assert.deepEqual(await page.locator(".sha256 code").allTextContents(), sent);
  await poll(() => isForwarded(page), 15_000, () => "the receipt does not tell that it was forwarded");
  await seen("receipt");
  if (script) await printed(page, `receipt-${name}`);
  await withdrawn(page, t);
}

/** On paper a tick is a tick: browsers leave backgrounds out. */
async function printed(page, name) {
  await page.emulateMedia({ media: "print" });
  const tick = (pseudo) =>
    page.$eval(".state .done", (item, pseudo) => {
      const { backgroundColor, borderRightColor } = getComputedStyle(item, pseudo);
      return [backgroundColor, borderRightColor];
    }, pseudo);
  assert.deepEqual((await tick("::before"))[0], "rgba(0, 0, 0, 0)");
  assert.deepEqual((await tick("::after"))[1], "rgb(0, 0, 0)");
  await picture(page, `${name}-print`);
  await page.emulateMedia({ media: "screen" });
}

/** From the receipt and back to it, over a page that asks: links and a button, with script or without. */
async function withdrawn(page, t) {
  const receipt = page.url();
  await page.getByRole("link", { name: t.receipt.withdraw_link }).click();
  await page.getByRole("heading", { level: 1, name: t.withdraw.title }).waitFor();
  await page.getByRole("link", { name: t.withdraw.no }).click();
  assert.equal(page.url(), receipt);
  await page.getByRole("link", { name: t.receipt.withdraw_link }).click();
  await page.getByRole("button", { name: t.withdraw.yes }).click();
  await page.getByRole("heading", { level: 1, name: t.withdrawn.title }).waitFor();
  assert.equal(page.url(), receipt);
}

/** The form, as a screen reader has it. */
async function asExpected(page, { t, documents, question }) {
  const tree = evenly(await page.locator("#application").ariaSnapshot());
  const expected = [
    `- textbox "${t.form.name}"`,
    `- textbox "${t.form.email}"`,
    `- textbox "${t.form.phone} ${t.form.optional}"`,
    ...documents.map(([, label]) => `- button "${label}"`),
    `- radiogroup "${question[1]}":`,
    `- radio "${t.form.yes}"`,
    `- radio "${t.form.no}"`,
    `- textbox "${t.form.message} ${t.form.optional}"`,
    `- checkbox "`,
    `- button "${t.form.send}"`,
  ];
  let from = 0;
  for (const line of expected.map(evenly)) {
    const at = tree.indexOf(line, from);
    assert.ok(at >= 0, `${line} is not there, or not in its place:\n${tree}`);
    from = at + line.length;
  }
}

/** Each mistake is in the summary, beside its field, and a part of what a screen reader says of the field. */
async function refused(page, messages) {
  assert.deepEqual(await summaryOf(page), Object.values(messages));
  for (const [id, message] of Object.entries(messages)) {
    assert.equal(await errorOf(page, id).textContent(), message);
    assert.ok(await page.locator(`#${id}-error`).isVisible(), id);
    // Radio buttons are described as a group.
    const described = page.locator(`[aria-describedby~="${id}-error"]`);
    assert.equal(await described.count(), 1, id);
    assert.equal(await described.getAttribute("aria-invalid"), "true", id);
  }
}

/** The mail to staff, then the one to the candidate. */
async function mailsAbout(reference, recipient) {
  const mails = await place.mails(reference);
  assert.equal(mails.length, 2);
  const found = [recipient, MARIE.email].map((address) => mails.find(({ to }) => to.includes(address)));
  assert.ok(found.every(Boolean), JSON.stringify(mails.map(({ to }) => to)));
  return found;
}

async function isForwarded(page) {
  await page.reload();
  return (await page.locator(".state .done").count()) === 3;
}
