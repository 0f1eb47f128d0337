"""`python -m tests.flows.golden --update`: hear all golden conversations again and write down what was heard."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from app import migrate
from app.db import Database
from tests.factories.languages import LANGUAGES
from tests.flows.golden.player import play, talk_in
from tests.flows.golden.stage import Stage
from tests.flows.golden.story import record, stories


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.flows.golden",
        description=__doc__,
        epilog="Example: python -m tests.flows.golden --update spend_by_text; then read what git diff shows.",
    )
    parser.add_argument("--update", action="store_true", required=True, help="write the files in stories/")
    parser.add_argument("names", nargs="*", metavar="STORY", help="only these; all where none is named")
    names = set(parser.parse_args().names)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weighback.sqlite3"
        empty = Database(f"sqlite:///{path}")
        migrate.upgrade(empty)
        empty.close()
        stage = Stage(path, talk_in(LANGUAGES[0]))
        for story in stories():
            if not names or story.name in names:
                record(story, {language: play(story, stage, language) for language in LANGUAGES})
        stage.close()


if __name__ == "__main__":
    main()
