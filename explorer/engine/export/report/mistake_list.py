"""Mistakes: images that the network takes for another class, the most confident first, with their pictures. No Qt."""

import io
from base64 import b64encode
from xml.etree.ElementTree import Element

import torch
from PIL import Image

from explorer.engine.data.progress import Report
from explorer.engine.export.report.account import Account, Outcome
from explorer.engine.export.report.facts import percent
from explorer.engine.probes.seen_images import SeenImages
from explorer.figures import element
from explorer.runs.results.confusion import mistakes
from explorer.sentences import Sentence, translatable
from explorer.translations import Say, user_text
from explorer.validation import Refused

_MOST = 24
_SIDE = 112  # pixels of a picture's longer side


def mistake_list(account: Account, outcome: Outcome, report: Report, say: Say) -> Element:
    """Return the pictures, each with truth, prediction and confidence. Raises what `report` raises."""
    run, predictions = account.run, outcome.predictions
    seen = SeenImages(run.design, run.recipe, run.data, torch.device("cpu"))
    names = account.class_names
    places = mistakes(predictions)[:_MOST]
    cards = []
    for done, place in enumerate(places):
        report(done, len(places))
        file = predictions.images.files[place]
        truth, taken = names[predictions.images.labels[place]], names[int(predictions.predicted[place])]
        confidence = percent(float(predictions.confidence[place]))
        words = Sentence(
            translatable("{truth}, taken for {taken} with {confidence}"),
            {"truth": truth, "taken": taken, "confidence": confidence},
        )
        name = say(user_text(file))
        caption = element("figcaption", element("span", say(words)), element("small", name))
        cards.append(element("figure", _picture(seen, file, say), caption))
    return element("div", *cards, class_="mistakes")


def _picture(seen: SeenImages, file: str, say: Say) -> Element:
    """Return the image as it is stored for training, or a word in place of one that cannot be read any more."""
    try:
        pixels = seen.pixels(file)
    except Refused:
        return element("div", say(translatable("gone")), class_="gone")
    channels = len(pixels)
    image = Image.fromarray(pixels[0].numpy() if channels == 1 else pixels.permute(1, 2, 0).contiguous().numpy())
    image.thumbnail((_SIDE, _SIDE))
    content = io.BytesIO()
    image.save(content, "PNG")
    return element("img", src=f"data:image/png;base64,{b64encode(content.getvalue()).decode()}", alt="")
