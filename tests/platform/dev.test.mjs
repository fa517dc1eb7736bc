// Tests that the servers of `cargo xtask dev` end with an error when one of them dies.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { ROOT } from "../support/guichet.mjs";
import { children } from "../support/processes.mjs";

test("dev ends with an error when workerd dies", { skip: process.platform !== "linux" && "needs /proc" }, async (t) => {
  const dev = await startDev(t);
  await dev.printed("Ctrl-C stops");
  const stray = dev.lines.filter((line) => line.startsWith("MailDev"));
  assert.deepEqual(stray, [], "the announcement says where the mailbox is");
  const [workerd] = await children("workerd", dev.child.pid);
  assert.ok(workerd, "workerd runs");
  process.kill(workerd, "SIGKILL");
  const [code] = await once(dev.child, "exit", { signal: AbortSignal.timeout(30_000) });
  assert.equal(code, 1);
  await dev.printed("error: workerd has ended");
});

for (const [what, port] of [["the mailbox", "mail"], ["the mailbox's SMTP server", "smtp"], ["the SMTP server for incoming mail", "incoming"]]) {
  test(`dev ends with an error when ${what} dies`, async (t) => {
    const dev = await startDev(t, port);
    await dev.printed("Ctrl-C stops");
    // The mailbox runs in the process of dev: its server is closed from within.
    dev.child.kill("SIGUSR2");
    const [code] = await once(dev.child, "exit", { signal: AbortSignal.timeout(30_000) });
    assert.equal(code, 1);
    await dev.printed(`error: ${what} has ended`);
  });
}

/** A module that closes the server on a port at SIGUSR2, for `node --import`. @param {string} port */
const closing = (port) =>
  `data:text/javascript,${encodeURIComponent(`
    import { Server } from "node:net";
    const { listen } = Server.prototype;
    const servers = [];
    Server.prototype.listen = function (...options) {
      servers.push(this);
      return listen.apply(this, options);
    };
    process.on("SIGUSR2", () => {
      const server = servers.find((server) => server.address()?.port === ${port});
      server.close();
      server.closeAllConnections?.();
    });
  `)}`;

/**
 * @param {import("node:test").TestContext} t
 * @param {"mail" | "smtp" | "incoming"} [closed] the server that SIGUSR2 closes
 */
async function startDev(t, closed) {
  const state = await mkdtemp(join(tmpdir(), "guichet-dev-"));
  const [page, mail, smtp, incoming] = await freePorts(4);
  const options = ["--port", page, "--mail-port", mail, "--smtp-port", smtp, "--incoming-port", incoming, "--state", state];
  const preloaded = closed ? ["--import", closing({ mail, smtp, incoming }[closed])] : [];
  // It ends when its standard input closes.
  const child = spawn(process.execPath, [...preloaded, "tests/support/dev.mjs", ...options], { cwd: ROOT, stdio: "pipe" });
  t.after(async () => {
    child.stdin.end();
    if (child.exitCode === null) await once(child, "exit");
    await rm(state, { recursive: true, force: true });
  });
  const lines = [];
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on("line", (line) => lines.push(line));
  const printed = async (text) => {
    const start = Date.now();
    while (!lines.some((line) => line.includes(text))) {
      assert.ok(Date.now() - start < 60_000, `no ${JSON.stringify(text)} in:\n${lines.join("\n")}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { child, lines, printed };
}

/** @param {number} count @returns {Promise<string[]>} */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => String(server.address().port));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
