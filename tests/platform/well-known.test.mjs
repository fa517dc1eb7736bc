// GET /robots.txt, GET /.well-known/security.txt, and the headers that a setting changes.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { clock, NOON } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { running } from "../support/running.mjs";

const place = await running();
beforeEach(() => override(place.guichet));

const get = (path, method = "GET") => place.guichet.fetch(path, { method });

/** The fields of a text of lines such as `Contact: mailto:…`. @param {string} text */
const fields = (text) => text.trimEnd().split("\n").map((line) => /^([A-Za-z-]+): (.*)$/.exec(line)?.slice(1));

test("robots may read postings, and no application and nothing of staff's", async () => {
  const answer = await get("/robots.txt");
  assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "text/plain; charset=utf-8"]);
  const [rules, sitemap, ...rest] = (await answer.text()).split("\n\n");
  assert.deepEqual(rules.split("\n"), ["User-agent: *", "Allow: /", "Disallow: /applications/", "Disallow: /desk"]);
  assert.equal(sitemap.trimEnd(), `Sitemap: ${place.guichet.url.origin}/sitemap.xml`);
  assert.deepEqual(rest, []);
  assert.equal((await get("/sitemap.xml")).status, 200);
});

test("security.txt says whom to tell, for a time (RFC 9116)", async () => {
  for (const [contact, uri] of [
    ["security@example.org", "mailto:security@example.org"],
    ["https://example.org/security", "https://example.org/security"],
  ]) {
    await override(place.guichet, { clock: clock(), vars: { SECURITY_CONTACT: contact } });
    const answer = await get("/.well-known/security.txt");
    assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, "text/plain; charset=utf-8"]);
    assert.deepEqual(fields(await answer.text()), [
      ["Contact", uri],
      ["Expires", new Date(NOON + 180 * 24 * 3_600_000).toISOString()],
      ["Preferred-Languages", "en, fr"],
      ["Canonical", `${place.guichet.url.origin}/.well-known/security.txt`],
    ]);
  }
});

test("without a contact, or with one that is none, there is no security.txt", async () => {
  for (const contact of ["", "http://example.org", "nobody", "https://example.org/\nExpires: never"]) {
    await override(place.guichet, { vars: { SECURITY_CONTACT: contact } });
    assert.equal((await get("/.well-known/security.txt")).status, 404, contact);
  }
});

test("both answer to GET and HEAD alone", async () => {
  for (const path of ["/robots.txt", "/.well-known/security.txt"]) {
    const answer = await get(path, "POST");
    assert.deepEqual([answer.status, answer.headers.get("allow")], [405, "GET, HEAD"], path);
  }
  assert.equal((await get("/robots.txt", "HEAD")).status, 200);
});

test("HSTS is for this host, and for its subdomains where that is set", async () => {
  const hsts = async (path) => (await get(path)).headers.get("strict-transport-security");
  for (const path of ["/", "/nowhere", "/robots.txt", "/healthz"]) assert.equal(await hsts(path), "max-age=63072000", path);
  await override(place.guichet, { vars: { HSTS_SUBDOMAINS: "yes" } });
  for (const path of ["/", "/nowhere"]) assert.equal(await hsts(path), "max-age=63072000; includeSubDomains", path);
});
