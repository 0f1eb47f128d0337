"""Recycling tips and quiz questions that are shipped, in every language, for an office to send."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from app.campaigns.kinds import CampaignKind
from app.campaigns.quiz import Quiz
from app.conversation.catalogue import Catalogue

_HERE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Piece:
    key: str
    """`tip.rinse`, `quiz.pet` …"""
    kind: CampaignKind
    texts: Mapping[str, str]
    """By language, spelt as that language is sent."""
    quiz: Quiz | None = None


def pieces(catalogue: Catalogue) -> dict[str, Piece]:
    """By key, in the order of the files, in the languages that are enabled."""
    found: dict[str, Piece] = {}
    for name, texts in _read("tips.json")["tips"].items():
        found[f"tip.{name}"] = Piece(f"tip.{name}", CampaignKind.TIP, _spelt(texts, catalogue))
    for name, kept in _read("quizzes.json")["quizzes"].items():
        answers = {
            language: tuple(catalogue.write(answer, language) for answer in answers)
            for language, answers in kept["answers"].items()
            if language in catalogue.languages
        }
        quiz = Quiz(answers, _spelt(kept["explanations"], catalogue), kept["right"])
        found[f"quiz.{name}"] = Piece(
            f"quiz.{name}", CampaignKind.QUIZ, _spelt(kept["questions"], catalogue), quiz
        )
    return found


def _spelt(texts: Mapping[str, str], catalogue: Catalogue) -> dict[str, str]:
    return {
        language: catalogue.write(text, language)
        for language, text in texts.items()
        if language in catalogue.languages
    }


@cache
def _read(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((_HERE / name).read_text(encoding="utf-8"))
    return read
