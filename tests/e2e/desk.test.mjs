// Tests the desk in a browser, as the three people of an office use it: an advertisement becomes a posting, candidates apply,
// are shortlisted, invited, declined, and what belongs to the selection is taken along. In French, at both widths, and by
// keyboard. How a selection ends: desk-end.test.mjs.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import PostalMime from "postal-mime";

import { apply, clock, document, NOON, pdf } from "../support/application.mjs";
import { browsing, look, NARROW } from "../support/browser.mjs";
import { signInByPage } from "../support/desk.mjs";
import { override } from "../support/faults.mjs";
import { ROOT } from "../support/guichet.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);
const ADVERTISEMENT = readFileSync(join(ROOT, "crates/postings/src/advertisement/tests/french.txt"), "utf8");
const MINUTE = 60_000;
const t = words("fr").desk;
const PEOPLE = ["Amélie N’Diaye", "Zoé Œuvré", "سلمى بن علي", "Jean-Loup d’Arc"];
// The posting that comes with Guichet is open under the subject of the advertisement.
const SUBJECT = "Chargé·e de protection, Bruxelles";

const button = (page, name) => page.getByRole("button", { name, exact: true });

test("a selection, from the advertisement to the invitations", async (t_) => {
  const page = await visitors.visit(t_, { expected: /status of 4\d\d/ });
  await signInByPage(page);
  await look(page, "desk-overview");

  await page.getByRole("link", { name: t.import }).click();
  await page.getByLabel(t.advertisement).fill(ADVERTISEMENT);
  await button(page, t.import_do).click();
  const slug = await page.getByLabel(t.field_slug).inputValue();
  const deadline = page.locator(".desk-field").filter({ hasText: t.field_deadline_date });
  assert.match(await deadline.innerText(), /dimanche 3 août 2025/);
  await page.getByText(t.fact_retention_days).waitFor();
  await look(page, "desk-draft");
  // Not yet complete: what is wrong stands beside the field, and what was typed is still there.
  await page.getByLabel(t.field_starts).fill("2025-07-01");
  await button(page, t.publish).click();
  const retention = page.locator(".desk-field").filter({ hasText: t.field_retention_days });
  await retention.getByText(t.flaw_missing).waitFor();
  await page.locator(".desk-field").filter({ hasText: t.field_starts }).getByText(t.flaw_out_of_order).waitFor();
  assert.equal(await page.getByLabel(t.field_starts).inputValue(), "2025-07-01");
  await look(page, "desk-mistakes");
  await page.getByLabel(t.field_starts).fill("2025-09-01");
  await page.getByLabel(t.field_retention_days).fill("180");
  await page.getByLabel(t.field_subject).fill(SUBJECT);
  // The file says the same, and fields come from it again.
  await button(page, t.as_file).click();
  assert.match(await page.getByLabel(t.source, { exact: true }).inputValue(), /^retention_days = 180$/m);
  await look(page, "desk-source");
  await button(page, t.as_fields).click();
  await retention.getByText("30 janvier 2026").waitFor();
  // A row more, which stays away once it is not wanted.
  await button(page, t.document_add).click();
  await page.getByLabel(t.field_documents_name_fr).last().fill("Diplôme");
  await page.getByLabel(t.field_documents_name_en).last().fill("Degree");
  await button(page, t.preview).first().click();
  await page.locator("article.desk-preview").waitFor();
  assert.equal(await page.getByLabel(t.field_documents_name_fr).last().inputValue(), "Diplôme");
  await look(page, "desk-preview");
  await page.getByLabel(t.row_remove).nth((await page.getByLabel(t.field_documents_name_fr).count()) - 1).check();
  await button(page, t.publish).click();
  await page.getByText(t.none).waitFor();
  await look(page, "desk-empty");

  const token = async () => /name="token" value="([^"]+)"/.exec(await (await place.guichet.fetch(`/postings/${slug}`)).text())[1];
  const references = [];
  for (const [n, name] of PEOPLE.entries()) {
    const answer = await apply(place.guichet, { name, email: `person${n}@example.net`, subject: SUBJECT, token: await token() }, { slug });
    assert.equal(answer.status, 201, await answer.clone().text());
    references.push((await answer.json()).reference);
  }
  await page.reload();
  const row = (name) => page.getByRole("row").filter({ hasText: name });
  for (const name of PEOPLE) await row(name).waitFor();
  await look(page, "desk-list");

  // Two are invited to the test, with a file.
  for (const name of PEOPLE.slice(0, 2)) await row(name).getByRole("checkbox").check();
  await page.locator("#stage-to-set").selectOption("test");
  await button(page, t.continue).click();
  await page.getByText(t.leaves_later).waitFor();
  await page.getByLabel(t.text, { exact: true }).fill("Bonjour {name},\n\nvotre test écrit aura lieu mardi. Votre référence : {reference}.");
  await page.getByLabel(t.attachment_choose).setInputFiles({ name: "Consigne.pdf", mimeType: "application/pdf", buffer: Buffer.from(await document("Consigne.pdf", pdf("Consigne")).arrayBuffer()) });
  await look(page, "desk-invitation");
  await button(page, t.do_it).click();
  await page.getByText(t.done).waitFor();
  await look(page, "desk-done");
  // One of the two mails is stopped, which puts the stage back.
  await page.getByRole("listitem").filter({ hasText: references[1] }).getByRole("button", { name: t.stop }).click();
  await page.goto(`/desk/postings/${slug}`);
  assert.match(await row(PEOPLE[0]).innerText(), new RegExp(t.stage_test));
  assert.match(await row(PEOPLE[1]).innerText(), new RegExp(t.stage_received));

  await override(place.guichet, { clock: clock(NOON + 10 * MINUTE) });
  await place.guichet.cron();
  const of = (n) => place.mailbox.messages.filter(({ to, raw }) => to.includes(`person${n}@example.net`) && raw.includes("Consigne.pdf"));
  await poll(() => of(0).length === 1, 15_000, () => "the invitation has not left");
  assert.equal(of(1).length, 0);

  // The third is invited to an interview, with the appointment for a calendar, and stays reachable by keyboard meanwhile.
  await page.goto(`/desk/postings/${slug}`);
  await row(PEOPLE[2]).getByRole("checkbox").check();
  await page.locator("#stage-to-set").selectOption("interview");
  await button(page, t.continue).click();
  await page.getByLabel(t.text, { exact: true }).fill("Bonjour {name},\n\nnous vous attendons.");
  await page.locator("#interview-at").fill("2025-09-01T10:00");
  await page.getByLabel(t.place).fill("Rue de Stassart 36; 2e étage");
  await look(page, "desk-interview");
  await button(page, t.do_it).click();
  await page.getByText(t.done).waitFor();
  await override(place.guichet, { clock: clock(NOON + 20 * MINUTE) });
  await place.guichet.cron();
  const invited = () => place.mailbox.messages.find(({ to, raw }) => to.includes("person2@example.net") && raw.includes("text/calendar"));
  await poll(() => invited() !== undefined, 15_000, () => "the interview has not left");
  const { attachments } = await PostalMime.parse(invited().raw);
  const calendar = Buffer.from(attachments.find(({ mimeType }) => mimeType === "text/calendar").content).toString("utf8").replaceAll("\r\n ", "");
  // Ten o'clock in Brussels.
  for (const line of ["DTSTART:20250901T080000Z", "DTEND:20250901T090000Z", "LOCATION:Rue de Stassart 36\\; 2e étage"]) assert.ok(calendar.includes(line), calendar);

  // The fourth came by post to a colleague as well: it is added by hand, and answered by telephone.
  await page.goto(`/desk/postings/${slug}`);
  await page.getByRole("link", { name: t.add, exact: true }).click();
  await page.getByLabel(t.column_name, { exact: true }).fill("Émile par la poste");
  await page.getByLabel(t.email, { exact: true }).fill("emile@example.net");
  await look(page, "desk-add");
  await button(page, t.add_do).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByLabel(t.email, { exact: true }).inputValue(), "emile@example.net");
  await look(page, "desk-add-mistakes");
  for (const file of await page.locator('input[type="file"]').all()) {
    await file.setInputFiles({ name: `${await file.getAttribute("name")}.pdf`, mimeType: "application/pdf", buffer: Buffer.from(await document("x.pdf", pdf(await file.getAttribute("name"))).arrayBuffer()) });
  }
  await button(page, t.add_do).click();
  await page.getByRole("heading", { level: 1, name: "Émile par la poste" }).waitFor();
  await button(page, t.note_answered).click();
  await button(page, t.take_back).waitFor();
  await page.goto(`/desk/postings/${slug}`);

  await page.getByRole("link", { name: PEOPLE[0] }).click();
  await page.getByLabel(t.note, { exact: true }).fill("Très bon dossier.");
  await button(page, t.note_add).click();
  await page.getByText("Très bon dossier.").waitFor();
  await look(page, "desk-application");

  const export_ = page.waitForEvent("download");
  await page.goto(`/desk/postings/${slug}`);
  await page.getByRole("link", { name: t.csv_semicolon }).click();
  const csv = readFileSync(await (await export_).path(), "utf8");
  assert.ok(csv.startsWith("\ufeff") && PEOPLE.every((name) => csv.includes(name)), csv);
});

test("the desk is usable at 320 pixels", async (t_) => {
  const page = await visitors.visit(t_, { viewport: NARROW });
  await signInByPage(page);
  await look(page, "desk-overview-320");
  await page.locator("tbody a").first().click();
  await page.locator(".desk-filter").waitFor();
  await look(page, "desk-list-320");
  await page.getByRole("link", { name: t.edit, exact: true }).click();
  await page.getByLabel(t.field_title, { exact: true }).waitFor();
  await look(page, "desk-editor-320");
  await page.goBack();
  await page.locator("tbody th a").first().click();
  await page.getByRole("heading", { name: t.notes }).waitFor();
  await look(page, "desk-application-320");
});

test("the desk needs no mouse", async (t_) => {
  const page = await visitors.visit(t_, { javaScriptEnabled: false });
  await signInByPage(page);
  const reach = async (locator) => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      if (await locator.evaluate((element) => element === globalThis.document.activeElement)) return;
    }
    assert.fail(`no Tab leads to ${locator}`);
  };
  const first = page.locator("tbody a").first();
  await reach(first);
  await page.keyboard.press("Enter");
  const search = page.getByLabel(t.search);
  await search.waitFor();
  await reach(search);
  await page.keyboard.type("zoe");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: PEOPLE[1] }).waitFor();
  assert.equal(await page.getByRole("link", { name: PEOPLE[0] }).count(), 0);
});
