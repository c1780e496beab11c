"""Reads oxygen and ventilation support: which device, how much flow, which fraction of oxygen, which pressures.

The wordings of the devices are those of ``oxygen_devices.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from codeassist.annotation.measurement_units import FOLDER, Measure, MeasureTable, read_rows
from codeassist.annotation.measurement_values import Reading
from codeassist.errors import DataFileError

DEVICES = (
    "room_air",
    "oxygen",
    "nasal_cannula",
    "high_flow_nasal_cannula",
    "face_mask",
    "venturi_mask",
    "non_rebreather",
    "tracheostomy_collar",
    "cpap",
    "bipap",
    "ventilator",
)
MEASURES = (
    "oxygen_flow",
    "oxygen_saturation",
    "fraction_inspired_oxygen",
    "inspiratory_positive_airway_pressure",
    "expiratory_positive_airway_pressure",
    "continuous_positive_airway_pressure",
)
_LITERS = r"[ -]? (?: l(?:iters?|itres?|pm)? ) (?: [ ]? / [ ]? m(?:in(?:ute)?)? | [ ] per [ ] min(?:ute)? )?"
_LOW = r"(?P<low> \d{1,2} (?:\.\d{1,2})? )"
_FLOW = re.compile(
    rf"{_LOW} (?: [ ]? [-\u2013] [ ]? (?P<high> \d{{1,2}} ) )? {_LITERS} (?! [a-z] | /[a-z] )",
    re.VERBOSE | re.IGNORECASE,
)
# "4 L/min via nasal cannula"; a number of the name itself ("4LNC") may stand directly before it.
_FLOW_BEFORE = re.compile(
    r"(?<! [\d/.-] )"
    + _FLOW.pattern.removesuffix("(?! [a-z] | /[a-z] )")
    + r"""
    [ ,(]{0,2} (?: (?: of | via | by | on | per | through | with | a | home | humidified | supplemental | continuous
      | wall | nocturnal | her | his | chronic | baseline )[ ] ){0,4} $
    """,
    re.VERBOSE | re.IGNORECASE,
)
_GAP = re.compile(
    r"""
    [ ]? (?: [,:@=(] [ ]?
      | (?: at | of | on | with | to | settings? | flow | rate | set | running | therapy )[ ] ){0,4}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FRACTION = re.compile(
    r"[ ]? (?: (?: [/,;@(] | at | and | with | of )[ ]? ){0,2} (?P<value> 100 | [2-9]\d ) [ ]? %", re.VERBOSE
)
_PERCENT_BEFORE = re.compile(
    r"""
    (?<! [\d/.,-] ) (?P<value> \d{2,3} ) [ ]? (?: % | percent ) ,? [ ]
    (?: (?: while[ ] )? (?: on | in | at | breathing )[ ] )? $
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PRESSURES = re.compile(r"(?P<first> \d{1,2} ) [ ]? / [ ]? (?P<second> \d{1,2} ) (?! [\d/] )", re.VERBOSE)
_PRESSURE = re.compile(
    r"(?P<value> \d{1,2} ) (?! [\d/.%] | [ ]? (?: l | hours? | hrs? | days? | years? | am | pm )\b )"
    r"[ ]? (?: cm [ ]? (?: of [ ] )? (?: h2o | water )? )?",
    re.VERBOSE | re.IGNORECASE,
)
# What a saturation was taken on: "on RA", "(4L NC)", "while on BiPAP".
_TAIL = r"[ ,;(]{0,3} (?: (?: while[ ] )? (?: on | via | with | in | at | by | breathing | off )[ ] )? "


class SupportReader:
    """This reads the support that a name of a device begins, and on which support a saturation was taken.

    Parameters
    ----------
    table
        Gives the measures of flow, fraction and pressures.
    device_by_wording
        The device of every wording, as written; case counts where a wording has capitals.
    """

    def __init__(self, table: MeasureTable, device_by_wording: Mapping[str, str]) -> None:
        self._measures = {name: table.get(name) for name in MEASURES}
        self._device_by_wording = device_by_wording
        wordings = sorted(device_by_wording, key=lambda wording: (-len(wording), wording))
        parts = (_write(wording) for wording in wordings)
        names = rf"(?P<device>{'|'.join(parts)})(?![A-Za-z0-9])"
        self._anywhere = re.compile(rf"(?<![A-Za-z0-9]){names}")
        flow = _FLOW.pattern.removesuffix("(?! [a-z] | /[a-z] )")
        tail = f"{_TAIL} (?P<flow> {flow} (?! [a-z] | /[a-z] ) )?"
        self._tail = re.compile(f"(?x:(?i:{tail}))[ ]?(?:(?:of|via|by|on) )?(?:{names})?")

    @classmethod
    def load(cls, table: MeasureTable, path: Path | None = None) -> SupportReader:
        """Read ``oxygen_devices.tsv``.

        Raises
        ------
        DataFileError
            If a row names an unknown device.
        """
        path = path or FOLDER / "oxygen_devices.tsv"
        devices: dict[str, str] = {}
        for number, row in read_rows(path):
            if row["device"] not in DEVICES:
                msg = f"{path.name} line {number}: device {row['device']!r} is unknown; expected one of {DEVICES}"
                raise DataFileError(msg)
            devices[row["wording"]] = row["device"]
        return cls(table, devices)

    @property
    def wordings(self) -> Mapping[str, str]:
        """The device of every wording."""
        return self._device_by_wording

    def read(self, text: str, start: int, end: int, device: str, *, free: int) -> list[Reading]:
        """Return flow, fraction and pressures of a device that is named from ``start`` to ``end``.

        ``free`` is the first place before the name that no other value has taken.
        """
        if device == "room_air":
            return self._read_saturation(text, start, end, free)
        gap = _GAP.match(text, end)
        place = gap.end() if gap is not None else end
        readings = self._read_pressures(text, place, device)
        readings = readings or self._read_flow(text, start, end, place, max(free, start - 40))
        place = max([end, *(each.end for each in readings)])
        gap = _GAP.match(text, place) if not readings else None
        fraction = _FRACTION.match(text, gap.end() if gap is not None else place)
        if fraction is not None:
            value = float(fraction["value"])
            readings.append(self._make("fraction_inspired_oxygen", value, "%", fraction.start("value"), fraction.end()))
        return [each._replace(device=device) for each in readings if each.measure.choose_unit(each.value, each.unit)]

    def place(self, text: str, start: int, reading: Reading) -> list[Reading]:
        """Return a saturation with its device, and the flow of oxygen that is written with it."""
        tail = self._tail.match(text, reading.end)
        device = self._name(tail)
        before = self._anywhere.search(text, max(0, start - 12), reading.start) if not device else None
        flow = tail if tail is not None and tail["flow"] else None
        if flow is None:
            return [reading._replace(device=device or self._name(before))]
        device = device or "oxygen"
        flows = [each._replace(device=device) for each in self._make_flows(flow, flow.start("low"), flow.end("flow"))]
        return [reading._replace(device=device), *flows]

    def _read_saturation(self, text: str, start: int, end: int, free: int) -> list[Reading]:
        """Read "97% on room air", where nothing names the saturation."""
        before = _PERCENT_BEFORE.search(text, max(free, start - 24), start)
        measure = self._measures["oxygen_saturation"]
        if before is None or measure.choose_unit(float(before["value"]), "%") is None:
            return []
        return [Reading(measure, float(before["value"]), "%", "", before.start(), end, device="room_air")]

    def _name(self, matched: re.Match[str] | None) -> str:
        if matched is None or not matched["device"]:
            return ""
        written = re.sub(r"[ \t-]+", " ", matched["device"])
        wordings = self._device_by_wording
        return wordings.get(written) or wordings.get(written.lower()) or wordings.get(matched["device"].lower(), "")

    def _read_flow(self, text: str, start: int, end: int, place: int, lower: int) -> list[Reading]:
        # The letter of "4LNC" belongs to the number.
        is_joined = start > 0 and text[start - 1].isdigit()
        before = _FLOW_BEFORE.search(text, lower, start + is_joined)
        if before is not None:
            return self._make_flows(before, before.start("low"), end)
        after = _FLOW.match(text, place)
        return self._make_flows(after, after.start("low"), after.end()) if after is not None else []

    def _make_flows(self, matched: re.Match[str], start: int, end: int) -> list[Reading]:
        values = [float(matched[name]) for name in ("low", "high") if matched[name]]
        made = [self._make("oxygen_flow", value, "L/min", start, end) for value in values]
        return [each for each in made if each.measure.choose_unit(each.value, each.unit) is not None]

    def _read_pressures(self, text: str, place: int, device: str) -> list[Reading]:
        pair = _PRESSURES.match(text, place) if device == "bipap" else None
        if pair is not None and int(pair["first"]) > int(pair["second"]):
            return [
                self._make(
                    "inspiratory_positive_airway_pressure", float(pair["first"]), "cmH2O", pair.start(), pair.end()
                ),
                self._make(
                    "expiratory_positive_airway_pressure", float(pair["second"]), "cmH2O", pair.start(), pair.end()
                ),
            ]
        single = _PRESSURE.match(text, place) if device == "cpap" else None
        if single is not None:
            return [
                self._make(
                    "continuous_positive_airway_pressure", float(single["value"]), "cmH2O", single.start(), single.end()
                )
            ]
        return []

    def _make(self, name: str, value: float, unit: str, start: int, end: int) -> Reading:
        return Reading(self._measures[name], value, unit, "", start, end)


def is_saturation(measure: Measure) -> bool:
    """Tell whether a measure depends on the support that it was taken on."""
    return measure.name in ("oxygen_saturation", "partial_pressure_o2")


def _write(wording: str) -> str:
    body = r"[ \t-]{1,2}".join(map(re.escape, wording.split()))
    return body if wording != wording.lower() else f"(?i:{body})"
