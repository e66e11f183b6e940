"""Classification: what images from anywhere were taken for, as a worker has written it. No torch, no Qt."""

import json
from pathlib import Path

from explorer.runs.json_lines import MISREAD, read_record
from explorer.runs.questions.results import Classification
from explorer.sentences import system_words, translatable
from explorer.validation import refuse


def read_classification(file: str) -> Classification:
    """Return what stands in the file of a `Classified`. Raises Refused."""
    try:
        return read_record(Classification, json.loads(Path(file).read_bytes()))
    except OSError as error:
        raise refuse("classification", "{path}: {error}", path=file, error=system_words(error)) from None
    except MISREAD:
        raise refuse("classification", translatable("{path} is damaged"), path=file) from None
