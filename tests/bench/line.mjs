// An application of 5 MB over a line of 64 kbit/s that is cut every 20 seconds, in Chromium, after one click. Prints what
// passes; docs/bad-line.md has a run. It takes a quarter of an hour. With the word "correction" after it, the document of an
// application that is there already is replaced.

import { chromium } from "playwright-core";

import { apply, clock, document, kept, pdf, sha256 } from "../support/application.mjs";
import { ARGUMENTS, executable, openForm } from "../support/browser.mjs";
import { choose, fill } from "../support/candidate.mjs";
import { start } from "../support/guichet.mjs";
import { Line } from "../support/line.mjs";

const RATE = 64_000 / 8;
const EVERY = 20_000;
const CV = pdf("Marie Dupont", 5_000_000);
const REPORTED = 60_000;

const guichet = await start({ clock: clock() });
const line = await Line.to(guichet.url);
const browser = await chromium.launch({ executablePath: executable(), args: ARGUMENTS });
try {
  const page = await browser.newPage({ baseURL: line.url, locale: "fr-BE" });
  const revision = process.argv[2] === "correction" ? await openCorrection(page) : await openNew(page);
  line.worsen({ rate: RATE, every: EVERY });
  await page.click("#submit");
  const began = Date.now();
  const before = line.sent;
  const report = async (what) => {
    const seconds = Math.round((Date.now() - began) / 1_000);
    const bar = await page.$eval("#upload-bar", (bar) => bar.value).catch(() => 100);
    console.log(`${String(seconds).padStart(5)} s  ${String(line.cuts).padStart(3)} cuts  ${String(bar).padStart(3)} %  ${line.sent - before} bytes sent${what}`);
  };
  const found = async () => (await kept(guichet)).applications.filter((one) => one.revision === revision);
  for (let next = REPORTED; (await found()).length === 0; await page.waitForTimeout(1_000)) {
    if (Date.now() - began < next) continue;
    next += REPORTED;
    await report("");
  }
  await report("  arrived");
  const [{ application }] = await found();
  const is = JSON.parse(application).documents.some((one) => one.sha256 === sha256(CV));
  console.log(is ? "the document is the one that was chosen" : "the document is another one");
  process.exitCode = is ? 0 : 1;
} finally {
  await browser.close();
  line.stop();
  await guichet.stop();
}

/** Fills in the form of the posting; the revision that comes of it. */
async function openNew(page) {
  await openForm(page);
  const loaded = page.waitForResponse(/\/assets\/parts-/);
  await fill(page, { cv: document("CV.pdf", CV) });
  await (await loaded).finished();
  return 1;
}

/** The same on the page where an application is corrected. */
async function openCorrection(page) {
  const { pathname, search } = new URL((await (await apply(guichet)).json()).status_url);
  await page.goto(`${pathname}/correct${search}`);
  await choose(page, "cv", document("CV.pdf", CV));
  return 2;
}
