// Tests GET / and what all pages have in common: languages, headers, failures, the health check.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, clock, NOON, OTHER, POSTING } from "../support/application.mjs";
import { running } from "../support/running.mjs";
import { unescaped, words } from "../support/words.mjs";

const place = await running();

const page = async (path, headers = {}) => {
  const answer = await place.guichet.fetch(path, { headers: { accept: "text/html", ...headers } });
  return { answer, html: unescaped(await answer.text()) };
};
const at = (milliseconds) => ({ "x-test-clock": clock(milliseconds) });

test("postings are listed by what can still be done: the soonest closing first, closed ones last", async () => {
  const places = ({ html }) => [POSTING, OTHER].map(({ slug }) => html.indexOf(`/postings/${slug}`));
  const { open, closed } = words("fr").careers;

  const during = await page("/", at(POSTING.closesAt - 1));
  const [seed, other] = places(during);
  assert.ok(seed > 0 && seed < other, "the one that closes first");
  assert.ok(during.html.includes(open) && !during.html.includes(closed));

  const after = await page("/", at(POSTING.closesAt));
  const [seedAfter, otherAfter] = places(after);
  assert.ok(otherAfter > after.html.indexOf(open) && otherAfter < after.html.indexOf(closed), "still open");
  assert.ok(seedAfter > after.html.indexOf(closed), "closed");

  const before = await page("/", at(POSTING.opensAt - 1));
  assert.equal(places(before)[0], -1, "what is not published yet is not shown");
});

test("a page speaks the language of its address, else the browser's, else its own", async () => {
  const CASES = [
    ["?lang=en", undefined, "en", "en"],
    ["?lang=fr", "en", "fr", "fr"],
    ["?lang=FR-be", "en", "fr", "fr"],
    ["", "en-GB,en;q=0.9,fr;q=0.8", "en", "en"],
    ["", "fr;q=0.3, en;q=0.7", "en", "en"],
    ["", "en;q=0, fr", "fr", "fr"],
    ["?lang=de", "en", "en", "en"],
    ["", "de, *", "fr", "en"],
    ["?lang=%00", "", "fr", "en"],
  ];
  for (const [query, header, french, english] of CASES) {
    const accept = header === undefined ? {} : { "accept-language": header };
    for (const [path, language] of [["/", french], [`/postings/${POSTING.slug}`, french], [`/postings/${OTHER.slug}`, english]]) {
      const { html } = await page(`${path}${query}`, accept);
      assert.match(html, new RegExp(`<html lang="${language}"`), `${path}${query} with ${header}`);
    }
  }
});

test("every answer carries the headers that keep a page to itself", async () => {
  const { status_url: receipt } = await (await apply(place.guichet)).json();
  const ANSWERS = [
    [200, "private, no-cache", "/"],
    [200, "private, no-cache", "/accessibility"],
    // It carries a token, which must never come back from a cache.
    [200, "no-store", `/postings/${POSTING.slug}`],
    [200, "no-store", receipt],
    [200, "no-store", "/healthz"],
    [404, "no-store", "/nowhere"],
    [404, "no-store", "/applications/22222222"],
    [405, "no-store", `/postings/${POSTING.slug}/applications`],
  ];
  for (const [status, cache, path] of ANSWERS) {
    const { answer } = await page(path);
    const header = (name) => answer.headers.get(name);
    assert.equal(answer.status, status, path);
    assert.equal(header("cache-control"), cache, path);
    if (cache === "no-store") assert.equal(header("etag"), null, path);
    const policy = Object.fromEntries(header("content-security-policy").split("; ").map((rule) => rule.split(/ (.*)/)));
    assert.equal(policy["default-src"], "'none'");
    assert.equal(policy["script-src"], "'self' 'wasm-unsafe-eval'");
    assert.equal(policy["style-src"], "'self'");
    assert.deepEqual([policy["frame-ancestors"], policy["base-uri"], policy["form-action"]], ["'none'", "'none'", "'self'"]);
    assert.ok(!/unsafe-inline|https?:|\*/.test(header("content-security-policy")));
    assert.equal(header("x-content-type-options"), "nosniff");
    assert.equal(header("referrer-policy"), "no-referrer");
    assert.equal(header("cross-origin-opener-policy"), "same-origin");
    assert.match(header("strict-transport-security"), /^max-age=\d{8}/);
    assert.match(header("vary"), /Accept, Accept-Language/);
    assert.equal(header("set-cookie"), null);
  }
});

test("a page loads nothing from anywhere else, and nothing inline runs", async () => {
  const { status_url: receipt } = await (await apply(place.guichet)).json();
  for (const path of ["/", `/postings/${POSTING.slug}`, `/postings/${OTHER.slug}`, receipt, "/nowhere"]) {
    const { html } = await page(path);
    const loaded = [...html.matchAll(/<(?:link rel="(?!canonical|alternate)[^>]*href|script[^>]*src|img[^>]*src)="([^"]*)"/g)];
    assert.ok(loaded.length > 0);
    for (const [, address] of loaded) {
      assert.match(address, /^\/(?!\/)/, path);
      const asset = await place.guichet.fetch(address);
      assert.equal(asset.status, 200, address);
      await asset.body.cancel();
      if (address.startsWith("/assets/")) assert.match(asset.headers.get("cache-control"), /immutable/, address);
    }
    for (const [tag] of html.matchAll(/<script[^>]*>/g)) assert.match(tag, /src=|type="application\/(ld\+)?json"/, path);
    assert.ok(!/<[a-z][^>]* (on\w+|style)=/.test(html), path);
  }
});

test("HEAD answers like GET, without a body", async () => {
  const { status_url: receipt } = await (await apply(place.guichet)).json();
  for (const path of ["/", `/postings/${POSTING.slug}`, receipt, "/healthz", "/nowhere"]) {
    const [get, head] = await Promise.all(["GET", "HEAD"].map((method) => place.guichet.fetch(path, { method })));
    assert.equal(head.status, get.status, path);
    for (const name of ["content-type", "cache-control", "content-security-policy", "vary"]) {
      assert.equal(head.headers.get(name), get.headers.get(name), `${name} of ${path}`);
    }
    assert.equal(await head.text(), "");
    assert.notEqual(await get.text(), "");
  }
});

test("the health of the Worker is one fact and its time", async () => {
  const answer = await place.guichet.fetch("/healthz");
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), '{"status":"ok"}');
  assert.match(answer.headers.get("content-type"), /^application\/json/);
  assert.equal(answer.headers.get("date"), new Date(NOON).toUTCString());
});

test("what is not there says so in the language and the shape that were asked for", async () => {
  for (const language of ["fr", "en"]) {
    const { answer, html } = await page(`/nowhere?lang=${language}`);
    assert.equal(answer.status, 404);
    assert.ok(html.includes(words(language).failure.not_found));
    const json = await (await place.guichet.fetch(`/postings/none?lang=${language}`, { headers: { accept: "application/json" } })).json();
    assert.equal(json.error, "not_found");
    assert.ok(json.message.startsWith(words(language).failure.not_found_what));
  }
});

test("open postings are there for machines: sitemap, Atom feed, the deadline's calendar file", async () => {
  const url = (path) => new URL(path, place.guichet.url).href;
  for (const [path, type, needle] of [
    ["/sitemap.xml", "application/xml; charset=utf-8", `<loc>${url(`/postings/${POSTING.slug}`)}</loc>`],
    ["/feed.xml", "application/atom+xml; charset=utf-8", `<id>${url(`/postings/${POSTING.slug}`)}</id>`],
    [`/postings/${POSTING.slug}.ics`, "text/calendar; charset=utf-8", "DTEND:20250803T220000Z\r\n"],
  ]) {
    const answer = await place.guichet.fetch(path);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.headers.get("content-type"), type);
    const text = await answer.text();
    assert.ok(text.includes(needle), text);
  }
  assert.equal((await place.guichet.fetch("/postings/none.ics")).status, 404);
});
