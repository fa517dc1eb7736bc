// Forms with mistakes that a candidate can make in a browser. Page and Worker must give the same issues for each.

import { document, docx, pdf } from "./application.mjs";

const letter = pdf("Madame, Monsieur");
const program = Buffer.from("MZ\x90\0\x03\0\0\0\x04\0\0\0\xFF\xFF\0\0\xB8\0\0\0", "latin1");
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

export const FILES = {
  program: document("CV.pdf", program, "application/pdf"),
  empty: document("CV.pdf", "", "application/pdf"),
  huge: document("CV.pdf", pdf("Marie Dupont", 11_000_000), "application/pdf"),
  image: document("Photo de moi.png", png, "image/png"),
  letter: document("Lettre de motivation.pdf", letter, "application/pdf"),
  letterAgain: document("CV.pdf", letter, "application/pdf"),
  half: document("CV.docx", docx("Marie Dupont").subarray(0, 900)),
};

/** @type {[what: string, changes: Record<string, string | File | undefined>][]} changes to a right form */
export const SPOILED = [
  ["no name", { name: "" }],
  ["a name of blanks", { name: "   " }],
  ["a name of 201 characters", { name: "é".repeat(201) }],
  ["a name of 200 characters of two units each, and one more", { name: "𝒳".repeat(201) }],
  ["no address", { email: "" }],
  ["half an address", { email: "marie.dupont@" }],
  ["two addresses", { email: "marie@example.net,jean@example.net" }],
  ["an address with an encoded line break", { email: "marie%0d%0abcc@example.net" }],
  ["a telephone number of 41 characters", { phone: "1".repeat(41) }],
  ["a message of 5,001 characters", { message: "a".repeat(5_001) }],
  ["no CV", { cv: document("", "") }],
  ["a CV that is a program", { cv: FILES.program }],
  ["an empty CV", { cv: FILES.empty }],
  ["a CV of 11 MB", { cv: FILES.huge }],
  ["a photograph for a CV", { cv: FILES.image }],
  ["half a Word document", { cv: FILES.half }],
  ["the same file twice", { cover_letter: FILES.letter, cv: FILES.letterAgain }],
  [
    "more than 18 MB in all",
    { cover_letter: document("Lettre.pdf", pdf("Lettre", 9_500_000)), cv: document("CV.pdf", pdf("CV", 9_000_000)) },
  ],
  ["a file name with markup", { cv: document(`"><img src=x onerror=alert(1)>.exe`, program) }],
  ["the question left open, and no consent", { eu_work_permit: undefined, consent: undefined }],
  ["another subject, put there by an extension", { subject: "Candidature spontanée" }],
  [
    "everything at once",
    { name: "", email: "x", phone: "1".repeat(41), cover_letter: FILES.image, cv: FILES.empty, eu_work_permit: undefined, consent: undefined },
  ],
];

/** Whether a form takes seconds to fill in and to send. @param {Record<string, string | File | undefined>} changes */
export const isHeavy = (changes) => Object.values(changes).some((value) => value instanceof File && value.size > 1_000_000);
