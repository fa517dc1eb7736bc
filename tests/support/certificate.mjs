// A certificate for the test mailbox, made when the tests start: Node can sign, but has no builder for certificates, and
// `openssl` is not everywhere. X.509 in DER is a few nested lengths.

import { createPublicKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @typedef {{ key: string, cert: string, file: string }} Certificate PEM, PEM, and where the second is on disk */

/** @type {Certificate | undefined} */
let made;

/** The one this process trusts, removed when it ends. */
export function trustedCertificate() {
  if (made) return made;
  const folder = mkdtempSync(join(tmpdir(), "guichet-ca-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  made = { ...selfSigned(), file: join(folder, "ca.pem") };
  // Those this machine trusts besides stay trusted.
  const others = process.env.NODE_EXTRA_CA_CERTS;
  writeFileSync(made.file, made.cert + (others && existsSync(others) ? readFileSync(others, "utf8") : ""));
  return made;
}

/**
 * A certificate for `localhost` and 127.0.0.1 that signs itself: what trusts it as an authority trusts the server.
 *
 * @param {{ names?: string[] }} [options] other host names, for a certificate that does not fit
 * @returns {{ key: string, cert: string }}
 */
export function selfSigned({ names = ["localhost"] } = {}) {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = sequence(set(sequence(oid(2, 5, 4, 3), der(0x0c, "Guichet test mailbox"))));
  const day = 86_400_000;
  const validity = sequence(time(Date.now() - day), time(Date.now() + day));
  const alternatives = [...names.map((host) => der(0x82, host)), der(0x87, Buffer.from([127, 0, 0, 1]))];
  const extensions = sequence(
    sequence(oid(2, 5, 29, 19), der(0x01, Buffer.from([0xff])), octets(sequence(der(0x01, Buffer.from([0xff]))))),
    sequence(oid(2, 5, 29, 17), octets(sequence(...alternatives))),
  );
  const ecdsaWithSha256 = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ecdsaWithSha256,
    name,
    validity,
    name,
    createPublicKey(privateKey).export({ type: "spki", format: "der" }),
    der(0xa3, extensions),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]));
  const cert = new X509Certificate(sequence(body, ecdsaWithSha256, signature)).toString();
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), cert };
}

/** A tag, the length of the content, the content. */
function der(tag, content) {
  const bytes = Buffer.from(content);
  const { length } = bytes;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), bytes]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), bytes]);
}

const sequence = (...parts) => der(0x30, Buffer.concat(parts));
const set = (...parts) => der(0x31, Buffer.concat(parts));
const octets = (content) => der(0x04, content);
const integer = (bytes) => der(0x02, bytes);

/** An object identifier: the first two numbers in one byte, the others in base 128. */
function oid(first, second, ...rest) {
  const bytes = rest.flatMap((number) => {
    const digits = [number & 0x7f];
    for (let left = number >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return der(0x06, Buffer.from([40 * first + second, ...bytes]));
}

/** UTCTime, as certificates use until 2050. */
function time(milliseconds) {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return der(0x17, `${digits}Z`);
}
