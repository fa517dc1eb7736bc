// A real browser for tests/e2e: Debian's Chromium, driven by playwright-core, and what every page of ours must hold to.

import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { after, afterEach } from "node:test";

import { chromium } from "playwright-core";

import { POSTING } from "./application.mjs";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** A page that takes longer to do what it is asked has hung, on a machine however busy. */
const PATIENCE = 15_000;
const SCREENSHOTS = join(import.meta.dirname, "../e2e/screenshots");
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** WCAG 2.2 AA in full, and what else axe's makers advise. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** The widths that the design is made for: the narrowest phone, and a desk. */
export const NARROW = { width: 320, height: 720 };
export const WIDE = { width: 1280, height: 900 };

/**
 * A browser for as long as the tests of a file run. To be awaited once, outside of any test.
 *
 * @param {{ guichet: import("./guichet.mjs").Guichet }} place
 */
export async function browsing(place) {
  const browser = await chromium.launch({ executablePath: executable(), args: ARGUMENTS });
  after(() => browser.close());
  const visitors = new Visitors(browser, place);
  afterEach(() => visitors.leave());
  return visitors;
}

/** People at their browsers; each leaves when its test ends. */
class Visitors {
  #browser;
  #place;
  #contexts = [];

  constructor(browser, place) {
    this.#browser = browser;
    this.#place = place;
  }

  /**
   * A page in a browser of its own, in which nothing went wrong when the test ends.
   *
   * @param {import("playwright-core").BrowserContextOptions & { expected?: RegExp }} [options] `expected`: console
   *   errors that the test provokes
   * @returns {Promise<import("playwright-core").Page>}
   */
  async visit({ expected, ...options } = {}) {
    const baseURL = this.#place.guichet.url.href;
    const settings = { baseURL, viewport: WIDE, locale: "fr-BE", timezoneId: "Europe/Brussels", reducedMotion: "reduce" };
    const context = await this.#browser.newContext({ ...settings, ...options });
    context.setDefaultTimeout(PATIENCE);
    const watch = new Watch(expected);
    context.on("request", (request) => watch.request(request));
    context.on("weberror", (error) => watch.complain(`uncaught: ${error.error().stack ?? error.error()}`));
    context.on("console", (message) => watch.console(message));
    this.#contexts.push({ context, watch });
    return context.newPage();
  }

  /** Closes what was opened, and fails where a page misbehaved. */
  async leave() {
    const left = this.#contexts.splice(0);
    await Promise.all(left.map(({ context }) => context.close()));
    assert.deepEqual(left.flatMap(({ watch }) => watch.complaints), []);
  }
}

/** Holds a page to its promises: nothing from elsewhere, no error, no breach of its own CSP. */
class Watch {
  complaints = [];
  #expected;

  constructor(expected) {
    this.#expected = expected;
  }

  complain(text) {
    if (!this.#expected?.test(text)) this.complaints.push(text);
  }

  request(request) {
    const { protocol, hostname } = new URL(request.url());
    const ours = hostname === "127.0.0.1" || protocol === "data:" || protocol === "blob:";
    if (!ours) this.complain(`a request leaves the machine: ${request.url()}`);
  }

  /** A breach of the CSP is an error here too. */
  console(message) {
    if (["error", "warning"].includes(message.type())) this.complain(`${message.type()}: ${message.text()}`);
  }
}

/** @returns {string} where a Chromium is */
function executable() {
  const { GUICHET_CHROMIUM, CHROMIUM, PATH = "" } = process.env;
  const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
  const onPath = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = [GUICHET_CHROMIUM, CHROMIUM, "/usr/bin/chromium", ...onPath].find(isExecutable);
  if (!found) throw new Error("No Chromium was found: install one, or say in CHROMIUM where it is.");
  return found;
}

/** @param {string | undefined} path */
function isExecutable(path) {
  if (!path) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * axe finds nothing, and nothing sticks out to the side.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} state which of its states the page is in, for the message
 */
export async function sound(page, state) {
  // In the page's own world a script of ours would be kept out by the CSP, as it should be.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), TAGS);
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join(", ")})`);
  assert.deepEqual(found, [], `axe on ${state}`);
  const sizes = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  assert.ok(sizes[0] <= sizes[1], `${state} is ${sizes[0]} px wide in a window of ${sizes[1]} px`);
}

/**
 * Keeps a picture in tests/e2e/screenshots, for people to look at: git does not.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
export async function picture(page, name) {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/**
 * The form once the script has taken it over.
 *
 * @param {import("playwright-core").Page} page
 * @param {{ slug?: string, query?: string }} [options]
 */
export async function openForm(page, { slug = POSTING.slug, query = "" } = {}) {
  await page.goto(`/postings/${slug}${query}`);
  await takenOver(page);
}

/** Whether the script is at work shows in the countdown: it is what counts. @param {import("playwright-core").Page} page */
export const takenOver = (page) => page.locator("#countdown").waitFor();

/** The error beside a field. @param {import("playwright-core").Page} page @param {string} field */
export const errorOf = (page, field) => page.locator(`#${field}-error .error-text`);

/** What the summary says, line by line. @param {import("playwright-core").Page} page */
export const summaryOf = (page) => page.locator("#error-summary-list li").allTextContents();

/**
 * A file as `setInputFiles` takes it.
 *
 * @param {string} name
 * @param {Buffer} buffer
 * @param {string} [mimeType] which nobody trusts
 */
export const upload = (name, buffer, mimeType = "application/octet-stream") => ({ name, mimeType, buffer });

/** @param {import("playwright-core").Page} page @param {string} id */
export const hasFocus = (page, id) => page.waitForFunction((wanted) => document.activeElement?.id === wanted, id);
