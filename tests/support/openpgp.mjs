// The programs that staff open sealed mails with: GnuPG, and RNP, which is Thunderbird's.

import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const has = (program) => spawnSync(program, ["--version"]).status === 0;

/** What to tell where one of the programs is missing; else nothing, and the tests run. */
export const MISSING = has("gpg") && has("rnp") ? false : "GnuPG or RNP is missing (Debian: apt-get install gnupg rnp)";

/** Somebody with a key of their own, on a keyring of their own. */
export class Owner {
  /**
   * Makes a key.
   *
   * @param {string} name
   * @param {string} kind of the subkey for encryption, as GnuPG names it: `cv25519`, `rsa3072`
   * @param {string} [until] when the subkey expires: `never`, or a day
   */
  constructor(name, kind, until = "never") {
    this.email = `${name}@example.org`;
    this.home = mkdtempSync(join(tmpdir(), "openpgp-"));
    const primary = kind.startsWith("rsa") ? kind : "ed25519";
    this.gpg(["--quick-gen-key", `${name} <${this.email}>`, primary, "cert", "never"]);
    this.fingerprint = /^fpr:+([0-9A-F]+):/m.exec(this.gpg(["--list-keys", "--with-colons"]).toString())[1];
    this.gpg(["--quick-add-key", this.fingerprint, kind, "encr", until]);
    /** The armored public key. */
    this.key = this.gpg(["--armor", "--export", this.fingerprint]).toString();
  }

  /** The armored private key. */
  get private() {
    return this.gpg(["--armor", "--export-secret-keys", this.fingerprint]).toString();
  }

  /** What each program makes of a mail, by the program's name. @param {Buffer} raw @returns {Record<string, Buffer>} */
  opened(raw) {
    const armor = raw.subarray(raw.indexOf("-----BEGIN PGP MESSAGE"), raw.indexOf("-----END PGP MESSAGE-----") + 25);
    const ring = join(this.home, "rnp");
    const rnp = (args, input) => execFileSync("rnp", ["--homedir", ring, "--password", "", ...args], options(input));
    execFileSync("mkdir", ["-p", "-m", "700", ring]);
    execFileSync("rnpkeys", ["--homedir", ring, "--import", "-"], options(this.private));
    return { GnuPG: this.gpg(["--decrypt"], armor), RNP: rnp(["--decrypt", "--output", "-"], armor) };
  }

  /** @param {string[]} args @param {Buffer | string} [input] */
  gpg(args, input) {
    // Keys are older than any day on which a test stands still.
    const quiet = ["--homedir", this.home, "--batch", "--quiet", "--faked-system-time", "20250601T000000", "--pinentry-mode", "loopback", "--passphrase", ""];
    return execFileSync("gpg", [...quiet, ...args], options(input));
  }

  /** Forgets the keyring. */
  gone() {
    spawnSync("gpgconf", ["--homedir", this.home, "--kill", "all"]);
    rmSync(this.home, { recursive: true, force: true });
  }
}

const options = (input) => ({ input, maxBuffer: 100_000_000, stdio: ["pipe", "pipe", "ignore"] });

/**
 * Whether `needle` stands in `haystack` as it is, or in base64, quoted-printable, percent-encoding, hexadecimal digits or
 * UTF-16, in either case.
 *
 * @param {Buffer} haystack
 * @param {Buffer | string} needle
 */
export function holds(haystack, needle) {
  const bytes = Buffer.from(needle);
  // Lines are folded where they like.
  const joined = Buffer.from(haystack.toString("latin1").replace(/=?\r?\n[ \t]?/g, ""), "latin1");
  const lower = joined.toString("latin1").toLowerCase();
  const plain = bytes.toString("latin1").toLowerCase();
  const escaped = (mark) => [...bytes].map((byte) => (/[\w.@-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `${mark}${byte.toString(16).padStart(2, "0")}`)).join("").toLowerCase();
  const folded = [plain, escaped("="), escaped("%"), escaped("=").replace(/=20/g, "_"), bytes.toString("hex"), bytes.toString("utf16le")];
  if (folded.some((form) => lower.includes(form.toLowerCase()))) return true;
  // In base64, a text begins at one of three places; what is certain of it is in the middle.
  const [standard, url] = [joined.toString("latin1"), joined.toString("latin1").replace(/-/g, "+").replace(/_/g, "/")];
  return [0, 1, 2].some((shift) => {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64").replace(/=+$/, "");
    const certain = padded.slice(shift === 0 ? 0 : shift + 1, padded.length - 1);
    return certain.length >= 6 && (standard.includes(certain) || url.includes(certain));
  });
}

/** @param {Uint8Array | string} bytes */
export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
