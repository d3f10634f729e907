// ratchet: no version may fall far below the best one of the cycle.
//
// Completes at the bar of the operator's tiers when every ordinary condition holds and the score has not fallen
// more than `max_drop` points below the best loop; stops at the hard stop.

import { feedback, noStagnation, termination } from "./feedback.js";
import * as reading from "./reading.js";
import { SCHEMA, parse, problems } from "./settings.js";

export const policy = {
  describe() {
    return {
      name: "ratchet",
      version: "1.0.0",
      summary:
        "Completes at the bar when nothing blocks, all was read and the score has not fallen far below the cycle's best; stops at the hard stop.",
      settingsSchema: JSON.stringify(SCHEMA),
      // This policy does not look at texts.
      history: { submissions: 0, bytes: 0 },
    };
  },

  validateSettings(text) {
    const found = problems(text);
    if (found.length > 0) throw found;
  },

  evaluate(snapshot) {
    const settings = parse(snapshot.settings);
    const newest = reading.newestOf(snapshot);
    const loop = reading.lastLoop(snapshot);
    const bar = reading.barInForce(snapshot, loop);
    const hardStop = reading.hardStopOf(snapshot);
    const unmet = reading.ordinaryConditions(snapshot, bar.score);
    const fall = fellTooFar(snapshot, settings.max_drop);
    // First, as going back is the quickest way to all the others.
    if (fall) unmet.unshift(fall);

    let status = { tag: "continue" };
    if (unmet.length === 0) status = { tag: "complete", val: { tag: "bar-met", val: bar.tier } };
    else if (loop >= hardStop) status = { tag: "stop", val: { tag: "hard-stop" } };
    return {
      status,
      loop,
      bar: bar.score,
      hardStop,
      score: reading.scoreOf(newest),
      unmet,
      stagnation: noStagnation(),
      termination: status.tag === "stop" ? termination(snapshot, unmet) : null,
      feedback: feedback(snapshot, status, unmet),
      memo: null,
      extensions: [],
    };
  },
};

/** The newest version against the best loop of the cycle that the same judges scored. In points. */
function fellTooFar(snapshot, maxDrop) {
  const newest = reading.newestOf(snapshot);
  const score = reading.scoreOf(newest);
  if (score === null) return null;
  const judges = judgesOf(newest);
  const best = reading
    .loopsOf(snapshot)
    .filter((loop) => judgesOf(loop) === judges)
    .reduce((best, loop) => (reading.scoreOf(loop) > reading.scoreOf(best) ? loop : best), newest);
  const required = reading.scoreOf(best) - maxDrop;
  if (score >= required) return null;
  const detail =
    `Loop ${best.loop} scored ${reading.points(reading.scoreOf(best))} and this version ${reading.points(score)}, ` +
    `a fall of more than ${reading.points(maxDrop)} points: go back to loop ${best.loop} in ${changed(best, newest)} and change less.`;
  return reading.condition({ tag: "custom", val: "fell-too-far" }, required, score, detail);
}

/** Scores of different judges do not compare. */
function judgesOf(iteration) {
  const judges = reading.wholeReviews(iteration).flatMap((review) => review.judges);
  const names = new Set(judges.map((judge) => JSON.stringify([judge.name, judge.version])));
  return [...names].sort().join();
}

/** The files that are not what they were. */
function changed(before, after) {
  const versions = (iteration) => new Map(iteration.files.map((file) => [file.path, file.digest]));
  const [old, now] = [versions(before), versions(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].filter((path) => old.get(path) !== now.get(path));
  return paths.length ? reading.listed(paths) : "all files";
}
