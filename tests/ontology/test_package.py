from __future__ import annotations

import subprocess
import sys

import pytest

import ontology


def test_importing_the_package_does_not_import_rdflib() -> None:
    code = "import sys, ontology; ontology.text('fab.ttl'); sys.exit('rdflib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ontology.GRAPHS)
def test_a_graph_is_read_anew_each_time(name: ontology.GraphName) -> None:
    first = ontology.graph(name)
    assert len(first) > 0
    first.remove((None, None, None))
    assert len(ontology.graph(name)) > 0


def test_a_graph_knows_only_the_prefixes_of_its_file() -> None:
    assert dict(ontology.graph("fab").namespaces()).keys() >= {"fab", "dcat", "prov"}
    assert "brick" not in dict(ontology.graph("fab").namespaces())


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        ontology.text("none.ttl")


def test_the_namespaces_are_those_of_the_files() -> None:
    declared = dict(ontology.graph("shapes").namespaces())
    assert str(declared["fab"]) == ontology.FAB
    assert str(declared["fabs"]) == ontology.FABS
    assert ontology.FABV in ontology.text("schemes.ttl")
