// Mails as people write them, and the SMTP that carries them.

import { createConnection } from "node:net";

import { docx, pdf, POSTING } from "./application.mjs";
import { INTAKE } from "./incoming.mjs";

/** Who writes. */
export const MARIE = "marie.dupont@example.net";
export const LETTER = { name: "Lettre de motivation.pdf", type: "application/pdf", bytes: pdf("Madame, Monsieur") };
export const CV = { name: "CV.docx", type: "application/octet-stream", bytes: docx("Marie Dupont") };

let sent = 0;

/** A mail with which nothing is wrong, but for `changes`. */
export function mail({ from = `Marie Dupont <${MARIE}>`, subject = POSTING.subject, files = [LETTER, CV], headers = {}, text = "Bonjour" } = {}) {
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

/** Sends over SMTP, to the server on this port; the server's last answer to the message. */
export async function send(port, raw, { from = MARIE, to = INTAKE } = {}) {
  const socket = createConnection({ port, host: "127.0.0.1" });
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

/** A mail that hands on another one, as an attachment. */
export function forwarding(inner, changes) {
  return mail({ ...changes, files: [] }).replace(/--b--\r\n$/, `--b\r\nContent-Type: message/rfc822\r\n\r\n${inner}\r\n--b--\r\n`);
}

/** What a mail server writes of a mail that it could not deliver (RFC 3464). @param {string} messageId of that mail @param {string} [lacks] who lacks it */
export function bounce(messageId, lacks = "x@example.net") {
  const type = 'multipart/report; report-type=delivery-status; boundary="b"';
  const status = `Reporting-MTA: dns; mx.example.net\r\n\r\nFinal-Recipient: rfc822; ${lacks}\r\nAction: failed\r\nStatus: 5.1.1\r\n`;
  const parts = `--b\r\nContent-Type: message/delivery-status\r\n\r\n${status}\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: ${messageId}\r\n\r\n--b--\r\n`;
  const raw = mail({ from: "Mail Delivery System <MAILER-DAEMON@example.net>", subject: "Undelivered", files: [], headers: { "Content-Type": type } });
  return raw.replace(/--b--\r\n$/, parts);
}
