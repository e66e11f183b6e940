"""Classes as they are pasted: the chapter's, others that compute the same, and usual mistakes in it."""

CHAPTER = '''
class Residual(nn.Module):  #@save
    """The Residual block of ResNet."""
    def __init__(self, input_channels, num_channels,
                 use_1x1conv=False, strides=1):
        super().__init__()
        self.conv1 = nn.Conv2d(input_channels, num_channels,
                               kernel_size=3, padding=1, stride=strides)
        self.conv2 = nn.Conv2d(num_channels, num_channels,
                               kernel_size=3, padding=1)
        if use_1x1conv:
            self.conv3 = nn.Conv2d(input_channels, num_channels,
                                   kernel_size=1, stride=strides)
        else:
            self.conv3 = None
        self.bn1 = nn.BatchNorm2d(num_channels)
        self.bn2 = nn.BatchNorm2d(num_channels)

    def forward(self, X):
        Y = F.relu(self.bn1(self.conv1(X)))
        Y = self.bn2(self.conv2(Y))
        if self.conv3:
            X = self.conv3(X)
        Y += X
        return F.relu(Y)
'''
BUILDER = """
def resnet_block(input_channels, num_channels, num_residuals,
                 first_block=False):
    blk = []
    for i in range(num_residuals):
        if i == 0 and not first_block:
            blk.append(Residual(input_channels, num_channels,
                                use_1x1conv=True, strides=2))
        else:
            blk.append(Residual(num_channels, num_channels))
    return blk
"""


def changed(*changes: tuple[str, str], source: str = CHAPTER) -> str:
    """The chapter's class with other text in some places, each of which it has."""
    for old, new in changes:
        assert old in source, old
        source = source.replace(old, new)
    return source


RIGHT = {
    "the chapter's": CHAPTER,
    "with imports, and the book's package, which is not here": "import torch\nfrom torch import nn\n"
    "from torch.nn import functional as F\nfrom d2l import torch as d2l\n" + CHAPTER + BUILDER,
    "lazy, as in the later edition": changed(
        ("input_channels, num_channels,\n                 use", "num_channels, use"),
        ("nn.Conv2d(input_channels, ", "nn.LazyConv2d("),
        ("nn.Conv2d(num_channels, ", "nn.LazyConv2d("),
        ("nn.BatchNorm2d(num_channels)", "nn.LazyBatchNorm2d()"),
    ),
    "arguments with other names": changed(
        ("input_channels", "c_in"), ("num_channels", "c_out"), ("use_1x1conv", "flag"), ("strides", "s")
    ),
    "arguments by name alone": changed(("use_1x1conv=False, strides=1", "*, use_1x1conv=False, strides=1")),
    "stride before the flag": changed(("use_1x1conv=False, strides=1", "strides=1, use_1x1conv=False")),
    "another order of definition": """
class Residual(nn.Module):
    def __init__(self, a, b, c=False, d=1):
        super().__init__()
        self.second_norm = nn.BatchNorm2d(b)
        self.side = nn.Conv2d(a, b, 1, d) if c else nn.Identity()
        self.last = nn.Conv2d(b, b, 3, padding=1)
        self.first_norm = nn.BatchNorm2d(b)
        self.start = nn.Conv2d(a, b, 3, d, 1)
    def forward(self, x):
        return torch.relu(self.side(x) + self.second_norm(self.last(torch.relu(self.first_norm(self.start(x))))))
""",
    "in two sequences, shortcut first": """
class Residual(nn.Module):
    def __init__(self, inputs, outputs, project=False, stride=1):
        super().__init__()
        self.shortcut = nn.Sequential()
        if project:
            self.shortcut.append(nn.Conv2d(inputs, outputs, kernel_size=1, stride=stride))
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, 1, 1), nn.BatchNorm2d(outputs))
    def forward(self, x):
        side = self.shortcut(x)
        return nn.functional.relu(torch.add(self.body(x), side))
""",
    "it decides itself": """
class Residual(nn.Module):
    def __init__(self, in_planes, planes, stride=1):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(in_planes, planes, 3, stride, 1), nn.BatchNorm2d(planes)
        self.conv2, self.bn2 = nn.Conv2d(planes, planes, 3, 1, 1), nn.BatchNorm2d(planes)
        same = stride == 1 and in_planes == planes
        self.downsample = None if same else nn.Conv2d(in_planes, planes, 1, stride)
        self.relu = nn.ReLU()
    def forward(self, x):
        identity = x if self.downsample is None else self.downsample(x)
        return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))) + identity)
""",
    "layers called as functions": changed(
        ("self.bn2(self.conv2(Y))", "self.bn2(F.conv2d(Y, self.conv2.weight, self.conv2.bias, padding=1))"),
        ("F.relu(Y)", "Y.clamp(min=0)"),
    ),
    "a list of layers, and a sum that is not in place": changed(
        ("self.bn1 =", "self.norms = nn.ModuleList([nn.BatchNorm2d(num_channels), nn.BatchNorm2d(num_channels)])\n#"),
        ("        self.bn2 = nn.BatchNorm2d(num_channels)\n", ""),
        ("self.bn1(", "self.norms[0]("),
        ("self.bn2(", "self.norms[1]("),
        ("Y += X", "Y = X + Y"),
    ),
}
WRONG = {  # and a part of the hint
    "has kernel 3; it should be a 1×1": changed(("kernel_size=1,", "kernel_size=3, padding=1,")),
    "has kernel 3; it should be": changed(("kernel_size=1,", "kernel_size=3,")),
    "has padding 1; a 1×1 needs none": changed(("kernel_size=1,", "kernel_size=1, padding=1,")),
    "None stands in the wrong one": changed(("if use_1x1conv", "if not use_1x1conv")),
    "where none is asked for: use_1x1conv is False": changed(("if use_1x1conv", "if True")),
    "what it computes is not added": changed(("X = self.conv3(X)", "self.conv3(X)")),
    "belongs on the shortcut, to X": changed(("X = self.conv3(X)", "Y = self.conv3(Y)")),
    "“or not first_block” should be": CHAPTER + changed(("and not first", "or not first"), source=BUILDER),
    "“and not first_block” is missing": CHAPTER + changed((" and not first_block", ""), source=BUILDER),
    "never halves the size": CHAPTER + changed((", strides=2", ""), source=BUILDER),
    "The ReLU after the sum is missing": changed(("return F.relu(Y)", "return Y")),
    "The last ReLU comes before the sum": changed(("Y += X\n        return F.relu(Y)", "return F.relu(Y) + X")),
    "ReLU between the second norm and the sum": changed(
        ("= self.bn2(self.conv2(Y))", "= F.relu(self.bn2(self.conv2(Y)))")
    ),
    "The second norm is missing": changed(("self.bn2(self.conv2(Y))", "self.conv2(Y)")),
    "One norm is used twice": changed(("self.bn2(", "self.bn1(")),
    "One convolution is used twice": changed(("self.conv2(", "self.conv1(")),
    "The stride is on the second convolution": changed(
        ("padding=1, stride=strides", "padding=1"),
        ("3, padding=1)\n        if", "3, padding=1, stride=strides)\n        if"),
    ),
    "has stride 1; it needs the block’s, 2": changed(("kernel_size=1, stride=strides", "kernel_size=1")),
    "The input is never added": changed(("        Y += X\n", "")),
    "added to itself": changed(("Y += X", "Y += Y")),
    "The branch is multiplied by the shortcut": changed(("Y += X", "Y = Y * X")),
    "X has been overwritten": changed(
        ("Y = F.relu(self.bn1(self.conv1(X)))", "Y = X = F.relu(self.bn1(self.conv1(X)))")
    ),
    "changes its input in place": changed(("Y += X", "X += Y\n        Y = X")),
    "gradients do not": changed(("Y += X", "Y = Y + X.detach()")),
    "The second convolution has padding=0": changed(("padding=1)", "padding=0)")),
    "The second convolution has no bias": changed(("padding=1)", "padding=1, bias=False)")),
    "The first norm has momentum=0.2": changed(
        ("BatchNorm2d(num_channels)", "BatchNorm2d(num_channels, momentum=0.2)")
    ),
    "There is a norm on the shortcut": changed(
        (
            "kernel_size=1, stride=strides)",
            "kernel_size=1, stride=strides)\n            self.bn3 = nn.BatchNorm2d(num_channels)",
        ),
        ("X = self.conv3(X)", "X = self.bn3(self.conv3(X))"),
    ),
    "forward returns a tuple": changed(("return F.relu(Y)", "return F.relu(Y), X")),
    "forward returns its input as it is": changed(
        ("return F.relu(Y)", "return X"), ("            X = self.conv3(X)", "            Y = self.conv3(X)")
    ),
    "There is leaky_relu() in place of the ReLU after the sum": changed(("return F.relu(Y)", "return F.leaky_relu(Y)")),
    "There is native_group_norm() in place of the first norm": changed(
        ("nn.BatchNorm2d(num_channels)", "nn.GroupNorm(1, num_channels)")
    ),
    "mul() is one too many": changed(("Y += X", "Y = 0.5 * Y + X")),
    "forward returns nothing": changed(("        return F.relu(Y)", "        F.relu(Y)")),
}
