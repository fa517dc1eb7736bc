// Postings in D1: what is changed while people look at them and apply, and `cargo xtask postings`.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";

import PostalMime from "postal-mime";

import { apply, clock, document, form, freshToken, kept, NOON, onTheWire, pdf, POSTING } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { ROOT } from "../support/guichet.mjs";
import { save } from "../support/postings.mjs";
import { running } from "../support/running.mjs";

const folder = await mkdtemp(join(tmpdir(), "guichet-postings-"));
const [state, files] = [join(folder, "state"), join(folder, "files")];
await mkdir(state);
await mkdir(files);
await writeFile(join(state, "clock"), String(NOON - Date.now()));
const place = await running({ state });
after(() => rm(folder, { recursive: true, force: true }));

const source = await readFile(join(ROOT, "postings", `${POSTING.slug}.md`), "utf8");
const QUESTION = '[[questions]]\nid = "driving_licence"\ntext.fr = "Avez-vous le permis ?"\ntext.en = "Do you drive?"\nkind = "yes_no"\nrequired = true\n';
const asking = source.replace("[[questions]]", `${QUESTION}\n[[questions]]`);
const path = `/postings/${POSTING.slug}`;

/** Nothing that is known of postings is fresh enough. */
const alwaysAsk = (fault) => override(place.guichet, { clock: clock(), fault, vars: { DEV_POSTINGS_MS: "0" } });
const page = async (of = path) => {
  const answer = await place.guichet.fetch(of);
  return [answer.status, await answer.text()];
};

async function afresh() {
  await place.afresh();
  await save(place.guichet.db, POSTING.slug, source);
}

test("a change is on the page without a deployment", async () => {
  await afresh();
  await alwaysAsk();
  assert.doesNotMatch((await page())[1], /driving_licence/);
  await save(place.guichet.db, POSTING.slug, asking);
  assert.match((await page())[1], /name="driving_licence"/);
});

test("while the database is away, pages show what is known", async () => {
  await afresh();
  await alwaysAsk();
  await page();
  await alwaysAsk("d1");
  for (const of of ["/", path, "/feed.xml"]) assert.equal((await page(of))[0], 200, of);
  assert.equal((await apply(place.guichet)).status, 503);
  await alwaysAsk();
  assert.deepEqual((await kept(place.guichet)).applications, []);
});

test("an application is judged by the version that is current, whatever the page knew", async () => {
  await afresh();
  const token = await freshToken(place.guichet);
  await save(place.guichet.db, POSTING.slug, asking);
  const early = await apply(place.guichet, { token });
  assert.equal(early.status, 422);
  const { issues, posting_changed: changed } = await early.json();
  assert.deepEqual(issues.map(({ field, code }) => [field, code]), [["driving_licence", "missing"]]);
  assert.match(changed.message, /a changé depuis que vous avez ouvert cette page/);
  assert.equal((await apply(place.guichet, { token, driving_licence: "no" })).status, 201);
  const { version } = await place.guichet.db.prepare("SELECT version FROM postings WHERE slug = ?1").bind(POSTING.slug).first();
  assert.deepEqual((await kept(place.guichet)).applications.map((row) => row.posting_version), [version]);
});

test("without script, the page comes back in the new form with what was typed", async () => {
  await afresh();
  const token = await freshToken(place.guichet);
  await save(place.guichet.db, POSTING.slug, asking);
  const answer = await apply(place.guichet, { token, name: "Zoé Tremblay" }, { json: false });
  const html = await answer.text();
  assert.equal(answer.status, 422);
  assert.match(html, /a changé depuis que vous avez ouvert cette page/);
  assert.match(html, /name="driving_licence"/);
  assert.match(html, /value="Zoé Tremblay"/);
  const again = /name="token" value="([^"]+)"/.exec(html)[1];
  assert.equal((await apply(place.guichet, { token: again, driving_licence: "yes" })).status, 201);
});

test("a subject of an earlier version counts", async () => {
  await afresh();
  await save(place.guichet.db, POSTING.slug, source.replace(`subject = "${POSTING.subject}"`, 'subject = "Another subject"'));
  assert.equal((await apply(place.guichet, { token: await freshToken(place.guichet) })).status, 201);
  const wrong = await apply(place.guichet, { subject: "What nobody asked for" });
  assert.deepEqual((await wrong.json()).issues.map(({ code }) => code), ["not_the_subject"]);
});

test("an application is erased on the day that its page said", async () => {
  await afresh();
  const [first, open] = [await freshToken(place.guichet), await freshToken(place.guichet)];
  const shorter = source.replace(/^retention_days = \d+$/m, "retention_days = 18");
  await alwaysAsk();
  for (const [token, text] of [[first, source], [open, shorter], ["", shorter]]) {
    await save(place.guichet.db, POSTING.slug, text);
    assert.equal((await apply(place.guichet, { token: token || (await freshToken(place.guichet)) })).status, 201);
  }
  const { results } = await place.guichet.db.prepare("SELECT erase_at FROM applications ORDER BY number").all();
  const days = results.map(({ erase_at: at }) => new Date(at).toISOString().slice(0, 10));
  assert.deepEqual(days, ["2026-01-30", "2026-01-30", "2025-08-21"]);
});

test("a page that was open before the deadline was moved earlier may send for a day", async () => {
  await afresh();
  await alwaysAsk();
  const token = await freshToken(place.guichet);
  const sooner = source.replace("date = 2025-08-03", "date = 2025-07-11");
  await save(place.guichet.db, POSTING.slug, sooner, NOON);
  const at = (hours) => ({ headers: { "x-test-clock": clock(NOON + hours * 3_600_000) } });
  const code = async (answer) => (await answer.json()).issues.map((issue) => issue.code);
  assert.deepEqual(await code(await apply(place.guichet, {}, at(1))), ["deadline_passed"], "no page, no grace");
  assert.deepEqual(await code(await apply(place.guichet, { token }, at(25))), ["deadline_passed"]);
  const taken = await apply(place.guichet, { token }, at(23));
  assert.equal(taken.status, 201);
  const { status_url: receipt } = await taken.json();
  const json = { headers: { accept: "application/json" } };
  const told = await (await place.guichet.fetch(receipt.replace(place.guichet.url.origin, ""), json)).json();
  assert.equal(told.erase_on, "2026-01-30", "as the page said");
});

test("a correction from a page of an earlier version is told what is asked for now", async () => {
  await afresh();
  await alwaysAsk();
  const { status_url: url } = await (await apply(place.guichet)).json();
  const { pathname: of, searchParams } = new URL(url);
  const key = searchParams.get("key");
  const html = await (await place.guichet.fetch(`${of}/correct?key=${key}`, { headers: { accept: "text/html", "x-test-clock": clock(NOON) } })).text();
  const version = /name="posting_version" value="(\d+)"/.exec(html)[1];
  await save(place.guichet.db, POSTING.slug, asking);
  const correct = async (changes, accept) => {
    const { type, bytes } = await onTheWire(form({ cover_letter: undefined, cv: undefined, name: "Marie Martin", key, revision: "1", ...changes }));
    const headers = { accept, "content-type": type, "x-test-clock": clock(NOON) };
    return place.guichet.fetch(`${of}/corrections`, { method: "POST", body: bytes, headers });
  };
  const told = /a changé depuis que vous avez ouvert cette page/;
  const { issues, posting_changed: changed, kept } = await (await correct({ posting_version: version }, "application/json")).json();
  assert.deepEqual([issues[0].field, changed.token, kept.revision], ["driving_licence", null, 1]);
  assert.match(changed.message, told);
  const again = await (await correct({ posting_version: version }, "text/html")).text();
  assert.match(again, told);
  assert.match(again, /name="driving_licence"/);
  const [, current] = /name="posting_version" value="(\d+)"/.exec(again);
  assert.doesNotMatch(await (await correct({ posting_version: current }, "text/html")).text(), told, "this page has what is asked for now");
  const right = await correct({ posting_version: current, driving_licence: "yes" }, "application/json");
  assert.deepEqual([right.status, (await right.json()).revision], [200, 2]);
});

test("a receipt can be corrected for a day after the deadline was moved earlier", async () => {
  await afresh();
  await alwaysAsk();
  const { status_url: url } = await (await apply(place.guichet)).json();
  const { pathname: of, searchParams } = new URL(url);
  const key = searchParams.get("key");
  await save(place.guichet.db, POSTING.slug, source.replace("date = 2025-08-03", "date = 2025-07-11"), NOON);
  const correct = async (name, revision, hours) => {
    const { type, bytes } = await onTheWire(form({ cover_letter: undefined, cv: undefined, name, key, revision }));
    const at = { "x-test-clock": clock(NOON + hours * 3_600_000) };
    const headers = { accept: "application/json", "content-type": type, ...at };
    const answer = await place.guichet.fetch(`${of}/corrections`, { method: "POST", body: bytes, headers });
    const shown = await place.guichet.fetch(`${of}?key=${key}`, { headers: { accept: "text/html", ...at } });
    const { issues, revision: got } = await answer.json();
    return [answer.status, issues?.[0].code ?? got, (await shown.text()).includes("/correct?key=")];
  };
  assert.deepEqual(await correct("Marie Martin", "1", 23), [200, 2, true]);
  // The correction is of the version that its candidate knew.
  assert.deepEqual(await correct("Marie Durand", "2", 25), [422, "deadline_passed", false]);
});

test("mails and receipt have the text that was read, and go to the recipient of today", async () => {
  await afresh();
  await alwaysAsk();
  const { status_url: url, reference } = await (await apply(place.guichet)).json();
  await place.mails(reference);
  const other = source
    .replace(/^title = .*$/m, 'title = "Autre titre"')
    .replace(`subject = "${POSTING.subject}"`, 'subject = "Another subject"')
    .replace(/^recipient = .*$/m, 'recipient = "team@example.org"');
  await save(place.guichet.db, POSTING.slug, other);
  await place.guichet.db.prepare("UPDATE mails SET sent_at = NULL, due_at = 0, leased_until = 0, attempts = 0, queued_until = 0").run();
  await place.guichet.cron();
  const again = (await place.mails(reference, 4)).slice(2);
  const staff = again.find(({ to }) => to.includes("team@example.org"));
  assert.ok(staff, JSON.stringify(again.map(({ to }) => to)));
  const mail = await PostalMime.parse(staff.raw);
  assert.ok(mail.subject.startsWith(POSTING.subject), mail.subject);
  for (const { raw } of again) assert.ok(!(await PostalMime.parse(raw)).text.includes("Autre titre"));
  const receipt = await (await place.guichet.fetch(url.replace(place.guichet.url.origin, ""), { headers: { accept: "text/html" } })).text();
  assert.ok(!receipt.includes("Autre titre"), "the receipt of what was read");
});

test("a posting that asks for as much as it may can be applied to", async () => {
  await afresh();
  const numbers = (count) => Array.from({ length: count }, (_, index) => index);
  const documents = numbers(18).map((n) => `[[documents]]\nid = "d${n}"\nname.fr = "Pièce ${n}"\nname.en = "Paper ${n}"\nrequired = true\nkinds = ["pdf"]\nmax_size = "1 MB"\n`);
  const questions = numbers(49).map((n) => `[[questions]]\nid = "q${n}"\ntext.fr = "Question ${n} ?"\ntext.en = "Question ${n}?"\nkind = "text"\nrequired = true\n`);
  await save(place.guichet.db, POSTING.slug, source.replace("[[questions]]", `${documents.join("\n")}\n${questions.join("\n")}\n[[questions]]`));
  const given = Object.fromEntries([
    ...numbers(18).map((n) => [`d${n}`, document(`d${n}.pdf`, pdf(`Pièce ${n}`, 890_000))]),
    ...numbers(49).map((n) => [`q${n}`, "\u{1F600}".repeat(2_000)]),
  ]);
  const answer = await apply(place.guichet, { ...given, message: "\u{1F600}".repeat(5_000) });
  const body = await answer.json();
  assert.equal(answer.status, 201, JSON.stringify(body));
  assert.equal(body.documents.length, 20);
  const mails = await place.mails(body.reference);
  const staff = await Promise.all(mails.map(({ raw }) => PostalMime.parse(raw)));
  assert.ok(staff.some(({ attachments }) => attachments.length === 20), "staff have all of it");
});

test("a page with more questions than are asked now is told that the posting has changed, or taken", async () => {
  await afresh();
  const question = (n) => QUESTION.replace("driving_licence", `more_${n}`).replace("required = true", "required = false");
  const many = Array.from({ length: 40 }, (_, n) => question(n));
  const answers = Object.fromEntries(many.map((_, n) => [`more_${n}`, "yes"]));
  await save(place.guichet.db, POSTING.slug, source.replace("[[questions]]", `${many.join("\n")}\n[[questions]]`));
  await alwaysAsk();
  const token = await freshToken(place.guichet);
  await save(place.guichet.db, POSTING.slug, asking);
  const told = await apply(place.guichet, { token, ...answers });
  assert.equal(told.status, 422);
  assert.deepEqual((await told.json()).issues.map(({ field }) => field), ["driving_licence"]);
  const sent = await apply(place.guichet, { token, ...answers, driving_licence: "yes" });
  assert.equal(sent.status, 201, await sent.clone().text());
  const { reference } = await sent.json();
  assert.equal((await apply(place.guichet, { ...answers, driving_licence: "yes" })).status, 413, "a page of the current version");

  // What a wrong key is answered does not tell whether there is such an application.
  for (const guessed of [reference, "22222222"]) {
    const body = form({ ...answers, key: "wrong", revision: "1" });
    const answer = await place.guichet.fetch(`/applications/${guessed}/corrections`, { method: "POST", body, headers: { accept: "application/json" } });
    assert.equal(answer.status, 404, guessed);
  }
  await afresh();
});

test("a posting that is published a moment ago is applied to wherever its page was seen", async () => {
  await afresh();
  const slug = "published-a-moment-ago";
  await place.guichet.fetch("/");
  await override(place.guichet, { clock: clock(), vars: { DEV_POSTINGS_MS: "3600000" } });
  await place.guichet.fetch("/");
  await save(place.guichet.db, slug, source.replace(/^slug = .*/m, `slug = "${slug}"`));
  const answer = await place.guichet.fetch(`/postings/${slug}/applications`, { method: "POST", body: form({ name: "" }), headers: { accept: "application/json" } });
  assert.equal(answer.status, 422, await answer.clone().text());
  await place.guichet.db.batch(["posting_versions", "postings"].map((table) => place.guichet.db.prepare(`DELETE FROM ${table} WHERE slug = ?1`).bind(slug)));
  await alwaysAsk();
  await place.guichet.fetch("/");
});

test("a posting that is taken down keeps its receipts, and comes back", async () => {
  await afresh();
  await alwaysAsk();
  const token = await freshToken(place.guichet);
  const { status_url: receipt, reference } = await (await apply(place.guichet, { token })).json();
  await cargo("push", "--withdraw", POSTING.slug);
  assert.equal((await page())[0], 404);
  assert.ok(!(await page("/"))[1].includes(path));
  assert.equal((await apply(place.guichet)).status, 404);
  const again = await apply(place.guichet, { token });
  assert.deepEqual([again.status, (await again.json()).reference], [200, reference], "what was acknowledged still is");
  assert.equal((await page(receipt.replace(place.guichet.url.origin, "")))[0], 200);
  const later = { headers: { "x-test-clock": clock(NOON + 25 * 3_600_000) } };
  const corrected = await apply(place.guichet, { token, name: "Marie Martin" }, later);
  assert.deepEqual([corrected.status, (await corrected.json()).revision], [200, 2], "until its deadline");
  const other = await apply(place.guichet, { token, email: "jean@example.com" }, later);
  assert.equal(other.status, 422, "nothing new");
  await cargo("push", "--put-back", POSTING.slug);
  assert.equal((await page())[0], 200);
});

/** What it prints; where it fails, what it says instead. */
async function cargo(...words) {
  const all = ["xtask", "postings", ...words, "--state", state, "--folder", files];
  const running = promisify(execFile)("cargo", all, { cwd: ROOT, timeout: 300_000 });
  return running.then(({ stdout }) => stdout, ({ stderr }) => stderr);
}

test("the folder and the database, in both directions", async () => {
  await afresh();
  const file = join(files, `${POSTING.slug}.md`);
  await cargo("pull");
  assert.equal(await readFile(file, "utf8"), source);
  assert.doesNotMatch(await cargo("push"), /saved as version/, "equal sources make no version");
  const { version: base } = await place.guichet.db.prepare("SELECT version FROM postings WHERE slug = ?1").bind(POSTING.slug).first();
  await writeFile(file, asking);
  assert.match(await cargo("push"), new RegExp(`${POSTING.slug}: saved as version ${base + 1}`));
  assert.match(await cargo("list"), new RegExp(`${POSTING.slug}: open, version ${base + 1}, `));
  // Another saves meanwhile.
  await save(place.guichet.db, POSTING.slug, source);
  await writeFile(file, asking.replace("workload = 80", "workload = 60"));
  assert.match(await cargo("push"), new RegExp(`based on version ${base + 1}, but version ${base + 2} has been saved since`));
  assert.match(await cargo("pull"), new RegExp(`based on version ${base + 1}; version ${base + 2} was saved elsewhere`));
  await writeFile(file, asking.replace("workload = 80", "workload = 0"));
  assert.match(await cargo("push"), /\.md:14: `workload` must lie between 1 and 100/);
  const { version } = await place.guichet.db.prepare("SELECT version FROM postings WHERE slug = ?1").bind(POSTING.slug).first();
  assert.equal(version, base + 2, "what is refused changes nothing");
});

test("a posting that was ended at the desk stays ended until a push brings another deadline", async () => {
  await afresh();
  const file = join(files, `${POSTING.slug}.md`);
  const { db } = place.guichet;
  const endedAt = () => db.prepare("SELECT ended_at FROM postings JOIN posting_versions USING (slug, version) WHERE slug = ?1").bind(POSTING.slug).first("ended_at");
  await save(db, POSTING.slug, asking, Date.now(), { endedAt: NOON });
  await rm(file, { force: true });
  await cargo("pull");
  await writeFile(file, asking.replace("workload = 80", "workload = 60"));
  assert.match(await cargo("push"), /ended by hand and stays so[^]*saved as version/);
  assert.equal(await endedAt(), NOON);
  await writeFile(file, asking.replace(/^date = .*/m, "date = 2025-08-04"));
  assert.match(await cargo("push"), /saved as version/);
  assert.equal(await endedAt(), null);
  await afresh();
});

test("in development the folder does not overwrite what the desk has saved", async () => {
  await afresh();
  const { db } = place.guichet;
  const current = () => db.prepare("SELECT source FROM postings JOIN posting_versions USING (slug, version) WHERE slug = ?1").bind(POSTING.slug).first("source");
  await save(db, POSTING.slug, asking, Date.now(), { by: "chief@example.org" });
  await place.guichet.pushPostings();
  assert.equal(await current(), asking);
  await afresh();
});
