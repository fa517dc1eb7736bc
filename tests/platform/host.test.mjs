// Tests that a request's host decides no address: addresses in pages and mails begin with PUBLIC_ORIGIN, and requests by
// another host are redirected or refused.

import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";

import { form, kept, onTheWire, POSTING } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { running } from "../support/running.mjs";

const place = await running();
const OURS = "http://jobs.example.org";
const POSTS = `/postings/${POSTING.slug}/applications`;

/** A request by any host, which `fetch` would not send. */
function by(host, path, { method = "GET", body, headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = place.guichet.url;
    const options = { hostname, port, path, method, headers: { ...headers, host, connection: "close" } };
    const sent = request(options, async (answer) => {
      const text = (await answer.toArray()).join("");
      resolve({ status: answer.statusCode, headers: answer.headers, text });
    });
    sent.on("error", reject).end(body);
  });
}

async function application(host) {
  const { type, bytes } = await onTheWire(form());
  const headers = { accept: "application/json", "content-type": type, "content-length": bytes.length };
  return by(host, POSTS, { method: "POST", body: bytes, headers });
}

/** A form is refused before its body is read: it needs none. */
const post = (host, accept = "application/json") => by(host, POSTS, { method: "POST", headers: { accept, "content-length": 0 } });

test("by our own host, every address is ours", async () => {
  await override(place.guichet, { vars: { PUBLIC_ORIGIN: OURS } });
  for (const path of ["/", `/postings/${POSTING.slug}`, "/feed.xml", "/sitemap.xml", `/postings/${POSTING.slug}.ics`]) {
    const { status, text } = await by("jobs.example.org", path);
    assert.equal(status, 200, path);
    assert.ok(text.replaceAll("\r\n ", "").includes(`${OURS}/`), path);
    assert.ok(!text.includes("127.0.0.1"), path);
  }
  const answer = await application("jobs.example.org");
  assert.equal(answer.status, 201, answer.text);
  const { reference, status_url } = JSON.parse(answer.text);
  assert.ok(status_url.startsWith(`${OURS}/applications/${reference}?key=`), status_url);
  const [, toCandidate] = await place.mails(reference);
  assert.ok(toCandidate.raw.toString("latin1").replaceAll("=\r\n", "").includes(`${OURS}/applications/${reference}?key`));
});

test("by another host, a page is redirected and a form is refused", async () => {
  await place.afresh();
  await override(place.guichet, { vars: { PUBLIC_ORIGIN: OURS } });
  for (const host of ["evil.example", "jobs.example.org.evil.example", "jobs.example.org:8443", "127.0.0.1"]) {
    const page = await by(host, `/postings/${POSTING.slug}?lang=en`);
    assert.deepEqual([page.status, page.headers.location], [301, `${OURS}/postings/${POSTING.slug}?lang=en`], host);
    assert.equal(page.headers["cache-control"], "no-store");
    const refused = await post(host);
    assert.deepEqual([refused.status, JSON.parse(refused.text).error], [421, "misdirected"], host);
    assert.match((await post(host, "text/html")).text, new RegExp(`href="${OURS}/`));
    assert.equal((await by(host, "/healthz")).status, 200, "monitors may ask by any host");
  }
  assert.deepEqual((await kept(place.guichet)).applications, []);
});

test("without the setting only this machine is served, and the health check says so", async () => {
  await place.afresh();
  for (const host of ["evil.example", "127.0.0.1.evil.example"]) {
    const page = await by(host, "/");
    assert.equal(page.status, 503, host);
    assert.ok(!page.text.includes("evil"), host);
    assert.equal((await post(host)).status, 503, host);
    const { status, text } = await by(host, "/healthz");
    assert.deepEqual([status, JSON.parse(text).problems], [503, ["public_origin"]], host);
  }
  assert.equal((await by("localhost", "/")).status, 200);
});

test("a setting that is no origin is a fault of ours", async () => {
  for (const origin of ["jobs.example.org", "https://jobs.example.org/careers", "https://a@jobs.example.org"]) {
    await override(place.guichet, { vars: { PUBLIC_ORIGIN: origin } });
    assert.equal((await by("jobs.example.org", "/")).status, 503, origin);
  }
});
