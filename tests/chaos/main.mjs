// `cargo xtask chaos`: the long form of tests/platform/chaos.test.mjs, by default 500 applications and 20 kills.

import { parseArgs } from "node:util";

import { anySeed } from "../support/chance.mjs";
import { chaos } from "../support/chaos.mjs";

const { values } = parseArgs({ options: { applications: { type: "string" }, kills: { type: "string" }, seed: { type: "string" } } });
const seed = Number(values.seed ?? anySeed());
const began = Date.now();
console.log(`seed ${seed}`);
try {
  const applications = Number(values.applications ?? 500);
  const figures = await chaos({ applications, kills: Number(values.kills ?? 20), seed, say: console.log });
  for (const [name, figure] of Object.entries(figures)) console.log(`${name.padEnd(38)}${figure}`);
  console.log(`${"seconds".padEnd(38)}${Math.round((Date.now() - began) / 1000)}`);
} catch (error) {
  console.error(`error: ${error.message}\nThe same choices again: cargo xtask chaos --seed ${seed}`);
  process.exitCode = 1;
}
