"""What a command prints: a table for people, JSON for programs, progress for who waits."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., object])
Cell = str | int | None
Row = Mapping[str, object]


def json_option(command: _Command) -> _Command:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def show_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def show_rows(rows: Sequence[Row], *, as_json: bool, none: str) -> None:
    """A table with the keys of the first row as headings; `none` is said where there are none."""
    if as_json:
        show_json(rows)
        return
    if not rows:
        click.echo(none)
        return
    headings = list(rows[0])
    cells = [[_text(row[heading]) for heading in headings] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *cells, strict=True)]
    is_number = [all(_is_number(row[heading]) for row in rows) for heading in headings]
    for line in ([heading.replace("_", " ") for heading in headings], *cells):
        parts = [
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(line, widths, is_number, strict=True)
        ]
        click.echo("  ".join(parts).rstrip())


def show_facts(facts: Row, *, as_json: bool, said: str | None = None) -> None:
    """One thing: the sentence `said`, or a list of its facts."""
    if as_json:
        show_json(facts)
    elif said is not None:
        click.echo(said)
    else:
        width = max(map(len, facts))
        for name, value in facts.items():
            click.echo(f"{name.replace('_', ' ').ljust(width)}  {_text(value)}")


@contextmanager
def progress(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal, moved by the steps it is called with; nothing where there is none."""
    if not sys.stderr.isatty():
        yield lambda _steps: None
        return
    with click.progressbar(
        length=length, label=label, file=sys.stderr, show_pos=True, update_min_steps=1
    ) as bar:
        yield bar.update


@contextmanager
def progress_to(label: str) -> Iterator[Callable[[int, int], None]]:
    """The same for work that tells how much is done, and how much there is."""
    with ExitStack() as stack:
        moved: list[Callable[[int], None]] = []
        before = 0

        def show(done: int, of: int) -> None:
            nonlocal before
            if not moved:
                moved.append(stack.enter_context(progress(label, of)))
            moved[0](done - before)
            before = done

        yield show


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(map(str, value))
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def _is_number(value: object) -> bool:
    text = str(value).replace(".", "", 1).removeprefix("-")
    return value is not None and not isinstance(value, bool) and text.isdigit()
