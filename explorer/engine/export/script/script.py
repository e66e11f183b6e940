"""A run as one Python file that repeats it and needs torch and torchvision alone. No Qt.

The file is cut out of `template.py`, and has copies of the functions that train in this program.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from explorer.architecture.plan import Plan
from explorer.architecture.source.lines import Lines, indented
from explorer.architecture.source.network import python_source
from explorer.engine.data.progress import Report
from explorer.engine.export.script.conditions import conditions
from explorer.engine.export.script.constants import constants
from explorer.engine.export.script.excerpt import Excerpt
from explorer.engine.export.script.heading import heading
from explorer.engine.export.script.repetition import repetition_of
from explorer.engine.export.source import Source

_TEMPLATE = Path(__file__).with_name("template.py")
_MARK = re.compile(r"  # \? ([\w !]+)$")


def script(source: Source, report: Report) -> str:
    """Return the content of the file. Raises Refused, and what `report` raises."""
    found = repetition_of(source.plan, source.trained, report)
    excerpt = Excerpt()
    excerpt.add_text(python_source(source.plan))
    if found.beginning.first:
        excerpt.add_text("\n".join(_first_network(found.beginning.first)))
    excerpt.add_text(_cut(conditions(found)), "main")
    values = constants(found)
    parts = [
        [*heading(found.run, found.history), "", *excerpt.imports],
        ["", *(f"{name} = {value}" for name, value in values.items() if name in excerpt.wanted)],
        ["", "", *excerpt.lines],
        ["", "", *found.images.lists] if found.images.lists else [],
        ["", "", 'if __name__ == "__main__":', "    main()", ""],
    ]
    return "\n".join(line for part in parts for line in part)


def _cut(holds: Mapping[str, bool]) -> str:
    """Return the template without the lines whose conditions do not hold."""
    lines = []
    for line in _TEMPLATE.read_text(encoding="utf-8").splitlines():
        mark = _MARK.search(line)
        names = mark[1].split() if mark else []
        if all(holds[name.removeprefix("!")] != name.startswith("!") for name in names):
            lines.append(_MARK.sub("", line))
    return "\n".join(lines)


def _first_network(plan: Plan) -> Lines:
    """Return a module with a function that makes the network of `plan`, whose names it keeps to itself."""
    inner = Excerpt()
    inner.add_text(python_source(plan))
    lines = [line for place, line in enumerate(inner.lines) if line or inner.lines[place - 1]]
    words = '"""Return the network beside which this one was trained, with its initial weights."""'
    return [
        *inner.imports,
        "def first_network() -> nn.Module:",
        *indented([words, "", *lines, "", "return build()"]),
    ]
