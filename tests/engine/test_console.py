"""What a person reads at a terminal."""

import pytest

from explorer.engine.console import Console
from explorer.runs.events import Threads
from explorer.sentences import Sentence


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Threads(0, 2, 2), ""),
        (Threads(9, 1, 2, Sentence("The computer is busy")), "The computer is busy: 1 of 2 cores\n"),
        (Threads(9, 2, 2, Sentence("More cores are free")), "More cores are free: 2 of 2 cores\n"),
    ],
)
def test_a_number_of_threads_is_said_with_its_reason(capsys, event, line):
    Console().send(event)
    assert capsys.readouterr().out == line
