// Tests `cargo xtask deploy` and `doctor` with the real Wrangler against a stand-in for Cloudflare's API. They need the
// production build.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { Miniflare } from "miniflare";

import { Cloudflare } from "../support/cloudflare.mjs";
import { ROOT } from "../support/guichet.mjs";

const wranglerToml = await readFile(join(ROOT, "wrangler.toml"), "utf8");
const QUEUES = [...new Set([...wranglerToml.matchAll(/queue = "guichet(-[^"]+)"/g)].map(([, end]) => `jobs-test${end}`))].sort();
/** The queue that the third test takes away. */
let gone;
const folder = await mkdtemp(join(tmpdir(), "guichet-online-"));
const platform = new Miniflare({ modules: true, script: "export default {}", d1Databases: ["DB"], cf: false });
const cloudflare = await Cloudflare.start(await platform.getD1Database("DB"));
const keyCopy = join(ROOT, ".guichet/jobs-test.signing-key");
await rm(keyCopy, { force: true });
after(async () => {
  await rm(keyCopy, { force: true });
  await cloudflare.stop();
  await platform.dispose();
  await rm(folder, { recursive: true, force: true });
});

const postings = join(folder, "postings");
await cp(join(ROOT, "postings"), postings, { recursive: true });
await rm(join(postings, "postings.lock"), { force: true });

const READY = `
name = "jobs-test"
domain = "careers.guichet.dev"
jurisdiction = "eu"
postings = ${JSON.stringify(postings)}
[vars]
MAIL_FROM_ADDRESS = "jobs@guichet.dev"
OPERATOR_ADDRESS = "operator@guichet.dev"
`;

/** An environment in which nobody is logged in. */
const NOBODY = { CLOUDFLARE_API_TOKEN: undefined, XDG_CONFIG_HOME: folder };

/** Runs a command with these settings. @param {string} settings @param {...string} line */
async function xtask(settings, ...line) {
  return xtaskIn({}, settings, ...line);
}

/** The same in an environment that differs. @param {NodeJS.ProcessEnv} own @param {string} settings @param {...string} line */
async function xtaskIn(own, settings, ...line) {
  const file = join(folder, "guichet.toml");
  await writeFile(file, settings);
  const env = { ...process.env, ...cloudflare.environment, ...own, GUICHET_SETTINGS: file };
  return new Promise((resolve) => {
    execFile("cargo", ["xtask", ...line], { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, text: `${stdout}\n${stderr}` });
    });
  });
}

test("placeholders stop a deployment before it reaches Cloudflare", async () => {
  const placeholders = READY.replace("jobs@guichet.dev", "guichet@example.org");
  const { code, text } = await xtask(placeholders, "deploy", "--built");
  assert.ok(QUEUES.length >= 3);
  assert.equal(code, 1, text);
  assert.match(text, /MAIL_FROM_ADDRESS is "guichet@example.org"/);
  assert.deepEqual(cloudflare.changes, []);
});

test("who is not logged in is told so before anything is built", async () => {
  const remedy = "run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN";
  for (const line of [["deploy"], ["deploy", "--dry-run"], ["doctor", "--remote"], ["postings", "list", "--remote"]]) {
    const { code, text } = await xtaskIn(NOBODY, READY, ...line);
    assert.equal(code, 1, text);
    assert.ok(text.includes("not logged in at Cloudflare") && text.includes(remedy), text);
    assert.ok(!text.includes("non-interactive") && !text.includes("the Worker"), text);
  }
  assert.deepEqual(cloudflare.changes, []);
});

test("a mistake in a posting stops a deployment, and the doctor names it", async () => {
  const file = join(postings, "digital-security-officer.md");
  const source = await readFile(file, "utf8");
  await writeFile(file, source.replace(/^workload = .*$/m, 'workload = "80"').replace(/^retention_days = .*$/m, "retention_days = 1800"));
  const place = (key) => `postings/digital-security-officer.md:${source.split("\n").findIndex((line) => line.startsWith(key)) + 1}: `;
  for (const line of [["deploy", "--dry-run"], ["doctor"], ["postings", "check", "--remote"]]) {
    const { code, text } = await xtask(READY, ...line);
    assert.equal(code, 1, text);
    for (const key of ["workload", "retention_days"]) assert.ok(text.includes(place(key)), `${place(key)} in ${text}`);
  }
  await writeFile(file, source);
  const mended = await xtask(READY, "postings", "check", "--remote");
  assert.match(mended.text, /^2 postings in .*, no mistake$/m);
  assert.deepEqual(cloudflare.changes, []);
});

test("a deployment makes everything from nothing", async () => {
  const first = await xtask(READY, "deploy", "--built");
  assert.equal(first.code, 0, first.text);
  assert.match(first.text, /https:\/\/careers.guichet.dev takes applications/);
  assert.deepEqual(cloudflare.databases.map(({ name, jurisdiction }) => [name, jurisdiction]), [["jobs-test", "eu"]]);
  assert.deepEqual(cloudflare.buckets, ["jobs-test-documents"]);
  assert.deepEqual(cloudflare.queues.map(({ queue_name }) => queue_name).sort(), QUEUES);
  const key = cloudflare.workers.get("jobs-test").get("SIGNING_KEY");
  assert.match(key, /^[0-9a-f]{64}$/);
  assert.ok(!first.text.includes(key), "the key is not printed");
  assert.equal((await readFile(keyCopy, "utf8")).trim(), key);
  assert.equal((await stat(keyCopy)).mode & 0o777, 0o600);
  const [{ results }] = await cloudflare.query("SELECT name FROM d1_migrations ORDER BY name");
  const files = (await readdir(join(ROOT, "migrations"))).filter((name) => name.endsWith(".sql"));
  assert.deepEqual(results.map(({ name }) => name), files.sort());
  const [{ results: saved }] = await cloudflare.query("SELECT slug FROM postings ORDER BY slug");
  assert.deepEqual(saved.map(({ slug }) => slug), ["digital-security-officer", "protection-espace-civique-tunisie-ue"]);
  const { bindings } = cloudflare.uploads.get("jobs-test");
  const binding = (name) => bindings.find((one) => one.name === name);
  assert.equal(binding("DB").id ?? binding("DB").database_id, cloudflare.databases[0].uuid);
  assert.equal(binding("DOCUMENTS").bucket_name, "jobs-test-documents");
  assert.equal(binding("MAIL_FROM_ADDRESS").text, "jobs@guichet.dev");

  assert.deepEqual(cloudflare.unknown, []);
});

test("a dry run finds what is there, says what is missing, and changes nothing", async () => {
  [gone] = cloudflare.queues.splice(0, 1);
  cloudflare.changes.length = 0;
  const { code, text } = await xtask(READY, "deploy", "--dry-run", "--built");
  assert.equal(code, 0, text);
  for (const name of ["jobs-test", "jobs-test-documents", "every migration", "SIGNING_KEY", ...QUEUES.filter((name) => name !== gone.queue_name)]) {
    assert.ok(text.includes(`  ${name}: there\n`), `${name} in ${text}`);
  }
  assert.ok(text.includes(`would make the queue ${gone.queue_name}`), text);
  assert.deepEqual(cloudflare.changes, []);
});

test("a dry run needs no build", async () => {
  const { code, text } = await xtask(READY, "deploy", "--dry-run");
  assert.equal(code, 0, text);
  assert.ok(text.includes("would build and upload the Worker"), text);
});

test("the doctor finds what is missing online, with its remedy", async () => {
  cloudflare.workers.get("jobs-test").delete("SIGNING_KEY");
  await cloudflare.query("DELETE FROM d1_migrations WHERE id = (SELECT max(id) FROM d1_migrations)");
  const { code, text } = await xtask(READY, "doctor", "--remote");
  assert.equal(code, 1, text);
  for (const found of [`the queue ${gone.queue_name}`, "SIGNING_KEY is not there", "the tables are behind", "/healthz says signing_key", "is not verified"]) {
    assert.ok(text.includes(found), `${found} in ${text}`);
  }
});
