"""What all tests of the engine share."""

import pytest

from explorer.engine.kernels.rewrites import promised
from explorer.engine.training import run


@pytest.fixture(autouse=True)
def untuned(monkeypatch):
    """Two runs that are compared must not differ in what a busy machine found faster just then."""
    monkeypatch.setattr(run, "tuned", promised)
