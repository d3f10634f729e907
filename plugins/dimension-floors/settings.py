"""What can be set."""

import json

FLOOR = {"type": "number", "minimum": 0, "maximum": 100}

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Settings of dimension-floors",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "floor": {
            "description": "Least score of every dimension of the rubric that is assessed and not named in floors.",
            **FLOOR,
            "default": 60,
        },
        "floors": {
            "description": "Least score of a dimension, by its name in the rubric. It must have been assessed.",
            "type": "object",
            "additionalProperties": FLOOR,
            "maxProperties": 32,
            "default": {},
        },
    },
}

# Longest text that is parsed, in characters: JSON may nest as deep as it is long.
LONGEST = 8192


def parse(text):
    """The settings of a text, and every fault of it as a pair of JSON Pointer and message."""
    if len(text) > LONGEST:
        return None, [("", f"settings are {LONGEST} characters at most")]
    try:
        given = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return None, [("", "this is not JSON")]
    if not isinstance(given, dict):
        return None, [("", "settings are a JSON object")]
    settings = {name: of["default"] for name, of in SCHEMA["properties"].items()} | given
    return settings, faults(given)


def faults(given):
    found = [(pointer(name), "there is no such setting") for name in given if name not in SCHEMA["properties"]]
    if not is_score(given.get("floor", 0)):
        found.append(("/floor", "a number of points within 0 and 100 is wanted"))
    floors = given.get("floors", {})
    if not isinstance(floors, dict) or len(floors) > SCHEMA["properties"]["floors"]["maxProperties"]:
        found.append(("/floors", "an object of at most 32 names with a number of points each is wanted"))
    else:
        wrong = [name for name, floor in floors.items() if not is_score(floor)]
        found += [(f"/floors{pointer(name)}", "a number of points within 0 and 100 is wanted") for name in wrong]
    return found


def is_score(value):
    # True is a number to Python. Infinity and NaN, which its JSON knows, are out of bounds.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 100


def pointer(name):
    """The place of a member. Half a surrogate pair, which is no text, is replaced."""
    text = name.encode("utf-8", "replace").decode()
    return "/" + text.replace("~", "~0").replace("/", "~1")
