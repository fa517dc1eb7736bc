// Makes documents with something to find: one for each thing that is refused or remarked.

import { docx, pdf, zip } from "./application.mjs";

const OFFICE = "http://schemas.openxmlformats.org";
const WORD = `xmlns:w="${OFFICE}/wordprocessingml/2006/main"`;
const long = "Curriculum_vitæ_de_Marie-Antoinette_Dupont-Vandenberghe_version_définitive_corrigée_juillet_2025";

/** A PDF of one page, with more objects from number 6 on, and more in its catalogue and its trailer. */
function pdfWith(objects, { catalogue = "", trailer = "" } = {}) {
  const text = pdf("Marie Dupont").toString("latin1");
  const more = objects.map((object, index) => `${index + 6} 0 obj\n${object}\nendobj\n`).join("");
  // Without a table a reader looks for the objects itself, and so does ours.
  const body = text.slice(0, text.indexOf("xref\n")).replace("/Type /Catalog", `/Type /Catalog ${catalogue}`);
  return Buffer.from(`${body}${more}trailer\n<< /Size ${objects.length + 6} /Root 1 0 R ${trailer} >>\nstartxref\n0\n%%EOF\n`, "latin1");
}

/** A PDF that shows a picture and has no text. */
function scan() {
  const text = pdf("").toString("latin1").replace("/Resources << /Font << /F1 4 0 R >> >>", "/Resources << /XObject << /I 4 0 R >> >>");
  return Buffer.from(
    text.replace(/<< \/Type \/Font .*>>/, "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /Length 1 >>\nstream\nx\nendstream"),
    "latin1",
  );
}

/** A Word document with these parts beside its own. @param {Record<string, string | Buffer>} parts */
function docxWith(parts) {
  const plain = {};
  const whole = docx("Marie Dupont");
  // Its own parts are stored as they are, one behind the other.
  for (let at = 0; whole.readUInt32LE(at) === 0x04034b50; ) {
    const [length, name] = [whole.readUInt32LE(at + 18), whole.readUInt16LE(at + 26)];
    plain[whole.toString("latin1", at + 30, at + 30 + name)] = whole.subarray(at + 30 + name, at + 30 + name + length);
    at += 30 + name + length;
  }
  return zip({ ...plain, ...parts });
}

const relation = (kind, target) =>
  docxWith({
    "word/_rels/document.xml.rels":
      `<Relationships xmlns="${OFFICE}/package/2006/relationships"><Relationship Id="r1" TargetMode="External" ` +
      `Target="${target}" Type="${OFFICE}/officeDocument/2006/relationships/${kind}"/></Relationships>`,
  });

const body = (xml) => docxWith({ "word/header1.xml": `<w:hdr ${WORD}>${xml}</w:hdr>` });

/** An Office document under a password: a compound file in which the real one is enciphered. */
function lockedOffice() {
  const file = Buffer.alloc(512 * 3, 0xff);
  file.fill(0, 0, 76);
  Buffer.from("d0cf11e0a1b11ae1", "hex").copy(file);
  Buffer.from("3e000300feff09000600", "hex").copy(file, 24);
  // One sector of allocation, the directory in sector 1, no small sectors.
  [1, 1, 0, 4096, 0xfffffffe, 0, 0xfffffffe, 0, 0].forEach((word, index) => file.writeUInt32LE(word, 44 + 4 * index));
  [0xfffffffd, 0xfffffffe].forEach((word, index) => file.writeUInt32LE(word, 512 + 4 * index));
  for (const [index, [name, kind]] of [["Root Entry", 5], ["EncryptionInfo", 2], ["EncryptedPackage", 2]].entries()) {
    const record = file.subarray(1024 + 128 * index, 1024 + 128 * (index + 1)).fill(0);
    record.write(name, "utf16le");
    record.writeUInt16LE(2 * name.length + 2, 64);
    record.writeUInt8(kind, 66);
    record.writeUInt32LE(0xfffffffe, 116);
  }
  file.fill(0, 1024 + 128 * 3);
  return file;
}

/** The head of a photograph taken in Brussels, big-endian. */
const photograph = Buffer.concat([
  Buffer.from("ffd8ffe1", "hex"),
  Buffer.from([0, 52]),
  Buffer.from("Exif\0\0MM\0\x2a\0\0\0\x08", "latin1"),
  Buffer.from("0001" + "88250004000000010000001a" + "00000000", "hex"),
  Buffer.from("0001" + "00020004000000010000002c" + "00000000", "hex"),
  Buffer.from("ffda", "hex"),
]);

const locked = "<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O (o) /U (u) >>";
const action = (entries) => pdfWith([`<< /S /${entries} >>`]);

/** A PDF that takes as long to look into as one of its size can: small objects only, and no table of them. */
export function slow(length) {
  let objects = "";
  for (let number = 6; objects.length < length; number += 1) objects += `${number} 0 obj<</A[/B/C 1 2(x)null[1 0 R]]>>endobj\n`;
  return pdf("Marie Dupont").toString("latin1").slice(0, -30) + objects;
}

/** What is refused, by the code and what in it tells the sentences apart: name and bytes. */
export const REFUSED = {
  "password pdf": ["CV.pdf", pdfWith([locked], { trailer: "/Encrypt 6 0 R /ID [(a) (b)]" })],
  "password office": ["CV.docx", lockedOffice()],
  "active js": ["CV.pdf", action("JavaScript /JS (app.alert\\(1\\))")],
  "active launch": ["CV.pdf", action("Launch /F (calc.exe)")],
  "active submit": ["CV.pdf", action("SubmitForm /F (https://example.org)")],
  "active xfa": ["CV.pdf", pdfWith(["<< /XFA 5 0 R >>"])],
  "active vba": ["CV.docm", docxWith({ "word/vbaProject.bin": "no project" })],
  "active dde": ["CV.docx", body('<w:p><w:fldSimple w:instr="DDEAUTO c cmd x"/></w:p>')],
  "active ole": ["CV.docx", docxWith({ "word/embeddings/oleObject1.bin": "no object" })],
  "active template": ["CV.docx", relation("attachedTemplate", "https://example.org/t.dotm")],
  "active server": ["CV.docx", relation("image", "\\\\server\\share\\photo.png")],
  "active auto": ["CV.pdf", pdfWith(["<< /AA << /O << /S /URI /URI (https://example.org) >> >> >>"])],
  "active program": ["CV.docx", docxWith({ "word/embeddings/program.exe": "MZ\x90\0\x03\0\0\0\x04\0\0\0" })],
  "active doctype": ["CV.docx", docxWith({ "word/header1.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>' })],
  "active several": [
    "CV.docm",
    docxWith({ "word/vbaProject.bin": "no project", "word/embeddings/oleObject1.bin": "no object", "word/header1.xml": "<!DOCTYPE x><x/>" }),
  ],
  "damaged truncated": ["CV.docx", docx("Marie Dupont").subarray(0, 900)],
  "damaged otherwise": ["CV.docx", docxWith({ "WORD/document.xml": "<x/>" })],
  "damaged ambiguous": ["CV.docx", docxWith({ "word/header1.xml": '<x a="1" a="2"/>' })],
  "damaged complex": ["CV.docx", docxWith({ "word/header1.xml": `${"<x>".repeat(300)}${"</x>".repeat(300)}` })],
  "damaged no pages": ["CV.pdf", Buffer.from("%PDF-1.7\nstartxref\n0\n%%EOF\n")],
  "too large": ["CV.pdf", pdf("Marie Dupont", 10_500_000)],
  "mismatch program": ["CV.pdf", Buffer.from("MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0\xB8\0\0\0", "latin1")],
  "mismatch document": [`${long}.pdf`, docx("Marie Dupont")],
  "kind image": ["Photo de mon CV.png", Buffer.from("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "latin1")],
  "kind zip": ["CV.pages", zip({ "Index/Document.iwa": "x" })],
  "kind archive": ["CV.rar", Buffer.from("Rar!\x1a\x07\0xxxx", "latin1")],
  "kind executable": ["CV.exe", Buffer.from("MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0\xB8\0\0\0", "latin1")],
  "kind rtf": ["CV.rtf", Buffer.from("{\\rtf1\\ansi Marie Dupont}")],
  "kind text": ["CV.txt", Buffer.from("Marie Dupont, née en 1987\n")],
  empty: ["CV.pdf", Buffer.alloc(0)],
};

/** What is only remarked: name, bytes, and which remarks. */
export const REMARKED = {
  author: ["CV.docx", docxWith({ "docProps/core.xml": "<p><dc:creator>Zoë Martin</dc:creator><cp:lastModifiedBy>Ali</cp:lastModifiedBy></p>" }), ["author"]],
  comments: ["CV.docx", docxWith({ "word/comments.xml": `<w:comments ${WORD}><w:comment w:id="1"/></w:comments>` }), ["comments"]],
  tracked_changes: ["CV.docx", body('<w:p><w:ins w:id="1"/></w:p>'), ["tracked_changes"]],
  location: ["CV.docx", docxWith({ "word/media/image1.jpeg": photograph }), ["location"]],
  attachments: ["CV_Europass.pdf", pdfWith(["<< /Type /Filespec /EF << /F 5 0 R >> >>"]), ["attachments"]],
  attachments_named: ["CV.pdf", pdfWith(["<< /Type /Filespec /F (europass.xml) /EF << /F 5 0 R >> >>"]), ["attachments_named"]],
  remote_content: ["CV.docx", relation("image", "https://example.org/photo.png"), ["remote_content"]],
  other_files: ["CV.docx", relation("image", "file:///C:/Photos/photo.png"), ["other_files"]],
  no_text: ["CV.pdf", scan(), ["no_text"]],
  several: [
    `${long}.docx`,
    docxWith({
      "docProps/core.xml": "<p><dc:creator>Zoë Martin</dc:creator></p>",
      "word/comments.xml": `<w:comments ${WORD}><w:comment w:id="1"/></w:comments>`,
      "word/media/image1.jpeg": photograph,
      "word/header1.xml": `<w:hdr ${WORD}><w:ins w:id="1"/></w:hdr>`,
    }),
    ["location", "author", "tracked_changes", "comments"],
  ],
};
