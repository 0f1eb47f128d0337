"""A reply as the text of one channel."""

from __future__ import annotations

from app.conversation.catalogue import Catalogue
from app.conversation.fit import measure
from app.conversation.states import Line, Option, Reply


def as_text(reply: Reply, catalogue: Catalogue, language: str | None) -> str:
    """Lines under each other, then the numbered options, one a line; the heading where it costs no further part."""
    spoken = catalogue.spoken(language)
    write = spoken.show if reply.brief else spoken.say
    written = [write(each.key, each.values) for each in reply.lines]
    written += [f"{option.number} {_label(option, catalogue, language)}" for option in reply.options]
    text = "\n".join(written)
    if reply.heading is None:
        return text
    headed = f"{catalogue.text(reply.heading.key, language, **reply.heading.values)}\n{text}"
    return headed if measure(headed).parts == measure(text).parts else text


def _label(option: Option, catalogue: Catalogue, language: str | None) -> str:
    if isinstance(option.label, Line):
        return catalogue.text(option.label.key, language, **option.label.values)
    return catalogue.write(option.label, language)
