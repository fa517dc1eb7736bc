// What Linux says of the processes that this one has started. Elsewhere there is nothing to read, and the functions say so.

import { readdir, readFile } from "node:fs/promises";

/** Clock ticks per second in /proc: 100 on every architecture that Linux still supports. */
const TICKS = 100;

/**
 * The children of this process by that name.
 *
 * @param {string} name
 * @returns {Promise<number[]>} their ids
 */
export async function children(name) {
  const ids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found = await Promise.all(ids.map(async (id) => ({ id, ...(await stat(id)) })));
  return found.filter(({ parent, command }) => parent === process.pid && command === name).map(({ id }) => id);
}

/** @param {number} id @returns {Promise<number>} seconds of CPU that a process has used */
export const cpuSeconds = async (id) => (await stat(id)).ticks / TICKS;

/** @param {number} id @returns {Promise<{ now: number, peak: number }>} bytes of memory that a process holds, and held at most */
export async function memory(id) {
  const status = await readFile(`/proc/${id}/status`, "utf8");
  const bytes = (name) => Number(new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(status)?.[1]) * 1024;
  return { now: bytes("VmRSS"), peak: bytes("VmHWM") };
}

/** proc_pid_stat(5). A process that has just ended has no parent. @param {number} id */
async function stat(id) {
  const text = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "0 (gone) X 0");
  // The name may hold blanks and brackets.
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number);
  return { command: text.slice(text.indexOf("(") + 1, end), parent, ticks: user + system };
}
