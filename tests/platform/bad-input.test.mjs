// Tests invalid forms: each gets the code of docs/api.md, as JSON and as a page, and stores nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, clock, document, docx, form, freshToken, kept, NOON, onTheWire, OTHER, pdf, POSTING } from "../support/application.mjs";
import { running } from "../support/running.mjs";
import { unescaped } from "../support/words.mjs";

const place = await running();
const token = await freshToken(place.guichet);
const letter = pdf("Madame, Monsieur");
const tooManyLetters = [document("1.pdf", letter), document("2.pdf", pdf("Variante"))];
const program = Buffer.from("MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0\xB8\0\0\0", "latin1");
const at = (milliseconds) => ({ headers: { "x-test-clock": clock(milliseconds) } });
const DAY = 86_400_000;

/** Changes to a right form, and the issues: field, code. */
const REFUSED = [
  ["no document", { cover_letter: undefined, cv: undefined }, [["cover_letter", "document_missing"], ["cv", "document_missing"]]],
  ["the CV missing", { cv: undefined }, [["cv", "document_missing"]]],
  ["the CV left empty in a browser", { cv: document("", "") }, [["cv", "document_missing"]]],
  ["a text where the CV should be", { cv: "Marie Dupont, née à Liège" }, [["cv", "document_missing"]]],
  ["an empty file", { cv: document("cv.pdf", "") }, [["cv", "document_empty"]]],
  ["a program called cv.pdf", { cv: document("cv.pdf", program, "application/pdf") }, [["cv", "document_kind_mismatch"]]],
  ["a program called cv.pdf.exe", { cv: document("cv.pdf.exe", program) }, [["cv", "document_kind_not_accepted"]]],
  ["a PDF called cv.docx", { cv: document("cv.docx", pdf("Marie")) }, [["cv", "document_kind_mismatch"]]],
  ["a name that reads backwards", { cv: document("cv\u202Efdp.exe", pdf("Marie")) }, [["cv", "document_kind_mismatch"]]],
  ["a plain text", { cv: document("cv.txt", "Marie Dupont") }, [["cv", "document_kind_not_accepted"]]],
  ["half a Word document", { cv: document("cv.docx", docx("Marie").subarray(0, 900)) }, [["cv", "document_damaged"]]],
  ["half a PDF", { cv: document("cv.pdf", pdf("Marie").subarray(0, 300)) }, [["cv", "document_damaged"]]],
  ["a document over its 10 MB", { cv: document("cv.pdf", pdf("Marie", 10_000_001)) }, [["cv", "document_too_large"]]],
  [
    "documents of over 18 MB in all",
    { cover_letter: document("l.pdf", pdf("L", 9_000_001)), cv: document("cv.pdf", pdf("C", 9_000_000)) },
    [["documents", "documents_too_large"]],
  ],
  ["the same file twice", { cover_letter: document("l.pdf", letter), cv: document("cv.pdf", letter) }, [["cv", "document_same_twice"]]],
  ["a name given twice", { name: ["Marie Dupont", "Marie Dupond"] }, [["name", "not_a_choice"]]],
  ["an answer given twice", { eu_work_permit: ["no", "yes"] }, [["eu_work_permit", "not_a_choice"]]],
  ["a consent given twice", { consent: ["yes", "yes"] }, [["consent", "not_a_choice"]]],
  ["two tokens", { token: [token, token] }, [["token", "not_a_choice"]]],
  ["two files for one document", { cover_letter: tooManyLetters }, [["cover_letter", "not_a_choice"]]],
  ["a document nobody asked for", { passport: document("p.pdf", pdf("P")) }, [["passport", "not_a_choice"]]],
  ["no name", { name: " \t " }, [["name", "missing"]]],
  ["a name of 10,000 characters", { name: "é".repeat(10_000) }, [["name", "too_long"]]],
  ["a telephone number of 41 characters", { phone: "1".repeat(41) }, [["phone", "too_long"]]],
  ["a message of 5,001 characters", { message: "a".repeat(5_001) }, [["message", "too_long"]]],
  ["no address", { email: undefined }, [["email", "missing"]]],
  ["two addresses", { email: "marie@example.net, jean@example.net" }, [["email", "not_an_email"]]],
  ["two addresses with a semicolon", { email: "marie@example.net;jean@example.net" }, [["email", "not_an_email"]]],
  ["a group of addresses", { email: "us: marie@example.net, jean@example.net;" }, [["email", "not_an_email"]]],
  ["an address with a line break", { email: "marie@example.net\r\nBcc: jean@example.net" }, [["email", "not_an_email"]]],
  ["an address with a line break at its end", { email: "marie@example.net\n" }, [["email", "not_an_email"]]],
  ["an address with an encoded line break", { email: "marie%0d%0aBcc:jean@example.net" }, [["email", "not_an_email"]]],
  ["an address with a NUL", { email: "marie@example.net\0" }, [["email", "not_an_email"]]],
  ["an address with its name", { email: "Marie <marie@example.net>" }, [["email", "not_an_email"]]],
  ["no subject", { subject: undefined }, [["subject", "missing"]]],
  ["a subject of another wording", { subject: "Candidature spontanée" }, [["subject", "not_the_subject"]]],
  ["a subject with a word more", { subject: `RE: ${POSTING.subject}` }, [["subject", "not_the_subject"]]],
  ["a subject without accents", { subject: POSTING.subject.replace("é", "e") }, [["subject", "not_the_subject"]]],
  ["a question without answer", { eu_work_permit: undefined }, [["eu_work_permit", "missing"]]],
  ["an answer that was not offered", { eu_work_permit: "perhaps" }, [["eu_work_permit", "not_a_choice"]]],
  ["no consent", { consent: undefined }, [["consent", "missing"]]],
  ["another consent than yes", { consent: "on" }, [["consent", "not_a_choice"]]],
  ["a token that we did not issue", { token: "0123456789abcdef0123456789abcdef.1752580800000.AAAA" }, [["token", "not_a_choice"]]],
  ["a token that is none", { token: "<script>" }, [["token", "not_a_choice"]]],
  ["the deadline passed by one millisecond", {}, [["deadline", "deadline_passed"]], at(POSTING.closesAt)],
  ["a posting closed for a year", {}, [["deadline", "deadline_passed"]], at(POSTING.closesAt + 365 * DAY)],
  ["one millisecond before the posting opens", {}, [["deadline", "not_yet_open"]], at(POSTING.opensAt - 1)],
  [
    "everything wrong at once",
    { name: "", email: "x", subject: "y", eu_work_permit: "", cv: undefined, consent: "" },
    [["name", "missing"], ["email", "not_an_email"], ["cv", "document_missing"], ["eu_work_permit", "missing"], ["consent", "missing"], ["subject", "not_the_subject"]],
  ],
];

test("what is wrong with a form is told by code and in words, and nothing is kept but held documents", async (t) => {
  for (const [what, changes, issues, options] of REFUSED) {
    await t.test(what, async () => {
      // Documents are held for a page: each form has its own.
      const fields = { token: await freshToken(place.guichet), ...changes };
      const answer = await apply(place.guichet, fields, options);
      assert.equal(answer.status, 422);
      const body = await answer.json();
      // Their order is a matter of crates/rules.
      assert.deepEqual(body.issues.map(({ field, code }) => `${field}: ${code}`).sort(), issues.map((issue) => issue.join(": ")).sort());
      for (const issue of body.issues) assert.deepEqual(Object.keys(issue).sort(), ["code", "field", "message", "params"]);

      const page = await apply(place.guichet, fields, { ...options, json: false });
      assert.equal(page.status, 422);
      assert.match(page.headers.get("content-type"), /^text\/html/);
      const html = unescaped(await page.text());
      for (const { message } of body.issues) assert.ok(html.includes(message), message);
      await nothingKept();
    });
  }
});

test("a token of another posting is none of this one", async () => {
  const other = await freshToken(place.guichet, OTHER.slug);
  const answer = await apply(place.guichet, { token: other });
  assert.equal(answer.status, 422);
  assert.deepEqual((await answer.json()).issues.map(({ field, code }) => [field, code]), [["token", "not_a_choice"]]);
  await nothingKept();
});

test("the page comes back with what was typed, and with its token", async () => {
  const typed = { name: "Zoë d’Été", email: "zoe@@example.net", phone: "+216 71 000 000", message: "Un\r\nDeux", token };
  const page = await apply(place.guichet, { ...typed, eu_work_permit: "no" }, { json: false });
  assert.equal(page.status, 422);
  const raw = await page.text();
  const html = unescaped(raw);
  for (const value of [typed.name, typed.email, typed.phone, token]) assert.ok(html.includes(`value="${value}"`), value);
  assert.match(html, /<textarea[^>]*>\s*Un\r?\nDeux<\/textarea>/);
  assert.match(html, /value="no" checked/);
  assert.match(html, /value="yes" checked/, "the consent");
  assert.ok(html.includes("CV.docx"), "which file to choose again");
});

test("what was typed cannot become a part of the page", async () => {
  const hostile = `"'><script>alert(1)</script></textarea><img src=x onerror=alert(1)>{{ t }}`;
  const page = await apply(
    place.guichet,
    { name: hostile, email: hostile, phone: hostile, message: hostile, subject: hostile, eu_work_permit: hostile, cv: document(`${hostile}.exe`, program), token: hostile },
    { json: false },
  );
  assert.equal(page.status, 422);
  const html = await page.text();
  assert.ok(!html.includes("<script>alert") && !html.includes("<img"), "no element of theirs");
  assert.ok(!/value="[^"]*"'>/.test(html), "no attribute of theirs");
  assert.match(page.headers.get("content-security-policy"), /default-src 'none'/);
});

test("an unknown posting is not found, by POST either", async () => {
  for (const slug of ["no-such-posting", "protection-espace-civique-tunisie-ue%00", "..%2f..%2fetc"]) {
    assert.equal((await apply(place.guichet, {}, { slug })).status, 404, slug);
    assert.equal((await apply(place.guichet, {}, { slug, json: false })).status, 404, slug);
  }
  await nothingKept();
});

test("what is not a form is not read as one", async (t) => {
  const { type, bytes } = await onTheWire(form());
  const file = bytes.indexOf("%PDF");
  const BODIES = [
    ["JSON", "application/json", JSON.stringify({ name: "Marie" })],
    ["a form without files", "application/x-www-form-urlencoded", new URLSearchParams({ name: "Marie" }).toString()],
    ["a text", "text/plain", bytes],
    ["no type at all", undefined, bytes],
    ["multipart of another kind", type.replace("form-data", "mixed"), bytes],
    ["multipart without boundary", "multipart/form-data", bytes],
    ["another boundary than announced", "multipart/form-data; boundary=other", bytes],
    ["nothing", type, ""],
    ["broken off in a header", type, bytes.subarray(0, 60)],
    ["broken off in a file", type, bytes.subarray(0, file + 100)],
    ["broken off between two parts", type, bytes.subarray(0, bytes.indexOf("--", file + 700))],
    ["broken off in the last boundary", type, bytes.subarray(0, -6)],
  ];
  for (const [what, contentType, body] of BODIES) {
    await t.test(what, async () => {
      for (const accept of ["application/json", "text/html"]) {
        const answer = await place.guichet.fetch(`/postings/${POSTING.slug}/applications`, {
          method: "POST",
          body: typeof body === "string" ? Buffer.from(body) : body,
          headers: { accept, ...(contentType && { "content-type": contentType }) },
        });
        assert.equal(answer.status, 415);
        if (accept === "application/json") assert.equal((await answer.json()).error, "not_a_form");
      }
      await nothingKept();
    });
  }
});

test("a subject differs only where its wording does", async (t) => {
  const { subject } = POSTING;
  const ACCEPTED = {
    "straight apostrophes": subject.replaceAll("’", "'"),
    "capitals": subject.toUpperCase(),
    "decomposed accents": subject.normalize("NFD"),
    "full stops as points": subject.replaceAll("·", "."),
    "hyphens as points": subject.replaceAll("·", "-"),
    "bullets as points": subject.replaceAll("·", "•"),
    "blanks at the ends and doubled": `  ${subject.replaceAll(" ", "  ")}  `,
    "no-break spaces": subject.replaceAll(" ", "\u00A0"),
  };
  for (const [what, wording] of Object.entries(ACCEPTED)) {
    await t.test(what, async () => {
      const answer = await apply(place.guichet, { subject: wording });
      assert.equal(answer.status, 201, await answer.clone().text());
      await place.mails((await answer.json()).reference);
    });
  }
  await place.afresh();
});

test("the last millisecond counts, and so does the first", async () => {
  for (const instant of [POSTING.closesAt - 1, POSTING.opensAt]) {
    const answer = await apply(place.guichet, {}, at(instant));
    assert.equal(answer.status, 201, await answer.clone().text());
    const { reference, received_at } = await answer.json();
    assert.equal(received_at, new Date(instant).toISOString());
    // The queue's clock stands at noon of a day in between: the mails of the last moment are not due yet.
    if (instant < NOON) await place.mails(reference);
  }
  await place.afresh();
});

// Mail comes late: what a refused form had caused would be there before what this one does.
test("in the end nobody has mail but for one form that was right", async () => {
  const { reference } = await (await apply(place.guichet)).json();
  await place.mails(reference);
  assert.equal(place.mailbox.messages.length, 2);
});

/** Nothing but documents that passed, which are held for an hour for a page without script. */
async function nothingKept() {
  const { documents, ...rest } = await kept(place.guichet);
  const { results } = await place.guichet.db.prepare("SELECT key FROM held_documents").all();
  const held = new Set(results.map(({ key }) => key));
  assert.deepEqual({ ...rest, documents: documents.filter((key) => !held.has(key)) }, { applications: [], outbox: [], documents: [] });
  assert.deepEqual(place.mailbox.messages, []);
}
