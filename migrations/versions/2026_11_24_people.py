"""Several phones in a household, how long each has been silent, and the household's PIN.

Revision ID: 2026_11_24_people
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_people"
down_revision = "2026_11_24_approvals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("contacts") as contacts:
        contacts.add_column(sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
        contacts.add_column(sa.Column("woke_at", sa.DateTime(timezone=True), nullable=True))
    # Near enough: a contact's row has been written whenever its phone was heard, and seldom otherwise.
    op.execute(sa.text("UPDATE contacts SET heard_at = updated_at"))
    with op.batch_alter_table("household_phones") as phones:
        phones.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        phones.add_column(sa.Column("spends_from", sa.DateTime(timezone=True), nullable=True))
        phones.add_column(sa.Column("replaced_by", sa.String(length=16), nullable=True))
        phones.add_column(sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
        phones.create_index(op.f("ix_household_phones_ends_at"), ["ends_at"], unique=False)
    op.create_table(
        "phone_invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("added", "changed", "claimed", name="invitationkind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("replaces", sa.String(length=16), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_phone_invitations_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_invitations")),
    )
    op.create_index(
        op.f("ix_phone_invitations_household_id"), "phone_invitations", ["household_id"], unique=False
    )
    op.create_index(op.f("ix_phone_invitations_phone"), "phone_invitations", ["phone"], unique=False)
    op.create_table(
        "household_pins",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name=op.f("fk_household_pins_household_id")
        ),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_household_pins")),
    )


def downgrade() -> None:
    op.drop_table("household_pins")
    op.drop_table("phone_invitations")
    with op.batch_alter_table("household_phones") as phones:
        phones.drop_index(op.f("ix_household_phones_ends_at"))
        for column in ("ends_at", "replaced_by", "spends_from", "confirmed_at"):
            phones.drop_column(column)
    with op.batch_alter_table("contacts") as contacts:
        contacts.drop_column("woke_at")
        contacts.drop_column("heard_at")
