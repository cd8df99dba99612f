"""A name, a mistake, another word for it, an abbreviation, a plural, a code name, a whole question: all find their way."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fabric.discovery.encoder import OnnxEncoder
from fabric.discovery.popularity import Popularity
from fabric.discovery.search import Search
from fabric.discovery.vectors import Vectors
from fabric.discovery.words import Words
from fabric.ntriples import token
from tests.fabric.discovery.documents import made
from tests.fabric.discovery.estate import ESTATE
from tests.fabric.graphs import opened, put

with Path(__file__).with_name("ways.tsv").open(encoding="utf-8") as _file:
    WAYS = list(csv.DictReader(_file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def search(model: OnnxEncoder, tmp_path_factory: pytest.TempPathFactory) -> Search:
    folder = tmp_path_factory.mktemp("ways")
    lexical, vectors = Words(folder / "words"), Vectors(folder / "v.db", model)
    lexical.write(ESTATE, [], 1)
    vectors.write(ESTATE, [], 1)
    return Search(lexical, vectors)


@pytest.mark.parametrize("case", WAYS, ids=lambda case: f"{case['way']}: {case['query']}")
def test_every_way_leads_there(search: Search, case: dict[str, str]) -> None:
    found = [one.document.iri for one in search.search(case["query"], first=3).found]
    assert case["expected"] in (found[:1] if case["way"].startswith("exact name") else found), found


def test_popularity_settles_ties_and_never_comes_before_the_exact_name(tmp_path: Path) -> None:
    twins = [made("sales_2023"), made("sales_2024"), made("sales")]
    lexical = Words(tmp_path / "w")
    lexical.write(twins, [], 1)
    with opened("memory", tmp_path) as graph:
        derived, name = token("prov:wasDerivedFrom"), "http://localhost/g"
        put(graph, name, *((f"<urn:report{n}>", derived, "<urn:sales_2024>") for n in range(9)))
        popular = Search(lexical, None, Popularity(graph))
        assert [one.document.title for one in popular.search("sales").found] == ["sales", "sales_2024", "sales_2023"]
        assert popular.search("sales_2023").found[0].document.title == "sales_2023"
    plain = [one.document.title for one in Search(lexical, None).search("sales").found]
    assert plain == ["sales", "sales_2023", "sales_2024"]
