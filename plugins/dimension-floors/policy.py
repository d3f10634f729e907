"""dimension-floors: completion needs the bar, and of every dimension of the rubric its floor.

A good mean hides a bad grade: 100 for five dimensions and 40 for the sixth can meet the bar.
"""

import json
import re

import feedback
import reading
import settings
from componentize_py_types import Err
from wit_world.exports import policy as contract
from wit_world.imports import types

# Longest name of a condition, and conditions in one decision.
LONGEST_NAME = 64
MOST_FLOORS = 64


class Policy:
    """What the component exports."""

    def describe(self):
        return contract.Description(
            name="dimension-floors",
            version="1.0.0",
            summary="Completes at the bar when every dimension of the rubric has its floor, nothing blocks and all was read; stops at the hard stop.",
            settings_schema=json.dumps(settings.SCHEMA),
            # This policy does not look at texts.
            history=contract.HistoryRequest(submissions=0, bytes=0),
        )

    def validate_settings(self, text):
        read(text, wrong=lambda problems: problems)

    def evaluate(self, snapshot):
        floors = read(snapshot.settings, wrong=types.Error_InvalidSettings)
        newest = reading.newest_of(snapshot)
        loop = reading.last_loop(snapshot)
        bar, tier = reading.bar_in_force(snapshot, loop)
        hard_stop = reading.hard_stop_of(snapshot)
        unmet = reading.ordinary_conditions(snapshot, bar) + below_floor(newest, floors)
        if not unmet:
            status = types.Status_Complete(types.CompleteReason_BarMet(tier))
        elif loop >= hard_stop:
            status = types.Status_Stop(types.StopReason_HardStop())
        else:
            status = types.Status_Continue()
        stops = isinstance(status, types.Status_Stop)
        return contract.Decision(
            status=status,
            loop=loop,
            bar=bar,
            hard_stop=hard_stop,
            score=reading.score_of(newest),
            unmet=unmet,
            stagnation=feedback.no_stagnation(),
            termination=feedback.termination(snapshot, unmet) if stops else None,
            feedback=feedback.feedback(snapshot, status, unmet),
            memo=None,
            extensions=[],
        )


def read(text, wrong):
    """The settings of a text that is accepted; what is wrong with others is raised as the contract's error."""
    found, problems = settings.parse(text)
    if problems:
        raise Err(wrong([types.Problem(path, message) for path, message in problems]))
    return found


def below_floor(newest, found):
    """The dimensions of the newest submission that are below their floor, named ones that nobody assessed included."""
    if not reading.whole_reviews(newest):
        # `partial-review` says that nothing is known yet.
        return []
    scores = dimension_scores(newest)
    floors = {name: found["floor"] for name, score in scores.items() if score is not None} | found["floors"]
    conditions = [floor_condition(name, floor, scores.get(name)) for name, floor in sorted(floors.items())]
    return [unmet for unmet in conditions if unmet is not None][:MOST_FLOORS]


def dimension_scores(iteration):
    """The least score of each dimension over the whole reviews; None where one of them did not assess it."""
    scores = {}
    for review in reading.whole_reviews(iteration):
        for dimension in review.dimensions:
            known = [scores.get(dimension.name, dimension.score), dimension.score]
            scores[dimension.name] = None if None in known else min(known)
    return scores


def floor_condition(name, floor, score):
    shown = name[: reading.LONGEST_NAME].encode("utf-8", "replace").decode()
    kind = types.Condition_Custom(condition_name(name))
    if score is None:
        detail = f"The review did not assess {shown}, of which {reading.points(floor)} is wanted; submit what it takes to judge it."
        return reading.condition(kind, floor, 0, detail)
    if score >= floor:
        return None
    return reading.condition(kind, floor, score, f"Raise {shown} from {reading.points(score)} to {reading.points(floor)}.")


def condition_name(dimension):
    """A name as the contract wants it, of any dimension's: `floor-error-handling`."""
    words = re.findall("[a-z0-9]+", dimension.lower())
    return "-".join(["floor", *words])[:LONGEST_NAME].rstrip("-")
