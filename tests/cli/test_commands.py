from __future__ import annotations

import csv
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
import structlog
import typer
from sqlalchemy import select, text, update
from typer.main import get_command

from app import cli as command_line
from app.access.models import AuditEvent
from app.adapters.routing.pyvrp_optimiser import PyVrp
from app.collectors import service as collectors
from app.db import Database
from app.households.models import Household
from app.jobs import WorkerHeartbeat
from app.kernel.clock import FixedClock
from app.kernel.phone import Phone
from app.pickups import service as pickups
from app.places import editing
from app.routing.ports import Effort, Progress, Watch
from app.routing.problem import RoutingPlan, RoutingProblem
from tests.factories import neighbourhood
from tests.factories.bills import a_text
from tests.factories.street import a_street
from tests.standins.africastalking import AfricasTalkingStandin


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], database_url: str
) -> Iterator[Run]:
    """The `weighback` command, on a migrated database."""
    monkeypatch.setenv("WEIGHBACK_ENVIRONMENT", "test")
    monkeypatch.setenv("WEIGHBACK_DATABASE_URL", database_url)

    def invoke(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["weighback", *arguments])
        capfd.readouterr()
        status = 0
        try:
            command_line.main()
        except SystemExit as exit_:
            status = exit_.code if isinstance(exit_.code, int) else 0
        said = capfd.readouterr()
        return Ran(status, said.out, said.err)

    logging_as_before = structlog.get_config()
    yield invoke
    structlog.configure(**logging_as_before)


@pytest.fixture
def surulere(database: Database, clock: FixedClock) -> None:
    """A zone SUR to live in."""
    with database.unit_of_work() as session:
        hub = editing.create_hub(
            session, code="YAB", name="Yaba", latitude=6.5, longitude=3.37, now=clock.now()
        )
        editing.create_zone(
            session,
            code="SUR",
            name="Surulere",
            hub_id=hub.id,
            timezone="Africa/Lagos",
            latitude=6.5,
            longitude=3.35,
            now=clock.now(),
        )


def test_a_new_key_stands_alone_on_standard_output(run: Run) -> None:
    made = run("admin", "create-key", "--name", "board", "--scope", "hubs:read", "--scope", "zones:read")
    assert made.status == 0
    assert made.out.startswith("wb_")
    assert made.out.count("\n") == 1
    assert "shown once" in made.err


def test_a_wrong_setting_is_one_sentence_that_names_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBACK_CURRENCY", "COWRIES")
    failed = run("migrate")
    assert (failed.status, failed.out) == (2, "")
    assert failed.err.count("\n") == 1
    assert "WEIGHBACK_CURRENCY" in failed.err


@pytest.mark.parametrize("url", ["rubbish", "mysql://somewhere/else", "sqlite://"])
def test_an_address_that_is_no_database_of_ours_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("WEIGHBACK_DATABASE_URL", url)
    failed = run("admin", "create-key", "--name", "x", "--scope", "admin")
    assert failed.status == 2
    assert "WEIGHBACK_DATABASE_URL" in failed.err
    assert "Traceback" not in failed.err


def test_a_database_without_tables_is_pointed_to_migrate(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WEIGHBACK_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite3'}")
    assert "weighback migrate" in run("serve").err
    assert run("migrate").status == 0
    assert run("migrate").status == 0
    assert run("admin", "create-key", "--name", "x", "--scope", "admin").status == 0


def test_every_command_shows_an_example(run: Run) -> None:
    def commands(group: typer.core.TyperGroup, path: list[str]) -> Iterator[list[str]]:
        for name, command in group.commands.items():
            if isinstance(command, typer.core.TyperGroup):
                yield from commands(command, [*path, name])
            else:
                yield [*path, name]

    found = list(commands(get_command(command_line.cli), []))  # type: ignore[arg-type]  # a group it is
    assert len(found) >= 6
    for path in found:
        assert "Example: weighback " + " ".join(path) in run(*path, "--help").out


def test_doctor_says_what_to_mend(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    found = run("doctor")
    assert found.status == 1
    assert "ok   schema" in found.out
    assert "WEIGHBACK_TWILIO_ACCOUNT_SID" in found.out
    assert "MEND worker" in found.out
    assert "prices of texts: not known for twilio:*; set WEIGHBACK_SMS_PRICES" in found.out
    monkeypatch.setenv("WEIGHBACK_ENVIRONMENT", "production")
    assert "WEIGHBACK_SECRET_KEY" in run("doctor").out


def test_doctor_looks_at_every_gateway_of_a_chain(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEIGHBACK_SMS_GATEWAYS", "+234=africastalking|twilio,*=twilio")
    found = run("doctor").out
    assert "WEIGHBACK_AFRICASTALKING_USERNAME, WEIGHBACK_AFRICASTALKING_API_KEY" in found
    assert "WEIGHBACK_TWILIO_FROM" in found
    with AfricasTalkingStandin() as standin:
        for name, value in {
            "USERNAME": "sandbox",
            "API_KEY": "made-up",
            "FROM": "20880",
            "API_URL": standin.url,
            "WEBHOOK_SECRET": "made-up",
        }.items():
            monkeypatch.setenv(f"WEIGHBACK_AFRICASTALKING_{name}", value)
        found = run("doctor").out
        assert f"{standin.url.removeprefix('http://')} answers" in found
        assert "is the sandbox" in found


def test_doctor_sees_whether_a_worker_lives(run: Run, database: Database) -> None:
    beats = datetime.now(UTC)
    with database.unit_of_work() as session:
        session.add(WorkerHeartbeat(executor_id="one", started_at=beats, beat_at=beats))
    assert "ok   worker" in run("doctor").out
    with database.unit_of_work() as session:
        session.execute(update(WorkerHeartbeat).values(beat_at=beats - timedelta(minutes=5)))
    assert "MEND worker" in run("doctor").out


@pytest.mark.usefixtures("surulere")
def test_an_import_takes_the_good_rows_and_hands_the_bad_ones_back_with_reasons(
    run: Run, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "new.csv"
    file.write_bytes(
        b"phone,name,zone,landmark,language,latitude,longitude\n"
        b'08000000001,Mama Ada,SUR,"Blue gate, by the church",pcm,6.49,3.35\n'
        b"not a phone,Bad Phone,SUR,x,,,\n"
        b"08000000002,No Zone,XXX,x,,,\n"
        b"08000000003,No Place,SUR,x,,nan,3\n"
        b"08000000004,Too short\n"
        b"08000000005,Br\xffken,SUR,x,,,\n"
        b"08000000006,Nul\x00l,SUR,x,,,\n"
        b"08000000007,Papa Obi,sur,near the mosque,,,\n"
    )
    result = run("import", "households", str(file))
    assert result.status == 1
    assert result.out == "2 made, 0 known already, 6 refused\n"
    with database.unit_of_work() as session:
        assert set(session.scalars(select(Household.name))) == {"Mama Ada", "Papa Obi"}
        assert set(session.scalars(select(AuditEvent.action))) == {"imported"}

    beside = (tmp_path / "new.errors.csv").read_text(encoding="utf-8", errors="surrogateescape")
    refused = list(csv.DictReader(io.StringIO(beside)))
    assert [row["error"].split(":")[0] for row in refused] == [
        "phone",
        "zone",
        "latitude",
        "has 2 cells, not 7",
        "name",
        "name",
    ]
    assert refused[4]["name"].encode(errors="surrogateescape") == b"Br\xffken"

    again = run("import", "households", str(file))
    assert again.out == "0 made, 2 known already, 6 refused\n"


@pytest.mark.usefixtures("surulere")
def test_what_was_exported_can_be_imported_again(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("phone,name,zone,landmark\n08000000001,=SUM(A1),SUR,-the last house\n")
    assert run("import", "households", str(file)).status == 0
    out = tmp_path / "out.csv"
    assert run("export", "households", "--out", str(out)).status == 0
    row = next(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert (row["name"], row["phone"]) == ("'=SUM(A1)", "+2348000000001")
    assert run("import", "households", str(out)).out == "0 made, 1 known already, 0 refused\n"


@pytest.mark.usefixtures("surulere")
def test_collectors_come_in_with_bike_week_and_zones_and_go_out_again(run: Run, tmp_path: Path) -> None:
    file, out = tmp_path / "riders.csv", tmp_path / "out.csv"
    week = "mon-fri 07:00-17:00 break 12:00-13:00 30|sat 08:00-12:00"
    file.write_text(
        "phone,name,hub,capacity_grams,capacity_litres,shifts,zones\n"
        f"08000009001,Tunde Bello,yab,90000,800,{week},sur\n"
        "08000009002,Ngozi Eze,YAB,,,,\n"
        "08000009001,Somebody Else,YAB,,,,\n"
        "08000009003,No Hub,XXX,,,,\n"
        "08000009004,No Zone,YAB,,,,SUR|XXX\n"
        "08000009005,No Bike,YAB,0,,,\n"
        "08000009006,Night,YAB,,,mon 22:00-06:00,\n"
        "08000009007,Muddle,YAB,,,whenever,\n"
        "08000009008,Twice,YAB,,,mon-wed 07:00-12:00|tue 13:00-15:00,\n"
        "08000009009,,YAB,,,,\n"
    )
    result = run("import", "collectors", str(file))
    assert (result.status, result.out) == (1, "2 made, 0 known already, 8 refused\n")
    beside = csv.DictReader(io.StringIO((tmp_path / "riders.errors.csv").read_text()))
    assert [row["error"].split(":")[0] for row in beside] == [
        "phone",
        "hub",
        "zones",
        "capacity_grams",
        "shifts",
        "shifts",
        "shifts",
        "name",
    ]
    assert run("export", "collectors", "--out", str(out)).status == 0
    first, second = csv.DictReader(io.StringIO(out.read_text()))
    assert (first["shifts"], first["zones"], first["capacity_litres"]) == (week, "SUR", "800")
    assert (second["shifts"], second["zones"], second["capacity_grams"]) == ("", "", "150000")
    assert run("import", "collectors", str(out)).out == "0 made, 2 known already, 0 refused\n"


def test_a_file_without_a_needed_column_is_told_which(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    file.write_text("phone,name\n08000000001,Ada\n")
    failed = run("import", "households", str(file))
    assert failed.status == 1
    assert "zone" in failed.err
    assert "Traceback" not in failed.err


def interrupted(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Somebody presses Ctrl-C while it searches; what the search hears before and after."""
    search, heard = PyVrp.optimise, []

    def optimise(self: PyVrp, problem: RoutingProblem, effort: Effort | None, watch: Watch) -> RoutingPlan:
        progress = Progress(0.0, 1.0, cost=3_600, unserved=1)
        heard.append(watch(progress))
        os.kill(os.getpid(), signal.SIGINT)
        heard.append(watch(progress))
        return search(self, problem, effort, watch)

    monkeypatch.setattr(PyVrp, "optimise", optimise)
    return heard


def test_a_day_is_planned_and_what_nobody_can_go_to_is_named(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = datetime.now(UTC) + timedelta(days=4)
    tuesday = (later + timedelta(days=(1 - later.weekday()) % 7)).date()
    monday_noon = datetime.combine(tuesday - timedelta(days=1), time(12), UTC)
    with database.unit_of_work() as session:
        zone = neighbourhood.zone(session, monday_noon)
        home = neighbourhood.household(session, monday_noon, zone.id)
        pickup = pickups.request(session, home.id, monday_noon).pickup
    nobody = run("plan", "--date", str(tuesday))
    assert (nobody.status, nobody.out.splitlines()[-1]) == (1, f"unplanned {pickup.id} no_collector")
    with database.unit_of_work() as session:
        collectors.create(
            session,
            name="Tunde",
            phone=Phone("+2348000008100"),
            language="en",
            hub_id=zone.hub_id,
            capacity_grams=150_000,
            now=monday_noon,
        )
    with monkeypatch.context() as patched:
        heard = interrupted(patched)
        stopped = run("plan", "--date", str(tuesday), "--zone", "YAB")
    assert (stopped.status, stopped.out) == (0, "1 routes, 1 pickups added\n"), "Ctrl-C keeps the best so far"
    assert "Stopping with the best routes so far" in stopped.err
    assert heard == [True, False]
    assert run("plan", "--date", str(tuesday)).out == "1 routes, 0 pickups added\n"
    wrong = run("plan", "--date", str(tuesday), "--zone", "NOWHERE")
    assert (wrong.status, wrong.err) == (1, "weighback: There is no such zone.\n")
    over = run("plan", "--date", "2026-03-03")
    assert (over.status, over.out) == (1, "")
    assert "2026-03-03 is over" in over.err


def test_the_book_is_proved_and_written_out(run: Run, database: Database, tmp_path: Path) -> None:
    a_street(database, datetime(2026, 12, 1, 9, tzinfo=UTC), credit_minor=40_000)
    proved = run("ledger", "check")
    assert (proved.status, proved.out) == (0, "3 accounts, 1 transfers, 0 problems\n")
    file = tmp_path / "book.beancount"
    assert run("ledger", "export", "--out", str(file)).status == 0
    assert "Expenses:Programme  400.00 NGN" in file.read_text()
    assert "account Expenses:Programme" in run("ledger", "export", "--format", "hledger").out


def test_a_book_that_was_tampered_with_is_told_what_is_awry(run: Run, database: Database) -> None:
    a_street(database, datetime(2026, 12, 1, 9, tzinfo=UTC), credit_minor=40_000)
    around_the_guards = {
        "sqlite": "DROP TRIGGER ledger_entries_no_update",
        "postgresql": "DROP TRIGGER ledger_entries_append_only ON ledger_entries",
    }
    with database.unit_of_work() as session:
        session.execute(text(around_the_guards[database.dialect]))
        session.execute(text("UPDATE ledger_entries SET balance_minor = 90000 WHERE amount_minor > 0"))
    awry = run("ledger", "check")
    assert awry.status == 1
    assert "stands at 90000, but its entries come to 40000\n" in awry.out
    assert awry.out.endswith("1 problems\n")


def test_what_texts_cost_is_a_table_for_people_and_exact_for_spreadsheets(
    run: Run, database: Database
) -> None:
    with database.unit_of_work() as session:
        a_text(session, datetime(2026, 11, 3, tzinfo=UTC), parts=2, price_micros=8_000_001)
        a_text(session, datetime(2026, 11, 3, tzinfo=UTC), template="help", price_micros=None)
    table = run("report", "text-costs", "--month", "2026-11").out
    assert "8.00" in table
    assert "1 texts have no price: see WEIGHBACK_SMS_PRICES" in table
    rows = list(csv.DictReader(io.StringIO(run("report", "text-costs", "--month", "2026-11", "--csv").out)))
    assert [(row["template"], row["cost"], row["currency"]) for row in rows] == [
        ("receipt", "8.000001", "NGN"),
        ("help", "unknown", "NGN"),
    ]
    assert run("report", "text-costs", "--month", "November").status == 1
