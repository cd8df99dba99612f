"""Harvest of PostgreSQL: first, unchanged, and with 1 % changed, beside DataHub's command line on the same database."""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks import _datahub, _fabric
from benchmarks._fabric import Harvest
from benchmarks._processes import Cost, summary
from benchmarks._report import Target, heading, machine, paragraph, progress, table, targets
from benchmarks._warehouse import Warehouse, server_version, warehouse

__all__ = ["run"]

_PEERS = Path(__file__).parents[1] / ".bench"
_VIEWS = 90
FIRST, UNCHANGED, CHANGED = "first", "unchanged", "1 % changed"
PLAIN, LINEAGE = "without view lineage", "with view lineage"
Harvests = Mapping[str, Sequence[Harvest]]


def run(arguments: list[str]) -> None:
    """Measure and print."""
    options = _options(arguments)
    heading("Harvest")
    packages = ("kgfabric", "pyoxigraph", "sqlalchemy", "psycopg", "tantivy")
    paragraph(
        f"{machine(*packages)} PostgreSQL {server_version()}. Medians of {options.repeat}, the least in brackets."
    )
    phases: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory(prefix="fabric-bench-") as name:
        folder = Path(name)
        with warehouse(options.tables, _VIEWS) as small:
            ours, peers = _compare(small, folder, options.repeat, with_peer=options.peer)
            phases[small.tables] = _phases(small, folder)
            _print_costs(small.tables, ours, peers)
            _print_features(folder, with_peer=options.peer)
        large = _large(folder, options, phases)
    _print_phases(phases)
    heading("Targets")
    targets(
        [
            *_against_peers(ours, peers),
            *_in_a_server(phases[options.tables]),
            *_against_itself(ours),
            *_growth(ours, large),
        ]
    )


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks harvest", description=__doc__)
    parser.add_argument("--tables", type=int, default=1_500, help="tables of the compared database")
    parser.add_argument("--large", type=int, default=15_000, help="tables of the large database; 0 leaves it out")
    parser.add_argument("--repeat", type=int, default=3, help="how often each is measured")
    parser.add_argument("--no-peer", dest="peer", action="store_false", help="leave out DataHub (a 300 MB install)")
    return parser.parse_args(arguments)


def _compare(
    database: Warehouse, folder: Path, repeat: int, *, with_peer: bool
) -> tuple[Harvests, Mapping[str, Sequence[Cost]]]:
    """Ours and the peer in turn, so that a busy minute of the machine meets both."""
    ours: dict[str, list[Harvest]] = defaultdict(list)
    peers: dict[str, list[Cost]] = defaultdict(list)
    python = _datahub.installed(_PEERS / "datahub") if with_peer else None
    for round_ in range(repeat):
        progress(f"{database.tables:,} tables, round {round_ + 1} of {repeat}")
        for step, harvest in _harvests(database, folder / f"fabric-{database.tables}-{round_}"):
            ours[step].append(harvest)
        for name in (PLAIN, LINEAGE) if python else ():
            assert python is not None
            output = folder / f"{name.split()[0]}.json"
            peers[name].append(_datahub.ingest(python, database, output, lineage=name == LINEAGE).cost)
    return ours, peers


def _harvests(database: Warehouse, data_dir: Path) -> Iterator[tuple[str, Harvest]]:
    _fabric.register(database, data_dir)
    yield FIRST, _fabric.harvest(data_dir)
    yield UNCHANGED, _fabric.harvest(data_dir)
    with database.changed(0.01):
        yield CHANGED, _fabric.harvest(data_dir)


def _phases(database: Warehouse, folder: Path) -> dict[str, float]:
    data_dir = folder / f"phases-{database.tables}"
    _fabric.register(database, data_dir)
    return _fabric.phases(data_dir, database)


def _large(folder: Path, options: argparse.Namespace, phases: dict[int, dict[str, float]]) -> Harvests:
    if not options.large:
        return {}
    progress(f"making a database of {options.large:,} tables")
    with warehouse(options.large, _VIEWS) as large:
        ours, _ = _compare(large, folder, options.repeat, with_peer=False)
        phases[large.tables] = _phases(large, folder)
    _print_costs(large.tables, ours, {})
    return ours


def _print_costs(tables: int, ours: Harvests, peers: Mapping[str, Sequence[Cost]]) -> None:
    heading(f"{tables:,} tables of 12 columns, {_VIEWS} views")
    rows = [
        (f"Fabric, {step}", [h.cost for h in done], f"{median(h.run for h in done):.2f}", _counts(done))
        for step, done in ours.items()
    ]
    rows += [(f"DataHub {_datahub.VERSION}, {name}", list(costs), "", "") for name, costs in peers.items()]
    table(
        ("whole process", "wall s", "CPU s", "peak MB", "run s", "records changed"),
        [(name, *_figures(costs), inner, counts) for name, costs, inner, counts in rows],
    )


def _figures(costs: Sequence[Cost]) -> tuple[str, str, str]:
    middle = summary(costs)
    return f"{middle.wall:.2f} ({min(c.wall for c in costs):.2f})", f"{middle.cpu:.2f}", f"{middle.peak:.0f}"


def _counts(done: Sequence[Harvest]) -> str:
    """What the last of the harvests says of itself, with its state where that is not `complete`."""
    last = done[-1]
    said = f"{last.changed:,} of {last.records:,}"
    return said if last.state == "complete" else f"{said}, {last.state}"


def _print_features(folder: Path, *, with_peer: bool) -> None:
    made = {"Fabric": _fabric.features(next(folder.glob("fabric-*")))}
    if with_peer:
        made |= {f"DataHub, {name}": _datahub.features(folder / f"{name.split()[0]}.json") for name in (PLAIN, LINEAGE)}
    heading("What each produces")
    kinds = sorted({kind for counts in made.values() for kind in counts})
    table(("kind", *made), [(kind, *(f"{counts.get(kind, 0):,}" for counts in made.values())) for kind in kinds])


def _print_phases(phases: Mapping[int, Mapping[str, float]]) -> None:
    heading("Seconds by phase, one process, first harvest")
    names = list(next(iter(phases.values())))
    rows = [(name, *(f"{took[name]:.2f}" for took in phases.values())) for name in names]
    table(("phase", *(f"{tables:,} tables" for tables in phases)), rows)


def _against_peers(ours: Harvests, peers: Mapping[str, Sequence[Cost]]) -> Iterator[Target]:
    first = summary([h.cost for h in ours[FIRST]])
    for name, costs in peers.items():
        peer = summary(costs)
        yield Target(f"first harvest, times faster than DataHub {name}", peer.wall / first.wall, 10, at_least=True)
        yield Target(f"first harvest, peak memory to that of DataHub {name}", first.peak / peer.peak, 1)


def _against_itself(ours: Harvests) -> Iterator[Target]:
    for step, bound in ((UNCHANGED, 0.1), (CHANGED, 0.2)):
        for what, taken in (("run within a new process", _run), ("whole process", _wall)):
            yield Target(f"{step} to first, {what}", taken(ours[step]) / taken(ours[FIRST]), bound)


def _in_a_server(took: Mapping[str, float]) -> Iterator[Target]:
    """Harvests again in a process that runs already, as the server's, whose imports are long done."""
    for what, bound in (("unchanged", 0.1), ("1 % changed", 0.2)):
        ratio = took[f"whole harvest again, {what}"] / took["whole first harvest"]
        yield Target(f"{what} to first, in a process that runs already", ratio, bound)


def _growth(small: Harvests, large: Harvests) -> Iterator[Target]:
    for step, done in large.items():
        grown = summary([h.cost for h in done]).peak - summary([h.cost for h in small[step]]).peak
        yield Target(f"peak memory, growth from small to large, {step}", grown, 300, " MB")


def _run(done: Sequence[Harvest]) -> float:
    return median(h.run for h in done)


def _wall(done: Sequence[Harvest]) -> float:
    return median(h.cost.wall for h in done)
