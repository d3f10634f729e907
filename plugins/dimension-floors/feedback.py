"""What the agent is told, and what a session that stops leaves behind."""

from reading import last_loop, loops_of, newest_of, score_of, standing
from wit_world.imports import types

# Most findings in the feedback, and most characters of a judge's text: a decision has a bound.
MAX_ITEMS = 50
MAX_TEXT = 500

PRIORITIES = {
    types.Severity.BLOCKER: types.Priority.CRITICAL,
    types.Severity.CRITICAL: types.Priority.CRITICAL,
    types.Severity.MAJOR: types.Priority.HIGH,
    types.Severity.MINOR: types.Priority.MEDIUM,
    types.Severity.INFO: types.Priority.LOW,
}


def feedback(snapshot, status, unmet):
    """Feedback on the newest submission, under the status that was decided."""
    findings = standing(snapshot)
    # The ledger books what an attempt that was no loop reported under the next one.
    newest = newest_of(snapshot).loop
    loop = last_loop(snapshot) + 1 if newest is None else newest

    def fingerprints(wanted):
        return [finding.fingerprint[:MAX_TEXT] for finding in snapshot.findings if wanted(finding)][:MAX_ITEMS]

    return types.Feedback(
        summary=summary(status, unmet),
        items=[item(finding) for finding in findings[:MAX_ITEMS]],
        omitted=max(len(findings) - MAX_ITEMS, 0),
        fixed=fingerprints(lambda finding: finding.fixed_in == loop),
        new=fingerprints(lambda finding: finding.first_seen == loop and finding.reopened == 0),
        reopened=fingerprints(lambda finding: finding.last_seen == loop and finding.reopened > 0),
        progress=progress(snapshot),
        next_steps=[next_step(condition) for condition in unmet],
    )


def summary(status, unmet):
    if isinstance(status, types.Status_Complete):
        return "The work is complete."
    missing = " ".join(condition.detail for condition in unmet)
    return f"The session stops at its last loop. {missing}" if isinstance(status, types.Status_Stop) else missing


def item(finding):
    return types.FeedbackItem(
        finding=finding.fingerprint[:MAX_TEXT],
        category=finding.category,
        severity=finding.severity,
        priority=PRIORITIES[finding.severity],
        location=finding.location,
        description=finding.message[:MAX_TEXT],
        impact=None,
        action=(finding.advice or "Mend it.")[:MAX_TEXT],
    )


def next_step(condition):
    return types.NextStep(
        action=condition.detail,
        rationale="It stands between the work and completion.",
        expected_outcome="The condition holds.",
        priority=types.Priority.HIGH,
    )


def progress(snapshot):
    scores = [score_of(loop) for loop in loops_of(snapshot)]
    rise = scores[-1] - scores[-2] if len(scores) > 1 else 0
    trend = types.Trend.IMPROVING if rise > 0 else types.Trend.DECLINING if rise < 0 else types.Trend.STAGNANT
    return types.Progress(trend=trend, confidence=0.5, scores=scores, factors=[])


def termination(snapshot, unmet):
    """What a session that stops leaves behind."""
    verdicts = [loop.reviews[-1].verdict for loop in loops_of(snapshot)]
    critical = [finding for finding in standing(snapshot) if PRIORITIES[finding.severity] is types.Priority.CRITICAL]
    return types.TerminationReport(
        failure_rate=verdicts.count(types.Verdict.REJECT) / max(len(verdicts), 1),
        critical_findings=[finding.fingerprint[:MAX_TEXT] for finding in critical[:MAX_ITEMS]],
        assessment=f"Not complete in the loops there were. {' '.join(condition.detail for condition in unmet)}",
        recommendations=["Split the task, or have a person look at it."],
    )


def no_stagnation():
    """The report of a policy that does not look for stagnation."""
    return types.StagnationReport(
        stagnant=False,
        signs=[],
        similarities=[],
        mean_similarity=None,
        open_blocking=[],
        score_rise=None,
        excused=False,
        explanation="This policy does not look for stagnation.",
        alternatives=[],
    )
