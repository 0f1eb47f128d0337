"""Decisions about the money of all rewards: above all those that wait for a second person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import select

from app.rewards.models import RewardDecision
from app.web.admin.paging import Page, fetch, matching
from app.web.admin.reward_decisions import READER, DecisionQuery, RewardDecisionOut
from app.web.deps import Here

router = APIRouter(prefix="/rewards/decisions", tags=["rewards"])


@router.get("", summary="List decisions about all rewards", dependencies=READER)
def list_all_reward_decisions(
    asked: Annotated[DecisionQuery, Query()], container: Here
) -> Page[RewardDecisionOut]:
    """What was decided about where rewards' money goes, newest first; `status=waiting` is the second person's pile."""
    query = select(RewardDecision).where(*matching((RewardDecision.status, asked.status)))
    with container.database.unit_of_work() as session:
        rows, next_cursor = fetch(session, query, asked, RewardDecision.id)
    return Page(items=[RewardDecisionOut.model_validate(row) for row in rows], next_cursor=next_cursor)
