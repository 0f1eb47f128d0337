"""How much room each material takes, so that a plan knows how soon a box is full.

Revision ID: 2026_11_29_densities
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_29_densities"
down_revision = "2026_11_29_chart"
branch_labels = None
depends_on = None

_KNOWN = {"PET": 21, "CAN": 37, "CARD": 63, "PAPER": 63, "GLASS": 225, "SACHET": 21}
"""What offices have mostly called these; any office can change it."""


def upgrade() -> None:
    with op.batch_alter_table("materials") as materials:
        materials.add_column(
            sa.Column("density_kilograms_per_cubic_metre", sa.Integer(), server_default="34", nullable=False)
        )
        materials.create_check_constraint("density", "density_kilograms_per_cubic_metre > 0")
    known = sa.table(
        "materials", sa.column("code"), sa.column("density_kilograms_per_cubic_metre", sa.Integer())
    )
    for code, density in _KNOWN.items():
        op.execute(
            known.update().where(known.c.code == code).values(density_kilograms_per_cubic_metre=density)
        )


def downgrade() -> None:
    with op.batch_alter_table("materials") as materials:
        materials.drop_constraint(op.f("ck_materials_density"))
        materials.drop_column("density_kilograms_per_cubic_metre")
