"""What a finding says to the office: a sentence with its figures, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from app.integrity.checks.seen import Check
from app.kernel.grams import kilograms

_SENTENCES: Final[Mapping[Check, str]] = {
    Check.WEIGHT: "{material} {grams} kg at once, where {home_grams} kg would be usual for the home and {neighbours_grams} kg"
    " for its neighbours.",
    Check.HEAVY: "{percent} % of the weights ({hits} of {count}) lie among the heaviest of the zone; of the others' {others_percent} %.",
    Check.ROUND: "{percent} % of the weights ({hits} of {count}) are whole half kilograms; of the others' {others_percent} %.",
    Check.SAME: "{material} {grams} kg was written {hits} times in {count}: {percent} %; the others' favourites make up"
    " {others_percent} %.",
    Check.DIGITS: "{percent} % of the weights ({hits} of {count}) repeat one digit; of the others' {others_percent} %.",
    Check.HASTE: "{hits} of {count} doors were weighed at within seconds of the one before: {percent} %; of the others'"
    " {others_percent} %.",
    Check.TRAVEL: "{hits} of {count} ways between two doors were faster than a bike: {percent} %; of the others' {others_percent} %.",
    Check.PLACE: "{hits} of {count} weighings were far from where the home was found at other times: {percent} %; of the"
    " others' {others_percent} %.",
    Check.HOURS: "{hits} of {count} visits were outside of the shift: {percent} %; of the others' {others_percent} %.",
    Check.HUB: "On {days} days {stops_grams} kg of {material} were paid for at the doors and {hub_grams} kg came to the hub;"
    " {allowed_grams} kg are allowed for moisture and rounding.",
    Check.SILENT: "Nobody answered at the last {count} visits in a row; of all visits {others_percent} % find nobody.",
    Check.GHOST: "{count} weighings, no phone of the home ever heard, none with a handover code; of all weighings"
    " {others_percent} % come without one.",
}
NEXT_STEP: Final[Mapping[Check, str]] = {
    Check.WEIGHT: "Call the household, look at the photo and at the hub's figures of the day; correct a slip by a dispute.",
    Check.HEAVY: "Ride along for a morning, and weigh some of the same bags again at the hub.",
    Check.ROUND: "Show the collector how to read the scale's steps; see whether the scale is broken.",
    Check.SAME: "Ask how these weights came about; compare with the photos and with the hub.",
    Check.DIGITS: "Ask how these weights came about; compare with the photos and with the hub.",
    Check.HASTE: "Ask whether weights are written on paper first and typed later; weigh some bags again at the hub.",
    Check.TRAVEL: "Ask where the phone was; another phone, or a simulated position, may have been used.",
    Check.PLACE: "Call two of the homes and ask whether somebody came.",
    Check.HOURS: "Ask whether the shift that is written down is the one that is ridden.",
    Check.HUB: "Check the scales against a known weight; then weigh some bags again on arrival.",
    Check.SILENT: "Call the household; if it has moved away, pause it, and save the ride.",
    Check.GHOST: "Call the number; if nobody knows it, visit the address before more is paid.",
}


def sentence(check: Check, figures: Mapping[str, Any]) -> str:
    """What was seen, in one sentence; weights in kilograms."""
    said = {
        name: kilograms(value) if name.endswith("grams") and isinstance(value, int) else value
        for name, value in figures.items()
    }
    return _SENTENCES[check].format_map(said)
