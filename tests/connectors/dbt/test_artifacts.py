"""Artifacts written by hand, for what dbt on DuckDB does not write: Snowflake names, old versions, malformed files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.dbt import DbtConnector
from fabric.connector import connector_class, read_config
from fabric.errors import FabricError, SettingsError, Unreadable
from fabric.model import (
    Agent,
    Catalog,
    Check,
    CheckResult,
    Concept,
    Dashboard,
    Dataset,
    Job,
    Key,
    Lineage,
    Problem,
    Reference,
    Run,
    Source,
    agent,
    catalog,
    dataset,
    job,
    source,
)
from tests.connectors.contract import check_contract
from tests.connectors.dbt.reading import SNOWFLAKE, connector, harvest, of

LAB = Path(__file__).parent / "data" / "lab"
MEASUREMENTS = dataset(SNOWFLAKE, "ANALYTICS.CORE.MEASUREMENTS")
SPECIES = dataset(SNOWFLAKE, "ANALYTICS.CORE.SPECIES")
SAMPLES = dataset(SNOWFLAKE, "LIMS.Public.SAMPLES")

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A copy of the artifacts that a test may change."""
    return Path(shutil.copytree(LAB, tmp_path / "lab"))


def edited(folder: Path, name: str, edit: Edit) -> Path:
    content = json.loads((folder / name).read_text())
    edit(content)
    (folder / name).write_text(json.dumps(content))
    return folder


def test_the_connector_is_found_by_its_name() -> None:
    assert connector_class("dbt") is DbtConnector


def test_check_says_which_project_was_found() -> None:
    said = connector(LAB).check()
    assert said.startswith("dbt 1.6.4 project lab (manifest v10): model 5, test 3")


def test_a_model_is_named_and_typed_as_the_warehouse_has_it() -> None:
    found = of(Dataset, harvest(LAB))["ANALYTICS.CORE.MEASUREMENTS"]
    assert found.kind == "table"
    assert found.platform == "snowflake"
    assert found.part_of == catalog(SNOWFLAKE, "ANALYTICS.CORE")
    assert [(field.name, field.datatype, field.native_type) for field in found.fields] == [
        ("MEASUREMENT_ID", "decimal", "NUMBER(38,0)"),
        ("SPECIES_CODE", "string", "VARCHAR(8)"),
    ]
    assert (found.row_count, found.row_count_exact, found.byte_size) == (1200, False, 65536)


def test_documentation_is_joined_to_columns_whatever_their_case() -> None:
    found = of(Dataset, harvest(LAB))["ANALYTICS.CORE.MEASUREMENTS"]
    number, species = found.fields
    assert found.description == "One row for each measurement."
    assert found.tags == {"core", "nightly"}
    assert (number.description, number.required) == ("Number of the measurement.", True)
    assert number.tags == {"key"}
    assert (species.description, species.required) == ("Code of the species.", None)
    assert found.definition == "with samples as (select 1) select * from samples"


def test_declared_keys_become_keys_and_references() -> None:
    found = of(Dataset, harvest(LAB))["ANALYTICS.CORE.MEASUREMENTS"]
    assert found.keys == {Key(name="primary_key_MEASUREMENT_ID", columns=("MEASUREMENT_ID",), primary=True)}
    assert found.references == {
        Reference(name="foreign_key_SPECIES_CODE", columns=("SPECIES_CODE",), target=SPECIES, target_columns=("code",))
    }


def test_a_foreign_key_may_refer_to_a_model_by_ref(lab: Path) -> None:
    def refer(manifest: dict[str, Any]) -> None:
        constraint = {"type": "foreign_key", "name": "fk", "to": "ref('lab', 'species')", "to_columns": ["code"]}
        columns = manifest["nodes"]["model.lab.measurements"]["columns"]
        columns["species_code"]["constraints"] = [constraint, {"type": "unique"}, {"type": "not_null"}]

    found = of(Dataset, harvest(edited(lab, "manifest.json", refer)))["ANALYTICS.CORE.MEASUREMENTS"]
    assert {reference.target for reference in found.references} == {SPECIES}
    assert Key(name="unique_SPECIES_CODE", columns=("SPECIES_CODE",)) in found.keys
    assert found.fields[1].required is True


def test_quoted_names_keep_their_case_and_versions_their_alias() -> None:
    found = of(Dataset, harvest(LAB))["ANALYTICS.Reports.YEARLY_V2"]
    assert (found.title, found.kind) == ("YEARLY_V2", "materialized-view")


def test_a_seed_that_another_package_declares_as_a_source_is_one_dataset() -> None:
    found = of(Dataset, harvest(LAB))["ANALYTICS.CORE.SPECIES"]
    assert (found.kind, found.description) == ("seed", "Species by code.")
    assert found.tags == {"reference", "shared"}
    assert [(field.name, field.description) for field in found.fields] == [("code", "Code of the species.")]


def test_python_models_have_a_job_with_their_code_and_no_sql() -> None:
    records = harvest(LAB)
    definition = of(Job, records)["dbt.model.lab.clusters"].definition
    assert of(Dataset, records)["ANALYTICS.CORE.CLUSTERS"].definition is None
    assert definition is not None
    assert definition.startswith("def model")


def test_lineage_passes_through_ephemeral_models() -> None:
    records = harvest(LAB)
    edges = {(record.downstream, record.upstream) for record in records if isinstance(record, Lineage)}
    assert edges == {
        (MEASUREMENTS, SAMPLES),
        (MEASUREMENTS, SPECIES),
        (dataset(SNOWFLAKE, "ANALYTICS.Reports.YEARLY_V2"), MEASUREMENTS),
        (dataset(SNOWFLAKE, "ANALYTICS.CORE.CLUSTERS"), MEASUREMENTS),
    }
    assert "ANALYTICS.CORE.STG_SAMPLES" not in of(Dataset, records)
    assert of(Job, records)["dbt.model.lab.measurements"].reads == {SAMPLES, SPECIES}


def test_sources_elsewhere_take_the_namespace_and_the_case_rule_of_their_system() -> None:
    records = harvest(LAB, source_namespaces={"lims": "postgres://lims.lab.example:5432"})
    found = of(Dataset, records)["lims.Public.samples"]
    assert found.ref == dataset("postgres://lims.lab.example:5432", "lims.Public.samples")
    assert found.platform == "postgresql"
    assert found.ref in of(Job, records)["dbt.model.lab.measurements"].reads


def test_containers_and_systems_are_told_with_the_datasets() -> None:
    records = harvest(LAB)
    assert of(Catalog, records)["ANALYTICS.Reports"].part_of == catalog(SNOWFLAKE, "ANALYTICS")
    assert of(Catalog, records)["ANALYTICS"].part_of == source(SNOWFLAKE)
    systems = {record.namespace: record.platform for record in records if isinstance(record, Source)}
    assert systems == {"dbt://lab": "dbt", SNOWFLAKE: "snowflake"}


def test_runs_tell_status_and_time() -> None:
    runs = of(Run, harvest(LAB))
    prefix = "8d0f3b52-0000-4000-8000-000000000002"
    done = runs[f"{prefix}/model.lab.measurements"]
    assert done.job == job("lab", "dbt.model.lab.measurements")
    assert done.status == "complete"
    assert done.started == datetime(2026, 2, 3, 4, 9, tzinfo=UTC)
    assert done.ended == datetime(2026, 2, 3, 4, 9, 31, tzinfo=UTC)
    assert done.generated == {MEASUREMENTS}
    failed = runs[f"{prefix}/model.lab.yearly.v2"]
    assert (failed.status, failed.message, failed.generated) == ("failed", "Database Error: no warehouse", frozenset())
    assert runs[f"{prefix}/model.lab.clusters"].status == "skipped"
    assert len(runs) == 3


def test_tests_become_checks_of_the_column_they_are_attached_to() -> None:
    checks = of(Check, harvest(LAB))
    found = checks["test.lab.not_null_measurements_measurement_id.1"]
    assert (found.subject, found.column, found.dimension, found.severity) == (
        MEASUREMENTS, "MEASUREMENT_ID", "completeness", "error",
    )  # fmt: skip
    related = checks["test.lab.relationships_measurements.2"]
    assert (related.subject, related.dimension, related.severity) == (MEASUREMENTS, "consistency", "warn")
    assert "test.lab.unique_stg_samples.3" not in checks


def test_results_of_tests_tell_outcome_count_and_time() -> None:
    results = {result.check.name: result for result in harvest(LAB) if isinstance(result, CheckResult)}
    passed = results["test.lab.not_null_measurements_measurement_id.1"]
    assert (passed.outcome, passed.value) == ("passed", Decimal(0))
    assert passed.at == datetime(2026, 2, 3, 4, 9, 41, tzinfo=UTC)
    warned = results["test.lab.relationships_measurements.2"]
    assert (warned.outcome, warned.value) == ("failed", Decimal(3))
    assert warned.at == datetime(2026, 2, 3, 4, 10, tzinfo=UTC)


def test_freshness_is_a_check_of_timeliness() -> None:
    records = harvest(LAB)
    rule = of(Check, records)["freshness.source.lab.lims.samples"]
    assert (rule.subject, rule.dimension, rule.definition) == (SAMPLES, "timeliness", "warn after 12 hours")
    result = next(record for record in records if isinstance(record, CheckResult) and record.check == rule.ref)
    assert (result.outcome, result.value) == ("failed", Decimal("86400.5"))


def test_exposures_read_through_metrics_and_know_their_owner() -> None:
    records = harvest(LAB)
    found = of(Dashboard, records)["exposure.lab.atlas"]
    assert found.reads == {MEASUREMENTS, dataset(SNOWFLAKE, "ANALYTICS.Reports.YEARLY_V2")}
    assert (found.title, found.url) == ("atlas", "https://atlas.lab.example")
    assert found.owners == {agent("field@lab.example")}


def test_an_owner_named_in_two_places_is_one_agent() -> None:
    records = harvest(LAB)
    assert of(Dataset, records)["ANALYTICS.CORE.MEASUREMENTS"].owners == {
        agent("rosa@lab.example"), agent("field@lab.example"),
    }  # fmt: skip
    agents = of(Agent, records)
    assert agents.keys() == {"rosa@lab.example", "field@lab.example"}
    assert agents["field@lab.example"].title == "Field team"


def test_metrics_are_concepts() -> None:
    found = of(Concept, harvest(LAB))["metric.lab.sample_count"]
    assert found.title == "Samples taken"
    assert found.alternatives == {"sample_count"}


def test_it_keeps_the_contract_of_connectors() -> None:
    check_contract(connector(LAB))


def test_without_optional_artifacts_the_manifest_alone_is_told(lab: Path) -> None:
    for name in ("catalog.json", "run_results.json", "sources.json"):
        (lab / name).unlink()
    records = harvest(lab)
    fields = of(Dataset, records)["ANALYTICS.CORE.MEASUREMENTS"].fields
    assert [(field.name, field.datatype) for field in fields] == [
        ("measurement_id", "any"),
        ("species_code", "any"),
        ("dropped", "any"),
    ]
    assert not of(Problem, records)
    assert not of(Run, records)


def test_results_of_a_mere_compilation_are_no_runs(lab: Path) -> None:
    edited(lab, "run_results.json", lambda results: results["args"].update(which="generate"))
    records = harvest(lab)
    assert not of(Run, records)
    assert {result.check.name for result in records if isinstance(result, CheckResult)} == {
        "freshness.source.lab.lims.samples"
    }


def test_a_malformed_node_is_a_problem_and_the_others_are_told(lab: Path) -> None:
    edited(lab, "manifest.json", lambda manifest: manifest["nodes"]["model.lab.clusters"].update(columns=["centre"]))
    records = harvest(lab)
    problem = of(Problem, records)["model.lab.clusters"]
    assert "columns" in problem.reason
    assert "manifest.json" in problem.reason
    assert "ANALYTICS.CORE.CLUSTERS" not in of(Dataset, records)
    assert "ANALYTICS.CORE.MEASUREMENTS" in of(Dataset, records)


@pytest.mark.parametrize(
    ("name", "edit", "subject"),
    [
        (
            "catalog.json",
            lambda found: found["nodes"].update({"model.lab.yearly.v2": {"columns": 3}}),
            "model.lab.yearly.v2",
        ),
        ("run_results.json", lambda found: found["results"].append({"status": "success"}), "6"),
        ("sources.json", lambda found: found["results"][0].update(snapshotted_at="noon"), "source.lab.lims.samples"),
        ("manifest.json", lambda found: found["nodes"].pop("seed.lab.species"), "model.lab.int_samples"),
    ],
)
def test_malformed_entries_are_problems_that_name_them(lab: Path, name: str, edit: Edit, subject: str) -> None:
    problems = of(Problem, harvest(edited(lab, name, edit)))
    assert subject in problems
    assert name in problems[subject].reason


def test_null_stands_for_what_is_absent(lab: Path) -> None:
    absent = {"columns": None, "config": None, "tags": None, "depends_on": None, "constraints": None}
    edited(lab, "manifest.json", lambda manifest: manifest["nodes"]["model.lab.clusters"].update(absent))
    records = harvest(lab)
    assert not of(Problem, records)
    assert of(Dataset, records)["ANALYTICS.CORE.CLUSTERS"].fields == ()


def test_a_newer_manifest_is_read_with_a_warning(lab: Path) -> None:
    newer = "https://schemas.getdbt.com/dbt/manifest/v99.json"
    edited(lab, "manifest.json", lambda manifest: manifest["metadata"].update(dbt_schema_version=newer))
    records = harvest(lab)
    assert "99" in of(Problem, records)["manifest.json"].reason
    assert "ANALYTICS.CORE.MEASUREMENTS" in of(Dataset, records)


@pytest.mark.parametrize("version", ["https://schemas.getdbt.com/dbt/manifest/v4.json", "four", None])
def test_a_manifest_too_old_or_unversioned_is_refused(lab: Path, version: str | None) -> None:
    edited(lab, "manifest.json", lambda manifest: manifest["metadata"].update(dbt_schema_version=version))
    with pytest.raises(Unreadable, match=r"version(?s:.*)->"):
        harvest(lab)


def test_a_folder_without_a_manifest_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=f"{tmp_path}(?s:.*)dbt parse"):
        connector(tmp_path).check()


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="missing"):
        harvest(tmp_path / "missing")


@pytest.mark.parametrize("name", ["manifest.json", "catalog.json", "run_results.json", "sources.json"])
@pytest.mark.parametrize("content", ['{"nodes": ', "[]", "\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_a_broken_artifact_is_refused_by_name(lab: Path, name: str, content: str) -> None:
    (lab / name).write_bytes(content.encode("latin-1"))
    with pytest.raises(Unreadable, match=name):
        harvest(lab)


@pytest.mark.parametrize(("name", "section"), [("manifest.json", "nodes"), ("run_results.json", "results")])
def test_a_section_of_another_shape_is_refused(lab: Path, name: str, section: str) -> None:
    edited(lab, name, lambda content: content.update({section: "none"}))
    with pytest.raises(Unreadable, match=section):
        harvest(lab)


def test_a_project_without_a_name_asks_for_it(lab: Path) -> None:
    with pytest.raises(SettingsError, match="project_name"):
        harvest(lab, project_name=None)


def test_artifacts_are_read_by_url() -> None:
    assert of(Dataset, harvest(LAB.as_uri())).keys() == of(Dataset, harvest(LAB)).keys()


@pytest.mark.parametrize("url", ["nowhere://bucket/target", "http://127.0.0.1:9/target"])
def test_a_url_that_cannot_be_read_raises_an_error_of_ours(url: str) -> None:
    with pytest.raises(FabricError, match="target"):
        harvest(url)


def test_user_information_in_urls_is_never_kept() -> None:
    records = harvest(LAB, namespace="snowflake://user:hush@lab-eu")
    assert all(record.namespace == SNOWFLAKE for record in records if isinstance(record, Dataset))
    with pytest.raises(Unreadable) as raised:
        harvest("file://user:hush@/nowhere")
    assert "hush" not in str(raised.value)


def test_unknown_options_are_refused() -> None:
    with pytest.raises(SettingsError, match="namespace"):
        read_config(DbtConnector, {"path": "x"})
