// Tests sizes, counts and methods that are refused before the content is read.

import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";

import { apply, document, form, kept, onTheWire, pdf, POSTING } from "../support/application.mjs";
import { running } from "../support/running.mjs";
import { words } from "../support/words.mjs";

const place = await running();
const path = `/postings/${POSTING.slug}/applications`;

/**
 * The answer to a request whose body is withheld until there is one.
 *
 * @param {Record<string, string | number>} headers
 * @param {(body: import("node:http").ClientRequest) => void} [write] gives what it must have of the body
 * @param {number} [patience] how long it waits, in milliseconds
 */
function answerTo(headers, write = () => {}, patience = 20_000) {
  return new Promise((resolve, reject) => {
    const post = request(new URL(path, place.guichet.url), { method: "POST", headers });
    const timer = setTimeout(() => post.destroy(new Error("no answer before the body was sent")), patience);
    post.on("error", reject);
    post.on("response", async (answer) => {
      clearTimeout(timer);
      let body = "";
      for await (const chunk of answer) body += chunk;
      post.destroy();
      resolve({ status: answer.statusCode, body });
    });
    post.flushHeaders();
    write(post);
  });
}

test("30 MB are refused by their declared length, before any of them is read", async () => {
  const { type } = await onTheWire(form());
  const headers = { "content-type": type, "content-length": 30_000_000 };
  const { status, body } = await answerTo({ ...headers, accept: "application/json" });
  assert.equal(status, 413);
  assert.equal(JSON.parse(body).error, "too_large");
  const page = await answerTo({ ...headers, accept: "text/html" });
  assert.equal(page.status, 413);
  assert.match(page.body, /<h1>/);
  await nothingKept();
});

test("30 MB without declared length are refused where the limit is passed", async () => {
  const { type, bytes } = await onTheWire(form({ cv: document("cv.pdf", pdf("Marie", 30_000_000)) }));
  const { status, sent } = await sentInPieces(type, bytes);
  assert.equal(status, 413);
  assert.ok(sent < bytes.length, "the answer came before the end");
  await nothingKept();
});

/**
 * The answer to a body without declared length, and how much of it was sent by then.
 *
 * After its answer workerd reads 64 KB more. Where more is on its way, it resets the connection, and the answer may be lost:
 * then the body is sent again, more slowly.
 *
 * @param {string} type
 * @param {Buffer} bytes
 */
async function sentInPieces(type, bytes) {
  for (const pause of [2, 10, 40, 160]) {
    let sent = 0;
    const write = (body) => {
      let answered = false;
      body.once("response", () => (answered = true));
      const next = () => {
        if (answered || body.destroyed || sent >= bytes.length) return;
        const piece = bytes.subarray(sent, (sent += 50_000));
        // At the end of the body the server may stop waiting, before that it need not.
        if (sent < bytes.length) body.write(piece, () => setTimeout(next, pause));
      };
      next();
    };
    try {
      const { status } = await answerTo({ "content-type": type, accept: "application/json" }, write, 120_000);
      return { status, sent };
    } catch (error) {
      if (error.code !== "ECONNRESET") throw error;
    }
  }
  throw new Error("the connection was reset each time");
}

test("what is large and within the limits arrives whole", async () => {
  const [letter, cv] = [pdf("Lettre", 9_000_000), pdf("CV", 8_900_000)];
  const answer = await apply(place.guichet, { cover_letter: document("l.pdf", letter), cv: document("cv.pdf", cv) });
  assert.equal(answer.status, 201, await answer.clone().text());
  const { reference } = await answer.json();
  const [staff] = await place.mails(reference);
  assert.ok(staff.raw.length < 25 * 1024 * 1024, "the mail service takes it");
  await place.afresh();
});

test("26 parts are refused, 25 are read", async () => {
  const fields = [...form().keys()].length;
  const more = (count) => ({ more: Array.from({ length: count - fields }, (_, index) => String(index)) });
  const refused = await apply(place.guichet, more(26));
  assert.equal(refused.status, 413);
  const { error, message } = await refused.json();
  assert.equal(error, "too_many_parts");
  assert.ok(message.startsWith(words("fr").failure.too_many_parts_what), message);
  await nothingKept();
  assert.equal((await apply(place.guichet, more(25))).status, 201);
  await place.afresh();
});

test("a method that an address does not answer to is told which it does", async () => {
  const ADDRESSES = {
    "/": "GET, HEAD",
    [`/postings/${POSTING.slug}`]: "GET, HEAD",
    [path]: "POST",
    "/applications/22222222?key=x": "GET, HEAD",
    "/healthz": "GET, HEAD",
  };
  const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
  for (const [address, allowed] of Object.entries(ADDRESSES)) {
    for (const method of METHODS.filter((name) => !allowed.split(", ").includes(name))) {
      const answer = await place.guichet.fetch(address, { method, headers: { accept: "application/json" } });
      assert.equal(answer.status, 405, `${method} ${address}`);
      assert.equal(answer.headers.get("allow"), allowed, `${method} ${address}`);
      const body = await answer.text();
      if (method !== "HEAD") assert.equal(JSON.parse(body).error, "method_not_allowed");
    }
  }
  await nothingKept();
});

async function nothingKept() {
  assert.deepEqual(await kept(place.guichet), { applications: [], outbox: [], documents: [] });
}
