"""Materials: what can be weighed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import select

from app.access.keys import Caller
from app.web.admin import trail
from app.web.admin.auth import needs
from app.web.admin.paging import ListQuery, Page, fetch, matching
from app.web.admin.shapes import Code, Flag, Input, Line, Output, absent, changes, example
from app.web.deps import Here
from app.weighing import prices
from app.weighing.models import LOOSE_DENSITY, Material

router = APIRouter(prefix="/materials", tags=["materials"])
READER = [Depends(needs("materials:read"))]
Writer = Annotated[Caller, Depends(needs("materials:write"))]

MaterialName = Annotated[Line, Field(max_length=40)]
Density = Annotated[
    int,
    Field(
        strict=True,
        ge=1,
        le=5_000,
        description="Kilograms per cubic metre, whole and loose as in a bike's box; "
        "from it the plan knows how soon a box is full.",
    ),
]


class MaterialQuery(ListQuery):
    code: str | None = None
    active: bool | None = None


class NewMaterial(Input):
    model_config = example(code="PET", name="Plastic bottles", density_kilograms_per_cubic_metre=21)

    code: Code
    name: MaterialName
    density_kilograms_per_cubic_metre: Density = LOOSE_DENSITY


class MaterialChange(Input):
    model_config = example(active=False)

    name: MaterialName = absent()
    active: Flag = absent()
    density_kilograms_per_cubic_metre: Density = absent()


class MaterialOut(Output):
    model_config = example(
        id="0193572a-6b00-7000-8000-000000000004",
        code="PET",
        name="Plastic bottles",
        active=True,
        density_kilograms_per_cubic_metre=21,
        created_at="2026-11-23T08:00:00Z",
    )

    id: UUID
    code: str
    name: str
    active: bool
    density_kilograms_per_cubic_metre: int
    created_at: datetime


@router.get("", summary="List materials", dependencies=READER)
def list_materials(asked: Annotated[MaterialQuery, Query()], container: Here) -> Page[MaterialOut]:
    """Materials, newest first."""
    query = select(Material).where(*matching((Material.code, asked.code), (Material.active, asked.active)))
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, Material.id)
    return Page(items=[MaterialOut.model_validate(row) for row in rows], next_cursor=next_cursor)


@router.get("/{material_id}", summary="Read a material", dependencies=READER)
def read_material(material_id: UUID, container: Here) -> MaterialOut:
    """One material."""
    with container.database.unit_of_work() as session:
        return MaterialOut.model_validate(prices.material(session, material_id))


@router.post("", status_code=201, summary="Create a material")
def create_material(new: NewMaterial, caller: Writer, container: Here) -> MaterialOut:
    """A new material. Its code is unique and never changes; it earns nothing before it has a rate."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        material = prices.create_material(
            session,
            code=new.code,
            name=new.name,
            density_kilograms_per_cubic_metre=new.density_kilograms_per_cubic_metre,
            now=now,
        )
        trail.wrote(session, caller, "created", "material", material.id, now=now)
    return MaterialOut.model_validate(material)


@router.patch("/{material_id}", summary="Change a material")
def change_material(
    material_id: UUID, change: MaterialChange, caller: Writer, container: Here
) -> MaterialOut:
    """Rename it, say how much room it takes, or stop taking it with `active: false`."""
    now = container.clock.now()
    with container.database.unit_of_work() as session:
        material = prices.change_material(session, material_id, changes(change))
        trail.wrote(
            session, caller, "changed", "material", material.id, now=now, fields=sorted(changes(change))
        )
    return MaterialOut.model_validate(material)
