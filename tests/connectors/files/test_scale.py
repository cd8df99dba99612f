from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.connectors.files.harvesting import harvest

# Peak memory is the process's own, so that it is measured in one of its own.
_MEASURED = """
import json, pathlib, sys, time
from connectors.files import FilesConfig, FilesConnector
import pyarrow.csv, pyarrow.dataset, pyarrow.parquet
def peak_kb():
    [line] = [line for line in pathlib.Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1])
connector = FilesConnector(FilesConfig(path=sys.argv[1], row_counts=sys.argv[2]))
idle, started = peak_kb(), time.perf_counter()
records = sum(1 for _ in connector.harvest())
print(json.dumps({"records": records, "seconds": time.perf_counter() - started, "idle": idle, "peak": peak_kb()}))
"""


def test_two_thousand_small_files_are_one_dataset(tmp_path: Path) -> None:
    first = tmp_path / "t/day=0/part-0.parquet"
    for day in range(100):
        folder = tmp_path / f"t/day={day}"
        folder.mkdir(parents=True)
        for part in range(20):
            path = folder / f"part-{part}.parquet"
            if path == first:
                pq.write_table(pa.table({"x": range(10)}), path)
            else:
                path.write_bytes(first.read_bytes())
    dataset = harvest(tmp_path).only
    [distribution] = dataset.distributions
    assert (distribution.file_count, dataset.partition_count) == (2000, 100)
    assert (dataset.row_count, dataset.row_count_exact) == (20_000, False)
    assert harvest(tmp_path, max_footers=2000).only.row_count_exact is True
    _show("2,000 Parquet files in 100 partitions", tmp_path)


def test_two_thousand_files_of_text_are_one_dataset(tmp_path: Path) -> None:
    for number in range(2000):
        (tmp_path / f"sales-{number:05}.csv").write_text("id,name\n" + "1,a\n" * 10)
    dataset = harvest(tmp_path).only
    assert (dataset.row_count, dataset.row_count_exact) == (20_000, True)
    _show("2,000 CSV files", tmp_path)


def test_a_large_text_file_is_read_in_bounded_memory(tmp_path: Path) -> None:
    with (tmp_path / "big.csv").open("w") as file:
        file.write("id,text\n")
        for _ in range(100):
            file.write('12345,"some text, quoted"\n' * 40_000)
    measured = _show("counting a CSV file of 104 MB", tmp_path, "exact")
    assert measured["peak"] - measured["idle"] < 150 * 1024


def _show(what: str, path: Path, row_counts: str = "auto") -> dict[str, float]:
    run = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(path), row_counts], capture_output=True, check=True, text=True
    )
    measured: dict[str, float] = json.loads(run.stdout)
    seconds, grown = measured["seconds"], (measured["peak"] - measured["idle"]) / 1024
    sys.stdout.write(f"{what}: {seconds:.2f} s, {grown:.0f} MB over idle, peak {measured['peak'] / 1024:.0f} MB\n")
    return measured
