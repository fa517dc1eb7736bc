// The mails of an application, as readers see them that were not written here: postal-mime, mailparser, and Python's
// `email` where there is a Python.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

import { simpleParser } from "mailparser";
import PostalMime from "postal-mime";

import { apply, docx, document, MARIE, NOON, odt, pdf, POSTING, sha256 } from "../support/application.mjs";
import { override } from "../support/faults.mjs";
import { ROOT } from "../support/guichet.mjs";
import { running } from "../support/running.mjs";

const place = await running();

/** @typedef {{ subject: string, from: string, sender: string, to: string, replyTo: { name: string, address: string }, text: string,
 *    files: { name: string, type: string, sha256: string }[] }} Read what a reader makes of a message */

const PYTHON = `
import sys, json, hashlib, email, email.policy
def read(raw):
    message = email.message_from_string(raw, policy=email.policy.default)
    reply = message["reply-to"].addresses[0]
    return {
        "subject": message["subject"], "from": message["from"].addresses[0].addr_spec, "sender": message["from"].addresses[0].display_name, "to": message["to"].addresses[0].addr_spec,
        "replyTo": {"name": reply.display_name, "address": reply.addr_spec},
        "text": message.get_body(("plain",)).get_content(),
        "files": [{"name": part["content-disposition"].params["filename"], "type": part.get_content_type(),
                   "sha256": hashlib.sha256(part.get_content()).hexdigest()} for part in message.iter_attachments()],
        "defects": [str(defect) for part in message.walk() for defect in part.defects],
    }
print(json.dumps([read(raw) for raw in json.load(sys.stdin)]))`;

/** From messages to what is read, each by its own reader. @type {Record<string, (raws: Buffer[]) => Promise<Read[]>>} */

const READERS = {
  "postal-mime": (raws) => Promise.all(raws.map(postalMime)),
  mailparser: (raws) => Promise.all(raws.map(mailParser)),
  async "Python's email"(raws) {
    const input = JSON.stringify(raws.map((raw) => raw.toString("latin1")));
    const read = JSON.parse(execFileSync("python3", ["-c", PYTHON], { input, encoding: "utf8", maxBuffer: 50_000_000 }));
    return read.map(({ defects, ...mail }) => {
      assert.deepEqual(defects, []);
      return mail;
    });
  },
};

async function postalMime(raw) {
  const { subject, from, to, replyTo, text, attachments } = await PostalMime.parse(raw);
  const file = ({ filename, mimeType, content }) => ({ name: filename, type: mimeType, sha256: sha256(new Uint8Array(content)) });
  const [{ name, address }] = replyTo;
  return { subject, from: from.address, sender: from.name, to: to[0].address, replyTo: { name, address }, text, files: attachments.map(file) };
}

async function mailParser(raw) {
  const { subject, from, to, replyTo, text, attachments } = await simpleParser(raw);
  const file = ({ filename, contentType, content }) => ({ name: filename, type: contentType, sha256: sha256(content) });
  const [{ name, address }] = replyTo.value;
  return { subject, from: from.value[0].address, sender: from.value[0].name, to: to.value[0].address, replyTo: { name, address }, text, files: attachments.map(file) };
}

const DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const python = hasPython();

function hasPython() {
  try {
    execFileSync("python3", ["-c", "import email.policy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A test for each reader of these messages; Python's is skipped where there is none. */
async function eachReader(t, raws, check) {
  for (const [name, read] of Object.entries(READERS)) {
    const skip = name.startsWith("Python") && !python && "there is no python3 here";
    await t.test(name, { skip }, async () => check(await read(raws), name));
  }
}

/** Applies, and gives the answer and both mails. */
async function mails(changes) {
  const answer = await apply(place.guichet, changes);
  assert.equal(answer.status, 201, await answer.clone().text());
  const body = await answer.json();
  const [toStaff, toCandidate] = await place.mails(body.reference);
  return { body, toStaff, toCandidate };
}

test("staff read the application, with its documents byte for byte", async (t) => {
  const documents = { cover_letter: pdf("Lettre\nà l’équipe", 200_000), cv: odt("Née à Liège") };
  const name = "Zoë Éléonore d’Été-Müller";
  const { body, toStaff } = await mails({
    name,
    message: "Bonjour,\r\n.\r\nFrom ici\r\n-- \r\nà bientôt",
    cover_letter: document("lettre.pdf", documents.cover_letter),
    cv: document("cv.odt", documents.cv),
  });
  assert.equal(sha256(documents.cv), body.documents[1].sha256);
  await eachReader(t, [toStaff.raw], ([mail], reader) => {
    assert.equal(mail.subject, `${POSTING.subject} – ${name} – ${body.reference} (n°\u00A01)`);
    assert.deepEqual([mail.from, mail.to], ["guichet@example.org", POSTING.recipient]);
    assert.equal(spaced(mail.sender, reader), spaced(`${name} via OMCT Carrières`, reader));
    assert.equal(mail.replyTo.address, MARIE.email);
    assert.equal(spaced(mail.replyTo.name, reader), spaced(name, reader));
    assert.deepEqual(mail.files, [
      { name: "D’ÉTÉ-MÜLLER_Zoë_Éléonore_Lettre_de_motivation.pdf", type: "application/pdf", sha256: sha256(documents.cover_letter) },
      { name: "D’ÉTÉ-MÜLLER_Zoë_Éléonore_CV.odt", type: "application/vnd.oasis.opendocument.text", sha256: sha256(documents.cv) },
    ]);
    for (const line of ["> .", "> From ici", "> à bientôt", body.documents[0].sha256]) assert.ok(mail.text.includes(line), line);
  });
});

test("the candidate reads what was received and how to follow it, and nothing that was typed", async (t) => {
  const { body, toCandidate } = await mails({ name: "Gagnez www.example.com", message: "Cliquez" });
  await eachReader(t, [toCandidate.raw], ([mail]) => {
    assert.equal(mail.subject, `Candidature ${body.reference} reçue\u00A0: ${POSTING.title}`);
    assert.deepEqual([mail.from, mail.to, mail.replyTo.address], ["guichet@example.org", MARIE.email, POSTING.recipient]);
    assert.deepEqual(mail.files, []);
    for (const text of [body.reference, body.status_url, ...body.documents.map((file) => file.sha256)]) assert.ok(mail.text.includes(text), text);
    assert.ok(!/Gagnez|Cliquez|CV\.docx/.test(mail.text));
  });
});

const NAMES = [
  ["a header of its own", "Marie\r\nBcc: victim@example.org\r\n\r\nbody", "Marie Bcc: victim@example.org body"],
  ["an encoded header", "Marie%0d%0aBcc: victim@example.org", "Marie%0d%0aBcc: victim@example.org"],
  ["another line end", "Marie\u2028Bcc: victim@example.org", "Marie Bcc: victim@example.org"],
  ["an address", "Marie <victim@example.org>, jean@example.org", "Marie <victim@example.org>, jean@example.org"],
  ["quotes", 'Marie "M" O\'Brien; filename="x.exe"', 'Marie "M" O\'Brien; filename="x.exe"'],
  ["an encoded word", "=?utf-8?Q?Bcc=3A_x?= Marie", "=?utf-8?Q?Bcc=3A_x?= Marie"],
  ["another direction", "Marie \u202Eexe.fdp", "Marie exe.fdp"],
  ["emoji", "Marie 👩🏽\u200D💻 🇪🇺", "Marie 👩🏽\u200D💻 🇪🇺"],
  ["combining accents", "Ame\u0301lie Re\u0301my", "Ame\u0301lie Re\u0301my"],
  ["Arabic", "عائشة بن صالح", "عائشة بن صالح"],
  ["200 characters", "é".repeat(200), "é".repeat(200)],
];
test("no name makes a header, and each comes back", async (t) => {
  const raws = [];
  const subjects = [];
  for (const [what, name, expected] of NAMES) {
    const { body, toStaff, toCandidate } = await mails({ name });
    for (const { raw } of [toStaff, toCandidate]) wellFormed(raw);
    raws.push(toStaff.raw);
    subjects.push(`${POSTING.subject} – ${expected} – ${body.reference} (n°\u00A0N)`);
  }
  await eachReader(t, raws, (read, reader) => {
    for (const [index, mail] of read.entries()) {
      const [what, , expected] = NAMES[index];
      // A mark of direction follows a name that is written from the right.
      assert.equal(mail.subject.replace("\u200E", "").replace(/\d+\)$/, "N)"), subjects[index], what);
      assert.equal(spaced(mail.replyTo.name, reader), spaced(expected, reader), what);
      assert.equal(mail.replyTo.address, MARIE.email, what);
      assert.equal(mail.files.length, 2, what);
      for (const file of mail.files) assert.match(file.name, /^[^\p{Cc}/\\:*?"<>|\s.]+\.(pdf|docx)$/u, what);
    }
  });
});

test("the sender's name shows whose application it is, and passes for nobody else's", async (t) => {
  await override(place.guichet, { vars: { STAFF_NAMES: "Jean-Marc Staff", MAIL_FROM_PER_APPLICATION: "yes" } });
  const SENDERS = [
    ["Amélie N’Diaye", "Amélie N’Diaye via OMCT Carrières"],
    ["Direction OMCT", "Direction OMCT [formulaire] via OMCT Carrières"],
    ["Jean Marc STAFF", "Jean Marc STAFF [formulaire] via OMCT Carrières"],
    ["boss@example.org", "boss(at)example.org via OMCT Carrières"],
    ['"Marie" <x@example.org>, y', '"Marie" x(at)example.org , y via OMCT Carrières'],
    ["é".repeat(41), `${"é".repeat(39)}… via OMCT Carrières`],
  ];
  const raws = [];
  const references = [];
  for (const [name] of SENDERS) {
    const { body, toStaff, toCandidate } = await mails({ name });
    assert.equal(toStaff.from, `guichet+${body.reference}@example.org`);
    assert.equal(toCandidate.from, "guichet@example.org");
    raws.push(toStaff.raw);
    references.push(body.reference);
  }
  await override(place.guichet);
  await eachReader(t, raws, (read, reader) => {
    for (const [index, mail] of read.entries()) {
      assert.equal(spaced(mail.sender, reader), spaced(SENDERS[index][1], reader));
      assert.equal(mail.from, `guichet+${references[index]}@example.org`);
      assert.ok(mail.subject.startsWith(POSTING.subject), mail.subject);
    }
  });
});

test("mails to staff leave out that a program has sent them, where a setting says so", async () => {
  const marks = async () => {
    const { toStaff, toCandidate } = await mails({});
    return [toStaff, toCandidate].map(({ raw }) => /^Auto-Submitted: (.*)\r$/im.exec(raw.toString("latin1"))?.[1]);
  };
  assert.deepEqual(await marks(), ["auto-generated", "auto-replied"]);
  await override(place.guichet, { vars: { STAFF_MAIL_AUTO_SUBMITTED: "no" } });
  assert.deepEqual(await marks(), [undefined, "auto-replied"], "the candidate's mail says it: no holiday notice answers it");
  await override(place.guichet);
});

test("staff read the name that a file had", async (t) => {
  const FILES = ['My "best" CV; final.docx', "Re\u0301sume\u0301 d’été.docx", "履歴書 👩🏽\u200D💻.docx", "سيرة ذاتية.docx", "<b>CV</b> & co.docx"];
  const raws = [];
  for (const name of FILES) raws.push((await mails({ cv: document(name, docx(name)) })).toStaff.raw);
  await eachReader(t, raws, (read) => {
    for (const [index, name] of FILES.entries()) {
      const { text, files } = read[index];
      assert.ok(text.replace(/[\u2066-\u2069\u200E\u200F]/g, "").includes(name), name);
      assert.deepEqual(files[1], { name: "DUPONT_Marie_CV.docx", type: DOCX, sha256: sha256(docx(name)) });
    }
  });
});

test("headers are those of a mail that a machine sends", async () => {
  const { body, toStaff, toCandidate } = await mails();
  for (const { raw } of [toStaff, toCandidate]) wellFormed(raw);
  const headers = (raw) => raw.toString("latin1").split("\r\n\r\n")[0];
  for (const { raw } of [toStaff, toCandidate]) {
    assert.match(headers(raw), new RegExp(`^Date: ${new Date(NOON).toUTCString().replace("GMT", "\\+0000")}$`, "m"));
    assert.match(headers(raw), new RegExp(`^Message-ID: <${body.reference}\\.\\w+\\.[\\w-]{22}@example\\.org>$`, "m"));
  }
  assert.match(headers(toStaff.raw), /^Auto-Submitted: auto-generated$/m);
  assert.match(headers(toCandidate.raw), /^Auto-Submitted: auto-replied$/m);
});

/** RFC 5322 on the wire: CRLF only, lines of 998 octets at most, ASCII, one of each header, and no recipient but ours. */
function wellFormed(raw) {
  const text = raw.toString("latin1");
  assert.ok(!/[^\r]\n|\r[^\n]/.test(text), "CRLF only");
  assert.ok(!/[^\r\n\t\x20-\x7E]/.test(text), "ASCII only");
  for (const line of text.split("\r\n")) assert.ok(line.length <= 998, "lines of 998 octets at most");
  const fields = text.split("\r\n\r\n")[0].replace(/\r\n[ \t]/g, " ").split("\r\n").map((line) => line.split(":")[0].toLowerCase());
  for (const field of ["from", "to", "date", "message-id", "subject", "reply-to", "mime-version"]) {
    assert.equal(fields.filter((name) => name === field).length, 1, field);
  }
  assert.ok(!fields.includes("bcc") && !fields.includes("cc") && !fields.includes("sender"));
}

test("every troublesome text of crates/mail comes back from other readers", async (t) => {
  const lines = execFileSync("cargo", ["run", "-q", "-p", "mail", "--example", "sample", "--", "--cases"], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 50_000_000,
  });
  const cases = lines.trim().split("\n").map((line) => JSON.parse(line));
  assert.ok(cases.length >= 50);
  const raws = cases.map(({ raw }) => Buffer.from(raw));
  for (const raw of raws) wellFormed(raw);
  await eachReader(t, raws, (read, reader) => {
    for (const [index, { text }] of cases.entries()) {
      const mail = read[index];
      assert.equal(mail.subject, text);
      assert.equal(spaced(mail.replyTo.name, reader), spaced(text, reader));
      // postal-mime decodes a file name that looks like an encoded word.
      if (reader !== "postal-mime" || !text.includes("=?")) assert.equal(mail.files[0].name, text);
    }
  });
});

/** Python puts a blank between the encoded words of a display name, and makes one of two. */
function spaced(name, reader) {
  return reader.startsWith("Python") ? name.replace(/\s+/g, "") : name;
}
