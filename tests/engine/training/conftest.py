"""A folder to record a run in."""

import pytest

from tests.engine import small


@pytest.fixture
def folder(tmp_path):
    folder = small.new_folder(tmp_path)
    yield folder
    folder.close()
