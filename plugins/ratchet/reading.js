// What a snapshot says: the bar, the loops, and every ordinary condition that does not hold.
//
// Nothing in here is one policy's own. What was not read whole never counts as good.

/** Share of the rubric that a review must have assessed for its submission to complete. */
const MINIMUM_ASSESSED = 0.5;

/** Severities, worst first. */
const SEVERITIES = ["blocker", "critical", "major", "minor", "info"];

/** Names in one condition's text, and characters of each. */
const MOST_NAMES = 5;
const LONGEST_NAME = 200;

/** The snapshot's newest iteration. A snapshot that this file cannot read is refused, not guessed at. */
export function newestOf(snapshot) {
  const newest = snapshot.iterations.at(-1);
  if (!newest) throw { tag: "invalid-snapshot", val: "there is no iteration" };
  if (snapshot.criteria.tiers.length === 0) throw { tag: "invalid-snapshot", val: "there is no tier" };
  return newest;
}

/** The first tier that is not over yet, after the last one that; a request raises or replaces its score. */
export function barInForce(snapshot, loop) {
  const { tiers } = snapshot.criteria;
  const open = tiers.findIndex((tier) => tier.loops >= loop);
  const index = open < 0 ? tiers.length - 1 : open;
  return { score: requestedBar(snapshot, tiers[index].score), tier: index + 1 };
}

/** What the submission asked for, after the operator's mode, goes before the policy's own bar. */
export function requestedBar(snapshot, own) {
  const asked = snapshot.request.bar;
  if (!asked) return own;
  return asked.tag === "at-least" ? Math.max(own, asked.val) : asked.val;
}

/** Loop at which the session stops unless that loop completes. */
export function hardStopOf(snapshot) {
  const configured = snapshot.criteria.hardStop;
  const asked = snapshot.request.stop;
  if (!asked) return configured;
  return asked.tag === "at-most" ? Math.min(configured, asked.val) : asked.val;
}

/** The attempts that count: reviewed whole and scored. */
export function loopsOf(snapshot) {
  return snapshot.iterations.filter((iteration) => iteration.loop !== null && scoreOf(iteration) !== null);
}

/** Number of the last loop; 0 when there was none yet. */
export function lastLoop(snapshot) {
  return loopsOf(snapshot).at(-1)?.loop ?? 0;
}

/** Reviews that read all of a submission and scored it. */
export function wholeReviews(iteration) {
  return iteration.reviews.filter((review) => review.coverage.tag === "whole" && review.score !== null);
}

/** The mean over the whole reviews of an iteration, null without any. */
export function scoreOf(iteration) {
  const scores = wholeReviews(iteration).map((review) => review.score);
  return scores.length ? scores.reduce((sum, score) => sum + score, 0) / scores.length : null;
}

/** Findings that are neither fixed nor waived, worst first. */
export function standing(snapshot) {
  return snapshot.findings
    .filter((finding) => finding.state === "open" || finding.state === "unreviewed")
    .sort(worstFirst);
}

/** By severity, then path, then line, as the contract wants it; findings without a place come first among their severity. */
function worstFirst(a, b) {
  const [path, other] = [a.location?.path ?? "", b.location?.path ?? ""];
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    (path < other ? -1 : Number(path > other)) ||
    (a.location?.line ?? 0) - (b.location?.line ?? 0)
  );
}

/** A condition that does not hold, with its distance. */
export function condition(name, required, actual, detail) {
  return { condition: name, required, actual, margin: Math.abs(required - actual), detail };
}

/** Every ordinary condition that does not hold under a bar, most important first. */
export function ordinaryConditions(snapshot, bar) {
  return [
    partialReview(snapshot),
    blockingFindings(snapshot),
    scoreBelowBar(snapshot, bar),
    uncoveredFiles(snapshot),
    leftOutFiles(snapshot, bar),
    tooLittleAssessed(snapshot),
  ].filter((unmet) => unmet !== null);
}

/** Each review of the newest submission read all of it and scored it. Counted in reviews. */
function partialReview(snapshot) {
  const newest = newestOf(snapshot);
  const [wanted, whole] = [Math.max(newest.reviews.length, 1), wholeReviews(newest).length];
  if (whole === wanted) return null;
  const detail = "No review read and scored all of the submission; submit it again, in smaller parts if it is large.";
  return condition({ tag: "partial-review" }, wanted, whole, detail);
}

/** No standing finding of the blocking severity or worse. Counted in findings. */
function blockingFindings(snapshot) {
  const worst = SEVERITIES.indexOf(snapshot.criteria.blockingSeverity);
  const blocking = standing(snapshot).filter((finding) => SEVERITIES.indexOf(finding.severity) <= worst);
  if (blocking.length === 0) return null;
  const places = new Set(blocking.flatMap((finding) => finding.location?.path ?? []));
  const where = places.size ? ` in ${listed(places)}` : "";
  const detail = `Fix ${counted(blocking.length, "blocking finding")}${where}.`;
  return condition({ tag: "blocking-findings" }, 0, blocking.length, detail);
}

/** The score meets the bar. In points. */
function scoreBelowBar(snapshot, bar) {
  const score = scoreOf(newestOf(snapshot));
  if (score === null || score >= bar) return null;
  const detail = `Raise the score from ${points(score)} to ${points(bar)}.`;
  return condition({ tag: "score-below-bar" }, bar, score, detail);
}

/**
 * A whole review read the latest version of every file that this submission does not hold, or holds and was
 * read whole. Where it was not, `partial-review` says so already. Counted in files.
 */
function uncoveredFiles(snapshot) {
  const newest = newestOf(snapshot);
  const latest = latestFiles(snapshot);
  const version = (path, digest) => JSON.stringify([path, digest]);
  const covered = new Set();
  for (const iteration of snapshot.iterations) {
    const read = new Set(wholeReviews(iteration).flatMap((review) => review.covered));
    for (const file of iteration.files) if (read.has(file.path)) covered.add(version(file.path, file.digest));
  }
  const isRead = wholeReviews(newest).length > 0;
  const held = new Set(newest.files.map((file) => file.path));
  const missing = [...latest].filter(
    ([path, digest]) => !covered.has(version(path, digest)) && (isRead || !held.has(path)),
  );
  if (missing.length === 0) return null;
  const detail = `Submit ${listed(missing.map(([path]) => path))} again: no whole review read the latest version.`;
  return condition({ tag: "uncovered-files" }, latest.size, latest.size - missing.length, detail);
}

/** Nobody completes by submitting less: a file that is left out speaks through the loop that read it last. In points. */
function leftOutFiles(snapshot, bar) {
  const held = new Set(newestOf(snapshot).files.map((file) => file.path));
  const last = new Map();
  for (const loop of loopsOf(snapshot)) {
    const score = scoreOf(loop);
    for (const review of wholeReviews(loop)) for (const path of review.covered) last.set(path, score);
  }
  const left = [...latestFiles(snapshot).keys()].filter((path) => !held.has(path));
  const low = left.map((path) => ({ path, score: last.get(path) })).filter(({ score }) => score < bar);
  if (low.length === 0) return null;
  const lowest = low.reduce((least, { score }) => Math.min(least, score), bar);
  const paths = listed(low.map(({ path }) => path));
  const detail = `Submit ${paths} again: left out here, and last read in a version that scored ${points(lowest)}.`;
  return condition({ tag: "left-out-files" }, bar, lowest, detail);
}

/** Enough of the rubric was assessed by every review that counts. A share of the rubric. */
function tooLittleAssessed(snapshot) {
  const shares = wholeReviews(newestOf(snapshot)).map((review) => review.assessedWeight);
  const least = Math.min(...shares);
  if (least >= MINIMUM_ASSESSED) return null;
  const detail = `The review assessed ${points(least * 100)} % of the rubric; submit what it could not judge, tests included.`;
  return condition({ tag: "too-little-assessed" }, MINIMUM_ASSESSED, least, detail);
}

/** The files of the cycle in their latest version, deleted ones left out: path to digest. */
function latestFiles(snapshot) {
  const latest = new Map();
  for (const file of snapshot.iterations.flatMap((iteration) => iteration.files)) {
    if (file.digest === null) latest.delete(file.path);
    else latest.set(file.path, file.digest);
  }
  return latest;
}

/** The beginning of a text, in whole characters: a decision has a bound. */
export function short(text, most) {
  return [...text.slice(0, 2 * most)].slice(0, most).join("");
}

/** Some names, sorted, and how many more there are. */
export function listed(names) {
  const all = [...names].sort();
  const shown = all.slice(0, MOST_NAMES).map((name) => short(name, LONGEST_NAME)).join(", ");
  return all.length > MOST_NAMES ? `${shown} and ${all.length - MOST_NAMES} more` : shown;
}

/** A number of things. */
export function counted(number, thing) {
  return number === 1 ? `1 ${thing}` : `${number} ${thing}s`;
}

/** Points with one decimal at most. */
export function points(value) {
  return String(Math.round(value * 10) / 10);
}
