// Tests GET /postings/{slug}.

import assert from "node:assert/strict";
import { test } from "node:test";

import { clock, form, NOON, OTHER, POSTING } from "../support/application.mjs";
import { running } from "../support/running.mjs";
import { unescaped, words } from "../support/words.mjs";

const place = await running();

async function page({ slug }, milliseconds = NOON, query = "") {
  const answer = await place.guichet.fetch(`/postings/${slug}${query}`, { headers: { "x-test-clock": clock(milliseconds) } });
  assert.equal(answer.status, 200);
  const raw = await answer.text();
  return { raw, html: unescaped(raw) };
}

const jobPosting = ({ raw }) => JSON.parse(/<script type="application\/ld\+json">(.*?)<\/script>/s.exec(raw)[1]);

test("an open posting has a form that works without script", async () => {
  const { html } = await page(POSTING);
  assert.match(html, new RegExp(`<form[^>]*method="post"[^>]*enctype="multipart/form-data"[^>]*action="/postings/${POSTING.slug}/applications`));
  for (const name of [...form().keys(), "token"]) assert.ok(html.includes(` name="${name}"`), name);
  assert.ok(html.includes(`name="subject" value="${POSTING.subject}"`), "nobody types the subject");
  assert.ok(html.includes(words("fr").posting.apply));
});

test("a closed posting has no form and says so, in either language", async () => {
  for (const language of ["fr", "en"]) {
    const { html } = await page(POSTING, POSTING.closesAt, `?lang=${language}`);
    assert.ok(!html.includes("<form") && !html.includes("<input"));
    assert.ok(!html.includes('type="module"'), "nor the script for one");
    assert.ok(html.includes(words(language).posting.closed));
    assert.match(html, /<meta name="robots" content="noindex/);
  }
});

test("the form is there to the last millisecond, and from the first", async () => {
  for (const [instant, there] of [[POSTING.opensAt - 1, false], [POSTING.opensAt, true], [POSTING.closesAt - 1, true], [POSTING.closesAt, false]]) {
    assert.equal((await page(POSTING, instant)).html.includes("<form"), there, new Date(instant).toISOString());
  }
});

test("the text keeps the posting's language whatever the page speaks", async () => {
  const { html } = await page(POSTING, NOON, "?lang=en");
  assert.match(html, /<html lang="en"/);
  assert.ok(html.includes(`<h1 lang="fr">${POSTING.title}</h1>`));
  assert.match(html, /<article[^>]* lang="fr"/);
  assert.ok(html.includes(words("en").form.send));
});

test("search engines read the posting, and when it closes", async () => {
  for (const posting of [POSTING, OTHER]) {
    const job = jobPosting(await page(posting));
    assert.deepEqual([job["@context"], job["@type"], job.title], ["https://schema.org", "JobPosting", posting.title]);
    assert.equal(Date.parse(job.validThrough), posting.closesAt, "what the server goes by");
    assert.equal(job.directApply, true);
    assert.equal(new URL(job.url).pathname, `/postings/${posting.slug}`);
    for (const name of ["description", "datePosted", "employmentType", "hiringOrganization", "jobLocation"]) assert.ok(job[name], name);
  }
  assert.equal(jobPosting(await page(POSTING, POSTING.closesAt)).directApply, false);
});

test("each page has a token of its own", async () => {
  const token = ({ html }) => /name="token" value="([^"]+)"/.exec(html)[1];
  const [first, second] = [token(await page(POSTING)), token(await page(POSTING))];
  assert.notEqual(first, second);
  assert.match(first, new RegExp(`^[0-9a-f]{32}\\.${NOON}\\.1\\.[\\w-]{43}$`));
});

test("the page hands its requirements and its clock to the script, and nothing else", async () => {
  const { raw } = await page(POSTING);
  const data = JSON.parse(/<script type="application\/json" id="guichet">(.*?)<\/script>/s.exec(raw)[1]);
  assert.equal(data.now, NOON);
  assert.equal(data.requirements.window.closes_at, POSTING.closesAt);
  assert.deepEqual(data.requirements.documents.map(({ id }) => id), ["cover_letter", "cv"]);
  assert.ok(!JSON.stringify(data).includes("applications@omct.org"));
});
