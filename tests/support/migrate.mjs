// Applies `migrations/*.sql` to a local database, in the order of their names, each once. It keeps wrangler's own record
// (`d1_migrations`), so that either may go on where the other stopped.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * @param {import("miniflare").D1Database} db
 * @param {string} folder
 */
export async function migrate(db, folder) {
  await db
    .prepare(
      `CREATE TABLE IF NOT EXISTS d1_migrations (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT UNIQUE,
        applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
      )`,
    )
    .run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map((row) => row.name));
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  for (const name of files.filter((file) => !applied.has(file))) {
    const sql = await readFile(join(folder, name), "utf8");
    const record = db.prepare("INSERT INTO d1_migrations (name) VALUES (?1)").bind(name);
    // One batch is one transaction: a migration that fails leaves nothing behind.
    await db.batch([...statements(sql).map((text) => db.prepare(text)), record]);
  }
}

/**
 * Splits at the semicolons that end a statement: not those in a string, a comment, or between a trigger's BEGIN and END.
 *
 * @param {string} sql
 * @returns {string[]}
 */
export function statements(sql) {
  const found = [];
  let text = "";
  let depth = 0;
  for (const [token] of sql.matchAll(TOKEN)) {
    if (token.startsWith("--") || token.startsWith("/*")) continue;
    if (/^(begin|case)$/i.test(token)) depth += 1;
    if (/^end$/i.test(token)) depth -= 1;
    if (token === ";" && depth === 0) {
      found.push(text.trim());
      text = "";
    } else {
      text += token;
    }
  }
  return [...found, text.trim()].filter((statement) => statement !== "");
}

const TOKEN = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\w+|[\s\S]/g;
