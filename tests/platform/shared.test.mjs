// Applications from a computer that others use: what the Worker answers, and how often a code may be tried.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { apply, clock, freshToken, NOON } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { running } from "../support/running.mjs";
import { unescaped, words } from "../support/words.mjs";

const place = await running();
beforeEach(() => place.afresh());

const FR = words("fr");
const here = (url) => url.replace(place.guichet.url.origin, "");
const open = (reference, code, headers = {}) =>
  place.guichet.fetch("/receipt?lang=fr", { method: "POST", body: new URLSearchParams({ reference, code }), headers });

/** An application, and the page that its address opens. */
async function applied(more = {}) {
  const received = await (await apply(place.guichet, { shared: "yes", ...more })).json();
  const page = await place.guichet.fetch(here(received.status_url), { headers: { accept: "text/html" } });
  const text = await page.text();
  const code = /id="code"[^>]*>(.*?)<\/p>/s.exec(text)?.[1].replace(/<[^>]*>/g, "");
  return { ...received, page, text, code };
}

test("the address opens once, is not kept, and the code opens it later", async () => {
  const { reference, status_url: address, page, text, code } = await applied();
  const headers = ["cache-control", "referrer-policy", "set-cookie"].map((name) => page.headers.get(name));
  assert.deepEqual([page.status, ...headers], [200, "no-store", "no-referrer", null]);
  assert.match(text, new RegExp(`<title>${FR.shared.page}</title>`));
  assert.match(code, /^[2-9A-Z]{12}$/);
  assert.equal((await place.guichet.fetch(here(address))).status, 404);
  await override(place.guichet, { clock: clock(NOON + 86_400_000) });
  const later = await open(reference, code.toLowerCase());
  assert.deepEqual([later.status, later.headers.get("cache-control")], [200, "no-store"]);
  assert.ok((await later.text()).includes(FR.receipt.state_received));
  assert.equal((await open(reference, code.slice(1))).status, 422);
});

test("what looks ahead uses nothing up, and who comes too late is led to the code", async () => {
  const { status_url: address } = await (await apply(place.guichet, { shared: "yes" })).json();
  const ask = (init) => place.guichet.fetch(`${here(address)}&lang=fr`, init);
  assert.equal((await ask({ method: "HEAD" })).status, 404);
  assert.equal((await ask({ headers: { "sec-purpose": "prefetch;prerender" } })).status, 404);
  assert.equal((await ask({ headers: { purpose: "prefetch" } })).status, 404);
  const html = { headers: { accept: "text/html" } };
  assert.equal((await ask(html)).status, 200);
  const again = await ask(html);
  const page = unescaped(await again.text());
  assert.equal(again.status, 404);
  assert.ok(page.includes(FR.shared.once_over) && page.includes('href="/receipt?lang=fr"'), page);
  const plain = await (await apply(place.guichet)).json();
  assert.equal((await place.guichet.fetch(here(plain.status_url), { method: "HEAD" })).status, 200, "of another receipt");
});

test("after a withdrawal the page leads away, and says that the code is over", async () => {
  const { reference, text } = await applied({ mails: "none" });
  const key = /name="key" value="([^"]+)"/.exec(text)[1];
  const post = (fields) => place.guichet.fetch(`/applications/${reference}/withdraw?lang=fr`, { method: "POST", body: new URLSearchParams(fields), headers: { accept: "text/html" } });
  const question = unescaped(await (await post({ key, ask: "yes" })).text());
  assert.ok(question.includes(FR.withdraw.staff) && !question.includes(FR.withdraw.confirmed), "no mail is promised to who wants none");
  const done = unescaped(await (await post({ key })).text());
  for (const words of [FR.shared.leave, FR.shared.code_over]) assert.ok(done.includes(words), done);
});

test("ten minutes later the address opens nothing", async () => {
  const { status_url: address } = await (await apply(place.guichet, { shared: "yes" })).json();
  await override(place.guichet, { clock: clock(NOON + 600_000) });
  assert.equal((await place.guichet.fetch(here(address))).status, 404);
});

test("the next form from this page is an application of its own", async () => {
  const token = await freshToken(place.guichet);
  const { reference } = await applied({ token });
  const next = await apply(place.guichet, { token, shared: "yes", message: "Quelqu’un d’autre" });
  assert.equal(next.status, 422);
  const { issues } = await next.json();
  assert.deepEqual(issues.map(({ field }) => field), ["token"], "the page takes another one");
  const asked = await apply(place.guichet, { token, name: "", email: "", message: "", cv: undefined, cover_letter: undefined });
  assert.ok(!(await asked.text()).includes(reference), "whoever asks by the token is not told");
});

test("attempts are counted by network, and lock nobody else out", async () => {
  const { reference, code } = await applied();
  const from = (last) => ({ "x-test-address": `198.51.100.${last}` });
  const statuses = [];
  for (let count = 0; count < 25; count += 1) statuses.push((await open(reference, "WRNG", from(1))).status);
  assert.ok(statuses.includes(429), String(statuses));
  assert.deepEqual([...new Set(statuses)].sort(), [422, 429]);
  assert.equal((await open(reference, code, from(1))).status, 429, "nor does the right one open it from there");
  assert.equal((await open(reference, code, from(2))).status, 200);
});
