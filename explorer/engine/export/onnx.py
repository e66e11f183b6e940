"""The network in eval mode as ONNX, for whatever runs that; onnxruntime must compute what torch does. No Qt."""

from typing import Any

import torch

from explorer.engine.data.progress import Report
from explorer.engine.export.apart import do_apart
from explorer.engine.export.source import Source
from explorer.engine.export.weights import network_of
from explorer.engine.model import ResNet
from explorer.sentences import translatable
from explorer.validation import refuse

INPUT, OUTPUT = "image", "logits"
MAX_ERROR = 1e-5  # of the largest |logit|: for the same sums in another order
_BATCHES = (1, 2, 5)  # of images, on which both are compared
_STEPS = 4  # of about the same length
_MAX_BYTES = 2**31 - 2**24  # of weights: protobuf's limit, less what else is in the file


def onnx(source: Source, report: Report) -> bytes:
    """Return the content of the file, for batches of any size. Raises Refused, and what `report` raises.

    While torch follows a network, everything in its process seems to be compiled, training too, and it cannot be
    interrupted.
    """
    if 4 * source.plan.params > _MAX_BYTES:
        raise refuse("onnx", translatable("the network is too large for one file of this format"))
    return do_apart(convert, source, report)


def convert(source: Source, report: Report) -> bytes:
    """Do the work of `onnx` in this process."""
    network, metadata = network_of(source)
    report(0, _STEPS)
    import onnxruntime  # and what torch.onnx imports, all of which takes seconds
    import torch.onnx

    report(1, _STEPS)
    images = torch.zeros(2, *source.plan.design.input)  # a batch of one would be taken for a constant
    with torch.no_grad():
        graph = torch.export.export(network, (images,), dynamic_shapes=({0: torch.export.Dim("batch")},))
    report(2, _STEPS)
    program = torch.onnx.export(
        graph,
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_shapes=({0: "batch"},),
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    facts = {key: text for key, text in metadata.items() if key != "format"}  # that of the tensors in safetensors
    program.model.metadata_props.update({**facts, "input": INPUT, "output": OUTPUT})
    content: bytes = program.model_proto.SerializeToString()
    report(3, _STEPS)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    _check(onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"]), network, images.shape)
    report(4, _STEPS)
    return content


def _check(session: Any, network: ResNet, shape: torch.Size) -> None:
    """Raise Refused where the logits of an onnxruntime session are not those of `network`."""
    generator = torch.Generator().manual_seed(0)
    for count in _BATCHES:
        images = torch.randn(count, *shape[1:], generator=generator)
        with torch.inference_mode():
            own = network(images)
        other = torch.from_numpy(session.run([OUTPUT], {INPUT: images.numpy()})[0])
        error = ((other - own).abs().max() / own.abs().max()).item()
        if not error <= MAX_ERROR:
            what = translatable(
                "onnxruntime does not compute the same: the logits differ by {error:.1g} of the largest"
            )
            raise refuse("onnx", what, error=error)
