"""How short the routes are: ours, plain PyVRP, VROOM, OR-Tools and the rule of thumb, on public instances.

Reads every `.vrp` file below a folder, in VRPLIB format, and the best known routes from the `.sol` file beside it;
fetches nothing. Each run is a process of its own, one after the other. Routes are judged by a checker that knows the
instance alone; `gap_percent` is how much they cost over the best known. `peak_mib` is that of the run's processes
together, `load` the machine's over a minute before the run: figures under other load mean little. Example:

    .venv/bin/python -m benchmarks.routing --instances DIR --budget 60 --engines weighback,pyvrp --json routing.json

`--budget 1 5 30` and `--seeds 3` run all of them. Ours and OR-Tools answer within the budget; VROOM and plain PyVRP
first finish what they begin with, which takes minutes on large instances: `seconds` says how long it was. Whoever has
not answered `--patience` seconds after the budget is ended, and has no plan.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn
from rich.table import Table

from benchmarks.routing_engines import ENGINES, CannotDo
from benchmarks.routing_instances import judge, read

_POLLING_SECONDS: Final = 0.1
_MIB: Final = 2**20
_WIDTH: Final = 130
"""Of the table in a file."""


@dataclass
class Row:
    """One run."""

    instance: str
    kind: str
    stops: int
    engine: str
    budget_seconds: float
    seed: int
    cost: int | None
    best_known: int | None
    gap_percent: float | None
    feasible: bool
    seconds: float
    peak_mib: float | None
    load: float
    note: str


def run_once(path: Path, engine: str, budget_seconds: float, seed: int) -> dict[str, Any]:
    """In this process. Cost is None where the engine has no plan."""
    instance = read(path)
    began = time.perf_counter()
    found: dict[str, Any] = {"instance": instance.name, "kind": instance.kind, "stops": instance.stops}
    found |= {"cost": None, "feasible": False, "note": ""}
    best = judge(instance, instance.best_known) if instance.best_known else None
    found["best_known"] = best.cost if best and best.feasible else None
    began = time.perf_counter()
    try:
        routes = ENGINES[engine](instance, budget_seconds, seed)
    except CannotDo as reason:
        return found | {"seconds": time.perf_counter() - began, "note": str(reason)}
    found["seconds"] = time.perf_counter() - began
    judged = judge(instance, routes)
    return found | {"cost": judged.cost, "feasible": judged.feasible, "note": "; ".join(judged.faults[:2])}


def run(path: Path, engine: str, budget_seconds: float, seed: int, patience_seconds: float) -> Row:
    """In a process of its own, whose memory is watched, and which is ended when it takes too long."""
    load = os.getloadavg()[0]
    command = [sys.executable, "-m", "benchmarks.routing", "--instances", str(path), "--once"]
    command += ["--engines", engine, "--budget", str(budget_seconds), "--seed", str(seed)]
    began, peak, note = time.perf_counter(), 0, ""
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    while child.poll() is None:
        peak = max(peak, sum(_resident_bytes(pid) for pid in _family(child.pid)))
        time.sleep(_POLLING_SECONDS)
        took = time.perf_counter() - began
        if not note and took > budget_seconds + patience_seconds:
            note = f"no answer in {took:.0f} s"
            child.kill()
    out = child.stdout.read() if child.stdout else ""
    if child.returncode or not out:
        instance = read(path)
        found: dict[str, Any] = {"instance": instance.name, "kind": instance.kind, "stops": instance.stops}
        found |= {"cost": None, "best_known": None, "feasible": False}
        found["seconds"] = time.perf_counter() - began
        found["note"] = note or f"ended with status {child.returncode}"
    else:
        found = json.loads(out)
    cost, best = found["cost"], found["best_known"]
    gap = round(100 * (cost / best - 1), 3) if cost and best and found["feasible"] else None
    return Row(
        **found,
        engine=engine,
        budget_seconds=budget_seconds,
        seed=seed,
        gap_percent=gap,
        peak_mib=round(peak / _MIB, 1) if peak else None,
        load=round(load, 1),
    )


def _family(pid: int) -> Iterator[int]:
    """The process and all below it; nobody where the machine does not say."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        children += [
            one
            for task in Path(f"/proc/{pid}/task").iterdir()
            if task.name != str(pid)
            for one in (task / "children").read_text().split()
        ]
    except OSError:
        return
    for one in children:
        yield from _family(int(one))


def _resident_bytes(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def show(rows: Sequence[Row], console: Console) -> None:
    """Means over seeds."""
    table = Table(
        "instance",
        "kind",
        "stops",
        "budget s",
        "engine",
        "gap %",
        "cost",
        "seconds",
        "peak MiB",
        "load",
        "note",
    )

    def key(row: Row) -> tuple[str, str, float, str]:
        return row.instance, row.kind, row.budget_seconds, row.engine

    for (instance, kind, budget, engine), members in groupby(sorted(rows, key=key), key):
        some = list(members)
        gaps = [row.gap_percent for row in some if row.gap_percent is not None]
        costs = [row.cost for row in some if row.feasible and row.cost is not None]
        table.add_row(
            instance,
            kind,
            str(some[0].stops),
            f"{budget:g}",
            engine,
            f"{statistics.mean(gaps):.2f}" if gaps else "",
            f"{statistics.mean(costs):.0f}" if costs else "none",
            f"{statistics.mean(row.seconds for row in some):.1f}",
            f"{max(row.peak_mib or 0 for row in some):.0f}",
            f"{statistics.mean(row.load for row in some):.1f}",
            some[0].note,
        )
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="benchmarks.routing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--instances", type=Path, required=True, help="a folder of .vrp files, or one of them"
    )
    parser.add_argument("--budget", type=float, nargs="+", default=[30.0], metavar="SECONDS")
    parser.add_argument("--engines", default="weighback,pyvrp", help=f"of {','.join(ENGINES)}")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each, with seeds 1, 2, …")
    parser.add_argument("--patience", type=float, default=180.0, metavar="SECONDS", help="beyond the budget")
    parser.add_argument("--json", type=Path, help="where to write the rows")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=1, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    engines = asked.engines.split(",")
    strangers = sorted(set(engines) - set(ENGINES))
    if strangers:
        parser.error(f"no engine is called {strangers[0]}; there are {', '.join(ENGINES)}")
    if asked.once:
        json.dump(run_once(asked.instances, engines[0], asked.budget[0], asked.seed), sys.stdout)
        return
    paths = [asked.instances] if asked.instances.is_file() else sorted(asked.instances.rglob("*.vrp"))
    if not paths:
        parser.error(f"no .vrp file in {asked.instances}")
    console, rows = Console(stderr=True, width=None if sys.stderr.isatty() else _WIDTH), []
    runs = [
        (path, engine, budget, seed)
        for path in paths
        for budget in asked.budget
        for seed in range(1, asked.seeds + 1)
        for engine in engines
    ]
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("", total=len(runs))
        for path, engine, budget, seed in runs:
            progress.update(task, description=f"{path.stem} {engine} {budget:g} s")
            rows.append(run(path, engine, budget, seed, asked.patience))
            if asked.json:
                asked.json.write_text(json.dumps([asdict(row) for row in rows], indent=1))
            progress.advance(task)
    show(rows, console)


if __name__ == "__main__":
    main()
