// Tests what the page offers where the form cannot reach the server: a mail that is ready, or address and subject to copy.
// Sent by a mail program, it is an application.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { beforeEach, test } from "node:test";

import PostalMime from "postal-mime";

import { document, docx, kept, MARIE, pdf, POSTING, sha256 } from "../support/application.mjs";
import { browsing, evenly, look, NARROW, openForm, picture, WIDE } from "../support/browser.mjs";
import { arrived, choose, fill } from "../support/candidate.mjs";
import { override } from "../support/faults.mjs";
import { handOver, INTAKE, received } from "../support/incoming.mjs";
import { CV, LETTER, mail } from "../support/letters.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running({ incoming: true });
const visitors = await browsing(place);
const { by_mail: t } = words("fr");
const OFFLINE = /ERR_INTERNET_DISCONNECTED/;

beforeEach(() => place.afresh());

/** Chooses a file, and waits for what the page then keeps ready. */
async function prepare(page, changes) {
  const told = page.waitForResponse(/\/by-mail\?lang=/);
  await fill(page, changes);
  await (await told).finished();
}

/** The help, once it is there. */
async function offered(page) {
  const help = page.getByRole("region", { name: t.how });
  await help.waitFor();
  return help;
}

/** Looks at the page, and keeps a picture of the help alone. */
async function lookAt(page, help, state) {
  await look(page, state);
  await picture(page, state, help);
}

/** The file that the page hands over. */
async function saved(page, help) {
  const download = page.waitForEvent("download");
  await help.getByRole("button", { name: t.save }).click();
  return { name: (await download).suggestedFilename(), raw: await readFile(await (await download).path(), "utf8") };
}

/** Sends it as Outlook does: with an author, and without the header that made it a draft. */
async function send(raw) {
  const lines = raw.replace("X-Unsent: 1\r\n", "");
  const whole = `From: ${MARIE.name} <${MARIE.email}>\r\nMessage-ID: <ready@example.net>\r\nDate: Tue, 15 Jul 2025 12:00:00 +0000\r\n${lines}`;
  await handOver(place.guichet.mf, { from: MARIE.email, to: INTAKE, raw: received(Buffer.from(whole), MARIE.email) });
}

/** The only application, once it is there. */
async function application() {
  await poll(async () => (await kept(place.guichet)).applications.length > 0, 15_000, () => "no application");
  const { applications } = await kept(place.guichet);
  assert.equal(applications.length, 1);
  return { ...applications[0], said: JSON.parse(applications[0].application) };
}

test("without a connection the page has a mail that is ready, with the documents; sent, it is an application", async (t_) => {
  const page = await visitors.visit(t_, { expected: OFFLINE });
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await openForm(page);
  await page.fill("#name", MARIE.name);
  assert.deepEqual(asked.filter((url) => /ready-mail|by-mail/.test(url)), [], "not before a file is chosen");
  await prepare(page, { cv: document("Mon parcours.docx", docx("Avant")) });
  await page.context().setOffline(true);
  await page.click("#submit");
  const help = await offered(page);
  assert.ok(await help.getByText(t.away, { exact: true }).isVisible());
  assert.equal(await page.locator("#announcer").textContent(), t.away);
  await lookAt(page, help, "ready-mail-fr-1280");
  await page.setViewportSize(NARROW);
  await lookAt(page, help, "ready-mail-fr-320");
  await page.setViewportSize(WIDE);

  // What is handed over is the form as it is now.
  const cv = docx("Une version plus récente");
  await choose(page, "cv", document("Mon parcours.docx", cv));
  await page.fill("#message", "Bonjour,\n\nd’un train.");
  const { name, raw } = await saved(page, help);
  assert.equal(name, t.file);
  const lines = raw.split("\r\n");
  assert.ok(Math.max(...lines.map(({ length }) => length)) <= 78, "lines are short");
  assert.ok(!/[^\r]\n/.test(raw), "lines end as mail wants it");
  assert.match(raw, /^[\x00-\x7F]*$/);
  const parsed = await PostalMime.parse(raw);
  assert.deepEqual([parsed.subject, parsed.to, parsed.from], [POSTING.subject, [{ address: INTAKE, name: "" }], undefined]);
  assert.deepEqual(parsed.headers.filter(({ key }) => key === "x-unsent").map(({ value }) => value), ["1"]);
  const letter = pdf("Madame, Monsieur");
  const hashes = [letter, cv].map(sha256);
  const files = (list) => list.map(({ filename, content }) => [filename, sha256(new Uint8Array(content))]);
  assert.deepEqual(files(parsed.attachments), [["cover_letter.pdf", hashes[0]], ["cv.docx", hashes[1]]]);
  const plain = (said) => evenly(said).replaceAll("\r\n", "\n").trim();
  const text = plain(parsed.text);
  assert.match(text, /^Bonjour,\n\nd’un train\.\n\nTéléphone: \+32 470 12 34 56\nDisposez-vous .* \? Oui\n\nMarie Dupont$/);

  await send(raw);
  const { number, reference, said } = await application();
  assert.equal(number, 1);
  assert.equal(plain(said.message), text);
  assert.deepEqual(said.documents.map(({ id, sha256: hash }) => [id, hash]), [["cover_letter", hashes[0]], ["cv", hashes[1]]]);
  const [staff, candidate] = await place.mails(reference);
  const attached = (await PostalMime.parse(staff.raw)).attachments;
  assert.deepEqual(files(attached).map(([, hash]) => hash).sort(), [...hashes].sort());
  assert.match((await PostalMime.parse(candidate.raw)).text, /http\S+\/correct\?\S+/);
  assert.deepEqual(candidate.to, [MARIE.email]);
});

test("once the server answers, the form is sent and what it was replaced by goes", async (t_) => {
  const page = await visitors.visit(t_, { expected: /status of 503/ });
  await openForm(page);
  await prepare(page);
  await override(place.guichet, { fault: "d1" });
  await page.click("#submit");
  const help = await offered(page);
  await override(place.guichet);
  await page.route("**/applications?*", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await route.continue();
  });
  await page.click("#submit");
  await help.waitFor({ state: "detached" });
  await arrived(page);
});

test("where the server is well and only refuses for a while, no mail is offered", async (t_) => {
  const page = await visitors.visit(t_, { expected: /status of (429|503)/ });
  await openForm(page);
  await prepare(page);
  await page.route("**/applications?*", (route) => route.fulfill({ status: 503, headers: { "retry-after": "30" }, body: "" }));
  const healthy = page.waitForResponse("**/healthz");
  await page.click("#submit");
  assert.equal((await healthy).status(), 200);
  await page.waitForTimeout(300);
  assert.equal(await page.locator("#mail").count(), 0);
});

test("on a phone address and subject are copied", async (t_) => {
  const phone = { viewport: NARROW, hasTouch: true, isMobile: true, permissions: ["clipboard-read", "clipboard-write"] };
  const page = await visitors.visit(t_, { expected: OFFLINE, ...phone });
  await openForm(page);
  await prepare(page);
  await page.context().setOffline(true);
  await page.tap("#submit");
  const help = await offered(page);
  assert.equal(await help.getByRole("button", { name: t.save }).count(), 0);
  for (const [button, text] of [[t.copy_address, INTAKE], [t.copy_subject, POSTING.subject]]) {
    await help.getByRole("button", { name: button }).tap();
    await help.getByText(t.copied, { exact: true }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
  }
  await lookAt(page, help, "ready-mail-phone-fr-320");
});

for (const language of ["fr", "ar"]) {
  test(`without script the page itself has address and subject, and a page says how, in ${language}`, async (t_) => {
    const page = await visitors.visit(t_, { javaScriptEnabled: false, expected: OFFLINE });
    await page.goto(`/postings/${POSTING.slug}?lang=${language}`);
    const link = new URL(await page.getByRole("link", { name: INTAKE }).getAttribute("href"));
    assert.deepEqual([link.pathname, link.searchParams.get("subject")], [INTAKE, POSTING.subject]);
    const { by_mail } = words(language);
    await page.getByRole("link", { name: by_mail.link }).click();
    await page.getByRole("heading", { level: 1, name: by_mail.title }).waitFor();
    for (const viewport of [WIDE, NARROW]) {
      await page.setViewportSize(viewport);
      await look(page, `by-mail-${language}-${viewport.width}`);
    }
    assert.equal(await page.getByRole("button").count(), 0);
    const subject = await page.locator("#mail-subject").textContent();
    await handOver(place.guichet.mf, {
      from: MARIE.email,
      to: await page.locator("#mail-address").textContent(),
      raw: received(Buffer.from(mail({ subject, files: [LETTER, CV] })), MARIE.email),
    });
    assert.equal((await application()).number, 1);
  });
}

test("once the posting has closed, the page about mails leads back to it", async () => {
  await override(place.guichet, { clock: `=${POSTING.closesAt}` });
  const answer = await place.guichet.fetch(`/postings/${POSTING.slug}/by-mail?lang=en`, { redirect: "manual" });
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, `/postings/${POSTING.slug}?lang=en`]);
  assert.equal((await place.guichet.fetch("/postings/none/by-mail")).status, 404);
});
