"""Reads the numbers on which procedures differ: sizes, lengths, areas, views, counts, minutes, ages and levels."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_NUMBER_WORDS = {
    "one": 1, "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "double": 2, "triple": 3, "quadruple": 4,
}  # fmt: skip
_COUNT = rf"(\d{{1,3}}|{'|'.join(_NUMBER_WORDS)})"
_SIZE = re.compile(
    r"""
    (\d+(?:\.\d+)?)                                          # a first side
    (?: \s*(?:cm|mm|-)?\s* (?:x|by|\u00d7) \s* (\d+(?:\.\d+)?) )?  # a second
    (?: \s*(?:cm|mm|-)?\s* (?:x|by|\u00d7) \s* \d+(?:\.\d+)? )?    # a third
    \s* -? \s*
    (cm2 | cm | mm | centimeters? | millimeters? | inch(?:es)?) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_AREA = re.compile(r"(\d+(?:\.\d+)?)\s*(?:sq(?:uare)?\.?\s*(?:cm|centimeters?)|cm2|cm\^2|cm sq)", re.IGNORECASE)
_VIEWS = re.compile(rf"\b{_COUNT}[\s-]*(?:additional\s+)?(?:views?|projections?)\b", re.IGNORECASE)
_PROJECTION = re.compile(
    r"""
    \b (?:
      (?P<ap>AP|PA|anteroposterior|frontal) | (?P<lateral>lateral) | (?P<oblique>obliques?)
    | (?P<sunrise>sunrise|merchant) | (?P<axillary>axillary) | (?P<mortise>mortise)
    | (?P<odontoid>odontoid|open[\s-]mouth)
    | (?P<tunnel>tunnel|notch) | (?P<flexion>flexion) | (?P<extension>extension) | (?P<decubitus>decubitus)
    | (?P<upright>upright) | (?P<supine>supine)
    ) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MINUTES = re.compile(rf"\b{_COUNT}[\s-]*(?:min(?:utes?)?)\b", re.IGNORECASE)
_HOURS = re.compile(rf"\b{_COUNT}[\s-]*(?:hours?|hrs?)\b", re.IGNORECASE)
_COUNTED = "|".join(
    (
        "lesions?", "tags?", "nails?", "toenails?", "lacerations?", r"biops\w+", "warts?", "calluses", "corns",
        "keratoses", "aks?", "studies", "vaccines?", "injections",
    )
)  # fmt: skip
_TIMES = re.compile(
    rf"(?:\bx\s?|\u00d7\s?|\btimes\s){_COUNT}\b|\b{_COUNT}\s+(?:\w+\s+)?(?:{_COUNTED})\b", re.IGNORECASE
)
_MUSCLES = re.compile(rf"\b{_COUNT}\s+(?:\w+\s+)?muscles?\b", re.IGNORECASE)
_GRAMS = re.compile(r"\b(\d{2,4})[\s-]*(?:g|gm|gms|grams?)\b", re.IGNORECASE)
_GRAFTS = re.compile(
    rf"(?:\bx\s?|\btimes\s){_COUNT}\b|\b{_COUNT}[\s-]*(?:vessel|grafts?)\b|\b(double|triple|quadruple)\b",
    re.IGNORECASE,
)
_LEVELS = re.compile(rf"\b{_COUNT}[\s-]+levels?\b", re.IGNORECASE)
_LEVEL = re.compile(r"\b([CTLS])\s?(\d{1,2})\s?(?:-|/|and|to|through)?\s?[CTLS]?(\d{1,2})?\b")
_AGE = re.compile(r"\b(\d{1,3})[\s-]*(year|yr|y/?o|month|mo|week|day)s?(?:[\s-]*old|\b)", re.IGNORECASE)
# The step between the ranges of the tables, and what a sum of floats may be off.
_STEP, _TINY = 0.1, 1e-9
_YEARS_BY_UNIT = {"y": 1.0, "m": 1 / 12, "w": 1 / 52, "d": 1 / 365}


def read_measure(unit: str, lines: Iterable[str]) -> float | None:
    """Return the number of one unit that some lines of text state, or ``None``.

    Examples
    --------
    >>> read_measure("cm", ["a 2.5 x 1 cm nevus"]), read_measure("cmsum", ["4 cm and 30 mm lacerations"])
    (2.5, 7.0)
    >>> read_measure("views", ["AP and lateral of the wrist"]), read_measure("views", ["three-view study"])
    (2.0, 3.0)
    >>> read_measure("levels", ["L4-L5 and L5-S1"]), read_measure("age", ["a 7-month-old"])
    (2.0, 0.5833333333333333)
    """
    reader = _READERS[unit]
    return next((found for line in lines if (found := reader(line)) is not None), None)


def _to_number(text: str) -> float:
    lower = text.lower()
    return float(_NUMBER_WORDS[lower]) if lower in _NUMBER_WORDS else float(text)


def _read_sizes(line: str) -> list[float]:
    found = []
    for size in _SIZE.finditer(line):
        unit = size.group(3).lower()
        scale = 0.1 if unit.startswith(("mm", "milli")) else 2.54 if unit.startswith("inch") else 1.0
        # A gauge or a mark of a suture is no wound: nothing so long is closed or cut out.
        found.append(round(max(float(side) for side in size.groups()[:2] if side) * scale, 2))
    return [size for size in found if size <= 100]


def _largest(line: str) -> float | None:
    return max(_read_sizes(line), default=None)


def _total(line: str) -> float | None:
    sizes = _read_sizes(line)
    return round(sum(sizes), 2) if sizes else None


def _area(line: str) -> float | None:
    stated = [float(area.group(1)) for area in _AREA.finditer(line)]
    sides = [
        float(s.group(1)) * float(s.group(2)) for s in _SIZE.finditer(line) if s.group(2) and s.group(3)[0] in "cC"
    ]
    return max([*stated, *sides], default=None)


def _views(line: str) -> float | None:
    stated = [_to_number(views.group(1)) for views in _VIEWS.finditer(line)]
    if stated:
        return max(stated)
    kinds = {projection.lastgroup for projection in _PROJECTION.finditer(line)}
    return float(len(kinds)) if kinds & {"ap", "lateral", "oblique", "upright", "supine"} else None


def _first_of(pattern: re.Pattern[str]) -> Callable[[str], float | None]:
    def read(line: str) -> float | None:
        found = pattern.search(line)
        return _to_number(next(group for group in found.groups() if group)) if found else None

    return read


def _minutes(line: str) -> float | None:
    minutes = sum(_to_number(found.group(1)) for found in _MINUTES.finditer(line))
    hours = sum(_to_number(found.group(1)) for found in _HOURS.finditer(line))
    return minutes + 60 * hours or None


def _levels(line: str) -> float | None:
    stated = _LEVELS.search(line)
    if stated:
        return _to_number(stated.group(1))
    found = {level.group().upper().replace(" ", "") for level in _LEVEL.finditer(line)}
    return float(len(found)) if found else None


def _age(line: str) -> float | None:
    found = _AGE.search(line)
    return float(found.group(1)) * _YEARS_BY_UNIT[found.group(2)[0].lower()] if found else None


_READERS: dict[str, Callable[[str], float | None]] = {
    "cm": _largest,
    "cmsum": _total,
    "sqcm": _area,
    "views": _views,
    "minutes": _minutes,
    "count": _first_of(_TIMES),
    "muscles": _first_of(_MUSCLES),
    "grams": _first_of(_GRAMS),
    "grafts": _first_of(_GRAFTS),
    "vein_grafts": _first_of(_GRAFTS),
    "levels": _levels,
    "age": _age,
}


def is_in_range(number: float, spec: str) -> bool:
    """Tell whether a number lies in a range of the tables: ``-2.5``, ``2.6-7.5``, ``5-``, ``3`` or ``+20``.

    Notes
    -----
    Ranges of sizes leave tenths out between them (``-0.5``, ``0.6-1``); a number there belongs to the range below.

    Examples
    --------
    >>> is_in_range(0.55, "-0.5"), is_in_range(2.6, "2.6-7.5"), is_in_range(9, "5-"), is_in_range(2, "3")
    (True, True, True, False)
    """
    if spec.startswith("+"):
        return False
    low, dash, high = ("", "-", spec[1:]) if spec.startswith("-") else spec.partition("-")
    if not dash:
        return abs(number - float(low)) < _STEP / 2
    # What lies between two ranges belongs to the one below it.
    return (not low or number >= float(low) - _TINY) and (not high or number < float(high) + _STEP - _TINY)
