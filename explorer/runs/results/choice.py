"""ImageChoice: which of the evaluated images are looked at, and in which order. No torch, no Qt."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class ImageChoice:
    """The images of class `truth` that are taken for class `predicted`, each of any class if it is None.

    With neither, they are all that are taken for another class than theirs.
    """

    truth: int | None = None
    predicted: int | None = None

    def places(
        self, labels: "NDArray[np.int32]", predicted: "NDArray[np.int32]", confidence: "NDArray[np.float32]"
    ) -> tuple[int, ...]:
        """Return the places of the images: first the mistakes, the most confident first, then the hits, it last.

        The arrays are (n,): the true classes, the most likely ones, and their probabilities.
        """
        import numpy as np

        is_mistake = labels != predicted
        chosen = is_mistake if self == ImageChoice() else np.ones(len(labels), bool)
        if self.truth is not None:
            chosen = chosen & (labels == self.truth)
        if self.predicted is not None:
            chosen = chosen & (predicted == self.predicted)
        found = np.flatnonzero(chosen)
        doubt = np.where(is_mistake, -confidence, 1 + confidence)[found]
        return tuple(found[np.argsort(doubt, kind="stable")].tolist())
