"""Loss: the cross-entropy of classes that do not count alike. No Qt."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor


def weighted_cross_entropy(scores: Tensor, targets: Tensor, weights: Tensor, smoothing: float) -> Tensor:
    """Return the mean cross-entropy of logits (n, classes), where each share of a target counts by its class's weight.

    So an image of a rare class counts as if it were drawn as often as the others, smoothed or mixed as they are.
    `targets` are (n,) labels or (n, classes) shares, `weights` (classes,).
    """
    shares = F.one_hot(targets, scores.shape[1]) if targets.ndim == 1 else targets
    weighted = shares * weights
    spread = weighted.sum(1, keepdim=True) / scores.shape[1]
    return F.cross_entropy(scores, torch.lerp(weighted, spread.expand_as(weighted), smoothing))
