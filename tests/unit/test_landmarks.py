"""What people say of where they live, against the landmarks that are known."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.conversation.keywords import normalise
from app.errors import InvalidInput
from app.kernel.place import Location, distance_metres
from app.places import pluscodes
from app.places.landmarks import Known, find

YABA = Location(6.515, 3.375)


def known(number: int, name: str, *aliases: str) -> Known:
    spellings = tuple(normalise(one) for one in (name, *aliases))
    return Known(UUID(int=number), name, YABA, spellings)


LANDMARKS = (
    known(1, "Celestial Church", "Cele"),
    known(2, "Celestial Church Tejuosho"),
    known(3, "Ojúẹlẹ́gba bus stop"),
    known(4, "Total filling station", "Total"),
    known(5, "NNPC", "Mega station"),
    known(6, "Central mosque"),
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Celestial Church", 1),
        ("blue gate beside CELESTIAL CHURCH, ring twice", 1),
        ("Blue gate beside Celestal Church", 1),
        ("behind cele", 1),
        ("near Celestial Church Tejuosho", 2),
        ("after ojuelegba busstop", 3),
        ("Opposite Ojuelegba bus stop.", 3),
        ("opposite Total, Itire road", 4),
        ("total filing station", 4),
        ("nnpc", 5),
        ("nnpx", None),  # too short to guess
        ("between Total and the central mosque", None),  # which of the two?
        ("the church", None),
        ("Blue gate, second floor", None),
        ("totally green house", None),
        ("", None),
        ("!!!", None),
    ],
)
def test_a_landmark_is_recognised_however_it_is_written_and_not_where_it_is_in_doubt(
    said: str, meant: int | None
) -> None:
    found = find(said, LANDMARKS)
    assert (found.landmark_id.int if found else None) == meant


def test_short_plus_codes_are_read_near_the_zone_and_full_ones_anywhere() -> None:
    full = pluscodes.of(YABA)
    short = full[4:]
    for text in (f"Blue gate {short.lower()} second floor", f"at {full}.", short):
        found = pluscodes.in_text(text, Location(6.6, 3.3))
        assert found is not None
        assert distance_metres(found, YABA) <= 10
        assert (found.source, found.uncertainty_metres) == ("plus_code", 10)
    abuja = pluscodes.in_text("6FX93GQX+22", YABA)
    assert abuja is not None
    assert distance_metres(abuja, YABA) > 100_000
    for nothing in ("", "2+2", "G92X 4P", "AAAA+AA", "6FR5G92X4P"):
        assert pluscodes.in_text(nothing, YABA) is None
        with pytest.raises(InvalidInput):
            pluscodes.read(nothing, YABA)
