"""Pictures as SVG, drawn on the server: no script, no request to anyone, colours from the page's style.

Every picture stands beside a table of the same figures, so it is hidden from screen readers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

WIDTH: Final = 640
HEIGHT: Final = 250
LEFT: Final = 64
BOTTOM: Final = 26
TOP: Final = 12
RIGHT: Final = 6
TICKS: Final = 4
BAR_SHARE: Final = 0.66
BAR_MAX: Final = 64
_THOUSAND: Final = 1000
MANY: Final = 7
"""With more columns, a narrow screen shows every other name."""


@dataclass(frozen=True)
class Series:
    """One colour's values, one per column; `style` is its class in the style sheet."""

    name: str
    style: str
    values: Sequence[int]


def stacked(columns: Sequence[str], series: Sequence[Series], scale: float, unit: str) -> Markup:
    """Columns of series on top of each other. An axis number is a value divided by `scale`, then `unit`."""
    totals = [sum(one.values[i] for one in series) for i in range(len(columns))]
    axis = Axis.over(max(totals, default=0), scale, unit)
    step = (WIDTH - LEFT - RIGHT) / max(len(columns), 1)
    width = min(step * BAR_SHARE, BAR_MAX)
    shapes = []
    for i in range(len(columns)):
        floor = 0
        for one in series:
            value = one.values[i]
            if value > 0:
                x = LEFT + step * i + (step - width) / 2
                shapes.append(
                    _bar(one, x, axis.y(floor + value), width, axis.y(floor) - axis.y(floor + value))
                )
            floor += value
    return _picture(columns, step, axis, shapes)


def beside(columns: Sequence[str], series: Sequence[Series], scale: float, unit: str) -> Markup:
    """Columns of series side by side."""
    axis = Axis.over(max((v for one in series for v in one.values), default=0), scale, unit)
    step = (WIDTH - LEFT - RIGHT) / max(len(columns), 1)
    group = min(step * BAR_SHARE, BAR_MAX)
    width = group / max(len(series), 1)
    shapes = [
        _bar(
            one,
            LEFT + step * i + (step - group) / 2 + width * n,
            axis.y(value),
            width,
            axis.y(0) - axis.y(value),
        )
        for n, one in enumerate(series)
        for i, value in enumerate(one.values)
        if value > 0
    ]
    return _picture(columns, step, axis, shapes)


def band(series: Sequence[Series]) -> Markup:
    """One bar, cut in the proportions of each series' first value."""
    total = sum(one.values[0] for one in series)
    x = 0.0
    shapes = []
    for one in series:
        width = WIDTH * one.values[0] / total if total else 0
        if width:
            shapes.append(_bar(one, x, 0, width, 44))
        x += width
    return Markup(
        '<svg class="chart band" viewBox="0 0 {} 44" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(WIDTH, Markup("").join(shapes))


@dataclass(frozen=True)
class Axis:
    top: float
    scale: float
    unit: str

    @classmethod
    def over(cls, largest: int, scale: float, unit: str) -> Axis:
        """An axis up to a round number at or above `largest`."""
        wanted = max(largest / scale, TICKS)
        magnitude = 10 ** math.floor(math.log10(wanted / TICKS))
        step = next(magnitude * n for n in (1, 2, 2.5, 5, 10) if magnitude * n * TICKS >= wanted)
        return cls(step * TICKS, scale, unit)

    def y(self, value: float) -> float:
        room = HEIGHT - TOP - BOTTOM
        return TOP + room * (1 - value / self.scale / self.top)

    def ticks(self) -> list[tuple[float, str]]:
        numbers = [self.top * n / TICKS for n in range(TICKS + 1)]
        return [(self.y(number * self.scale), self.unit + _short(number)) for number in numbers]


def _picture(columns: Sequence[str], step: float, axis: Axis, shapes: list[Markup]) -> Markup:
    lines = [
        Markup(
            '<line x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/><text x="{}" y="{:.1f}" class="axis">{}</text>'
        ).format(LEFT, WIDTH - RIGHT, y, y, LEFT - 8, y + 4, label)
        for y, label in axis.ticks()
    ]
    names = [
        Markup('<text x="{:.1f}" y="{}" class="column">{}</text>').format(
            LEFT + step * (i + 0.5), HEIGHT - 6, name
        )
        for i, name in enumerate(columns)
    ]
    style = "chart many" if len(columns) > MANY else "chart"
    return Markup('<svg class="{}" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>').format(
        style, WIDTH, HEIGHT, Markup("").join([*lines, *shapes, *names])
    )


def _short(number: float) -> str:
    return f"{number / _THOUSAND:g}k" if number >= _THOUSAND else f"{number:g}"


def _bar(one: Series, x: float, y: float, width: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        one.style, x, y, width, height
    )
