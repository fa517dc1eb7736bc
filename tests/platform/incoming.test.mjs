// Applications by e-mail: SMTP in, SMTP out, in workerd. The rows of the table in docs/incoming.md that cross the platform;
// crates/intake/tests/flows/incoming.rs has all of them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";

import PostalMime from "postal-mime";

import { clock, everything, kept, NOON, pdf, POSTING, sha256 } from "../support/application.mjs";
import { signIn } from "../support/desk.mjs";
import { override } from "../support/faults.mjs";
import { ROOT } from "../support/guichet.mjs";
import { INTAKE, RECEIVER, received, startReceiver } from "../support/incoming.mjs";
import { bounce, CV, forwarding, LETTER, mail, MARIE, send as sendTo } from "../support/letters.mjs";
import { poll } from "../support/mailbox.mjs";
import { save } from "../support/postings.mjs";
import { running } from "../support/running.mjs";

const place = await running({ incoming: true });
const { guichet, mailbox } = place;
const receiver = await startReceiver(() => guichet.mf);
after(() => receiver.stop());
beforeEach(() => place.afresh());

/** Sends over SMTP; the server's last answer to the message. */
const send = (raw, envelope) => sendTo(receiver.port, raw, envelope);

/** The mails that left, by recipient: exactly `count`, once every mail that came in has been judged and nothing waits. */
async function mails(count) {
  await poll(() => mailbox.messages.length >= count, 20_000, () => `${mailbox.messages.length} of ${count} mails left`);
  await poll(isQuiet, 20_000, () => "mails still wait to be judged or to leave");
  assert.equal(mailbox.messages.length, count, mailbox.messages.map(({ to }) => to[0]).join(", "));
  const parsed = await Promise.all(mailbox.messages.map(async ({ to, raw }) => ({ ...(await PostalMime.parse(raw)), to: to[0], raw: String(raw) })));
  return {
    staff: parsed.filter(({ to }) => to === POSTING.recipient),
    candidate: parsed.filter(({ to }) => to === MARIE),
    all: parsed,
  };
}

async function isQuiet() {
  const { incoming, mails: outgoing } = await everything(guichet);
  return incoming.every(({ outcome }) => outcome !== null) && outgoing.every(({ sent_at, refused_because }) => sent_at ?? refused_because);
}

test("a right mail is an application like any other", async () => {
  assert.match(await send(mail()), /^250/);
  const { staff, candidate } = await mails(2);
  const [application] = (await kept(guichet)).applications;
  assert.equal(application.number, 1);
  assert.match(staff[0].text, /arrivée par e-mail/);
  assert.deepEqual(staff[0].attachments.map(({ content }) => sha256(new Uint8Array(content))).sort(), [sha256(LETTER.bytes), sha256(CV.bytes)].sort());
  assert.match(candidate[0].raw, /\r\nIn-Reply-To: <mail-\d+@example\.net>\r\n/);

  const desk = await signIn(guichet);
  const remarks = async () => (await desk.json(`/desk/applications/${application.reference}`)).remarks;
  assert.deepEqual(await remarks(), ["by_mail", "questions_open"]);
  for (const path of [`applications/${application.reference}`, `postings/${POSTING.slug}`]) {
    assert.match(await (await desk.get(`/desk/${path}`, { accept: "text/html" })).text(), /par e-mail/, path);
  }

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

test("a second complete mail is another application", async () => {
  await send(mail());
  await mails(2);
  await send(mail({ text: "Encore" }));
  const { staff } = await mails(4);
  const { applications } = await kept(guichet);
  assert.deepEqual(applications.map(({ number }) => number).sort(), [1, 2]);
  const second = staff.find(({ raw }) => raw.includes("X-Guichet-Number: 2"));
  assert.match(second.text, /a aussi postulé/);
});

test("an answer to an acknowledgement reaches staff with the reference, if it comes from the application's own address", async () => {
  await send(mail());
  const { candidate } = await mails(2);
  const [{ reference }] = (await kept(guichet)).applications;
  const about = { subject: `Re: ${candidate[0].subject}`, files: [], headers: { "In-Reply-To": candidate[0].messageId } };
  await send(mail(about));
  await send(mail({ ...about, from: "Jean <jean@example.net>" }));
  const { staff, all } = await mails(5);
  assert.equal(staff.filter(({ text }) => text.includes(`sur la candidature ${reference}`)).length, 1);
  const toJean = all.find(({ to }) => to === "jean@example.net");
  assert.match(toJean.text, /documents?/, "it is judged as a mail of his own");
  for (const hers of [MARIE, "Marie Dupont", "/correct?"]) assert.ok(!toJean.text.includes(hers), hers);
});

test("an answer to what staff wrote from the desk reaches staff with the reference, and nobody is answered", async () => {
  await send(mail());
  await mails(2);
  const [{ reference }] = (await kept(guichet)).applications;
  const desk = await signIn(guichet);
  const { status } = await desk.stage({ reference, stage: "interview", subject: "Entretien", message: "Venez lundi à 10 h" });
  assert.equal(status, 200);
  await override(guichet, { clock: clock(NOON + 10 * 60_000) });
  await guichet.cron();
  const { candidate } = await mails(3);
  const invitation = candidate.find(({ subject }) => subject === "Entretien");
  const written = await desk.dossier(reference);

  const about = { subject: "Re: Entretien", text: "Je viendrai lundi.", files: [], headers: { "In-Reply-To": invitation.messageId, References: invitation.messageId } };
  assert.match(await send(mail(about)), /^250/);
  const { staff, candidate: told } = await mails(4);
  assert.equal(told.length, 2, "nothing more to the candidate");
  const answers = staff.filter(({ text }) => text.includes(`sur la candidature ${reference}`));
  assert.equal(answers.length, 1);
  const [enclosed] = await Promise.all(answers[0].attachments.map(({ content }) => PostalMime.parse(content)));
  assert.equal(enclosed.inReplyTo, invitation.messageId);
  assert.equal(enclosed.references, invitation.messageId);
  assert.match(enclosed.text, /Je viendrai lundi\./);
  const { applications, documents } = await kept(guichet);
  assert.deepEqual(applications.map((one) => one.reference), [reference], "no application of its own");
  assert.equal(documents.length, 2, "the documents are as they were");
  assert.deepEqual((await desk.dossier(reference)).stage, written.stage);
});

test("what staff hand on is the inner sender's, and waits for them", async () => {
  const recruiter = `recruteur@${POSTING.recipient.split("@")[1]}`;
  await send(forwarding(mail({ text: "Candidature de Marie" }), { from: recruiter, subject: `TR : ${POSTING.subject}` }), { from: recruiter });
  const { staff } = await mails(1);
  const address = new URL(/http\S+\/incoming\/\S+/.exec(staff[0].text)[0]);
  const form = await (await guichet.fetch(address.pathname + address.search)).text();
  for (const known of ["Marie Dupont", MARIE, "Lettre de motivation.pdf", "CV.docx"]) assert.ok(form.includes(known), known);
});

test("a bounce of ours is noted at its mail, and staff get it", async () => {
  await send(mail());
  const { candidate } = await mails(2);
  await send(bounce(candidate[0].messageId), { from: "" });
  const { staff } = await mails(3);
  assert.match(staff.map(({ subject }) => subject).join(), /non remis/);
  const { mails: rows } = await everything(guichet);
  assert.equal(rows.find(({ kind }) => kind === "acknowledgement").refused_because, "bounced");
});

test("a bounce that returns nothing is known by the address that it comes to", async () => {
  await override(guichet, { vars: { BOUNCE_ADDRESS: "bounces@in.example.org" } });
  await send(mail());
  const { candidate } = await mails(2);
  const { from } = mailbox.messages.find(({ to }) => to[0] === MARIE);
  const refused = async () => (await everything(guichet)).mails.find(({ kind }) => kind === "acknowledgement").refused_because;
  const plain = mail({ from: "postmaster@example.net", subject: "Delivery failed", files: [], text: "No such user." });
  const last = from.replace(/.@/, (end) => (end === "A@" ? "B@" : "A@"));
  await send(plain, { from: "", to: last });
  await mails(3);
  assert.equal(await refused(), null, "an address that was guessed names nothing");
  await send(mail({ from: "postmaster@example.net", subject: "Delivery failed", files: [], text: "No such user, again." }), { from: "", to: from.toLowerCase() });
  const { staff } = await mails(4);
  assert.equal(await refused(), "bounced");
  assert.ok(!staff.some(({ text }) => text.includes("null")), "an empty envelope names nobody");
  const subjects = staff.map(({ subject }) => subject).join("\n");
  assert.equal(subjects.match(/non remis|not delivered/g)?.length, 2, subjects);
  assert.ok(candidate[0].raw.includes(from.split("+")[1].split("@")[0]), "the address is made of the Message-ID");
  await override(guichet, {});
});

test("a question is forwarded and not answered", async () => {
  await send(mail({ subject: "Question sur le contrat", files: [] }));
  const { staff } = await mails(1);
  assert.match(String(Buffer.from(staff[0].attachments[0].content)), /Bonjour/);
});

test("a subject that is nearly one of ours, or a photo: the sender is told", async () => {
  const photo = { name: "Lettre.jpg", type: "image/jpeg", bytes: Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70]) };
  await send(mail({ subject: "Chargée de mission Protection de l'espace civique" }));
  await send(mail({ files: [photo, CV] }));
  const { candidate } = await mails(4);
  const texts = candidate.map(({ text }) => text);
  assert.ok(texts.some((text) => text.includes("Chargée de mission Protection de l'espace civique") && text.includes(POSTING.subject)), texts.join("\n"));
  assert.equal((await kept(guichet)).applications.length, 0);
});

test("who is late is told so and gets no form; staff get the mail", async () => {
  await override(guichet, { clock: clock(POSTING.closesAt) });
  await send(mail());
  const { staff, candidate } = await mails(2);
  assert.match(candidate[0].subject, /est arrivé après la clôture/);
  assert.match(candidate[0].text, /votre message ne peut plus en devenir une/);
  assert.doesNotMatch(candidate[0].text, /\/incoming\//);
  assert.match(String(Buffer.from(staff[0].attachments[0].content)), new RegExp(`^Return-Path: <${MARIE}>\r\n`));
  assert.equal((await kept(guichet)).applications.length, 0);
});

test("a sender is told the same once a day, and at once where something else is wrong", async () => {
  const told = async (count) => (await mails(count)).candidate.length;
  await send(mail({ files: [LETTER] }));
  assert.equal(await told(2), 1);
  await send(mail({ files: [LETTER], text: "Encore" }));
  assert.equal(await told(3), 1);
  await send(mail({ files: [] }));
  assert.equal(await told(5), 2);
  await override(guichet, { clock: clock(NOON + 25 * 3_600_000) });
  await send(mail({ files: [LETTER], text: "Le lendemain" }));
  assert.equal(await told(7), 3);
});

test("what a mail has beside the documents reaches staff too", async () => {
  const diploma = { name: "Diplôme.pdf", type: "application/pdf", bytes: pdf("Licence") };
  await send(mail({ files: [LETTER, CV, diploma] }));
  const { staff, candidate } = await mails(3);
  const [{ reference }] = (await kept(guichet)).applications;
  const whole = staff.find(({ attachments }) => attachments.length === 1);
  assert.ok(whole.text.includes(reference) && whole.attachments[0].content.byteLength > diploma.bytes.length, whole.text);
  assert.match(candidate[0].text, /\/correct\?/);
});

test("what staff hand on in the text is no application of theirs", async () => {
  const recruiter = `recruteur@${POSTING.recipient.split("@")[1]}`;
  const text = `Pour information.\r\n\r\nDe : Marie Dupont <${MARIE}>\r\nObjet : candidature\r\n\r\nBonjour`;
  await send(mail({ from: recruiter, subject: `TR : ${POSTING.subject}`, text }), { from: recruiter });
  const { staff } = await mails(1);
  const address = new URL(/http\S+\/incoming\/\S+/.exec(staff[0].text)[0]);
  const form = await (await guichet.fetch(address.pathname + address.search)).text();
  for (const known of ["Marie Dupont", MARIE, "Lettre de motivation.pdf", "CV.docx"]) assert.ok(form.includes(known), known);
  assert.equal((await kept(guichet)).applications.length, 0);
});

test("nobody is answered without proof, and nothing is dropped", async () => {
  const forged = { from: "Marie <marie@forged.example>", headers: { "Authentication-Results": `${RECEIVER}; dmarc=pass header.from=forged.example` } };
  await send(mail(forged));
  await send(mail({ headers: { "Auto-Submitted": "auto-replied" } }));
  await send(mail({ headers: { "List-Id": "<news.example.net>" } }));
  await send(mail(), { from: "" });
  const { staff } = await mails(4);
  assert.equal(staff.length, 4);
  assert.equal((await kept(guichet)).applications.length, 0);
  assert.match(staff.map(({ subject }) => subject).join(), /expéditeur non vérifié/);
  await guichet.cron();
  assert.deepEqual((await kept(guichet)).documents, [], "what was forwarded is deleted here");
});

test("a mail of ours that comes back goes nowhere again, is kept, and the operator is told where it is", async () => {
  const OPERATOR = "operator@example.org";
  await override(guichet, { clock: clock(), vars: { OPERATOR_ADDRESS: OPERATOR } });
  await send(mail({ subject: "Question sur le contrat", files: [] }));
  const { staff } = await mails(1);
  await send(staff[0].raw, { from: "redirect@example.net" });
  const isJudged = async () => (await everything(guichet)).incoming.some(({ outcome }) => outcome === "returned");
  await poll(isJudged, 20_000, () => "what has come back is not known");
  await override(guichet, { clock: clock(NOON + 2 * 3_600_000), vars: { OPERATOR_ADDRESS: OPERATOR } });
  await guichet.cron();
  const { all } = await mails(2);
  const told = all.find(({ to }) => to === OPERATOR);
  assert.match(told.subject, /reviennent|come back/);
  const address = new URL(/http\S+\/incoming\/\S+/.exec(told.text)[0]);
  const kept = Buffer.from(await (await guichet.fetch(address.pathname + address.search)).arrayBuffer());
  assert.ok(kept.includes(Buffer.from(staff[0].raw.slice(-500))), "the mail as it came back");
  await override(guichet, {});
});

test("a mail under our own name is kept and forwarded, whoever wrote it", async () => {
  const headers = { "Auto-Submitted": "auto-generated" };
  await send(mail({ from: "guichet@example.org", headers }));
  await send(mail({ from: "guichet@example.org" }));
  const { staff } = await mails(2);
  assert.equal(staff.length, 2);
});

test("the same mail twice is once; a sending server tries again until it is safe", async () => {
  const raw = mail();
  for (let time = 0; time < 2; time += 1) assert.match(await send(raw), /^250/);
  await mails(2);
  assert.equal((await kept(guichet)).applications.length, 1);
});

test("where it cannot be stored the sending server is told to try again", async () => {
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

// Last: for half a minute the Worker knows the posting with two recipients.
test("of two recipients the mail of one comes back: the desk names whose", async () => {
  const source = await readFile(join(ROOT, "postings", `${POSTING.slug}.md`), "utf8");
  const second = "equipe@example.org";
  await save(guichet.db, POSTING.slug, source.replace(/^recipient = .*$/m, `recipient = ["${POSTING.recipient}", "${second}"]`));
  await override(guichet, { clock: clock(NOON), vars: { DEV_POSTINGS_MS: "0" } });
  await send(mail());
  const { staff } = await mails(3);
  await send(bounce(staff[0].messageId, second.toUpperCase()), { from: "" });
  await mails(5);
  const { results } = await guichet.db.prepare("SELECT address, refused_because FROM mail_recipients WHERE mail LIKE 'staff/%' ORDER BY address").all();
  assert.deepEqual(results.map(({ address, refused_because: why }) => [address, why]), [[POSTING.recipient, null], [second, "bounced"]]);
  const [application] = (await kept(guichet)).applications;
  const desk = await signIn(guichet);
  const page = await (await desk.get(`/desk/applications/${application.reference}`, { accept: "text/html" })).text();
  assert.match(page, new RegExp(`Pas remis à\\u00a0: ${second}`));
  await save(guichet.db, POSTING.slug, source);
  await override(guichet, {});
});
