"""ProblemLine: what is wrong with how many images, or what was decided about them, and which ones it means."""

from dataclasses import dataclass

from explorer.gui.data.data_state import DataState
from explorer.gui.data.data_view import Note
from explorer.gui.widgets.text.language import say, whole
from explorer.runs.data.image_list import Part
from explorer.runs.questions.data import DataProblem, ProblemKind
from explorer.sentences import translatable

_Kind = ProblemKind | Note
_LEAK_TO_TEST = (
    translatable("1 image has a copy across training and test or validation"),
    translatable("{n} images have copies across training and test or validation"),
)
_WORDS: dict[_Kind, tuple[str, str]] = {  # for one and for several, in the order of the lines
    ProblemKind.LEAK: (
        translatable("1 image has a copy across training and validation"),
        translatable("{n} images have copies across training and validation"),
    ),
    ProblemKind.TWO_CLASSES: (translatable("1 image is in two classes"), translatable("{n} images are in two classes")),
    ProblemKind.UNREADABLE: (
        translatable("1 image cannot be read and is left out"),
        translatable("{n} images cannot be read and are left out"),
    ),
    ProblemKind.FEW: (translatable("1 class has very few images"), translatable("{n} classes have very few images")),
    ProblemKind.DUPLICATE: (
        translatable("1 image has an exact copy"),
        translatable("{n} images have exact copies"),
    ),
    ProblemKind.NEAR_DUPLICATE: (
        translatable("1 image looks almost the same as another"),
        translatable("{n} images look almost the same as another"),
    ),
    ProblemKind.DARK: (translatable("1 image is very dark"), translatable("{n} images are very dark")),
    ProblemKind.BRIGHT: (translatable("1 image is very bright"), translatable("{n} images are very bright")),
    ProblemKind.BLURRED: (translatable("1 image is blurred"), translatable("{n} images are blurred")),
    ProblemKind.ODD_SIZE: (
        translatable("1 image has an unusual size or shape"),
        translatable("{n} images have an unusual size or shape"),
    ),
    Note.SKIPPED: (
        translatable("1 file was skipped: not an image, or in no class"),
        translatable("{n} files were skipped: not an image, or in no class"),
    ),
    Note.LEFT_OUT: (translatable("You left out 1 image"), translatable("You left out {n} images")),
    Note.EXCLUDED: (
        translatable("You marked 1 image as none of the classes"),
        translatable("You marked {n} images as none of the classes"),
    ),
    Note.MOVED: (
        translatable("You moved 1 image to another class"),
        translatable("You moved {n} images to another class"),
    ),
    Note.KEPT: (
        translatable("You kept 1 image although something may be wrong with it"),
        translatable("You kept {n} images although something may be wrong with them"),
    ),
}
_COPIES = (ProblemKind.LEAK, ProblemKind.DUPLICATE, ProblemKind.NEAR_DUPLICATE)  # one of each group is worth keeping
_KEPT_FIRST = (Part.TEST, Part.VALIDATION, Part.TRAIN, None)  # training misses an image least


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """A line. Its images are in `groups` of files that belong together; `extra` are those that can go."""

    kind: _Kind
    text: str
    groups: tuple[tuple[str, ...], ...] = ()
    extra: tuple[str, ...] = ()

    @property
    def is_decision(self) -> bool:
        return self.kind in (Note.LEFT_OUT, Note.EXCLUDED, Note.MOVED, Note.KEPT)

    @property
    def has_copies(self) -> bool:
        """Whether leaving out all but one image of each group mends it."""
        return self.kind in _COPIES


def problem_lines(state: DataState) -> list[ProblemLine]:
    """Return what is wrong with the data, the worst first, and what was decided about their images."""
    scanned, decisions = state.scanned, state.decisions
    if scanned is None:
        return []
    lines: dict[_Kind, ProblemLine] = {each.kind: _problem_line(each, state) for each in scanned.problems if each.count}
    notes = {
        Note.LEFT_OUT: decisions.left_out,
        Note.EXCLUDED: decisions.excluded,
        Note.MOVED: tuple(move.file for move in decisions.moved),
        Note.KEPT: decisions.kept,
    }
    for note, files in notes.items():
        if files:
            lines[note] = ProblemLine(note, _text(_WORDS[note], len(files)), (files,), files)
    if scanned.skipped:
        lines[Note.SKIPPED] = ProblemLine(Note.SKIPPED, _text(_WORDS[Note.SKIPPED], scanned.skipped))
    return [lines[kind] for kind in _WORDS if kind in lines]


def _problem_line(problem: DataProblem, state: DataState) -> ProblemLine:
    kind, groups, words = problem.kind, problem.groups, _WORDS[problem.kind]
    if kind is ProblemKind.FEW:
        groups = tuple(state.files_of(name) for (name,) in groups)
    elif kind is ProblemKind.LEAK:
        parts = {file: state.given_part(file) for group in groups for file in group}
        groups = tuple(tuple(sorted(group, key=lambda file: _KEPT_FIRST.index(parts[file]))) for group in groups)
        words = _LEAK_TO_TEST if Part.TEST in parts.values() else words
    extra = tuple(file for group in groups for file in (group[1:] if kind in _COPIES else group))
    return ProblemLine(kind, _text(words, problem.count), groups, extra)


def _text(words: tuple[str, str], count: int) -> str:
    one, several = map(say, words)
    return one if count == 1 else several.format(n=whole(count))
