// GET /applications/{reference}/correct and POST /applications/{reference}/corrections.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import PostalMime from "postal-mime";
import { apply, clock, document, form, freshToken, kept, MARIE, NOON, onTheWire, pdf, POSTING, sha256 } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { running } from "../support/running.mjs";
import { unescaped, words } from "../support/words.mjs";

const place = await running();
beforeEach(() => place.afresh());

async function applied() {
  const body = await (await apply(place.guichet)).json();
  const url = new URL(body.status_url);
  return { ...body, path: url.pathname, key: url.searchParams.get("key") };
}

const at = (minutes) => ({ "x-test-clock": clock(NOON + minutes * 60_000) });

/** Posts a correction: the right form without files, but for `changes`. */
async function correct({ path, key, revision }, changes = {}, { minutes = 1, json = true, headers = {} } = {}) {
  const fields = { cover_letter: undefined, cv: undefined, key, revision: String(revision), ...changes };
  const { type, bytes } = await onTheWire(form(fields));
  return place.guichet.fetch(`${path}/corrections`, {
    method: "POST",
    body: bytes,
    headers: { accept: json ? "application/json" : "text/html", "content-type": type, ...at(minutes), ...headers },
  });
}

const page = async (path, headers = {}) => place.guichet.fetch(path, { headers: { accept: "text/html", ...headers } });

test("where we fail, the answer says that the application stays, and it does", async () => {
  const received = await applied();
  const answer = await correct(received, { phone: "+216 20 000 000" }, { json: false, headers: { "x-test-fault": "d1.batch" } });
  assert.equal(answer.status, 503);
  const page = unescaped(await answer.text());
  assert.ok(page.includes(words("fr").failure.unavailable_what) && page.includes("comme elle était"), page);
  const [application] = (await kept(place.guichet)).applications;
  assert.equal(application.revision, 1);
});

test("the receipt leads to a form with what was sent, without a script", async () => {
  const { path, key } = await applied();
  const receipt = unescaped(await (await page(`${path}?key=${key}&lang=fr`)).text());
  const [, link] = /<a [^>]*href="([^"]+\/correct\?[^"]+)"/.exec(receipt);
  const answer = await page(link);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const html = unescaped(await answer.text());
  const scripts = html.match(/<script[^>]*>/g);
  assert.ok(scripts.length === 1 && scripts[0].includes("/assets/correct-"), `only what sends in parts: ${scripts}`);
  for (const value of [MARIE.name, MARIE.email, MARIE.phone]) assert.ok(html.includes(`value="${value}"`), value);
  assert.ok(html.includes("Voici ma candidature.") && html.includes("«\u00a0CV.docx\u00a0»"), html);
  assert.match(html, /value="yes" checked/);
});

test("documents stay unless another is chosen, and staff get the whole in the same thread", async () => {
  const first = await applied();
  await place.mails(first.reference);
  const cv = pdf("Un autre CV");
  const answer = await correct(first, { cv: document("Nouveau CV.pdf", cv), phone: "" });
  assert.equal(answer.status, 200);
  const second = await answer.json();
  assert.deepEqual([second.reference, second.revision, second.number], [first.reference, 2, 1]);
  assert.equal(second.status_url, first.status_url);
  assert.deepEqual(second.documents.map((one) => one.sha256), [first.documents[0].sha256, sha256(cv)]);
  const again = await correct(first, { cv: document("Nouveau CV.pdf", cv), phone: "" }, { minutes: 2 });
  assert.deepEqual([again.status, await again.json()], [200, second], "clicked twice");

  await override(place.guichet, { clock: clock(NOON + 4 * 60_000) });
  await place.guichet.db.prepare("UPDATE mails SET queued_until = 0").run();
  await place.guichet.cron();
  const mails = await Promise.all((await place.mails(first.reference, 4)).map(({ raw }) => PostalMime.parse(raw)));
  const corrected = mails.find(({ subject }) => subject.startsWith(POSTING.subject) && subject.includes("corrigée"));
  assert.ok(corrected.text.includes("le téléphone et le document"), corrected.text);
  assert.equal(corrected.attachments.length, 2);

  const status = await (await place.guichet.fetch(first.status_url, { headers: { accept: "application/json" } })).json();
  assert.deepEqual(status.revisions.map(({ revision }) => revision), [1, 2]);
  assert.ok(Date.parse(status.forwarded_at) >= NOON + 60_000, status.forwarded_at);
  const receipt = unescaped(await (await page(first.status_url)).text());
  const [before] = words("fr").receipt.corrected.split("{");
  assert.ok(receipt.includes(before), "the receipt shows the correction with its time");
});

test("another Unicode normal form of what was sent is no correction", async () => {
  const said = {
    name: "Amélie Rémy",
    message: "Voilà ma candidature.",
    secure_contact: "Signal\u00a0: amélie",
    cv: document("Résumé.pdf", pdf("Amélie")),
  };
  const token = await freshToken(place.guichet);
  const first = await (await apply(place.guichet, { token, ...said })).json();
  const decomposed = {
    ...Object.fromEntries(["name", "message", "secure_contact"].map((field) => [field, said[field].normalize("NFD")])),
    cv: document("Résumé.pdf".normalize("NFD"), pdf("Amélie")),
  };
  const again = await apply(place.guichet, { token, ...decomposed });
  assert.deepEqual([again.status, await again.json()], [200, first], "from the same page");
  const url = new URL(first.status_url);
  const receipt = { ...first, path: url.pathname, key: url.searchParams.get("key") };
  const fromReceipt = await correct(receipt, decomposed);
  assert.deepEqual([fromReceipt.status, await fromReceipt.json()], [200, first], "from the receipt");
  assert.equal((await kept(place.guichet)).applications[0].revision, 1);
  const name = "Re\u0301sume\u0301 2.pdf";
  const corrected = await (await correct(receipt, { ...decomposed, cv: document(name, pdf("Amélie")) })).json();
  assert.deepEqual([corrected.revision, corrected.documents[1].name], [2, name], "what is stored keeps its form");
});

test("a browser comes back to the receipt, or to the form with what is wrong", async () => {
  const first = await applied();
  const wrong = await correct(first, { email: "nobody" }, { json: false });
  assert.equal(wrong.status, 422);
  const html = unescaped(await wrong.text());
  assert.ok(html.includes('value="nobody"') && html.includes(`/applications/${first.reference}/corrections`));
  assert.ok(html.includes(words("fr").form.kept.replace("{reference}", first.reference)));
  const right = await correct(first, { name: "Marie Martin" }, { json: false });
  assert.equal(right.status, 303);
  const receipt = await page(right.headers.get("location"));
  assert.equal(receipt.status, 200);
});

test("another address: another key, the old one opens nothing, and the previous address is told without any data", async () => {
  const first = await applied();
  await place.mails(first.reference);
  const answer = await correct(first, { email: "marie.martin@example.com" });
  assert.equal(answer.status, 200);
  const { status_url: url } = await answer.json();
  assert.notEqual(url, first.status_url);
  assert.equal((await page(url)).status, 200);
  assert.equal((await page(first.status_url)).status, 404);
  assert.equal((await page(`${first.path}/correct?key=${first.key}`)).status, 404);
  assert.equal((await correct({ ...first, revision: 2 }, { name: "X" })).status, 404);
  await override(place.guichet, { clock: clock(NOON + 2 * 60_000) });
  await place.guichet.cron();
  const { raw, to } = (await place.mails(first.reference, 3)).find(({ raw }) => raw.includes("\r\nX-Guichet-Notice: address_changed\r\n"));
  assert.deepEqual(to, [MARIE.email]);
  const mail = await PostalMime.parse(raw);
  for (const word of ["Marie", "Dupont", "martin", "example.com", "+32", "key="]) {
    assert.ok(!`${mail.subject} ${mail.text}`.includes(word), word);
  }
});

test("what cannot be taken is named, and the application stays", async () => {
  const first = await applied();
  assert.equal((await correct({ ...first, key: "A".repeat(43) }, { name: "X" })).status, 404);
  assert.equal((await correct({ ...first, path: "/applications/22222222" }, { name: "X" })).status, 404);
  assert.equal((await correct(first, { name: "Second" })).status, 200);
  const stale = await correct(first, { name: "Third" }, { minutes: 2 });
  assert.deepEqual([stale.status, (await stale.json()).revision], [409, 2]);
  const shown = await correct(first, { name: "Third" }, { minutes: 2, json: false });
  assert.equal(shown.status, 409);
  assert.ok((await shown.text()).includes('value="Second"'), "the newer one is shown");
  const closed = (POSTING.closesAt - NOON) / 60_000;
  const late = await correct({ ...first, revision: 2 }, { name: "Third" }, { minutes: closed });
  assert.equal(late.status, 422);
  const { issues, kept: stays } = await late.json();
  assert.deepEqual([issues.map(({ code }) => code), stays.revision], [["deadline_passed"], 2]);
  const receipt = await page(`${first.path}/correct?key=${first.key}`, at(closed));
  assert.equal(receipt.status, 303, "after the deadline there is no form");
  const foreign = await correct({ ...first, revision: 2 }, { name: "Third" }, { headers: { "sec-fetch-site": "cross-site" } });
  assert.equal(foreign.status, 403);
  const { applications } = await kept(place.guichet);
  assert.equal(JSON.parse(applications[0].application).name, "Second");
});

test("after a withdrawal there is nothing to correct", async () => {
  const first = await applied();
  assert.equal((await place.guichet.fetch(`${first.path}/withdraw?key=${first.key}`, { method: "POST" })).status, 303);
  assert.equal((await page(`${first.path}/correct?key=${first.key}`)).status, 404);
  assert.equal((await correct(first, { name: "X" })).status, 404);
});
