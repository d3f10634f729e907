// What the agent is told, and what a session that stops leaves behind.

import { lastLoop, loopsOf, newestOf, scoreOf, short, standing } from "./reading.js";

/** Most findings in the feedback, and most characters of a judge's text: a decision has a bound. */
const MAX_ITEMS = 50;
const MAX_TEXT = 500;

const PRIORITIES = { blocker: "critical", critical: "critical", major: "high", minor: "medium", info: "low" };

/** Feedback on the newest submission, under the status that was decided. */
export function feedback(snapshot, status, unmet) {
  const findings = standing(snapshot);
  // The ledger books what an attempt that was no loop reported under the next one.
  const loop = newestOf(snapshot).loop ?? lastLoop(snapshot) + 1;
  const fingerprints = (wanted) =>
    snapshot.findings.filter(wanted).slice(0, MAX_ITEMS).map((finding) => short(finding.fingerprint, MAX_TEXT));
  return {
    summary: summary(status, unmet),
    items: findings.slice(0, MAX_ITEMS).map(item),
    omitted: Math.max(findings.length - MAX_ITEMS, 0),
    fixed: fingerprints((finding) => finding.fixedIn === loop),
    new: fingerprints((finding) => finding.firstSeen === loop && finding.reopened === 0),
    reopened: fingerprints((finding) => finding.lastSeen === loop && finding.reopened > 0),
    progress: progress(snapshot),
    nextSteps: unmet.map((condition) => ({
      action: condition.detail,
      rationale: "It stands between the work and completion.",
      expectedOutcome: "The condition holds.",
      priority: "high",
    })),
  };
}

function summary(status, unmet) {
  if (status.tag === "complete") return "The work is complete.";
  const missing = unmet.map((condition) => condition.detail).join(" ");
  return status.tag === "stop" ? `The session stops at its last loop. ${missing}` : missing;
}

function item(finding) {
  return {
    finding: short(finding.fingerprint, MAX_TEXT),
    category: finding.category,
    severity: finding.severity,
    priority: PRIORITIES[finding.severity],
    location: finding.location,
    description: short(finding.message, MAX_TEXT),
    impact: null,
    action: short(finding.advice ?? "Mend it.", MAX_TEXT),
  };
}

function progress(snapshot) {
  const scores = loopsOf(snapshot).map(scoreOf);
  const [before, last] = scores.slice(-2);
  const trend = last > before ? "improving" : last < before ? "declining" : "stagnant";
  return { trend, confidence: 0.5, scores, factors: [] };
}

/** What a session that stops leaves behind. */
export function termination(snapshot, unmet) {
  const verdicts = loopsOf(snapshot).map((iteration) => iteration.reviews.at(-1).verdict);
  const rejected = verdicts.filter((verdict) => verdict === "reject");
  const critical = standing(snapshot).filter((finding) => PRIORITIES[finding.severity] === "critical");
  return {
    failureRate: rejected.length / Math.max(verdicts.length, 1),
    criticalFindings: critical.slice(0, MAX_ITEMS).map((finding) => short(finding.fingerprint, MAX_TEXT)),
    assessment: `Not complete in the loops there were. ${unmet.map((condition) => condition.detail).join(" ")}`,
    recommendations: ["Split the task, or have a person look at it."],
  };
}

/** The report of a policy that does not look for stagnation. */
export function noStagnation() {
  return {
    stagnant: false,
    signs: [],
    similarities: [],
    meanSimilarity: null,
    openBlocking: [],
    scoreRise: null,
    excused: false,
    explanation: "This policy does not look for stagnation.",
    alternatives: [],
  };
}
