"""What a lesson may name: tasks that it can check, controls that it can point at, and pages. No torch, no Qt."""

from enum import StrEnum

from explorer.architecture.design import MAX_STAGES, Design
from explorer.fields import fields_of
from explorer.runs.recipe import Recipe


class TaskKind(StrEnum):
    """What the user is to do. "The page" is that of the lesson, and what it began with is what was shown before it."""

    # the network
    SELECTED = "selected"  # a stage, a block or a layer is selected
    PINNED = "pinned"  # there is a baseline
    CHAPTER_NAMES = "chapter_names"  # the names of the parts are the chapter's
    COPIED = "copied"  # the source of the design is on the clipboard
    STAGE_DEEPENED = "stage_deepened"  # the design has more blocks than before
    STEM_CHANGED = "stem_changed"  # the stem is another than before
    PARAMS_DOUBLED = "params_doubled"  # the design has at least twice as many parameters as before
    MISMATCHED = "mismatched"  # the design cannot be built, and the window says why
    REPAIRED = "repaired"  # the design can be built
    # the network beside the pinned baseline
    SHORTCUT_CHANGED = "shortcut_changed"  # another kind of shortcut
    PROJECTED_EVERYWHERE = "projected_everywhere"  # the shortcut is projection-all, and was not
    SHORTCUT_NORM_CHANGED = "shortcut_norm_changed"  # with a norm on the shortcut or without, and the other way before
    STRIDE_MOVED = "stride_moved"  # the stride of a bottleneck is on another convolution
    TABLE_1_COMPARED = "table_1_compared"  # both are networks of Table 1 of the paper
    SMALL_NETWORK_COMPARED = "small_network_compared"  # a twentieth of the parameters or less
    GROWN_TENFOLD = "grown_tenfold"  # ten times as many parameters or more
    # the page of the block
    BLOCK_OPENED = "block_opened"  # it is shown
    BLOCK_ALONE = "block_alone"  # it shows a block alone
    IDENTITY_ALONE = "identity_alone"  # the block alone has an identity as its shortcut
    BOTTLENECK_OPENED = "bottleneck_opened"  # it shows a bottleneck
    PREACTIVATION_OPENED = "preactivation_opened"  # it shows a block of pre-activation
    AVERAGE_OPENED = "average_opened"  # it shows a block whose shortcut averages
    BRANCH_ZEROED = "branch_zeroed"  # a branch was zeroed, and the answer is seen
    IDENTITY_INSERTED = "identity_inserted"  # an identity block was inserted, and the answer is seen
    NORMS_COMPARED = "norms_compared"  # both ways of batch norm were compared, and the answer is seen
    # training
    TRAINED = "trained"  # the curves have the first steps of a run
    VALIDATED = "validated"  # the curves have the first point of validation
    TWIN_VALIDATED = "twin_validated"  # two runs beside each other both have a point of validation
    RECIPES_COMPARED = "recipes_compared"  # runs with different recipes have begun
    PREACTIVATION_BESIDE = "preactivation_beside"  # runs with norm first and last have a point of validation each
    SIGNAL_SHOWN = "signal_shown"  # the bars of the signal are seen
    PAUSED = "paused"  # the run is paused
    FEATURE_MAPS_COMPARED = "feature_maps_compared"  # feature maps before and after training are seen
    HIGH_RATE_VALIDATED = "high_rate_validated"  # a run at a learning rate of 1 or more has two points of validation
    RATE_LOWERED = "rate_lowered"  # the learning rate that is chosen is lower than the last run's
    LOW_RATE_VALIDATED = "low_rate_validated"  # a run at a learning rate below 1 has a point of validation
    # known weights
    WEIGHTS_AT_HAND = "weights_at_hand"  # there is a trained run of the same network
    WEIGHTS_CHOSEN = "weights_chosen"  # training is to start with known weights
    FINE_TUNED = "fine_tuned"  # a run that began with known weights has a point of validation
    # own images
    IMAGES_CHOSEN = "images_chosen"  # a folder or a table of images is chosen as data
    LEAK_MENDED = "leak_mended"  # no image is in two parts
    IMAGES_DECIDED = "images_decided"  # nothing seems to be wrong with the images


PAGES = ("layers", "block", "data", "curves", "results", "compare", "runs")
CONTROLS = frozenset(
    (
        *("menus", "preset", "names", "pin", "copy"),  # above the network
        *("diagram", "totals"),
        *("add_stage", "repair"),
        *(f"{name}{stage}" for name in ("blocks", "width") for stage in range(1, MAX_STAGES + 1)),
        *("data", "weights", "recipe", "start", "start_choices", "pause", "step", "stop"),  # of training
        *("figure", "alone", "alone_form", "zero", "insert", "compare norms"),  # of the page of the block
        *("classes", "problems", "leave_out_images", "move_images", "keep_images"),  # of the page of the data
        *("plots", "gradients"),  # of the page of the curves
        *fields_of(Design),
        *fields_of(Recipe),
    )
)
