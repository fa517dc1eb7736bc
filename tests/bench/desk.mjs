// `cargo xtask bench desk`: what 10,000 applications to one posting cost at the desk, in workerd's CPU time, D1's included.
// See docs/desk.md.

import { generateKeyPairSync, sign } from "node:crypto";

import { apply, clock, NOON, OTHER } from "../support/application.mjs";
import { start } from "../support/guichet.mjs";
import { peak } from "../support/isolate.mjs";
import { cpuSeconds } from "../support/processes.mjs";

const APPLICATIONS = 10_000;
const ROUNDS = 20;
/** What a page of the list may take, and what the isolate may hold while everything leaves. */
const MOST = { ms: 100, bytes: 128 * 1024 * 1024 };

const TEAM = "team.example";
const KEYS = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = { kid: "one", alg: "RS256", use: "sig", ...KEYS.publicKey.export({ format: "jwk" }) };
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const seconds = NOON / 1_000;
const signed = `${part({ alg: "RS256", kid: "one" })}.${part({ iss: `https://${TEAM}`, aud: ["tag"], email: "chief@example.org", iat: seconds, nbf: seconds, exp: seconds + 86_400 })}`;
const token = `${signed}.${sign("sha256", Buffer.from(signed), KEYS.privateKey).toString("base64url")}`;

const guichet = await start({
  clock: clock(),
  inspector: true,
  output: () => {},
  outbound: () => Response.json({ keys: [jwk] }),
  vars: { MAIL_TRANSPORT: "none", ACCESS_TEAM_DOMAIN: TEAM, ACCESS_AUDIENCE: "tag", DESK_ADMINS: "chief@example.org" },
});
await filled();

const list = `/desk/postings/${OTHER.slug}`;
const results = [];
for (const [name, path, headers] of [
  ["all postings", "/desk", { accept: "text/html" }],
  ["first page of the list", list, { accept: "text/html" }],
  ["page 25", `${list}?page=25`, { accept: "text/html" }],
  ["the same as JSON", `${list}?page=25`, { accept: "application/json" }],
]) {
  await read(path, headers);
  const before = await cpuSeconds(guichet.workerd);
  for (let round = 0; round < ROUNDS; round += 1) await read(path, headers);
  results.push([name, (((await cpuSeconds(guichet.workerd)) - before) / ROUNDS) * 1_000]);
}
for (const [name, ms] of results) console.log(`${name.padEnd(24)} ${ms.toFixed(0).padStart(6)} ms of CPU`);
for (const kind of ["csv", "json", "zip"]) {
  let bytes = 0;
  const [began, before] = [performance.now(), await cpuSeconds(guichet.workerd)];
  const most = await peak(guichet, async () => (bytes = await read(`${list}/export.${kind}`, {})));
  const cpu = (await cpuSeconds(guichet.workerd)) - before;
  console.log(`export.${kind.padEnd(17)} ${(cpu * 1_000).toFixed(0).padStart(6)} ms of CPU, ${(bytes / 1e6).toFixed(1)} MB in ${((performance.now() - began) / 1_000).toFixed(1)} s, ${(most / 1024 / 1024).toFixed(0)} MB in the isolate`);
  if (most > MOST.bytes) fail(`export.${kind}: ${most} bytes are more than a Worker has`);
}
await guichet.stop();
for (const [name, ms] of results.slice(0, 3)) if (ms > MOST.ms) fail(`${name}: ${ms.toFixed(0)} ms, more than ${MOST.ms}`);

/** The bytes of an answer, read to its end. */
async function read(path, headers) {
  const answer = await guichet.fetch(path, { headers: { ...headers, "cf-access-jwt-assertion": token } });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
  let bytes = 0;
  for await (const chunk of answer.body) bytes += chunk.length;
  return bytes;
}

/** One application is sent, the others are copies of its row. */
async function filled() {
  const fields = { eu_work_permit: undefined, swiss_work_permit: "yes", subject: "Digital Security Officer, Human Rights Defenders (Geneva)" };
  const first = await apply(guichet, fields, { slug: OTHER.slug });
  if (first.status !== 201) throw new Error(await first.text());
  const numbers = `(WITH RECURSIVE counted (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM counted WHERE n < ${APPLICATIONS}) SELECT n FROM counted)`;
  const mails = ["staff", "acknowledgement"].map(
    (kind) => `INSERT INTO mails (id, kind, application, posting, attempts, due_at, tried_since, sent_at)
      SELECT '${kind}/' || id, '${kind}', id, posting, 1, received_at, received_at, received_at + 2000 FROM applications WHERE number > 1`,
  );
  await guichet.db.batch(
    [
      `INSERT INTO applications (id, reference, posting, language, origin, received_at, application, number, erase_at)
       SELECT printf('%032x', n), replace(replace(printf('%08d', n), '0', 'A'), '1', 'B'), posting, language, origin, received_at,
         json_set(application, '$.email', 'person' || n || '@example.net', '$.name', 'Person ' || n), n, erase_at
       FROM ${numbers}, (SELECT * FROM applications LIMIT 1)`,
      ...mails,
    ].map((sql) => guichet.db.prepare(sql)),
  );
}

function fail(complaint) {
  console.error(`error: ${complaint}`);
  process.exitCode = 1;
}
