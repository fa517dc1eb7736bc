// Reads the texts for people, for tests that look at pages.

import { readFileSync } from "node:fs";
import { join } from "node:path";

const LOCALES = join(import.meta.dirname, "../../www/locales");

/**
 * The words of a language by section and name, as www/locales has them: `words("fr").receipt.title`.
 *
 * @param {"fr" | "en" | "es" | "ar"} language
 * @returns {Record<string, Record<string, string>>}
 */
export function words(language) {
  const found = {};
  let section = {};
  for (const line of readFileSync(join(LOCALES, `${language}.toml`), "utf8").split("\n")) {
    const [, heading, name, text] = /^(?:\[(\w+)\]|(\w+) = (".*"))$/.exec(line) ?? [];
    if (heading) section = found[heading] = {};
    if (name) section[name] = JSON.parse(text);
  }
  return found;
}

/** The text of some HTML's character references, markup as it is. @param {string} html */
export const unescaped = (html) =>
  html
    .replace(/&#(\d+);/g, (_, number) => String.fromCodePoint(Number(number)))
    .replace(/&#x([\da-f]+);/gi, (_, number) => String.fromCodePoint(Number.parseInt(number, 16)))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
