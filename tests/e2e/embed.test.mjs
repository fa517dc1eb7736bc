// What pages of other people import: a `Checker` gives the Worker's issues, without its words; `inspect` says what a file is.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";

import { apply, form, freshToken, NOON } from "../support/application.mjs";
import { browsing, openForm } from "../support/browser.mjs";
import { running } from "../support/running.mjs";
import { FILES, isHeavy, SPOILED } from "../support/spoiled.mjs";

const place = await running();
const visitors = await browsing(place);
const token = await freshToken(place.guichet);
const FIELDS = ["name", "email", "phone", "subject", "message", "consent"];
/** Runs in the page: the module's own verdict on `given`, for which the documents are inspected there too. */
const CHECK = async ({ given, now }) => {
  const { Checker, ready } = await import("/embed.js");
  await ready;
  const { requirements } = JSON.parse(document.getElementById("guichet").textContent);
  const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const documents = given.documents.map(({ base64, ...file }) => ({ ...file, content: bytes(base64) }));
  return new Checker(requirements).check({ ...given, documents }, now);
};

test("check() gives the issues of the Worker", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  const small = SPOILED.filter(([, changes]) => !isHeavy(changes));
  assert.ok(small.length > 15);
  for (const [what, changes] of [...small, ["nothing wrong", {}]]) {
    await t.test(what, async () => {
      const answer = await apply(place.guichet, { token, ...changes });
      const { issues = [] } = await answer.json();
      const expected = issues.map(({ field, code, params }) => ({ field, code, params }));
      assert.deepEqual(await page.evaluate(CHECK, { given: await given(changes), now: NOON }), expected);
    });
  }
});

test("check() takes the time that it is given", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  const late = await page.evaluate(CHECK, { given: await given({}), now: NOON + 365 * 86_400_000 });
  assert.deepEqual(late.map(({ field, code }) => [field, code]), [["deadline", "deadline_passed"]]);
});

test("inspect() says what a file is, whatever it is called", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  const kinds = await page.evaluate(async (files) => {
    const { inspect, ready } = await import("/embed.js");
    await ready;
    return files.map((bytes) => inspect(Uint8Array.from(bytes)).kind);
  }, await Promise.all([FILES.program, FILES.empty, FILES.image, FILES.letter].map(numbers)));
  assert.deepEqual(kinds, ["executable", "empty", "image", "pdf"]);
});

test("a page of another origin may import it", async (t) => {
  const other = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html><title>Elsewhere</title>"));
  await once(other.listen(0, "127.0.0.1"), "listening");
  t.after(() => other.close());
  const page = await visitors.visit(t);
  await page.goto(`http://127.0.0.1:${other.address().port}/`);
  const kind = await page.evaluate(async (address) => {
    const { inspect, ready } = await import(address);
    await ready;
    return inspect(new TextEncoder().encode("%PDF-1.7")).kind;
  }, new URL("/embed.js", place.guichet.url).href);
  assert.equal(kind, "pdf");
});

test("who calls wrongly is told where", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  const wrong = await page.evaluate(async (now) => {
    const { Checker, ready } = await import("/embed.js");
    await ready;
    const { requirements } = JSON.parse(document.getElementById("guichet").textContent);
    const file = { id: "cv", file_name: "cv.pdf", content: new Uint8Array(1) };
    const thrown = (form, asked = requirements) => {
      try {
        return new Checker(asked).check(form, now);
      } catch (error) {
        return error.message;
      }
    };
    return [
      thrown({ answers: { eu_work_permit: true } }),
      thrown({ name: 1 }),
      thrown({ documents: [{ ...file, content: "cv" }] }),
      thrown({ documents: [{ ...file, file_name: "" }] }),
      thrown({ documents: Array(26).fill(file) }),
      thrown({}, {}),
    ];
  }, NOON);
  assert.match(wrong[0], /expected a string/);
  assert.match(wrong[1], /expected a string/);
  assert.match(wrong[2], /Uint8Array/);
  assert.match(wrong[3], /documents\[0\].file_name/);
  assert.match(wrong[4], /documents.*length/);
  assert.match(wrong[5], /missing field `window`/);
});

/** The form as `check` takes it. */
async function given(changes) {
  const result = { answers: {}, documents: [] };
  for (const [name, value] of form(changes)) {
    if (value instanceof File) {
      if (value.name === "") continue;
      const base64 = Buffer.from(await value.arrayBuffer()).toString("base64");
      result.documents.push({ id: name, file_name: value.name, base64 });
    } else if (FIELDS.includes(name)) result[name] = value;
    else result.answers[name] = value;
  }
  return result;
}

const numbers = async (file) => [...new Uint8Array(await file.arrayBuffer())];
