"""torchrun: how the processes of a run are started, and what is said of how they ended."""

import os
import signal
import sys

import pytest
import torch
from torch.distributed.elastic.multiprocessing import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError, ProcessFailure

from explorer.engine.torchrun import train_on_devices
from explorer.runs.launch import torchrun_rank
from explorer.validation import Refused

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="several processes train one run on Linux only")
WORDS = ("train", "mini")


@pytest.fixture
def run(monkeypatch):
    """What torchrun is called with; `run.error` is what it raises."""

    class Run:
        error: Exception | None = None

        def __call__(self, options):
            self.options, self.threads = options, os.environ["OMP_NUM_THREADS"]
            if self.error:
                raise self.error

    made = Run()
    monkeypatch.setattr("torch.distributed.run.run", made)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return made


def failure(rank, status):
    return ProcessFailure(local_rank=rank, pid=10**8, exitcode=status, error_file="/none")


def test_the_processes_share_the_threads_and_the_line_for_several_machines_is_printed(run, capsys):
    assert train_on_devices(WORDS, 2, "cpu", 6) == 0
    assert (run.options.nproc_per_node, run.threads, run.options.max_restarts) == ("2", "3", 0)
    assert [run.options.training_script, *run.options.training_script_args] == ["explorer", *WORDS]
    assert capsys.readouterr().err.startswith("several machines: on each of them OMP_NUM_THREADS=3 torchrun --nnodes ")


@pytest.mark.parametrize(
    ("statuses", "status", "words"),
    [
        ({1: -9, 0: 1}, 1, "rank 1 was ended by SIGKILL\n"),
        ({0: -9, 1: 1}, 1, "rank 0 was ended by SIGKILL\n"),
        ({0: 2}, 2, ""),  # it has refused its run
        ({0: 1}, 1, ""),
        ({1: 2}, 1, ""),
    ],
)
def test_the_exit_status_is_that_of_rank_0_unless_another_one_is_lost(run, capsys, statuses, status, words):
    run.error = ChildFailedError("explorer", {rank: failure(rank, each) for rank, each in statuses.items()})
    assert train_on_devices(WORDS, 2, "cpu", 2) == status
    _, _, said = capsys.readouterr().err.partition("explorer train mini\n")
    assert said == words


def test_nohup_holds_for_the_processes_as_well(run, monkeypatch):
    monkeypatch.setattr("explorer.engine.torchrun.signal.getsignal", lambda number: signal.SIG_IGN)
    assert train_on_devices(WORDS, 2, "cpu", 2) == 0
    assert "SIGHUP" not in run.options.signals_to_handle


def test_a_signal_is_the_exit_status(run):
    run.error = SignalException("stopped", 15)
    assert train_on_devices(WORDS, 2, "cpu", 2) == 143


def test_torchrun_that_cannot_start_is_told_in_a_sentence(run):
    run.error = RuntimeError("the port is taken\nand more")
    with pytest.raises(Refused, match=r"^devices: torchrun could not start: the port is taken$"):
        train_on_devices(WORDS, 2, "cpu", 2)


@pytest.mark.skipif(torch.cuda.is_available(), reason="only without NVIDIA GPUs")
def test_cuda_that_is_not_there_is_refused(run):
    with pytest.raises(Refused, match="'cuda' is not available"):
        train_on_devices(WORDS, 2, "cuda", 2)


def test_a_process_knows_its_rank_from_torchrun_alone(monkeypatch):
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    monkeypatch.setenv("RANK", "1")  # some cluster has set it
    assert torchrun_rank() is None
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "a")
    assert torchrun_rank() == 1
