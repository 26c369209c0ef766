"""The Compose file keeps what docs/operations.md promises."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_hardened(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_the_loopback_interface_is_published():
    published = {name: s["ports"] for name, s in SERVICES.items() if "ports" in s}
    assert set(published) == {"mlflow", "optuna-dashboard"}
    for ports in published.values():
        assert all(port.startswith("${COOKBOOK_BIND:-127.0.0.1}:") for port in ports)


def test_no_secret_stands_in_an_environment():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            secret = any(word in name for word in ("PASSWORD", "SECRET", "STORAGE", "BACKEND"))
            assert not secret or name.endswith("_FILE"), (name, value)


@pytest.fixture
def secrets(tmp_path):
    folder = tmp_path / "secrets"
    script = ["sh", ROOT / "docker" / "make-secrets.sh", folder]
    subprocess.run(script, check=True, capture_output=True)
    return folder


def test_every_secret_of_the_file_is_made(secrets):
    named = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["secrets"]
    assert set(named) == {path.name for path in secrets.iterdir()}


def test_secrets_are_private_kept_and_different(secrets):
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    script = ["sh", ROOT / "docker" / "make-secrets.sh", secrets]
    subprocess.run(script, check=True, capture_output=True)
    assert {path.name: path.read_text() for path in secrets.iterdir()} == before
    passwords = [text for name, text in before.items() if name.endswith("password")]
    assert len(set(passwords)) == len(passwords) == 4
    assert all(len(password) == 32 for password in passwords)


def test_the_entry_point_reads_secrets_and_says_when_one_is_missing(secrets):
    def run(file):
        return subprocess.run(
            ["sh", ROOT / "docker" / "entrypoint.sh", "sh", "-c", "echo $COOKBOOK_STORAGE"],
            env={"PATH": os.environ["PATH"], "COOKBOOK_STORAGE_FILE": str(file)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert run(secrets / "studies_url").stdout.startswith("postgresql+psycopg://studies:")
    missing = run(secrets / "nothing")
    assert missing.returncode == 78
    assert "missing or not readable; run `make secrets`" in missing.stderr
