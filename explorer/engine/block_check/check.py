"""The check of a pasted block: from its source to the answer, in this process. No Qt."""

from explorer.architecture.design import Design
from explorer.engine.block_check.builder import check_builder
from explorer.engine.block_check.comparison import INPUTS, Compared, compare, difference, error_words, is_same
from explorer.engine.block_check.hints import hints_for
from explorer.engine.block_check.pasted import NoClass, PastedClass, run_source
from explorer.engine.block_check.paths import Pair
from explorer.engine.block_check.places import places_of
from explorer.engine.block_check.standard import cases_of
from explorer.engine.block_check.trace import OperationKind
from explorer.runs.questions.block_check import BlockChecked, LayerBeside, LayerState, Remark, Verdict
from explorer.sentences import Sentence, translatable


def check_source(source: str, design: Design) -> BlockChecked:
    """Compare the class `Residual` in `source` with a block of `design`."""
    try:
        ran = run_source(source)
    except NoClass as none:
        return BlockChecked(verdict=Verdict.UNCHECKED, summary=none.remark)
    try:
        pasted = PastedClass(ran.names)
    except NoClass as none:
        return BlockChecked(verdict=Verdict.UNCHECKED, summary=ran.failure or none.remark)
    cases = [case for case in cases_of(design) if pasted.has_flag or case.follows_shape]
    compared = [compare(pasted, case) for case in cases]
    remarks = _further_remarks(ran.failure, compared)
    wrong = next((case for case in compared if not case.equal), None)
    builder = check_builder(ran.names)
    if wrong:
        hints = (*hints_for(compared), *builder, *remarks)
        words, layers = _summary(wrong), _layers(wrong)
        return BlockChecked(verdict=Verdict.DIFFERENT, summary=words, hints=hints, case=wrong.case.words, layers=layers)
    shown = compared[-1]
    what = translatable(
        "Your block is equal to ours: outputs, gradients and running statistics agree on {inputs} random inputs, in "
        "training and in evaluation mode, in all {cases} cases."
    )
    summary = Remark(Sentence(what, {"inputs": INPUTS, "cases": len(compared)}))
    verdict = Verdict.EQUAL
    if builder:
        verdict, summary = Verdict.DIFFERENT, Remark(Sentence(_BLOCK_ALONE))
    return BlockChecked(
        verdict=verdict,
        summary=summary,
        hints=(*builder, *remarks),
        case=shown.case.words,
        layers=_layers(shown),
    )


_BLOCK_ALONE = translatable("Your class Residual is equal to ours; resnet_block builds other stages with it.")


def _further_remarks(failure: Remark | None, compared: list[Compared]) -> tuple[Remark, ...]:
    """Return what does not concern whether the blocks are equal."""
    found = []
    if failure:
        what = translatable("What stands below the class was not run to its end: {error}")
        found.append(Remark(Sentence(what, {"error": failure.words}), failure.line))
    unused = {name.rpartition(".")[0] or name for case in compared if case.equal for name in case.unused}
    if unused:
        what = translatable("Made, but not used in every case where it is made: {names}.")
        found.append(Remark(Sentence(what, {"names": ", ".join(sorted(unused))})))
    return tuple(found)


def _summary(wrong: Compared) -> Remark:
    """Return where a block differs first."""
    if wrong.error and not (wrong.traced and wrong.fault):
        return Remark(error_words(wrong), wrong.error.line)
    assert wrong.alignment
    assert wrong.pasted
    values: dict[str, object] = {"case": wrong.case.words, "mode": Sentence(wrong.mode)}
    # where nothing of the block comes out, no layer is to blame
    for pair, place in places_of(wrong.alignment).items() if wrong.pasted.main else ():
        ours, theirs = pair.expected, pair.pasted
        values["place"] = place
        if ours is None and theirs is not None:
            if theirs.kind is OperationKind.OTHER:
                continue  # it shows in what follows, if it does anything
            values["layer"] = theirs.source_text
            what = translatable("Your block differs first at {layer}, which ours does not have ({case}).")
            return Remark(Sentence(what, values), theirs.line)
        if theirs is None:
            what = translatable("Your block differs first at the {place}, which it does not have ({case}).")
            return Remark(Sentence(what, values))
        assert ours
        if not is_same(ours.output, theirs.output):
            apart = difference(ours.output, theirs.output)
            if apart is None:
                values |= {"expected": _shape(ours.output), "pasted": _shape(theirs.output)}
                what = translatable(
                    "Your block differs first after the {place}: its output is {pasted}, not {expected} ({case})."
                )
            else:
                values["difference"] = f"{apart:.2g}"
                what = translatable(
                    "Your block differs first after the {place}, by up to {difference}, {mode} ({case})."
                )
            return Remark(Sentence(what, values), theirs.line)
    return Remark(Sentence(translatable("Your block differs from ours {mode} ({case})."), values))


def _shape(output: object) -> str:
    return "×".join(map(str, getattr(output, "shape", ())[1:])) or "–"


def _layers(compared: Compared) -> tuple[LayerBeside, ...]:
    if compared.alignment is None or not (compared.pasted and compared.pasted.main):
        return ()
    return tuple(_beside(pair, place) for pair, place in places_of(compared.alignment).items())


def _beside(pair: Pair, place: Sentence) -> LayerBeside:
    ours, theirs = pair.expected, pair.pasted
    if ours is None:
        state = LayerState.EXTRA
    elif theirs is None:
        state = LayerState.MISSING
    else:
        alike = pair.alike and is_same(ours.output, theirs.output)
        state = LayerState.SAME if alike else LayerState.DIFFERENT
    return LayerBeside(
        place=place,
        expected=ours.source_text if ours else "",
        pasted=theirs.source_text if theirs else "",
        state=state,
        difference=difference(ours.output, theirs.output) if ours and theirs else None,
        line=theirs.line if theirs else 0,
    )
