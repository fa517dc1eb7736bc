// Tests what is refused: forms that another site's page posts, simple robots, and floods. Clients that follow the
// contract, and people who apply during a flood, are served.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import PostalMime from "postal-mime";

import { apply, clock, document, form, freshToken, kept, MARIE, NOON, onTheWire, pdf, POSTING } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const place = await running({ vars: { INTAKE_ADDRESS: "applications@in.example.org", BOUNCE_ADDRESS: "bounces@in.example.org" } });
beforeEach(async () => {
  await place.afresh();
  place.lines.length = 0;
});

/** What the log says of those turned away. */
const codes = () => place.lines.filter((line) => line.includes('"turned away"')).map((line) => JSON.parse(line).code);

/** Which codes are printed, each once for a kind; what is printed takes another way than the answer. */
async function printed(expected) {
  const kinds = () => [...new Set(codes())];
  await poll(() => kinds().length >= new Set(expected).size, 5_000, () => `printed: ${codes()}`);
  assert.deepEqual(kinds(), expected);
}

/** Addresses for documentation (RFC 5737), each test one of its own: counters outlive it. */
let last = 0;
const elsewhere = () => ({ "x-test-address": `203.0.113.${(last += 1)}` });

/** Posts the same until it is turned away; how often it was not. The counters may begin anew once in between. */
async function untilTurnedAway(limit, what, options) {
  for (let count = 0; count <= 2 * limit; count += 1) {
    const answer = await apply(place.guichet, form(what), options);
    if (answer.status === 429) return { count, answer };
    await answer.body?.cancel();
  }
  throw new Error(`${2 * limit + 1} forms passed`);
}

/** A form that costs little to send and is refused for its name. */
const RUBBISH = { name: "", cv: undefined, cover_letter: undefined };

const CROSS_SITE = [
  ["by Fetch Metadata", { "sec-fetch-site": "cross-site" }],
  ["by its origin", { origin: "https://evil.example" }],
];

test("a form from another site is refused, as JSON and as a page in both languages", async () => {
  for (const [what, headers] of CROSS_SITE) {
    const answer = await apply(place.guichet, {}, { headers });
    assert.equal(answer.status, 403, what);
    assert.equal((await answer.json()).error, "cross_site", what);
    for (const language of ["fr", "en"]) {
      const page = await apply(place.guichet, {}, { headers, json: false, query: `?lang=${language}` });
      assert.equal(page.status, 403, what);
      assert.match(await page.text(), new RegExp(`<html[^>]*lang="${language}`));
    }
  }
  assert.deepEqual((await kept(place.guichet)).applications, []);
  await printed(["cross_site"]);
});

test("our own form passes, in browsers of today and of yesterday", async () => {
  for (const headers of [{}, { "sec-fetch-site": "same-origin", origin: "null" }, { origin: "null" }]) {
    assert.equal((await apply(place.guichet, {}, { headers })).status, 201, JSON.stringify(headers));
  }
});

test("who fills in the trap gets the form back, and through when it is empty", async () => {
  for (const lang of ["fr", "en"]) {
    const token = await freshToken(place.guichet);
    const answer = await apply(place.guichet, { token, website: "https://spam.example" }, { json: false, query: `?lang=${lang}` });
    assert.equal(answer.status, 429);
    assert.equal(answer.headers.get("retry-after"), "60");
    const page = await answer.text();
    assert.match(page, new RegExp(`<html lang="${lang}"`));
    assert.ok(page.includes(`value="${MARIE.email}"`) && page.includes(`value="${token}"`), "what was typed is kept");
    assert.ok(!page.includes("spam.example"));
    assert.ok(!page.includes('name="website"'), "a browser that fills it in by itself would again");
    assert.equal((await apply(place.guichet, { token, website: "" })).status, 201);
  }
  await printed(["honeypot"]);
  assert.equal((await kept(place.guichet)).applications.length, 2);
});

test("to be faster than people is no fault by itself, only again and again from one address", async () => {
  const headers = elsewhere();
  const { count } = await untilTurnedAway(10, RUBBISH, { headers });
  assert.ok(count >= 10, `${count}`);
  await printed(["too_fast"]);
  const token = await freshToken(place.guichet);
  const slow = { headers: { ...headers, "x-test-clock": clock(NOON + 3_000) } };
  assert.equal((await apply(place.guichet, { token }, slow)).status, 201, "a person at the same address");
  assert.equal((await apply(place.guichet, { token }, { headers: elsewhere() })).status, 200, "a robot elsewhere");
});

test("a client on this machine may send as much and as fast as it likes", async () => {
  for (let count = 0; count < 130; count += 1) assert.equal((await apply(place.guichet, RUBBISH)).status, 422);
});

test("a flood from one address is turned away; other addresses are not", async () => {
  const headers = { ...elsewhere(), "x-test-clock": clock(NOON + 60_000) };
  const token = await freshToken(place.guichet);
  const { count } = await untilTurnedAway(60, { ...RUBBISH, token }, { headers });
  assert.ok(count >= 60, `${count}`);
  await printed(["rate_limited"]);
  assert.equal((await apply(place.guichet, { token }, { headers: elsewhere() })).status, 201);
});

test("a robot cannot tell why: one answer to flood, trap and haste", async () => {
  const token = await freshToken(place.guichet);
  const slow = { "x-test-clock": clock(NOON + 60_000) };
  for (const json of [true, false]) {
    const [flood, haste] = [elsewhere(), elsewhere()];
    const answers = [
      (await untilTurnedAway(60, { ...RUBBISH, token }, { json, headers: { ...flood, ...slow } })).answer,
      (await untilTurnedAway(10, { ...RUBBISH, token }, { json, headers: haste })).answer,
      await apply(place.guichet, { ...RUBBISH, token, website: "x" }, { json }),
    ];
    const seen = await Promise.all(answers.map(async (answer) => [answer.status, [...answer.headers.keys()], telling(await answer.text())]));
    assert.deepEqual(seen[0], seen[1]);
    assert.deepEqual(seen[0], seen[2]);
  }
  await printed(["rate_limited", "too_fast", "honeypot"]);
  assert.ok(!place.lines.some((line) => /203\.0\.113|marie/i.test(line)), "no personal data in the log");
});

/** An answer but for what the clock, which the test moves, writes into the page. */
const telling = (text) => text.replace(/"now":\d+/, "");

test("nobody applies with the team's address, ours, or one by other hosts", async () => {
  for (const [email, text] of [
    [POSTING.recipient, "l’adresse de ce site ou de l’équipe"],
    ["Applications+1@OMCT.org", "l’adresse de ce site ou de l’équipe"],
    ["guichet@example.org", "l’adresse de ce site ou de l’équipe"],
    ["applications+x@in.example.org", "l’adresse de ce site ou de l’équipe"],
    ["bounces@in.example.org", "l’adresse de ce site ou de l’équipe"],
    ["marie%example.net@omct.org", "sans «\u00A0%\u00A0»"],
    ["relay!marie@example.net", "ni «\u00A0!\u00A0»"],
  ]) {
    const answer = await apply(place.guichet, { email }, { headers: { "accept-language": "fr" } });
    assert.equal(answer.status, 422, email);
    const { issues } = await answer.json();
    assert.deepEqual(issues.map(({ field, code }) => [field, code]), [["email", "not_an_email"]], email);
    assert.ok(issues[0].message.includes(text), issues[0].message);
  }
});

test("a network of IPv6 is one sender when it is many", async () => {
  const statuses = [];
  for (let count = 0; count <= 480 && statuses.at(-1) !== 429; count += 1) {
    const headers = { "x-test-address": `2001:db8:aaaa:${count.toString(16)}::1` };
    const answer = await apply(place.guichet, form(RUBBISH), { headers });
    statuses.push(answer.status);
    await answer.body?.cancel();
  }
  assert.ok(statuses.length > 240, `${statuses.length} forms`);
  assert.equal(statuses.at(-1), 429);
  await printed(["rate_limited"]);
});

test("an address gets five mails in an hour and then one for the others, however it is written", async () => {
  const MINUTE = 60_000;
  const victim = (n) => ["victim@example.net", "Victim@Example.NET", `victim+${n}@example.net`][n % 3];
  const at = (minutes) => override(place.guichet, { clock: clock(NOON + minutes * MINUTE), vars: { MAILS_PER_RECIPIENT: "5" } });
  await at(0);
  const answers = [];
  for (let n = 0; n < 60; n += 1) {
    const headers = { "x-test-address": `2001:db8:${(n % 30).toString(16)}::1` };
    answers.push(await apply(place.guichet, { email: victim(n) }, { headers }));
  }
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
  const bodies = await Promise.all(answers.map((answer) => answer.json()));
  assert.equal(new Set(bodies.map((body) => Object.keys(body).join())).size, 1, "each answer is like the others");
  const toVictim = () => place.mailbox.messages.filter(({ to }) => /victim/i.test(to[0]));
  const waiting = place.guichet.db.prepare("SELECT count(*) AS n FROM mails WHERE kind != 'digest' AND (attempts = 0 OR leased_until > 0)");
  await poll(async () => (await waiting.first("n")) === 0, 60_000, () => "mails wait");
  assert.equal(toVictim().length, 5);
  for (const minutes of [55, 60, 120]) {
    await at(minutes);
    await place.guichet.cron();
  }
  await poll(() => toVictim().length >= 6, 15_000, () => "no digest");
  const texts = await Promise.all(toVictim().map(async ({ raw }) => (await PostalMime.parse(raw)).text));
  assert.equal(texts.length, 6);
  for (const { reference } of bodies) assert.equal(texts.filter((text) => text.includes(reference)).length, 1, reference);
  const receipts = texts[5].match(/\/applications\/\w{8}\?key=\S+/g);
  const [first] = toVictim()[5].to;
  const own = bodies.filter(({ reference }, n) => texts[5].includes(reference) && victim(n).toLowerCase() === first.toLowerCase());
  assert.equal(receipts.length, own.length, "receipts go to the very address that was typed");
  assert.equal((await place.guichet.fetch(receipts[0])).status, 200);
});

test("2,000 posts of rubbish leave honest posts answered", async () => {
  const flooders = Array.from({ length: 8 }, elsewhere);
  const path = `/postings/${POSTING.slug}/applications`;
  let left = 2_000;
  const statuses = new Set();
  const flooder = async (headers, number) => {
    while (left > 0) {
      const body = rubbish((left -= 1), await onTheWire(form(RUBBISH)));
      const answer = await place.guichet.fetch(path, { method: "POST", body: body.bytes, headers: { ...headers, accept: number % 2 ? "application/json" : "text/html", "content-type": body.type } });
      statuses.add(answer.status);
      await answer.body?.cancel();
    }
  };
  const honest = [];
  const candidates = async () => {
    while (left > 0) {
      const token = await freshToken(place.guichet);
      const began = Date.now();
      const answer = await apply(place.guichet, { token, cv: document("cv.pdf", pdf("CV", 100_000)) }, { headers: elsewhere() });
      assert.equal(answer.status, 201);
      honest.push({ ms: Date.now() - began, reference: (await answer.json()).reference });
      await sleep(200);
    }
  };
  await Promise.all([...flooders.map(flooder), candidates()]);
  assert.deepEqual([...statuses].sort(), [413, 415, 422, 429]);
  assert.ok(honest.length >= 5, `${honest.length} honest posts`);
  const slowest = Math.max(...honest.map(({ ms }) => ms));
  assert.ok(slowest < 10_000, `the slowest honest post took ${slowest} ms`);
  for (const { reference } of honest) await place.mails(reference, 2, 60_000);
  assert.equal((await kept(place.guichet)).applications.length, honest.length);
});

/** A kind of rubbish. @param {number} number @param {{ type: string, bytes: Buffer }} wire of a form that is refused */
function rubbish(number, wire) {
  switch (number % 5) {
    case 0:
      return { type: "text/plain", bytes: randomBytes(2_000) };
    case 1:
      return { type: "multipart/form-data; boundary=x", bytes: randomBytes(20_000) };
    case 2:
      return { type: "multipart/form-data; boundary=x", bytes: Buffer.from(`${part("a").repeat(40)}--x--\r\n`) };
    case 3:
      return { type: wire.type, bytes: wire.bytes.subarray(0, wire.bytes.length / 2) };
    default:
      return wire;
  }
}

const part = (name) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${name}\r\n`;
