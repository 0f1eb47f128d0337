"""Golden conversations: every ordinary task on every channel, letter by letter, in all seven languages."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.languages import LANGUAGES
from tests.flows.golden.player import play, talk_in
from tests.flows.golden.stage import Stage
from tests.flows.golden.story import Story, stories

STORIES = {story.name: story for story in stories()}
UPDATE = "python -m tests.flows.golden --update"


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    copy = shutil.copyfile(sqlite_template, tmp_path_factory.mktemp("stage") / "weighback.sqlite3")
    stage = Stage(copy, talk_in(LANGUAGES[0]))
    yield stage
    stage.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_story_reads_as_recorded(story: Story, language: str, stage: Stage) -> None:
    heard, recorded = play(story, stage, language), story.recorded.get(language, "")
    assert heard == recorded, (
        f"{story.name} reads differently in {language}. Where that was meant: {UPDATE} {story.name}\n"
        + "\n".join(difflib.unified_diff(recorded.split("\n"), heard.split("\n"), "recorded", "heard", n=2))
    )
