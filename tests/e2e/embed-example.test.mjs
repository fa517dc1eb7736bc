// Runs the examples of docs/embed.md as they stand there, from a site of another origin.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";

import { NOON, POSTING } from "../support/application.mjs";
import { browsing } from "../support/browser.mjs";
import { ROOT } from "../support/guichet.mjs";
import { running } from "../support/running.mjs";

const place = await running();
const visitors = await browsing(place);
const text = await readFile(join(ROOT, "docs/embed.md"), "utf8");
const here = (code) => code.replaceAll("https://careers.example.org/", place.guichet.url.href).replace("programme-officer", POSTING.slug);
const [html] = blocks("html");
const [onServer, list] = blocks("js");

/** @param {string} language @returns {string[]} the examples in it, with this Guichet's address */
function blocks(language) {
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"))].map(([, code]) => here(code));
}

/** Runs a module's text and returns one of its constants. */
async function evaluated(code, name) {
  return (await import(`data:text/javascript,${encodeURIComponent(`${code}\nexport { ${name} };`)}`))[name];
}

test("the form of the example checks what is in it", async (t) => {
  const json = await evaluated(onServer, "json");
  const site = createServer((request, answer) => {
    const isJson = request.url === "/posting.json";
    answer.setHeader("content-type", isJson ? "application/json" : "text/html; charset=utf-8");
    answer.end(isJson ? json : `<!doctype html><title>Elsewhere</title>${html}`);
  });
  await once(site.listen(0, "127.0.0.1"), "listening");
  t.after(() => site.close());
  const page = await visitors.visit(t);
  await page.clock.setFixedTime(NOON);
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  await page.fill("[name=email]", "nobody");
  await page.setInputFiles("[name=cv]", { name: "cv.pdf", mimeType: "application/pdf", buffer: Buffer.from("MZ not a PDF") });
  await page.click("button");
  await page.locator("#wrong li").first().waitFor();
  const wrong = await page.locator("#wrong li").allTextContents();
  for (const found of ["name: missing", "email: not_an_email", "cover_letter: document_missing"]) assert.ok(wrong.includes(found), `${found} in ${wrong}`);
  assert.ok(wrong.some((line) => line.startsWith("cv: document_")), String(wrong));
});

test("the list of the example has every opening with its address", async () => {
  const openings = await evaluated(list, "openings");
  assert.ok(openings.some(({ url }) => url.endsWith(`/postings/${POSTING.slug}`)), JSON.stringify(openings));
  const markup = await evaluated(list, "list");
  assert.equal(markup.match(/<li>/g).length, openings.length);
});

test("the types name what there is", async (t) => {
  const types = await (await place.guichet.fetch("/embed.d.ts")).text();
  const page = await visitors.visit(t);
  const { names, report } = await page.goto("/").then(() =>
    page.evaluate(async () => {
      const module = await import("/embed.js");
      await module.ready;
      return { names: Object.keys(module), report: Object.keys(module.inspect(new TextEncoder().encode("%PDF-1.7"))) };
    }),
  );
  const exported = [...types.matchAll(/^export (?:const|class|function) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual(exported.sort(), names.sort());
  const [, fields] = /interface Report \{(.*?)\n\}/s.exec(types);
  assert.deepEqual([...fields.matchAll(/^  (\w+):/gm)].map(([, name]) => name).sort(), report.sort());
});
