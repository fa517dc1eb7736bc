// Tests that the plain form works when the module or its script cannot be loaded: it posts, gets the same issues, and
// keeps what was typed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, freshToken, MARIE, POSTING } from "../support/application.mjs";
import { browsing, hasFocus, openForm, summaryOf } from "../support/browser.mjs";
import { fill, send } from "../support/candidate.mjs";
import { running } from "../support/running.mjs";
import { FILES, isHeavy, SPOILED } from "../support/spoiled.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const visitors = await browsing(place);
const token = await freshToken(place.guichet);

/** What does not arrive, and what the browser says of it. */
const LOST = {
  "the module": { pattern: "**/*.wasm", expected: /ERR_FAILED|The form's module did not start|preloaded/ },
  "the script": { pattern: "**/*.js", expected: /ERR_FAILED|preloaded/ },
};

/** A visitor's page without it. */
async function without(t, what) {
  const { pattern, expected } = LOST[what];
  const page = await visitors.visit(t, { expected });
  const aborted = [];
  await page.route(pattern, (route) => {
    aborted.push(route.request().url());
    return route.abort();
  });
  await page.goto(`/postings/${POSTING.slug}`);
  assert.ok(aborted.length > 0, "it was asked for");
  return page;
}

for (const what of Object.keys(LOST)) {
  test(`without ${what} an application arrives all the same`, async (t) => {
    const page = await without(t, what);
    await page.click("#submit");
    await hasFocus(page, "error-summary");
    await fill(page);
    const reference = await send(page);
    assert.equal((await place.mails(reference)).length, 2);
  });
}

test("a kind of question that the module does not know leaves the plain form, and the console says which", async (t) => {
  const page = await visitors.visit(t, { expected: /The form's module did not start/ });
  await page.route(`**/postings/${POSTING.slug}`, async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    assert.ok(body.includes('"kind":"yes_no"'));
    await route.fulfill({ response, body: body.replaceAll('"kind":"yes_no"', '"kind":"ranking"') });
  });
  const complaint = page.waitForEvent("console", (message) => message.text().includes("ranking"));
  await page.goto(`/postings/${POSTING.slug}`);
  await complaint;
  await fill(page);
  const reference = await send(page);
  assert.equal((await place.mails(reference)).length, 2);
});

test("what looks into documents is loaded when a file is reached for, and not before", async (t) => {
  const page = await visitors.visit(t);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await openForm(page);
  assert.deepEqual(asked.filter((url) => url.includes("inspector")), []);
  const loaded = page.waitForResponse((answer) => /inspector.*\.wasm$/.test(answer.url()));
  await page.focus("#cv");
  await loaded;
});

test("where it cannot be loaded, documents are left to the server", async (t) => {
  const page = await visitors.visit(t, { expected: /ERR_FAILED|Failed to fetch|import/ });
  await page.route("**/inspector*", (route) => route.abort());
  await openForm(page);
  await fill(page, { cv: FILES.program });
  await page.getByText("sera vérifié à l’arrivée").first().waitFor();
  const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === "POST"), page.click("#submit")]);
  assert.equal(answer.status(), 422);
  await hasFocus(page, "error-summary");
  await fill(page);
  const reference = await send(page);
  assert.equal((await place.mails(reference)).length, 2);
});

test("the page that comes back says what the script would, word for word", async (t) => {
  const page = await without(t, "the module");
  for (const [what, changes] of SPOILED.filter(([, changes]) => !isHeavy(changes))) {
    await t.test(what, async () => {
      const { issues } = await (await apply(place.guichet, { token, ...changes })).json();
      await page.goto(`/postings/${POSTING.slug}`);
      await fill(page, changes);
      const [answer] = await Promise.all([page.waitForResponse((one) => one.request().method() === "POST"), page.click("#submit")]);
      assert.equal(answer.status(), 422);
      await hasFocus(page, "error-summary");
      assert.deepEqual(await summaryOf(page), issues.map(({ message }) => message));
    });
  }
});

test("what was typed is kept, and shown as text however hostile", async (t) => {
  const page = await without(t, "the script");
  page.on("dialog", (dialog) => assert.fail(`a script of the candidate's ran: ${dialog.message()}`));
  const hostile = `"><script>alert(1)</script>'><img src=x onerror=alert(1)></textarea>{{ 7*7 }}`;
  const typed = { name: hostile, email: `${hostile}@x`, phone: "+216 71 000 000", message: `${hostile}\nÀ bientôt` };
  await fill(page, { ...typed, eu_work_permit: "no" });
  await page.click("#submit");
  await hasFocus(page, "error-summary");
  for (const [id, value] of Object.entries(typed)) assert.equal(await page.inputValue(`#${id}`), value, id);
  assert.ok(await page.isChecked("#eu_work_permit-no"));
  assert.ok(await page.isChecked("#consent"));
  assert.match(await page.locator("#cv-status").textContent(), /CV\.docx/, "which file to choose again");
  assert.equal(await page.locator("img").count(), 0);
});

test("the trap for robots is neither seen, heard nor reached; who falls in all the same gets out by sending again", async (t) => {
  const page = await visitors.visit(t, { javaScriptEnabled: false });
  await page.goto(`/postings/${POSTING.slug}`);
  const trap = page.locator("#website");
  assert.ok(!(await trap.isVisible()));
  assert.equal(await page.getByRole("textbox", { name: words("fr").form.leave_empty }).count(), 0, "not in the accessibility tree");
  await fill(page);
  // As an extension would: Chromium itself fills in nothing that is not shown.
  await trap.evaluate((input) => (input.value = "https://example.org"));
  await page.click("#submit");
  await page.getByText(words("fr").form.busy).waitFor();
  assert.equal(await page.inputValue("#email"), MARIE.email);
  assert.equal(await trap.count(), 0, "what fills it in by itself would do so again");
  await fill(page);
  await send(page);
});

test("with script there is no trap to fall into", async (t) => {
  const page = await visitors.visit(t);
  await openForm(page);
  assert.equal(await page.locator("#website").count(), 0);
});
