// What a candidate sends, for tests: the posting of July 2025, a form that is right, documents made by code, and a look
// at what was kept. The same call always gives the same bytes.

import { createHash } from "node:crypto";

/** The posting that tests apply to, as postings/ has it. */
export const POSTING = {
  slug: "protection-espace-civique-tunisie-ue",
  title: "Chargé·e de mission, protection de l’espace civique (Tunisie/UE)",
  subject: "Chargé·e de mission, Protection de l’espace civique (Tunisie/UE)",
  recipient: "applications@omct.org",
  opensAt: Date.parse("2025-07-09T00:00:00+02:00"),
  closesAt: Date.parse("2025-08-04T00:00:00+02:00"),
};

/** The other one: in English, open until 2035. */
export const OTHER = {
  slug: "digital-security-officer",
  title: "Digital Security Officer, Human Rights Defenders",
  subject: "Digital Security Officer, Human Rights Defenders (Geneva)",
  closesAt: Date.parse("2035-02-01T00:00:00+01:00"),
};

/** A day on which both are open. */
export const NOON = Date.parse("2025-07-15T12:00:00Z");

/**
 * A clock that stands still, as `start()`, `override()` and the header `x-test-clock` take it.
 *
 * @param {number} [milliseconds]
 */
export const clock = (milliseconds = NOON) => `=${milliseconds}`;

export const MARIE = { name: "Marie Dupont", email: "marie.dupont@example.net", phone: "+32 470 12 34 56" };

/** A person whose every word can be recognised, by `RECOGNISED`. */
export const person = () => ({
  name: "Quetzalina Xylophon",
  email: "quetzalina.xylophon@zwieback.example",
  phone: "+99 888 777 666",
  message: "Mon passage par Ouagadougou",
  cover_letter: document("Lettre-Rhododendron.pdf", pdf("Contenu Bergamote")),
  cv: document("CV-Tournesol.pdf", pdf("Contenu Cardamome")),
});
export const RECOGNISED = /quetzalina|xylophon|zwieback|888.?777|ouagadougou|rhododendron|tournesol|bergamote|cardamome/i;

/**
 * A form with which nothing is wrong, but for `changes`.
 *
 * @param {Record<string, string | File | (string | File)[] | undefined>} [changes] by field; several values make several
 *   parts, `undefined` leaves the field out
 */
export function form(changes = {}) {
  const fields = {
    ...MARIE,
    subject: POSTING.subject,
    message: "Bonjour,\r\n\r\nVoici ma candidature.",
    cover_letter: document("Lettre de motivation.pdf", pdf("Madame, Monsieur")),
    cv: document("CV.docx", docx("Marie Dupont")),
    eu_work_permit: "yes",
    consent: "yes",
    ...changes,
  };
  const data = new FormData();
  for (const [name, values] of Object.entries(fields)) {
    for (const value of [values].flat()) {
      if (value !== undefined) data.append(name, value);
    }
  }
  return data;
}

/**
 * What a form says in `documents` of those that come in parts.
 *
 * @param {Record<string, [string, Buffer]>} files by id: name and bytes
 */
export const announced = (files) =>
  JSON.stringify(Object.entries(files).map(([id, [name, bytes]]) => ({ id, name, bytes: bytes.length, sha256: sha256(bytes) })));

/**
 * @param {string} name
 * @param {Buffer | string} bytes
 * @param {string} [type] which the Worker ignores
 */
export const document = (name, bytes, type = "application/octet-stream") => new File([bytes], name, { type });

/**
 * Posts a form.
 *
 * @param {import("./guichet.mjs").Guichet} guichet
 * @param {FormData | Record<string, unknown>} [what] a form, or changes to the right one
 * @param {{ slug?: string, json?: boolean, query?: string, headers?: Record<string, string> }} [options]
 */
export async function apply(guichet, what = {}, { slug = POSTING.slug, json = true, query = "", headers = {} } = {}) {
  const { type, bytes } = await onTheWire(what instanceof FormData ? what : form(what));
  return guichet.fetch(`/postings/${slug}/applications${query}`, {
    method: "POST",
    // In one piece: an answer that does not wait for the body may close the connection under a second one.
    body: bytes,
    headers: { accept: json ? "application/json" : "text/html", "content-type": type, ...headers },
  });
}

/** What a form is in HTTP. @param {FormData} data */
export async function onTheWire(data) {
  const encoded = new Response(data);
  return { type: encoded.headers.get("content-type"), bytes: Buffer.from(await encoded.arrayBuffer()) };
}

/**
 * The token of a fresh page.
 *
 * @param {import("./guichet.mjs").Guichet} guichet
 * @param {string} [slug]
 */
export async function freshToken(guichet, slug = POSTING.slug) {
  const page = await (await guichet.fetch(`/postings/${slug}`)).text();
  const token = /name="token" value="([^"]+)"/.exec(page)?.[1];
  if (!token) throw new Error(`The page of ${slug} has no token.`);
  return token;
}

/**
 * Everything that is kept.
 *
 * @param {import("./guichet.mjs").Guichet} guichet
 */
export async function kept(guichet) {
  const [applications, outbox] = await guichet.db.batch([
    guichet.db.prepare("SELECT * FROM applications ORDER BY received_at, id"),
    guichet.db.prepare("SELECT * FROM mails WHERE application IS NOT NULL ORDER BY application, kind DESC"),
  ]);
  const { objects } = await guichet.bucket.list({ prefix: "applications/" });
  return { applications: applications.results, outbox: outbox.results, documents: objects.map(({ key }) => key).sort() };
}

/** What the Worker knows of postings: kept when everything else is forgotten. */
const POSTINGS = ["postings", "posting_versions"];

/**
 * Forgets everything but the postings, so that the next test counts from nothing.
 *
 * @param {import("./guichet.mjs").Guichet} guichet
 * @param {string[]} [kept] tables that stay
 */
export async function forget(guichet, kept = POSTINGS) {
  const empty = (await tables(guichet)).filter((name) => !kept.includes(name)).map((name) => guichet.db.prepare(`DELETE FROM ${name}`));
  await guichet.db.batch([guichet.db.prepare("PRAGMA defer_foreign_keys = on"), ...empty]);
  const { objects } = await guichet.bucket.list();
  if (objects.length > 0) await guichet.bucket.delete(objects.map(({ key }) => key));
}

/**
 * Every row of every table, by table.
 *
 * @param {import("./guichet.mjs").Guichet} guichet
 * @returns {Promise<Record<string, object[]>>}
 */
export async function everything(guichet) {
  const names = await tables(guichet);
  const answers = await guichet.db.batch(names.map((name) => guichet.db.prepare(`SELECT * FROM ${name}`)));
  return Object.fromEntries(names.map((name, index) => [name, answers[index].results]));
}

/** The tables that the migrations have made. */
async function tables(guichet) {
  const { results } = await guichet.db
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'")
    .all();
  return results.map(({ name }) => name).filter((name) => name !== "d1_migrations");
}

/** @param {Uint8Array | string} bytes */
export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/**
 * A PDF of one page with `text` in Helvetica, made `length` bytes long by a comment if that is longer.
 *
 * @param {string} text of Latin-1
 * @param {number} [length]
 * @param {Buffer} [picture] that the page could show, as bytes in its stream
 */
export function pdf(text, length = 0, picture) {
  const escaped = text.replace(/[()\\]/g, "\\$&").split("\n");
  const content = `BT /F1 12 Tf 14 TL 72 770 Td\n${escaped.map((line) => `(${line}) Tj T*\n`).join("")}ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R /Resources << /Font << /F1 4 0 R >> >> >>",
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
  ];
  if (picture) {
    const image = "/Type /XObject /Subtype /Image /Width 100 /Height 100 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode";
    objects.push(`<< ${image} /Length ${picture.length} >>\nstream\n${picture.toString("latin1")}\nendstream`);
  }
  let file = "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n";
  let table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const [index, object] of objects.entries()) {
    table += `${String(file.length).padStart(10, "0")} 00000 n \n`;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  }
  const end = `startxref\n${file.length}\n%%EOF\n`;
  file += `${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\n`;
  const filling = length - file.length - end.length - 2;
  if (filling >= 0) file += `%${".".repeat(filling)}\n`;
  return Buffer.from(file + end, "latin1");
}

/** A Word document with one paragraph. @param {string} text */
export function docx(text) {
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
  const office = "http://schemas.openxmlformats.org";
  const word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
  return zip({
    "[Content_Types].xml":
      `${head}<Types xmlns="${office}/package/2006/content-types"><Default Extension="rels" ` +
      'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
      `<Override PartName="/word/document.xml" ContentType="${word}"/></Types>`,
    "_rels/.rels":
      `${head}<Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="rId1" ` +
      `Target="word/document.xml" Type="${office}/officeDocument/2006/relationships/officeDocument"/></Relationships>`,
    "word/document.xml":
      `${head}<w:document xmlns:w="${office}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t xml:space="preserve">` +
      `${xml(text)}</w:t></w:r></w:p></w:body></w:document>`,
  });
}

/** An OpenDocument text with one paragraph. @param {string} text */
export function odt(text) {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  const space = "urn:oasis:names:tc:opendocument:xmlns";
  const type = "application/vnd.oasis.opendocument.text";
  return zip({
    mimetype: type,
    "META-INF/manifest.xml":
      `${head}<manifest:manifest xmlns:manifest="${space}:manifest:1.0" manifest:version="1.2"><manifest:file-entry ` +
      `manifest:full-path="/" manifest:version="1.2" manifest:media-type="${type}"/><manifest:file-entry ` +
      'manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
    "content.xml":
      `${head}<office:document-content xmlns:office="${space}:office:1.0" xmlns:text="${space}:text:1.0" ` +
      `office:version="1.2"><office:body><office:text><text:p>${xml(text)}</text:p></office:text></office:body>` +
      "</office:document-content>",
  });
}

const xml = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

/**
 * A ZIP without compression, dated 1980-01-01.
 *
 * @param {Record<string, string | Buffer>} files in this order
 */
export function zip(files) {
  const contents = [];
  const directory = [];
  let start = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, content] = [Buffer.from(name), Buffer.from(text)];
    // Version 2.0; names in UTF-8; stored; midnight; the first day of 1980; then the sums and the lengths.
    const shared = Buffer.alloc(26);
    Buffer.from([20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0]).copy(shared);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(content.length, 14);
    shared.writeUInt32LE(content.length, 18);
    shared.writeUInt16LE(path.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(start, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\0", "latin1"), shared, place, path);
    contents.push(Buffer.from("PK\x03\x04", "latin1"), shared, path, content);
    start += 30 + path.length + content.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(start, 16);
  return Buffer.concat([...contents, list, end]);
}

/** Node has one of its own from 20.15 on only. @param {Buffer} bytes */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
