// Takes the pictures of README.md: the form, the receipt and the mail to staff. `cargo xtask pictures` starts it.
//
// A candidate applies in a real browser, and the running Worker sends the mails. The pictures show what came out.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { chromium } from "playwright-core";
import { simpleParser } from "mailparser";

import { clock, document, docx, pdf, POSTING } from "../support/application.mjs";
import { ARGUMENTS, executable, openForm } from "../support/browser.mjs";
import { fill, send } from "../support/candidate.mjs";
import { ROOT, start } from "../support/guichet.mjs";
import { Mailbox, poll } from "../support/mailbox.mjs";

const FOLDER = join(ROOT, "docs/pictures");
const PAGE = { width: 1000, height: 760 };

const mailbox = await Mailbox.start();
const guichet = await start({ clock: clock(), smtp: mailbox.smtp });
const browser = await chromium.launch({ executablePath: executable(), args: ARGUMENTS });
try {
  await mkdir(FOLDER, { recursive: true });
  const page = await browser.newPage({ baseURL: guichet.url.href, viewport: PAGE, locale: "en-GB", timezoneId: "Europe/Brussels" });
  await takeForm(page);
  await takeReceipt(page);
  // A page of its own: the content security policy of ours forbids the mail's styles.
  await takeMail(await browser.newPage({ viewport: PAGE }));
} finally {
  await browser.close();
  await guichet.stop();
  await mailbox.stop();
}

/** Fills in the form. A file with the wrong name shows what a refusal looks like. */
async function takeForm(page) {
  await openForm(page);
  await fill(page, { cover_letter: document("Lettre de motivation.pdf", pdf("Madame, Monsieur")), cv: document("CV.docx", pdf("CV")) });
  await page.locator("#cv-error .error-text").waitFor();
  await page.locator("#cover_letter").evaluate((field) => field.scrollIntoView({ block: "center" }));
  await take(page, "form");
}

async function takeReceipt(page) {
  await openForm(page);
  await fill(page, { cover_letter: document("Lettre de motivation.pdf", pdf("Madame, Monsieur")), cv: document("CV.docx", docx("CV")) });
  await send(page);
  const isForwarded = async () => {
    await page.reload();
    return (await page.locator(".state .done").count()) === 3;
  };
  await poll(isForwarded, 15_000, () => "the receipt does not say that the application was forwarded");
  await take(page, "receipt");
}

/** Shows the mail to staff as a mail program does: headers, text, attachments. */
async function takeMail(page) {
  const { raw } = mailbox.messages.find(({ to }) => to.includes(POSTING.recipient));
  const mail = await simpleParser(raw);
  await page.setContent(mail.html);
  await page.evaluate(addHeaders, {
    From: mail.from.text,
    "Reply-To": mail.replyTo.text,
    Subject: mail.subject,
    Attachments: mail.attachments.map(({ filename }) => filename).join(", "),
  });
  await take(page, "staff-mail");
}

/** Runs in the page. */
function addHeaders(headers) {
  const list = document.createElement("div");
  list.style.cssText = "font: 15px/1.6 sans-serif; border-bottom: 1px solid #8a8a8a; margin-bottom: 16px; padding-bottom: 12px";
  for (const [name, value] of Object.entries(headers)) {
    const line = document.createElement("div");
    const label = document.createElement("b");
    label.textContent = `${name}: `;
    line.append(label, value);
    list.append(line);
  }
  document.body.prepend(list);
}

/** Writes a picture of what the window shows. */
async function take(page, name) {
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path, animations: "disabled" });
  console.log(path);
}
