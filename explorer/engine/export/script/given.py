"""What the writer of a script gives to `template.py` and `readers.py`: functions, and constants of a run. No Qt."""

from collections.abc import Callable

from torch import nn

build: Callable[[], nn.Module]
first_network: Callable[[], nn.Module]
DATA: str
WEIGHTS: str
LEFT: tuple[str, ...]
OWN: tuple[str, ...]
DEVICE: str
THREADS: int
EPOCHS: int
FIRST_EPOCHS: int
BATCH_SIZE: int
LR: float
MOMENTUM: float
NESTEROV: bool
WEIGHT_DECAY: float
WARM_UP: float
CLIP: float
RESIZED_CROP: float
CROP: int
JITTER: float
ERASE: float
CUTMIX: float
LABEL_SMOOTHING: float
HEAD_EPOCHS: int
EMA: float
EARLY_STOP: int
SEED: int
WEIGHTS_SEED: int
CLASSES: int
SIZE: tuple[int, int]
STORED: tuple[int, int]
CHANNELS: int
BACKGROUND: str
FILES: tuple[tuple[str, str], ...]
TRAIN: dict[str, list[str]]
VALIDATION: dict[str, list[str]]
MEAN: tuple[float, ...]
DEVIATION: tuple[float, ...]
LEARNING: tuple[tuple[float, tuple[str, ...]], ...]
FROZEN: tuple[str, ...]
BELOW_HEAD: tuple[str, ...]
RATE_CHANGES: tuple[tuple[int, float], ...]
STRETCHES: tuple[tuple[int, int], ...]
