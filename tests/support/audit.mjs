// Compares a mailbox with the acknowledged applications: nothing is lost, changed or superfluous.

import PostalMime from "postal-mime";

import { POSTING, sha256 } from "./application.mjs";

/** A mail that arrived so long before its sender was killed may not have been noted as sent. */
const NOTED_WITHIN = 10_000;

/**
 * @typedef {object} Sent
 * @property {string} email the candidate's address
 * @property {string} [reference] where one was acknowledged
 * @property {Record<string, Buffer>} documents
 */

/**
 * @param {Sent[]} candidates
 * @param {import("./mailbox.mjs").Message[]} messages
 * @param {number[]} kills when senders were killed, epoch milliseconds
 * @returns {Promise<Record<string, number>>} figures; it rejects at the first breach
 */
export async function audit(candidates, messages, kills) {
  const mails = new Map();
  for (const message of messages) {
    const mail = await PostalMime.parse(message.raw);
    const header = (key) => mail.headers.find((one) => one.key === key)?.value;
    const [staff] = [message.to[0] === POSTING.recipient];
    const email = staff ? mail.replyTo?.[0]?.address : message.to[0];
    const key = `${staff ? "staff" : "acknowledgement"} ${email}`;
    const copy = { ...message, mail, staff, email, reference: header("x-guichet-reference"), repeated: header("x-guichet-possible-duplicate") === "yes" };
    mails.set(key, [...(mails.get(key) ?? []), copy]);
  }
  const known = new Map(candidates.map((candidate) => [candidate.email, candidate]));
  const ids = new Set();
  const references = new Map();
  let duplicates = 0;
  for (const [key, copies] of mails) {
    const candidate = known.get(copies[0].email);
    hold(candidate, `nobody has sent what ${key} is about`);
    for (const copy of copies) about(copy, candidate, references);
    duplicates += copies.length - 1;
    repeated(key, copies, kills);
    hold(!ids.has(copies[0].mail.messageId), `${key} has another mail's Message-ID`);
    ids.add(copies[0].mail.messageId);
  }
  const acknowledged = candidates.filter(({ reference }) => reference);
  for (const { email, reference } of acknowledged) {
    for (const kind of ["staff", "acknowledgement"]) hold(mails.has(`${kind} ${email}`), `${reference} was acknowledged, and its ${kind} mail never came`);
  }
  return { acknowledged: acknowledged.length, unanswered: candidates.length - acknowledged.length, mails: messages.length, duplicates };
}

/** Checks that a mail is complete and about the application that the candidate sent. */
function about(copy, candidate, references) {
  const { reference } = copy;
  hold(reference && (candidate.reference ?? reference) === reference, `${candidate.email} was told ${candidate.reference}, and the mail says ${reference}`);
  hold((references.get(reference) ?? candidate) === candidate, `${reference} stands for two applications`);
  references.set(reference, candidate);
  if (!copy.staff) return;
  const attached = copy.mail.attachments.map(({ content }) => sha256(new Uint8Array(content))).sort();
  const sent = Object.values(candidate.documents).map(sha256).sort();
  hold(JSON.stringify(attached) === JSON.stringify(sent), `${reference} arrived with other documents than were sent`);
}

/** Checks that a mail was repeated only where its delivery was unknown, that it says so, and that it can be recognised. */
function repeated(key, copies, kills) {
  for (const [index, copy] of copies.entries()) {
    hold(copy.mail.messageId && copy.mail.messageId === copies[0].mail.messageId, `${key} came again with another Message-ID`);
    const before = copies[index - 1];
    if (!before) continue;
    const unknown = !before.answered || kills.some((kill) => kill >= before.at && kill - before.at < NOTED_WITHIN);
    hold(unknown, `${key} came again although its sender knew`);
    hold(copy.repeated, `${key} came again and does not say so`);
  }
}

function hold(truth, complaint) {
  if (!truth) throw new Error(complaint);
}
