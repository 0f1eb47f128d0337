"""A map without tiles: routes, stops in order, hubs, a scale and north, as one SVG that needs nothing else.

Drawn for 360 pixels and for paper, by day and by night. Routes are told apart by colour (Okabe and Ito's eight,
"Color Universal Design", 2008, which people with any colour vision tell apart), and by dashes and numbers as well.
Places are laid out around their middle, east and north in metres (equirectangular projection), true enough for a city.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final
from uuid import UUID

from app.kernel.place import distance_metres
from app.pickups.statuses import PickupStatus
from app.routing.frame import MARGIN, WIDTH, Frame, Spot, spread
from app.routing.tracks import DayTracks, Track, TrackStop

FAR_METRES: Final = 40_000
"""A place so far from every hub is left out, and said: it would make a dot of the town."""
SVG_TYPE: Final = "image/svg+xml"
NUMBERED_MAX: Final = 90
"""Stops in a picture up to which each has its number; more would cover each other."""
_LEGEND_ROW: Final = 17
_SCALE_SHARE: Final = 0.33
_PALETTE: Final = (
    ("#0072b2", "#56b4e9"),
    ("#d55e00", "#ff8c42"),
    ("#00775a", "#2fd3a5"),
    ("#9c4f7e", "#e79fc7"),
    ("#8a6100", "#f0c542"),
    ("#20708f", "#9bdcf7"),
    ("#6b6b00", "#f0e442"),
    ("#333333", "#dddddd"),
)
"""By day and by night: darkened or lightened until it stands out from the paper (3:1 and more)."""
_DASHES: Final = ("", "7 3", "2 3", "9 3 2 3", "5 2 5 6", "1 4", "12 4", "4 4")

_STYLE: Final = """
svg { font: 10px system-ui, sans-serif; }
.paper { fill: #fff; } .ink { fill: #000; } .line { stroke: #000; fill: none; } .hub { fill: #000; stroke: #fff; }
.name { paint-order: stroke; stroke: #fff; stroke-width: 3px; font-weight: bold; }
.route { fill: none; stroke-width: 2; stroke-linejoin: round; } .stop { stroke-width: 1.6; fill: #fff; }
.done { stroke-width: 1.6; } .number { font-size: 8.5px; font-weight: bold; text-anchor: middle; fill: #000; }
.done-number { fill: #fff; } .vague { fill: none; stroke-width: 1; stroke-dasharray: 2 2; opacity: .6; }
"""
_NIGHT: Final = (
    ".paper { fill: #111; } .ink { fill: #fff; } .line { stroke: #fff; } .hub { fill: #fff; stroke: #111; } "
    ".name { stroke: #111; } .stop { fill: #111; } .number { fill: #fff; } .done-number { fill: #000; }"
)


@dataclass(frozen=True)
class Words:
    """What stands in the picture and beside it, in the language of whoever looks."""

    title: str
    description: str
    outside: str = ""
    """Of places too far off to be shown; drawn where there are any."""


def words_of(day: DayTracks) -> Words:
    """In English, for the office."""
    stops = sum(len(track.stops) for track in day.tracks)
    kilometres = sum(track.distance_metres for track in day.tracks) / 1000
    hubs = ", ".join(hub.name for hub in day.hubs) or "no hub"
    outside = sum(not _shown(day, stop) for track in day.tracks for stop in track.stops)
    return Words(
        f"Routes on {day.date.isoformat()}",
        f"{len(day.tracks)} routes with {stops} stops from {hubs}, {kilometres:.1f} km. "
        + " ".join(f"{track.collector}: {len(track.stops)} stops." for track in day.tracks),
        f"{outside} stops lie too far off to be shown" if outside else "",
    )


def draw(day: DayTracks, words: Words) -> str:
    """The picture, as a whole SVG document."""
    shown = [stop for track in day.tracks for stop in track.stops if _shown(day, stop)]
    frame = Frame.around([*(stop.location for stop in shown), *(hub.location for hub in day.hubs)])
    numbered = len(shown) <= NUMBERED_MAX
    at = {stop.pickup_id: frame.point(stop.location) for stop in shown}
    at = spread(at) if numbered else at
    several = len(day.tracks) > 1
    legend = [f"{_shortened(track.collector)} ({len(track.stops)})" for track in day.tracks if several]
    height = frame.height + _LEGEND_ROW * math.ceil(len(legend) / 2) + (6 if legend else 0)
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
            'aria-labelledby="map-title map-description">'
        ),
        f'<title id="map-title">{escape(words.title)}</title>',
        f'<desc id="map-description">{escape(words.description)}</desc>',
        f"<style>{_STYLE}{_colours()}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
    ]
    for number, track in enumerate(day.tracks):
        parts += _route(track, number, frame, at)
    for number, track in enumerate(day.tracks):
        parts += _stops(track, number, frame, at, numbered=numbered)
    for hub in day.hubs:
        parts += _hub(hub.name, frame.point(hub.location))
    parts += [*_scale(frame), *_north()]
    if words.outside:
        parts.append(f'<text class="ink" x="{MARGIN}" y="13">{escape(words.outside)}</text>')
    parts += _legend(legend, frame.height)
    return "\n".join([*parts, "</svg>", ""])


def _shown(day: DayTracks, stop: TrackStop) -> bool:
    return any(distance_metres(stop.location, hub.location) <= FAR_METRES for hub in day.hubs)


def _route(track: Track, number: int, frame: Frame, at: Mapping[UUID, Spot]) -> list[str]:
    if not track.stops:
        return []
    stops, path = iter(track.stops), list[Spot]()
    for place in track.path():
        spot = frame.point(place) if place is track.hub else at.get(next(stops).pickup_id)
        path += [spot] if spot else []
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in path)
    return [f'<polyline class="route c{number % len(_PALETTE)}" points="{points}"{_dashes(number)}/>']


def _dashes(number: int) -> str:
    dash = _DASHES[number % len(_DASHES)]
    return f' stroke-dasharray="{dash}"' if dash else ""


def _stops(track: Track, number: int, frame: Frame, at: Mapping[UUID, Spot], *, numbered: bool) -> list[str]:
    parts = []
    colour = number % len(_PALETTE)
    radius = 7.5 if numbered else 2.6
    # The first lies on top: it is where one goes next.
    for stop in reversed([stop for stop in track.stops if stop.pickup_id in at]):
        x, y = at[stop.pickup_id]
        vague = (stop.location.uncertainty_metres or 0) * frame.pixels_per_metre
        if numbered and vague > radius:
            parts.append(
                f'<circle class="vague c{colour}" cx="{x:.1f}" cy="{y:.1f}" r="{min(vague, 60):.1f}"/>'
            )
        done = stop.status is PickupStatus.COLLECTED
        look = f"done c{colour} f{colour}" if done else f"stop c{colour}"
        parts.append(f'<circle class="{look}" cx="{x:.1f}" cy="{y:.1f}" r="{radius}"/>')
        if stop.status is PickupStatus.MISSED:
            cross = f"M{x - 5:.1f} {y - 5:.1f}l10 10m0 -10l-10 10"
            parts.append(f'<path class="route c{colour}" d="{cross}"/>')
        elif numbered:
            ink = "number done-number" if done else "number"
            parts.append(f'<text class="{ink}" x="{x:.1f}" y="{y + 3:.1f}">{stop.position}</text>')
    return parts


def _hub(name: str, point: tuple[float, float]) -> list[str]:
    x, y = point
    beside = (-11, "end") if x > WIDTH * 0.6 else (11, "start")
    return [
        f'<rect class="hub" x="{x - 7:.1f}" y="{y - 7:.1f}" width="14" height="14" stroke-width="1.5"/>',
        (
            f'<text class="ink name" x="{x + beside[0]:.1f}" y="{y + 3.5:.1f}" text-anchor="{beside[1]}">'
            f"{escape(name)}</text>"
        ),
    ]


def _scale(frame: Frame) -> list[str]:
    """A bar of 1, 2 or 5 times a power of ten metres, as long as fits into a third of the width."""
    longest = WIDTH * _SCALE_SHARE / frame.pixels_per_metre
    power = 10 ** math.floor(math.log10(longest))
    metres = next(step * power for step in (5, 2, 1) if step * power <= longest)
    length, y = metres * frame.pixels_per_metre, frame.height - 8
    written = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"  # noqa: PLR2004 - a kilometre
    return [
        f'<path class="line" stroke-width="1.5" d="M{MARGIN} {y - 4}v4h{length:.1f}v-4"/>',
        f'<text class="ink" x="{MARGIN + length + 5:.1f}" y="{y}">{written}</text>',
    ]


def _north() -> list[str]:
    x = WIDTH - MARGIN
    return [
        f'<path class="ink" d="M{x} 6l5 14l-5 -4l-5 4z"/>',
        f'<text class="ink" x="{x}" y="31" text-anchor="middle" font-weight="bold">N</text>',
    ]


def _legend(entries: Sequence[str], top: int) -> list[str]:
    parts = []
    for number, entry in enumerate(entries):
        x, y = MARGIN + (WIDTH / 2 - MARGIN) * (number % 2), top + 6 + _LEGEND_ROW * (number // 2)
        parts += [
            f'<path class="route c{number % len(_PALETTE)}" d="M{x} {y}h22"{_dashes(number)}/>',
            f'<text class="ink" x="{x + 27}" y="{y + 3.5}">{escape(entry)}</text>',
        ]
    return parts


def _shortened(text: str, letters: int = 17) -> str:
    return text if len(text) <= letters else text[: letters - 1] + "\u2026"


def _colours() -> str:
    def rules(which: int) -> str:
        return " ".join(
            f".c{number} {{ stroke: {pair[which]}; }} .f{number} {{ fill: {pair[which]}; }}"
            for number, pair in enumerate(_PALETTE)
        )

    # A picture that is printed is black on white, whatever the screen is.
    return f"{rules(0)}\n@media screen and (prefers-color-scheme: dark) {{ {_NIGHT} {rules(1)} }}"
