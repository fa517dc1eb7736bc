// A real browser for tests/e2e: Debian's Chromium, driven by playwright-core, and what every page of ours must hold to.

import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { after } from "node:test";

import { chromium } from "playwright-core";

import { POSTING } from "./application.mjs";

export const ARGUMENTS = [
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
  return new Visitors(browser, place);
}

/** People at their browsers; each leaves when its test ends. */
class Visitors {
  #browser;
  #place;

  constructor(browser, place) {
    this.#browser = browser;
    this.#place = place;
  }

  /**
   * A page in a browser of its own. The test fails where it misbehaves.
   *
   * @param {import("node:test").TestContext} t
   * @param {import("playwright-core").BrowserContextOptions & { expected?: RegExp }} [options] `expected`: console
   *   errors that the test provokes
   * @returns {Promise<import("playwright-core").Page>}
   */
  async visit(t, { expected, ...options } = {}) {
    const baseURL = this.#place.guichet.url.href;
    const settings = { baseURL, viewport: WIDE, locale: "fr-BE", timezoneId: "Europe/Brussels", reducedMotion: "reduce" };
    const context = await this.#browser.newContext({ ...settings, ...options });
    context.setDefaultTimeout(PATIENCE);
    const scriptless = options.javaScriptEnabled === false;
    const watch = new Watch(scriptless ? UNUSED : expected);
    watch.over(context);
    t.after(async () => {
      await context.close();
      assert.deepEqual(watch.complaints, []);
    });
    const page = await context.newPage();
    if (scriptless) WITHOUT_SCRIPT.add(page);
    return page;
  }
}

/** @type {WeakSet<import("playwright-core").Page>} */
const WITHOUT_SCRIPT = new WeakSet();

/** What it says where scripts are off, of a module that it loaded beforehand. */
const UNUSED = /^warning: The resource \S+\.wasm was preloaded using link preload but not used /;

/** What Chromium says in the console when a form is refused. */
const REFUSED = /^error: Failed to load resource: the server responded with a status of 42[29] /;

/** Holds a page to its promises: nothing from elsewhere, no error, no breach of its own CSP. */
class Watch {
  complaints = [];
  #expected;

  constructor(expected) {
    this.#expected = expected;
  }

  /** @param {import("playwright-core").BrowserContext} context */
  over(context) {
    context.on("request", (request) => this.request(request));
    context.on("weberror", (error) => this.complain(`uncaught: ${error.error().stack ?? error.error()}`));
    context.on("console", (message) => this.console(message));
  }

  complain(text) {
    if (!REFUSED.test(text) && !this.#expected?.test(text)) this.complaints.push(text);
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
export function executable() {
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
 * axe finds nothing, targets are large enough, and nothing sticks out to the side, with text of twice the size either.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} state which of its states the page is in, for the message
 * @param {{ type: "tag" | "rule", values: string[] }} [rules]
 */
export async function sound(page, state, rules = { type: "tag", values: TAGS }) {
  if (WITHOUT_SCRIPT.has(page)) return asCopy(page, (copy) => sound(copy, state, rules));
  await page.evaluate(AXE);
  await page.evaluate(RENDERED);
  const { violations } = await page.evaluate((runOnly) => window.axe.run({ runOnly, resultTypes: ["violations"] }), rules);
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ html }) => html).join(", ")})`);
  assert.deepEqual(found, [], `axe on ${state}`);
  assert.deepEqual(await page.evaluate(SMALL), [], `targets under 44 px on ${state}`);
  for (const size of ["200%", ""]) {
    await page.evaluate((size) => (document.documentElement.style.fontSize = size), size);
    const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= window, `${state} is ${wide} px wide in a window of ${window} px, text ${size || "as it is"}`);
  }
}

/** What is far from the screen has no layout yet: all of it is laid out, as it is for who scrolls there. */
const RENDERED = () => {
  for (const part of document.querySelectorAll(".text, .steps, .needs, .apply form")) part.style.contentVisibility = "visible";
};

/** What a finger has to hit and is lower than 44 px: but for links in a sentence, and a box or button within its label. */
const SMALL = () => {
  const inSentence = (link) => link.tagName === "A" && link.parentElement.textContent.trim() !== link.textContent.trim();
  const targets = [...document.querySelectorAll("a[href], button, summary, textarea, label.choice, input:not([type=hidden])")];
  return targets
    .filter((target) => target.checkVisibility() && !inSentence(target) && !(target.tagName === "INPUT" && target.closest("label")))
    .map((target) => [target.id || target.textContent.trim().slice(0, 40), target.getBoundingClientRect().height])
    .filter(([, height]) => height > 1 && height < 43.9);
};

/**
 * The page in a state: sound, with its pictures, in the dark too.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} state
 */
export async function look(page, state) {
  await sound(page, state);
  await picture(page, `${state}-light`);
  await page.emulateMedia({ colorScheme: "dark" });
  await sound(page, `${state}, in the dark`, { type: "rule", values: ["color-contrast"] });
  await picture(page, `${state}-dark`);
  await page.emulateMedia({ colorScheme: "light" });
}

/** axe is a script itself: it looks at the same HTML where scripts run, ours left out. */
async function asCopy(page, look) {
  const html = await page.content();
  const context = await page.context().browser().newContext({ viewport: page.viewportSize(), reducedMotion: "reduce" });
  try {
    const copy = await context.newPage();
    await copy.route("**/*", (route) => {
      if (route.request().resourceType() === "document") return route.fulfill({ contentType: "text/html", body: html });
      return route.request().resourceType() === "script" ? route.abort() : route.continue();
    });
    await copy.goto(page.url());
    await look(copy);
  } finally {
    await context.close();
  }
}

/**
 * Keeps a picture in tests/e2e/screenshots, for people to look at: git does not.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} name
 * @param {import("playwright-core").Locator} [part] of the page; without it all of it
 */
export async function picture(page, name, part) {
  await mkdir(SCREENSHOTS, { recursive: true });
  const path = join(SCREENSHOTS, `${name}.png`);
  await (part ? part.screenshot({ path }) : page.screenshot({ path, fullPage: true }));
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

/** @param {import("playwright-core").Page} page @param {string} id */
export const hasFocus = (page, id) => page.waitForFunction((wanted) => document.activeElement?.id === wanted, id);

/** French sets blanks of several widths: they are all one here. @param {string} text */
export const evenly = (text) => text.replace(/[\u00A0\u202F]/g, " ");
