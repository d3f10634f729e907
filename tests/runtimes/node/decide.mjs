// The core in Node, through jco: decides on the corpus, and compares. The page in ../browser does the same.
//
//     node decide.mjs TRANSPILED corpus.jsonl
//
// Exits with 1 when a decision differs. TRANSPILED is what `jco transpile` made of core.wasm, core.js in it.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { canonical, lowered } from "../canonical.mjs";

const [transpiled, corpus] = process.argv.slice(2);
const { policy } = await import(pathToFileURL(resolve(transpiled, "core.js")));
const lines = (await readFile(corpus, "utf8")).trimEnd().split("\n");
const took = [];
const differing = [];
for (const line of lines) {
  const { name, decision, snapshot } = JSON.parse(line);
  const given = lowered(snapshot);
  const began = performance.now();
  let made;
  try {
    made = ["ok", policy.evaluate(given)];
  } catch (error) {
    if (error.payload === undefined) throw error;
    made = ["error", error.payload];
  }
  took.push(performance.now() - began);
  const bytes = canonical({ tag: made[0], val: made[1] });
  if (createHash("sha256").update(bytes).digest("hex") !== decision) differing.push(name);
}
took.sort((a, b) => a - b);
const p50 = Math.round(took[took.length >> 1] * 1000);
console.log(`node: ${lines.length - differing.length} of ${lines.length} decisions equal, p50 ${p50} us`);
for (const name of differing) console.log(`  differs: ${name}`);
process.exitCode = differing.length ? 1 : 0;
