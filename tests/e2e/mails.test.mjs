// Tests the HTML of mails in a browser: axe finds nothing, nothing sticks out to the side, every style is CSS, and a name
// from right to left keeps its place.

import assert from "node:assert/strict";
import { test } from "node:test";

import PostalMime from "postal-mime";

import { apply, clock, NOON } from "../support/application.mjs";
import { browsing, NARROW, picture, sound, WIDE } from "../support/browser.mjs";
import { override } from "../support/faults.mjs";
import { running } from "../support/running.mjs";

const place = await running();
const visitors = await browsing(place);
const MINUTE = 60_000;

/** The HTML of each kind of mail that an application can call for, by what it is. */
async function mails() {
  await override(place.guichet, { clock: clock(), vars: { MAILS_PER_RECIPIENT: "1" } });
  const [first, second] = [await applied({}), await applied({ name: "عائشة بن صالح", message: "مرحبا\n\nBonjour" })];
  const [toStaff, toCandidate] = await place.mails(first.reference);
  const [arabic] = await place.mails(second.reference, 1);
  await override(place.guichet, { clock: clock(NOON + 55 * MINUTE) });
  await place.guichet.cron();
  const digest = place.mailbox.messages.find(({ raw }) => raw.includes("X-Guichet-Notice: digest"));
  const html = async ({ raw }) => (await PostalMime.parse(raw)).html;
  return { staff: await html(toStaff), candidate: await html(toCandidate), arabic: await html(arabic), digest: await html(digest) };
}

async function applied(changes) {
  const answer = await apply(place.guichet, changes);
  assert.equal(answer.status, 201);
  return answer.json();
}

/** What of the styles is no CSS, and which `meta` names nobody has registered. */
function unknown() {
  const found = [...document.querySelectorAll("meta[name]")].map(({ name }) => name).filter((name) => !["viewport", "color-scheme"].includes(name));
  for (const element of document.querySelectorAll("[style]")) {
    for (const declaration of element.getAttribute("style").split(";").filter((one) => one.trim())) {
      const [property, ...value] = declaration.split(":");
      if (!CSS.supports(property.trim(), value.join(":").trim())) found.push(declaration);
    }
  }
  for (const rule of [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])) {
    if (rule.style && rule.style.length === 0) found.push(rule.cssText);
  }
  return found;
}

test("mails are sound", async (t) => {
  const texts = await mails();
  for (const viewport of [NARROW, WIDE]) {
    const page = await visitors.visit(t, { viewport });
    for (const [name, html] of Object.entries(texts)) {
      await page.setContent(html);
      await sound(page, `mail ${name}`);
      await picture(page, `mail-${name}-${viewport.width}`);
      assert.deepEqual(await page.evaluate(unknown), [], name);
      assert.ok(!html.includes("supported-color-schemes"));
      assert.equal(await page.locator("h1").count(), 1, name);
    }
    await page.setContent(texts.arabic);
    assert.equal(await page.locator("h1 bdi").textContent(), "عائشة بن صالح");
    assert.equal(await page.locator("blockquote").evaluate((quote) => getComputedStyle(quote).direction), "rtl");
  }
});
