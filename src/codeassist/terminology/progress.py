"""Shows the progress of a compilation on a terminal, and nothing anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from codeassist.terminology import store


@contextmanager
def show_progress(console: Console | None = None) -> Iterator[store.Progress | None]:
    """Yield a callback for ``progress=`` that draws a bar on standard error, or None where that is no terminal.

    Parameters
    ----------
    console
        Where to draw; standard error if omitted.
    """
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0, visible=False)

        def tell(doing: str, share: float) -> None:
            bar.update(task, description=doing, completed=share, visible=True)

        yield tell
