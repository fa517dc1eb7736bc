// What another site's page makes a visitor's browser send is turned away; our own form, and clients that are no browsers, are not.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, kept } from "../support/application.mjs";
import { running } from "../support/running.mjs";

const place = await running();

const CROSS_SITE = [
  ["by Fetch Metadata", { "sec-fetch-site": "cross-site" }],
  ["by its origin", { origin: "https://evil.example" }],
];

test("a form from another site is refused, as JSON and as a page in both languages", async () => {
  const before = await kept(place.guichet);
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
  assert.deepEqual(await kept(place.guichet), before);
});

test("our own form passes, in browsers of today and of yesterday", async () => {
  for (const headers of [{}, { "sec-fetch-site": "same-origin", origin: "null" }, { origin: "null" }]) {
    assert.equal((await apply(place.guichet, {}, { headers })).status, 201, JSON.stringify(headers));
  }
});
