"""What all tests of the engine share."""

import pytest

from explorer.engine import session
from explorer.engine.rewrites import promised


@pytest.fixture(autouse=True)
def untuned(monkeypatch):
    """Two runs that are compared must not differ in what a busy machine found faster just then."""
    monkeypatch.setattr(session, "tuned", promised)
