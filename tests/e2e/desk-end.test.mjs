// Tests the end of a selection at the desk, in a browser: somebody corrects, somebody withdraws, several are written to at
// once, one is declined, everything is taken along, and after the day of deletion nothing is left but counts.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";

import PostalMime from "postal-mime";

import { apply, clock, document, everything, NOON, pdf, POSTING, sha256 } from "../support/application.mjs";
import { browsing, look, NARROW } from "../support/browser.mjs";
import { choose } from "../support/candidate.mjs";
import { signInByPage, unzipped } from "../support/desk.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);
const { desk: t, receipt, withdraw } = words("fr");
const MINUTE = 60_000;
const PEOPLE = ["Amélie N’Diaye", "Zoé Œuvré", "سلمى بن علي", "Jean-Loup d’Arc"];
const NEWER = pdf("Une version plus récente");
const LIST = `/desk/postings/${POSTING.slug}`;

const address = (n) => `person${n}@example.net`;

/** What each got in answer to their form. */
const received = [];
before(async () => {
  for (const [n, name] of PEOPLE.entries()) {
    const answer = await apply(place.guichet, { name, email: address(n) });
    received.push(await answer.json());
    await place.mails(received[n].reference);
  }
});

const button = (page, name) => page.getByRole("button", { name, exact: true });
const row = (page, n) => page.getByRole("row").filter({ hasText: PEOPLE[n] });

/** Lets time pass, and what is due be done. */
async function later(milliseconds) {
  await override(place.guichet, { clock: clock(milliseconds) });
  await place.guichet.cron();
}

/** Somebody of the office, before the list of applications. */
async function atTheDesk(t_) {
  const page = await visitors.visit(t_);
  await openList(page);
  return page;
}

async function openList(page) {
  await signInByPage(page);
  await page.goto(LIST);
}

/** Writes to those people, with a stage. */
async function write(page, people, stage, text) {
  await page.goto(LIST);
  for (const n of people) await row(page, n).getByRole("checkbox").check();
  await page.locator("#stage-to-set").selectOption(stage);
  await button(page, t.continue).click();
  await page.getByText(t.leaves_later).waitFor();
  if (text) await page.getByLabel(t.text, { exact: true }).fill(text);
  await button(page, t.do_it).click();
  await page.getByText(t.done).waitFor();
}

/** The mails to somebody with this in their text, once there are that many. */
async function mailsWith(n, text, count = 1) {
  let found = [];
  const enough = async () => {
    const theirs = place.mailbox.messages.filter(({ to }) => to.includes(address(n)));
    const parsed = await Promise.all(theirs.map(async ({ to, raw }) => ({ ...(await PostalMime.parse(raw)), to, raw: String(raw) })));
    found = parsed.filter((mail) => mail.text.includes(text));
    return found.length >= count;
  };
  await poll(enough, 15_000, () => `${found.length} of ${count} mails to person ${n}`);
  return found;
}

test("a correction and a withdrawal are seen at the desk", async (t_) => {
  const candidate = await visitors.visit(t_);
  await candidate.goto(received[0].status_url);
  await candidate.getByRole("link", { name: receipt.correct_link }).click();
  await choose(candidate, "cv", document("CV 2.pdf", NEWER));
  await candidate.click("#submit");
  await candidate.waitForURL("**/applications/*?key=*");

  await candidate.goto(received[3].status_url);
  await candidate.getByRole("link", { name: receipt.withdraw_link }).click();
  await button(candidate, withdraw.yes).click();
  await candidate.waitForURL("**/applications/*?key=*");

  const page = await atTheDesk(t_);
  await row(page, 0).getByText(t.corrected, { exact: true }).waitFor();
  assert.equal(await row(page, 3).count(), 0);
  await page.getByText(t.withdrawn_count_one.replace("{n}", "1")).waitFor();
  await look(page, "desk-corrected-and-withdrawn");
  // The document that staff get is the newer one.
  await page.getByRole("link", { name: PEOPLE[0] }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: /CV/ }).last().click();
  assert.equal(sha256(await readFile(await (await download).path())), sha256(NEWER));
});

test("several are written to at once, each alone; one is declined", async (t_) => {
  const page = await atTheDesk(t_);
  await write(page, [0, 1], "shortlisted", "Bonjour {name},\n\nvous êtes sur la liste restreinte. Référence : {reference}.");
  await write(page, [2], "declined");
  await page.goto(LIST);
  for (const [n, stage] of [t.stage_shortlisted, t.stage_shortlisted, t.stage_declined].entries()) {
    assert.match(await row(page, n).innerText(), new RegExp(stage));
  }
  await later(NOON + 10 * MINUTE);
  for (const n of [0, 1]) {
    const [{ to, text, raw }, ...others] = await mailsWith(n, "liste restreinte");
    assert.deepEqual([to, others], [[address(n)], []]);
    assert.ok(text.includes(`Bonjour ${PEOPLE[n]}`) && text.includes(received[n].reference), text);
    for (const other of [0, 1, 2, 3].filter((one) => one !== n)) assert.ok(!raw.includes(address(other)), raw);
  }
  const [declined] = await mailsWith(2, POSTING.title);
  assert.ok(declined, "the decline has left");
  await page.goto(LIST);
  await look(page, "desk-decided");
});

test("everything is taken along; after the day of deletion nothing is left but counts", async (t_) => {
  const page = await atTheDesk(t_);
  const file = page.waitForEvent("download");
  await page.getByRole("link", { name: t.zip }).click();
  const files = unzipped(await readFile(await (await file).path()));
  const hashes = Object.values(files).map(({ bytes }) => sha256(bytes));
  assert.ok(hashes.includes(sha256(NEWER)), Object.keys(files).join(", "));
  const csv = files["applications.csv"].bytes.toString("utf8");
  assert.deepEqual(PEOPLE.map((name) => csv.includes(name)), [true, true, true, false], csv);

  // They were told 30 January.
  await later(Date.parse("2026-01-29T23:59:00+01:00"));
  await openList(page);
  assert.equal(await page.locator("tbody tr").count(), 3);
  await later(Date.parse("2026-01-30T23:50:00+01:00"));
  await later(Date.parse("2026-01-30T23:55:00+01:00"));
  await openList(page);
  await page.getByText(t.was_erased.split("{date}")[0].trim()).waitFor();
  await page.getByText(t.erased_left).waitFor();
  for (const name of [t.zip, t.csv_comma, t.add, t.edit]) assert.equal(await page.getByRole("link", { name }).count(), 0, name);
  await page.goto(`${LIST}/applications`);
  assert.equal(new URL(page.url()).pathname, new URL(LIST, page.url()).pathname, "nothing can be added");
  await page.getByText(t.erased_count_other.replace("{n}", "3")).waitFor();
  await page.getByText(t.withdrawn_count_one.replace("{n}", "1")).waitFor();
  await look(page, "desk-after-deletion");
  await page.setViewportSize(NARROW);
  await look(page, "desk-after-deletion-320");

  const body = await page.locator("main").innerText();
  const tables = JSON.stringify(await everything(place.guichet));
  for (const [n, name] of PEOPLE.entries()) {
    for (const word of [name, address(n), received[n].reference]) assert.ok(!body.includes(word) && !tables.includes(word), word);
  }
  assert.deepEqual((await place.guichet.bucket.list({ prefix: "applications/" })).objects, []);
  const answer = await place.guichet.fetch(received[0].status_url.replace(place.guichet.url.origin, ""));
  assert.ok([404, 410].includes(answer.status), String(answer.status));
});
