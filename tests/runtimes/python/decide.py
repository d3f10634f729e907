"""The core in Python, through wasmtime's own package: decides on the corpus, and compares.

    python decide.py core.wasm corpus.jsonl [--update]

Exits with 1 when a decision differs. `--update` writes the digests of these decisions into the corpus instead.
"""

import hashlib
import json
import pathlib
import statistics
import struct
import sys
import time

from wasmtime import Engine, Store
from wasmtime.component import Component, Linker, Record, Variant
from wasmtime.component import _types as types

EXPORT = "gansauditor:policy/policy@1.0.0"


def lowered(value, ty):
    """A value of the corpus as the runtime wants one of this type."""
    if isinstance(ty, types.RecordType):
        record = Record()
        for name, field in ty.fields:
            setattr(record, name, lowered(value.get(name), field))
        return record
    if isinstance(ty, types.OptionType):
        return None if value is None else lowered(value, ty.payload)
    if isinstance(ty, types.ListType):
        if isinstance(ty.element, types.U8):
            return bytes(value)
        return [lowered(item, ty.element) for item in value]
    if isinstance(ty, types.TupleType):
        return tuple(lowered(item, part) for item, part in zip(value, ty.elements))
    if isinstance(ty, types.VariantType):
        payload = dict(ty.cases)[value["tag"]]
        payload = None if payload is None else lowered(value["val"], payload)
        # The runtime leaves the tag out where the payload's class tells the case.
        return Variant(value["tag"], payload) if ty._tagged() else payload
    return float(value) if isinstance(ty, types.F64) else value


def canonical(value, ty):
    """The bytes of a value that are the same in every language; see README.md."""
    if isinstance(ty, types.RecordType):
        fields = sorted(ty.fields, key=lambda field: field[0])
        held = [(name, getattr(value, name), field) for name, field in fields]
        written = (text(name) + canonical(item, field) for name, item, field in held if item is not None)
        return b"{" + b"".join(written) + b"}"
    if isinstance(ty, types.OptionType):
        return canonical(value, ty.payload)
    if isinstance(ty, types.ListType):
        return b"[" + b"".join(canonical(item, ty.element) for item in value) + b"]"
    if isinstance(ty, types.TupleType):
        return b"[" + b"".join(canonical(item, part) for item, part in zip(value, ty.elements)) + b"]"
    if isinstance(ty, types.VariantType):
        tag, payload = case(value, ty)
        kind = dict(ty.cases)[tag]
        return b"(" + text(tag) + (b"" if kind is None else canonical(payload, kind)) + b")"
    if isinstance(value, bool):
        return b"t" if value else b"f"
    return text(value) if isinstance(value, str) else b"n" + struct.pack(">d", value).hex().encode()


def case(value, ty):
    """Which case of a variant a value is, and its payload."""
    if isinstance(value, Variant):
        return value.tag, value.payload
    for tag, payload in ty.cases:
        classes = set()
        if payload is not None:
            payload.add_classes(classes)
        if value is None if payload is None else isinstance(value, tuple(classes)):
            return tag, value
    raise TypeError(f"no case fits {value!r}")


def text(value):
    data = value.encode()
    return b"s%d:" % len(data) + data


def main(component, corpus, *options):
    engine = Engine()
    loaded = Component.from_file(engine, component)
    lines = [json.loads(line) for line in pathlib.Path(corpus).read_text(encoding="utf-8").splitlines()]
    took, differing = [], []
    for line in lines:
        # A fresh instance for each, as in the host.
        store = Store(engine)
        instance = Linker(engine).instantiate(store, loaded)
        interface = instance.get_export_index(store, EXPORT)
        evaluate = instance.get_func(store, instance.get_export_index(store, "evaluate", interface))
        kind = evaluate.type(store)
        snapshot = lowered(line["snapshot"], kind.params[0][1])
        began = time.perf_counter()
        answer = evaluate(store, snapshot)
        took.append(time.perf_counter() - began)
        evaluate.post_return(store)
        decided, error = kind.result.ok, kind.result.err
        if isinstance(answer, Record):
            made = b"(" + text("ok") + canonical(answer, decided) + b")"
        else:
            made = b"(" + text("error") + canonical(answer, error) + b")"
        digest = hashlib.sha256(made).hexdigest()
        if line["decision"] != digest:
            differing.append(line["name"])
        line["decision"] = digest
    if "--update" in options:
        out = (json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
        pathlib.Path(corpus).write_text("".join(out), encoding="utf-8")
        print(f"{len(differing)} of {len(lines)} digests were written")
        return 0
    p50 = statistics.median(took) * 1e6
    print(f"python: {len(lines) - len(differing)} of {len(lines)} decisions equal, p50 {p50:.0f} us")
    for name in differing:
        print(f"  differs: {name}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
