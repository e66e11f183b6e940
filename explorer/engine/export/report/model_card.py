"""Model card: what a reader has to know about a trained network, in Markdown and in every language. No Qt.

Its head is YAML, as the Hugging Face Hub reads it. Nothing is said that the run does not know: a licence is left open.
"""

import re
from collections.abc import Iterable, Iterator
from textwrap import dedent

from explorer.engine.export.report.account import Account
from explorer.engine.export.report.facts import (
    Fact,
    data_facts,
    limits,
    network_facts,
    percent,
    preprocessing_facts,
    recipe_facts,
    result_facts,
)
from explorer.runs.versions import PROGRAM, program_version
from explorer.sentences import LANGUAGES, Sentence, translatable
from explorer.translations import Say, speaker

_MAX_ROWS = 100  # classes in the table; of more, those that are recognised least
_METRICS = ("accuracy", "precision", "recall", "f1")
_WITH_TIMM = dedent(
    """\
    import timm
    import torch
    from PIL import Image

    model = timm.create_model("local-dir:.", pretrained=True).eval()  # or hf-hub:OWNER/NAME
    transform = timm.data.create_transform(**timm.data.resolve_model_data_config(model), is_training=False)
    image = Image.open("image.png").convert("{mode}")
    with torch.no_grad():
        shares = model(transform(image).unsqueeze(0)).softmax(1)[0]
    print(model.pretrained_cfg["label_names"][shares.argmax()], shares.max().item())
    """
)
_WITH_SOURCE = dedent(
    """\
    import json
    import torch
    from network import build
    from safetensors.torch import load_file

    model = build()
    model.load_state_dict(load_file("model.safetensors"))
    model.eval()
    with open("config.json", encoding="utf-8") as file:
        label_names = json.load(file)["label_names"]  # in the order of the logits
    """
)


def model_card(account: Account, is_timm: bool) -> str:
    """Return the card of a folder whose network timm can build, or whose network.py does."""
    links = " · ".join(f"[{name}](#{name.lower()})" for name in LANGUAGES.values())
    texts = [f"## {name}\n\n{_text(account, is_timm, speaker(language))}" for language, name in LANGUAGES.items()]
    title = f"# {_plain(account.title)}\n\n{links}\n"
    return "\n".join([_front_matter(account, is_timm), title, *texts])


def _front_matter(account: Account, is_timm: bool) -> str:
    library = "timm" if is_timm else "pytorch"
    lines = [
        "---",
        "# license: none has been chosen yet",
        f"library_name: {library}",
        "pipeline_tag: image-classification",
        "tags:",
        *(f"- {tag}" for tag in ("image-classification", "resnet", "resnet-explorer", library)),
        *(("metrics:", *(f"- {name}" for name in _METRICS)) if account.validation else ()),
        "---",
        "",
    ]
    return "\n".join(lines)


def _text(account: Account, is_timm: bool, say: Say) -> str:
    """Return the card in one language."""
    run, plan = account.run, account.plan
    about = Sentence(
        translatable(
            "A network that recognises {classes:,} classes of images, trained with ResNet Explorer {version}."
        ),
        {"classes": run.design.classes, "version": account.origin.versions.get(PROGRAM) or program_version()},
    )
    code = (_WITH_TIMM if is_timm else _WITH_SOURCE).replace("{mode}", "L" if plan.design.input[0] == 1 else "RGB")
    parts: Iterable[tuple[str, Iterable[str]]] = (
        (translatable("Use"), (*_how_to_load(is_timm, say), f"```python\n{code}```")),
        (translatable("Network"), _list(network_facts(account), say)),
        (translatable("Data"), _list(data_facts(account), say)),
        (translatable("Images"), _list(preprocessing_facts(account), say)),
        (translatable("Recipe"), _list(recipe_facts(account), say)),
        (translatable("Results"), (*_list(result_facts(account), say), "", *_class_table(account, say))),
        (translatable("Limits"), (f"- {_plain(say(limit))}" for limit in limits(account))),
        (translatable("Licence"), [say(_LICENCE)]),
    )
    lines = [_plain(say(about)), ""]
    for heading, content in parts:
        lines += [f"### {say(heading)}", "", *content, ""]
    return "\n".join(lines)


_LICENCE = translatable(
    "None has been chosen. Whoever publishes this network states one here and in the head of this file; "
    "the licence of the images may restrict it."
)


def _how_to_load(is_timm: bool, say: Say) -> Iterator[str]:
    if is_timm:
        text = translatable(
            "timm opens this folder; in it, the following classifies an image. timm rounds the sizes of images that "
            "are not square in its own way, so confidences may differ a little from those of the run:"
        )
        yield say(text)
    else:
        text = translatable(
            "timm has no such network. network.py in this folder builds it and needs only torch; it is what "
            "`main.py export RUN --to python` writes. ResNet Explorer opens model.safetensors too."
        )
        yield say(text)
    yield ""


def _list(facts: Iterable[Fact], say: Say) -> Iterator[str]:
    """Yield a line per fact."""
    line = translatable("{value}: {meaning}")
    for name, value in facts:
        yield f"- {_plain(say(Sentence(line, {'value': name, 'meaning': value})))}"


def _class_table(account: Account, say: Say) -> Iterator[str]:
    """Yield the lines of a table with the results of each class."""
    if account.validation is None:
        return
    rows = list(zip(account.class_names, account.validation.results, strict=True))
    if len(rows) > _MAX_ROWS:
        text = translatable("Of {count:,} classes, the {shown:,} with the lowest F1:")
        yield from (say(Sentence(text, {"count": len(rows), "shown": _MAX_ROWS})), "")
        rows = sorted(rows, key=lambda row: row[1].f1)[:_MAX_ROWS]
    headings = (
        translatable("class"),
        translatable("precision"),
        translatable("recall"),
        "F1",
        translatable("validation images"),
    )
    yield f"| {' | '.join(map(say, headings))} |"
    yield "|---|--:|--:|--:|--:|"
    for name, result in rows:
        shares = " | ".join(percent(share) for share in (result.precision, result.recall, result.f1))
        yield f"| {_plain(say(name))} | {shares} | {result.support:,} |"


def _plain(text: str) -> str:
    """Return `text` as one line of Markdown that means nothing but its characters."""
    return re.sub(r"([\\`*_{}\[\]<>|~#&$])", r"\\\1", " ".join(text.split()))
