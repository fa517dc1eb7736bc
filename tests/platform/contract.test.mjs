// The contract of the storage ports on D1, case by case: crates/ledger/src/contract, which `cargo test -p ledger` runs on
// SQLite. It goes through the Worker's own D1 adapter.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { forget } from "../support/application.mjs";
import { ROOT } from "../support/guichet.mjs";
import { migrate } from "../support/migrate.mjs";
import { running } from "../support/running.mjs";

const { guichet } = await running({ databases: ["CONTRACT_DB"] });
const db = await guichet.mf.getD1Database("CONTRACT_DB");
await migrate(db, join(ROOT, "migrations"));

const cases = await (await guichet.fetch("/contract")).json();
test("the suite has cases", () => assert.ok(cases.length > 0));

for (const name of cases) {
  test(name.replaceAll("_", " "), async () => {
    await forget({ db, bucket: guichet.bucket }, []);
    const answer = await guichet.fetch(`/contract/${name}`);
    assert.deepEqual([answer.status, await answer.text()], [200, ""]);
  });
}

test("a case that does not exist is told", async () => {
  assert.equal(await (await guichet.fetch("/contract/none")).text(), "there is no such case");
});
