// Tests GET /applications/{reference}: what the candidate sees, and that others see nothing.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { apply, clock, NOON, POSTING } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";
import { unescaped, words } from "../support/words.mjs";

const place = await running();
beforeEach(() => place.afresh());

async function applied(options) {
  const { reference, status_url: url } = await (await apply(place.guichet, {}, options)).json();
  return { reference, path: url.replace(place.guichet.url.origin, ""), key: new URL(url).searchParams.get("key") };
}

const page = async (path) => unescaped(await (await place.guichet.fetch(path, { headers: { accept: "text/html" } })).text());
const json = async (path) => (await place.guichet.fetch(path, { headers: { accept: "application/json" } })).json();

test("each stage of each mail is told kindly, in words and to programs", async () => {
  const { reference, path } = await applied({ headers: { "x-test-fault": "queue" } });
  const told = words("fr").receipt;
  const waiting = await page(path);
  assert.ok(waiting.includes(told.state_forwarding));
  assert.deepEqual((await json(path)).given_up, { forwarding: false, acknowledgement: false });

  place.mailbox.next("rcpt", 550, { to: POSTING.recipient });
  await place.guichet.cron();
  await place.mails(reference, 1);
  let status = {};
  const settled = async () => (status = await json(path)).acknowledged_at !== null && status.given_up.forwarding;
  await poll(settled, 10_000, () => `still ${JSON.stringify(status)}`);
  assert.deepEqual(status.given_up, { forwarding: true, acknowledgement: false });
  assert.equal(status.forwarded_at, null);
  assert.equal(status.erase_on, "2026-01-30");
  const givenUp = await page(path);
  assert.ok(givenUp.includes(told.state_not_forwarded) && !givenUp.includes(told.state_forwarding));
});

test("no cache keeps it, no search engine finds it, and no referrer tells of it", async () => {
  const { path } = await applied();
  const answer = await place.guichet.fetch(path, { headers: { accept: "text/html" } });
  const headers = ["cache-control", "referrer-policy"].map((name) => answer.headers.get(name));
  assert.deepEqual(headers, ["no-store", "no-referrer"]);
  const html = await answer.text();
  assert.ok(html.includes('<meta name="robots" content="noindex">'));
  assert.ok(!html.includes('rel="canonical"') && !html.includes('rel="alternate"'));
});

test("it has its own address to keep, and leads to itself in the other language", async () => {
  const { path } = await applied();
  const french = await page(path);
  assert.ok(french.includes(`<code dir="ltr">${place.guichet.url.origin}${path}</code>`), french);
  const [, link] = /<a href="([^"]+)" lang="en" hreflang="en">/.exec(french);
  assert.equal(link, path.replace("lang=fr", "lang=en"));
  const english = await page(link);
  assert.ok(english.includes('<html lang="en"') && english.includes(words("en").receipt.keep));
});

/** The fewest questions to D1 after which an answer needs no other: the first one whose failure does no harm. */
async function questions(path) {
  for (let nth = 1; nth < 9; nth += 1) {
    const headers = { accept: "application/json", "x-test-fault": `d1@${nth}` };
    if ((await place.guichet.fetch(path, { headers })).status !== 503) return nth - 1;
  }
  throw new Error("it asks without end");
}

test("a wrong key costs the same work as a reference that nobody has, or that is none", async () => {
  const { reference, path, key } = await applied();
  await place.mails(reference);
  // The address, the mails of it, and what staff have written.
  assert.equal(await questions(path), 3);
  for (const guess of [
    `/applications/${reference}?key=${key.slice(1)}A`,
    `/applications/${reference}`,
    `/applications/${reference === "22222222" ? "33333333" : "22222222"}?key=${key}`,
    `/applications/none?key=${key}`,
  ]) {
    assert.equal(await questions(guess), 1, guess);
  }
});

test("after the day of deletion it is gone, like any that never was", async () => {
  const { reference, path } = await applied();
  await place.mails(reference);
  await override(place.guichet, { clock: clock(NOON + 365 * 24 * 3_600_000) });
  await place.guichet.cron();
  assert.equal((await place.guichet.fetch(path)).status, 404);
});
