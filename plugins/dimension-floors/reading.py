"""What a snapshot says: the bar, the loops, and every ordinary condition that does not hold.

Nothing in here is one policy's own. What was not read whole never counts as good.
"""

from componentize_py_types import Err
from wit_world.imports import types

# Share of the rubric that a review must have assessed for its submission to complete.
MINIMUM_ASSESSED = 0.5

# Names in one condition's text, and characters of each.
MOST_NAMES = 5
LONGEST_NAME = 200


def newest_of(snapshot):
    """The newest iteration. A snapshot that this file cannot read is refused, not guessed at."""
    if not snapshot.iterations:
        raise Err(types.Error_InvalidSnapshot("there is no iteration"))
    if not snapshot.criteria.tiers:
        raise Err(types.Error_InvalidSnapshot("there is no tier"))
    return snapshot.iterations[-1]


def bar_in_force(snapshot, loop):
    """The score of the first tier that is not over yet, after the last one of that, and the tier's number."""
    tiers = snapshot.criteria.tiers
    index = next((at for at, tier in enumerate(tiers) if tier.loops >= loop), len(tiers) - 1)
    return requested_bar(snapshot, tiers[index].score), index + 1


def requested_bar(snapshot, own):
    """What the submission asked for, after the operator's mode, goes before the policy's own bar."""
    match snapshot.request.bar:
        case types.BarRequest_AtLeast(asked):
            return max(own, asked)
        case types.BarRequest_Exactly(asked):
            return asked
    return own


def hard_stop_of(snapshot):
    """Loop at which the session stops unless that loop completes."""
    configured = snapshot.criteria.hard_stop
    match snapshot.request.stop:
        case types.StopRequest_AtMost(asked):
            return min(configured, asked)
        case types.StopRequest_Exactly(asked):
            return asked
    return configured


def loops_of(snapshot):
    """The attempts that count: reviewed whole and scored."""
    return [at for at in snapshot.iterations if at.loop is not None and score_of(at) is not None]


def last_loop(snapshot):
    """Number of the last loop; 0 when there was none yet."""
    loops = loops_of(snapshot)
    return loops[-1].loop if loops else 0


def whole_reviews(iteration):
    """Reviews that read all of a submission and scored it."""
    whole = types.Coverage_Whole
    return [review for review in iteration.reviews if isinstance(review.coverage, whole) and review.score is not None]


def score_of(iteration):
    """The mean over the whole reviews of an iteration, None without any."""
    scores = [review.score for review in whole_reviews(iteration)]
    return sum(scores) / len(scores) if scores else None


def standing(snapshot):
    """Findings that are neither fixed nor waived, worst first."""
    states = (types.FindingState.OPEN, types.FindingState.UNREVIEWED)
    found = [finding for finding in snapshot.findings if finding.state in states]
    return sorted(found, key=worst_first)


def worst_first(finding):
    """By severity, then path, then line, as the contract wants it; findings without a place come first among their
    severity.
    """
    place = finding.location
    return (finding.severity.value, place.path if place else "", (place.line or 0) if place else 0)


def condition(kind, required, actual, detail):
    """A condition that does not hold, with its distance."""
    return types.UnmetCondition(kind, float(required), float(actual), float(abs(required - actual)), detail)


def ordinary_conditions(snapshot, bar):
    """Every ordinary condition that does not hold under a bar, most important first."""
    conditions = [
        partial_review(snapshot),
        blocking_findings(snapshot),
        score_below_bar(snapshot, bar),
        uncovered_files(snapshot),
        left_out_files(snapshot, bar),
        too_little_assessed(snapshot),
    ]
    return [unmet for unmet in conditions if unmet is not None]


def partial_review(snapshot):
    """Each review of the newest submission read all of it and scored it. Counted in reviews."""
    newest = newest_of(snapshot)
    wanted, whole = max(len(newest.reviews), 1), len(whole_reviews(newest))
    if whole == wanted:
        return None
    detail = "No review read and scored all of the submission; submit it again, in smaller parts if it is large."
    return condition(types.Condition_PartialReview(), wanted, whole, detail)


def blocking_findings(snapshot):
    """No standing finding of the blocking severity or worse. Counted in findings."""
    worst = snapshot.criteria.blocking_severity.value
    blocking = [finding for finding in standing(snapshot) if finding.severity.value <= worst]
    if not blocking:
        return None
    places = {finding.location.path for finding in blocking if finding.location}
    where = f" in {listed(places)}" if places else ""
    detail = f"Fix {counted(len(blocking), 'blocking finding')}{where}."
    return condition(types.Condition_BlockingFindings(), 0, len(blocking), detail)


def score_below_bar(snapshot, bar):
    """The score meets the bar. In points."""
    score = score_of(newest_of(snapshot))
    if score is None or score >= bar:
        return None
    detail = f"Raise the score from {points(score)} to {points(bar)}."
    return condition(types.Condition_ScoreBelowBar(), bar, score, detail)


def uncovered_files(snapshot):
    """A whole review read the latest version of every file that this submission does not hold, or holds and was
    read whole. Where it was not, `partial-review` says so already. Counted in files.
    """
    newest = newest_of(snapshot)
    latest = latest_files(snapshot)
    covered = set()
    for iteration in snapshot.iterations:
        read = {path for review in whole_reviews(iteration) for path in review.covered}
        covered.update((file.path, file.digest) for file in iteration.files if file.path in read)
    is_read = bool(whole_reviews(newest))
    held = {file.path for file in newest.files}
    missing = [
        path for path, digest in latest.items() if (path, digest) not in covered and (is_read or path not in held)
    ]
    if not missing:
        return None
    detail = f"Submit {listed(missing)} again: no whole review read the latest version."
    return condition(types.Condition_UncoveredFiles(), len(latest), len(latest) - len(missing), detail)


def left_out_files(snapshot, bar):
    """Nobody completes by submitting less: a file that is left out speaks through the loop that read it last. In
    points.
    """
    held = {file.path for file in newest_of(snapshot).files}
    last = {}
    for loop in loops_of(snapshot):
        score = score_of(loop)
        last.update((path, score) for review in whole_reviews(loop) for path in review.covered)
    left = (path for path in latest_files(snapshot) if path not in held)
    low = {path: last[path] for path in left if last.get(path, bar) < bar}
    if not low:
        return None
    lowest = min(low.values())
    detail = f"Submit {listed(low)} again: left out here, and last read in a version that scored {points(lowest)}."
    return condition(types.Condition_LeftOutFiles(), bar, lowest, detail)


def too_little_assessed(snapshot):
    """Enough of the rubric was assessed by every review that counts. A share of the rubric."""
    least = min((review.assessed_weight for review in whole_reviews(newest_of(snapshot))), default=1.0)
    if least >= MINIMUM_ASSESSED:
        return None
    share = points(least * 100)
    detail = f"The review assessed {share} % of the rubric; submit what it could not judge, tests included."
    return condition(types.Condition_TooLittleAssessed(), MINIMUM_ASSESSED, least, detail)


def latest_files(snapshot):
    """The files of the cycle in their latest version, deleted ones left out: path to digest."""
    latest = {}
    for file in (file for iteration in snapshot.iterations for file in iteration.files):
        if file.digest is None:
            latest.pop(file.path, None)
        else:
            latest[file.path] = file.digest
    return latest


def listed(names):
    """Some names, sorted, and how many more there are."""
    ordered = sorted(names)
    shown = ", ".join(name[:LONGEST_NAME] for name in ordered[:MOST_NAMES])
    more = len(ordered) - MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def counted(number, thing):
    """A number of things."""
    return f"1 {thing}" if number == 1 else f"{number} {thing}s"


def points(value):
    """Points with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")
