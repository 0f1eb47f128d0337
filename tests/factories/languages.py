"""All languages there are, loaded once."""

from __future__ import annotations

from app.conversation.catalogue import Catalogue
from app.flows.registry import TEXTS

LANGUAGES = ("en", "pcm", "yo", "ha", "ig", "fr", "sw")
CATALOGUE = Catalogue.load(TEXTS, LANGUAGES)
