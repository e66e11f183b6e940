"""`probe NAME RUN`: one question about the trained network of a run. No Qt; torch is imported to answer."""

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from explorer.cli.flags import add_json_flag, add_runs_flag, runs_of
from explorer.cli.progress_line import ProgressLine
from explorer.cli.results.probe_text import answer_text
from explorer.cli.terminal import Parser, complain, show
from explorer.paths import storable
from explorer.runs.destination import check_destination, write_content
from explorer.runs.events import Failed, Progress, Warned
from explorer.runs.folder.run import Run
from explorer.runs.folder.survey import find_run
from explorer.runs.json_lines import record_table
from explorer.runs.questions.blocks import Insert, Norms, Zero
from explorer.runs.questions.pictures import FeatureMaps, Maps, Sheet
from explorer.runs.questions.question import Answer, Probe, Question
from explorer.runs.questions.results import Evidence, EvidenceMaps, Lesions, Neighbours
from explorer.validation import Complaint, Refused, refuse

_OF_WORKER = ("id", "step", "file", "sheets", "picture", "examples")  # of an answer: they lead to its file of pixels


class _Probe(NamedTuple):
    """A question, made from its flags, and the flags that it needs; it cannot do with others of them."""

    help: str
    make: Callable[[Run, Namespace], Question]
    needs: tuple[str, ...] = ()
    may_have: tuple[str, ...] = ()


def _about(run: Run) -> dict[str, Any]:
    return {"design": run.design, "recipe": run.recipe, "runs": run.folder.parent, "run": run.id}


def _of_block(kind: type[Insert | Norms]) -> Callable[[Run, Namespace], Question]:
    return lambda run, given: kind(**_about(run), block=_only(given.block))


def _of_image(kind: type[Evidence | Neighbours]) -> Callable[[Run, Namespace], Question]:
    return lambda run, given: kind(**_about(run), file=_place(given.image))


def _maps(run: Run, given: Namespace) -> Question:
    """Ask about a file, or about a validation image by its number."""
    if given.image.isdecimal() and not Path(given.image).exists():
        return Maps(**_about(run), image=int(given.image))
    return Maps(**_about(run), file=_place(given.image))


def _zero(run: Run, given: Namespace) -> Question:
    return Zero(**_about(run), blocks=tuple(given.block))


_PROBES: dict[str, _Probe] = {
    "zero": _Probe("what changes without some blocks", _zero, ("block",)),
    "insert": _Probe("what changes with an identity inserted as a block", _of_block(Insert), ("block",)),
    "norms": _Probe("the norms of a block by the statistics of one batch", _of_block(Norms), ("block",)),
    "lesions": _Probe("what each block is worth", lambda run, given: Lesions(**_about(run))),
    "maps": _Probe("the feature maps of an image", _maps, ("image",), ("output",)),
    "evidence": _Probe("where in an image the evidence is", _of_image(Evidence), ("image",), ("output",)),
    "neighbours": _Probe("the training images nearest to an image", _of_image(Neighbours), ("image",)),
}


def add_probe_flags(parser: Parser) -> None:
    what = "; ".join(f"{name}: {each.help}" for name, each in _PROBES.items())
    parser.add_argument("name", choices=tuple(_PROBES), metavar="NAME", help=what)
    parser.add_argument("run", metavar="RUN", help="a run's id or its folder")
    what = "a block, such as layer2.1; zero takes several"
    parser.add_argument("--block", action="append", metavar="PATH", help=what)
    parser.add_argument(
        "--image", metavar="FILE", help="a file, or one of the run's images by its name; for maps, by its number"
    )
    parser.add_argument("-o", dest="output", type=Path, metavar="FOLDER", help="write the pictures here")
    add_runs_flag(parser)
    add_json_flag(parser)


def probe_run(options: Namespace) -> int:
    """Print the answer, and write its pictures; return the exit status. Raises Refused."""
    kind = _PROBES[options.name]
    for flag in ("block", "image", "output"):
        is_given = getattr(options, flag) is not None
        if flag in kind.needs and not is_given:
            raise refuse("usage", "{name} needs --{flag}", name=options.name, flag=flag)
        if is_given and flag not in (*kind.needs, *kind.may_have):
            shown = "-o" if flag == "output" else f"--{flag}"
            raise refuse("usage", "{name} takes no {flag}", name=options.name, flag=shown)
    if options.output is not None:
        check_destination(options.output, is_folder=True)
    run = find_run(options.run, runs_of(options))
    answer = _answer(kind.make(run, options))
    if options.output is not None and isinstance(answer, FeatureMaps | EvidenceMaps):
        write_content(options.output, dict(_pictures(answer)))
    return show(options.json, lambda: {"run": run.id, **_values(answer)}, lambda: answer_text(run.class_names, answer))


def _only(blocks: Sequence[str]) -> str:
    if len(blocks) > 1:
        raise refuse("block", "must be one block, not {count}", count=len(blocks))
    return blocks[0]


def _place(image: str) -> str:
    """Return the full path of a file; another name is one of the run's images."""
    path = Path(storable(image))
    return str(path.resolve()) if path.is_file() else image


def _answer(question: Question) -> Answer:
    """Answer it in this process. Raises Refused."""
    from explorer.engine.answering import LONG, SHORT
    from explorer.engine.probes.registry import probe

    if isinstance(question, Probe):
        return _found(probe(question))
    if type(question) in SHORT:
        return _found(SHORT[type(question)](question))
    line = ProgressLine(lambda progress: f"{progress.done:,} of {progress.total:,} images")
    found: Answer | Failed | None = None
    for event in LONG[type(question)](question):
        match event:
            case Progress() if event.total:
                line.show(event)
            case Warned():
                complain([event.reason])
            case Answer() | Failed():
                found = event
    line.clear()
    assert found
    return _found(found)


def _found(answer: Answer | Failed) -> Answer:
    if isinstance(answer, Failed):
        raise Refused(Complaint("probe", answer.reason))
    return answer


def _pictures(answer: FeatureMaps | EvidenceMaps) -> Iterator[tuple[str, bytes]]:
    """Yield a PNG for the image and each map, by a name that a file can have."""
    import io

    from PIL import Image

    content = Path(answer.file).read_bytes()
    for number, sheet in enumerate(answer.sheets):
        stream = io.BytesIO()
        height, width, *channels = sheet.shape
        pixels = content[sheet.offset : sheet.offset + prod(sheet.shape)]
        Image.frombytes("RGB" if channels else "L", (width, height), pixels).save(stream, "PNG")
        yield f"{_name_of(answer, number, sheet)}.png", stream.getvalue()


def _name_of(answer: FeatureMaps | EvidenceMaps, number: int, sheet: Sheet) -> str:
    if not number:
        return "image"
    return sheet.path if isinstance(answer, FeatureMaps) else f"class-{answer.classes[number - 1]}"


def _values(answer: Answer) -> dict[str, object]:
    """Return the answer without what leads to the worker's files."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items() if key not in _OF_WORKER}
        return [plain(each) for each in value] if isinstance(value, list) else value

    found = plain(record_table(answer))
    assert isinstance(found, dict)
    return found
