// Mail that comes in, as in production: a server takes it over SMTP, says in Authentication-Results whether it vouches for
// the sender, and hands it to the Worker's `email` event.

import { SMTPServer } from "smtp-server";

/** The address that takes applications. */
export const INTAKE = "applications@in.example.org";

/** The name under which this server writes Authentication-Results; the Worker's RECEIVING_SERVER. */
export const RECEIVER = "mx.in.example.org";

/** Senders of this domain are not vouched for. */
const FORGED = "forged.example";

/** As much as Email Routing takes. */
const MAX_BYTES = 25 * 1024 * 1024;

/** The name of the worker that hands mails over. */
const HANDOVER = "handover";

/**
 * A Worker beside ours that calls its `email` handler: the platform's own address for that takes 1 MiB only.
 *
 * @param {string} name of our Worker
 */
export const handoverWorker = (name) => ({
  name: HANDOVER,
  modules: true,
  compatibilityDate: "2026-04-01",
  serviceBindings: { APP: name },
  script: `export default {
    async fetch(request, env) {
      const raw = await request.arrayBuffer();
      const [from, to] = ["x-from", "x-to"].map((header) => decodeURIComponent(request.headers.get(header) ?? ""));
      try {
        await env.APP.email({ from, to, raw: new Response(raw).body, rawSize: raw.byteLength, headers: new Headers() });
        return new Response(null, { status: 204 });
      } catch (error) {
        return new Response(String(error), { status: 503 });
      }
    },
  };`,
});

/**
 * Hands a mail to the Worker; fails where the Worker does, as a sending server would see it.
 *
 * @param {import("miniflare").Miniflare} mf
 * @param {{ from: string, to: string, raw: Buffer }} mail
 */
export async function handOver(mf, { from, to, raw }) {
  const worker = await mf.getWorker(HANDOVER);
  const headers = { "x-from": encodeURIComponent(from), "x-to": encodeURIComponent(to) };
  const answer = await worker.fetch("http://handover/", { method: "POST", headers, body: raw });
  if (answer.status !== 204) throw new Error(await answer.text());
}

/**
 * Starts the server.
 *
 * @param {() => import("miniflare").Miniflare} miniflare
 * @param {number} [port] 0 (the default) takes a free one
 */
export async function startReceiver(miniflare, port = 0) {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["AUTH", "STARTTLS"],
    disableReverseLookup: true,
    size: MAX_BYTES,
    logger: false,
    onRcptTo: ({ address }, _session, done) => done(isOurs(address) ? undefined : refusal(550, "5.1.1 no such address")),
    onData: (stream, session, done) => {
      take(stream, session, miniflare()).then(
        () => done(),
        (error) => done(error.responseCode ? error : refusal(451, "4.3.0 try again later")),
      );
    },
  });
  server.on("error", () => {});
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: server.server.address().port,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** The address itself, with a tag, and those that are named after postings. @param {string} address */
function isOurs(address) {
  return address.toLowerCase().endsWith(INTAKE.slice(INTAKE.indexOf("@")));
}

async function take(stream, session, mf) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  if (stream.sizeExceeded) throw refusal(552, "5.3.4 message too large");
  const from = session.envelope.mailFrom?.address || "";
  const raw = received(Buffer.concat(chunks), from);
  for (const { address } of session.envelope.rcptTo) await handOver(mf, { from, to: address, raw });
}

/**
 * The message with what a receiving server writes before it. What others have written in its name goes (RFC 8601, 5).
 *
 * @param {Buffer} raw
 * @param {string} envelope
 */
export function received(raw, envelope) {
  const text = raw.toString("latin1");
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const forged = new RegExp(`^authentication-results:[ \\t]*${RECEIVER.replaceAll(".", "\\.")}[^\\n]*\\n(?:[ \\t][^\\n]*\\n)*`, "gim");
  const head = `${text.slice(0, end)}\n`.replace(forged, "").slice(0, -1);
  const author = /^from:[^\n]*?([^\s<>@",]+)@([^\s<>,;]+)/im.exec(head)?.[2].toLowerCase() ?? "";
  const vouched = author !== "" && author !== FORGED && !author.endsWith(`.${FORGED}`);
  const results = `dmarc=${vouched ? "pass" : "fail"} header.from=${author || "unknown"}`;
  const lines = [
    `Return-Path: <${envelope}>`,
    `Received: from [127.0.0.1] by ${RECEIVER} with ESMTP`,
    `Authentication-Results: ${RECEIVER}; ${results}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n${head}${text.slice(end)}`, "latin1");
}

function refusal(code, message) {
  return Object.assign(new Error(message), { responseCode: code });
}
