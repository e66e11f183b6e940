"""The command line that starts a study. No torch, no Qt."""

import shlex
from typing import assert_never

from explorer.architecture.notation import to_line
from explorer.architecture.presets import preset_of
from explorer.runs.recipe_flags import recipe_flags
from explorer.runs.studies.study import Knob, Study, StudyKind


def study_command(study: Study) -> str:
    """Return the line for a shell that starts the same study in the default folder of runs."""
    words = ["main.py", "study", preset_of(study.design) or to_line(study.design), *_varied(study)]
    words += ["--seeds", str(study.seeds)] if study.seeds > 1 else []
    words += ["--measure", study.measure.name.lower().replace("_", "-")]
    words += ["--name", study.name] if study.name else []
    return shlex.join([*words, *recipe_flags(study.recipe)])


def _varied(study: Study) -> list[str]:
    match study.kind:
        case StudyKind.GRID | StudyKind.SEARCH:
            return [word for knob in study.knobs for word in ("--vary", _text(knob))]
        case StudyKind.NESTED:
            return ["--nested", ",".join(study.knobs[0].values)]
        case _:
            assert_never(study.kind)


def _text(knob: Knob) -> str:
    return f"{knob.key}={','.join(knob.values)}"
