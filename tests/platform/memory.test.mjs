// Tests that the Worker stays under 128 MB. Above, it loses every request in flight.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, document, docx, form, kept, pdf } from "../support/application.mjs";
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

test("a small form does not wait behind large ones", async () => {
  const large = () => form({ cover_letter: document("l.pdf", pdf("Lettre", 7_500_000)), cv: document("cv.pdf", pdf("CV", 7_499_000)) });
  const order = [];
  const many = Array.from({ length: 10 }, () => apply(place.guichet, large()).then(() => order.push("large")));
  const small = apply(place.guichet, { cv: document("cv.docx", docx("Marie")) }).then(() => order.push("small"));
  await Promise.all([...many, small]);
  assert.notEqual(order.at(-1), "small");
});
