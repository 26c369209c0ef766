"""Tests stand where the code stands: whoever knows a room knows where its tests are."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("cookbook", "tuning", "pipelines")


def _folders(place: Path) -> list[Path]:
    return [path for path in sorted(place.rglob("*")) if path.is_dir() and path.name[0] not in "_."]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_folder_of_tests_is_a_room(package):
    strays = [
        str(folder.relative_to(ROOT))
        for folder in _folders(ROOT / "tests" / package)
        if not (ROOT / folder.relative_to(ROOT / "tests") / "__init__.py").exists()
    ]
    assert strays == [], f"no room of {package} has that name"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_has_tests(package):
    rooms = [path.parent for path in sorted((ROOT / package).glob("*/__init__.py"))]
    assert rooms
    untested = [
        room.name
        for room in rooms
        if not list((ROOT / "tests" / package / room.name).rglob("test_*.py"))
        and not (ROOT / "tests" / package / f"test_{room.name}.py").exists()
    ]
    assert untested == []


@pytest.mark.parametrize("package", PACKAGES)
def test_a_file_beside_the_rooms_tests_a_module_beside_the_rooms(package):
    strays = [
        path.name
        for path in sorted((ROOT / "tests" / package).glob("test_*.py"))
        if not any(
            (ROOT / package / f"{prefix}{path.stem.removeprefix('test_')}{ending}").exists()
            for prefix in ("", "_")
            for ending in (".py", "/__init__.py")
        )
    ]
    assert strays == []
