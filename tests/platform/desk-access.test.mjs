// Tests who gets into the desk: tokens, roles, and posts of other sites. Whoever may not sees nothing of a posting or person.

import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { after, before, test } from "node:test";

import { apply, clock, MARIE, NOON, OTHER, POSTING } from "../support/application.mjs";
import { signIn } from "../support/desk.mjs";
import { start } from "../support/guichet.mjs";
import { save } from "../support/postings.mjs";

const TEAM = "team.example";
const AUDIENCE = "tag-of-the-application";
const ADMIN = "Chief@example.org";
const PANELLIST = "panellist@example.org";

const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 });
const published = pair();
const next = pair();
const stranger = pair();
/** What the team's page publishes, and how often it was asked. */
const keys = { list: [{ kid: "first", pair: published }], asked: 0 };

const jwks = () => ({ keys: keys.list.map(({ kid, pair }) => ({ kid, alg: "RS256", use: "sig", ...pair.publicKey.export({ format: "jwk" }) })) });

let guichet;
let dev;
let reference;
before(async () => {
  const outbound = (request) => {
    assert.equal(request.url, `https://${TEAM}/cdn-cgi/access/certs`);
    keys.asked += 1;
    return Response.json(jwks());
  };
  const vars = { ACCESS_TEAM_DOMAIN: TEAM, ACCESS_AUDIENCE: AUDIENCE, DESK_ADMINS: `other@example.org, ${ADMIN}` };
  guichet = await start({ clock: clock(), vars, outbound, faults: true });
  const source = (await guichet.db.prepare("SELECT source FROM posting_versions WHERE slug = ?1").bind(OTHER.slug).first()).source;
  await save(guichet.db, OTHER.slug, source.replace("\nsteps = [", `\npanel = ["${PANELLIST}"]\nsteps = [`));
  ({ reference } = await (await apply(guichet)).json());
  dev = await start({ build: "dev", vars: { ACCESS_AUDIENCE: "" } });
});
after(async () => {
  await guichet.stop();
  await dev.stop();
});

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const seconds = (milliseconds) => Math.floor(milliseconds / 1_000);

/** A token as the team signs it, but for `changes`. */
function token({ claims = {}, header = {}, pair = published, signature } = {}) {
  const head = part({ alg: "RS256", typ: "JWT", kid: "first", ...header });
  const body = { iss: `https://${TEAM}`, aud: [AUDIENCE], email: ADMIN, iat: seconds(NOON), nbf: seconds(NOON), exp: seconds(NOON) + 3_600, ...claims };
  const signed = `${head}.${part(body)}`;
  const made = signature?.(signed) ?? sign("sha256", Buffer.from(signed), pair.privateKey).toString("base64url");
  return `${signed}.${made}`;
}

const READS = () => [
  "/desk",
  "/desk/postings",
  "/desk/import",
  `/desk/postings/${POSTING.slug}`,
  `/desk/postings/${POSTING.slug}/edit`,
  `/desk/postings/${POSTING.slug}/applications`,
  `/desk/postings/${POSTING.slug}/export.csv`,
  `/desk/postings/${POSTING.slug}/export.json`,
  `/desk/postings/${POSTING.slug}/export.zip`,
  `/desk/applications/${reference}`,
  `/desk/applications/${reference}/file`,
  `/desk/applications/${reference}/documents/cv`,
];

const CHANGES = () => [
  ["/desk/postings", { source: "+++" }],
  [`/desk/postings/${POSTING.slug}`, { source: "+++", version: "1" }],
  ["/desk/preview", { source: "+++" }],
  [`/desk/postings/${POSTING.slug}/applications`, { name: "Marie", email: "marie@example.org" }],
  [`/desk/applications/${reference}/answered`, { answered: "yes" }],
  ["/desk/import", { text: "Texte" }],
  ["/desk/stage", { reference, stage: "declined", message: "Non" }],
  ["/desk/confirm", { reference }],
  ["/desk/mails/00000000000000000000000000000000/cancel", {}],
  [`/desk/applications/${reference}/notes`, { note: "Une note" }],
  [`/desk/postings/${POSTING.slug}/search`, { q: "Marie" }],
  [`/desk/postings/${POSTING.slug}/end`, {}],
  [`/desk/postings/${POSTING.slug}/withdraw`, {}],
  [`/desk/postings/${POSTING.slug}/put-back`, {}],
  [`/desk/applications/${reference}/erase`, {}],
];

const OURS = { "sec-fetch-site": "same-origin" };
const as = (token) => ({ "cf-access-jwt-assertion": token });
const get = (path, headers = {}) => guichet.fetch(path, { headers: { accept: "application/json", ...headers } });
const post = (path, fields, headers = {}) =>
  guichet.fetch(path, { method: "POST", body: new URLSearchParams(fields), headers: { accept: "application/json", ...headers } });

/** Checks that an answer has nothing of a posting or person. */
async function tellsNothing(answer, status, what) {
  const text = await answer.text();
  assert.equal(answer.status, status, `${what}: ${text}`);
  assert.equal(answer.headers.get("cache-control"), "no-store", what);
  for (const word of [MARIE.name, MARIE.email, POSTING.title, POSTING.slug, reference]) assert.ok(!text.includes(word), `${what}: ${word}`);
}

/** What the tables have that a change would touch. */
const state = () => guichet.db.prepare("SELECT stage, (SELECT count(*) FROM notes) AS notes, (SELECT count(*) FROM posting_versions) AS versions FROM applications").all();

test("each route wants a valid token", async () => {
  const bad = {
    none: {},
    "no token": as("x"),
    expired: as(token({ claims: { exp: seconds(NOON) } })),
    "not yet valid": as(token({ claims: { nbf: seconds(NOON) + 600 } })),
    "another audience": as(token({ claims: { aud: ["other"] } })),
    "another issuer": as(token({ claims: { iss: "https://other.example" } })),
    "another key": as(token({ pair: stranger })),
    "an unknown key": as(token({ pair: stranger, header: { kid: "unknown" } })),
    "no address": as(token({ claims: { email: undefined, common_name: "service" } })),
    "algorithm none": as(token({ header: { alg: "none" }, signature: () => "" })),
    "HS256 with the public key": as(
      token({
        header: { alg: "HS256" },
        signature: (signed) => createHmac("sha256", published.publicKey.export({ type: "spki", format: "pem" })).update(signed).digest("base64url"),
      }),
    ),
    "a changed claim": as(token().replace(/\.[^.]+\./, `.${part({ iss: `https://${TEAM}`, aud: [AUDIENCE], email: ADMIN, exp: 4e9 })}.`)),
    "nobody in particular": as(token({ claims: { email: "nobody@example.org" } })),
  };
  const before = await state();
  for (const [what, headers] of Object.entries(bad)) {
    for (const path of READS()) await tellsNothing(await get(path, headers), 403, `${what}: ${path}`);
    for (const [path, fields] of CHANGES()) await tellsNothing(await post(path, fields, { ...OURS, ...headers }), 403, `${what}: ${path}`);
  }
  assert.deepEqual((await state()).results, before.results);
});

test("a valid token opens each route, as a header or as a cookie", async () => {
  for (const path of READS()) {
    const answer = await get(path, as(token()));
    assert.equal(answer.status, 200, `${path}: ${await answer.text()}`);
    assert.equal(answer.headers.get("cache-control"), "no-store", path);
  }
  assert.equal((await get("/desk", { cookie: `a=b; CF_Authorization=${token()}` })).status, 200);
  // The header is the sign-on's own: a cookie does not make up for a bad one.
  await tellsNothing(await get("/desk", { ...as("x"), cookie: `CF_Authorization=${token()}` }), 403, "header first");
});

test("keys are fetched once, and again for an unknown one a minute later", async () => {
  const first = keys.asked;
  keys.list.push({ kid: "next", pair: next });
  const at = (milliseconds) => ({ ...as(token({ pair: next, header: { kid: "next" }, claims: { exp: seconds(NOON) + 9_000 } })), "x-test-clock": clock(milliseconds) });
  // A token of an unknown key was tried at noon.
  await tellsNothing(await get("/desk", at(NOON + 59_000)), 403, "within the minute");
  assert.equal(keys.asked, first);
  assert.equal((await get("/desk", at(NOON + 61_000))).status, 200);
  assert.equal((await get("/desk", at(NOON + 62_000))).status, 200);
  assert.equal(keys.asked, first + 1);
});

test("a panel reads its posting and writes notes, and nothing else", async () => {
  const panel = as(token({ claims: { email: PANELLIST.toUpperCase() } }));
  const listed = await (await get("/desk", panel)).json();
  assert.deepEqual(listed.postings.map(({ slug }) => slug), [OTHER.slug]);
  for (const path of READS().filter((path) => path !== "/desk")) await tellsNothing(await get(path, panel), 403, path);
  for (const [path, fields] of CHANGES()) await tellsNothing(await post(path, fields, { ...OURS, ...panel }), 403, path);

  const documents = { swiss_work_permit: "yes", eu_work_permit: undefined, subject: "Digital Security Officer, Human Rights Defenders (Geneva)" };
  const own = await (await apply(guichet, documents, { slug: OTHER.slug })).json();
  const list = await (await get(`/desk/postings/${OTHER.slug}`, panel)).json();
  assert.deepEqual(list.applications.map((one) => one.reference), [own.reference]);
  // That the person has applied to another posting is not theirs to know.
  assert.deepEqual(list.applications[0].also_applied, []);
  assert.equal((await get(`/desk/applications/${own.reference}/documents/cv`, panel)).status, 200);
  assert.equal((await post(`/desk/applications/${own.reference}/notes`, { note: "Solide" }, { ...OURS, ...panel })).status, 201);
  for (const path of [`/desk/postings/${OTHER.slug}/export.csv`, `/desk/postings/${OTHER.slug}/edit`, `/desk/applications/${own.reference}/file`]) {
    assert.equal((await get(path, panel)).status, 403, path);
  }
  assert.equal((await post("/desk/stage", { reference: own.reference, stage: "declined" }, { ...OURS, ...panel })).status, 403);
  await tellsNothing(await get("/desk/postings/no-such-posting", panel), 403, "a posting that is none");
});

test("a change from another site is refused", async () => {
  const before = await state();
  const admin = as(token());
  for (const headers of [
    {},
    { origin: "null" },
    { origin: "https://evil.example" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "none" },
    { "sec-fetch-site": "cross-site", origin: guichet.url.origin },
  ]) {
    for (const [path, fields] of CHANGES()) {
      await tellsNothing(await post(path, fields, { ...admin, ...headers }), 403, `${JSON.stringify(headers)}: ${path}`);
    }
  }
  assert.deepEqual((await state()).results, before.results);
  const by = { ...admin, origin: guichet.url.origin };
  assert.equal((await post(`/desk/applications/${reference}/notes`, { note: "Par Origin" }, by)).status, 201);
});

test("without settings there is no desk", async () => {
  for (const path of [...READS(), "/desk/dev-sign-in"]) await tellsNothing(await dev.fetch(path), 404, path);
  for (const [path] of CHANGES()) assert.equal((await dev.fetch(path, { method: "POST", headers: OURS })).status, 404, path);
});

test("the development key opens development alone", async () => {
  assert.equal((await guichet.fetch("/desk/dev-sign-in")).status, 404);
  const elsewhere = await start({ clock: clock() });
  try {
    const staff = await signIn(elsewhere);
    assert.equal((await staff.get("/desk")).status, 200);
    assert.equal((await (await signIn(elsewhere, "nobody@example.org")).get("/desk")).status, 403);
    await tellsNothing(await get("/desk", { cookie: staff.cookie }), 403, "a token of development");
  } finally {
    await elsewhere.stop();
  }
});
