// Sends applications and measures the CPU time of workerd.

import { randomBytes } from "node:crypto";

import { document, form, onTheWire, OTHER, pdf, zip } from "../support/application.mjs";
import { cpuSeconds } from "../support/processes.mjs";

/** The subject line that the other posting asks for: it is open until 2035. */
const SUBJECT = "Digital Security Officer, Human Rights Defenders (Geneva)";

/**
 * An application of that many bytes: a PDF with a picture, and a Word document with one.
 *
 * @param {number} bytes
 */
export function application(bytes) {
  const picture = () => randomBytes(bytes / 2 - 2_000);
  return onTheWire(
    form({
      subject: SUBJECT,
      eu_work_permit: undefined,
      swiss_work_permit: "yes",
      cover_letter: document("letter.pdf", pdf("Dear team", 0, picture())),
      cv: document("cv.docx", illustrated(picture())),
    }),
  );
}

function illustrated(picture) {
  const office = "http://schemas.openxmlformats.org";
  return zip({
    "[Content_Types].xml":
      `<Types xmlns="${office}/package/2006/content-types"><Default Extension="rels" ` +
      'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="jpeg" ContentType="image/jpeg"/>' +
      '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels":
      `<Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="rId1" Target="word/document.xml" ` +
      `Type="${office}/officeDocument/2006/relationships/officeDocument"/></Relationships>`,
    "word/document.xml": `<w:document xmlns:w="${office}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>CV</w:t></w:r></w:p></w:body></w:document>`,
    "word/media/image1.jpeg": picture,
  });
}

/**
 * Sends the same application so many times, each without a token, as an application of its own.
 *
 * @param {import("../support/guichet.mjs").Guichet} guichet
 * @param {{ type: string, bytes: Buffer }} payload
 * @param {number} count
 * @param {number} atOnce
 * @param {import("../support/mailbox.mjs").Mailbox} [mails] where two mails for each are waited for
 * @returns {Promise<{ wall: number, cpu: number }>} seconds
 */
export async function measure(guichet, payload, count, atOnce, mails) {
  const id = guichet.workerd;
  const [cpu, wall] = [await cpuSeconds(id), performance.now()];
  mails?.clear();
  let left = count;
  const client = async () => {
    while (left-- > 0) await post(guichet, payload);
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  await mails?.waitFor(2 * count, 300_000);
  const seconds = (performance.now() - wall) / 1_000;
  return { wall: seconds, cpu: (await cpuSeconds(id)) - cpu };
}

async function post(guichet, { type, bytes }) {
  const answer = await guichet.fetch(`/postings/${OTHER.slug}/applications`, {
    method: "POST",
    body: bytes,
    headers: { accept: "application/json", "content-type": type },
  });
  const text = await answer.text();
  if (answer.status !== 201) throw new Error(`${answer.status}: ${text}`);
}
