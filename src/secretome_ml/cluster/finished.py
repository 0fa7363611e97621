"""What was written from what: a finished output is known again by digests, and is not made twice."""

from __future__ import annotations

import json

from secretome_ml.cluster.places import content_of, deliver, digest_of

FOLDER = ".finished"


def is_finished(target: str, made_from: dict[str, str]) -> bool:
    """Return whether an output stands as it was written, made from just this.

    Parameters
    ----------
    target : str
        Path or URL of the output.
    made_from : dict of str to str
        Digests of input, model and settings.
    """
    record = content_of(_record(target))
    if record is None:
        return False
    try:
        said = json.loads(record)
    except ValueError:
        return False
    if not isinstance(said, dict) or said.get("made_from") != made_from:
        return False
    digest = digest_of(target)
    return digest is not None and digest == said.get("output")


def note_finished(target: str, made_from: dict[str, str]) -> None:
    """Record that an output, which stands as a whole, was made from this."""
    said = {"made_from": made_from, "output": digest_of(target)}
    deliver(json.dumps(said, indent=1, sort_keys=True).encode(), _record(target))


def _record(target: str) -> str:
    folder, name = target.rsplit("/", 1) if "/" in target else (".", target)
    return f"{folder}/{FOLDER}/{name}.json"
