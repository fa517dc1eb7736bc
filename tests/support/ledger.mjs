// A ledger that has been in use for years, made in a few statements of SQL; and the names of the Worker's statements.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { NOON, OTHER, POSTING } from "./application.mjs";
import { ROOT } from "./guichet.mjs";

/** How much there is of what. */
export const FILLED = { applications: 100_000, ofPosting: 120, pending: 10, withdrawn: 5_000, postings: 50, incidents: 500, incoming: 300 };

const DAY = 24 * 3_600_000;

/**
 * Fills the tables: stored and forwarded applications, `FILLED.ofPosting` of them to POSTING and the others to OTHER; ten
 * mails that have failed twice and wait; withdrawals, erased postings with drafts, and incidents, all of them over.
 *
 * @param {import("./guichet.mjs").Guichet} guichet that holds one application, whose content all get
 */
export async function fill(guichet) {
  const { applications, ofPosting, pending, withdrawn, postings, incidents } = FILLED;
  await guichet.db.batch(
    [
      `INSERT INTO applications (id, reference, posting, language, origin, received_at, application, number, erase_at)
       SELECT printf('%032x', n), ${reference("n")},
         iif(n <= ${ofPosting}, '${POSTING.slug}', '${OTHER.slug}'), language, origin,
         ${NOON - DAY} - ${applications} + n, json_set(application, '$.email', 'person' || n || '@example.net'), n + 10, iif(n <= ${ofPosting}, erase_at, erase_at + ${3_650 * DAY})
       FROM ${numbers(applications)}, (SELECT language, origin, application, erase_at FROM applications LIMIT 1)`,
      ...["staff", "acknowledgement"].map(
        (kind) => `INSERT INTO mails (id, kind, application, posting, attempts, due_at, tried_since, sent_at)
          SELECT '${kind}/' || id, '${kind}', id, posting, 1, received_at, received_at, received_at + 2000
          FROM applications WHERE id NOT IN (SELECT application FROM mails WHERE kind = '${kind}')`,
      ),
      `UPDATE mails SET sent_at = NULL, attempts = 2, failures = 2, last_problem = 'connect: timeout', due_at = ${NOON + 60_000}
       WHERE id IN (SELECT 'acknowledgement/' || printf('%032x', ${ofPosting} + n) FROM ${numbers(pending)})`,
      `INSERT INTO retired (id, posting, retired_at, receipt, erased)
       SELECT printf('f%031x', n), '${OTHER.slug}', ${NOON - DAY}, printf('%064x', n), 1 FROM ${numbers(withdrawn)}`,
      `INSERT INTO mails (id, kind, posting, attempts, due_at, tried_since, sent_at)
       SELECT 'withdrawal/' || id, 'withdrawal', posting, 1, retired_at, retired_at, retired_at + 2000 FROM retired`,
      `INSERT INTO tallies (posting, erased_at, erased, last_number)
       SELECT 'posting-' || n, ${NOON - DAY}, 100, 100 FROM ${numbers(postings)}`,
      `INSERT INTO postings (slug, state, state_since, version) SELECT posting, 'draft', ${NOON}, 1 FROM tallies WHERE posting LIKE 'posting-%'`,
      `INSERT INTO posting_versions (slug, version, source, format, saved_at, saved_by)
       SELECT slug, n, 'a draft', 0, ${NOON}, 'staff' FROM postings, ${numbers(20)} WHERE state = 'draft'`,
      `INSERT INTO incidents (opened_at, cause, losing, lost, closed_at)
       SELECT ${NOON - DAY} + n, 'late', 0, 0, ${NOON - DAY} + n + 1 FROM ${numbers(incidents)}`,
      `INSERT INTO mails (id, kind, attempts, due_at, tried_since, sent_at)
       SELECT 'alert/' || opened_at, 'alert', 1, opened_at, opened_at, opened_at + 2000 FROM incidents`,
    ].map((sql) => guichet.db.prepare(sql)),
  );
}

/** The numbers from 1 to `count`, as a table with the column `n`. */
const numbers = (count) =>
  `(WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${count}) SELECT n FROM counted)`;

/** A reference for each number: digits that references do not have are replaced. */
const reference = (n) => `replace(replace(printf('%08d', ${n}), '0', 'A'), '1', 'B')`;

/**
 * The names of the statements of crates/ledger.
 *
 * @returns {Promise<string[]>}
 */
export async function queries() {
  const folder = join(ROOT, "crates/ledger/src");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".rs"));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), "utf8")));
  // The statements of the crate's own tests are none of the product's.
  const products = texts.map((text) => text.split("#[cfg(test)]")[0]);
  const found = products.flatMap((text) => [...text.matchAll(/(?:Query::new|page!)\(\s*"([^"]+)"/g)]);
  return found.map(([, name]) => name);
}
