// How soon the form works on a slow phone, and where the time goes. Exits with 1 over the limits; docs/page.md explains them.

import { createServer } from "node:http";
import { once } from "node:events";
import { brotliCompressSync, constants } from "node:zlib";

import { chromium } from "playwright-core";

import { ARGUMENTS, executable } from "../support/browser.mjs";
import { start } from "../support/guichet.mjs";

/** How much slower than this machine the phone is. */
const SLOWDOWN = 6;
/** Each figure is the median of so many visits, each in a new browser context. */
const VISITS = 7;
/** Milliseconds from navigation until the form is live, and of the longest task of the page's main thread. */
const CASES = [
  { name: `processor ${SLOWDOWN} times slower`, limits: { live: 1_500, task: 300 } },
  { name: `processor ${SLOWDOWN} times slower, 400 kbit/s`, kilobits: 400, limits: { live: 2_500, task: 300 } },
];

const guichet = await start({ build: "production" });
const edge = await compressing(guichet);
const browser = await chromium.launch({ executablePath: executable(), args: ARGUMENTS });
let failed = false;
try {
  const careers = await (await guichet.fetch("/")).text();
  const path = /href="(\/postings\/[^"?#]+)/.exec(careers)?.[1];
  if (!path) throw new Error("The careers page links to no posting.");
  const url = new URL(path, edge.url).href;
  await visit(url, {}); // The server's and the browser's first page costs more than a phone would see.
  for (const { name, kilobits, limits } of CASES) {
    const visits = [];
    for (let count = 0; count < VISITS; count++) visits.push(await visit(url, { slowdown: SLOWDOWN, kilobits }));
    failed = report(name, visits, limits) || failed;
  }
} finally {
  await browser.close();
  edge.stop();
  await guichet.stop();
}
process.exit(failed ? 1 : 0);

/** Cloudflare compresses what it serves; workerd alone does not. */
async function compressing({ url: origin }) {
  const compressed = new Map();
  const server = createServer(async (request, response) => {
    const answer = await fetch(new URL(request.url, origin), { headers: { accept: "text/html" } });
    let body = Buffer.from(await answer.arrayBuffer());
    const headers = Object.fromEntries(answer.headers);
    for (const name of ["content-length", "content-encoding", "transfer-encoding", "connection"]) delete headers[name];
    if (/\bbr\b/.test(request.headers["accept-encoding"] ?? "")) {
      const isFixed = request.url.startsWith("/assets/");
      if (!isFixed || !compressed.has(request.url)) {
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: isFixed ? 11 : 4 } };
        compressed.set(request.url, brotliCompressSync(body, quality));
      }
      body = compressed.get(request.url);
      headers["content-encoding"] = "br";
    }
    response.writeHead(answer.status, headers).end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { url: `http://localhost:${server.address().port}`, stop: () => server.close() };
}

/** Opens the page and returns when the form was live, the tasks of its main thread, and the marks of boot.js. */
async function visit(url, { slowdown, kilobits }) {
  const context = await browser.newContext({ locale: "fr-BE", viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  if (slowdown) await devtools.send("Emulation.setCPUThrottlingRate", { rate: slowdown });
  if (kilobits) {
    const throughput = (kilobits * 1_000) / 8;
    const line = { offline: false, latency: 0, downloadThroughput: throughput, uploadThroughput: throughput };
    await devtools.send("Network.emulateNetworkConditions", line);
  }
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline", "blink.user_timing"] });
  await page.goto(url);
  await page.locator("#countdown").waitFor();
  await page.waitForTimeout(500);
  const measured = await page.evaluate(() => {
    const times = (type) => performance.getEntriesByType(type).map(({ name, startTime }) => [name, startTime]);
    const { responseEnd, domInteractive } = performance.getEntriesByType("navigation")[0];
    const files = performance.getEntriesByType("resource").map(({ name, responseEnd, encodedBodySize }) => [name, responseEnd, encodedBodySize]);
    return { marks: Object.fromEntries([...times("paint"), ...times("mark")]), responseEnd, domInteractive, files };
  });
  const trace = JSON.parse((await browser.stopTracing()).toString());
  await context.close();
  return { ...measured, live: measured.marks["form live"], tasks: tasks(trace.traceEvents) };
}

/** The tasks of the page's main thread, longest first, with what took most of each. */
function tasks(events) {
  const start = events.find(({ name }) => name === "navigationStart" || name === "ResourceSendRequest");
  const main = events.find(({ name, args }) => name === "ResourceSendRequest" && args?.data?.url?.includes("/postings/")) ?? start;
  const own = events.filter(({ pid, tid, ph }) => pid === main?.pid && tid === main?.tid && ph === "X");
  const isTask = ({ name }) => name === "RunTask" || name === "ThreadControllerImpl::RunTask";
  const whole = own.filter((event) => isTask(event) && event.ts >= main.ts).sort((a, b) => b.dur - a.dur);
  return whole.slice(0, 4).map((task) => {
    const inside = own.filter((event) => !isTask(event) && event.ts >= task.ts && event.ts + event.dur <= task.ts + task.dur);
    const parts = new Map();
    for (const { name, dur } of inside) parts.set(name, (parts.get(name) ?? 0) + dur / 1_000);
    const largest = [...parts].sort((a, b) => b[1] - a[1]).slice(0, 4);
    return { milliseconds: task.dur / 1_000, parts: largest.map(([name, ms]) => `${name} ${ms.toFixed(0)}`).join(", ") };
  });
}

/** Prints the figures of a case; returns whether one is over its limit. */
function report(name, visits, limits) {
  const live = median(visits.map((visit) => visit.live));
  const task = median(visits.map((visit) => visit.tasks[0]?.milliseconds ?? Infinity));
  const typical = visits.toSorted((a, b) => a.live - b.live)[Math.floor(visits.length / 2)];
  console.log(`\n${name}: median of ${visits.length} visits`);
  console.log(`  form live      ${live.toFixed(0).padStart(6)} ms   limit ${limits.live}`);
  console.log(`  longest task   ${task.toFixed(0).padStart(6)} ms   limit ${limits.task}`);
  console.log("  on the way there:");
  const steps = [["page received", typical.responseEnd], ["page parsed", typical.domInteractive], ...Object.entries(typical.marks)];
  for (const [file, end, bytes] of typical.files) steps.push([`${file.split("/").pop()} received, ${bytes} bytes`, end]);
  for (const [step, time] of steps.sort((a, b) => a[1] - b[1])) console.log(`    ${time.toFixed(0).padStart(6)} ms  ${step}`);
  console.log("  longest tasks:");
  for (const { milliseconds, parts } of typical.tasks) console.log(`    ${milliseconds.toFixed(0).padStart(6)} ms  ${parts}`);
  const over = !(live <= limits.live) || !(task <= limits.task);
  if (over) console.error(`  over the limit: ${name}`);
  return over;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
