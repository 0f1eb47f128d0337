"""A worker process whose job says that it has begun, then never ends: to be killed by a test.

`python -m tests.integration.stuck_worker DATABASE_URL FILE`
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from app.bootstrap import build
from app.container import Container
from app.settings import load_settings
from workers.registry import Registry
from workers.worker import run


def main(database_url: str, begun: Path) -> None:
    registry = Registry()

    @registry.job("errand", every="0 0 0 1 1 *")
    def get_stuck(_container: Container) -> int:
        begun.write_text("begun")
        threading.Event().wait()
        return 0

    run(build(load_settings(environment="test", database_url=database_url)), registry)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
