import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { join } from "node:path";

import { ROOT, start } from "../support/guichet.mjs";
import { migrate, statements } from "../support/migrate.mjs";

describe("a migration's text", () => {
  const cases = {
    "two statements": ["CREATE TABLE a (x); CREATE TABLE b (y);", ["CREATE TABLE a (x)", "CREATE TABLE b (y)"]],
    "a semicolon in a string": ["INSERT INTO a VALUES ('x;''y;')", ["INSERT INTO a VALUES ('x;''y;')"]],
    "a semicolon in a comment": ["-- one; two\nSELECT 1; /* three; */ SELECT 2", ["SELECT 1", "SELECT 2"]],
    "a trigger": [
      "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = 1; DELETE FROM b; END; SELECT 1",
      ["CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = 1; DELETE FROM b; END", "SELECT 1"],
    ],
    "nothing but comments": ["-- to be written\n", []],
  };
  for (const [name, [sql, expected]] of Object.entries(cases)) {
    test(name, () => assert.deepEqual(statements(sql), expected));
  }
});

describe("the migrations", () => {
  let guichet;
  before(async () => (guichet = await start()));
  after(() => guichet?.stop());

  test("are applied once", async () => {
    const applied = async () => (await guichet.db.prepare("SELECT name FROM d1_migrations ORDER BY id").all()).results;
    const first = await applied();
    assert.ok(first.length > 0);
    await migrate(guichet.db, join(ROOT, "migrations"));
    assert.deepEqual(await applied(), first);
  });
});

describe("the health check", () => {
  let guichet;
  before(async () => (guichet = await start()));
  after(() => guichet?.stop());

  test("fails where a migration of this build is missing", async () => {
    const health = async () => {
      const answer = await guichet.fetch("/healthz");
      return [answer.status, await answer.json()];
    };
    assert.deepEqual(await health(), [200, { status: "ok" }]);
    const last = "(SELECT max(id) FROM d1_migrations)";
    await guichet.db.prepare(`UPDATE d1_migrations SET name = 'x' || name WHERE id = ${last}`).run();
    assert.deepEqual(await health(), [503, { status: "unavailable", problems: ["tables"] }]);
    await guichet.db.prepare("DROP TABLE d1_migrations").run();
    assert.deepEqual(await health(), [503, { status: "unavailable", problems: ["tables"] }]);
  });
});

test("the health check names a signing key that is too short", async () => {
  await assert.rejects(start({ vars: { SIGNING_KEY: "short" } }), /answered 503: .*"problems":\["signing_key"\]/);
});
