// Tests more large uploads than there is memory for: no client takes all of it, and an arrival in time counts.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { apply, clock, document, form, kept, onTheWire, OTHER, pdf, POSTING } from "../support/application.mjs";
import { peak } from "../support/isolate.mjs";
import { running } from "../support/running.mjs";
import { stall } from "../support/stall.mjs";

const place = await running({ inspector: true });
beforeEach(() => place.afresh());

const MINUTE = 60_000;
/** What ten uploads of 15 MB would take is more than twice this. */
const BOUND = 70_000_000;
const HERE = { "x-test-address": "203.0.113.1" };
const ELSEWHERE = { "x-test-address": "203.0.113.2" };
const { type, bytes } = await onTheWire(form({ cover_letter: document("l.pdf", pdf("Lettre", 7_500_000)), cv: document("cv.pdf", pdf("CV", 7_499_000)) }));

const stalled = (headers, path = `/postings/${POSTING.slug}/applications`) => stall(new URL(path, place.guichet.url), { type, bytes, headers });

const large = (headers) => place.guichet.fetch(`/postings/${POSTING.slug}/applications`, { method: "POST", body: bytes, headers: { "content-type": type, accept: "application/json", ...headers } });

/** The arrival that an upload got which stalled at that time. */
async function arrivalAt(milliseconds) {
  const { status, body } = await stalled({ "x-test-clock": clock(milliseconds) });
  assert.equal(status, 503);
  return JSON.parse(body).arrival;
}

test("ten stalled uploads of one client are not let in together, and hold up nobody else", async (t) => {
  let answers = [];
  const most = await peak(place.guichet, async () => {
    const stalling = Array.from({ length: 10 }, () => stalled(HERE));
    await sleep(1_000);
    const began = Date.now();
    assert.equal((await large(ELSEWHERE)).status, 201);
    assert.ok(Date.now() - began < 8_000, "another client does not wait for them");
    answers = await Promise.all(stalling);
  });
  t.diagnostic(`${most} bytes at the peak`);
  assert.ok(most > 15_000_000 && most < BOUND, `${most} bytes`);
  for (const { status, headers, body } of answers) {
    assert.deepEqual([status, headers["retry-after"]], [503, "30"]);
    const { error, arrival } = JSON.parse(body);
    assert.equal(error, "busy");
    assert.match(arrival, /^\d+\.[\w-]{43}$/);
  }
  assert.equal((await large(HERE)).status, 201, "what they held is given back");
});

test("a page that could not be sent carries its arrival, in both languages", async () => {
  const languages = [["fr", "Trop de formulaires"], ["en", "Too many forms"]];
  const answers = languages.map(([language]) => stalled({ accept: "text/html", "accept-language": language }));
  for (const [index, { status, headers, body }] of (await Promise.all(answers)).entries()) {
    assert.deepEqual([status, headers["retry-after"]], [503, "30"]);
    assert.match(body, /<input type="hidden" id="arrival" name="arrival" value="\d+\.[\w-]{43}"[^>]*>/);
    assert.ok(body.includes(languages[index][1]));
  }
});

test("who came in time is in time, for a quarter of an hour and for this posting only", async () => {
  const last = POSTING.closesAt - 1;
  const arrival = await arrivalAt(last);
  const sent = (fields, milliseconds, options) => apply(place.guichet, fields, { ...options, headers: { "x-test-clock": clock(milliseconds) } });
  const answer = await sent({ arrival }, last + 10 * MINUTE);
  assert.equal(answer.status, 201);
  assert.equal((await answer.json()).received_at, new Date(last).toISOString());
  const wrong = await sent({ arrival, name: "" }, last + 10 * MINUTE, { json: false });
  assert.equal(wrong.status, 422);
  assert.ok((await wrong.text()).includes(`value="${arrival}"`), "the page goes on to send it");

  for (const [what, changed, milliseconds] of [
    ["none", "", last + MINUTE],
    ["a forged one", arrival.replace(/.$/, (end) => (end === "A" ? "B" : "A")), last + MINUTE],
    ["another time", arrival.replace(String(last), String(last - 1)), last + MINUTE],
    ["one that is too old", arrival, last + 15 * MINUTE + 1],
  ]) {
    const late = await sent({ arrival: changed }, milliseconds);
    assert.equal(late.status, 422, what);
    assert.deepEqual((await late.json()).issues.map(({ code }) => code), ["deadline_passed"], what);
  }
  const elsewhere = await sent({ arrival, subject: "Digital Security Officer, Human Rights Defenders (Geneva)", eu_work_permit: undefined, swiss_work_permit: "yes" }, last + MINUTE, { slug: OTHER.slug });
  assert.equal(elsewhere.status, 201);
  assert.equal((await elsewhere.json()).received_at, new Date(last + MINUTE).toISOString(), "an arrival at another posting is none");
  assert.equal((await kept(place.guichet)).applications.length, 2);
});

test("a correction that was not read carries its arrival too, which is good for that application only", async () => {
  const last = POSTING.closesAt - 1;
  const [first, other] = await Promise.all([apply(place.guichet), apply(place.guichet, { name: "Another" })].map(async (answer) => (await answer).json()));
  const keyOf = ({ status_url: url }) => new URL(url).searchParams.get("key");
  const path = ({ reference }) => `/applications/${reference}/corrections`;
  const at = (milliseconds) => ({ "x-test-clock": clock(milliseconds) });
  const [json, page, stranger] = await Promise.all([
    stalled(at(last), path(first)),
    stalled({ ...at(last), accept: "text/html" }, `${path(first)}?key=${keyOf(first)}`),
    stalled({ ...at(last), accept: "text/html" }, path(first)),
  ]);
  assert.deepEqual([json.status, json.headers["retry-after"]], [503, "30"]);
  const { arrival } = JSON.parse(json.body);
  assert.equal(page.status, 503);
  assert.match(page.body, /<input type="hidden" id="arrival" name="arrival" value="\d+\.[\w-]{43}"[^>]*>/);
  assert.ok(page.body.includes('value="Marie Dupont"'), "the form comes back");
  assert.equal(stranger.status, 429);
  assert.ok(!stranger.body.includes("Marie"), "without the key nothing is shown");

  const correct = async (of, fields) => {
    const changes = { cover_letter: undefined, cv: undefined, key: keyOf(of), revision: "1", name: "Marie Martin", ...fields };
    const { type: mime, bytes: body } = await onTheWire(form(changes));
    const headers = { accept: "application/json", "content-type": mime, ...at(last + 10 * MINUTE) };
    return place.guichet.fetch(path(of), { method: "POST", body, headers });
  };
  assert.equal((await correct(first, {})).status, 422, "without it, it is late");
  assert.equal((await correct(other, { arrival })).status, 422, "it is of another application");
  const taken = await correct(first, { arrival });
  assert.deepEqual([taken.status, (await taken.json()).received_at], [200, new Date(last).toISOString()]);
});
