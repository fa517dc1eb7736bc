// Applications by e-mail: SMTP in, SMTP out, in workerd. The rows of the table in docs/incoming.md that cross the platform;
// crates/intake/tests/flows/incoming.rs has all of them.

import assert from "node:assert/strict";
import { createConnection } from "node:net";
import { after, beforeEach, test } from "node:test";

import PostalMime from "postal-mime";

import { docx, everything, kept, pdf, POSTING, sha256 } from "../support/application.mjs";
import { INTAKE, RECEIVER, received, startReceiver } from "../support/incoming.mjs";
import { poll } from "../support/mailbox.mjs";
import { running } from "../support/running.mjs";

const place = await running({ incoming: true });
const { guichet, mailbox } = place;
const receiver = await startReceiver(() => guichet.mf);
after(() => receiver.stop());
beforeEach(() => place.afresh());

const MARIE = "marie.dupont@example.net";
const LETTER = { name: "Lettre de motivation.pdf", type: "application/pdf", bytes: pdf("Madame, Monsieur") };
const CV = { name: "CV.docx", type: "application/octet-stream", bytes: docx("Marie Dupont") };

let sent = 0;

/** A mail with which nothing is wrong, but for `changes`. */
function mail({ from = `Marie Dupont <${MARIE}>`, subject = POSTING.subject, files = [LETTER, CV], headers = {}, text = "Bonjour" } = {}) {
  sent += 1;
  const word = (value) => `=?utf-8?B?${Buffer.from(value).toString("base64")}?=`;
  const lines = {
    From: from,
    To: INTAKE,
    Subject: word(subject),
    "Message-ID": `<mail-${sent}@example.net>`,
    "MIME-Version": "1.0",
    "Content-Type": 'multipart/mixed; boundary="b"',
    ...headers,
  };
  const head = Object.entries(lines).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\r\n`);
  const parts = files.map(
    ({ name, type, bytes }) =>
      `--b\r\nContent-Type: ${type}; name="${word(name)}"\r\nContent-Disposition: inline; filename="${word(name)}"\r\n` +
      `Content-Transfer-Encoding: base64\r\n\r\n${bytes.toString("base64").replace(/.{76}/g, "$&\r\n")}\r\n`,
  );
  const body = `--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n${parts.join("")}--b--\r\n`;
  return `${head.join("")}\r\n${body}`;
}

/** Sends over SMTP; the server's last answer to the message. */
async function send(raw, { from = MARIE, to = INTAKE } = {}) {
  const socket = createConnection({ port: receiver.port, host: "127.0.0.1" });
  socket.setEncoding("utf8");
  let buffer = "";
  const replies = [];
  let wake = () => {};
  socket.on("data", (text) => {
    buffer += text;
    for (let end; (end = buffer.indexOf("\r\n")) >= 0; buffer = buffer.slice(end + 2)) {
      if (buffer[3] === " ") replies.push(buffer.slice(0, end));
    }
    wake();
  });
  const reply = async () => {
    while (replies.length === 0) await new Promise((resolve) => (wake = resolve));
    return replies.shift();
  };
  await reply();
  let last;
  for (const line of ["EHLO test", `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, "DATA", `${raw.replace(/^\./gm, "..")}.`, "QUIT"]) {
    socket.write(`${line}\r\n`);
    const answer = await reply();
    if (line.endsWith("\r\n.")) last = answer;
    else if (/^[45]/.test(answer)) {
      socket.destroy();
      return answer;
    }
  }
  socket.destroy();
  return last;
}

/** The mails that left, once there are that many, by recipient. */
async function mails(count) {
  await poll(() => mailbox.messages.length >= count, 20_000, () => `${mailbox.messages.length} of ${count} mails left`);
  const parsed = await Promise.all(mailbox.messages.map(async ({ to, raw }) => ({ ...(await PostalMime.parse(raw)), to: to[0], raw: String(raw) })));
  return {
    staff: parsed.filter(({ to }) => to === POSTING.recipient),
    candidate: parsed.filter(({ to }) => to === MARIE),
    all: parsed,
  };
}

test("a right mail is an application like any other", async () => {
  assert.match(await send(mail()), /^250/);
  const { staff, candidate, all } = await mails(2);
  assert.equal(all.length, 2);
  const [application] = (await kept(guichet)).applications;
  assert.equal(application.number, 1);
  assert.match(staff[0].text, /arrivée par e-mail/);
  assert.deepEqual(staff[0].attachments.map(({ content }) => sha256(new Uint8Array(content))).sort(), [sha256(LETTER.bytes), sha256(CV.bytes)].sort());
  assert.match(candidate[0].raw, /\r\nIn-Reply-To: <mail-\d+@example\.net>\r\n/);

  const address = new URL(/http\S+\/correct\?\S+/.exec(candidate[0].text)[0]);
  const form = await (await guichet.fetch(address.pathname + address.search)).text();
  assert.match(form, /Lettre de motivation\.pdf/);
  assert.doesNotMatch(form, /name="consent" value="yes" checked/);
});

test("what is missing is asked for, and the answer completes it", async () => {
  await send(mail({ files: [LETTER] }));
  const { staff, candidate } = await mails(2);
  assert.match(candidate[0].text, /CV/);
  assert.equal((await kept(guichet)).applications.length, 0);
  assert.match(String(Buffer.from(staff[0].attachments[0].content)), new RegExp(`^Return-Path: <${MARIE}>\r\n`));

  const again = { "In-Reply-To": candidate[0].messageId };
  await send(mail({ files: [{ ...CV, name: "Dupont.docx" }], subject: `Re: ${candidate[0].subject}`, headers: again }));
  const { staff: later } = await mails(4);
  const [application] = (await kept(guichet)).applications;
  assert.equal(application.number, 1);
  assert.equal(later.find(({ raw }) => raw.includes("X-Guichet-Number: 1")).attachments.length, 2);
});

test("the form that the answer links to has what was right", async () => {
  await send(mail({ files: [LETTER] }));
  const { candidate } = await mails(2);
  const address = new URL(/http\S+\/incoming\/\S+/.exec(candidate[0].text)[0]);
  const page = await guichet.fetch(address.pathname + address.search);
  const form = await page.text();
  assert.equal(page.status, 200, form);
  assert.match(form, /value="Marie Dupont"/);
  assert.match(form, /Lettre de motivation\.pdf/);
  assert.equal((await guichet.fetch(`${address.pathname}?key=wrong`)).status, 410);

  const data = new FormData();
  const fields = { name: "Marie Dupont", email: MARIE, subject: POSTING.subject, eu_work_permit: "yes", consent: "yes" };
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append("key", address.searchParams.get("key"));
  data.append("cv", new File([CV.bytes], CV.name));
  const answer = await guichet.fetch(address.pathname, { method: "POST", body: data, headers: { accept: "application/json" } });
  const { number, documents } = await answer.json();
  assert.equal(answer.status, 201);
  assert.equal(number, 1);
  assert.deepEqual(documents.map(({ sha256 }) => sha256), [sha256(LETTER.bytes), sha256(CV.bytes)]);
  await mails(4);
});

test("nobody is answered without proof, and nothing is dropped", async () => {
  const forged = { from: "Marie <marie@forged.example>", headers: { "Authentication-Results": `${RECEIVER}; dmarc=pass header.from=forged.example` } };
  await send(mail(forged));
  await send(mail({ headers: { "Auto-Submitted": "auto-replied" } }));
  await send(mail({ headers: { "List-Id": "<news.example.net>" } }));
  await send(mail(), { from: "" });
  const { staff, all } = await mails(4);
  assert.equal(staff.length, 4);
  assert.equal(all.length, 4);
  assert.equal((await kept(guichet)).applications.length, 0);
  assert.match(staff.map(({ subject }) => subject).join(), /expéditeur non vérifié/);
  await guichet.cron();
  assert.deepEqual((await kept(guichet)).documents, [], "what was forwarded is deleted here");
});

test("the same mail twice is once; a sending server tries again until it is safe", async () => {
  const raw = mail();
  for (let time = 0; time < 2; time += 1) assert.match(await send(raw), /^250/);
  await mails(2);
  await poll(async () => (await everything(guichet)).incoming.every(({ outcome }) => outcome), 10_000, () => "processed");
  assert.equal((await kept(guichet)).applications.length, 1);
  assert.equal(mailbox.messages.length, 2);
});

test("where it cannot be stored the sending server is told to try again", async () => {
  const { override } = await import("../support/faults.mjs");
  for (const fault of ["r2.put", "d1.run"]) {
    await override(guichet, { fault });
    assert.match(await send(mail()), /^451/, fault);
  }
  await override(guichet, {});
  assert.match(await send(mail()), /^250/);
  await mails(2);
});

test("a message of 20 MB is stored and forwarded", async () => {
  const large = { ...LETTER, bytes: pdf("Grande", 14_000_000) };
  assert.match(await send(mail({ files: [large, CV] })), /^250/);
  await mails(2);
});

test("only our own Authentication-Results is left", () => {
  const raw = Buffer.from(`From: a@b.example\r\nAuthentication-Results: ${RECEIVER}; dmarc=pass\r\n header.from=b.example\r\nX: y\r\n\r\nAuthentication-Results: body\r\n`);
  const text = String(received(raw, "a@b.example"));
  assert.equal(text.match(/^Authentication-Results: /gm).length, 2, text);
  assert.match(text, /^Return-Path: <a@b\.example>\r\nReceived: [^\n]+\nAuthentication-Results: mx\.in\.example\.org; dmarc=pass header\.from=b\.example\r\nFrom: a@b\.example\r\nX: y\r\n\r\nAuthentication-Results: body/);
});
