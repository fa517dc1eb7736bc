// Tests what staff do with postings at the desk: from an advertisement to a draft, versions, fields, the end.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";

import { clock, everything, POSTING } from "../support/application.mjs";
import { applications, SAME_ORIGIN, signIn } from "../support/desk.mjs";
import { override } from "../support/faults.mjs";
import { ROOT } from "../support/guichet.mjs";
import { running } from "../support/running.mjs";
import { unescaped } from "../support/words.mjs";

const place = await running();
let staff;
beforeEach(async () => {
  await place.afresh();
  staff = await signIn(place.guichet);
});

const ADVERTISEMENT = readFileSync(join(ROOT, "crates/postings/src/advertisement/tests/french.txt"), "utf8");

test("an advertisement becomes a draft, a posting, a further version, and ends", async () => {
  const { source, unsure } = await (await staff.post("/desk/import", { text: ADVERTISEMENT })).json();
  assert.ok(unsure.includes("retention_days"), String(unsure));
  const slug = /^slug = "(.+)"$/m.exec(source)[1];
  const incomplete = await staff.post("/desk/postings", { source });
  assert.equal(incomplete.status, 422);
  const { mistakes } = await incomplete.json();
  assert.ok(mistakes.every(({ line, message }) => line > 0 && message.length > 0) && mistakes[0].message.includes("retention_days"), JSON.stringify(mistakes));

  const draft = await staff.post("/desk/postings", { source, draft: "yes" });
  assert.deepEqual([draft.status, await draft.json()], [201, { slug, version: 1, state: "draft" }]);
  assert.equal((await place.guichet.fetch(`/postings/${slug}`)).status, 404);
  for (const again of [source, `${source}\nAutrement.`]) assert.equal((await staff.post("/desk/postings", { source: again, draft: "yes" })).status, 409);
  const whole = source.replace("workload", "retention_days = 180\nworkload");
  const published = await staff.post(`/desk/postings/${slug}`, { source: whole, version: "1" });
  assert.equal(published.status, 200);
  assert.deepEqual((({ slug, version }) => ({ slug, version }))(await published.json()), { slug, version: 2 });
  assert.equal((await place.guichet.fetch(`/postings/${slug}`)).status, 200);

  const stale = await staff.post(`/desk/postings/${slug}`, { source: `${whole}\nEncore.`, version: "1" });
  assert.deepEqual([stale.status, (await stale.json()).version], [409, 2]);
  const html = await staff.post(`/desk/postings/${slug}`, { source: `${whole}\n<script>alert(1)</script>`, version: "2" });
  assert.equal(html.status, 422);
  for (const path of ["/desk/postings", `/desk/postings/${slug}`, "/desk/import"]) {
    const answer = await staff.post(path, { source: "x".repeat(1_000_000), text: "x", version: "2" });
    assert.equal(answer.status, 413, path);
  }
  assert.equal((await staff.post("/desk/import", { text: "é".repeat(100_001) })).status, 413);
  const page = await staff.post("/desk/import", { text: "x".repeat(1_000_000) }, { ...SAME_ORIGIN, accept: "text/html" });
  assert.match(await page.text(), /200\s(ko|KB)[^]*href="[^"]*\/desk"/, "it speaks to staff, and leads to the desk");
  const foreign = await staff.post("/desk/postings", { source: "---\ntitle: Jekyll\n---\n" });
  assert.equal(foreign.status, 422);
  const late = await staff.post("/desk/postings", { source: whole.replace(slug, "en-retard").replace(/2025-0[89]-/g, "2025-07-").replace("2025-07-09", "2025-07-01").replace("date = 2025-07-03", "date = 2025-07-02") });
  assert.equal(late.status, 422);

  assert.equal((await staff.post(`/desk/postings/${slug}/end`)).status, 200);
  const states = async () => (await staff.json("/desk")).postings.find((one) => one.slug === slug).state;
  assert.equal(await states(), "closed");
  assert.equal((await staff.post(`/desk/postings/${slug}/withdraw`)).status, 200);
  assert.equal(await states(), "withdrawn");
  const { events } = await everything(place.guichet);
  assert.deepEqual(events.map(({ what }) => what).sort(), ["ended", "saved", "saved", "taken_down"]);
});

test("a posting is written in fields, which become the same file", async () => {
  const { source, version } = await staff.json(`/desk/postings/${POSTING.slug}`);
  const edit = async (path, fields) => staff.post(path, fields, { ...SAME_ORIGIN, accept: "text/html" });
  const page = await (await staff.get(`/desk/postings/${POSTING.slug}/edit`, { accept: "text/html" })).text();
  const front = unescaped(/name="front" value="([^"]*)"/.exec(page)[1]);
  const fields = {};
  for (const [, name, value] of page.matchAll(/<input [^>]*name="([^"]+)" type="(?:text|number|date)" value="([^"]*)"/g)) fields[name] = unescaped(value);
  for (const [, name, value] of page.matchAll(/<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)</g)) fields[name] = unescaped(value);
  for (const [, name, options] of page.matchAll(/<select [^>]*name="([^"]+)"[^>]*>(.*?)<\/select>/g)) fields[name] = unescaped(/value="([^"]*)" selected/.exec(options)?.[1] ?? "");
  for (const [, name, value] of page.matchAll(/<input [^>]*name="([^"]+)" type="checkbox" value="([^"]*)"[^>]* checked/g)) fields[name] = [fields[name] ?? [], value].flat();
  for (const [, name, value] of page.matchAll(/<input type="hidden" name="((?:documents|questions)[^"]+|slug)" value="([^"]*)"/g)) fields[name] = value;
  assert.ok(fields.title && fields["deadline.zone"] === "Europe/Brussels" && fields["documents.0.kinds"].length > 1, JSON.stringify(fields));
  // Languages by their own names, documents by theirs, and the text in the posting's language first.
  assert.match(page, /<option value="ar">العربية<\/option>/);
  assert.match(page, /<select id="letter_in_mail".*<option value="cover_letter">Lettre de motivation</);
  assert.match(page, new RegExp(`<h1>${POSTING.title.slice(0, 6)}`));
  // Nothing changed: the same file, and no version.
  const same = await staff.post(`/desk/postings/${POSTING.slug}`, { ...fields, form: "fields", front, version: String(version) });
  assert.deepEqual([same.status, (await same.clone().json()).version], [200, version], await same.text());
  // What is wrong stands beside its field, and everything typed is there again.
  const wrong = await edit(`/desk/postings/${POSTING.slug}`, { ...fields, recipient: "nobody", workload: "all", form: "fields", front, version: String(version) });
  const answer = await wrong.text();
  assert.equal(wrong.status, 422);
  assert.match(answer, /id="recipient"[^>]*aria-invalid="true">nobody</);
  assert.match(answer, /id="workload-about"[^>]*>\s*<p class="desk-flaw"/);
  const changed = await staff.post(`/desk/postings/${POSTING.slug}`, { ...fields, workload: "90", form: "fields", front, version: String(version) });
  assert.equal(changed.status, 200);
  const after = (await staff.json(`/desk/postings/${POSTING.slug}`)).source;
  assert.equal(after, source.replace(/^workload = .*$/m, "workload = 90"));
  // Several recipients stand on a line each.
  const addresses = ["jobs@example.org", "equipe@xn--bcher-kva.example"];
  const two = await staff.post(`/desk/postings/${POSTING.slug}`, { ...fields, recipient: addresses.join("\r\n"), form: "fields", front, version: String(version + 1) });
  assert.equal(two.status, 200, await two.clone().text());
  const stored = (await staff.json(`/desk/postings/${POSTING.slug}`)).source;
  assert.equal(stored, source.replace(/^recipient = .*$/m, `recipient = [\n${addresses.map((one) => `    "${one}",\n`).join("")}]`));
  const again = await (await staff.get(`/desk/postings/${POSTING.slug}/edit`, { accept: "text/html" })).text();
  assert.equal(/<textarea id="recipient"[^>]*>([^<]*)</.exec(again)[1], addresses.join("\n"));
  const large = await staff.post("/desk/postings", { form: "fields", title: "x", text: "x".repeat(210_000) });
  assert.equal(large.status, 413);
});

test("an extension beyond a promised day of deletion is confirmed first", async () => {
  const { source, version } = await staff.json(`/desk/postings/${POSTING.slug}`);
  const save = async (text, base, fields = {}) => {
    const answer = await staff.post(`/desk/postings/${POSTING.slug}`, { source: text, version: String(base), ...fields });
    return { status: answer.status, ...(await answer.json()) };
  };
  const short = source.replace("retention_days = 180", "retention_days = 5");
  assert.equal((await save(short, version)).status, 200);
  assert.deepEqual(await save(short, version + 1), { status: 200, slug: POSTING.slug, version: version + 1, state: "open" });
  await applications(place.guichet, 2);
  const extended = short.replace("date = 2025-08-03", "date = 2025-08-20");
  assert.deepEqual(await save(extended, version + 1), { status: 409, error: "unconfirmed", version: version + 1, early: 2 });
  assert.equal((await save(extended, version + 1, { confirm: "yes" })).status, 200);
  const shown = await (await staff.get(`/desk/postings/${POSTING.slug}`, { accept: "text/html" })).text();
  assert.match(shown, /à venir seront effacées le lundi 25 août 2025[^<]*; 2 candidatures antérieures le seront plus tôt, à partir du vendredi 8 août 2025/);
  const page = await staff.post(`/desk/postings/${POSTING.slug}`, { source: short, version: String(version) }, { ...SAME_ORIGIN, accept: "text/html" });
  assert.equal(page.status, 409);
});

test("a copy asks for a subject of its own", async () => {
  const html = { ...SAME_ORIGIN, accept: "text/html" };
  const page = await (await staff.get(`/desk/postings?from=${POSTING.slug}`, html)).text();
  for (const name of ["subject", "slug"]) assert.match(page, new RegExp(`<input id="${name}"[^>]* value=""`), name);
  assert.match(page, /id="subject-about"[^>]*>\s*<p class="desk-flaw"/);
  const { source } = await staff.json(`/desk/postings/${POSTING.slug}`);
  const copy = source.replace(`slug = "${POSTING.slug}"`, 'slug = "another-posting"');
  const refused = await staff.post("/desk/postings", { source: copy }, html);
  assert.equal(refused.status, 422);
  assert.match(await refused.text(), new RegExp(POSTING.slug));
  // A draft may have it. A client of the API is told.
  assert.equal((await staff.post("/desk/postings", { source: copy, draft: "yes" }, html)).status, 303);
  const published = await staff.post("/desk/postings/another-posting", { source: copy, version: "1" });
  assert.equal(published.status, 200);
  const [{ line, message }] = (await published.json()).warnings;
  assert.ok(copy.split("\n")[line - 1].startsWith("subject") && message.includes(POSTING.slug), message);
  // Where two have it already, each can still be changed.
  const again = await staff.post("/desk/postings/another-posting", { source: `${copy}\nEncore.`, version: "2" }, html);
  assert.equal(again.status, 303);
});

test("a posting that was taken down or ended is put back", async () => {
  const path = `/desk/postings/${POSTING.slug}`;
  const put = async () => {
    const answer = await staff.post(`${path}/put-back`);
    return [answer.status, (await answer.json()).state];
  };
  const isListed = async () => (await (await place.guichet.fetch("/")).text()).includes(POSTING.slug);
  const shown = async () => (await staff.get(path, { accept: "text/html" })).text();
  assert.deepEqual(await put(), [200, "published"]);
  await staff.post(`${path}/withdraw`);
  assert.equal(await isListed(), false);
  assert.match(await shown(), /\/put-back"/);
  assert.deepEqual(await put(), [200, "open"]);
  assert.equal(await isListed(), true);
  assert.doesNotMatch(await shown(), /\/put-back"/);
  await staff.post(`${path}/end`);
  assert.equal((await staff.json(path)).state, "closed");
  assert.deepEqual(await put(), [200, "open"]);
  assert.equal((await staff.json(path)).state, "open");
  await applications(place.guichet, 1);
  const { events } = await everything(place.guichet);
  assert.equal(events.filter(({ what }) => what === "put_back").length, 2);
  // Nothing comes back once the day of deletion has come.
  await staff.post(`${path}/withdraw`);
  await override(place.guichet, { clock: clock(Date.parse("2026-02-01T12:00:00Z")) });
  const late = await signIn(place.guichet);
  assert.equal((await late.post(`${path}/put-back`)).status, 409);
});

test("mail about a posting does not go to the address that takes applications", async () => {
  const { source, version } = await staff.json(`/desk/postings/${POSTING.slug}`);
  await override(place.guichet, { clock: clock(), vars: { INTAKE_ADDRESS: "applications@omct.org" } });
  const answer = await staff.post(`/desk/postings/${POSTING.slug}`, { source: `${source}\nEncore.`, version: String(version) });
  assert.equal(answer.status, 422);
  const [{ line, message }] = (await answer.json()).mistakes;
  assert.ok(source.split("\n")[line - 1].startsWith("recipient") && message.includes("applications@omct.org"), message);
});
