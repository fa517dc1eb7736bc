// Files made to take long, for `cargo xtask bench documents`: each is as large as the form takes, and of the kind that costs
// most of its parser. docs/documents.md has their times natively.

import { deflateSync } from "node:zlib";

import { zip } from "../support/application.mjs";

/** Bytes of a file, below the form's limit. */
const SIZE = 19_900_000;

/** What the worst of them may take in the page, and the memory that a module may have besides the file. */
export const MOST = { ms: 500, bytes: 72 * 1024 * 1024 };

/** @returns {Record<string, Buffer>} */
export function worst() {
  const references = '<text:a xlink:href="%25%2525%3Aa"/>';
  return {
    "page nodes in descending order, in an object stream": packedNodes(),
    "one dictionary": pdf(filled("9 0 obj<<", "/S/A ", ">>endobj\n")),
    "references to each other": pdf(filled("", "9 0 obj<</AA 9 0 R/OpenAction 9 0 R>>endobj\n", "")),
    "strings that do not end": pdf(filled("", "1 0 obj(", "")),
    "an ODT of references, percent-encoded": zip({
      mimetype: "application/vnd.oasis.opendocument.text",
      "content.xml": filled("<x>", references, "</x>"),
    }),
    "a DOCX of one element's attributes": word(filled("<x", ' a=""', "/>")),
    "a DOCX of fields that link": word(filled("<x>", '<w:fldSimple w:instr="LINK a %25%25 a b c"/>', "</x>")),
    "a DOCX of the smallest elements": word(filled("<x>", "<a/>", "</x>")),
  };
}

/** `unit` again and again. */
function filled(head, unit, tail) {
  return head + unit.repeat(Math.floor((SIZE - 2_000) / unit.length)) + tail;
}

function word(main) {
  return zip({ "[Content_Types].xml": "<Types/>", "word/document.xml": main });
}

/** @param {string | Buffer} more objects beside those of a page */
function pdf(more) {
  const page = "%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page>>endobj\n";
  const end = "trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n";
  return Buffer.concat([page, more, end].map((part) => Buffer.from(part)));
}

function packedNodes() {
  const nodes = 500_000;
  const numbers = Array.from({ length: nodes }, (_, at) => `${nodes - at + 9} ${at * 23} `).join("");
  const packed = deflateSync(numbers + "<</Type/Pages/Kids[]>> ".repeat(nodes));
  const entries = `/Type/ObjStm/N ${nodes}/First ${numbers.length}/Filter/FlateDecode/Length ${packed.length}`;
  return pdf(Buffer.concat([Buffer.from(`9 0 obj<<${entries}>>stream\n`), packed, Buffer.from("\nendstream endobj\n")]));
}
