"""The Kubernetes manifests are valid, name each other rightly and keep their promises."""

from __future__ import annotations

from pathlib import Path

import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
FILES = sorted(path for path in FOLDER.rglob("*.yaml") if path.name != "kustomization.yaml")
FOREIGN = {"ScaledObject", "TriggerAuthentication"}  # of KEDA, which the validator does not know


def documents(path):
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


OBJECTS = [(path, document) for path in FILES for document in documents(path)]
PODS = [
    (document["metadata"]["name"], document["spec"]["template"]["spec"])
    for _, document in OBJECTS
    if document["kind"] in ("Deployment", "StatefulSet")
]


@pytest.mark.parametrize(
    "document",
    [document for _, document in OBJECTS if document["kind"] not in FOREIGN],
    ids=lambda document: f"{document['kind']}-{document['metadata']['name']}",
)
def test_every_object_is_valid(document):
    kubernetes_validate.validate(document, "1.31", strict=True)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("kustomization.yaml")), ids=str)
def test_a_kustomization_names_files_that_exist(path):
    (document,) = documents(path)
    assert document["kind"] == "Kustomization"
    for resource in document["resources"]:
        assert (path.parent / resource).exists(), resource
    named = {(path.parent / resource).name for resource in document["resources"]}
    there = {file.name for file in path.parent.glob("*.yaml")} - {"kustomization.yaml"}
    assert there <= named


@pytest.mark.parametrize(("name", "pod"), PODS, ids=[name for name, _ in PODS])
def test_nothing_runs_as_root_or_writes_to_its_root(name, pod):
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        security = container["securityContext"]
        assert security["readOnlyRootFilesystem"] is True
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"]["drop"] == ["ALL"]
        assert container["resources"]["limits"]["memory"]


def test_secrets_are_references_only():
    for path, document in OBJECTS:
        assert document["kind"] != "Secret", path
        for line in yaml.safe_dump(document).splitlines():
            assert "://" not in line or "@" not in line, line


def test_a_worker_has_time_to_stop_and_is_not_evicted_with_all_others():
    (worker,) = [pod for name, pod in PODS if name == "cookbook-worker"]
    assert worker["terminationGracePeriodSeconds"] >= 60
    (budget,) = [document for _, document in OBJECTS if document["kind"] == "PodDisruptionBudget"]
    assert budget["spec"]["maxUnavailable"] == 1


def test_both_database_scripts_are_one():
    copy = (FOLDER / "postgres" / "databases.sh").read_text()
    assert copy == (ROOT / "docker" / "databases.sh").read_text()


def test_the_scaler_asks_for_a_table_and_states_that_exist():
    from tuning.service.job_record import STATES
    from tuning.service.tables import JOBS

    (scaler,) = [document for _, document in OBJECTS if document["kind"] == "ScaledObject"]
    query = scaler["spec"]["triggers"][0]["metadata"]["query"]
    assert f"FROM {JOBS.name} " in query
    quoted = query.split("'")[1::2]
    assert quoted
    assert set(quoted) <= set(STATES)
