// Starts what each file of tests/platform needs: one Guichet and one mailbox, for as long as its tests run.

import { after } from "node:test";

import { clock, forget, POSTING } from "./application.mjs";
import { override } from "./faults.mjs";
import { start } from "./guichet.mjs";
import { Mailbox, poll } from "./mailbox.mjs";

/**
 * To be awaited once, outside of any test. The clock stands at noon of a day on which both postings are open.
 *
 * @param {import("./guichet.mjs").Options & { mailbox?: import("./mailbox.mjs").Options }} [options]
 */
export async function running({ mailbox, vars, ...options } = {}) {
  const place = new Place();
  place.mailbox = await Mailbox.start(mailbox);
  const output = (line) => place.hear(line);
  // Everybody is Marie here, and the clock stands: without this a digest would tell most of her applications.
  const plenty = { MAILS_PER_RECIPIENT: "1000000", ...vars };
  place.guichet = await start({ clock: clock(), smtp: place.mailbox.smtp, faults: true, output, vars: plenty, ...options });
  after(async () => {
    await place.guichet.stop();
    await place.mailbox.stop();
  });
  return place;
}

class Place {
  /** @type {import("./guichet.mjs").Guichet} */
  guichet;
  /** @type {Mailbox} */
  mailbox;
  /** @type {string[]} what the Worker and the platform printed; with GUICHET_LOG=1 the terminal shows it too */
  lines = [];

  hear(line) {
    this.lines.push(line);
    if (process.env.GUICHET_LOG) console.log(line);
  }

  /**
   * The mails of one application, once there are that many: those of the test before may still be on their way. Those to
   * staff come first, for mails of different sizes do not wait for each other.
   *
   * @param {string} reference
   * @param {number} [count]
   * @param {number} [milliseconds]
   */
  async mails(reference, count = 2, milliseconds = 15_000) {
    const mark = `\r\nX-Guichet-Reference: ${reference}\r\n`;
    let found = [];
    const enough = () => (found = this.mailbox.messages.filter(({ raw }) => raw.includes(mark))).length >= count;
    await poll(enough, milliseconds, () => `${found.length} of ${count} mails about ${reference} arrived`);
    const toStaff = ({ to }) => Number(to[0] === POSTING.recipient);
    return found.sort((one, other) => toStaff(other) - toStaff(one));
  }

  /** Deletes all applications and mails. */
  async afresh() {
    await override(this.guichet);
    await forget(this.guichet);
    this.mailbox.clear();
  }
}
