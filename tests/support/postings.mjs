// Puts the folder `postings` into a local database, for `cargo xtask dev` and the tests. `cargo xtask postings push` does it
// online. The Worker compiles what comes without something compiled.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Saves each file that has changed since it was saved last. What the desk has saved since then stays.
 *
 * @param {import("miniflare").D1Database} db
 * @param {string} folder
 */
export async function pushFolder(db, folder) {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".md") && name !== "README.md");
  const latest = db.prepare("SELECT source FROM posting_versions WHERE slug = ?1 AND saved_by = 'dev' ORDER BY version DESC LIMIT 1");
  for (const name of files) {
    const slug = name.slice(0, -".md".length);
    const source = await withKeys(folder, await readFile(join(folder, name), "utf8"));
    if ((await latest.bind(slug).first("source")) !== source) await save(db, slug, source);
  }
}

/** The posting with the text of each key in the place of its file's name. @param {string} folder @param {string} source */
async function withKeys(folder, source) {
  const parts = await Promise.all(
    source.split(/(?<=^(?!\s*#).*)(["']keys\/[\w.-]+["'])/m).map(async (part, at) => {
      if (at % 2 === 0) return part;
      return `"""${await readFile(join(folder, part.slice(1, -1)), "utf8")}"""`;
    }),
  );
  return parts.join("");
}

/**
 * Saves a version of a posting on top of the current one, unless that says the same.
 *
 * @param {import("miniflare").D1Database} db
 * @param {string} slug
 * @param {string} source
 * @param {number} [now] epoch milliseconds
 * @param {{ by?: string, endedAt?: number }} [how] who saves it, and when it was ended by hand, in epoch milliseconds
 */
export async function save(db, slug, source, now = Date.now(), { by = "dev", endedAt } = {}) {
  const current = "SELECT version, source, state FROM postings JOIN posting_versions USING (slug, version) WHERE slug = ?1";
  const before = await db.prepare(current).bind(slug).first();
  if (before?.source === source) return;
  const version = (before?.version ?? 0) + 1;
  await db.batch([
    db.prepare("INSERT INTO postings (slug, state, state_since, version) VALUES (?1, 'published', ?2, 0) ON CONFLICT DO NOTHING").bind(slug, now),
    db
      .prepare("INSERT INTO posting_versions (slug, version, source, format, closes_at, ended_at, saved_at, saved_by) VALUES (?1, ?2, ?3, 0, ?5, ?6, ?4, ?7)")
      .bind(slug, version, source, now, endedAt ?? closing(source), endedAt ?? null, by),
    db.prepare("UPDATE postings SET version = ?2 WHERE slug = ?1").bind(slug, version),
  ]);
}

/** The end of the last day, by the clock of this machine's zone table. @param {string} source */
function closing(source) {
  const [, date] = /^\[deadline\][^[]*?^date = (\S+)/ms.exec(source) ?? [];
  const [, zone] = /^\[deadline\][^[]*?^zone = "([^"]+)"/ms.exec(source) ?? [];
  if (!date || !zone) return null;
  const midnight = Date.parse(`${date}T00:00:00Z`) + 24 * 3_600_000;
  const shown = new Date(midnight).toLocaleString("sv-SE", { timeZone: zone });
  return midnight - (Date.parse(`${shown.replace(" ", "T")}Z`) - midnight);
}
