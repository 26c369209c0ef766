"""Files are whole or not there."""

from __future__ import annotations

import pytest

from tuning.files import whole_file


def test_a_failure_keeps_the_old_file_and_leaves_no_half(tmp_path):
    file = tmp_path / "kept.txt"
    file.write_text("old")
    with pytest.raises(OSError, match="disk full"), whole_file(file) as partial:
        partial.write_text("ha")
        raise OSError("disk full")
    assert [one.name for one in tmp_path.iterdir()] == ["kept.txt"]
    assert file.read_text() == "old"


def test_the_name_is_taken_at_the_end(tmp_path):
    file = tmp_path / "new.txt"
    with whole_file(file) as partial:
        partial.write_text("new")
        assert not file.exists()
    assert file.read_text() == "new"


@pytest.mark.parametrize("name", ["no/folder.txt", "n" * 300])
def test_an_error_names_the_file_that_was_asked_for(tmp_path, name):
    file = tmp_path / name
    with pytest.raises(OSError) as caught, whole_file(file) as partial:
        partial.write_text("new")
    assert caught.value.filename == str(file)
