// What the script exports for pages of other people: `check` gives the Worker's verdicts, without its words.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, form, freshToken, NOON, sha256 } from "../support/application.mjs";
import { browsing, openForm } from "../support/browser.mjs";
import { running } from "../support/running.mjs";
import { FILES, isHeavy, SPOILED } from "../support/spoiled.mjs";

const place = await running();
const visitors = await browsing(place);
const token = await freshToken(place.guichet);
const FIELDS = ["name", "email", "phone", "subject", "message", "consent"];
/** Runs in the page: the module's own verdict on `embedded`, for which the documents are inspected there too. */
const CHECK = async ({ embedded, now }) => {
  const { check, inspect, ready } = await import(document.querySelector("script[type=module]").src);
  if (!(await ready)) throw new Error("the module did not load");
  const { requirements } = JSON.parse(document.getElementById("guichet").textContent);
  const inspected = async ({ base64, ...offered }) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return { ...offered, report: await inspect(bytes) };
  };
  const documents = await Promise.all(embedded.documents.map(inspected));
  return check({ ...embedded, documents }, { requirements, now });
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
      assert.deepEqual(await page.evaluate(CHECK, { embedded: await embedded(changes), now: NOON }), expected);
    });
  }
});

test("check() takes the time that it is given", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  const late = await page.evaluate(CHECK, { embedded: await embedded({}), now: NOON + 365 * 86_400_000 });
  assert.deepEqual(late.map(({ field, code }) => [field, code]), [["deadline", "deadline_passed"]]);
});

test("inspect() says what a file is, whatever it is called", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  const kinds = await page.evaluate(async (files) => {
    const { inspect, ready } = await import(document.querySelector("script[type=module]").src);
    await ready;
    const reports = await Promise.all(files.map((bytes) => inspect(Uint8Array.from(bytes))));
    return reports.map(({ kind }) => kind);
  }, await Promise.all([FILES.program, FILES.empty, FILES.image, FILES.letter].map(numbers)));
  assert.deepEqual(kinds, ["executable", "empty", "image", "pdf"]);
});

/** The form as `check` takes it. */
async function embedded(changes) {
  const result = { answers: {}, documents: [] };
  for (const [name, value] of form(changes)) {
    if (value instanceof File) {
      const bytes = Buffer.from(await value.arrayBuffer());
      if (value.name === "") continue;
      const base64 = bytes.toString("base64");
      result.documents.push({ id: name, file_name: value.name, bytes: bytes.length, sha256: sha256(bytes), base64 });
    } else if (FIELDS.includes(name)) result[name] = value;
    else result.answers[name] = value;
  }
  return result;
}

const numbers = async (file) => [...new Uint8Array(await file.arrayBuffer())];
