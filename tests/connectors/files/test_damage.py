from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.connectors.files.harvesting import harvest
from tests.connectors.files.test_contract import lake


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    lake(folder)
    return folder


@pytest.mark.parametrize("seed", range(10))
def test_damage_to_any_file_never_ends_a_harvest(whole: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for number, path in enumerate(path for path in sorted(whole.rglob("*")) if path.is_file()):
        folder = tmp_path / str(number)
        top = path.relative_to(whole).parts[0]
        if top in {"delta", "warehouse"}:
            shutil.copytree(whole / top, folder / top)
        target = folder / path.relative_to(whole)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_damaged(path.read_bytes(), chance))
        harvest(folder)


def _damaged(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) or 1)
    some = chance.randbytes(chance.randrange(1, 40))
    changes = (data[:place], data[:place] + some + data[place:], data[:place] + some + data[place + len(some) :])
    return chance.choice(changes)
