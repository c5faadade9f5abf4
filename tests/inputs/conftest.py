"""What the tests of the inputs share."""

from pathlib import Path

import pytest


@pytest.fixture
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own, and the working folder during the test."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
