"""What a command prints of names and numbers that it did not make."""

import json
import math

from explorer.cli.columns import grid
from explorer.cli.terminal import DONE, show


def test_a_name_cannot_steer_the_terminal(capsys):
    assert show(False, dict, lambda: "a\x1b[31mb\x07\tc\nd \x9b2J é") == DONE
    assert capsys.readouterr().out == "a\\x1b[31mb\\x07\tc\nd \\x9b2J é\n"


def test_a_number_that_is_not_finite_is_null(capsys):
    assert show(True, lambda: [{"loss": math.nan, "norms": (1.0, math.inf)}], str) == DONE
    assert json.loads(capsys.readouterr().out) == [{"loss": None, "norms": [1.0, None]}]


def test_a_name_of_two_lines_is_one_cell():
    assert grid([("a\nb", "1"), ("c", "22")], "<>").splitlines() == ["a\\nb   1", "c     22"]
