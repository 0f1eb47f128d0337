"""What a dashboard's page is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from markupsafe import Markup

from app.web.dashboard.charts import Series
from app.web.looks import Pages

pages: Final = Pages(Path(__file__).parent / "templates")


@dataclass(frozen=True)
class Figure:
    """A picture, its legend, and the same figures as a table."""

    title: str
    note: str
    picture: Markup
    legend: Sequence[Series]
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]
