// Runs the examples of docs/api.md and docs/desk.md as they stand there, with curl.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { docx, pdf } from "../support/application.mjs";
import { ROOT } from "../support/guichet.mjs";
import { running } from "../support/running.mjs";

const skip = spawnSync("curl", ["--version"]).status !== 0 && "there is no curl";
const place = await running();
const folder = await mkdtemp(join(tmpdir(), "guichet-api-"));
await writeFile(join(folder, "cover-letter.pdf"), pdf("Dear all"));
await writeFile(join(folder, "cv.pdf"), pdf("Marie Dupont"));
await writeFile(join(folder, "cv.docx"), docx("Marie Dupont"));
after(() => rm(folder, { recursive: true, force: true }));

/** @param {string} file @returns {Promise<string>} its first example in a shell's language */
async function example(file) {
  return /```sh\n(.*?)```/s.exec(await readFile(join(ROOT, "docs", file), "utf8"))[1];
}

/** Runs lines of a shell against this Guichet, and returns what the last curl answered. @param {string} script */
async function answer(script) {
  const here = script.replaceAll("http://127.0.0.1:8787", place.guichet.url.origin).replaceAll("curl ", "curl --silent --show-error --write-out '\\n' ");
  const text = await new Promise((resolve, reject) => {
    execFile("sh", ["-ec", here], { cwd: folder }, (error, stdout, stderr) => (error ? reject(new Error(stderr)) : resolve(stdout)));
  });
  return JSON.parse(text.trim().split("\n").at(-1));
}

test("the example of the API applies, and says what is wrong", { skip }, async () => {
  await place.afresh();
  const script = await example("api.md");
  const applied = await answer(script);
  assert.deepEqual([applied.revision, applied.number, applied.documents.length], [1, 1, 2], JSON.stringify(applied));
  const { issues } = await answer(script.replace(/ -F email=\S+/, " -F email=nobody").replace("@cv.pdf", "'@cv.docx;filename=cv.pdf'"));
  assert.deepEqual(issues.map(({ field, code }) => [field, code]), [["email", "not_an_email"], ["cv", "document_kind_mismatch"]]);
  assert.deepEqual(Object.keys(issues[1]).sort(), ["code", "field", "message", "params"]);
});

test("the examples of the desk sign in and change a stage", { skip }, async () => {
  await place.afresh();
  const { reference } = await answer(await example("api.md"));
  const done = await answer((await example("desk.md")).replace("7KXM29QT", reference));
  assert.deepEqual(done, { changed: 1, skipped: [], scheduled: [] });
});
