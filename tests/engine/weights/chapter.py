"""The chapter's network as its reader types it, with a Residual class and one nn.Sequential."""

import torch
from torch import nn
from torch.nn.functional import relu


class Residual(nn.Module):
    def __init__(self, inputs, channels, use_1x1conv=False, strides=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, kernel_size=3, padding=1, stride=strides)
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.conv3 = nn.Conv2d(inputs, channels, kernel_size=1, stride=strides) if use_1x1conv else None
        self.bn1 = nn.BatchNorm2d(channels)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x):
        y = relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return relu(y + (self.conv3(x) if self.conv3 else x))


def stage(inputs, channels, blocks, first=False):
    return nn.Sequential(
        *(
            Residual(inputs, channels, use_1x1conv=True, strides=2)
            if block == 0 and not first
            else Residual(channels, channels)
            for block in range(blocks)
        )
    )


def stem():
    return nn.Sequential(
        nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
    )


def stages():
    return stage(64, 64, 2, first=True), stage(64, 128, 2), stage(128, 256, 2), stage(256, 512, 2)


def sequential():
    """The network of the notebook: the whole is one nn.Sequential."""
    return nn.Sequential(stem(), *stages(), nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(512, 10))


class Classifier(nn.Module):
    """The network of later editions: parts with names, inside of `net`."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(stem())
        for number, part in enumerate(stages(), 2):
            self.net.add_module(f"b{number}", part)
        self.net.add_module("last", nn.Sequential(nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(512, 10)))

    def forward(self, x):
        return self.net(x)


def for_several_gpus():
    """The function in the chapter on several GPUs, with the stem above."""
    net = nn.Sequential(*stem())
    for number, part in enumerate(stages(), 1):
        net.add_module(f"resnet_block{number}", part)
    net.add_module("global_avg_pool", nn.AdaptiveAvgPool2d((1, 1)))
    net.add_module("fc", nn.Sequential(nn.Flatten(), nn.Linear(512, 10)))
    return net


def trained(model, images):
    """The model in eval mode, with norms that do something, and statistics of some batches."""
    with torch.no_grad():
        for name, values in model.named_parameters():
            if "bn" in name or values.dim() == 1:
                values.normal_(1 if name.endswith("weight") else 0, 0.2)
        model.train()
        for _ in range(2):
            model(images + 0.1 * torch.randn_like(images))
    return model.eval()
