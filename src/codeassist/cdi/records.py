"""What a condition family holds: axes that are asked for, indicators, and when each kind of gap is a gap."""

from __future__ import annotations

from dataclasses import dataclass

from codeassist.core.gaps import GapOption

RELATIONS = ("", "rise", "fall", "ratio")


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """This is one clinical indicator of a family, and how it is recognised in a record.

    It is recognised by any of: codes that a mention means (prefixes), words of the note, drugs, or a measurement. With
    ``routes`` a drug counts only where the note says that it is given so. Of a
    measurement ``low`` and ``high`` bound the value in the measure's default unit (``low`` included); ``relation`` says
    what is bounded: the value itself, its rise or fall between two values, or the ratio of the highest to the lowest.
    A ``core`` indicator is one of those without which nothing is asked. ``adults`` leaves out children, whose normal
    values differ.
    """

    name: str
    bearing: str
    points: float
    is_core: bool = False
    adults: bool = False
    codes: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    measure: str = ""
    low: float = float("-inf")
    high: float = float("inf")
    relation: str = ""


@dataclass(frozen=True, slots=True)
class OptionRule:
    """This is one answer that a family offers; with ``needs`` only where one of these indicators was found."""

    option: GapOption
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AxisRule:
    """This is one axis of a family that a CDI specialist asks for.

    ``open_codes`` are the suggested codes (prefixes; a trailing ``$`` for the code itself) that leave it open. It is
    closed by a code of ``closed_by`` anywhere in the encounter, by a term of ``stated``, or by a measure of
    ``measured``. With ``expects`` it is a gap only where one of these indicators was found. ``category`` is the one
    that the answer belongs to, where that is not the suggested code's (the type of a heart failure coded as I11.0).
    """

    axis: str
    worth: float
    open_codes: tuple[str, ...]
    closed_by: tuple[str, ...] = ()
    stated: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    expects: tuple[str, ...] = ()
    category: str = ""
    options: tuple[OptionRule, ...] = ()


@dataclass(frozen=True, slots=True)
class UndocumentedRule:
    """This is when a family's condition has indicators and treatment, and nobody documented it.

    ``documented`` are the codes that document it, ``excused`` those that explain its indicators otherwise. The points
    of the indicators found, of ``uses`` where it is given, must reach ``minimum``, and one indicator of ``needs``, or a
    core one where it is empty, be found.
    """

    diagnosis: str
    category: str
    worth: float
    minimum: float
    documented: tuple[str, ...]
    excused: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    axis: str = "diagnosis"
    options: tuple[OptionRule, ...] = ()


@dataclass(frozen=True, slots=True)
class UnsupportedRule:
    """This is when a documented condition wants clinical validation.

    It does where an indicator of ``against`` was found and none of ``expects``.
    """

    documented: tuple[str, ...]
    worth: float
    against: tuple[str, ...]
    expects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """This is a pair of statements that cannot both hold; ``unless`` are the codes that reconcile them."""

    axis: str
    worth: float
    sides: tuple[tuple[str, ...], tuple[str, ...]]
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Family:
    """This is one condition family of the library.

    ``categories`` are the three-character categories it covers, ``criteria`` names the published criteria its
    thresholds are from, ``importance`` (0..1) says how much the condition weighs for care. ``settled`` are the axes
    that the axis table leaves open and nobody asks for, or that another question of the family covers.
    """

    slug: str
    name: str
    categories: tuple[str, ...]
    criteria: str
    importance: float
    settled: tuple[str, ...] = ()
    indicators: tuple[IndicatorRule, ...] = ()
    axes: tuple[AxisRule, ...] = ()
    undocumented: tuple[UndocumentedRule, ...] = ()
    unsupported: tuple[UnsupportedRule, ...] = ()
    conflicts: tuple[ConflictRule, ...] = ()


def is_open_code(code: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a code is one of the patterns: a prefix, or with a trailing ``$`` the code itself.

    Examples
    --------
    >>> is_open_code("I50.9", ("I50.9",)), is_open_code("I50.23", ("I50.2$",))
    (True, False)
    """
    return any(code == each[:-1] if each.endswith("$") else code.startswith(each) for each in patterns)
