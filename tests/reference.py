"""A second, straightforward network of a Design, which knows nothing of the plan: what the engine is held against.

Raises ValueError for what torchvision's own blocks refuse, and torch's errors for what torch refuses.
"""

import torch
from torch import Tensor, nn

from explorer.architecture.design import Design


class Pad(nn.Module):
    """Option A; torch refuses to make zeros for a negative number of channels."""

    def __init__(self, outputs: int, stride: int) -> None:
        super().__init__()
        self.outputs, self.stride = outputs, stride

    def forward(self, x: Tensor) -> Tensor:
        x = x[:, :, :: self.stride, :: self.stride]
        images, channels, height, width = x.shape
        first = (self.outputs - channels) // 2
        last = self.outputs - channels - first
        return torch.cat([x.new_zeros(images, first, height, width), x, x.new_zeros(images, last, height, width)], 1)


class Block(nn.Module):
    expansion = 1

    def __init__(self, design: Design, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        outputs = self.expansion * width
        self.plain = design.shortcut == "none"
        changed = stride != 1 or inputs != outputs
        self.pad = Pad(outputs, stride) if design.shortcut == "pad" and changed else None
        self.make_layers(design, inputs, width, stride)
        if design.shortcut == "average" and changed:
            pool = (
                nn.AvgPool2d(stride, stride, ceil_mode=True, count_include_pad=False) if stride > 1 else nn.Identity()
            )
            self.downsample = nn.Sequential(pool, nn.Conv2d(inputs, outputs, 1, bias=design.conv_bias))
        if design.shortcut == "projection-all" or (design.shortcut == "projection" and changed):
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=design.conv_bias))
        if hasattr(self, "downsample") and design.shortcut_norm and not design.block.startswith("preact"):
            self.downsample.append(nn.BatchNorm2d(outputs))

    def make_layers(self, design: Design, inputs: int, width: int, stride: int) -> None:
        raise NotImplementedError

    def add(self, out: Tensor, raw: Tensor, activated: Tensor) -> Tensor:
        if self.plain:
            return out
        if hasattr(self, "downsample"):
            return out + self.downsample(activated)
        return out + (raw if self.pad is None else self.pad(raw))


def refuse_groups(design: Design) -> None:
    if design.groups != 1 or design.group_width != 64:
        raise ValueError("a basic block takes groups=1 and group_width=64 only")


def bottleneck_strides(design: Design, stride: int) -> tuple[int, int]:
    return (stride, 1) if design.stride_on == "1x1" else (1, stride)


class Basic(Block):
    def make_layers(self, design, inputs, width, stride):
        refuse_groups(design)
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=design.conv_bias)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=design.conv_bias)
        self.bn2 = nn.BatchNorm2d(width)

    def forward(self, x):
        out = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.add(self.bn2(self.conv2(out)), x, x))


class Bottleneck(Block):
    expansion = 4

    def make_layers(self, design, inputs, width, stride):
        inner = int(width * (design.group_width / 64.0)) * design.groups
        first, second = bottleneck_strides(design, stride)
        self.conv1 = nn.Conv2d(inputs, inner, 1, first, bias=design.conv_bias)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, second, 1, groups=design.groups, bias=design.conv_bias)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, 4 * width, 1, bias=design.conv_bias)
        self.bn3 = nn.BatchNorm2d(4 * width)

    def forward(self, x):
        out = torch.relu(self.bn1(self.conv1(x)))
        out = torch.relu(self.bn2(self.conv2(out)))
        return torch.relu(self.add(self.bn3(self.conv3(out)), x, x))


class PreactBasic(Block):
    def make_layers(self, design, inputs, width, stride):
        refuse_groups(design)
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=design.conv_bias)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=design.conv_bias)

    def forward(self, x):
        activated = torch.relu(self.bn1(x))
        out = self.conv2(torch.relu(self.bn2(self.conv1(activated))))
        return self.add(out, x, activated)


class PreactBottleneck(Block):
    expansion = 4

    def make_layers(self, design, inputs, width, stride):
        inner = int(width * (design.group_width / 64.0)) * design.groups
        first, second = bottleneck_strides(design, stride)
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, inner, 1, first, bias=design.conv_bias)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, second, 1, groups=design.groups, bias=design.conv_bias)
        self.bn3 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, 4 * width, 1, bias=design.conv_bias)

    def forward(self, x):
        activated = torch.relu(self.bn1(x))
        out = torch.relu(self.bn2(self.conv1(activated)))
        out = self.conv3(torch.relu(self.bn3(self.conv2(out))))
        return self.add(out, x, activated)


BLOCKS = {
    "basic": Basic,
    "bottleneck": Bottleneck,
    "preact-basic": PreactBasic,
    "preact-bottleneck": PreactBottleneck,
}


def deep_stem(inputs: int, channels: int, bias: bool) -> nn.Sequential:
    half = channels // 2 or 1
    return nn.Sequential(
        nn.Conv2d(inputs, half, 3, 2, 1, bias=bias),
        nn.BatchNorm2d(half),
        nn.ReLU(),
        nn.Conv2d(half, half, 3, 1, 1, bias=bias),
        nn.BatchNorm2d(half),
        nn.ReLU(),
        nn.Conv2d(half, channels, 3, 1, 1, bias=bias),
    )


class ReferenceNet(nn.Module):
    def __init__(self, design: Design) -> None:
        super().__init__()
        kind, preact = BLOCKS[design.block], design.block.startswith("preact")
        channels = design.stem_width
        if design.stem == "imagenet":
            self.conv1 = nn.Conv2d(design.input[0], channels, 7, 2, 3, bias=design.conv_bias)
        elif design.stem == "deep":
            self.conv1 = deep_stem(design.input[0], channels, design.conv_bias)
        else:
            self.conv1 = nn.Conv2d(design.input[0], channels, 3, 1, 1, bias=design.conv_bias)
        self.bn1 = None if preact and not design.stem_norm else nn.BatchNorm2d(channels)
        self.maxpool = nn.MaxPool2d(3, 2, 1) if design.stem != "cifar" else None
        self.stages = []
        for index, stage in enumerate(design.stages, 1):
            blocks = nn.Sequential()
            for number in range(stage.blocks):
                blocks.append(kind(design, channels, stage.width, 1 if number else stage.stride))
                channels = kind.expansion * stage.width
            self.add_module(f"layer{index}", blocks)
            self.stages.append(blocks)
        self.norm = nn.BatchNorm2d(channels) if preact and design.final_norm else None
        self.fc = nn.Linear(channels, design.classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        x = x if self.bn1 is None else torch.relu(self.bn1(x))
        x = x if self.maxpool is None else self.maxpool(x)
        for blocks in self.stages:
            x = blocks(x)
        x = x if self.norm is None else torch.relu(self.norm(x))
        return self.fc(nn.functional.adaptive_avg_pool2d(x, 1).flatten(1))
