"""What all tests of the engine share."""

import pytest
import torch

from explorer.engine import worker as worker_module
from explorer.engine.kernels.rewrites import promised
from explorer.engine.runs import preparation
from explorer.engine.training import fit as fit_module


@pytest.fixture(autouse=True)
def untuned(monkeypatch):
    """Two runs that are compared must not differ in what a busy machine found faster just then."""
    monkeypatch.setattr(preparation, "tuned", promised)


@pytest.fixture(autouse=True)
def one_thread():
    """Whatever number an earlier test has left: with another one, sums are rounded differently."""
    torch.set_num_threads(1)


@pytest.fixture
def no_signals(monkeypatch):
    """A worker in this process leaves the signals to pytest."""
    monkeypatch.setattr(worker_module.signal, "signal", lambda number, handler: None)


@pytest.fixture
def every_step(monkeypatch, no_signals):
    """Read back after each step, so that commands can come at any."""
    monkeypatch.setattr(fit_module, "READ_EVERY", 0.0)
