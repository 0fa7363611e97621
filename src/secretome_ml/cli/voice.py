"""Every command takes --quiet and --verbose, and what it decides is logged: one place for all of them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

import typer

from secretome_ml.cli.options import Quiet, Verbose

_SHARED = {"quiet": Quiet, "verbose": Verbose}


def give_voice(app: typer.Typer, words: str = "secretome-ml") -> None:
    """Wrap every command below `app`, so that it logs; a command that lacks one of the options gains it."""
    for info in app.registered_commands:
        if info.callback is not None and not hasattr(info.callback, "__wrapped__"):
            name = info.name or info.callback.__name__.strip("_").replace("_", "-")
            info.callback = _voiced(info.callback, f"{words} {name}")
    for group in app.registered_groups:
        if group.typer_instance is not None:
            give_voice(group.typer_instance, f"{words} {group.name}")


def _voiced(command: Callable[..., Any], words: str) -> Callable[..., Any]:
    """Return a command that keeps a log while it runs."""
    hints = get_type_hints(command, include_extras=True)
    parameters = [p.replace(annotation=hints[p.name]) for p in inspect.signature(command).parameters.values()]
    own = {p.name for p in parameters}
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=kind)
        for name, kind in _SHARED.items()
        if name not in own
    ]

    @functools.wraps(command)
    def run(**given: Any) -> Any:
        from secretome_ml.core.logs import keep_log

        passed = {name: value for name, value in given.items() if name in own}
        with keep_log(words, given["quiet"], given["verbose"]):
            return command(**passed)

    run.__signature__ = inspect.Signature([*parameters, *added])  # type: ignore[attr-defined]
    run.__annotations__ = {**hints, **{p.name: p.annotation for p in added}}
    return run
