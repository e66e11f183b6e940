"""Recipe: all that the user chooses about a training run, as one frozen value. No torch, no Qt.

Bounds, choices and labels are in the annotations; the form, the flags of the command line and the reader are derived
from them. A new knob is one field here and its use in `engine/training/`.
"""

from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from typing import Annotated, Any

from annotated_types import Interval, Len

from explorer.fields import Label, OneOf
from explorer.sentences import explained, translatable
from explorer.validation import read_value


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is trained; the default is *quick*."""

    data: Annotated[
        str,
        Len(1, 4096),
        Label(
            translatable("Data"),
            translatable("Name of a data set, a folder of images, or a CSV table of them."),
        ),
    ] = "fashion-mnist-12k"
    device: Annotated[
        str,
        Len(1, 20),
        Label(
            translatable("Device"),
            translatable("auto, cpu, cuda, cuda:1 … or mps; auto uses the fastest device available."),
        ),
    ] = "auto"
    validation_share: Annotated[
        float,
        Interval(ge=0.01, le=0.9),
        Label(
            translatable("Validation share"),
            translatable("Share of the images to validate with, if no folder says which."),
            rare=True,
        ),
    ] = 0.15
    test_share: Annotated[
        float,
        Interval(ge=0, le=0.9),
        Label(
            translatable("Test share"),
            translatable("Share of the images that training never sees, if no folder says which."),
            rare=True,
        ),
    ] = 0.15
    split_seed: Annotated[
        int,
        Interval(ge=0, le=2**32 - 1),
        Label(translatable("Split seed"), translatable("Determines which images are held out."), rare=True),
    ] = 0
    background: Annotated[
        str,
        OneOf(("white", "grey", "black")),
        Label(
            translatable("Background"),
            explained(
                {
                    "white": translatable("transparent images lie on white, as on paper."),
                    "grey": translatable("transparent images lie on grey."),
                    "black": translatable("transparent images lie on black."),
                }
            ),
            rare=True,
        ),
    ] = "white"
    epochs: Annotated[
        int,
        Interval(ge=1, le=100_000),
        Label(translatable("Epochs"), translatable("Number of passes over the training images.")),
    ] = 10
    batch_size: Annotated[
        int,
        Interval(ge=1, le=65_536),
        Label(
            translatable("Batch size"),
            translatable("Images per step."),
            rare=True,
            heading=translatable("Optimisation"),
        ),
    ] = 64
    lr: Annotated[
        float,
        Interval(gt=0, le=100),
        Label(translatable("Learning rate"), translatable("The highest rate of the schedule."), rare=True),
    ] = 0.1
    optimizer: Annotated[
        str,
        OneOf(("sgd", "adamw")),
        Label(
            translatable("Optimizer"),
            explained(
                {
                    "sgd": translatable("stochastic gradient descent."),
                    "adamw": translatable("Adam with decoupled weight decay."),
                }
            ),
            rare=True,
        ),
    ] = "sgd"
    momentum: Annotated[
        float,
        Interval(ge=0, lt=1),
        Label(translatable("Momentum"), translatable("Momentum of sgd; 0 is plain gradient descent."), rare=True),
    ] = 0.9
    nesterov: Annotated[
        bool,
        Label(
            translatable("Nesterov"), translatable("Nesterov momentum: take the gradient one step ahead."), rare=True
        ),
    ] = True
    weight_decay: Annotated[
        float,
        Interval(ge=0, le=1),
        Label(
            translatable("Weight decay"),
            translatable("Pulls the weights of the convolutions and the linear layer towards zero."),
            rare=True,
        ),
    ] = 5e-4
    schedule: Annotated[
        str,
        OneOf(("constant", "cosine", "one-cycle")),
        Label(
            translatable("Schedule"),
            explained(
                {
                    "constant": translatable("the learning rate stays the same."),
                    "cosine": translatable("the learning rate falls to 0."),
                    "one-cycle": translatable("the learning rate rises, then falls to 0."),
                }
            ),
            rare=True,
        ),
    ] = "one-cycle"
    warm_up: Annotated[
        float,
        Interval(ge=0, le=100_000),
        Label(
            translatable("Warm-up"),
            translatable(
                "Epochs over which the rate rises from 0; 0 means 30 % of the run for one-cycle, none otherwise."
            ),
            rare=True,
        ),
    ] = 0.0
    clip: Annotated[
        float,
        Interval(ge=0, le=1e6),
        Label(
            translatable("Gradient clipping"),
            translatable("Scale larger gradients down to this norm; 0 turns clipping off."),
            rare=True,
        ),
    ] = 1.0
    resized_crop: Annotated[
        float,
        Interval(ge=0, le=1),
        Label(
            translatable("Resized crops"),
            translatable("Train on a random rectangle with at least this share of the image; 0 takes all of it."),
            rare=True,
            heading=translatable("Images"),
        ),
    ] = 0.0
    flip: Annotated[
        bool, Label(translatable("Flips"), translatable("Mirror each image with a probability of one half."), rare=True)
    ] = False
    crop: Annotated[
        int,
        Interval(ge=0, le=256),
        Label(
            translatable("Crops"),
            translatable("Shift each image by up to this many pixels; the border is filled with black."),
            rare=True,
        ),
    ] = 0
    jitter: Annotated[
        float,
        Interval(ge=0, le=1),
        Label(
            translatable("Colour jitter"),
            translatable("Change brightness, contrast and saturation by up to this share."),
            rare=True,
        ),
    ] = 0.0
    erase: Annotated[
        float,
        Interval(ge=0, le=1),
        Label(
            translatable("Erasing"),
            translatable("Share of images in which a random rectangle is filled with black."),
            rare=True,
        ),
    ] = 0.0
    cutmix: Annotated[
        float,
        Interval(ge=0, le=1),
        Label(
            translatable("CutMix"),
            translatable("Share of batches whose images and labels are mixed."),
            rare=True,
        ),
    ] = 0.0
    normalise: Annotated[
        str,
        OneOf(("off", "data", "weights")),
        Label(
            translatable("Normalisation"),
            explained(
                {
                    "off": translatable("pixels from 0 to 1."),
                    "data": translatable("mean 0 and deviation 1 over the training images."),
                    "weights": translatable("as the known weights had it."),
                }
            ),
            rare=True,
        ),
    ] = "off"
    balance: Annotated[
        str,
        OneOf(("off", "weights", "sampling")),
        Label(
            translatable("Class balance"),
            explained(
                {
                    "off": translatable("every image counts alike."),
                    "weights": translatable("the loss of rare classes counts more."),
                    "sampling": translatable("rare classes are drawn more often."),
                }
            ),
            rare=True,
            heading=translatable("Labels"),
        ),
    ] = "off"
    label_smoothing: Annotated[
        float,
        Interval(ge=0, lt=1),
        Label(
            translatable("Label smoothing"),
            translatable("Share of the target that is spread evenly over all classes."),
            rare=True,
        ),
    ] = 0.0
    head_epochs: Annotated[
        int,
        Interval(ge=0, le=100_000),
        Label(
            translatable("Head first"),
            translatable("So many epochs only the last layer learns, then all layers do."),
            rare=True,
            heading=translatable("Known weights"),
        ),
    ] = 0
    backbone_rate: Annotated[
        float,
        Interval(gt=0, le=1),
        Label(
            translatable("Rate below the head"),
            translatable("Factor of the learning rate from each part to the one before it; 1: the same for all."),
            rare=True,
        ),
    ] = 1.0
    frozen_stages: Annotated[
        int,
        Interval(ge=0, le=9),
        Label(
            translatable("Frozen parts"),
            translatable("How many parts keep their weights: 1 is the stem, 2 is the stem and stage 1, and so on."),
            rare=True,
        ),
    ] = 0
    ema: Annotated[
        float,
        Interval(ge=0, lt=1),
        Label(
            translatable("Averaged weights"),
            translatable("Evaluate an exponential moving average with this decay; 0 uses the weights."),
            rare=True,
            heading=translatable("Run"),
        ),
    ] = 0.0
    sync_norms: Annotated[
        bool,
        Label(
            translatable("Norms over all GPUs"),
            translatable("Each norm sees the images of all GPUs that train the run together, not only its own."),
            rare=True,
        ),
    ] = False
    early_stop: Annotated[
        int,
        Interval(ge=0, le=100_000),
        Label(
            translatable("Early stopping"),
            translatable("Stop after this many epochs without a better validation accuracy; 0 never stops early."),
            rare=True,
        ),
    ] = 0
    grow: Annotated[
        str,
        Len(0, 1000),
        Label(
            translatable("Late blocks"),
            translatable(
                "stage3@5,10: the last two blocks of stage 3 join as identities after epochs 5 and 10; with ; between "
                "stages."
            ),
            rare=True,
        ),
    ] = ""
    precision: Annotated[
        str,
        OneOf(("auto", "fp32", "bf16")),
        Label(
            translatable("Precision"),
            explained(
                {
                    "auto": translatable("bf16 where the hardware computes it fast, otherwise fp32."),
                    "fp32": translatable("32 bits per number."),
                    "bf16": translatable("16 bits per number where that is enough."),
                }
            ),
            rare=True,
        ),
    ] = "auto"
    arithmetic: Annotated[
        str,
        OneOf(("fast", "plain")),
        Label(
            translatable("Arithmetic"),
            explained(
                {
                    "fast": translatable("in the fastest ways, on as many threads as cores are free."),
                    "plain": translatable(
                        "as PyTorch does by itself, on a fixed number of threads: runs can be repeated to the last bit."
                    ),
                }
            ),
            rare=True,
        ),
    ] = "fast"
    seed: Annotated[
        int,
        Interval(ge=0, le=2**32 - 1),
        Label(
            translatable("Seed"), translatable("Determines the initial weights and the order of the images."), rare=True
        ),
    ] = 0

    __pydantic_config__ = {"extra": "forbid"}

    def change(self, **changes: Any) -> "Recipe":
        return replace(self, **changes)


FINE_TUNE = translatable("fine-tune")
_NAMED = {  # each with what it is for
    # at twice the rate and without clipping, the chapter's network diverged in bf16
    translatable("quick"): (translatable("good results after a few epochs."), Recipe()),
    translatable("chapter"): (
        translatable("as in Dive into Deep Learning: plain SGD, 10 epochs, nothing else."),
        Recipe(
            batch_size=256,
            lr=0.05,
            momentum=0.0,
            nesterov=False,
            weight_decay=0.0,
            schedule="constant",
            clip=0.0,
            precision="fp32",
        ),
    ),
    # as wide residual networks were trained (Zagoruyko and Komodakis), with random erasing (Zhong et al.), smoothed
    # labels and averaged weights
    translatable("best"): (
        translatable("the highest accuracy, in an evening on a GPU."),
        Recipe(
            epochs=100,
            batch_size=128,
            schedule="cosine",
            warm_up=2.0,
            clip=0.0,
            label_smoothing=0.1,
            flip=True,
            crop=3,
            erase=0.5,
            ema=0.999,
        ),
    ),
    # crops, flips and colours as for ImageNet, if milder: people have fewer images
    translatable("photos"): (
        translatable("photos from scratch: crops, flips and colours make many of each."),
        Recipe(
            epochs=50,
            schedule="cosine",
            warm_up=3.0,
            label_smoothing=0.1,
            resized_crop=0.35,
            flip=True,
            jitter=0.3,
            normalise="data",
        ),
    ),
    # at a constant start, without a warm-up: what is new is the last layer, and that learns alone at first
    FINE_TUNE: (
        translatable("for known weights: the last layer first, then all, the lower the more slowly."),
        Recipe(
            epochs=5,
            batch_size=32,
            lr=0.05,
            schedule="cosine",
            resized_crop=0.5,
            flip=True,
            normalise="weights",
            head_epochs=1,
            backbone_rate=0.5,
        ),
    ),
    # with so few channels bf16 takes longer even where the hardware has it
    translatable("degradation"): (
        translatable("just long enough to see a deep plain network learn worse than its residual twin."),
        Recipe(
            epochs=2, batch_size=128, nesterov=False, weight_decay=0.0, schedule="constant", clip=0.0, precision="fp32"
        ),
    ),
}
RECIPES = {name: recipe for name, (_, recipe) in _NAMED.items()}
RECIPE_MEANINGS = {name: meaning for name, (meaning, _) in _NAMED.items()}
PLACE = (
    "data",
    "validation_share",
    "test_share",
    "split_seed",
    "background",
    "device",
    "arithmetic",
    "seed",
)  # where and how a recipe is used: not part of its identity
FREE = (  # what changes neither the time of a step nor the memory it takes
    *("epochs", "lr", "nesterov", "weight_decay", "schedule", "warm_up", "label_smoothing", "early_stop", "seed"),
    *("flip", "crop", "erase", "cutmix", "jitter", "normalise", "split_seed", "background"),  # almost nothing
    *("balance", "head_epochs", "backbone_rate", "grow"),  # estimates are of epochs in which all layers learn
    "sync_norms",  # of one process
)


def recipe_table(recipe: Recipe) -> dict[str, object]:
    """Return the recipe as plain values."""
    return asdict(recipe)


def read_recipe(table: dict[str, object]) -> Recipe:
    """Return the recipe of a `recipe_table`; missing keys get their defaults. Raises Refused."""
    return read_value(Recipe, table)


def recipe_name(recipe: Recipe) -> str | None:
    """Return the name of this recipe, whatever its data, device, arithmetic and seed; None if it has none."""
    place = {each.name: getattr(recipe, each.name) for each in fields(Recipe) if each.name in PLACE}
    return next((name for name, known in RECIPES.items() if known.change(**place) == recipe), None)


@lru_cache(maxsize=64)
def costly(recipe: Recipe) -> Recipe:
    """Return `recipe` with all that changes neither time nor memory as in *quick*."""
    return recipe.change(**{name: getattr(Recipe(), name) for name in FREE})
