"""Random designs: every key and every value a design file may have, about half of them impossible to build."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import strategies as st

from explorer.architecture.design import Design, Stage
from explorer.architecture.presets import preset_files
from explorer.fields import fields_of

# To try them all; those of a thousand layers take seconds.
PRESETS = [pytest.param(name, marks=[pytest.mark.slow] * name.endswith(("1001", "1202"))) for name in preset_files()]


@dataclass(frozen=True)
class Most:
    """Upper bounds of what is drawn; `total` is of blocks in all."""

    channels: int
    side: int
    classes: int
    width: int
    blocks: int
    stages: int
    groups: int
    group_width: int
    total: int = 8 * 512


ANY = Most(16, 4096, 100_000, 8192, 512, 8, 1024, 1024)
SHALLOW = replace(ANY, blocks=4, total=8)  # for torch on the meta device, where only layers cost time
SMALL = Most(4, 20, 12, 20, 3, 4, 4, 160, total=6)  # for torch on a processor


def whole(least: int, most: int) -> st.SearchStrategy[int]:
    """Integers with both bounds often among them."""
    return st.one_of(st.integers(least, most), st.sampled_from((least, most)))


def stages(most: Most) -> st.SearchStrategy[tuple[Stage, ...]]:
    """Some with no block in one or other stage; at least one block in all."""

    def affordable(drawn: list[Stage]) -> tuple[Stage, ...]:
        left, kept = most.total, []
        for stage in drawn:
            kept.append(replace(stage, blocks=min(stage.blocks, left)))
            left -= kept[-1].blocks
        return tuple(kept) if left < most.total else (replace(kept[0], blocks=1), *kept[1:])

    stage = st.builds(Stage, whole(0, most.blocks), whole(1, most.width), whole(1, 8))
    return st.lists(stage, min_size=1, max_size=most.stages).map(affordable)


def designs(most: Most = ANY) -> st.SearchStrategy[Design]:
    def options(key: str) -> st.SearchStrategy[str]:
        return st.sampled_from(fields_of(Design)[key].options)

    grouping = st.one_of(
        st.just((1, 64)),
        st.tuples(whole(1, most.groups), whole(1, most.group_width)),
    )
    return st.builds(
        lambda grouping, **keys: Design(groups=grouping[0], group_width=grouping[1], **keys),
        grouping,
        input=st.tuples(whole(1, most.channels), whole(1, most.side), whole(1, most.side)),
        classes=whole(2, most.classes),
        stages=stages(most),
        name=st.text(st.characters(codec="utf-8"), max_size=80),
        stem=options("stem"),
        stem_width=whole(1, most.width),
        stem_norm=st.booleans(),
        block=options("block"),
        shortcut=options("shortcut"),
        shortcut_norm=st.booleans(),
        conv_bias=st.booleans(),
        stride_on=options("stride_on"),
        final_norm=st.booleans(),
        zero_init=st.booleans(),
        init=options("init"),
    )
