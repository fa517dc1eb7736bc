// Tests that the Worker stays under 128 MB. Above, it loses every request in flight.

import assert from "node:assert/strict";
import { test } from "node:test";

import { announced, apply, document, docx, form, freshToken, kept, pdf, sha256 } from "../support/application.mjs";
import { peak } from "../support/isolate.mjs";
import { running } from "../support/running.mjs";

const place = await running({ inspector: true });
const LIMIT = 128 * 1024 * 1024;

test("ten uploads of 15 MB at once are all taken in, in less memory than a Worker has", async () => {
  const large = () => form({ cover_letter: document("l.pdf", pdf("Lettre", 7_500_000)), cv: document("cv.pdf", pdf("CV", 7_499_000)) });
  let answers = [];
  const most = await peak(place.guichet, async () => {
    answers = await Promise.all(Array.from({ length: 10 }, () => apply(place.guichet, large())));
  });
  assert.deepEqual(answers.map(({ status }) => status), Array(10).fill(201));
  assert.ok(most > 15_000_000 && most < LIMIT, `${most} bytes`);
  assert.equal((await kept(place.guichet)).applications.length, 10);
});

test("six applications of 15 MB that came in parts are put together at once in less memory than a Worker has", async () => {
  const before = (await kept(place.guichet)).applications.length;
  const files = (n) => ({ cover_letter: ["l.pdf", pdf(`Lettre ${n}`, 7_500_000)], cv: ["cv.pdf", pdf(`CV ${n}`, 7_499_000)] });
  const sendings = await Promise.all(Array.from({ length: 6 }, async (_, n) => ({ token: await freshToken(place.guichet), files: files(n) })));
  const send = ({ token, files }) => apply(place.guichet, { token, cover_letter: undefined, cv: undefined, documents: announced(files) });
  for (const sending of sendings) {
    const { parts } = await (await send(sending)).json();
    for (const [, bytes] of Object.values(sending.files)) {
      for (let from = 0; from < bytes.length; from += 1_000_000) {
        const body = bytes.subarray(from, from + 1_000_000);
        assert.equal((await place.guichet.fetch(`${parts}/${sha256(bytes)}/${from}`, { method: "PUT", body })).status, 200);
      }
    }
  }
  let answers = [];
  const most = await peak(place.guichet, async () => (answers = await Promise.all(sendings.map(send))));
  assert.deepEqual(answers.map(({ status }) => status), Array(6).fill(201));
  assert.ok(most > 15_000_000 && most < LIMIT, `${most} bytes`);
  assert.equal((await kept(place.guichet)).applications.length, before + 6);
});

test("a small form does not wait behind large ones", async () => {
  const large = () => form({ cover_letter: document("l.pdf", pdf("Lettre", 7_500_000)), cv: document("cv.pdf", pdf("CV", 7_499_000)) });
  const order = [];
  const many = Array.from({ length: 10 }, () => apply(place.guichet, large()).then(() => order.push("large")));
  const small = apply(place.guichet, { cv: document("cv.docx", docx("Marie")) }).then(() => order.push("small"));
  await Promise.all([...many, small]);
  assert.notEqual(order.at(-1), "small");
});
