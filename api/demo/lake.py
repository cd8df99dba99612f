"""The airline's lake: files as they come in from outside, in three formats.

weather/origin=JFK/month=1/part-0.parquet    hourly observations, partitioned as Hive does
reference/airports.jsonl                     one JSON object a line, with nested values
reference/aircraft_models.csv                the models in the register, each once
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet

from api.demo import nycflights

__all__ = ["OBSERVATION", "build_lake", "fingerprint"]

OBSERVATION: dict[str, tuple[Any, str]] = {
    "origin": (pa.string(), "Airport at which the weather was observed: EWR, JFK or LGA."),
    "year": (pa.int16(), "Year of the observation, local time."),
    "month": (pa.int8(), "Month of the observation, 1 to 12, local time."),
    "day": (pa.int8(), "Day of the month of the observation, local time."),
    "hour": (pa.int8(), "Hour of the observation, 0 to 23, local time."),
    "temp": (pa.float64(), "Air temperature in degrees Fahrenheit."),
    "dewp": (pa.float64(), "Dew point in degrees Fahrenheit."),
    "humid": (pa.float64(), "Relative humidity in percent."),
    "wind_dir": (pa.int16(), "Direction from which the wind blows, in degrees from north."),
    "wind_speed": (
        pa.float64(),
        "Wind speed in miles per hour. Readings are as reported; one is beyond any hurricane.",
    ),
    "wind_gust": (pa.float64(), "Speed of wind gusts in miles per hour. Empty when there were none."),
    "precip": (pa.float64(), "Precipitation in the hour, in inches."),
    "pressure": (pa.float64(), "Air pressure at sea level, in millibars."),
    "visib": (pa.float64(), "Visibility in miles, at most 10."),
    "time_hour": (pa.timestamp("us", tz="UTC"), "Full hour of the observation."),
}
"""Arrow type and description of each column of the weather, in order."""

_MODEL = ["manufacturer", "model", "type", "engine", "engines", "seats"]
_FORMAT = "1"


def fingerprint() -> str:
    """Changes with the data and with what is made of it, so that an older lake is built anew."""
    return hashlib.sha256(f"{nycflights.version()} {_FORMAT} {OBSERVATION}".encode()).hexdigest()[:16]


def build_lake(folder: Path, progress: Callable[[str], None]) -> None:
    """Write the lake to `folder`, replacing what is there; it appears when it is complete.

    Raises: MissingExtra.
    """
    progress("Lake: writing weather as Parquet, reference data as CSV and JSON")
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "reference").mkdir(parents=True)
    _write_weather(unfinished / "weather")
    _write_airports(unfinished / "reference" / "airports.jsonl")
    _write_models(unfinished / "reference" / "aircraft_models.csv")
    if folder.exists():
        shutil.rmtree(folder)
    unfinished.rename(folder)


def _write_weather(folder: Path) -> None:
    weather = _read("weather", {name: kind for name, (kind, _) in OBSERVATION.items()})
    described = [pa.field(name, kind, metadata={"description": text}) for name, (kind, text) in OBSERVATION.items()]
    schema = pa.schema(
        described,
        metadata={"title": "Weather", "description": "Hourly weather at the three airports of New York City in 2013."},
    )
    parts = pa.schema([described[0], described[2]])
    pa.dataset.write_dataset(
        weather.cast(schema),
        folder,
        format="parquet",
        partitioning=pa.dataset.partitioning(parts, flavor="hive"),
        file_options=pa.dataset.ParquetFileFormat().make_write_options(compression="zstd"),
    )


def _write_airports(file: Path) -> None:
    with file.open("w", encoding="utf-8") as lines:
        for row in _read("airports").to_pylist():
            airport = {
                "code": row["faa"],
                "name": row["name"],
                "location": {"latitude": row["lat"], "longitude": row["lon"], "elevation_feet": row["alt"]},
                "time_zone": {"name": row["tzone"], "utc_offset_hours": row["tz"], "daylight_saving": row["dst"]},
            }
            lines.write(json.dumps(airport, ensure_ascii=False) + "\n")


def _write_models(file: Path) -> None:
    planes = _read("planes")
    models = planes.group_by(_MODEL).aggregate([("tailnum", "count"), ("year", "min"), ("year", "max")])
    named = models.rename_columns([*_MODEL, "registered_aircraft", "first_year_built", "last_year_built"])
    order = pc.sort_indices(named, sort_keys=[(name, "ascending") for name in _MODEL])
    pa.csv.write_csv(named.take(order), file)


def _read(table: str, types: dict[str, Any] | None = None) -> Any:
    convert = pa.csv.ConvertOptions(column_types=types, null_values=[nycflights.MISSING], strings_can_be_null=True)
    with nycflights.open_table(table) as data:
        return pa.csv.read_csv(data, convert_options=convert)
