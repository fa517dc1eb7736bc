// Fills in and sends the form in a browser, with the values of form() in application.mjs.

import { form } from "./application.mjs";

/** @typedef {import("playwright-core").Page} Page */

/**
 * Fills in a form with which nothing is wrong, but for `changes`. The hidden subject stays as the page has it, unless
 * they have one.
 *
 * @param {Page} page
 * @param {Parameters<typeof form>[0]} [changes]
 */
export async function fill(page, changes = {}) {
  for (const [id, value] of form(changes)) {
    if (value instanceof File) await choose(page, id, value);
    else if (id !== "subject" || "subject" in changes) await answer(page, id, value);
  }
}

/** @param {Page} page @param {string} id @param {string} value */
async function answer(page, id, value) {
  const type = await page.locator(`#${id}`).getAttribute("type");
  if (type === "hidden") return page.locator(`#${id}`).evaluate((input, text) => (input.value = text), value);
  if (type !== "radio" && type !== "checkbox") return page.fill(`#${id}`, value);
  return value === "" ? undefined : page.check(`[name="${id}"][value="${value}"]`);
}

/** @param {Page} page @param {string} id @param {File} file without a name: none */
export async function choose(page, id, file) {
  const buffer = Buffer.from(await file.arrayBuffer());
  const chosen = { name: file.name, mimeType: file.type || "application/octet-stream", buffer };
  await page.setInputFiles(`#${id}`, file.name === "" ? [] : chosen);
}

/** Sends the form; the receipt's reference. @param {Page} page */
export async function send(page) {
  await page.click("#submit");
  return arrived(page);
}

/** The reference, once the receipt is there. @param {Page} page */
export async function arrived(page) {
  await page.waitForURL("**/applications/*?key=*");
  return new URL(page.url()).pathname.split("/").at(-1);
}

/** @param {Page} page @returns {{ method: string, url: string }[]} what the page posts from now on */
export function posts(page) {
  const found = [];
  page.on("request", (request) => request.method() === "POST" && found.push(request));
  return found;
}
