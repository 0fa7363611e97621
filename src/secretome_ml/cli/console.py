"""A terminal that shows text of the user and never obeys it."""

from __future__ import annotations

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.segment import Segment

from secretome_ml.core.logs import visible


def plain_console(stderr: bool = False, quiet: bool = False) -> Console:
    """Return a console in which control and direction characters of any text are spelt out.

    Examples
    --------
    >>> plain_console().print("red\\x1b[31m", markup=False)
    red\\x1b[31m
    """
    console = Console(stderr=stderr, quiet=quiet)
    console.push_render_hook(_SpellOut())
    return console


class _SpellOut(RenderHook):
    """What rich calls before it prints."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Spelt(inner) for inner in renderables]


class _Spelt:
    """Something to print, with its text made visible; what rich itself adds, colours, stays."""

    def __init__(self, inner: ConsoleRenderable) -> None:
        self.inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self.inner, options):
            if segment.control:
                yield segment
            else:
                yield Segment(visible(segment.text, keep="\n"), segment.style)
