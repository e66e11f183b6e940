"""The text that a script is made of; nothing of it runs here. No Qt.

A line that ends in `# ? one two` is written if the writer says that one and two hold, and with `!two` if two does not.
Of what is imported from this program the script gets a copy, and what `given.py` declares the writer writes.
"""

import argparse
import os
from functools import partial
from math import prod
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn
from torch.optim import SGD, AdamW, Optimizer
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    LinearLR,
    LRScheduler,
    OneCycleLR,
    SequentialLR,
)
from torch.optim.swa_utils import AveragedModel

from explorer.engine.data.augment import (
    COLOURS,
    CROPS,
    ERASURES,
    MIXES,
    MOVES,
    cutmix,
    draw_boxes,
    draw_mixes,
    draw_moves,
    erase,
    flip,
    shift,
)
from explorer.engine.data.colour_jitter import change_colours, draw_factors
from explorer.engine.data.loader import balanced_order, batch_bounds, drawn_from, epoch_order, resized
from explorer.engine.data.preprocessing import centre
from explorer.engine.data.resized_crop import draw_rectangles, resize_rectangles
from explorer.engine.export.script.given import (
    BACKGROUND,
    BATCH_SIZE,
    BELOW_HEAD,
    CHANNELS,
    CLASSES,
    CLIP,
    CROP,
    CUTMIX,
    DATA,
    DEVIATION,
    DEVICE,
    EARLY_STOP,
    EMA,
    EPOCHS,
    ERASE,
    FIRST_EPOCHS,
    FROZEN,
    HEAD_EPOCHS,
    JITTER,
    LABEL_SMOOTHING,
    LEARNING,
    LEFT,
    LR,
    MEAN,
    MOMENTUM,
    NESTEROV,
    OWN,
    RATE_CHANGES,
    RESIZED_CROP,
    SEED,
    SIZE,
    STORED,
    STRETCHES,
    THREADS,
    TRAIN,
    VALIDATION,
    WARM_UP,
    WEIGHT_DECAY,
    WEIGHTS,
    WEIGHTS_SEED,
    build,
    first_network,
)
from explorer.engine.export.script.readers import (
    read_bundled,
    read_cifar,
    read_files,
    read_idx_files,
    read_safetensors,
)
from explorer.engine.training.loss import weighted_cross_entropy
from explorer.engine.training.optimizers import update_averages
from explorer.runs.data.balance import class_weights


def inputs(pixels: Tensor, dtype: torch.dtype) -> Tensor:
    """Return what the network sees of uint8 images (n, channels, height, width)."""
    values = pixels.to(dtype, memory_format=torch.contiguous_format).div_(255)
    mean, deviation = (torch.tensor(each).to(values)[:, None, None] for each in (MEAN, DEVIATION))  # ? normalised
    values.sub_(mean).div_(deviation)  # ? normalised
    return values.contiguous(memory_format=torch.channels_last)  # ? channels_last
    return values  # ? !channels_last


def scores_of(network: nn.Module, pixels: Tensor, dtype: torch.dtype) -> Tensor:
    """Return the logits (n, classes) of uint8 images (n, channels, height, width)."""
    with torch.autocast(pixels.device.type, torch.bfloat16, enabled=dtype == torch.float32):  # ? bf16
        return network(inputs(pixels, dtype)).to(dtype)  # type: ignore[no-any-return]  # ? bf16
    return network(inputs(pixels, dtype))  # ? !bf16


def take_known(network: nn.Module, file: Path) -> None:
    """Load known weights; the network keeps its own where the file has none that fit."""
    known = read_safetensors(file)  # ? safetensors
    known = torch.load(file, map_location="cpu", weights_only=True)  # ? !safetensors
    known = {name: values for name, values in known.items() if name not in LEFT}
    first, own = next((name, values) for name, values in network.named_parameters() if values.ndim == 4)  # ? fitted
    known[first] = known[first].float().sum(1, keepdim=True).expand_as(own) / own.shape[1]  # ? fitted
    network.load_state_dict(known, strict=False)


@torch.no_grad()
def take_equal(network: nn.Module, other: nn.Module) -> None:
    """Begin equal to the network beside which this one was trained, where both have a tensor of a name and shape."""
    known = other.state_dict()
    for name, values in network.state_dict().items():
        if name not in OWN and name in known and known[name].shape == values.shape:
            values.copy_(known[name])


def make_optimizer(network: nn.Module) -> Optimizer:
    """Return the optimizer with the highest rates. Weight decay is not for norms and biases."""
    groups: list[dict[str, Any]] = [{"params": list(network.parameters())}]  # ? one_rate !decays
    values = list(network.parameters())  # ? one_rate decays
    groups = [  # ? one_rate decays
        {"params": [each for each in values if each.ndim > 1], "weight_decay": WEIGHT_DECAY},  # ? one_rate decays
        {"params": [each for each in values if each.ndim <= 1], "weight_decay": 0.0},  # ? one_rate decays
    ]  # ? one_rate decays
    groups = []  # ? !one_rate
    for rate, names in LEARNING:  # ? !one_rate
        values = [each for name in names for each in getattr(network, name).parameters()]  # ? !one_rate
        for is_decayed in (True, False):  # ? !one_rate
            params = [each for each in values if (each.ndim > 1) == is_decayed]  # ? !one_rate
            decay = WEIGHT_DECAY if is_decayed else 0.0  # ? !one_rate
            groups.append({"params": params, "lr": rate, "weight_decay": decay})  # ? !one_rate
    return SGD(groups, lr=LR, momentum=MOMENTUM, nesterov=NESTEROV, fused=True)  # ? sgd
    return AdamW(groups, lr=LR, weight_decay=0.0, fused=True)  # ? !sgd


def make_schedule(optimizer: Optimizer, epochs: int, steps_per_epoch: int) -> LRScheduler:
    """Return the schedule of the learning rate over all steps; the groups have their highest rates now."""
    steps = epochs * steps_per_epoch
    rise = min(round(WARM_UP * steps_per_epoch), steps - 1)  # ? warms_up
    share = rise / steps if rise else 0.3  # in which the rate rises  # ? one_cycle warms_up
    share = 0.3  # of the steps, in which the rate rises  # ? one_cycle !warms_up
    highest = [group["lr"] for group in optimizer.param_groups]  # ? one_cycle
    return OneCycleLR(optimizer, highest, total_steps=steps, pct_start=share, cycle_momentum=False)  # ? one_cycle
    if not rise:  # ? !one_cycle warms_up
        return CosineAnnealingLR(optimizer, T_max=steps)  # ? cosine warms_up
        return ConstantLR(optimizer, factor=1, total_iters=0)  # ? constant warms_up
    rising = LinearLR(optimizer, start_factor=1 / (rise + 1), total_iters=rise)  # ? !one_cycle warms_up
    falling = CosineAnnealingLR(optimizer, T_max=steps - rise)  # ? cosine warms_up
    falling = ConstantLR(optimizer, factor=1, total_iters=0)  # ? constant warms_up
    return SequentialLR(optimizer, [rising, falling], milestones=[rise])  # ? !one_cycle warms_up
    return CosineAnnealingLR(optimizer, T_max=steps)  # ? cosine !warms_up


def stretched(optimizer: Optimizer, highest: list[float], epochs: int, steps_per_epoch: int, done: int) -> LRScheduler:
    """Return a schedule over so many epochs as it is after the steps that are `done`."""
    for group, rate in zip(optimizer.param_groups, highest, strict=True):
        group["lr"] = rate
        group.pop("initial_lr", None)
    schedule = make_schedule(optimizer, epochs, steps_per_epoch)
    optimizer._opt_called = True  # type: ignore[attr-defined]  # else torch warns of the order
    for _ in range(done):
        schedule.step()
    return schedule


def freeze(network: nn.Module, names: tuple[str, ...]) -> None:
    """Let all parts learn but those; they keep their weights, and their norms the statistics."""
    network.train().requires_grad_()
    for name in names:
        getattr(network, name).eval().requires_grad_(False)


@torch.inference_mode()
def validate(network: nn.Module, images: Tensor, labels: Tensor, dtype: torch.dtype) -> tuple[float, float]:
    """Return mean loss and accuracy."""
    network.eval()
    sums = torch.zeros(2, dtype=dtype, device=images.device)
    for batch in batch_bounds(len(labels), 2 * BATCH_SIZE):
        pixels = images[batch]
        pixels = centre(pixels, SIZE)  # ? larger
        scores = scores_of(network, pixels, dtype)
        loss = F.cross_entropy(scores, labels[batch], reduction="sum")
        hits = (scores.argmax(1) == labels[batch]).sum()
        sums += torch.stack((loss, hits.to(dtype)))
    loss_sum, right = sums.tolist()
    return loss_sum / len(labels), right / len(labels)


def read_flags() -> argparse.Namespace:
    """Read what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="where the images are (%(default)s)")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="to begin with (%(default)s)")  # ? known
    parser.add_argument("--device", default=DEVICE, help="cpu, cuda or mps (%(default)s)")
    parser.add_argument("--threads", type=int, default=THREADS, help="of a processor (%(default)s)")  # ? threads
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of a processor")  # ? !threads
    parser.add_argument("--float64", action="store_true", help="compute with 64 bits per number")
    parser.add_argument("--steps", type=int, help="stop after so many steps")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the best weights")
    return parser.parse_args()


def main() -> None:
    """Train, and print the loss of every step and epoch."""
    flags = read_flags()
    torch.set_num_threads(flags.threads)
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # ? plain_cuda
    torch.use_deterministic_algorithms(True)  # ? plain_cuda
    torch.backends.cudnn.allow_tf32 = False  # ? plain_cuda
    device, dtype = torch.device(flags.device), torch.float64 if flags.float64 else torch.float32
    parts = read_bundled(flags.data)  # ? bundled
    parts = read_idx_files(flags.data)  # ? idx
    parts = read_cifar(flags.data)  # ? cifar
    parts = read_files(flags.data, [TRAIN, VALIDATION], (CHANNELS, *STORED), BACKGROUND)  # ? files
    parts = [(resized(pixels, SIZE), labels) for pixels, labels in parts]  # ? resizes
    (images, labels), validation = [(pixels.to(device), labels.to(device)) for pixels, labels in parts]

    torch.manual_seed(SEED)  # ? !own_seed
    torch.manual_seed(WEIGHTS_SEED)  # ? own_seed
    network = build()
    take_known(network, flags.weights)  # ? known
    torch.manual_seed(SEED)  # ? shares !own_seed
    torch.manual_seed(WEIGHTS_SEED)  # ? shares own_seed
    take_equal(network, first_network())  # ? shares
    network.to(device, dtype)  # ? !channels_last
    network.to(device, dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]  # ? channels_last
    average = AveragedModel(network, multi_avg_fn=partial(update_averages, EMA), use_buffers=True)  # ? ema
    evaluated = average.module  # ? ema
    evaluated = network  # ? !ema
    batches = batch_bounds(len(labels), BATCH_SIZE)
    optimizer = make_optimizer(network)
    highest = [group["lr"] for group in optimizer.param_groups]  # ? stretches
    schedule = make_schedule(optimizer, FIRST_EPOCHS, len(batches))  # ? stretches
    schedule = make_schedule(optimizer, EPOCHS, len(batches))  # ? scheduled !stretches
    counts = labels.bincount(minlength=CLASSES).tolist()  # ? weighted
    weights = torch.tensor(class_weights(counts)).to(device, dtype)  # ? weighted

    step, best_epoch, best_accuracy = 0, 0, -1.0
    for epoch in range(1, EPOCHS + 1):
        network.train()  # ? !freezes
        freeze(network, FROZEN)  # ? freezes !head_first
        freeze(network, BELOW_HEAD if epoch <= HEAD_EPOCHS else FROZEN)  # ? head_first
        count = len(labels)
        order = balanced_order(labels, SEED, epoch)  # ? sampled
        order = epoch_order(count, SEED, epoch, device)  # ? !sampled
        drawn = partial(drawn_from, SEED, epoch)  # ? draws
        rectangles = draw_rectangles(count, RESIZED_CROP, STORED, drawn(CROPS)).to(device)  # ? resized_crop
        shifts, flips = (each.to(device) for each in draw_moves(count, CROP, drawn(MOVES)))  # ? crop flip
        shifts, _ = (each.to(device) for each in draw_moves(count, CROP, drawn(MOVES)))  # ? crop !flip
        _, flips = (each.to(device) for each in draw_moves(count, 0, drawn(MOVES)))  # ? flip !crop
        factors = draw_factors(count, JITTER, drawn(COLOURS)).to(device)  # ? jitter
        boxes = draw_boxes(count, ERASE, SIZE, drawn(ERASURES)).to(device)  # ? erase
        mixes = draw_mixes(count, drawn(MIXES))  # ? cutmix
        loss_sum = 0.0
        for batch in batches:
            for after, epochs in STRETCHES:  # ? stretches
                if after == step:  # ? stretches
                    schedule = stretched(optimizer, highest, epochs, len(batches), step)  # ? stretches
            pixels, targets = images[order[batch]], labels[order[batch]]
            pixels = resize_rectangles(pixels, rectangles[:, batch], SIZE)  # ? resized_crop
            pixels = centre(pixels, SIZE)  # ? larger !resized_crop
            pixels = shift(pixels, shifts[:, batch], CROP)  # ? crop
            pixels = flip(pixels, flips[batch])  # ? flip
            pixels = change_colours(pixels, factors[:, batch])  # ? jitter
            pixels = erase(pixels, boxes[:, batch])  # ? erase
            pixels, targets = cutmix(pixels, targets, mixes[:, batch.start], CUTMIX, CLASSES)  # ? cutmix
            targets = targets if targets.ndim == 1 else targets.to(dtype)  # ? cutmix

            scores = scores_of(network, pixels, dtype)
            loss = weighted_cross_entropy(scores, targets, weights, LABEL_SMOOTHING)  # ? weighted
            loss = F.cross_entropy(scores, targets, label_smoothing=LABEL_SMOOTHING)  # ? !weighted smooths
            loss = F.cross_entropy(scores, targets)  # ? !weighted !smooths
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), CLIP)  # ? clips
            factor = prod(by for after, by in RATE_CHANGES if after <= step)  # ? changes_rate
            rates = [group["lr"] for group in optimizer.param_groups]  # ? changes_rate
            for group, rate in zip(optimizer.param_groups, rates, strict=True):  # ? changes_rate
                group["lr"] = rate * factor  # ? changes_rate
            optimizer.step()
            for group, rate in zip(optimizer.param_groups, rates, strict=True):  # ? changes_rate
                group["lr"] = rate  # ? changes_rate
            schedule.step()  # ? scheduled
            average.update_parameters(network)  # ? ema

            step += 1
            loss_sum += loss.item() * len(targets)
            print(f"step {step}: loss {loss.item()}", flush=True)
            if step == flags.steps:
                return

        validation_loss, accuracy = validate(evaluated, *validation, dtype)
        losses = f"training loss {loss_sum / count}, validation loss {validation_loss}"
        print(f"epoch {epoch}: {losses}, accuracy {accuracy}", flush=True)
        if accuracy > best_accuracy:
            best_epoch, best_accuracy = epoch, accuracy
            if flags.save:
                torch.save(evaluated.state_dict(), flags.save)
        if epoch - best_epoch >= EARLY_STOP:  # ? stops_early
            break  # ? stops_early
    print(f"best accuracy {best_accuracy} in epoch {best_epoch}")
