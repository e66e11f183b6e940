"""All questions to a worker, and the kinds of their answers. No torch, no Qt.

A question is sent as a command and its answer as an event, each with the question's `id`. A probe asks about a network.
A new one is two records in `runs/questions/`, named in `QUESTIONS` and `ANSWERS`, and a function of the engine.
"""

from explorer.runs.questions.block_check import BlockChecked, CheckBlock
from explorer.runs.questions.blocks import BatchStatistics, Insert, Inserted, Norms, Zero, Zeroed
from explorer.runs.questions.data import Pictured, Scan, Scanned, Thumbnails
from explorer.runs.questions.estimate import Estimate, Estimated, Sweep, Swept
from explorer.runs.questions.export import Export, Exported
from explorer.runs.questions.networks import MeasuredSpeed, Outside, OutsideNetwork, Speed, Torchinfo, TorchinfoTime
from explorer.runs.questions.pictures import FeatureMaps, Maps
from explorer.runs.questions.question import Answer, Question
from explorer.runs.questions.results import (
    BlockWorths,
    Classified,
    Classify,
    Evaluate,
    Evaluated,
    Evidence,
    EvidenceMaps,
    Lesions,
    NearestImages,
    Neighbours,
)
from explorer.runs.questions.weights import Weigh, Weighed

QUESTIONS: tuple[type[Question], ...] = (
    *(Estimate, Sweep, Scan, Thumbnails, Weigh, Zero, Insert, Norms, Maps, Outside, Speed, Torchinfo),
    *(Evaluate, Classify, Evidence, Neighbours, Lesions, Export, CheckBlock),
)
ANSWERS: tuple[type[Answer], ...] = (
    Estimated,
    Swept,
    Scanned,
    Pictured,
    Weighed,
    Zeroed,
    Inserted,
    BatchStatistics,
    FeatureMaps,
    OutsideNetwork,
    MeasuredSpeed,
    TorchinfoTime,
    Evaluated,
    Classified,
    EvidenceMaps,
    NearestImages,
    BlockWorths,
    Exported,
    BlockChecked,
)
