<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source> · </source>
        <translation> · </translation>
    </message>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>1 block fewer</source>
        <translation>少 1 个残差块</translation>
    </message>
    <message>
        <source>1 class has very few images</source>
        <translation>有 1 个类别的图像很少</translation>
    </message>
    <message>
        <source>1 file was skipped: not an image, or in no class</source>
        <translation>已跳过 1 个文件：不是图像，或不属于任何类别</translation>
    </message>
    <message>
        <source>1 image cannot be read and is left out</source>
        <translation>有 1 张图像无法读取，已排除</translation>
    </message>
    <message>
        <source>1 image given another class</source>
        <translation>1 张图像改为其他类别</translation>
    </message>
    <message>
        <source>1 image has a copy across training and test or validation</source>
        <translation>有 1 张图像在训练集与测试集或验证集之间有相同的副本</translation>
    </message>
    <message>
        <source>1 image has a copy across training and validation</source>
        <translation>有 1 张图像在训练集与验证集之间有相同的副本</translation>
    </message>
    <message>
        <source>1 image has an exact copy</source>
        <translation>有 1 张图像完全重复</translation>
    </message>
    <message>
        <source>1 image has an unusual size or shape</source>
        <translation>有 1 张图像的尺寸或长宽比异常</translation>
    </message>
    <message>
        <source>1 image is blurred</source>
        <translation>有 1 张图像模糊</translation>
    </message>
    <message>
        <source>1 image is in two classes</source>
        <translation>有 1 张图像同时属于两个类别</translation>
    </message>
    <message>
        <source>1 image is very bright</source>
        <translation>有 1 张图像过亮</translation>
    </message>
    <message>
        <source>1 image is very dark</source>
        <translation>有 1 张图像过暗</translation>
    </message>
    <message>
        <source>1 image left out</source>
        <translation>排除 1 张图像</translation>
    </message>
    <message>
        <source>1 image looks almost the same as another</source>
        <translation>有 1 张图像近似重复</translation>
    </message>
    <message>
        <source>1 image marked as none of the classes</source>
        <translation>1 张图像标为不属于任何类别</translation>
    </message>
    <message>
        <source>1 image used again as it is in the folder</source>
        <translation>1 张图像恢复为文件夹中的原样</translation>
    </message>
    <message>
        <source>1 more block</source>
        <translation>多 1 个残差块</translation>
    </message>
    <message>
        <source>16 bits per number where that is enough.</source>
        <translation>在足够精确之处每个数用 16 位。</translation>
    </message>
    <message>
        <source>1×1 convolution where the shape changes (option B).</source>
        <translation>形状改变处用 1×1 卷积（方案 B）。</translation>
    </message>
    <message>
        <source>1×1 everywhere (C).</source>
        <translation>处处用 1×1 卷积（方案 C）。</translation>
    </message>
    <message>
        <source>1×1, 3×3 and 1×1 convolutions, norm and ReLU before each.</source>
        <translation>1×1、3×3、1×1 卷积，每个之前先做规范化和 ReLU。</translation>
    </message>
    <message>
        <source>1×1, 3×3 and 1×1 convolutions.</source>
        <translation>1×1、3×3、1×1 卷积。</translation>
    </message>
    <message>
        <source>2 × MACs: a multiplication and an addition are two operations.</source>
        <translation>2 × 乘加运算：一次乘法和一次加法算作两次运算。</translation>
    </message>
    <message>
        <source>32 bits per number.</source>
        <translation>每个数用 32 位。</translation>
    </message>
    <message>
        <source>7×7 convolution with stride 2, then max pooling.</source>
        <translation>步幅为 2 的 7×7 卷积，再接最大汇聚。</translation>
    </message>
    <message>
        <source>; did you mean {near}?</source>
        <translation>；你是否想写 {near}？</translation>
    </message>
    <message>
        <source>A network that recognises {classes:,} classes of images, trained with ResNet Explorer {version}.</source>
        <translation>一个把图像分为 {classes:,} 个类别的网络，用 ResNet Explorer {version} 训练。</translation>
    </message>
    <message>
        <source>A padded shortcut can add channels but not remove them: {inputs} in, {outputs} out.</source>
        <translation>补零捷径只能增加通道，不能减少：输入 {inputs} 个，输出 {outputs} 个。</translation>
    </message>
    <message>
        <source>A stage&apos;s blocks at its top, its width at its right edge, its place at its name</source>
        <translation>在阶段顶端改变块数，在右边缘改变宽度，在名称处改变位置</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Adam with decoupled weight decay.</source>
        <translation>权重衰减解耦的 Adam。</translation>
    </message>
    <message>
        <source>Add a block to stage 1</source>
        <translation>在阶段 1 中添加一个残差块</translation>
    </message>
    <message>
        <source>Airplane</source>
        <translation>飞机</translation>
    </message>
    <message>
        <source>All epochs</source>
        <translation>所有轮</translation>
    </message>
    <message>
        <source>All layers</source>
        <translation>所有层</translation>
    </message>
    <message>
        <source>All {count:,} classes</source>
        <translation>全部 {count:,} 个类别</translation>
    </message>
    <message>
        <source>Ankle boot</source>
        <translation>短靴</translation>
    </message>
    <message>
        <source>Another process is downloading this data set.</source>
        <translation>另一个进程正在下载此数据集。</translation>
    </message>
    <message>
        <source>Another training shares the cores</source>
        <translation>另一个训练任务也在使用 CPU 核</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>网络结构</translation>
    </message>
    <message>
        <source>Arithmetic</source>
        <translation>算术</translation>
    </message>
    <message>
        <source>As printed in table 1 of He et al. 2015, where a multiply–accumulate is one FLOP.</source>
        <translation>He 等人 2015 年论文表 1 中的数字，其中一次乘加算作一次 FLOP。</translation>
    </message>
    <message>
        <source>Automobile</source>
        <translation>汽车</translation>
    </message>
    <message>
        <source>Averaged weights</source>
        <translation>权重平均</translation>
    </message>
    <message>
        <source>Background</source>
        <translation>背景</translation>
    </message>
    <message>
        <source>Bag</source>
        <translation>包</translation>
    </message>
    <message>
        <source>Batch norm after the 1×1 convolution of a shortcut.</source>
        <translation>在捷径的 1×1 卷积之后进行批量规范化。</translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation>批量大小</translation>
    </message>
    <message>
        <source>Best</source>
        <translation>最高精度</translation>
    </message>
    <message>
        <source>Best accuracy</source>
        <translation>最高精度</translation>
    </message>
    <message>
        <source>Best epoch</source>
        <translation>最佳轮</translation>
    </message>
    <message>
        <source>Best weights (safetensors)</source>
        <translation>最佳权重（safetensors）</translation>
    </message>
    <message>
        <source>Biases</source>
        <translation>偏置</translation>
    </message>
    <message>
        <source>Bird</source>
        <translation>鸟</translation>
    </message>
    <message>
        <source>Block</source>
        <translation>块</translation>
    </message>
    <message>
        <source>Blocks</source>
        <translation>块</translation>
    </message>
    <message>
        <source>Branch and shortcut are concatenated; the two are added.</source>
        <translation>分支与捷径被连结了；两者应当相加。</translation>
    </message>
    <message>
        <source>Cat</source>
        <translation>猫</translation>
    </message>
    <message>
        <source>Change brightness, contrast and saturation by up to this share.</source>
        <translation>随机改变亮度、对比度和饱和度，幅度不超过这一比例。</translation>
    </message>
    <message>
        <source>Changed while it trained</source>
        <translation>训练期间的改动</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>改动</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>通道</translation>
    </message>
    <message>
        <source>Channels of the blocks; a bottleneck outputs four times as many.</source>
        <translation>残差块的通道数；瓶颈块输出的通道数是它的四倍。</translation>
    </message>
    <message>
        <source>Channels × height × width of the images.</source>
        <translation>图像的通道数 × 高 × 宽。</translation>
    </message>
    <message>
        <source>Channels × height × width of the output</source>
        <translation>输出的通道数 × 高 × 宽</translation>
    </message>
    <message>
        <source>Choices</source>
        <translation>下拉列表</translation>
    </message>
    <message>
        <source>Choose a run in the list first</source>
        <translation>请先在列表中选择一个训练任务</translation>
    </message>
    <message>
        <source>Class balance</source>
        <translation>类别平衡</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别数</translation>
    </message>
    <message>
        <source>Close the page, else the lesson, else the presentation</source>
        <translation>关闭页面；没有页面则关闭课程，再没有则退出演示</translation>
    </message>
    <message>
        <source>Coat</source>
        <translation>外套</translation>
    </message>
    <message>
        <source>Colour jitter</source>
        <translation>颜色抖动</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Confusion matrix</source>
        <translation>混淆矩阵</translation>
    </message>
    <message>
        <source>Contains</source>
        <translation>包含</translation>
    </message>
    <message>
        <source>Convolutions and linear layers of the network as it is; biases and norms do not count.</source>
        <translation>按网络现状，只计卷积层和全连接层；偏置和规范化不计。</translation>
    </message>
    <message>
        <source>Convolutions and linear layers on the main path, with blocks spread evenly over the stages.</source>
        <translation>主路径上的卷积层和全连接层的个数，残差块均匀分布在各阶段。</translation>
    </message>
    <message>
        <source>Convolutions and linear layers on the main path; wide networks are called after all their convolutions</source>
        <translation>主路径上的卷积层和全连接层；宽残差网络以全部卷积层的个数命名</translation>
    </message>
    <message>
        <source>Convolutions have a bias, as in the chapter; the norm after them cancels it.</source>
        <translation>卷积层带偏置，与教材一致；其后的规范化会将它抵消。</translation>
    </message>
    <message>
        <source>Crops</source>
        <translation>随机裁剪</translation>
    </message>
    <message>
        <source>Curves</source>
        <translation>曲线</translation>
    </message>
    <message>
        <source>Curves (CSV)</source>
        <translation>曲线（CSV）</translation>
    </message>
    <message>
        <source>Curves for TensorBoard (folder)</source>
        <translation>供 TensorBoard 显示的曲线（文件夹）</translation>
    </message>
    <message>
        <source>CutMix</source>
        <translation>CutMix</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Decided by hand</source>
        <translation>人工决定</translation>
    </message>
    <message>
        <source>Deer</source>
        <translation>鹿</translation>
    </message>
    <message>
        <source>Depth</source>
        <translation>层数</translation>
    </message>
    <message>
        <source>Design</source>
        <translation>设计</translation>
    </message>
    <message>
        <source>Determines the initial weights and the order of the images.</source>
        <translation>决定初始权重和图像的顺序。</translation>
    </message>
    <message>
        <source>Determines which images are held out.</source>
        <translation>决定留出哪些图像。</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Diagram</source>
        <translation>结构图</translation>
    </message>
    <message>
        <source>Diagram (SVG)</source>
        <translation>结构图（SVG）</translation>
    </message>
    <message>
        <source>Dog</source>
        <translation>狗</translation>
    </message>
    <message>
        <source>Dress</source>
        <translation>连衣裙</translation>
    </message>
    <message>
        <source>Each larger network is at least as good as the one before it: {counts}.</source>
        <translation>更大的网络不差于前一个网络：{counts}。</translation>
    </message>
    <message>
        <source>Each norm sees the images of all GPUs that train the run together, not only its own.</source>
        <translation>每个批量规范化层看到共同训练的所有 GPU 上的图像，而不只是本 GPU 上的图像。</translation>
    </message>
    <message>
        <source>Early stopping</source>
        <translation>提前停止</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Epochs over which the rate rises from 0; 0 means 30 % of the run for one-cycle, none otherwise.</source>
        <translation>学习率从 0 上升所用的轮数；0 表示 one-cycle 用全程的 30 %，其他调度不预热。</translation>
    </message>
    <message>
        <source>Epochs: a grown network continues the one before it for {epochs:,} more; from scratch and plain, each depth trains for as many in all as the grown ones up to it: {in_all}.</source>
        <translation>轮数：加深的网络在前一个网络的基础上再训练 {epochs:,} 轮；从头训练的网络和普通网络，在每个深度上训练的总轮数与加深到该深度的网络相同：{in_all}。</translation>
    </message>
    <message>
        <source>Erasing</source>
        <translation>随机擦除</translation>
    </message>
    <message>
        <source>Evaluate an exponential moving average with this decay; 0 uses the weights.</source>
        <translation>用权重的指数移动平均进行评估，此值为衰减率；0 表示直接使用权重。</translation>
    </message>
    <message>
        <source>Every image is taken for one of these {count:,} classes, also one of anything else. How the network does on images from another source has not been measured.</source>
        <translation>任何图像都会被归入这 {count:,} 个类别之一，即使图中是别的东西。网络在其他来源的图像上表现如何，并未测量。</translation>
    </message>
    <message>
        <source>Everywhere</source>
        <translation>任何位置</translation>
    </message>
    <message>
        <source>FLOPs</source>
        <translation>FLOPs</translation>
    </message>
    <message>
        <source>FLOPs in the paper</source>
        <translation>论文中的 FLOPs</translation>
    </message>
    <message>
        <source>Factor by which the first block of the stage reduces height and width.</source>
        <translation>阶段中第一个残差块将高和宽缩小的倍数。</translation>
    </message>
    <message>
        <source>Factor of the learning rate from each part to the one before it; 1: the same for all.</source>
        <translation>每往前一个部分，学习率乘以这个系数；1 表示各部分相同。</translation>
    </message>
    <message>
        <source>Fashion-MNIST (full)</source>
        <translation>Fashion-MNIST（完整）</translation>
    </message>
    <message>
        <source>Fashion-MNIST 12k (bundled subset)</source>
        <translation>Fashion-MNIST 12k（内置子集）</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>感受野</translation>
    </message>
    <message>
        <source>File exists</source>
        <translation>文件已存在</translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation>文件名太长</translation>
    </message>
    <message>
        <source>Final norm</source>
        <translation>末尾规范化</translation>
    </message>
    <message>
        <source>Final test accuracies of {count} published runs of this network and recipe: {least} to {most}.</source>
        <translation>{count} 个公开结果（相同网络与训练方案）的最终测试精度：{least} 至 {most}。</translation>
    </message>
    <message>
        <source>Fingerprint</source>
        <translation>指纹</translation>
    </message>
    <message>
        <source>Flips</source>
        <translation>随机翻转</translation>
    </message>
    <message>
        <source>Fold a row; unfold it</source>
        <translation>折叠一行；展开一行</translation>
    </message>
    <message>
        <source>Folder for timm, with a model card</source>
        <translation>供 timm 打开的文件夹（含模型卡）</translation>
    </message>
    <message>
        <source>Frog</source>
        <translation>青蛙</translation>
    </message>
    <message>
        <source>Frozen parts</source>
        <translation>冻结的部分</translation>
    </message>
    <message>
        <source>Gradient clipping</source>
        <translation>梯度裁剪</translation>
    </message>
    <message>
        <source>Group width</source>
        <translation>组宽</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>分组数</translation>
    </message>
    <message>
        <source>He&apos;s initial weights</source>
        <translation>He 初始化</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>分类头</translation>
    </message>
    <message>
        <source>Head first</source>
        <translation>先训练分类头</translation>
    </message>
    <message>
        <source>Horse</source>
        <translation>马</translation>
    </message>
    <message>
        <source>How many parts keep their weights: 1 is the stem, 2 is the stem and stage 1, and so on.</source>
        <translation>前面多少个部分的权重保持不变：1 为起始层，2 为起始层和阶段 1，以此类推。</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Images per step.</source>
        <translation>每步使用的图像数，即小批量的大小。</translation>
    </message>
    <message>
        <source>Inference, images/s</source>
        <translation>推断，图像/秒</translation>
    </message>
    <message>
        <source>Initial weights</source>
        <translation>权重初始化</translation>
    </message>
    <message>
        <source>Inner width of a bottleneck = width × group width / 64 × groups (wide ResNet: 128).</source>
        <translation>瓶颈块的内部宽度 = 宽度 × 组宽 / 64 × 分组数（宽残差网络：128）。</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>输入/输出错误</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>是一个文件夹</translation>
    </message>
    <message>
        <source>It differs in more than depth: {difference}.</source>
        <translation>不只是深度不同：{difference}。</translation>
    </message>
    <message>
        <source>It was trained beside {runs}, on the same batches; alone it may begin with other weights.</source>
        <translation>它与 {runs} 一同训练，使用相同的批量；单独训练时，初始权重可能不同。</translation>
    </message>
    <message>
        <source>Known weights</source>
        <translation>已有权重</translation>
    </message>
    <message>
        <source>Label smoothing</source>
        <translation>标签平滑</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Late blocks</source>
        <translation>后加入的残差块</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Layer outputs per image, in float32</source>
        <translation>每张图像的各层输出，以 float32 计</translation>
    </message>
    <message>
        <source>Layer table (CSV)</source>
        <translation>层表格（CSV）</translation>
    </message>
    <message>
        <source>Layer table (Markdown)</source>
        <translation>层表格（Markdown）</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层表格</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>局限</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>Lower the learning rate, or start with smaller weights.</source>
        <translation>请降低学习率，或从较小的初始权重开始。</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>乘加运算</translation>
    </message>
    <message>
        <source>MACs, v1</source>
        <translation>乘加运算，v1</translation>
    </message>
    <message>
        <source>MACs, v1.5</source>
        <translation>乘加运算，v1.5</translation>
    </message>
    <message>
        <source>Macro F1</source>
        <translation>宏平均 F1</translation>
    </message>
    <message>
        <source>Macro precision</source>
        <translation>宏平均精确率</translation>
    </message>
    <message>
        <source>Macro recall</source>
        <translation>宏平均召回率</translation>
    </message>
    <message>
        <source>Made, but not used in every case where it is made: {names}.</source>
        <translation>已创建，但并非每次创建后都用到：{names}。</translation>
    </message>
    <message>
        <source>Measured on this computer by plain PyTorch in float32, the same for every column</source>
        <translation>在本机上以普通 PyTorch、float32 测得，各列方法相同</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Memory per image</source>
        <translation>每张图像的内存</translation>
    </message>
    <message>
        <source>Mirror each image with a probability of one half.</source>
        <translation>每张图像以二分之一的概率左右翻转。</translation>
    </message>
    <message>
        <source>Momentum</source>
        <translation>动量</translation>
    </message>
    <message>
        <source>Momentum of sgd; 0 is plain gradient descent.</source>
        <translation>sgd 的动量；0 表示普通的梯度下降。</translation>
    </message>
    <message>
        <source>More cores are free</source>
        <translation>有更多 CPU 核空闲</translation>
    </message>
    <message>
        <source>Most confident mistakes</source>
        <translation>最自信的错误</translation>
    </message>
    <message>
        <source>Move what is shown</source>
        <translation>移动显示范围</translation>
    </message>
    <message>
        <source>Mult-adds of torchinfo</source>
        <translation>torchinfo 的 mult-adds</translation>
    </message>
    <message>
        <source>Multiply–accumulates of convolutions and linear layers per image</source>
        <translation>每张图像在卷积层和全连接层中的乘加运算次数</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name of a data set, a folder of images, or a CSV table of them.</source>
        <translation>数据集的名称、图像文件夹，或列出图像的 CSV 表格。</translation>
    </message>
    <message>
        <source>Nested function classes: what this network can compute, whatever its weights, holds all that those can</source>
        <translation>嵌套函数类：列出的网络能表示的函数，这个网络都能表示</translation>
    </message>
    <message>
        <source>Nesterov</source>
        <translation>Nesterov</translation>
    </message>
    <message>
        <source>Nesterov momentum: take the gradient one step ahead.</source>
        <translation>Nesterov 动量：在向前一步的位置计算梯度。</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Next control; the one before</source>
        <translation>下一个控件；上一个控件</translation>
    </message>
    <message>
        <source>No block can be inserted at {path}: blocks must follow one another without a gap.</source>
        <translation>无法在 {path} 插入残差块：块与块必须首尾相接。</translation>
    </message>
    <message>
        <source>No epoch was finished, so nothing is known about the accuracy.</source>
        <translation>没有完成任何一轮，因此精度未知。</translation>
    </message>
    <message>
        <source>No identity: the shape changes from {input} to {output}; {left}.</source>
        <translation>不是恒等映射：形状从 {input} 变为 {output}；{left}。</translation>
    </message>
    <message>
        <source>No identity: {left}.</source>
        <translation>不是恒等映射：{left}。</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>磁盘空间不足</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>没有这个文件或文件夹</translation>
    </message>
    <message>
        <source>None has been chosen. Whoever publishes this network states one here and in the head of this file; the licence of the images may restrict it.</source>
        <translation>尚未选择。发布这个网络的人应在此处和本文件开头写明许可证；图像的许可证可能对它有所限制。</translation>
    </message>
    <message>
        <source>Norm in stem</source>
        <translation>起始层规范化</translation>
    </message>
    <message>
        <source>Norm on shortcut</source>
        <translation>捷径规范化</translation>
    </message>
    <message>
        <source>Normalisation</source>
        <translation>标准化</translation>
    </message>
    <message>
        <source>Norms over all GPUs</source>
        <translation>跨 GPU 批量规范化</translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>不是文件夹</translation>
    </message>
    <message>
        <source>Not used</source>
        <translation>未使用</translation>
    </message>
    <message>
        <source>Not used: {reason}</source>
        <translation>未使用：{reason}</translation>
    </message>
    <message>
        <source>Number boxes</source>
        <translation>数字框</translation>
    </message>
    <message>
        <source>Number of classes that the network distinguishes.</source>
        <translation>网络要区分的类别数。</translation>
    </message>
    <message>
        <source>Number of groups in a bottleneck&apos;s 3×3 convolution (ResNeXt).</source>
        <translation>瓶颈块中 3×3 卷积的分组数（ResNeXt）。</translation>
    </message>
    <message>
        <source>Number of passes over the training images.</source>
        <translation>遍历全部训练图像的次数（即迭代周期数）。</translation>
    </message>
    <message>
        <source>Number of residual blocks in this stage.</source>
        <translation>这个阶段中残差块的个数。</translation>
    </message>
    <message>
        <source>Of a run, on the validation set</source>
        <translation>任务在验证集上的结果</translation>
    </message>
    <message>
        <source>Of {count:,} classes, the {shown:,} with the lowest F1:</source>
        <translation>共 {count:,} 个类别，以下是 F1 最低的 {shown:,} 个：</translation>
    </message>
    <message>
        <source>Of {count:,} classes, the {shown:,} with the most mistakes.</source>
        <translation>共 {count:,} 个类别，这里显示错误最多的 {shown:,} 个。</translation>
    </message>
    <message>
        <source>One convolution is used twice; two with weights of their own are needed.</source>
        <translation>同一个卷积用了两次；需要两个各有权重的卷积。</translation>
    </message>
    <message>
        <source>One more or less, once the box has been clicked</source>
        <translation>点击过数字框之后，加一或减一</translation>
    </message>
    <message>
        <source>One more; one less</source>
        <translation>加一；减一</translation>
    </message>
    <message>
        <source>One norm is used twice; each convolution needs a norm of its own.</source>
        <translation>同一个规范化层用了两次；每个卷积需要自己的规范化层。</translation>
    </message>
    <message>
        <source>One of the two cannot be built.</source>
        <translation>两者之一无法构建。</translation>
    </message>
    <message>
        <source>One step down; one step up</source>
        <translation>减小一格；增大一格</translation>
    </message>
    <message>
        <source>Only designs of this program are compared in this way.</source>
        <translation>只有本程序中的设计才能这样比较。</translation>
    </message>
    <message>
        <source>Only the 3×3 convolution of a bottleneck can have groups; a basic block has none.</source>
        <translation>只有瓶颈块的 3×3 卷积可以分组，基本块不能。</translation>
    </message>
    <message>
        <source>Optimisation</source>
        <translation>优化</translation>
    </message>
    <message>
        <source>Optimizer</source>
        <translation>优化器</translation>
    </message>
    <message>
        <source>Output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>Output channels of the stem.</source>
        <translation>起始层的输出通道数。</translation>
    </message>
    <message>
        <source>Output of every layer for one image in float32</source>
        <translation>一张图像在各层的输出，float32</translation>
    </message>
    <message>
        <source>Output, the chapter&apos;s name, and parameters</source>
        <translation>输出、教材中的名称和参数量</translation>
    </message>
    <message>
        <source>Outputs agree, but gradients do not: a detach() or no_grad() keeps the gradient from one of the paths.</source>
        <translation>输出一致，但梯度不一致：detach() 或 no_grad() 使梯度无法经过其中一条路径。</translation>
    </message>
    <message>
        <source>Outputs agree, but the block has not the expected parameters.</source>
        <translation>输出一致，但块的参数与预期不同。</translation>
    </message>
    <message>
        <source>Outputs agree, but the running statistics of the norms do not: see momentum.</source>
        <translation>输出一致，但规范化层的移动平均统计量不一致：请检查 momentum。</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>Params</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>没有权限</translation>
    </message>
    <message>
        <source>Pin a baseline first</source>
        <translation>请先设定基线</translation>
    </message>
    <message>
        <source>Plots</source>
        <translation>曲线图</translation>
    </message>
    <message>
        <source>Pre-activation blocks have no norm on the shortcut; this setting is ignored.</source>
        <translation>预激活块的捷径上没有规范化，此项不起作用。</translation>
    </message>
    <message>
        <source>Pre-activation networks: norm and ReLU before the head.</source>
        <translation>预激活网络：在分类头之前进行规范化和 ReLU。</translation>
    </message>
    <message>
        <source>Pre-activation networks: norm and ReLU in the stem as well.</source>
        <translation>预激活网络：起始层中也做规范化和 ReLU。</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精确率</translation>
    </message>
    <message>
        <source>Pullover</source>
        <translation>套衫</translation>
    </message>
    <message>
        <source>Pulls the weights of the convolutions and the linear layer towards zero.</source>
        <translation>使卷积层和全连接层的权重趋向于零。</translation>
    </message>
    <message>
        <source>Rate below the head</source>
        <translation>分类头以下的学习率</translation>
    </message>
    <message>
        <source>ReLU after the sum</source>
        <translation>相加之后的 ReLU</translation>
    </message>
    <message>
        <source>ReLU on the shortcut</source>
        <translation>捷径上的 ReLU</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>文件系统是只读的</translation>
    </message>
    <message>
        <source>Receptive field</source>
        <translation>感受野</translation>
    </message>
    <message>
        <source>Receptive field: input pixels that one position sees, per side</source>
        <translation>感受野：一个位置沿每边能看到的输入像素数</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>训练方案</translation>
    </message>
    <message>
        <source>Recipe, results and layer table (Markdown)</source>
        <translation>训练方案、结果与层表格（Markdown）</translation>
    </message>
    <message>
        <source>Repeat it</source>
        <translation>重复这次训练</translation>
    </message>
    <message>
        <source>Repeats</source>
        <translation>重复自</translation>
    </message>
    <message>
        <source>Report on one page (HTML)</source>
        <translation>单页报告（HTML）</translation>
    </message>
    <message>
        <source>Resized crops</source>
        <translation>缩放裁剪</translation>
    </message>
    <message>
        <source>Results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Results by class</source>
        <translation>各类别的结果</translation>
    </message>
    <message>
        <source>Resume the run: it continues from its last checkpoint.</source>
        <translation>请继续该训练任务：它会从最后一个检查点接着训练。</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>训练任务</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>训练任务</translation>
    </message>
    <message>
        <source>Sandal</source>
        <translation>凉鞋</translation>
    </message>
    <message>
        <source>Saving ended unexpectedly. {details}</source>
        <translation>保存意外中断。{details}</translation>
    </message>
    <message>
        <source>Scale larger gradients down to this norm; 0 turns clipping off.</source>
        <translation>梯度范数大于此值时缩放到此值；0 表示不裁剪。</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>学习率调度</translation>
    </message>
    <message>
        <source>Script that repeats the run</source>
        <translation>重复该训练任务的脚本</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Select a part; a double click opens a block</source>
        <translation>选择一个部分；双击可打开一个块</translation>
    </message>
    <message>
        <source>Select several rows</source>
        <translation>选择多行</translation>
    </message>
    <message>
        <source>Set its stride to 1</source>
        <translation>将其步幅设为 1</translation>
    </message>
    <message>
        <source>Set the group width to {group_width}</source>
        <translation>将组宽设为 {group_width}</translation>
    </message>
    <message>
        <source>Share of batches whose images and labels are mixed.</source>
        <translation>图像与标签相互混合的小批量所占的比例。</translation>
    </message>
    <message>
        <source>Share of images in which a random rectangle is filled with black.</source>
        <translation>随机将一个矩形填充为黑色的图像所占的比例。</translation>
    </message>
    <message>
        <source>Share of the images that training never sees, if no folder says which.</source>
        <translation>训练始终看不到的图像所占的比例；文件夹已指明时不起作用。</translation>
    </message>
    <message>
        <source>Share of the images to validate with, if no folder says which.</source>
        <translation>用于验证的图像所占的比例；文件夹已指明时不起作用。</translation>
    </message>
    <message>
        <source>Share of the target that is spread evenly over all classes.</source>
        <translation>目标中平均分给所有类别的比例。</translation>
    </message>
    <message>
        <source>Shift each image by up to this many pixels; the border is filled with black.</source>
        <translation>每张图像随机平移至多这么多像素，边缘填充黑色。</translation>
    </message>
    <message>
        <source>Ship</source>
        <translation>船</translation>
    </message>
    <message>
        <source>Shirt</source>
        <translation>衬衫</translation>
    </message>
    <message>
        <source>Shortcut</source>
        <translation>捷径</translation>
    </message>
    <message>
        <source>Show all choices, with what they mean</source>
        <translation>列出所有选项及其含义</translation>
    </message>
    <message>
        <source>Show everything again</source>
        <translation>重新显示全部</translation>
    </message>
    <message>
        <source>Side in pixels of what one position sees at the end of the last stage</source>
        <translation>最后一个阶段末尾的一个位置所能看到区域的边长（像素）</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>尺寸</translation>
    </message>
    <message>
        <source>Sliders</source>
        <translation>滑块</translation>
    </message>
    <message>
        <source>Sneaker</source>
        <translation>运动鞋</translation>
    </message>
    <message>
        <source>So many epochs only the last layer learns, then all layers do.</source>
        <translation>前这么多轮只训练最后一层，之后训练所有层。</translation>
    </message>
    <message>
        <source>Split</source>
        <translation>划分</translation>
    </message>
    <message>
        <source>Split seed</source>
        <translation>划分的随机种子</translation>
    </message>
    <message>
        <source>Split: as published</source>
        <translation>划分：按数据集的发布方式</translation>
    </message>
    <message>
        <source>Split: as the folders say</source>
        <translation>划分：按文件夹</translation>
    </message>
    <message>
        <source>Split: as the table says</source>
        <translation>划分：按表格</translation>
    </message>
    <message>
        <source>Split: drawn class by class</source>
        <translation>划分：按类别分层抽样</translation>
    </message>
    <message>
        <source>Stage {number}</source>
        <translation>阶段 {number}</translation>
    </message>
    <message>
        <source>Stage {number} has fewer blocks: {own} of {other}.</source>
        <translation>阶段 {number} 的残差块较少：{own} 个，对方有 {other} 个。</translation>
    </message>
    <message>
        <source>Stage {stage} has a stride, but its feature map is already 1×1.</source>
        <translation>阶段 {stage} 设有步幅，但它的特征图已是 1×1。</translation>
    </message>
    <message>
        <source>Standalone PyTorch source</source>
        <translation>独立的 PyTorch 代码</translation>
    </message>
    <message>
        <source>Start as identity</source>
        <translation>初始为恒等映射</translation>
    </message>
    <message>
        <source>Start with random weights</source>
        <translation>改用随机初始权重</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Stem</source>
        <translation>起始层</translation>
    </message>
    <message>
        <source>Stem width</source>
        <translation>起始层宽度</translation>
    </message>
    <message>
        <source>Stop after this many epochs without a better validation accuracy; 0 never stops early.</source>
        <translation>验证精度连续这么多轮没有提高就停止；0 表示从不提前停止。</translation>
    </message>
    <message>
        <source>Stride</source>
        <translation>步幅</translation>
    </message>
    <message>
        <source>Stride on</source>
        <translation>步幅位置</translation>
    </message>
    <message>
        <source>T-shirt</source>
        <translation>T 恤</translation>
    </message>
    <message>
        <source>Tables</source>
        <translation>表格</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Ten more; ten less</source>
        <translation>加十；减十</translation>
    </message>
    <message>
        <source>Test accuracy</source>
        <translation>测试精度</translation>
    </message>
    <message>
        <source>Test loss</source>
        <translation>测试损失</translation>
    </message>
    <message>
        <source>Test share</source>
        <translation>测试集比例</translation>
    </message>
    <message>
        <source>The 1×1 convolution is applied to the branch; it belongs on the shortcut, to X.</source>
        <translation>1×1 卷积用在了分支上；它应当在捷径上作用于 X。</translation>
    </message>
    <message>
        <source>The 1×1 convolution is there, but what it computes is not added.</source>
        <translation>有 1×1 卷积，但它的结果没有被加上。</translation>
    </message>
    <message>
        <source>The 1×1 convolution on the shortcut has padding {padding}; a 1×1 needs none.</source>
        <translation>捷径上的 1×1 卷积有填充 {padding}；1×1 卷积不需要填充。</translation>
    </message>
    <message>
        <source>The 1×1 convolution on the shortcut has stride {pasted}; it needs the block’s, {expected}.</source>
        <translation>捷径上的 1×1 卷积的步幅是 {pasted}；它需要块的步幅 {expected}。</translation>
    </message>
    <message>
        <source>The ReLU after the sum is missing.</source>
        <translation>缺少相加之后的 ReLU。</translation>
    </message>
    <message>
        <source>The accuracy was measured on {count:,} images; by chance alone, as many others like them would give between {low} and {high} (95 % interval).</source>
        <translation>精度是在 {count:,} 张图像上测得的；换成同样多的同类图像，仅因偶然，结果就会在 {low} 到 {high} 之间（95 % 置信区间）。</translation>
    </message>
    <message>
        <source>The baseline cannot be built</source>
        <translation>基线无法构建</translation>
    </message>
    <message>
        <source>The best epoch was chosen by the same images, so other images may be recognised less well.</source>
        <translation>最佳轮是用同一批图像选出的，因此在其他图像上可能识别得差一些。</translation>
    </message>
    <message>
        <source>The block changes its input in place, or something that the backward pass still needs: use Y = Y + X or a ReLU that is not in place there.</source>
        <translation>块原地修改了它的输入，或反向传播还需要的值：请使用 Y = Y + X，或非原地的 ReLU。</translation>
    </message>
    <message>
        <source>The branch is added to itself, not to the block’s input.</source>
        <translation>分支与它自己相加了，而不是与块的输入相加。</translation>
    </message>
    <message>
        <source>The branch is multiplied by the shortcut; the two are added.</source>
        <translation>分支与捷径相乘了；两者应当相加。</translation>
    </message>
    <message>
        <source>The choice before; the next one</source>
        <translation>上一个选项；下一个选项</translation>
    </message>
    <message>
        <source>The class {name} is no nn.Module.</source>
        <translation>类 {name} 不是 nn.Module。</translation>
    </message>
    <message>
        <source>The code has more than {most:,} characters.</source>
        <translation>代码超过 {most:,} 个字符。</translation>
    </message>
    <message>
        <source>The code was still running after {seconds} s and was stopped; it may loop without end.</source>
        <translation>代码运行 {seconds} 秒后仍未结束，已被停止；其中可能有无限循环。</translation>
    </message>
    <message>
        <source>The colour is the share of the images of a class; the diagonal is right.</source>
        <translation>颜色表示占该类别图像的比例；对角线上的是正确的。</translation>
    </message>
    <message>
        <source>The computer is busy</source>
        <translation>计算机正忙</translation>
    </message>
    <message>
        <source>The convolution on the shortcut has kernel {kernel}; it should be a 1×1.</source>
        <translation>捷径上的卷积核大小是 {kernel}；应当是 1×1。</translation>
    </message>
    <message>
        <source>The darker part is the middle half, {low} to {high}; the line is the median, {median}.</source>
        <translation>较深的部分是居中的一半，{low} 至 {high}；横线是中位数 {median}。</translation>
    </message>
    <message>
        <source>The dashed line is the best epoch, whose weights are kept. The validation loss: {learning}.</source>
        <translation>虚线是最佳轮，保留的就是这一轮的权重。验证损失：{learning}。</translation>
    </message>
    <message>
        <source>The download ended unexpectedly. {details}</source>
        <translation>下载意外中断。{details}</translation>
    </message>
    <message>
        <source>The first block of a stage sets its width and stride: insert after it.</source>
        <translation>阶段的宽度和步幅由第一个残差块决定：请在它之后插入。</translation>
    </message>
    <message>
        <source>The highest rate of the schedule.</source>
        <translation>调度过程中的最高学习率。</translation>
    </message>
    <message>
        <source>The input is never added: Y += X is missing.</source>
        <translation>没有加上输入：缺少 Y += X。</translation>
    </message>
    <message>
        <source>The last ReLU comes before the sum; it belongs after it.</source>
        <translation>最后一个 ReLU 在相加之前；它应当在相加之后。</translation>
    </message>
    <message>
        <source>The last convolution outputs 0, so the sum is x, and nothing follows it: f(x) = x exactly.</source>
        <translation>最后一个卷积层输出 0，于是和就是 x，其后再无运算：精确地有 f(x) = x。</translation>
    </message>
    <message>
        <source>The last layer of every residual branch starts at zero.</source>
        <translation>每个残差分支的最后一层从零开始。</translation>
    </message>
    <message>
        <source>The last norm outputs 0, so the sum is x, and ReLU leaves x ≥ 0 unchanged: f(x) = x exactly.</source>
        <translation>最后一个规范化层输出 0，于是和就是 x，而 ReLU 不改变 x ≥ 0：精确地有 f(x) = x。</translation>
    </message>
    <message>
        <source>The network has never been evaluated on the {count:,} test images.</source>
        <translation>从未在 {count:,} 张测试图像上评估过这个网络。</translation>
    </message>
    <message>
        <source>The network has no blocks. Add a block to at least one stage.</source>
        <translation>网络中没有残差块。请至少在一个阶段中添加残差块。</translation>
    </message>
    <message>
        <source>The process with your code was ended by the system ({signal}); memory may have run out.</source>
        <translation>运行你的代码的进程被系统结束（{signal}）；可能是内存不足。</translation>
    </message>
    <message>
        <source>The row above; the row below</source>
        <translation>上一行；下一行</translation>
    </message>
    <message>
        <source>The shortcut has its 1×1 convolution even where none is asked for: use_1x1conv is False.</source>
        <translation>即使不需要（use_1x1conv 为 False），捷径上也有 1×1 卷积。</translation>
    </message>
    <message>
        <source>The shortcut has its 1×1 convolution where none is asked for, and none where it is: the two branches of the if are swapped, so that None stands in the wrong one.</source>
        <translation>不需要 1×1 卷积时捷径上有，需要时却没有：if 的两个分支写反了，None 放在了错误的分支里。</translation>
    </message>
    <message>
        <source>The shortcut has no 1×1 convolution where one is asked for: use_1x1conv is True.</source>
        <translation>需要时（use_1x1conv 为 True），捷径上没有 1×1 卷积。</translation>
    </message>
    <message>
        <source>The shortcut is subtracted; the two are added.</source>
        <translation>捷径被减去了；两者应当相加。</translation>
    </message>
    <message>
        <source>The stride is on the second convolution; it belongs on the first.</source>
        <translation>步幅设在了第二个卷积上；它应当在第一个卷积上。</translation>
    </message>
    <message>
        <source>The training process could not be started.</source>
        <translation>无法启动训练进程。</translation>
    </message>
    <message>
        <source>The training process crashed (error {code}).</source>
        <translation>训练进程崩溃（错误 {code}）。</translation>
    </message>
    <message>
        <source>The training process crashed ({signal}).</source>
        <translation>训练进程崩溃（{signal}）。</translation>
    </message>
    <message>
        <source>The training process did not respond and was terminated.</source>
        <translation>训练进程没有响应，已被终止。</translation>
    </message>
    <message>
        <source>The training process exited unexpectedly (exit status {code}).</source>
        <translation>训练进程意外退出（退出码 {code}）。</translation>
    </message>
    <message>
        <source>The training process was ended from outside ({signal}).</source>
        <translation>训练进程被外部结束（{signal}）。</translation>
    </message>
    <message>
        <source>The training process was killed ({signal}); memory may have run out.</source>
        <translation>训练进程被终止（{signal}）；可能是内存不足。</translation>
    </message>
    <message>
        <source>The two can compute the same functions.</source>
        <translation>两者能表示的函数相同。</translation>
    </message>
    <message>
        <source>The {place} has a bias; the expected one has none.</source>
        <translation>{place}有偏置，预期的没有。</translation>
    </message>
    <message>
        <source>The {place} has no bias; the expected one has, though the norm after it cancels the bias.</source>
        <translation>{place}没有偏置，预期的有；不过其后的规范化会抵消偏置。</translation>
    </message>
    <message>
        <source>The {place} has no bias; the expected one has.</source>
        <translation>{place}没有偏置，预期的有。</translation>
    </message>
    <message>
        <source>The {place} has {name}={pasted}; expected is {name}={expected}.</source>
        <translation>{place}的 {name}={pasted}；预期为 {name}={expected}。</translation>
    </message>
    <message>
        <source>The {place} is missing.</source>
        <translation>缺少{place}。</translation>
    </message>
    <message>
        <source>The {place} stands in another place.</source>
        <translation>{place}的位置不对。</translation>
    </message>
    <message>
        <source>There is a ReLU between the second norm and the sum, which is one too many.</source>
        <translation>第二个规范化与相加之间多了一个 ReLU。</translation>
    </message>
    <message>
        <source>There is a ReLU on the shortcut, which is one too many.</source>
        <translation>捷径上多了一个 ReLU。</translation>
    </message>
    <message>
        <source>There is a norm on the shortcut; the expected block has none there.</source>
        <translation>捷径上有规范化；预期的块在那里没有。</translation>
    </message>
    <message>
        <source>There is no class called {name}, but there is: {classes}.</source>
        <translation>没有名为 {name} 的类；有以下类：{classes}。</translation>
    </message>
    <message>
        <source>There is no class in it; {name} is expected.</source>
        <translation>其中没有类；需要 {name}。</translation>
    </message>
    <message>
        <source>There is no image on the clipboard.</source>
        <translation>剪贴板中没有图像。</translation>
    </message>
    <message>
        <source>There is no test part: no image was kept from every choice.</source>
        <translation>没有测试集：没有任何图像完全不参与各种选择。</translation>
    </message>
    <message>
        <source>There is {layer} in place of the {place}.</source>
        <translation>{place}的位置上是 {layer}。</translation>
    </message>
    <message>
        <source>These are the results of one run with seed {seed}; other seeds give other results.</source>
        <translation>这是一次训练的结果，随机种子为 {seed}；换用其他随机种子，结果会有所不同。</translation>
    </message>
    <message>
        <source>They differ in depth alone, and each block more can be an identity.</source>
        <translation>两者只有深度不同，而多出的每个残差块都可以是恒等映射。</translation>
    </message>
    <message>
        <source>This computer seems to be offline: {hosts} cannot be reached.</source>
        <translation>这台计算机似乎没有联网：无法连接 {hosts}。</translation>
    </message>
    <message>
        <source>Three steps up; three steps down</source>
        <translation>增大三格；减小三格</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>用时</translation>
    </message>
    <message>
        <source>Times that the run was evaluated on the {count:,} test images: {looks:,}. The more often, the less their accuracy says about other images.</source>
        <translation>已在 {count:,} 张测试图像上评估过 {looks:,} 次。评估得越多，测试精度就越不能说明在其他图像上的表现。</translation>
    </message>
    <message>
        <source>Train on a random rectangle with at least this share of the image; 0 takes all of it.</source>
        <translation>用图像中随机的矩形区域训练，其面积至少占图像的这一比例；0 表示使用整张图像。</translation>
    </message>
    <message>
        <source>Trained network (ONNX)</source>
        <translation>训练好的网络（ONNX）</translation>
    </message>
    <message>
        <source>Training accuracy</source>
        <translation>训练精度</translation>
    </message>
    <message>
        <source>Training loss</source>
        <translation>训练损失</translation>
    </message>
    <message>
        <source>Training loss of the last weights, in eval mode, on the same {images:,} training images, or all if there are fewer.</source>
        <translation>用最后的权重，在评估模式下，于同样的 {images:,} 张训练图像（不足时为全部）上测得的训练损失。</translation>
    </message>
    <message>
        <source>Training time</source>
        <translation>训练时间</translation>
    </message>
    <message>
        <source>Training, images/s</source>
        <translation>训练，图像/秒</translation>
    </message>
    <message>
        <source>Trousers</source>
        <translation>裤子</translation>
    </message>
    <message>
        <source>Truck</source>
        <translation>卡车</translation>
    </message>
    <message>
        <source>Try a batch size of {batch_size}.</source>
        <translation>请试试批量大小 {batch_size}。</translation>
    </message>
    <message>
        <source>Turn off the norm on the shortcut</source>
        <translation>关闭捷径规范化</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Untitled</source>
        <translation>未命名</translation>
    </message>
    <message>
        <source>Untrained network (ONNX)</source>
        <translation>未训练的网络（ONNX）</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>用法</translation>
    </message>
    <message>
        <source>Use a smaller network or a smaller input.</source>
        <translation>请使用更小的网络或更小的输入。</translation>
    </message>
    <message>
        <source>Use one group of width 64</source>
        <translation>使用一个分组，组宽 64</translation>
    </message>
    <message>
        <source>Use projection shortcuts</source>
        <translation>使用投影捷径</translation>
    </message>
    <message>
        <source>Use the number that was typed</source>
        <translation>采用输入的数字</translation>
    </message>
    <message>
        <source>Validation accuracy</source>
        <translation>验证精度</translation>
    </message>
    <message>
        <source>Validation accuracy after the best epoch of each run.</source>
        <translation>每个训练任务最佳轮之后的验证精度。</translation>
    </message>
    <message>
        <source>Validation loss</source>
        <translation>验证损失</translation>
    </message>
    <message>
        <source>Validation share</source>
        <translation>验证集比例</translation>
    </message>
    <message>
        <source>Values</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>Warm-up</source>
        <translation>预热</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>权重衰减</translation>
    </message>
    <message>
        <source>What forward returns is not made by the layers of the block.</source>
        <translation>forward 返回的不是由块中各层得到的结果。</translation>
    </message>
    <message>
        <source>What is added is not the block’s input but the output of an inner layer: X has been overwritten.</source>
        <translation>相加的不是块的输入，而是内部某一层的输出：X 被覆盖了。</translation>
    </message>
    <message>
        <source>What is open will not be there at the next start: {error}</source>
        <translation>下次启动时将无法恢复当前打开的内容：{error}</translation>
    </message>
    <message>
        <source>What it made of each image is not kept, so there are no results by class.</source>
        <translation>没有保存对每张图像的预测，因此没有各类别的结果。</translation>
    </message>
    <message>
        <source>What stands below the class was not run to its end: {error}</source>
        <translation>类后面的代码没有运行完：{error}</translation>
    </message>
    <message>
        <source>When this was written, the run was not finished but {state}.</source>
        <translation>写下本文时训练尚未完成，状态为“{state}”。</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽度</translation>
    </message>
    <message>
        <source>Width {width} × group width {group_width} / 64 leaves the 3×3 convolution without channels.</source>
        <translation>宽度 {width} × 组宽 {group_width} / 64 不足一个通道，3×3 卷积没有通道可用。</translation>
    </message>
    <message>
        <source>With biases, and each parameter of a norm once: what torchinfo prints as total mult-adds.</source>
        <translation>计入偏置，规范化的每个参数计一次：即 torchinfo 给出的 total mult-adds。</translation>
    </message>
    <message>
        <source>With other data, packages, another device or number of threads, and after changes while it trained, the numbers are not the same.</source>
        <translation>数据、软件包、设备或线程数不同，或训练期间有过改动时，得到的数值不会完全相同。</translation>
    </message>
    <message>
        <source>With the stride of a bottleneck on its 3×3: torchvision, which calls them GFLOPS.</source>
        <translation>瓶颈块的步幅放在 3×3 卷积上：torchvision 的算法，它称之为 GFLOPS。</translation>
    </message>
    <message>
        <source>With the stride of a bottleneck on its first 1×1: He et al. 2015, arXiv 1512.03385.</source>
        <translation>瓶颈块的步幅放在第一个 1×1 卷积上：He 等人 2015，arXiv 1512.03385。</translation>
    </message>
    <message>
        <source>Without shortcuts, branches that start at zero let nothing through.</source>
        <translation>没有捷径时，从零开始的分支不让任何信息通过。</translation>
    </message>
    <message>
        <source>Xavier&apos;s initial weights</source>
        <translation>Xavier 初始化</translation>
    </message>
    <message>
        <source>You kept 1 image although something may be wrong with it</source>
        <translation>你保留了 1 张可能有问题的图像</translation>
    </message>
    <message>
        <source>You kept {n} images although something may be wrong with them</source>
        <translation>你保留了 {n} 张可能有问题的图像</translation>
    </message>
    <message>
        <source>You left out 1 image</source>
        <translation>你排除了 1 张图像</translation>
    </message>
    <message>
        <source>You left out {n} images</source>
        <translation>你排除了 {n} 张图像</translation>
    </message>
    <message>
        <source>You marked 1 image as none of the classes</source>
        <translation>你将 1 张图像标为不属于任何类别</translation>
    </message>
    <message>
        <source>You marked {n} images as none of the classes</source>
        <translation>你将 {n} 张图像标为不属于任何类别</translation>
    </message>
    <message>
        <source>You moved 1 image to another class</source>
        <translation>你将 1 张图像移到了其他类别</translation>
    </message>
    <message>
        <source>You moved {n} images to another class</source>
        <translation>你将 {n} 张图像移到了其他类别</translation>
    </message>
    <message>
        <source>Your block differs first after the {place}, by up to {difference}, {mode} ({case}).</source>
        <translation>你的块最先在{place}之后不同，{mode}最多相差 {difference}（{case}）。</translation>
    </message>
    <message>
        <source>Your block differs first after the {place}: its output is {pasted}, not {expected} ({case}).</source>
        <translation>你的块最先在{place}之后不同：输出是 {pasted}，而不是 {expected}（{case}）。</translation>
    </message>
    <message>
        <source>Your block differs first at the {place}, which it does not have ({case}).</source>
        <translation>你的块最先在{place}处不同：你的块没有这一层（{case}）。</translation>
    </message>
    <message>
        <source>Your block differs first at {layer}, which ours does not have ({case}).</source>
        <translation>你的块最先在 {layer} 处不同，我们的块没有这一层（{case}）。</translation>
    </message>
    <message>
        <source>Your block differs from ours {mode} ({case}).</source>
        <translation>你的块{mode}与我们的不同（{case}）。</translation>
    </message>
    <message>
        <source>Your block fails {case}: {error}</source>
        <translation>你的块出错（{case}）：{error}</translation>
    </message>
    <message>
        <source>Your block is equal to ours: outputs, gradients and running statistics agree on {inputs} random inputs, in training and in evaluation mode, in all {cases} cases.</source>
        <translation>你的块与我们的相同：在全部 {cases} 种情形下，无论训练模式还是评估模式，{inputs} 个随机输入的输出、梯度和移动平均统计量都一致。</translation>
    </message>
    <message>
        <source>Your class Residual is equal to ours; resnet_block builds other stages with it.</source>
        <translation>你的类 Residual 与我们的相同；但 resnet_block 用它创建的阶段不同。</translation>
    </message>
    <message>
        <source>Your code ended its process (exit status {status}) before the block could be compared.</source>
        <translation>你的代码在比较之前就结束了进程（退出状态 {status}）。</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>a bottleneck&apos;s 3×3 convolution, as in torchvision (v1.5).</source>
        <translation>步幅放在瓶颈块的 3×3 卷积上，与 torchvision 相同（v1.5）。</translation>
    </message>
    <message>
        <source>a bottleneck&apos;s first 1×1 convolution, as in the paper (v1).</source>
        <translation>步幅放在瓶颈块的第一个 1×1 卷积上，与论文相同（v1）。</translation>
    </message>
    <message>
        <source>a field or a word is missing here</source>
        <translation>这里缺少字段或文字</translation>
    </message>
    <message>
        <source>a filter has at most {n} characters</source>
        <translation>筛选条件最多 {n} 个字符</translation>
    </message>
    <message>
        <source>a folder that cannot be read</source>
        <translation>无法读取的文件夹</translation>
    </message>
    <message>
        <source>a folder without images</source>
        <translation>没有图像的文件夹</translation>
    </message>
    <message>
        <source>a norm before the head</source>
        <translation>分类头之前有规范化</translation>
    </message>
    <message>
        <source>a norm on the shortcut</source>
        <translation>捷径上有规范化</translation>
    </message>
    <message>
        <source>a plain block has no shortcut, so it outputs 0 whatever comes in, and x is lost</source>
        <translation>普通块没有捷径，无论输入什么都输出 0，x 就此丢失</translation>
    </message>
    <message>
        <source>a plain network.</source>
        <translation>没有捷径的普通网络。</translation>
    </message>
    <message>
        <source>a process that reads images was killed, perhaps for lack of memory</source>
        <translation>读取图像的一个进程被终止；可能是内存不足</translation>
    </message>
    <message>
        <source>a run is in progress</source>
        <translation>训练任务正在进行</translation>
    </message>
    <message>
        <source>a search needs at least one knob: --vary KEY=LOW..HIGH</source>
        <translation>搜索至少需要一个可变的量：--vary KEY=LOW..HIGH</translation>
    </message>
    <message>
        <source>a stage {number}: {blocks} × width {width}, stride {stride}</source>
        <translation>增加阶段 {number}：{blocks} 个残差块，宽度 {width}，步幅 {stride}</translation>
    </message>
    <message>
        <source>a value is missing here</source>
        <translation>这里缺少值</translation>
    </message>
    <message>
        <source>after step {step:,}: learning rate × {factor:g}, now {rate:.3g}</source>
        <translation>第 {step:,} 步之后：学习率 × {factor:g}，现为 {rate:.3g}</translation>
    </message>
    <message>
        <source>after step {step:,}: {added:,} more epochs, {epochs:,} in all</source>
        <translation>第 {step:,} 步之后：增加 {added:,} 轮，共 {epochs:,} 轮</translation>
    </message>
    <message>
        <source>after step {step:,}: {blocks} joined as an identity</source>
        <translation>第 {step:,} 步之后：{blocks} 作为恒等映射加入</translation>
    </message>
    <message>
        <source>again</source>
        <translation>再次训练</translation>
    </message>
    <message>
        <source>all stages: {field}</source>
        <translation>所有阶段：{field}</translation>
    </message>
    <message>
        <source>all {tensors:,} tensors begin equal</source>
        <translation>全部 {tensors:,} 个张量的初始值相同</translation>
    </message>
    <message>
        <source>an NVIDIA card was found, but this torch cannot use it: {reason}</source>
        <translation>找到一块 NVIDIA 显卡，但这个 torch 无法使用它：{reason}</translation>
    </message>
    <message>
        <source>and {count} more do not fit</source>
        <translation>另有 {count} 个也不符合</translation>
    </message>
    <message>
        <source>another kind of network: {params} parameters, {macs} MACs</source>
        <translation>另一类网络：参数 {params} 个，乘加运算 {macs} 次</translation>
    </message>
    <message>
        <source>another layer</source>
        <translation>其他层</translation>
    </message>
    <message>
        <source>another process is downloading {name}</source>
        <translation>另一个进程正在下载 {name}</translation>
    </message>
    <message>
        <source>another seed changes nothing: all begin with the weights of {run}</source>
        <translation>换一个随机种子没有区别：它们都从 {run} 的权重开始</translation>
    </message>
    <message>
        <source>are no longer finite</source>
        <translation>已不再是有限值</translation>
    </message>
    <message>
        <source>as PyTorch does by itself, on a fixed number of threads: runs can be repeated to the last bit.</source>
        <translation>按 PyTorch 原本的方式计算，线程数固定：训练可以逐位重复。</translation>
    </message>
    <message>
        <source>as folders or the table say</source>
        <translation>按文件夹或表格的指定</translation>
    </message>
    <message>
        <source>as in Dive into Deep Learning: plain SGD, 10 epochs, nothing else.</source>
        <translation>与《动手学深度学习》相同：只用 SGD 训练 10 轮，没有别的技巧。</translation>
    </message>
    <message>
        <source>as published; the published test part validates</source>
        <translation>按数据集发布时的划分；用其测试部分进行验证</translation>
    </message>
    <message>
        <source>as the known weights had it.</source>
        <translation>与已有权重训练时相同。</translation>
    </message>
    <message>
        <source>at least two depths are needed, as in 8,14,20</source>
        <translation>至少需要两个深度，例如 8,14,20</translation>
    </message>
    <message>
        <source>at most {most} networks can be trained together</source>
        <translation>最多可同时训练 {most} 个网络</translation>
    </message>
    <message>
        <source>auto, cpu, cuda, cuda:1 … or mps; auto uses the fastest device available.</source>
        <translation>auto、cpu、cuda、cuda:1…或 mps；auto 使用可用设备中最快的。</translation>
    </message>
    <message>
        <source>available: {names}</source>
        <translation>可用：{names}</translation>
    </message>
    <message>
        <source>average pooling, then 1×1, where the shape changes (ResNet-D).</source>
        <translation>形状改变处先平均汇聚，再用 1×1 卷积（ResNet-D）。</translation>
    </message>
    <message>
        <source>averaged shortcut</source>
        <translation>平均汇聚捷径</translation>
    </message>
    <message>
        <source>basic blocks</source>
        <translation>基本块</translation>
    </message>
    <message>
        <source>batch {n}, {device}</source>
        <translation>批量 {n}，{device}</translation>
    </message>
    <message>
        <source>best</source>
        <translation>最佳</translation>
    </message>
    <message>
        <source>better than {share} % of {count} published runs</source>
        <translation>优于 {count} 个公开结果中的 {share} %</translation>
    </message>
    <message>
        <source>bf16 where the hardware computes it fast, otherwise fp32.</source>
        <translation>硬件能快速计算 bf16 时用 bf16，否则用 fp32。</translation>
    </message>
    <message>
        <source>blocks join after epoch 1 to {last}, not after epoch {epoch}</source>
        <translation>残差块可在第 1 到第 {last} 轮之后加入，不能在第 {epoch} 轮之后</translation>
    </message>
    <message>
        <source>blocks that join later begin as identities: with known weights they cannot</source>
        <translation>后加入的残差块初始为恒等映射：从已有权重开始时做不到</translation>
    </message>
    <message>
        <source>blocks that start as identities</source>
        <translation>残差块初始为恒等映射</translation>
    </message>
    <message>
        <source>blocks that start at random</source>
        <translation>残差块随机初始化</translation>
    </message>
    <message>
        <source>blurred</source>
        <translation>模糊</translation>
    </message>
    <message>
        <source>bottlenecks</source>
        <translation>瓶颈块</translation>
    </message>
    <message>
        <source>bright</source>
        <translation>过亮</translation>
    </message>
    <message>
        <source>can open</source>
        <translation>可以打开</translation>
    </message>
    <message>
        <source>cannot be opened: {error}</source>
        <translation>无法打开：{error}</translation>
    </message>
    <message>
        <source>cannot be reached: {error}</source>
        <translation>无法连接：{error}</translation>
    </message>
    <message>
        <source>cannot be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>cannot be read: {error}</source>
        <translation>无法读取：{error}</translation>
    </message>
    <message>
        <source>cannot be used by this version: {error}</source>
        <translation>本版本无法使用：{error}</translation>
    </message>
    <message>
        <source>cannot be written: {error}</source>
        <translation>无法写入：{error}</translation>
    </message>
    <message>
        <source>cannot open</source>
        <translation>无法打开</translation>
    </message>
    <message>
        <source>chapter</source>
        <translation>教材</translation>
    </message>
    <message>
        <source>class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>classes</source>
        <translation>按类别</translation>
    </message>
    <message>
        <source>click</source>
        <translation>单击</translation>
    </message>
    <message>
        <source>computed on {now} instead of {before}: sums are rounded differently</source>
        <translation>在 {now} 上计算，训练时为 {before}：求和的舍入会略有不同</translation>
    </message>
    <message>
        <source>continues with {now} threads instead of {before}: sums are rounded differently</source>
        <translation>以 {now} 个线程继续训练，之前为 {before} 个：求和的舍入会略有不同</translation>
    </message>
    <message>
        <source>convolution on the shortcut</source>
        <translation>捷径上的卷积</translation>
    </message>
    <message>
        <source>convolutions with biases</source>
        <translation>卷积带偏置</translation>
    </message>
    <message>
        <source>convolutions without biases</source>
        <translation>卷积不带偏置</translation>
    </message>
    <message>
        <source>could not be moved to the bin: {error}</source>
        <translation>无法移到回收站：{error}</translation>
    </message>
    <message>
        <source>could not be taken back from the bin: {error}</source>
        <translation>无法从回收站恢复：{error}</translation>
    </message>
    <message>
        <source>could not write to {path!r}: {error}</source>
        <translation>无法写入 {path!r}：{error}</translation>
    </message>
    <message>
        <source>could not write {name}, {free:,} MB free: {reason}</source>
        <translation>无法写入 {name}，可用空间 {free:,} MB：{reason}</translation>
    </message>
    <message>
        <source>cut off or damaged</source>
        <translation>不完整或已损坏</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>decoded images cannot be kept in {path!r}: {error}</source>
        <translation>无法在 {path!r} 中保存解码后的图像：{error}</translation>
    </message>
    <message>
        <source>decoded images need {needed:,.0f} MiB on the disk, more than is free or allowed</source>
        <translation>解码后的图像需要 {needed:,.0f} MiB 磁盘空间，超过了可用空间或允许的上限</translation>
    </message>
    <message>
        <source>degradation</source>
        <translation>退化现象</translation>
    </message>
    <message>
        <source>depth</source>
        <translation>深度</translation>
    </message>
    <message>
        <source>design {number}</source>
        <translation>设计 {number}</translation>
    </message>
    <message>
        <source>does not answer: {error}</source>
        <translation>没有响应：{error}</translation>
    </message>
    <message>
        <source>does not join the run: {reason}</source>
        <translation>未能加入训练任务：{reason}</translation>
    </message>
    <message>
        <source>done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>double click</source>
        <translation>双击</translation>
    </message>
    <message>
        <source>drag</source>
        <translation>拖动</translation>
    </message>
    <message>
        <source>drawn class by class with seed {seed}: {train:g} % to train, {validation:g} % to validate, {test:g} % to test; equal images are in the same part</source>
        <translation>逐类别抽取，随机种子为 {seed}：{train:g} % 用于训练，{validation:g} % 用于验证，{test:g} % 用于测试；相同的图像在同一部分</translation>
    </message>
    <message>
        <source>duplicate</source>
        <translation>重复</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>空文件</translation>
    </message>
    <message>
        <source>epoch</source>
        <translation>轮</translation>
    </message>
    <message>
        <source>every depth must be larger than the one before: {other} follows {one}</source>
        <translation>每个深度都必须大于前一个：{one} 之后是 {other}</translation>
    </message>
    <message>
        <source>every image counts alike.</source>
        <translation>每张图像同等看待。</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>far more pixels than a photo has</source>
        <translation>像素远多于一般照片</translation>
    </message>
    <message>
        <source>few</source>
        <translation>图像过少</translation>
    </message>
    <message>
        <source>files have another name or content</source>
        <translation>文件的名称或内容不同了</translation>
    </message>
    <message>
        <source>finding the folder of runs</source>
        <translation>查找训练任务文件夹</translation>
    </message>
    <message>
        <source>fine-tune</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>first ReLU</source>
        <translation>第一个 ReLU</translation>
    </message>
    <message>
        <source>first convolution</source>
        <translation>第一个卷积</translation>
    </message>
    <message>
        <source>first norm</source>
        <translation>第一个规范化</translation>
    </message>
    <message>
        <source>fitted to the channels</source>
        <translation>已按通道数调整</translation>
    </message>
    <message>
        <source>for known weights: the last layer first, then all, the lower the more slowly.</source>
        <translation>用于已有权重：先训练最后一层，再训练所有层，越靠前的层学得越慢。</translation>
    </message>
    <message>
        <source>forward returns a {kind}; a tensor is expected.</source>
        <translation>forward 返回的是 {kind}；应当返回一个张量。</translation>
    </message>
    <message>
        <source>forward returns its input as it is: its last line should return Y.</source>
        <translation>forward 原样返回了它的输入：最后一行应当返回 Y。</translation>
    </message>
    <message>
        <source>forward returns nothing: its last line should return Y.</source>
        <translation>forward 没有返回值：最后一行应当返回 Y。</translation>
    </message>
    <message>
        <source>found</source>
        <translation>按文件夹或表格</translation>
    </message>
    <message>
        <source>from 0 to 1</source>
        <translation>0 到 1</translation>
    </message>
    <message>
        <source>from 0 to 1, then less the mean {mean}, divided by the deviation {deviation}</source>
        <translation>0 到 1，再减去均值 {mean}，除以标准差 {deviation}</translation>
    </message>
    <message>
        <source>from scratch</source>
        <translation>从头训练</translation>
    </message>
    <message>
        <source>given back</source>
        <translation>已退回</translation>
    </message>
    <message>
        <source>going on</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>gone</source>
        <translation>已不存在</translation>
    </message>
    <message>
        <source>good results after a few epochs.</source>
        <translation>几轮之后就有不错的结果。</translation>
    </message>
    <message>
        <source>grey</source>
        <translation>灰度</translation>
    </message>
    <message>
        <source>group width {value}</source>
        <translation>组宽 {value}</translation>
    </message>
    <message>
        <source>grown</source>
        <translation>加深</translation>
    </message>
    <message>
        <source>has changed since the run started: an epoch had {there} steps and now has {here}</source>
        <translation>自训练任务开始以来已有变化：当时每轮 {there} 步，现在每轮 {here} 步</translation>
    </message>
    <message>
        <source>has gaps between its values: list them, or vary stages.blocks</source>
        <translation>的取值不连续：请逐个列出，或改为改变 stages.blocks</translation>
    </message>
    <message>
        <source>has more than {limit} characters</source>
        <translation>超过 {limit} 个字符</translation>
    </message>
    <message>
        <source>has no {file}: it was not written to its end</source>
        <translation>没有 {file}：尚未写完</translation>
    </message>
    <message>
        <source>has one training image; {layer} has 1×1 maps, and a norm needs two values</source>
        <translation>只有一张训练图像；{layer} 的特征图是 1×1，而规范化需要两个值</translation>
    </message>
    <message>
        <source>has other files, which would be lost: {names}</source>
        <translation>其中有其他文件，覆盖后会丢失：{names}</translation>
    </message>
    <message>
        <source>has shape {shape}; this design needs {wanted}</source>
        <translation>形状为 {shape}，而此设计需要 {wanted}</translation>
    </message>
    <message>
        <source>has the state {state!r}, which this version does not know</source>
        <translation>状态为 {state!r}，本版本不认识</translation>
    </message>
    <message>
        <source>has weights but no design; open a design, then choose this file as the weights</source>
        <translation>有权重，但没有设计；请先打开一个设计，再选择此文件作为权重</translation>
    </message>
    <message>
        <source>head replaced</source>
        <translation>输出层已更换</translation>
    </message>
    <message>
        <source>identity</source>
        <translation>恒等映射</translation>
    </message>
    <message>
        <source>identity shortcut</source>
        <translation>恒等捷径</translation>
    </message>
    <message>
        <source>ignored a line of more than {most:,} characters</source>
        <translation>已忽略一行：超过 {most:,} 个字符</translation>
    </message>
    <message>
        <source>images of a published data set stay as they are</source>
        <translation>已发布数据集中的图像保持原样</translation>
    </message>
    <message>
        <source>images of {other} instead of {first}: both must see the same ones</source>
        <translation>图像为 {other}，而不是 {first}：两者必须看到相同的图像</translation>
    </message>
    <message>
        <source>in evaluation mode</source>
        <translation>在评估模式下</translation>
    </message>
    <message>
        <source>in the fastest ways, on as many threads as cores are free.</source>
        <translation>以最快的方式计算，空闲的核心有多少，就用多少个线程。</translation>
    </message>
    <message>
        <source>in training mode</source>
        <translation>在训练模式下</translation>
    </message>
    <message>
        <source>in use by process {process} since {since}</source>
        <translation>自 {since} 起正被进程 {process} 使用</translation>
    </message>
    <message>
        <source>input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>input {value}</source>
        <translation>输入 {value}</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>is a folder</source>
        <translation>是文件夹</translation>
    </message>
    <message>
        <source>is a study of another program, or was not made to its end</source>
        <translation>是其他程序的研究，或者没有创建完整</translation>
    </message>
    <message>
        <source>is damaged: it is not JSON</source>
        <translation>已损坏：不是 JSON</translation>
    </message>
    <message>
        <source>is damaged; it is kept as {name}</source>
        <translation>已损坏；已另存为 {name}</translation>
    </message>
    <message>
        <source>is in progress and cannot be deleted; stop it first</source>
        <translation>任务正在进行，不能删除；请先停止</translation>
    </message>
    <message>
        <source>is kept in memory, where no other process finds it: name a file</source>
        <translation>只保存在内存中，其他进程找不到它：请指定一个文件</translation>
    </message>
    <message>
        <source>is larger than {limit} kB</source>
        <translation>大于 {limit} kB</translation>
    </message>
    <message>
        <source>is missing</source>
        <translation>缺失</translation>
    </message>
    <message>
        <source>is no address of a database: dialect://user:password@host/name, or the name of a file</source>
        <translation>不是数据库的地址：应为 dialect://user:password@host/name 或文件名</translation>
    </message>
    <message>
        <source>is no field of the design, of its {count} stages (stage1.blocks …) or of the recipe{hint}</source>
        <translation>既不是设计的字段，也不是其 {count} 个阶段（stage1.blocks …）或训练方案的字段{hint}</translation>
    </message>
    <message>
        <source>is no storage of Optuna</source>
        <translation>不是 Optuna 的存储</translation>
    </message>
    <message>
        <source>is not TOML: {error}</source>
        <translation>不是 TOML：{error}</translation>
    </message>
    <message>
        <source>is not UTF-8 text</source>
        <translation>不是 UTF-8 文本</translation>
    </message>
    <message>
        <source>is not a design file: a line has more than {limit} characters</source>
        <translation>不是设计文件：有一行超过 {limit} 个字符</translation>
    </message>
    <message>
        <source>is not a design file: larger than {limit} kB</source>
        <translation>不是设计文件：大于 {limit} kB</translation>
    </message>
    <message>
        <source>is not a folder</source>
        <translation>不是文件夹</translation>
    </message>
    <message>
        <source>is not a known key</source>
        <translation>不是已知的键</translation>
    </message>
    <message>
        <source>is not a lesson file: too large, or a line is too long</source>
        <translation>不是课程文件：文件太大，或某一行太长</translation>
    </message>
    <message>
        <source>is not a regular file</source>
        <translation>不是普通文件</translation>
    </message>
    <message>
        <source>is not a run</source>
        <translation>不是训练任务</translation>
    </message>
    <message>
        <source>is not a safetensors file, or is damaged</source>
        <translation>不是 safetensors 文件，或已损坏</translation>
    </message>
    <message>
        <source>is not a study</source>
        <translation>不是一项研究</translation>
    </message>
    <message>
        <source>is not a weight of this design</source>
        <translation>不是此设计的权重</translation>
    </message>
    <message>
        <source>is plain: only networks with shortcuts can grow by identities</source>
        <translation>是普通网络：只有带捷径的网络才能以恒等映射加深</translation>
    </message>
    <message>
        <source>is required</source>
        <translation>不可缺少</translation>
    </message>
    <message>
        <source>is the name of another search, with another design, recipe, knobs or objectives</source>
        <translation>是另一个搜索的名称，其网络设计、训练方案、可变的量或目标与此不同</translation>
    </message>
    <message>
        <source>is varied twice</source>
        <translation>被改变了两次</translation>
    </message>
    <message>
        <source>it contains more than plain data; none of it was executed</source>
        <translation>其中不只是纯数据；未执行其中任何内容</translation>
    </message>
    <message>
        <source>it does not say of which epoch it is</source>
        <translation>其中没有说明是哪一轮的</translation>
    </message>
    <message>
        <source>it is not a checkpoint</source>
        <translation>内容不是检查点</translation>
    </message>
    <message>
        <source>its sha256 does not match run.json</source>
        <translation>其 sha256 与 run.json 中的不符</translation>
    </message>
    <message>
        <source>just long enough to see a deep plain network learn worse than its residual twin.</source>
        <translation>训练时间不长，刚好能看出深层普通网络学得不如其残差对照网络。</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>leak</source>
        <translation>泄漏</translation>
    </message>
    <message>
        <source>leaves nothing to train with, since {test:g} is for testing</source>
        <translation>没有给训练留下图像，因为测试占 {test:g}</translation>
    </message>
    <message>
        <source>left out</source>
        <translation>已排除</translation>
    </message>
    <message>
        <source>lesson</source>
        <translation>课程</translation>
    </message>
    <message>
        <source>matched</source>
        <translation>匹配</translation>
    </message>
    <message>
        <source>mean 0 and deviation 1 over the training images.</source>
        <translation>在训练图像上均值为 0、标准差为 1。</translation>
    </message>
    <message>
        <source>measuring needs {needed:,.0f} MiB on {device}; {free:,.0f} MiB are free</source>
        <translation>测量需要 {device} 上的 {needed:,.0f} MiB，目前可用 {free:,.0f} MiB</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>缺少</translation>
    </message>
    <message>
        <source>more needed than available</source>
        <translation>所需内存超过可用内存</translation>
    </message>
    <message>
        <source>must be 0: all networks of a depth train for as many epochs</source>
        <translation>必须是 0：同一深度的所有网络训练的轮数相同</translation>
    </message>
    <message>
        <source>must be KEY=VALUE,VALUE …, not {text!r}</source>
        <translation>必须写成 KEY=VALUE,VALUE …，而不是 {text!r}</translation>
    </message>
    <message>
        <source>must be LOW..HIGH, with the smaller number first</source>
        <translation>必须写成 LOW..HIGH，较小的数在前</translation>
    </message>
    <message>
        <source>must be a list or a table of values, not {value}</source>
        <translation>必须是列表或表，而不是 {value}</translation>
    </message>
    <message>
        <source>must be a number, not {value}</source>
        <translation>必须是数字，而不是 {value}</translation>
    </message>
    <message>
        <source>must be a whole number from {least} to {most}</source>
        <translation>必须是 {least} 到 {most} 的整数</translation>
    </message>
    <message>
        <source>must be a whole number, not {value}</source>
        <translation>必须是整数，而不是 {value}</translation>
    </message>
    <message>
        <source>must be above 0 and at most {most:g}</source>
        <translation>必须大于 0 且不超过 {most:g}</translation>
    </message>
    <message>
        <source>must be at least 2: {layer} has 1×1 maps, and a norm needs two values</source>
        <translation>必须至少为 2：{layer} 的特征图是 1×1，而规范化需要两个值</translation>
    </message>
    <message>
        <source>must be at least {limit}, not {value}</source>
        <translation>必须至少为 {limit}，而不是 {value}</translation>
    </message>
    <message>
        <source>must be at most {limit}, not {value}</source>
        <translation>必须至多为 {limit}，而不是 {value}</translation>
    </message>
    <message>
        <source>must be auto or a number from 1 to {most:,}, not {threads}</source>
        <translation>应为 auto 或 1 到 {most:,} 之间的整数，而不是 {threads}</translation>
    </message>
    <message>
        <source>must be block:CxHxW:classes:WIDTHxBLOCKS/STRIDE,…[:key=value,…]</source>
        <translation>必须写作“块类型:通道x高x宽:类别数:宽度x块数/步幅,…[:键=值,…]”</translation>
    </message>
    <message>
        <source>must be empty: the study itself says which blocks are added when</source>
        <translation>必须为空：何时加入哪些残差块由这项研究自己决定</translation>
    </message>
    <message>
        <source>must be fp32 or auto: plain arithmetic has 32 bits per number</source>
        <translation>必须是 fp32 或 auto：朴素算术的每个数都是 32 位</translation>
    </message>
    <message>
        <source>must be from 1 to {most:,}</source>
        <translation>必须在 1 到 {most:,} 之间</translation>
    </message>
    <message>
        <source>must be less than {limit}, not {value}</source>
        <translation>必须小于 {limit}，而不是 {value}</translation>
    </message>
    <message>
        <source>must be like stage3@5,10,15, with ; between stages, not {text!r}</source>
        <translation>必须写成 stage3@5,10,15 的形式，各阶段之间用 ; 分隔，而不是 {text!r}</translation>
    </message>
    <message>
        <source>must be more than {limit}, not {value}</source>
        <translation>必须大于 {limit}，而不是 {value}</translation>
    </message>
    <message>
        <source>must be one of {options}</source>
        <translation>必须是以下之一：{options}</translation>
    </message>
    <message>
        <source>must be text, not {value}</source>
        <translation>必须是文本，而不是 {value}</translation>
    </message>
    <message>
        <source>must be true or false, not {value}</source>
        <translation>必须是 true 或 false，而不是 {value}</translation>
    </message>
    <message>
        <source>must be whole numbers, as in 8,14,20, not {text!r}</source>
        <translation>必须是整数，例如 8,14,20，而不是 {text!r}</translation>
    </message>
    <message>
        <source>must be {known}</source>
        <translation>必须是 {known}</translation>
    </message>
    <message>
        <source>must be {one} or {both}, not {text!r}</source>
        <translation>必须是 {one} 或 {both}，不能是 {text!r}</translation>
    </message>
    <message>
        <source>must have at least {limit} entries or characters</source>
        <translation>至少要有 {limit} 项或字符</translation>
    </message>
    <message>
        <source>must have at most {limit} entries or characters</source>
        <translation>至多有 {limit} 项或字符</translation>
    </message>
    <message>
        <source>named</source>
        <translation>内置名称</translation>
    </message>
    <message>
        <source>names stage {number} twice</source>
        <translation>两次提到阶段 {number}</translation>
    </message>
    <message>
        <source>names the same network twice</source>
        <translation>同一个网络出现了两次</translation>
    </message>
    <message>
        <source>near-duplicate</source>
        <translation>近似重复</translation>
    </message>
    <message>
        <source>nearest: {network}, with {count} differences</source>
        <translation>最接近：{network}，有 {count} 处不同</translation>
    </message>
    <message>
        <source>needed for {use}; run {python} -m pip install {name}</source>
        <translation>用于{use}；请运行 {python} -m pip install {name}</translation>
    </message>
    <message>
        <source>needs a driver that is not installed: pip install &quot;{package}&quot;</source>
        <translation>所需的驱动程序没有安装：pip install &quot;{package}&quot;</translation>
    </message>
    <message>
        <source>needs packages that are not installed: uv sync --extra {extra}, or pip install &quot;resnet-explorer[{extra}]&quot;</source>
        <translation>需要的软件包尚未安装，请运行：uv sync --extra {extra}，或 pip install &quot;resnet-explorer[{extra}]&quot;</translation>
    </message>
    <message>
        <source>no answer within {seconds} s</source>
        <translation>{seconds} 秒内没有响应</translation>
    </message>
    <message>
        <source>no changes</source>
        <translation>无改动</translation>
    </message>
    <message>
        <source>no checkpoint was saved: the run starts again</source>
        <translation>没有保存过检查点：训练任务重新开始</translation>
    </message>
    <message>
        <source>no learning rate from {least:g} upwards lowers the loss</source>
        <translation>从 {least:g} 起，任何学习率都不能使损失下降</translation>
    </message>
    <message>
        <source>no norm before the head</source>
        <translation>分类头之前没有规范化</translation>
    </message>
    <message>
        <source>no norm in the stem</source>
        <translation>起始层没有规范化</translation>
    </message>
    <message>
        <source>no norm on the shortcut</source>
        <translation>捷径上没有规范化</translation>
    </message>
    <message>
        <source>no shortcut</source>
        <translation>无捷径</translation>
    </message>
    <message>
        <source>no shortcuts</source>
        <translation>没有捷径</translation>
    </message>
    <message>
        <source>no stage {number}</source>
        <translation>没有阶段 {number}</translation>
    </message>
    <message>
        <source>no tensor in {source} fits the design</source>
        <translation>{source} 中没有任何张量适合此设计</translation>
    </message>
    <message>
        <source>none of the files in {path!r} is there; the first would be {file!r}</source>
        <translation>{path!r} 中列出的文件都不存在；第一个应为 {file!r}</translation>
    </message>
    <message>
        <source>none of these</source>
        <translation>不属于任何类别</translation>
    </message>
    <message>
        <source>norm and ReLU in the stem</source>
        <translation>起始层中有规范化和 ReLU</translation>
    </message>
    <message>
        <source>norm on the shortcut</source>
        <translation>捷径上的规范化</translation>
    </message>
    <message>
        <source>normal, by fan out.</source>
        <translation>正态分布，按输出连接数。</translation>
    </message>
    <message>
        <source>norms share their statistics between NVIDIA GPUs only</source>
        <translation>只有在 NVIDIA GPU 之间，批量规范化层才能共享统计量</translation>
    </message>
    <message>
        <source>not a regular file</source>
        <translation>不是普通文件</translation>
    </message>
    <message>
        <source>not installed</source>
        <translation>未安装</translation>
    </message>
    <message>
        <source>not trained</source>
        <translation>未训练</translation>
    </message>
    <message>
        <source>not validated yet</source>
        <translation>尚未验证</translation>
    </message>
    <message>
        <source>nothing differs: the same network, recipe and seed</source>
        <translation>没有差别：网络、训练方案和随机种子都相同</translation>
    </message>
    <message>
        <source>odd-size</source>
        <translation>尺寸异常</translation>
    </message>
    <message>
        <source>on hold</source>
        <translation>已搁置</translation>
    </message>
    <message>
        <source>one 3×3 convolution, size kept.</source>
        <translation>一个 3×3 卷积，尺寸不变。</translation>
    </message>
    <message>
        <source>one of the processes that train this run was lost, or stopped answering</source>
        <translation>训练此任务的某个进程已丢失或不再响应</translation>
    </message>
    <message>
        <source>only a search for accuracy alone can stop trials early</source>
        <translation>只有单以精度为目标的搜索才能提前停止试验</translation>
    </message>
    <message>
        <source>only numbers have a range; list the values: KEY=VALUE,VALUE …</source>
        <translation>只有数值才有范围；请逐个列出取值：KEY=VALUE,VALUE …</translation>
    </message>
    <message>
        <source>onnxruntime does not compute the same: the logits differ by {error:.1g} of the largest</source>
        <translation>onnxruntime 的计算结果不同：logits 相差最大值的 {error:.1g}</translation>
    </message>
    <message>
        <source>other initial weights</source>
        <translation>初始权重不同</translation>
    </message>
    <message>
        <source>others</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>out of memory on {device} at batch size {batch_size}: {shortage}</source>
        <translation>在 {device} 上批量大小为 {batch_size} 时内存不足：{shortage}</translation>
    </message>
    <message>
        <source>output</source>
        <translation>输出</translation>
    </message>
    <message>
        <source>outputs values too large for a float: the weights are unusable</source>
        <translation>输出值超出浮点数的范围：这些权重不可用</translation>
    </message>
    <message>
        <source>over-fits since epoch {epoch}</source>
        <translation>自第 {epoch} 轮起过拟合</translation>
    </message>
    <message>
        <source>padded shortcut</source>
        <translation>补零捷径</translation>
    </message>
    <message>
        <source>parameters</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>photos</source>
        <translation>照片</translation>
    </message>
    <message>
        <source>photos from scratch: crops, flips and colours make many of each.</source>
        <translation>从头训练照片：裁剪、翻转和颜色变化使每张照片变成许多张。</translation>
    </message>
    <message>
        <source>pixels from 0 to 1.</source>
        <translation>像素值从 0 到 1。</translation>
    </message>
    <message>
        <source>plain</source>
        <translation>普通网络</translation>
    </message>
    <message>
        <source>pre-activation</source>
        <translation>预激活</translation>
    </message>
    <message>
        <source>pre-activation ResNet-{depth}</source>
        <translation>预激活 ResNet-{depth}</translation>
    </message>
    <message>
        <source>pre-activation basic blocks</source>
        <translation>预激活基本块</translation>
    </message>
    <message>
        <source>pre-activation bottlenecks</source>
        <translation>预激活瓶颈块</translation>
    </message>
    <message>
        <source>precision</source>
        <translation>精确率</translation>
    </message>
    <message>
        <source>projection shortcut</source>
        <translation>投影捷径</translation>
    </message>
    <message>
        <source>published</source>
        <translation>按发布时的划分</translation>
    </message>
    <message>
        <source>quick</source>
        <translation>快速</translation>
    </message>
    <message>
        <source>rare classes are drawn more often.</source>
        <translation>更常抽取图像少的类别。</translation>
    </message>
    <message>
        <source>reading designs</source>
        <translation>读取设计</translation>
    </message>
    <message>
        <source>recall</source>
        <translation>召回率</translation>
    </message>
    <message>
        <source>receptive field</source>
        <translation>感受野</translation>
    </message>
    <message>
        <source>recipe {number}</source>
        <translation>训练方案 {number}</translation>
    </message>
    <message>
        <source>recipe: {changes}</source>
        <translation>训练方案：{changes}</translation>
    </message>
    <message>
        <source>red, green, blue</source>
        <translation>红、绿、蓝</translation>
    </message>
    <message>
        <source>residual</source>
        <translation>残差网络</translation>
    </message>
    <message>
        <source>resized and cropped at the centre to {size} pixels, bilinear</source>
        <translation>双线性缩放并居中裁剪为 {size} 像素</translation>
    </message>
    <message>
        <source>resized and cropped at the centre to {stored} pixels, bilinear; of these the central {size}</source>
        <translation>双线性缩放并居中裁剪为 {stored} 像素，再取中央的 {size}</translation>
    </message>
    <message>
        <source>resized to {size} pixels, bilinear</source>
        <translation>双线性缩放为 {size} 像素</translation>
    </message>
    <message>
        <source>run main.py data get NAME for {names}</source>
        <translation>下载命令：main.py data get 名称（可选：{names}）</translation>
    </message>
    <message>
        <source>run {run} began with weights of a run beside it, which are not there any more</source>
        <translation>训练任务 {run} 从同时训练的另一个任务的权重开始，而那个任务已经不在了</translation>
    </message>
    <message>
        <source>run {run} does not say with which weights it began</source>
        <translation>训练任务 {run} 没有记录它从哪些权重开始</translation>
    </message>
    <message>
        <source>run {run} goes on with a grown network, which no script repeats</source>
        <translation>训练任务 {run} 接着训练一个加深过的网络，脚本无法重复这样的训练</translation>
    </message>
    <message>
        <source>run {run} has already done {done} epochs; set a larger number</source>
        <translation>训练任务 {run} 已完成 {done} 轮；请设定更多轮数</translation>
    </message>
    <message>
        <source>run {run} has no checkpoint; start a new run with its weights (--weights)</source>
        <translation>训练任务 {run} 没有检查点；可以用它的权重开始新的训练任务（--weights）</translation>
    </message>
    <message>
        <source>run {run} has no predictions of epoch {epoch}</source>
        <translation>训练任务 {run} 没有第 {epoch} 轮的预测结果</translation>
    </message>
    <message>
        <source>run {run} has no weights yet</source>
        <translation>训练任务 {run} 还没有权重</translation>
    </message>
    <message>
        <source>run {run} has not been evaluated on its {part} part</source>
        <translation>训练任务 {run} 还没有在其{part}集上评估过</translation>
    </message>
    <message>
        <source>run {run} is of an older version, which did not note its images: they may have changed; start a new run with its weights (--weights)</source>
        <translation>训练 {run} 来自旧版本，当时没有记录所用的图像，图像可能已经改变；请用它的权重开始新的训练（--weights）</translation>
    </message>
    <message>
        <source>run {run} was joined by blocks while it trained, which a script does not repeat</source>
        <translation>训练任务 {run} 在训练过程中加入了残差块，脚本无法重复这样的训练</translation>
    </message>
    <message>
        <source>run {run} was trained by {count} processes, which no script repeats</source>
        <translation>训练任务 {run} 由 {count} 个进程训练，没有脚本能够重复它</translation>
    </message>
    <message>
        <source>run {run} was trained on {data}, which is always found by its name</source>
        <translation>训练 {run} 使用的是 {data}，它总是按名称查找</translation>
    </message>
    <message>
        <source>running</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>second ReLU</source>
        <translation>第二个 ReLU</translation>
    </message>
    <message>
        <source>second convolution</source>
        <translation>第二个卷积</translation>
    </message>
    <message>
        <source>second norm</source>
        <translation>第二个规范化</translation>
    </message>
    <message>
        <source>seed {seed}</source>
        <translation>随机种子 {seed}</translation>
    </message>
    <message>
        <source>shape differs</source>
        <translation>形状不同</translation>
    </message>
    <message>
        <source>shortcut A (zeros for new channels)</source>
        <translation>捷径 A（新通道补零）</translation>
    </message>
    <message>
        <source>shortcut B (1×1 where the shape changes)</source>
        <translation>捷径 B（形状改变处用 1×1 卷积）</translation>
    </message>
    <message>
        <source>shortcut C (1×1 everywhere)</source>
        <translation>捷径 C（处处用 1×1 卷积）</translation>
    </message>
    <message>
        <source>shortcut D (average pool and 1×1 where the shape changes)</source>
        <translation>捷径 D（形状改变处用平均汇聚和 1×1 卷积）</translation>
    </message>
    <message>
        <source>small</source>
        <translation>小型</translation>
    </message>
    <message>
        <source>splits</source>
        <translation>按用途</translation>
    </message>
    <message>
        <source>stage {number} added</source>
        <translation>添加阶段 {number}</translation>
    </message>
    <message>
        <source>stage {number} removed</source>
        <translation>删除阶段 {number}</translation>
    </message>
    <message>
        <source>stage {number}: {change}</source>
        <translation>阶段 {number}：{change}</translation>
    </message>
    <message>
        <source>stage {number}: {count} of {blocks} cannot join later; the first block sets width and stride</source>
        <translation>阶段 {number}：{blocks} 个残差块中不能有 {count} 个后加入；第一个残差块决定宽度和步幅</translation>
    </message>
    <message>
        <source>stage3@5,10: the last two blocks of stage 3 join as identities after epochs 5 and 10; with ; between stages.</source>
        <translation>stage3@5,10：阶段 3 的最后两个残差块分别在第 5 轮和第 10 轮之后作为恒等映射加入；各阶段之间用 ; 分隔。</translation>
    </message>
    <message>
        <source>stalled since epoch {epoch}</source>
        <translation>自第 {epoch} 轮起停滞</translation>
    </message>
    <message>
        <source>stem width {value}</source>
        <translation>起始层宽度 {value}</translation>
    </message>
    <message>
        <source>still falling</source>
        <translation>仍在下降</translation>
    </message>
    <message>
        <source>stochastic gradient descent.</source>
        <translation>随机梯度下降。</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>stopped early</source>
        <translation>提前停止</translation>
    </message>
    <message>
        <source>stratified</source>
        <translation>按类别分层抽取</translation>
    </message>
    <message>
        <source>stride on the 3×3 (v1.5)</source>
        <translation>步幅在 3×3 卷积上（v1.5）</translation>
    </message>
    <message>
        <source>stride on the first 1×1 (v1)</source>
        <translation>步幅在第一个 1×1 卷积上（v1）</translation>
    </message>
    <message>
        <source>stride {value}</source>
        <translation>步幅 {value}</translation>
    </message>
    <message>
        <source>subsample by {n},
zeros for new channels</source>
        <translation>每 {n} 个位置取一个，
新增通道补零</translation>
    </message>
    <message>
        <source>sum</source>
        <translation>相加</translation>
    </message>
    <message>
        <source>table</source>
        <translation>表格</translation>
    </message>
    <message>
        <source>taken for it</source>
        <translation>被认作该类</translation>
    </message>
    <message>
        <source>test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>that run is of an older version, which did not note its images</source>
        <translation>那次训练来自旧版本，当时没有记录所用的图像</translation>
    </message>
    <message>
        <source>the CIFAR stem (one 3×3)</source>
        <translation>CIFAR 起始层（一个 3×3）</translation>
    </message>
    <message>
        <source>the ImageNet stem (7×7, max pool)</source>
        <translation>ImageNet 起始层（7×7，最大汇聚）</translation>
    </message>
    <message>
        <source>the address was not found</source>
        <translation>找不到该地址</translation>
    </message>
    <message>
        <source>the best weights, of epoch {best}, were not written; those of epoch {epoch} were taken</source>
        <translation>最佳权重（第 {best} 轮）未能写入；改用第 {epoch} 轮的权重</translation>
    </message>
    <message>
        <source>the chapter&apos;s {name}</source>
        <translation>教材的 {name}</translation>
    </message>
    <message>
        <source>the checkpoint has {done} of {known} trained epochs; the run goes on there</source>
        <translation>检查点只包含已训练的 {known} 轮中的 {done} 轮，训练从那里继续</translation>
    </message>
    <message>
        <source>the class {before!r} is called {now!r}</source>
        <translation>类别 {before!r} 现名为 {now!r}</translation>
    </message>
    <message>
        <source>the code needs more memory than it may have</source>
        <translation>代码需要的内存超过了限制</translation>
    </message>
    <message>
        <source>the connection broke off after {done} of {total} bytes</source>
        <translation>连接中断，已收到 {done} 字节，共 {total} 字节</translation>
    </message>
    <message>
        <source>the deep stem (three 3×3, max pool)</source>
        <translation>加深的起始层（三个 3×3，最大汇聚）</translation>
    </message>
    <message>
        <source>the design is not its parent&apos;s design plus {blocks}: {changes}</source>
        <translation>此设计不等于原设计加上 {blocks}：{changes}</translation>
    </message>
    <message>
        <source>the design takes {channels} channels; images have 1 or 3</source>
        <translation>设计接受 {channels} 个通道，而图像有 1 个或 3 个</translation>
    </message>
    <message>
        <source>the design takes {channels} channels; {data} has {own}</source>
        <translation>设计接受 {channels} 个通道，而 {data} 有 {own} 个</translation>
    </message>
    <message>
        <source>the events of run {run} are missing, which say how it was trained</source>
        <translation>训练任务 {run} 的事件记录不见了，无法得知它是如何训练的</translation>
    </message>
    <message>
        <source>the file there has {size} bytes; the published one has {expected}</source>
        <translation>该处的文件有 {size} 字节，而公开发布的文件有 {expected} 字节</translation>
    </message>
    <message>
        <source>the file there is not the published one: its checksum is wrong</source>
        <translation>该处的文件与公开发布的文件不同：校验和不符</translation>
    </message>
    <message>
        <source>the folder cannot be read</source>
        <translation>无法读取该文件夹</translation>
    </message>
    <message>
        <source>the highest accuracy, in an evening on a GPU.</source>
        <translation>在 GPU 上用一个晚上达到最高精度。</translation>
    </message>
    <message>
        <source>the images of {data} have {own} channels, not {wanted}</source>
        <translation>{data} 的图像有 {own} 个通道，而不是 {wanted} 个</translation>
    </message>
    <message>
        <source>the last batch of an epoch has {count} images, too few for norms over {size} GPUs</source>
        <translation>一个迭代周期的最后一个批量有 {count} 张图像，对于跨 {size} 个 GPU 的批量规范化来说太少</translation>
    </message>
    <message>
        <source>the learning rate falls to 0.</source>
        <translation>学习率逐渐降到 0。</translation>
    </message>
    <message>
        <source>the learning rate rises, then falls to 0.</source>
        <translation>学习率先升高，再降到 0。</translation>
    </message>
    <message>
        <source>the learning rate stays the same.</source>
        <translation>学习率保持不变。</translation>
    </message>
    <message>
        <source>the loss became {loss} at step {step}, with learning rate {rate:g}</source>
        <translation>第 {step} 步的损失变成了 {loss}，学习率为 {rate:g}</translation>
    </message>
    <message>
        <source>the loss of rare classes counts more.</source>
        <translation>图像少的类别在损失中权重更大。</translation>
    </message>
    <message>
        <source>the network has no blocks to repeat</source>
        <translation>网络中没有可以重复的残差块</translation>
    </message>
    <message>
        <source>the network has no class {number}</source>
        <translation>网络没有编号为 {number} 的类别</translation>
    </message>
    <message>
        <source>the network is too large for one file of this format</source>
        <translation>网络太大，无法存入这种格式的单个文件</translation>
    </message>
    <message>
        <source>the paper&apos;s ResNet-{depth} (CIFAR)</source>
        <translation>论文的 ResNet-{depth}（CIFAR）</translation>
    </message>
    <message>
        <source>the paper&apos;s {name} (v1)</source>
        <translation>论文的 {name}（v1）</translation>
    </message>
    <message>
        <source>the process that answers questions has ended</source>
        <translation>负责解答的进程已退出</translation>
    </message>
    <message>
        <source>the process that exports has ended; memory may have run out</source>
        <translation>执行导出的进程已结束；可能是内存不足</translation>
    </message>
    <message>
        <source>the run began with other weights, which are not here: these were drawn by its seed</source>
        <translation>该训练任务的初始权重是另外的权重，现已不在；这里的权重由其随机种子生成</translation>
    </message>
    <message>
        <source>the run was trained by one process; resume it without --devices</source>
        <translation>该训练任务由一个进程训练；请不带 --devices 继续训练</translation>
    </message>
    <message>
        <source>the run was trained by {count} processes; resume it with --devices {count}, or start a new run with its weights (--weights)</source>
        <translation>该训练任务由 {count} 个进程训练；请用 --devices {count} 继续训练，或用其权重开始新的训练任务（--weights）</translation>
    </message>
    <message>
        <source>the same images</source>
        <translation>图像相同</translation>
    </message>
    <message>
        <source>the same network</source>
        <translation>相同的网络</translation>
    </message>
    <message>
        <source>the server answered {code} {phrase}</source>
        <translation>服务器返回 {code} {phrase}</translation>
    </message>
    <message>
        <source>the state of an NVIDIA card</source>
        <translation>显示 NVIDIA 显卡的状态</translation>
    </message>
    <message>
        <source>the storage has no study {name!r}; it has: {names}</source>
        <translation>该存储中没有研究 {name!r}；现有：{names}</translation>
    </message>
    <message>
        <source>the storage has {count} studies; choose one with --name: {names}</source>
        <translation>该存储中有 {count} 个研究；请用 --name 选择一个：{names}</translation>
    </message>
    <message>
        <source>the validation loss became {loss} after step {step}, with learning rate {rate:g}</source>
        <translation>第 {step} 步后验证损失变成了 {loss}，学习率为 {rate:g}</translation>
    </message>
    <message>
        <source>the window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>the window&apos;s plots</source>
        <translation>窗口中的曲线图</translation>
    </message>
    <message>
        <source>there are no ImageNet weights for this design ({network})</source>
        <translation>此设计没有 ImageNet 权重（{network}）</translation>
    </message>
    <message>
        <source>there is no control {name!r}</source>
        <translation>没有名为 {name!r} 的控件</translation>
    </message>
    <message>
        <source>there is no data set or folder {path!r}</source>
        <translation>没有名为 {path!r} 的数据集或文件夹</translation>
    </message>
    <message>
        <source>there is no drawing {name!r}</source>
        <translation>没有名为 {name!r} 的插图</translation>
    </message>
    <message>
        <source>there is no field {field!r}</source>
        <translation>没有字段 {field!r}</translation>
    </message>
    <message>
        <source>there is no field {field!r}; {near!r} is one</source>
        <translation>没有字段 {field!r}；有字段 {near!r}</translation>
    </message>
    <message>
        <source>there is no file {path!r}</source>
        <translation>没有文件 {path!r}</translation>
    </message>
    <message>
        <source>there is no folder {folder!r}</source>
        <translation>文件夹 {folder!r} 不存在</translation>
    </message>
    <message>
        <source>there is no page {name!r}</source>
        <translation>没有名为 {name!r} 的页面</translation>
    </message>
    <message>
        <source>there is no run and no file {source!r}</source>
        <translation>没有名为 {source!r} 的训练任务或文件</translation>
    </message>
    <message>
        <source>there is no run {text!r} in {folder!r}</source>
        <translation>{folder!r} 中没有训练任务 {text!r}</translation>
    </message>
    <message>
        <source>there is no stage {number}: the design has {count}</source>
        <translation>没有阶段 {number}：这个设计有 {count} 个阶段</translation>
    </message>
    <message>
        <source>there is no study {text!r} in {folder!r}</source>
        <translation>{folder!r} 中没有研究 {text!r}</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>没有这个文件</translation>
    </message>
    <message>
        <source>there is no such storage</source>
        <translation>没有这个存储</translation>
    </message>
    <message>
        <source>there is no task {name!r}</source>
        <translation>没有任务 {name!r}</translation>
    </message>
    <message>
        <source>third ReLU</source>
        <translation>第三个 ReLU</translation>
    </message>
    <message>
        <source>third convolution</source>
        <translation>第三个卷积</translation>
    </message>
    <message>
        <source>third norm</source>
        <translation>第三个规范化</translation>
    </message>
    <message>
        <source>this build of torch has no torch.distributed</source>
        <translation>此版本的 torch 不含 torch.distributed</translation>
    </message>
    <message>
        <source>this closes no parenthesis</source>
        <translation>没有与它对应的左括号</translation>
    </message>
    <message>
        <source>this format needs a run, not a design</source>
        <translation>这种格式需要训练任务，而不是设计</translation>
    </message>
    <message>
        <source>this parenthesis is not closed</source>
        <translation>这个括号没有配对</translation>
    </message>
    <message>
        <source>this quotation mark is not closed</source>
        <translation>这个引号没有配对</translation>
    </message>
    <message>
        <source>this version does not know {names}, by which the run computes</source>
        <translation>当前版本不认识该训练任务所用的计算方式 {names}</translation>
    </message>
    <message>
        <source>three 3×3 convolutions, the first with stride 2, then max pooling (ResNet-C).</source>
        <translation>三个 3×3 卷积（第一个步幅为 2），再接最大汇聚（ResNet-C）。</translation>
    </message>
    <message>
        <source>time</source>
        <translation>用时</translation>
    </message>
    <message>
        <source>timm has no such network. network.py in this folder builds it and needs only torch; it is what `main.py export RUN --to python` writes. ResNet Explorer opens model.safetensors too.</source>
        <translation>timm 没有这样的网络。本文件夹中的 network.py 可以构建它，只需要 torch；它就是 `main.py export RUN --to python` 写出的文件。ResNet Explorer 也能打开 model.safetensors。</translation>
    </message>
    <message>
        <source>timm opens this folder; in it, the following classifies an image. timm rounds the sizes of images that are not square in its own way, so confidences may differ a little from those of the run:</source>
        <translation>timm 可以打开这个文件夹；在文件夹中运行以下代码即可对图像分类。对于非正方形的图像，timm 对尺寸的取整方式不同，因此置信度可能与训练时略有差异：</translation>
    </message>
    <message>
        <source>timm&apos;s {name}</source>
        <translation>timm 的 {name}</translation>
    </message>
    <message>
        <source>too early to tell</source>
        <translation>现在下结论还太早</translation>
    </message>
    <message>
        <source>too large for the memory</source>
        <translation>太大，内存容纳不下</translation>
    </message>
    <message>
        <source>too much is nested here</source>
        <translation>这里嵌套太深</translation>
    </message>
    <message>
        <source>torch {torch} has no code for cards of compute capability {capability}; a build that has it may be installed by: uv pip install --reinstall torch torchvision --torch-backend {backend}</source>
        <translation>torch {torch} 不支持计算能力为 {capability} 的显卡；可用以下命令安装支持它的版本：uv pip install --reinstall torch torchvision --torch-backend {backend}</translation>
    </message>
    <message>
        <source>torch {torch} needs CUDA {cuda}, which the installed driver does not support</source>
        <translation>torch {torch} 需要 CUDA {cuda}，而已安装的驱动程序不支持</translation>
    </message>
    <message>
        <source>torch {torch} was built without CUDA</source>
        <translation>torch {torch} 构建时未包含 CUDA</translation>
    </message>
    <message>
        <source>torchrun could not start: {error}</source>
        <translation>torchrun 无法启动：{error}</translation>
    </message>
    <message>
        <source>torchvision has no classifier {name!r}; {hint}</source>
        <translation>torchvision 没有分类网络 {name!r}；{hint}</translation>
    </message>
    <message>
        <source>torchvision&apos;s GoogLeNet has a norm after each convolution, the chapter&apos;s has none. Like the chapter&apos;s ResNet it has b1, a 7×7 convolution and max pooling, then four modules, global pooling and a linear layer.</source>
        <translation>torchvision 的 GoogLeNet 在每个卷积层之后都有规范化，教材中的没有。它与教材的 ResNet 一样，先是 b1（7×7 卷积和最大汇聚），接着是四个模块、全局汇聚和一个全连接层。</translation>
    </message>
    <message>
        <source>torchvision&apos;s {name}</source>
        <translation>torchvision 的 {name}</translation>
    </message>
    <message>
        <source>train</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>trained by another process</source>
        <translation>由另一个进程训练</translation>
    </message>
    <message>
        <source>training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>training accuracy</source>
        <translation>训练精度</translation>
    </message>
    <message>
        <source>training and --verify</source>
        <translation>训练和 --verify</translation>
    </message>
    <message>
        <source>training loss</source>
        <translation>训练损失</translation>
    </message>
    <message>
        <source>training needs {needed:,.0f} MiB on {device}; {free:,.0f} MiB are free</source>
        <translation>在 {device} 上训练需要 {needed:,.0f} MiB 内存，目前可用 {free:,.0f} MiB</translation>
    </message>
    <message>
        <source>transparent images lie on black.</source>
        <translation>透明图像置于黑色背景上。</translation>
    </message>
    <message>
        <source>transparent images lie on grey.</source>
        <translation>透明图像置于灰色背景上。</translation>
    </message>
    <message>
        <source>transparent images lie on white, as on paper.</source>
        <translation>透明图像置于白色背景上，如同在纸上。</translation>
    </message>
    <message>
        <source>truth ↓ · taken for →</source>
        <translation>真实类别 ↓ · 被认作 →</translation>
    </message>
    <message>
        <source>two 3×3 convolutions, norm and ReLU before each.</source>
        <translation>两个 3×3 卷积，每个之前先做规范化和 ReLU。</translation>
    </message>
    <message>
        <source>two 3×3 convolutions.</source>
        <translation>两个 3×3 卷积。</translation>
    </message>
    <message>
        <source>two-classes</source>
        <translation>分属两类</translation>
    </message>
    <message>
        <source>type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>uniform, by both fans, as in the chapter.</source>
        <translation>均匀分布，按输入和输出连接数，与教材相同。</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>设计中没有</translation>
    </message>
    <message>
        <source>unknown format</source>
        <translation>格式未知</translation>
    </message>
    <message>
        <source>unreadable</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>validation accuracy</source>
        <translation>验证精度</translation>
    </message>
    <message>
        <source>validation images</source>
        <translation>验证图像</translation>
    </message>
    <message>
        <source>validation loss</source>
        <translation>验证损失</translation>
    </message>
    <message>
        <source>values of its own</source>
        <translation>自定义</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>was made by a newer version of this program; it is kept as {name}</source>
        <translation>由本程序的较新版本写入；已另存为 {name}</translation>
    </message>
    <message>
        <source>was made by a newer version: it has schema {schema}, this version reads {known}</source>
        <translation>由较新的版本写成：其 schema 为 {schema}，本版本只能读 {known}</translation>
    </message>
    <message>
        <source>what is left is what average pooling and the 1×1 convolution on the shortcut make of x</source>
        <translation>剩下的是捷径上的平均汇聚和 1×1 卷积对 x 的变换</translation>
    </message>
    <message>
        <source>what is left is what the 1×1 convolution on the shortcut makes of x</source>
        <translation>剩下的是捷径上的 1×1 卷积对 x 的变换</translation>
    </message>
    <message>
        <source>what is left is x subsampled, with zeros for the new channels</source>
        <translation>剩下的是下采样后的 x，新增通道为零</translation>
    </message>
    <message>
        <source>what was found in the images is not kept in {folder!r}: {error}</source>
        <translation>图像的检查结果无法保存到 {folder!r}：{error}</translation>
    </message>
    <message>
        <source>wheel</source>
        <translation>滚轮</translation>
    </message>
    <message>
        <source>wide</source>
        <translation>宽残差网络</translation>
    </message>
    <message>
        <source>width {value}</source>
        <translation>宽度 {value}</translation>
    </message>
    <message>
        <source>window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>with the 1×1 convolution, {inputs} → {outputs} channels, stride {stride}</source>
        <translation>使用 1×1 卷积，{inputs} → {outputs} 个通道，步幅 {stride}</translation>
    </message>
    <message>
        <source>with the classes {names}</source>
        <translation>多了类别 {names}</translation>
    </message>
    <message>
        <source>without the 1×1 convolution, {inputs} → {outputs} channels, stride {stride}</source>
        <translation>不用 1×1 卷积，{inputs} → {outputs} 个通道，步幅 {stride}</translation>
    </message>
    <message>
        <source>without the classes {names}</source>
        <translation>少了类别 {names}</translation>
    </message>
    <message>
        <source>would be {runs:,} runs, more than the {most:,} that a study may have</source>
        <translation>将有 {runs:,} 次运行，超过一项研究最多的 {most:,} 次</translation>
    </message>
    <message>
        <source>would train the same as {earlier}</source>
        <translation>与 {earlier} 训练的完全相同</translation>
    </message>
    <message>
        <source>writing was interrupted</source>
        <translation>写入被中断</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>zeros for new channels (A).</source>
        <translation>新增通道补零（方案 A）。</translation>
    </message>
    <message>
        <source>{after} instead of {before}</source>
        <translation>{after}，而不是{before}</translation>
    </message>
    <message>
        <source>{change}: both must see the same images in the same order and compute alike</source>
        <translation>{change}：双方必须以相同的顺序看到相同的图像，并以相同的方式计算</translation>
    </message>
    <message>
        <source>{count:,} blocks like this:</source>
        <translation>{count:,} 个这样的块：</translation>
    </message>
    <message>
        <source>{count:,} more</source>
        <translation>另有 {count:,} 个</translation>
    </message>
    <message>
        <source>{count:,} of the classes have fewer than {few} images to validate with: {names}</source>
        <translation>有 {count:,} 个类别的验证图像不足 {few} 张：{names}</translation>
    </message>
    <message>
        <source>{count} blocks fewer</source>
        <translation>少 {count} 个残差块</translation>
    </message>
    <message>
        <source>{count} more blocks</source>
        <translation>多 {count} 个残差块</translation>
    </message>
    <message>
        <source>{count} processes need as many NVIDIA GPUs; this computer has {cards}</source>
        <translation>{count} 个进程需要同样多的 NVIDIA GPU；这台计算机有 {cards} 个</translation>
    </message>
    <message>
        <source>{damage}; continuing from {name}</source>
        <translation>{damage}；从 {name} 继续</translation>
    </message>
    <message>
        <source>{damage}; move it away to use the weights of the last checkpoint</source>
        <translation>{damage}；移走该文件即可使用最近检查点的权重</translation>
    </message>
    <message>
        <source>{damage}; the weights of the last checkpoint were taken, of epoch {epoch}</source>
        <translation>{damage}；改用最近检查点的权重（第 {epoch} 轮）</translation>
    </message>
    <message>
        <source>{data} could not be downloaded.</source>
        <translation>无法下载 {data}。</translation>
    </message>
    <message>
        <source>{data} has changed since the run began: {changes}</source>
        <translation>{data} 自训练开始以来发生了变化：{changes}</translation>
    </message>
    <message>
        <source>{data} has no images for training or for validation</source>
        <translation>{data} 没有用于训练或验证的图像</translation>
    </message>
    <message>
        <source>{data} has no images in its {part} part</source>
        <translation>{data} 的{part}集中没有图像</translation>
    </message>
    <message>
        <source>{data} has no test part of its own: what was published for testing validates</source>
        <translation>{data} 没有单独的测试集：公开发布的测试集用作验证集</translation>
    </message>
    <message>
        <source>{data} has the label {highest}, but the design has only {classes} classes</source>
        <translation>{data} 中有标签 {highest}，而此设计只有 {classes} 个类别</translation>
    </message>
    <message>
        <source>{data} has {count} classes, but the design has only {classes}</source>
        <translation>{data} 有 {count} 个类别，而设计只有 {classes} 个</translation>
    </message>
    <message>
        <source>{data} has {own:,} classes, not {wanted:,}</source>
        <translation>{data} 有 {own:,} 个类别，而不是 {wanted:,} 个</translation>
    </message>
    <message>
        <source>{data} is not on this computer; to download it, choose it under Data or run `main.py data get {name}`</source>
        <translation>这台计算机上没有 {data}；要下载它，请在“数据”中选择它，或运行 `main.py data get {name}`</translation>
    </message>
    <message>
        <source>{data} needs {needed:.0f} MiB in {path}, where {free:.0f} MiB are free</source>
        <translation>{data} 需要 {path} 中有 {needed:.0f} MiB 空间，但那里只剩 {free:.0f} MiB</translation>
    </message>
    <message>
        <source>{depth} cannot be reached: near it, with blocks of {step} layers, are {below} and {above}</source>
        <translation>无法得到 {depth} 层：每个残差块有 {step} 层，与之相近的是 {below} 层和 {above} 层</translation>
    </message>
    <message>
        <source>{depth} cannot be reached: with its blocks the network has from {least} to {most} layers</source>
        <translation>无法得到 {depth} 层：用它的残差块，网络可以有 {least} 到 {most} 层</translation>
    </message>
    <message>
        <source>{design}: nested classes</source>
        <translation>{design}：嵌套函数类</translation>
    </message>
    <message>
        <source>{design}: {varied}</source>
        <translation>{design}：{varied}</translation>
    </message>
    <message>
        <source>{difference}: same parameters and MACs</source>
        <translation>{difference}：参数量和乘加运算相同</translation>
    </message>
    <message>
        <source>{difference}: {cost} MACs, same parameters</source>
        <translation>{difference}：乘加运算 {cost} 次，参数量相同</translation>
    </message>
    <message>
        <source>{difference}: {cost} parameters</source>
        <translation>{difference}：参数 {cost} 个</translation>
    </message>
    <message>
        <source>{done:,} of {planned:,} ({state})</source>
        <translation>{done:,}/{planned:,}（{state}）</translation>
    </message>
    <message>
        <source>{equal:,} of {tensors:,} tensors begin equal; its own: {own}</source>
        <translation>{tensors:,} 个张量中有 {equal:,} 个初始值相同；自有的是：{own}</translation>
    </message>
    <message>
        <source>{field!r} is compared with a date such as 2026-01-31</source>
        <translation>{field!r} 只能与日期比较，例如 2026-01-31</translation>
    </message>
    <message>
        <source>{field!r} is compared with a number</source>
        <translation>{field!r} 只能与数比较</translation>
    </message>
    <message>
        <source>{field!r} is yes or no</source>
        <translation>{field!r} 只能是 yes 或 no</translation>
    </message>
    <message>
        <source>{field!r} is yes or no, which = compares</source>
        <translation>{field!r} 只有是和否，用 = 比较</translation>
    </message>
    <message>
        <source>{file!r} is not as it was, or has other names than the network, which a script cannot load</source>
        <translation>{file!r} 已与当时不同，或其中的名称与网络的不同，脚本无法载入</translation>
    </message>
    <message>
        <source>{file}, line {line}, {key}</source>
        <translation>{file} 第 {line} 行，{key}</translation>
    </message>
    <message>
        <source>{fit} ({count:,}): {names}</source>
        <translation>{fit}（{count:,}）：{names}</translation>
    </message>
    <message>
        <source>{format} needs a run, not a design</source>
        <translation>{format} 需要一个训练任务，而不是一个设计</translation>
    </message>
    <message>
        <source>{key} {before} → {after}</source>
        <translation>{key} {before} → {after}</translation>
    </message>
    <message>
        <source>{key} {value}</source>
        <translation>{key} {value}</translation>
    </message>
    <message>
        <source>{kind} ({value})</source>
        <translation>{kind}（{value}）</translation>
    </message>
    <message>
        <source>{layer} is one too many.</source>
        <translation>{layer} 是多余的。</translation>
    </message>
    <message>
        <source>{left_out:,} images left out, {excluded:,} of none of the classes, {moved:,} moved to another class</source>
        <translation>排除 {left_out:,} 张图像，不属于任何类别 {excluded:,} 张，改归其他类别 {moved:,} 张</translation>
    </message>
    <message>
        <source>{mean} ± {spread} (seeds {seeds})</source>
        <translation>{mean} ± {spread}（随机种子 {seeds}）</translation>
    </message>
    <message>
        <source>{measure} by {knob}</source>
        <translation>{measure}，按{knob}</translation>
    </message>
    <message>
        <source>{n:,} images given another class</source>
        <translation>{n:,} 张图像改为其他类别</translation>
    </message>
    <message>
        <source>{n:,} images left out</source>
        <translation>排除 {n:,} 张图像</translation>
    </message>
    <message>
        <source>{n:,} images marked as none of the classes</source>
        <translation>{n:,} 张图像标为不属于任何类别</translation>
    </message>
    <message>
        <source>{n:,} images used again as they are in the folder</source>
        <translation>{n:,} 张图像恢复为文件夹中的原样</translation>
    </message>
    <message>
        <source>{name!r} is no image of the data set</source>
        <translation>{name!r} 不是该数据集中的图像</translation>
    </message>
    <message>
        <source>{name!r} is not available; {rest}</source>
        <translation>{name!r} 不可用；{rest}</translation>
    </message>
    <message>
        <source>{name!r} is not the name of a data set</source>
        <translation>{name!r} 不是数据集的名称</translation>
    </message>
    <message>
        <source>{names}, {name}</source>
        <translation>{names}、{name}</translation>
    </message>
    <message>
        <source>{name} already has {count} blocks, the maximum.</source>
        <translation>{name} 已有 {count} 个残差块，达到上限。</translation>
    </message>
    <message>
        <source>{name} and {other} are equal after epoch {epoch}: the gap is {gap:.1f} points</source>
        <translation>第 {epoch} 轮后，{name} 与 {other} 相当：相差 {gap:.1f} 个百分点</translation>
    </message>
    <message>
        <source>{name} and {other} do not differ clearly: after epoch {epoch} the gap is {gap:.1f} ± {spread:.1f} points, no more than the spread of the seeds</source>
        <translation>{name} 与 {other} 没有明显差别：第 {epoch} 轮后相差 {gap:.1f} ± {spread:.1f} 个百分点，不超过不同随机种子之间的波动</translation>
    </message>
    <message>
        <source>{name} cannot be read: {error}</source>
        <translation>无法读取 {name}：{error}</translation>
    </message>
    <message>
        <source>{name} contains values that are not finite</source>
        <translation>{name} 含有非有限值</translation>
    </message>
    <message>
        <source>{name} does not build as many blocks as it is told to.</source>
        <translation>{name} 创建的块数与要求的不符。</translation>
    </message>
    <message>
        <source>{name} does not take images of 3×224×224</source>
        <translation>{name} 不接受 3×224×224 的图像</translation>
    </message>
    <message>
        <source>{name} fails: {error}</source>
        <translation>{name} 出错：{error}</translation>
    </message>
    <message>
        <source>{name} gives the 1×1 convolution or the stride to other blocks than the first of a later stage.</source>
        <translation>{name} 没有把 1×1 卷积和步幅只交给后续各阶段的第一个块。</translation>
    </message>
    <message>
        <source>{name} halves the size in every block of a stage, not in the first alone: “or not first_block” should be “and not first_block”.</source>
        <translation>{name} 在阶段的每个块中都将尺寸减半，而不仅是第一个：“or not first_block”应为“and not first_block”。</translation>
    </message>
    <message>
        <source>{name} halves the size in the first stage as well: “and not first_block” is missing.</source>
        <translation>{name} 在第一个阶段也将尺寸减半：缺少“and not first_block”。</translation>
    </message>
    <message>
        <source>{name} has attention, which torchinfo does not count</source>
        <translation>{name} 含有注意力层，torchinfo 不会计入</translation>
    </message>
    <message>
        <source>{name} is ahead of {other}: after epoch {epoch} the gap is {gap:.1f} points; whether that is more than chance takes several seeds of both</source>
        <translation>{name} 领先于 {other}：第 {epoch} 轮后相差 {gap:.1f} 个百分点；要判断是否超出偶然波动，双方都需要多个随机种子</translation>
    </message>
    <message>
        <source>{name} is ahead of {other}: after epoch {epoch} the gap is {gap:.1f} ± {spread:.1f} points, more than the spread of the seeds</source>
        <translation>{name} 领先于 {other}：第 {epoch} 轮后相差 {gap:.1f} ± {spread:.1f} 个百分点，超过不同随机种子之间的波动</translation>
    </message>
    <message>
        <source>{name} is ahead of {other}; after epoch {epoch} the gap is {gap:.1f} points</source>
        <translation>{name} 领先于 {other}；第 {epoch} 轮后相差 {gap:.1f} 个百分点</translation>
    </message>
    <message>
        <source>{name} is damaged ({cause})</source>
        <translation>{name} 已损坏（{cause}）</translation>
    </message>
    <message>
        <source>{name} is missing</source>
        <translation>缺少 {name}</translation>
    </message>
    <message>
        <source>{name} learns faster than {other}; after epoch {epoch} the gap is {gap:.1f} points</source>
        <translation>{name} 比 {other} 学得更快；第 {epoch} 轮后相差 {gap:.1f} 个百分点</translation>
    </message>
    <message>
        <source>{name} must be a list of addresses that begin with http:// or https://</source>
        <translation>{name} 必须是地址列表，每个地址以 http:// 或 https:// 开头</translation>
    </message>
    <message>
        <source>{name} never halves the size: the first block of each later stage needs stride 2.</source>
        <translation>{name} 从不将尺寸减半：后续每个阶段的第一个块需要步幅 2。</translation>
    </message>
    <message>
        <source>{name} takes ({arguments}); the chapter’s takes (input_channels, num_channels, use_1x1conv, strides).</source>
        <translation>{name} 的参数是 ({arguments})；本章的参数是 (input_channels, num_channels, use_1x1conv, strides)。</translation>
    </message>
    <message>
        <source>{name} was not written: {weight} contains non-finite values</source>
        <translation>未写入 {name}：{weight} 含有非有限值</translation>
    </message>
    <message>
        <source>{name} · epoch {epoch} · loss {loss} · training {accuracy}</source>
        <translation>{name} · 第 {epoch} 轮 · 损失 {loss} · 训练精度 {accuracy}</translation>
    </message>
    <message>
        <source>{name} · epoch {epoch} · loss {loss} · validation {accuracy} (loss {validation_loss})</source>
        <translation>{name} · 第 {epoch} 轮 · 损失 {loss} · 验证精度 {accuracy}（损失 {validation_loss}）</translation>
    </message>
    <message>
        <source>{name}, seed {seed}</source>
        <translation>{name}，种子 {seed}</translation>
    </message>
    <message>
        <source>{name}, {seeds} seeds: after epoch {epoch} validation {mean} ± {deviation} points</source>
        <translation>{name}，{seeds} 个随机种子：第 {epoch} 轮后验证精度 {mean} ± {deviation} 个百分点</translation>
    </message>
    <message>
        <source>{name}: after epoch {epoch} of {all} validation {accuracy}, loss {loss:.3f}; {trend}</source>
        <translation>{name}：第 {epoch}/{all} 轮后验证精度 {accuracy}，损失 {loss:.3f}；{trend}</translation>
    </message>
    <message>
        <source>{name}: first epoch, not validated yet</source>
        <translation>{name}：第 1 轮，尚未验证</translation>
    </message>
    <message>
        <source>{name}: {accuracy}</source>
        <translation>{name}：{accuracy}</translation>
    </message>
    <message>
        <source>{name}: {value} ({n} of {total} runs)</source>
        <translation>{name}：{value}（{total} 个训练任务中的 {n} 个）</translation>
    </message>
    <message>
        <source>{needed}, {free:,.0f} MiB free</source>
        <translation>{needed}，可用 {free:,.0f} MiB</translation>
    </message>
    <message>
        <source>{network} has no weights {version}, only {others}</source>
        <translation>{network} 没有 {version} 权重，只有 {others}</translation>
    </message>
    <message>
        <source>{network} {good} of {all}</source>
        <translation>{network} {all} 次中有 {good} 次</translation>
    </message>
    <message>
        <source>{network}, but {changes}</source>
        <translation>{network}，但{changes}</translation>
    </message>
    <message>
        <source>{note} · {changes}</source>
        <translation>{note} · {changes}</translation>
    </message>
    <message>
        <source>{now:,} images to train with instead of {before:,}</source>
        <translation>训练图像为 {now:,} 张，原为 {before:,} 张</translation>
    </message>
    <message>
        <source>{now:,} to test with instead of {before:,}</source>
        <translation>测试图像为 {now:,} 张，原为 {before:,} 张</translation>
    </message>
    <message>
        <source>{now:,} to validate with instead of {before:,}</source>
        <translation>验证图像为 {now:,} 张，原为 {before:,} 张</translation>
    </message>
    <message>
        <source>{now:,} unreadable instead of {before:,}</source>
        <translation>无法读取的为 {now:,} 张，原为 {before:,} 张</translation>
    </message>
    <message>
        <source>{n} classes</source>
        <translation>{n} 个类别</translation>
    </message>
    <message>
        <source>{n} classes have very few images</source>
        <translation>有 {n} 个类别的图像很少</translation>
    </message>
    <message>
        <source>{n} convolutions</source>
        <translation>{n} 个卷积层</translation>
    </message>
    <message>
        <source>{n} failed</source>
        <translation>{n} 个失败</translation>
    </message>
    <message>
        <source>{n} files were skipped: not an image, or in no class</source>
        <translation>已跳过 {n} 个文件：不是图像，或不属于任何类别</translation>
    </message>
    <message>
        <source>{n} h</source>
        <translation>{n} 小时</translation>
    </message>
    <message>
        <source>{n} images are blurred</source>
        <translation>有 {n} 张图像模糊</translation>
    </message>
    <message>
        <source>{n} images are in two classes</source>
        <translation>有 {n} 张图像同时属于两个类别</translation>
    </message>
    <message>
        <source>{n} images are taken for {predicted}, {share} of them rightly</source>
        <translation>{n} 张图像被预测为“{predicted}”，其中 {share} 是正确的</translation>
    </message>
    <message>
        <source>{n} images are very bright</source>
        <translation>有 {n} 张图像过亮</translation>
    </message>
    <message>
        <source>{n} images are very dark</source>
        <translation>有 {n} 张图像过暗</translation>
    </message>
    <message>
        <source>{n} images cannot be read and are left out</source>
        <translation>有 {n} 张图像无法读取，已排除</translation>
    </message>
    <message>
        <source>{n} images have an unusual size or shape</source>
        <translation>有 {n} 张图像的尺寸或长宽比异常</translation>
    </message>
    <message>
        <source>{n} images have copies across training and test or validation</source>
        <translation>有 {n} 张图像在训练集与测试集或验证集之间有相同的副本</translation>
    </message>
    <message>
        <source>{n} images have copies across training and validation</source>
        <translation>有 {n} 张图像在训练集与验证集之间有相同的副本</translation>
    </message>
    <message>
        <source>{n} images have exact copies</source>
        <translation>有 {n} 张图像完全重复</translation>
    </message>
    <message>
        <source>{n} images look almost the same as another</source>
        <translation>有 {n} 张图像近似重复</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n} 分钟</translation>
    </message>
    <message>
        <source>{n} of {total} images are taken for another class</source>
        <translation>{total} 张图像中有 {n} 张被预测为其他类别</translation>
    </message>
    <message>
        <source>{n} of {total} runs done</source>
        <translation>已完成 {n} / {total} 个训练任务</translation>
    </message>
    <message>
        <source>{n} of {total} {truth} are recognised</source>
        <translation>{total} 张“{truth}”中有 {n} 张预测正确</translation>
    </message>
    <message>
        <source>{n} of {total} {truth} are taken for {predicted}</source>
        <translation>{total} 张“{truth}”中有 {n} 张被预测为“{predicted}”</translation>
    </message>
    <message>
        <source>{n} points</source>
        <translation>{n} 个百分点</translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n} 秒</translation>
    </message>
    <message>
        <source>{n} under way</source>
        <translation>{n} 个进行中</translation>
    </message>
    <message>
        <source>{other:,} classes instead of {first:,}: both must learn the same ones</source>
        <translation>{other:,} 个类别，而不是 {first:,} 个：两者必须学习相同的类别</translation>
    </message>
    <message>
        <source>{params} parameters, {macs} MACs</source>
        <translation>{params} 个参数，{macs} 次乘加运算</translation>
    </message>
    <message>
        <source>{path!r} cannot be read: {error}</source>
        <translation>无法读取 {path!r}：{error}</translation>
    </message>
    <message>
        <source>{path!r} cannot be used: {error}</source>
        <translation>无法使用 {path!r}：{error}</translation>
    </message>
    <message>
        <source>{path!r} cannot be written: {error}</source>
        <translation>无法写入 {path!r}：{error}</translation>
    </message>
    <message>
        <source>{path!r} contains more than plain data, such as a whole model; none of it was executed. Save the model&apos;s state_dict() instead</source>
        <translation>{path!r} 包含的不只是数据，例如整个模型；其中的代码均未执行。请改为保存模型的 state_dict()</translation>
    </message>
    <message>
        <source>{path!r} gives {count} files more than one class or part; the first is {file!r}</source>
        <translation>{path!r} 给 {count} 个文件指定了不止一个类别或用途；第一个是 {file!r}</translation>
    </message>
    <message>
        <source>{path!r} has images of {names} in other parts, but none to train with</source>
        <translation>{path!r} 的验证或测试部分有 {names} 的图像，训练部分却没有</translation>
    </message>
    <message>
        <source>{path!r} has no class folders with images</source>
        <translation>{path!r} 中没有含图像的类别文件夹</translation>
    </message>
    <message>
        <source>{path!r} has no row with a file and a class</source>
        <translation>{path!r} 中没有同时给出文件和类别的行</translation>
    </message>
    <message>
        <source>{path!r} has no tensors with names</source>
        <translation>{path!r} 中没有带名称的张量</translation>
    </message>
    <message>
        <source>{path!r} has only one class, {name!r}; training needs at least two</source>
        <translation>{path!r} 中只有 {name!r} 一个类别；训练至少需要两个</translation>
    </message>
    <message>
        <source>{path!r} has the folders {names}, but no training images in class folders; a table can give the classes</source>
        <translation>{path!r} 中有文件夹 {names}，但类别文件夹中没有训练图像；也可以用 CSV 表格给出类别</translation>
    </message>
    <message>
        <source>{path!r} is damaged or incomplete: {cause}</source>
        <translation>{path!r} 已损坏或不完整：{cause}</translation>
    </message>
    <message>
        <source>{path!r} is damaged: its checksum is not the expected one</source>
        <translation>{path!r} 已损坏：校验和不符</translation>
    </message>
    <message>
        <source>{path!r} is empty</source>
        <translation>{path!r} 是空的</translation>
    </message>
    <message>
        <source>{path!r} is inside {folder!r}, which stays as it is; choose another place</source>
        <translation>{path!r} 位于 {folder!r} 中，该文件夹须保持原样；请选择其他位置</translation>
    </message>
    <message>
        <source>{path!r} is neither a file of PyTorch nor of safetensors</source>
        <translation>{path!r} 既不是 PyTorch 文件，也不是 safetensors 文件</translation>
    </message>
    <message>
        <source>{path!r} is neither a folder nor a table in UTF-8</source>
        <translation>{path!r} 既不是文件夹，也不是 UTF-8 编码的表格</translation>
    </message>
    <message>
        <source>{path!r} is not a CSV table: {error}</source>
        <translation>{path!r} 不是 CSV 表格：{error}</translation>
    </message>
    <message>
        <source>{path!r} is not a usable image: {reason}</source>
        <translation>{path!r} 不是可用的图像：{reason}</translation>
    </message>
    <message>
        <source>{path!r} is not a valid safetensors file: {error}</source>
        <translation>{path!r} 不是有效的 safetensors 文件：{error}</translation>
    </message>
    <message>
        <source>{path!r} is not there; if the images have moved, --data says where they are</source>
        <translation>{path!r} 不存在；如果图像已移动，请用 --data 指明现在的位置</translation>
    </message>
    <message>
        <source>{path!r} is there already; choose another name</source>
        <translation>{path!r} 已存在；请换一个名称</translation>
    </message>
    <message>
        <source>{path!r} names a home folder that does not exist</source>
        <translation>{path!r} 指向的用户主目录不存在</translation>
    </message>
    <message>
        <source>{path!r} needs a column of files ({files}) and one of classes ({classes}); its first row is: {row}</source>
        <translation>{path!r} 需要一列文件（{files}）和一列类别（{classes}）；它的第一行是：{row}</translation>
    </message>
    <message>
        <source>{path!r} needs {needed:,.0f} MiB; {free:,.0f} MiB are free there</source>
        <translation>{path!r} 需要 {needed:,.0f} MiB；该处可用空间为 {free:,.0f} MiB</translation>
    </message>
    <message>
        <source>{path!r}, line {line}: {part!r} is not a part; known are {parts}</source>
        <translation>{path!r} 第 {line} 行：{part!r} 不是数据的用途；可用的有 {parts}</translation>
    </message>
    <message>
        <source>{path} cannot be written</source>
        <translation>无法写入 {path}</translation>
    </message>
    <message>
        <source>{path} is damaged</source>
        <translation>{path} 已损坏</translation>
    </message>
    <message>
        <source>{path} is damaged; remove it to begin without decisions about these images</source>
        <translation>{path} 已损坏；删除它之后，这些图像就没有任何处理决定</translation>
    </message>
    <message>
        <source>{pixels:,} pixels</source>
        <translation>{pixels:,} 像素</translation>
    </message>
    <message>
        <source>{problem} (and {n} more)</source>
        <translation>{problem}（另有 {n} 个）</translation>
    </message>
    <message>
        <source>{problem}; `main.py data get {name}` downloads it again</source>
        <translation>{problem}；`main.py data get {name}` 会重新下载</translation>
    </message>
    <message>
        <source>{progress}: a point is drawn when the first run of it is done.</source>
        <translation>{progress}：一个点的第一个训练任务完成后就会画出。</translation>
    </message>
    <message>
        <source>{reason}
You can also use a file that you have, such as {name}.</source>
        <translation>{reason}
也可以使用您已有的文件，例如 {name}。</translation>
    </message>
    <message>
        <source>{reason} Run resnet-explorer check in a terminal to see what is missing.</source>
        <translation>{reason} 在终端运行 resnet-explorer check，可以查看缺少什么。</translation>
    </message>
    <message>
        <source>{run} · {changes}</source>
        <translation>{run} · {changes}</translation>
    </message>
    <message>
        <source>{run}: {changes}</source>
        <translation>{run}：{changes}</translation>
    </message>
    <message>
        <source>{run}: {reason}</source>
        <translation>{run}：{reason}</translation>
    </message>
    <message>
        <source>{schema} was made by a newer version; this version reads {known}</source>
        <translation>{schema} 由更新的版本写成；当前版本只能读取 {known}</translation>
    </message>
    <message>
        <source>{sign!r} means nothing here</source>
        <translation>{sign!r} 在这里没有含义</translation>
    </message>
    <message>
        <source>{source!r}: the versions are {versions}</source>
        <translation>{source!r}：可用的版本有 {versions}</translation>
    </message>
    <message>
        <source>{source}: {matched:,} tensors taken</source>
        <translation>{source}：采用 {matched:,} 个张量</translation>
    </message>
    <message>
        <source>{stage!r} is no part of this design that outputs maps</source>
        <translation>{stage!r} 不是此设计中输出特征图的部分</translation>
    </message>
    <message>
        <source>{text!r} cannot be read: {reason}</source>
        <translation>无法读取 {text!r}：{reason}</translation>
    </message>
    <message>
        <source>{total} images are of {truth}, {share} of them are recognised</source>
        <translation>“{truth}”共 {total} 张图像，其中 {share} 预测正确</translation>
    </message>
    <message>
        <source>{train:,} to train, {validation:,} to validate, {test:,} to test</source>
        <translation>训练 {train:,} 张，验证 {validation:,} 张，测试 {test:,} 张</translation>
    </message>
    <message>
        <source>{truth}, taken for {taken} with {confidence}</source>
        <translation>{truth}，被认作{taken}，置信度 {confidence}</translation>
    </message>
    <message>
        <source>{unreadable:,} unreadable images, {skipped:,} files of other kinds or in no class</source>
        <translation>无法读取的图像 {unreadable:,} 张，其他类型或不属于任何类别的文件 {skipped:,} 个</translation>
    </message>
    <message>
        <source>{value} classes</source>
        <translation>{value} 个类别</translation>
    </message>
    <message>
        <source>{value} groups</source>
        <translation>{value} 个分组</translation>
    </message>
    <message>
        <source>{value}: {meaning}</source>
        <translation>{value}：{meaning}</translation>
    </message>
    <message>
        <source>{wanted} more needed</source>
        <translation>还需要 {wanted}</translation>
    </message>
    <message>
        <source>{what}: {advice}</source>
        <translation>{what}：{advice}</translation>
    </message>
    <message>
        <source>{what}; did you mean {name}?</source>
        <translation>{what}；你是不是想写 {name}？</translation>
    </message>
    <message>
        <source>{where}: {what}</source>
        <translation>{where}：{what}</translation>
    </message>
    <message>
        <source>{wrong:,} of {count:,} validation images were taken for another class.</source>
        <translation>{count:,} 张验证图像中有 {wrong:,} 张被认作其他类别。</translation>
    </message>
    <message>
        <source>~ looks into text, and {field!r} is a number</source>
        <translation>~ 用于查找文字，而 {field!r} 是数</translation>
    </message>
</context>
<context>
    <name>About</name>
    <message>
        <source>About ResNet Explorer</source>
        <translation>关于 ResNet Explorer</translation>
    </message>
    <message>
        <source>Licence of the data</source>
        <translation>数据的许可证</translation>
    </message>
    <message>
        <source>Licence of the icons</source>
        <translation>图标的许可证</translation>
    </message>
    <message>
        <source>Licence of the program</source>
        <translation>程序的许可证</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>+ 1 epoch</source>
        <translation>+ 1 轮</translation>
    </message>
    <message>
        <source>+ {n} epochs</source>
        <translation>+ {n} 轮</translation>
    </message>
    <message>
        <source>3 channels</source>
        <translation>3 个通道</translation>
    </message>
    <message>
        <source>A CSV file with file, class and part of each image</source>
        <translation>CSV 文件，列出每张图像的文件、类别和所属部分</translation>
    </message>
    <message>
        <source>A new folder with the images as you have decided; your own folder stays as it is</source>
        <translation>新建文件夹，其中的图像按你的处理整理；你自己的文件夹保持原样</translation>
    </message>
    <message>
        <source>About ResNet Explorer</source>
        <translation>关于 ResNet Explorer</translation>
    </message>
    <message>
        <source>Accept these images as they are, and ask no more</source>
        <translation>接受这些图像的现状，不再提示</translation>
    </message>
    <message>
        <source>Add epochs: {n}</source>
        <translation>增加轮数：{n}</translation>
    </message>
    <message>
        <source>Add stage</source>
        <translation>添加阶段</translation>
    </message>
    <message>
        <source>Add stage {number}</source>
        <translation>添加阶段 {number}</translation>
    </message>
    <message>
        <source>All mistakes</source>
        <translation>全部错误</translation>
    </message>
    <message>
        <source>Another class …</source>
        <translation>其他类别…</translation>
    </message>
    <message>
        <source>As a clean copy …</source>
        <translation>整理后的副本…</translation>
    </message>
    <message>
        <source>As a table …</source>
        <translation>表格…</translation>
    </message>
    <message>
        <source>Baseline unpinned</source>
        <translation>已取消基线</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel saving my changes</source>
        <translation>取消保存我的更改</translation>
    </message>
    <message>
        <source>Cancel the classification</source>
        <translation>取消分类</translation>
    </message>
    <message>
        <source>Cancel the evaluation</source>
        <translation>取消评估</translation>
    </message>
    <message>
        <source>Cancel the scan</source>
        <translation>取消扫描</translation>
    </message>
    <message>
        <source>Check my block …</source>
        <translation>检查我的块…</translation>
    </message>
    <message>
        <source>Check this computer</source>
        <translation>检查这台计算机</translation>
    </message>
    <message>
        <source>Choose images, and see which class each of them is for the network of the run</source>
        <translation>选择图像，查看该次训练的网络将每张图像归为哪一类</translation>
    </message>
    <message>
        <source>Classify a folder …</source>
        <translation>为文件夹中的图像分类 …</translation>
    </message>
    <message>
        <source>Classify all images below a folder</source>
        <translation>为文件夹（包括其子文件夹）中的所有图像分类</translation>
    </message>
    <message>
        <source>Classify an image or files that were copied</source>
        <translation>为已复制的图像或文件分类</translation>
    </message>
    <message>
        <source>Classify from the clipboard</source>
        <translation>为剪贴板中的图像分类</translation>
    </message>
    <message>
        <source>Classify images …</source>
        <translation>为图像分类 …</translation>
    </message>
    <message>
        <source>Classify …</source>
        <translation>分类 …</translation>
    </message>
    <message>
        <source>Clipboard</source>
        <translation>剪贴板</translation>
    </message>
    <message>
        <source>Colour of run</source>
        <translation>任务颜色</translation>
    </message>
    <message>
        <source>Colour of run: by age</source>
        <translation>任务颜色：按先后顺序</translation>
    </message>
    <message>
        <source>Colour of run: {n}</source>
        <translation>任务颜色：{n}</translation>
    </message>
    <message>
        <source>Compare a class Residual that you have written with the expected one</source>
        <translation>将你编写的类 Residual 与预期的块比较</translation>
    </message>
    <message>
        <source>Continue study</source>
        <translation>继续研究</translation>
    </message>
    <message>
        <source>Continue the run that is shown from its last checkpoint</source>
        <translation>从最近的检查点继续当前显示的训练任务</translation>
    </message>
    <message>
        <source>Continue this run from its last checkpoint</source>
        <translation>从最近的检查点继续这个训练任务</translation>
    </message>
    <message>
        <source>Copy as PyTorch</source>
        <translation>复制 PyTorch 代码</translation>
    </message>
    <message>
        <source>Copy design as text</source>
        <translation>将设计复制为文本</translation>
    </message>
    <message>
        <source>Copy layer table</source>
        <translation>复制层表格</translation>
    </message>
    <message>
        <source>Copy report …</source>
        <translation>复制报告…</translation>
    </message>
    <message>
        <source>Copy study as a command</source>
        <translation>将研究复制为命令</translation>
    </message>
    <message>
        <source>Copy table of runs</source>
        <translation>复制训练任务表</translation>
    </message>
    <message>
        <source>Default text size</source>
        <translation>默认文字大小</translation>
    </message>
    <message>
        <source>Evaluate this run</source>
        <translation>评估这个训练任务</translation>
    </message>
    <message>
        <source>Example folder of images …</source>
        <translation>示例图像文件夹 …</translation>
    </message>
    <message>
        <source>Feature maps</source>
        <translation>特征图</translation>
    </message>
    <message>
        <source>Find a command …</source>
        <translation>查找命令…</translation>
    </message>
    <message>
        <source>Find a learning rate …</source>
        <translation>寻找学习率…</translation>
    </message>
    <message>
        <source>Fine-tune</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>Finish the batch, save a checkpoint and stop; the run can be resumed</source>
        <translation>完成当前小批量、保存检查点后停止；之后可以继续训练</translation>
    </message>
    <message>
        <source>Fit design to data</source>
        <translation>按数据调整设计</translation>
    </message>
    <message>
        <source>Folder of own lessons …</source>
        <translation>自编课程的文件夹 …</translation>
    </message>
    <message>
        <source>Folder …</source>
        <translation>文件夹 …</translation>
    </message>
    <message>
        <source>Forget decisions on images</source>
        <translation>撤回对图像的处理</translation>
    </message>
    <message>
        <source>From the next batch on, whatever the schedule does; it is recorded in the run</source>
        <translation>从下一个小批量起生效，叠加在学习率调度之上；会记录在训练任务中</translation>
    </message>
    <message>
        <source>Give the design 3 channels</source>
        <translation>把设计改为 3 个通道</translation>
    </message>
    <message>
        <source>Give the selected images another class</source>
        <translation>将所选图像改为其他类别</translation>
    </message>
    <message>
        <source>Give the selected images another class; no file is touched</source>
        <translation>为所选图像指定其他类别；不会改动任何文件</translation>
    </message>
    <message>
        <source>Halve the learning rate</source>
        <translation>学习率减半</translation>
    </message>
    <message>
        <source>Hide run</source>
        <translation>隐藏任务</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Keep images</source>
        <translation>保留图像</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>放大文字</translation>
    </message>
    <message>
        <source>Learning rate ÷ 10</source>
        <translation>学习率 ÷ 10</translation>
    </message>
    <message>
        <source>Leave images out</source>
        <translation>排除图像</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>排除</translation>
    </message>
    <message>
        <source>Lessons that you or your teacher have written; they are listed here</source>
        <translation>你或老师编写的课程，会列在这里</translation>
    </message>
    <message>
        <source>Let the network of the run classify each image, and note the answers</source>
        <translation>让训练任务的网络对每张图像分类，并记录结果</translation>
    </message>
    <message>
        <source>Most confident mistakes</source>
        <translation>最自信的错误</translation>
    </message>
    <message>
        <source>Move images to a class …</source>
        <translation>将图像移到某个类别…</translation>
    </message>
    <message>
        <source>Move run to the bin</source>
        <translation>将任务移到回收站</translation>
    </message>
    <message>
        <source>Move study to the bin …</source>
        <translation>将研究移到回收站…</translation>
    </message>
    <message>
        <source>Move to …</source>
        <translation>移到…</translation>
    </message>
    <message>
        <source>None of these</source>
        <translation>都不是</translation>
    </message>
    <message>
        <source>Note on run …</source>
        <translation>任务备注…</translation>
    </message>
    <message>
        <source>On hold: a run was stopped, or the training process could not start</source>
        <translation>队列已搁置：有任务被停止，或训练进程无法启动</translation>
    </message>
    <message>
        <source>Open block</source>
        <translation>打开残差块</translation>
    </message>
    <message>
        <source>Open design of run</source>
        <translation>打开训练任务的设计</translation>
    </message>
    <message>
        <source>Open images …</source>
        <translation>打开图像 …</translation>
    </message>
    <message>
        <source>Open table of images …</source>
        <translation>打开图像表格 …</translation>
    </message>
    <message>
        <source>Open the images that are new or have changed</source>
        <translation>打开新增的和有改动的图像</translation>
    </message>
    <message>
        <source>Open …</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Page in its own window</source>
        <translation>在单独的窗口中显示此页</translation>
    </message>
    <message>
        <source>Paste design</source>
        <translation>粘贴设计</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Pin as baseline</source>
        <translation>设为基线</translation>
    </message>
    <message>
        <source>Pin design of run as baseline</source>
        <translation>将训练任务的设计设为基线</translation>
    </message>
    <message>
        <source>Pinned {name} as baseline</source>
        <translation>已将 {name} 设为基线</translation>
    </message>
    <message>
        <source>Preferences …</source>
        <translation>首选项…</translation>
    </message>
    <message>
        <source>Present</source>
        <translation>演示</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Rate ÷ 10</source>
        <translation>学习率 ÷ 10</translation>
    </message>
    <message>
        <source>Rate ÷ 2</source>
        <translation>学习率 ÷ 2</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Rename run</source>
        <translation>重命名任务</translation>
    </message>
    <message>
        <source>Restart with the design shown</source>
        <translation>改用当前显示的设计重新训练</translation>
    </message>
    <message>
        <source>Results: forget decisions on images</source>
        <translation>结果：撤回对图像的处理</translation>
    </message>
    <message>
        <source>Results: give images another class …</source>
        <translation>结果：将图像改为其他类别…</translation>
    </message>
    <message>
        <source>Results: leave images out</source>
        <translation>结果：排除图像</translation>
    </message>
    <message>
        <source>Results: mark images as none of the classes</source>
        <translation>结果：将图像标为不属于任何类别</translation>
    </message>
    <message>
        <source>Results: take decision back</source>
        <translation>结果：撤销对图像的处理</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Resume queue</source>
        <translation>继续队列</translation>
    </message>
    <message>
        <source>Resume selected run</source>
        <translation>继续所选的训练任务</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Save as CSV …</source>
        <translation>保存为 CSV …</translation>
    </message>
    <message>
        <source>Save as …</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Save my changes as a clean copy …</source>
        <translation>将我的更改另存为整理后的副本…</translation>
    </message>
    <message>
        <source>Save my changes as a table …</source>
        <translation>将我的更改另存为表格…</translation>
    </message>
    <message>
        <source>Save picture of curves …</source>
        <translation>保存曲线图片…</translation>
    </message>
    <message>
        <source>Save the classes of images …</source>
        <translation>保存图像的类别 …</translation>
    </message>
    <message>
        <source>Save the classes with their confidence</source>
        <translation>保存类别及其置信度</translation>
    </message>
    <message>
        <source>Scan again</source>
        <translation>重新扫描</translation>
    </message>
    <message>
        <source>Scan the data again</source>
        <translation>重新扫描数据集</translation>
    </message>
    <message>
        <source>Show all images that are taken for another class, the most confident mistake first</source>
        <translation>显示所有被分到其他类别的图像，置信度最高的错误排在最前</translation>
    </message>
    <message>
        <source>Show hidden runs</source>
        <translation>显示隐藏的任务</translation>
    </message>
    <message>
        <source>Show run in its folder</source>
        <translation>在文件夹中显示任务</translation>
    </message>
    <message>
        <source>Show this page in a window of its own; closing that brings it back</source>
        <translation>在单独的窗口中显示此页；关闭该窗口，此页就回到原处</translation>
    </message>
    <message>
        <source>Show this run&apos;s design, and train with its recipe and data</source>
        <translation>显示这个训练任务的设计，并采用它的训练方案和数据</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>缩小文字</translation>
    </message>
    <message>
        <source>Star run</source>
        <translation>给任务加星标</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>单步</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop the run, which can be resumed, and train the design shown with the same recipe</source>
        <translation>停止训练任务（之后可以继续），并以相同的训练方案训练当前显示的设计</translation>
    </message>
    <message>
        <source>Stretches the schedule over all epochs, so the rate may rise; a run that has ended is resumed</source>
        <translation>学习率调度会延展到全部轮数，学习率可能回升；已结束的训练任务会继续训练</translation>
    </message>
    <message>
        <source>Tags of run …</source>
        <translation>任务标签…</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤回</translation>
    </message>
    <message>
        <source>Take decision back</source>
        <translation>撤销对图像的处理</translation>
    </message>
    <message>
        <source>Take design and recipe of run back</source>
        <translation>撤销采用的设计和训练方案</translation>
    </message>
    <message>
        <source>Take run back from the bin</source>
        <translation>从回收站恢复任务</translation>
    </message>
    <message>
        <source>Take the last decision on images back</source>
        <translation>撤销上一次对图像的处理</translation>
    </message>
    <message>
        <source>The selected images show none of the classes; train without them</source>
        <translation>所选图像不属于任何类别；训练时不使用</translation>
    </message>
    <message>
        <source>Tour</source>
        <translation>导览</translation>
    </message>
    <message>
        <source>Train again with these changes</source>
        <translation>用这些更改再次训练</translation>
    </message>
    <message>
        <source>Train as this run was trained, on its data with your changes</source>
        <translation>按这次训练的方式，在更改后的数据上再次训练</translation>
    </message>
    <message>
        <source>Train on a folder with one subfolder of images per class</source>
        <translation>用一个图像文件夹训练，每个类别一个子文件夹</translation>
    </message>
    <message>
        <source>Train on a small folder of images that has what own images often have</source>
        <translation>用一个小型图像文件夹训练，其中有自己的图像常见的问题</translation>
    </message>
    <message>
        <source>Train on images that a CSV file names, with the class of each</source>
        <translation>用 CSV 文件列出的图像及其类别训练</translation>
    </message>
    <message>
        <source>Train on one mini-batch and pause again</source>
        <translation>训练一个小批量，然后再次暂停</translation>
    </message>
    <message>
        <source>Train the new head first, then all layers, those far below it slowly</source>
        <translation>先训练新的分类头，再训练所有层，离分类头越远的层学得越慢</translation>
    </message>
    <message>
        <source>Train without the selected images</source>
        <translation>训练时不使用所选图像</translation>
    </message>
    <message>
        <source>Train without these images; no file is touched</source>
        <translation>训练时不使用这些图像；不会改动任何文件</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Unpin baseline</source>
        <translation>取消基线</translation>
    </message>
    <message>
        <source>Use design and recipe</source>
        <translation>采用设计和训练方案</translation>
    </message>
    <message>
        <source>Use design and recipe of run</source>
        <translation>采用训练任务的设计和训练方案</translation>
    </message>
    <message>
        <source>Use the recipe fine-tune</source>
        <translation>使用“微调”训练方案</translation>
    </message>
    <message>
        <source>Use the selected images as they are in the folder</source>
        <translation>按文件夹中的原样使用所选图像</translation>
    </message>
    <message>
        <source>Use these images as they are in the folder</source>
        <translation>按文件夹中的原样使用这些图像</translation>
    </message>
    <message>
        <source>Versions, findings, settings and the last errors, for a report of a fault</source>
        <translation>版本、检查结果、设置和最近的错误，用于报告故障</translation>
    </message>
</context>
<context>
    <name>AddMenu</name>
    <message>
        <source>Baseline</source>
        <translation>基线</translation>
    </message>
    <message>
        <source>Current design</source>
        <translation>当前设计</translation>
    </message>
    <message>
        <source>Designs (*{suffix})</source>
        <translation>设计 (*{suffix})</translation>
    </message>
    <message>
        <source>File …</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>Open design</source>
        <translation>打开设计</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>训练任务</translation>
    </message>
</context>
<context>
    <name>AnswerView</name>
    <message>
        <source>Next image</source>
        <translation>下一张图像</translation>
    </message>
    <message>
        <source>This image is “{truth}”: the answer is “{old} {before}”, before and after.</source>
        <translation>这张图像是“{truth}”：前后的预测都是“{old} {before}”。</translation>
    </message>
    <message>
        <source>This image is “{truth}”: the answer moved from “{old} {before}” to “{new} {after}”.</source>
        <translation>这张图像是“{truth}”：预测从“{old} {before}”变为“{new} {after}”。</translation>
    </message>
    <message>
        <source>This image is “{truth}”: the answer stays “{old}”, {before} → {after}.</source>
        <translation>这张图像是“{truth}”：预测仍为“{old}”，{before} → {after}。</translation>
    </message>
    <message>
        <source>class {number}</source>
        <translation>类别 {number}</translation>
    </message>
    <message>
        <source>{heading}, after step {step}</source>
        <translation>{heading}（第 {step} 步之后）</translation>
    </message>
    <message>
        <source>{heading}, in other weights than the network has now</source>
        <translation>{heading}（当时的权重与现在不同）</translation>
    </message>
</context>
<context>
    <name>BesideMenu</name>
    <message>
        <source>Add a design, a run or the baseline first</source>
        <translation>请先添加一个设计、训练任务或基线</translation>
    </message>
</context>
<context>
    <name>BlockCheckDialog</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Check my block</source>
        <translation>检查我的块</translation>
    </message>
    <message>
        <source>Compare with</source>
        <translation>比较对象</translation>
    </message>
    <message>
        <source>I trust this code</source>
        <translation>我信任这段代码</translation>
    </message>
    <message>
        <source>Paste your class Residual here, and resnet_block if you have it.</source>
        <translation>在此粘贴你的类 Residual，如有 resnet_block 也可一并粘贴。</translation>
    </message>
    <message>
        <source>The layers {case}:</source>
        <translation>各层（{case}）：</translation>
    </message>
    <message>
        <source>What your block does, layer by layer beside ours, stands here.</source>
        <translation>这里逐层对照显示你的块与我们的块。</translation>
    </message>
    <message>
        <source>What your code printed</source>
        <translation>你的代码输出的内容</translation>
    </message>
    <message>
        <source>Your block is built and compared; this takes some seconds …</source>
        <translation>正在创建并比较你的块；需要几秒钟…</translation>
    </message>
    <message>
        <source>Your class Residual</source>
        <translation>你的类 Residual</translation>
    </message>
    <message>
        <source>Your code runs in a process of its own, but with your rights: it can read and change your files. Check only code that you trust.</source>
        <translation>你的代码在单独的进程中运行，但拥有你的权限：它可以读取和修改你的文件。请只检查你信任的代码。</translation>
    </message>
    <message>
        <source>a block of this design: {kind}</source>
        <translation>此设计的块：{kind}</translation>
    </message>
    <message>
        <source>the chapter’s Residual</source>
        <translation>本章的 Residual</translation>
    </message>
</context>
<context>
    <name>BlockFigure</name>
    <message>
        <source>0 until trained</source>
        <translation>训练前为 0</translation>
    </message>
    <message>
        <source>Figure of the block</source>
        <translation>残差块示意图</translation>
    </message>
    <message>
        <source>branch set to zero</source>
        <translation>分支已置零</translation>
    </message>
    <message>
        <source>{input} → {path} → {output}; {shortcut}</source>
        <translation>{input} → {path} → {output}；{shortcut}</translation>
    </message>
</context>
<context>
    <name>BlockView</name>
    <message>
        <source>Block only</source>
        <translation>仅看单个块</translation>
    </message>
    <message>
        <source>One block</source>
        <translation>单个残差块</translation>
    </message>
    <message>
        <source>Show one block on any input, without the stem and head</source>
        <translation>在任意输入上查看单个残差块，不含起始层和分类头</translation>
    </message>
    <message>
        <source>{name}: {input} → {output}, {params} parameters, {macs} MACs</source>
        <translation>{name}：{input} → {output}，{params} 个参数，{macs} 次乘加运算</translation>
    </message>
</context>
<context>
    <name>BlocksPanel</name>
    <message>
        <source>Accuracy on {images} validation images: {accuracy}. Each bar is what is lost when the branch of one block is switched off; on average {loss}.</source>
        <translation>在 {images} 张验证图像上的精度：{accuracy}。每根柱子表示关闭一个块的分支后降低的精度；平均 {loss}。</translation>
    </message>
    <message>
        <source>Every block is switched off in turn …</source>
        <translation>正在逐个关闭各块…</translation>
    </message>
    <message>
        <source>Images that have passed the network</source>
        <translation>已通过网络的图像</translation>
    </message>
    <message>
        <source>Outlined: its plain twin, which loses {loss} on average.</source>
        <translation>描边：其普通对照网络，平均损失 {loss}。</translation>
    </message>
    <message>
        <source>Outlined: its residual twin, which loses {loss} on average.</source>
        <translation>描边：其残差对照网络，平均损失 {loss}。</translation>
    </message>
    <message>
        <source>What each block is worth stands here once the first epoch has been validated.</source>
        <translation>第一轮验证完成后，这里会显示每个块的作用。</translation>
    </message>
    <message>
        <source>its twin: {without}, {loss} lost</source>
        <translation>对照网络：{without}，损失 {loss}</translation>
    </message>
    <message>
        <source>{block}: {without} without it, {loss} lost</source>
        <translation>{block}：去掉后为 {without}，损失 {loss}</translation>
    </message>
    <message>
        <source>{least} is worth least, {most} most</source>
        <translation>{least} 作用最小，{most} 最大</translation>
    </message>
</context>
<context>
    <name>ChangeOrders</name>
    <message>
        <source>Added to the queue: {name}</source>
        <translation>已加入队列：{name}</translation>
    </message>
    <message>
        <source>Looking for images …</source>
        <translation>正在查找图像 …</translation>
    </message>
    <message>
        <source>Nothing has been decided about images since this run was started</source>
        <translation>这次训练开始后还没有处理过图像</translation>
    </message>
    <message>
        <source>Nothing was saved</source>
        <translation>没有保存任何内容</translation>
    </message>
    <message>
        <source>Repeats another run: {changes}</source>
        <translation>重复另一次训练：{changes}</translation>
    </message>
    <message>
        <source>Save as</source>
        <translation>另存为</translation>
    </message>
    <message>
        <source>Save my changes as</source>
        <translation>将我的更改另存为</translation>
    </message>
    <message>
        <source>Save my changes as a clean copy: a new folder</source>
        <translation>将我的更改另存为整理后的副本：新文件夹</translation>
    </message>
    <message>
        <source>Save my changes as a table</source>
        <translation>将我的更改另存为表格</translation>
    </message>
    <message>
        <source>Saved {n} images in {name}</source>
        <translation>已将 {n} 张图像保存到 {name}</translation>
    </message>
    <message>
        <source>Starts automatically when a device is free</source>
        <translation>有空闲设备时自动开始</translation>
    </message>
    <message>
        <source>Tables (*.csv)</source>
        <translation>表格 (*.csv)</translation>
    </message>
    <message>
        <source>Training again: {name}</source>
        <translation>正在再次训练：{name}</translation>
    </message>
    <message>
        <source>files that could not be read: {n}</source>
        <translation>无法读取的文件：{n} 个</translation>
    </message>
    <message>
        <source>{done} of {total} images saved</source>
        <translation>已保存 {done}/{total} 张图像</translation>
    </message>
    <message>
        <source>{name} cleaned</source>
        <translation>{name} 整理后</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>CheckDialog</name>
    <message>
        <source>Check this computer</source>
        <translation>检查这台计算机</translation>
    </message>
    <message>
        <source>Looking for devices and data; loading torch takes some seconds …</source>
        <translation>正在查找设备和数据；加载 torch 需要几秒钟…</translation>
    </message>
    <message>
        <source>The check failed (exit status {code}).</source>
        <translation>检查失败（退出状态 {code}）。</translation>
    </message>
</context>
<context>
    <name>ClassDialog</name>
    <message>
        <source>Move to a class</source>
        <translation>移到某个类别</translation>
    </message>
    <message>
        <source>Type the beginning of its name</source>
        <translation>输入类别名称的开头</translation>
    </message>
</context>
<context>
    <name>ClassList</name>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Copy the table of classes</source>
        <translation>复制类别表</translation>
    </message>
    <message>
        <source>Sort by name, or the other way round</source>
        <translation>按名称排序，再按一次则倒序</translation>
    </message>
    <message>
        <source>Sort by the number of images</source>
        <translation>按图像数排序</translation>
    </message>
    <message>
        <source>test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>验证</translation>
    </message>
</context>
<context>
    <name>ClassModel</name>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>{name}: {train} to train, {validation} to validate, {test} to test</source>
        <translation>{name}：训练 {train} 张，验证 {validation} 张，测试 {test} 张</translation>
    </message>
    <message>
        <source>{words}; an epoch draws {n}</source>
        <translation>{words}；每轮抽取 {n} 张</translation>
    </message>
</context>
<context>
    <name>ClassResultsModel</name>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>F1</source>
        <translation>F1</translation>
    </message>
    <message>
        <source>How many images are of the class</source>
        <translation>属于该类别的图像数</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Of the images of the class, the share that is taken for it</source>
        <translation>该类别的图像中，被预测为它的比例</translation>
    </message>
    <message>
        <source>Of the images that are taken for the class, the share that is of it</source>
        <translation>被预测为该类别的图像中，真正属于它的比例</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精确率</translation>
    </message>
    <message>
        <source>Recall</source>
        <translation>召回率</translation>
    </message>
    <message>
        <source>The harmonic mean of precision and recall; ± is how far runs with other seeds lie apart</source>
        <translation>精确率与召回率的调和平均；± 表示不同随机种子的训练任务之间的离散程度</translation>
    </message>
    <message>
        <source>{figure} ± {deviation}</source>
        <translation>{figure} ± {deviation}</translation>
    </message>
    <message>
        <source>{name}: precision {precision}, recall {recall}, F1 {f1}, images: {images}</source>
        <translation>{name}：精确率 {precision}，召回率 {recall}，F1 {f1}，图像 {images} 张</translation>
    </message>
</context>
<context>
    <name>ClassTable</name>
    <message>
        <source>Copy the results by class</source>
        <translation>复制各类别的结果</translation>
    </message>
    <message>
        <source>Results by class</source>
        <translation>各类别的结果</translation>
    </message>
</context>
<context>
    <name>ClassifyModel</name>
    <message>
        <source>Class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Confidence</source>
        <translation>置信度</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Then</source>
        <translation>其次</translation>
    </message>
    <message>
        <source>no image</source>
        <translation>不是图像</translation>
    </message>
</context>
<context>
    <name>ClassifyPanel</name>
    <message>
        <source>Classification</source>
        <translation>分类</translation>
    </message>
    <message>
        <source>Copied the table of images</source>
        <translation>已复制图像表</translation>
    </message>
    <message>
        <source>Drop images or folders here, paste an image, or choose some: the network of this run tells which class each of them is.</source>
        <translation>将图像或文件夹拖到此处、粘贴一张图像，或选择若干图像：该次训练的网络会指出每张图像属于哪一类。</translation>
    </message>
    <message>
        <source>Folder with images to classify, at any depth</source>
        <translation>包含待分类图像的文件夹（可含任意层子文件夹）</translation>
    </message>
    <message>
        <source>Images can be classified once the first epoch has been validated.</source>
        <translation>完成第一轮的验证后即可为图像分类。</translation>
    </message>
    <message>
        <source>Images to classify</source>
        <translation>要分类的图像</translation>
    </message>
    <message>
        <source>Looking for images …</source>
        <translation>正在查找图像 …</translation>
    </message>
    <message>
        <source>Save the table</source>
        <translation>保存表格</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>已保存 {name}</translation>
    </message>
    <message>
        <source>Tables (*.csv)</source>
        <translation>表格 (*.csv)</translation>
    </message>
    <message>
        <source>classes of images</source>
        <translation>图像的类别</translation>
    </message>
    <message>
        <source>clipboard</source>
        <translation>剪贴板</translation>
    </message>
    <message>
        <source>no image: {n}</source>
        <translation>不是图像：{n} 个</translation>
    </message>
    <message>
        <source>{done} of {total} images</source>
        <translation>{done} / {total} 张图像</translation>
    </message>
    <message>
        <source>{n} images: {classes}</source>
        <translation>{n} 张图像：{classes}</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>ClassifyTable</name>
    <message>
        <source>Classified images</source>
        <translation>已分类的图像</translation>
    </message>
    <message>
        <source>Copy the selected rows, or all of them</source>
        <translation>复制所选的行；未选择时复制所有行</translation>
    </message>
    <message>
        <source>no image</source>
        <translation>不是图像</translation>
    </message>
</context>
<context>
    <name>ColumnsTable</name>
    <message>
        <source>Comparison</source>
        <translation>比较表</translation>
    </message>
    <message>
        <source>Copy the selected cells, or all of them</source>
        <translation>复制选中的单元格，未选中时复制全部</translation>
    </message>
    <message>
        <source>Remove the column</source>
        <translation>移除这一列</translation>
    </message>
</context>
<context>
    <name>ComparePage</name>
    <message>
        <source>Add column</source>
        <translation>添加列</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Compare with GoogLeNet</source>
        <translation>与 GoogLeNet 比较</translation>
    </message>
    <message>
        <source>Compare with ResNet-34</source>
        <translation>与 ResNet-34 比较</translation>
    </message>
    <message>
        <source>Copied the comparison</source>
        <translation>已复制比较表</translation>
    </message>
    <message>
        <source>Differences in words</source>
        <translation>差异说明</translation>
    </message>
    <message>
        <source>How MACs are counted</source>
        <translation>乘加运算的计法</translation>
    </message>
    <message>
        <source>Measure speed</source>
        <translation>测量速度</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>正在测量</translation>
    </message>
    <message>
        <source>Measuring {name}</source>
        <translation>正在测量 {name}</translation>
    </message>
    <message>
        <source>Networks side by side: what each is, what it costs, where they differ, which contains which.</source>
        <translation>并排比较各个网络：各是什么、开销多大、有何不同、谁包含谁。</translation>
    </message>
    <message>
        <source>Train beside</source>
        <translation>并排训练</translation>
    </message>
    <message>
        <source>Train the current design and another column on the same batches</source>
        <translation>用相同的小批量训练当前设计和另一列</translation>
    </message>
</context>
<context>
    <name>CompareState</name>
    <message>
        <source>Asking torchinfo …</source>
        <translation>正在询问 torchinfo…</translation>
    </message>
    <message>
        <source>Baseline</source>
        <translation>基线</translation>
    </message>
    <message>
        <source>Current design</source>
        <translation>当前设计</translation>
    </message>
    <message>
        <source>Run {name}</source>
        <translation>任务 {name}</translation>
    </message>
</context>
<context>
    <name>CostStrip</name>
    <message>
        <source>1 block: {params} parameters, {macs} MACs</source>
        <translation>1 个块：{params} 个参数，{macs} 次乘加运算</translation>
    </message>
    <message>
        <source>What other numbers of blocks would cost</source>
        <translation>换成其他块数时的开销</translation>
    </message>
    <message>
        <source>blocks</source>
        <translation>块数</translation>
    </message>
    <message>
        <source>{count} blocks: {params} parameters, {macs} MACs</source>
        <translation>{count} 个块：{params} 个参数，{macs} 次乘加运算</translation>
    </message>
    <message>
        <source>{params} parameters, {macs} MACs</source>
        <translation>{params} 个参数，{macs} 次乘加运算</translation>
    </message>
    <message>
        <source>{unit} MACs</source>
        <translation>{unit} 乘加</translation>
    </message>
    <message>
        <source>{unit} params</source>
        <translation>{unit} 参数</translation>
    </message>
</context>
<context>
    <name>CurvePlot</name>
    <message>
        <source>; blocks join after epochs {epochs}</source>
        <translation>；在第 {epochs} 轮之后加入残差块</translation>
    </message>
    <message>
        <source>; validation {last} after {n} epochs, between {least} and {most}</source>
        <translation>；{n} 轮后验证为 {last}，介于 {least} 与 {most} 之间</translation>
    </message>
    <message>
        <source>; validation {values}</source>
        <translation>；验证 {values}</translation>
    </message>
    <message>
        <source>Arrow keys read values, + and − zoom, Shift and arrow keys move the view, Home shows everything</source>
        <translation>方向键读取数值，+ 和 − 缩放，Shift 加方向键移动视图，Home 显示全部</translation>
    </message>
    <message>
        <source>epoch</source>
        <translation>轮</translation>
    </message>
    <message>
        <source>{n} published runs</source>
        <translation>{n} 个公开结果</translation>
    </message>
    <message>
        <source>{title} from {first} to {last} over {epochs:.1f} epochs</source>
        <translation>{title}在 {epochs:.1f} 轮内从 {first} 变为 {last}</translation>
    </message>
    <message>
        <source>{title}, {name}:</source>
        <translation>{title}，{name}：</translation>
    </message>
    <message>
        <source>{title}: no data yet</source>
        <translation>{title}：暂无数据</translation>
    </message>
    <message>
        <source>¦ +1: a block joins the network</source>
        <translation>¦ +1：网络加入一个残差块</translation>
    </message>
    <message>
        <source>— training   ● validation</source>
        <translation>— 训练集   ● 验证集</translation>
    </message>
</context>
<context>
    <name>CurvesPage</name>
    <message>
        <source>Loss and accuracy appear here once a run starts.</source>
        <translation>训练任务开始后，这里会显示损失和精度曲线。</translation>
    </message>
</context>
<context>
    <name>DataBox</name>
    <message>
        <source>Example folder …</source>
        <translation>示例文件夹 …</translation>
    </message>
    <message>
        <source>Image folder …</source>
        <translation>图像文件夹 …</translation>
    </message>
    <message>
        <source>Table (CSV) …</source>
        <translation>表格（CSV） …</translation>
    </message>
    <message>
        <source>{data} · download {size} …</source>
        <translation>{data} · 下载 {size} …</translation>
    </message>
</context>
<context>
    <name>DataGrid</name>
    <message>
        <source>As the network sees them</source>
        <translation>网络所见</translation>
    </message>
    <message>
        <source>Draw again, as another epoch does</source>
        <translation>重新随机增广，如同另一轮训练</translation>
    </message>
    <message>
        <source>Resized and augmented by the recipe, as in training; otherwise the images as they are.</source>
        <translation>像训练时那样按训练方案缩放并增广；不勾选则显示原图。</translation>
    </message>
</context>
<context>
    <name>DataPage</name>
    <message>
        <source>Copied the table of classes</source>
        <translation>已复制类别表</translation>
    </message>
    <message>
        <source>The classes and the images stand here once every image has been opened.</source>
        <translation>所有图像都检查过之后，这里会显示各个类别和图像。</translation>
    </message>
    <message>
        <source>The scan was cancelled, so nothing is known of the images yet.</source>
        <translation>扫描已取消，因此还不了解这些图像。</translation>
    </message>
</context>
<context>
    <name>DataThumbnails</name>
    <message>
        <source>no. {number}</source>
        <translation>第 {number} 张</translation>
    </message>
    <message>
        <source>test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>{trouble}: {reason}</source>
        <translation>{trouble}：{reason}</translation>
    </message>
</context>
<context>
    <name>DecisionOrders</name>
    <message>
        <source>Images as in the folder again: {n}</source>
        <translation>已恢复为文件夹中的原样：{n} 张</translation>
    </message>
    <message>
        <source>Images kept: {n}</source>
        <translation>已保留 {n} 张图像</translation>
    </message>
    <message>
        <source>Images left out: {n}</source>
        <translation>已排除 {n} 张图像</translation>
    </message>
    <message>
        <source>Images moved to {name}: {n}</source>
        <translation>已将 {n} 张图像移到 {name}</translation>
    </message>
    <message>
        <source>The last decision is taken back</source>
        <translation>已撤销上一次处理</translation>
    </message>
    <message>
        <source>all: {n}</source>
        <translation>全部 {n} 张</translation>
    </message>
    <message>
        <source>copies: {n}</source>
        <translation>多余的副本：{n} 张</translation>
    </message>
    <message>
        <source>images: {n}</source>
        <translation>{n} 张图像</translation>
    </message>
    <message>
        <source>{n} of {total}</source>
        <translation>{n} / {total}</translation>
    </message>
</context>
<context>
    <name>DepthBars</name>
    <message>
        <source>A plain network has no shortcuts: nothing passes a block unchanged.</source>
        <translation>普通网络没有捷径：没有任何信号能原样通过一个块。</translation>
    </message>
    <message>
        <source>Gradients</source>
        <translation>梯度</translation>
    </message>
    <message>
        <source>Gradients and signals by depth</source>
        <translation>各深度的梯度与信号</translation>
    </message>
    <message>
        <source>Make the page higher to see the bars.</source>
        <translation>将页面调高即可看到柱形图。</translation>
    </message>
    <message>
        <source>Norm of the loss gradient in the stem, each block and the head</source>
        <translation>起始层、每个块和输出头中损失梯度的范数</translation>
    </message>
    <message>
        <source>Not measured yet.</source>
        <translation>尚未测量。</translation>
    </message>
    <message>
        <source>Shown for runs under way, and for those chosen on the page Runs.</source>
        <translation>仅显示正在进行的训练任务，以及在“训练任务”页上选中的任务。</translation>
    </message>
    <message>
        <source>Signal</source>
        <translation>信号</translation>
    </message>
    <message>
        <source>What each block adds as a share of what passes it unchanged: ‖F(x)‖ / ‖x‖ of a batch</source>
        <translation>每个块新增的部分与原样通过的部分之比：一个批量上的 ‖F(x)‖ / ‖x‖</translation>
    </message>
    <message>
        <source>What is shown by depth</source>
        <translation>按深度显示的内容</translation>
    </message>
    <message>
        <source>adds {now} of what passes, at the start {start}</source>
        <translation>新增部分为通过部分的 {now} 倍，开始时为 {start} 倍</translation>
    </message>
    <message>
        <source>{name}: gradient norm {first} in the stem, {last} in the head; outlined: {first_start} and {last_start} at the start</source>
        <translation>{name}：梯度范数在起始层为 {first}，在输出头为 {last}；轮廓线：开始时为 {first_start} 和 {last_start}</translation>
    </message>
    <message>
        <source>{name}: {weakest} adds least, {least} of what passes, {strongest} most, {most}</source>
        <translation>{name}：{weakest} 新增最少，为通过部分的 {least} 倍；{strongest} 新增最多，为 {most} 倍</translation>
    </message>
    <message>
        <source>{now}, at the start {start}</source>
        <translation>{now}，开始时 {start}</translation>
    </message>
</context>
<context>
    <name>DesignEditor</name>
    <message>
        <source>{field}: {value}</source>
        <translation>{field}：{value}</translation>
    </message>
</context>
<context>
    <name>Diagram</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>Diagram</source>
        <translation>结构图</translation>
    </message>
    <message>
        <source>{name}, {type}: {shape}, {params} parameters, {share} of the network</source>
        <translation>{name}，{type}：{shape}，{params} 个参数，占整个网络的 {share}</translation>
    </message>
</context>
<context>
    <name>DiagramHandles</name>
    <message>
        <source>Add a stage here</source>
        <translation>在此添加阶段</translation>
    </message>
    <message>
        <source>Drag the stage to another place</source>
        <translation>把这个阶段拖到别的位置</translation>
    </message>
    <message>
        <source>Drag to the side for the width</source>
        <translation>左右拖动改变宽度</translation>
    </message>
    <message>
        <source>Drag up for more blocks, down for fewer</source>
        <translation>向上拖动增加块，向下拖动减少块</translation>
    </message>
    <message>
        <source>One block less</source>
        <translation>减少一个块</translation>
    </message>
    <message>
        <source>One block more</source>
        <translation>增加一个块</translation>
    </message>
    <message>
        <source>Remove the stage</source>
        <translation>删除这个阶段</translation>
    </message>
</context>
<context>
    <name>DiagramKeys</name>
    <message>
        <source>Add a stage after the selected one</source>
        <translation>在所选阶段之后添加阶段</translation>
    </message>
    <message>
        <source>Make the selected stage narrower</source>
        <translation>收窄所选阶段</translation>
    </message>
    <message>
        <source>Make the selected stage wider</source>
        <translation>加宽所选阶段</translation>
    </message>
    <message>
        <source>Move the selected stage towards the input</source>
        <translation>把所选阶段移向输入</translation>
    </message>
    <message>
        <source>Move the selected stage towards the output</source>
        <translation>把所选阶段移向输出</translation>
    </message>
    <message>
        <source>One block less in the selected stage</source>
        <translation>所选阶段减少一个块</translation>
    </message>
    <message>
        <source>One block more in the selected stage</source>
        <translation>所选阶段增加一个块</translation>
    </message>
    <message>
        <source>Open the selected block</source>
        <translation>打开所选的块</translation>
    </message>
    <message>
        <source>Remove the selected stage</source>
        <translation>删除所选阶段</translation>
    </message>
    <message>
        <source>Select the next part</source>
        <translation>选择下一个部分</translation>
    </message>
    <message>
        <source>Select the part before</source>
        <translation>选择上一个部分</translation>
    </message>
    <message>
        <source>Unfold or fold the equal blocks of the stage</source>
        <translation>展开或折叠该阶段中相同的块</translation>
    </message>
    <message>
        <source>{edit}: {params} parameters, {macs} MACs</source>
        <translation>{edit}：{params} 个参数，{macs} 次乘加运算</translation>
    </message>
</context>
<context>
    <name>Dialogs</name>
    <message>
        <source>Started the study {name}</source>
        <translation>已开始研究 {name}</translation>
    </message>
</context>
<context>
    <name>Document</name>
    <message>
        <source>Open {name}</source>
        <translation>打开 {name}</translation>
    </message>
    <message>
        <source>Untitled</source>
        <translation>未命名</translation>
    </message>
    <message>
        <source>{name} (edited)</source>
        <translation>{name}（已修改）</translation>
    </message>
</context>
<context>
    <name>DownloadView</name>
    <message>
        <source> or </source>
        <translation> 或 </translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>into {folder}</source>
        <translation>存入 {folder}</translation>
    </message>
    <message>
        <source>{data}: {n} training images, {shape}</source>
        <translation>{data}：{n} 张训练图像，{shape}</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
    <message>
        <source>{size} are here already</source>
        <translation>其中 {size} 已经下载</translation>
    </message>
    <message>
        <source>{size} from {servers}</source>
        <translation>{size}，来自 {servers}</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>EffectFigure</name>
    <message>
        <source>Probabilities {before} and {after}</source>
        <translation>概率：{before}与{after}</translation>
    </message>
</context>
<context>
    <name>EndNotice</name>
    <message>
        <source>{name} has ended</source>
        <translation>{name} 已结束</translation>
    </message>
    <message>
        <source>{name} has failed: {reason}</source>
        <translation>{name} 失败：{reason}</translation>
    </message>
    <message>
        <source>{name} has finished: {accuracy} on the validation images</source>
        <translation>{name} 已完成：验证图像上 {accuracy}</translation>
    </message>
</context>
<context>
    <name>EpochSlider</name>
    <message>
        <source>After which epoch the network is looked at</source>
        <translation>查看第几轮之后的网络</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>轮次</translation>
    </message>
    <message>
        <source>epoch {n}</source>
        <translation>第 {n} 轮</translation>
    </message>
    <message>
        <source>epoch {n}, the best</source>
        <translation>第 {n} 轮（最佳）</translation>
    </message>
</context>
<context>
    <name>EstimateView</name>
    <message>
        <source>Activations</source>
        <translation>激活值</translation>
    </message>
    <message>
        <source>Checkpoints: {memory} on the disk</source>
        <translation>检查点：占用磁盘 {memory}</translation>
    </message>
    <message>
        <source>Gradients</source>
        <translation>梯度</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Optimizer</source>
        <translation>优化器</translation>
    </message>
    <message>
        <source>The first start decodes the images: about {time}, {memory} on the disk</source>
        <translation>首次开始时要解码图像：约 {time}，占用磁盘 {memory}</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>about {time} per epoch</source>
        <translation>每轮约 {time}</translation>
    </message>
    <message>
        <source>batch size up to {n}</source>
        <translation>批量大小最多 {n}</translation>
    </message>
    <message>
        <source>measuring …</source>
        <translation>正在测算…</translation>
    </message>
    <message>
        <source>needs {memory}</source>
        <translation>需要内存 {memory}</translation>
    </message>
    <message>
        <source>only {memory} free</source>
        <translation>可用内存仅剩 {memory}</translation>
    </message>
    <message>
        <source>{part}: {memory}</source>
        <translation>{part}：{memory}</translation>
    </message>
    <message>
        <source>{size}: about {time} per epoch</source>
        <translation>{size}：每轮约 {time}</translation>
    </message>
</context>
<context>
    <name>EvidenceFigure</name>
    <message>
        <source>Erase a rectangle of the image</source>
        <translation>擦除图像中的一个矩形</translation>
    </message>
    <message>
        <source>Erase another place</source>
        <translation>移动擦除的位置</translation>
    </message>
    <message>
        <source>Evidence in the image</source>
        <translation>图像中的依据</translation>
    </message>
    <message>
        <source>Have the image as it was</source>
        <translation>恢复原来的图像</translation>
    </message>
    <message>
        <source>Make the rectangle larger or smaller</source>
        <translation>放大或缩小矩形</translation>
    </message>
    <message>
        <source>Move what the rectangle holds</source>
        <translation>移动矩形中的内容</translation>
    </message>
    <message>
        <source>Take back the last change of the image</source>
        <translation>撤销对图像的上一次改动</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Exporting {name} …</source>
        <translation>正在导出 {name}…</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>Exports</name>
    <message>
        <source>Another export is under way</source>
        <translation>另一项导出正在进行</translation>
    </message>
    <message>
        <source>Could not export {name}</source>
        <translation>未能导出 {name}</translation>
    </message>
    <message>
        <source>Design</source>
        <translation>设计</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Exported {name}</source>
        <translation>已导出 {name}</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>训练任务</translation>
    </message>
    <message>
        <source>Save picture of curves</source>
        <translation>保存曲线图片</translation>
    </message>
    <message>
        <source>Select a run in the list of runs</source>
        <translation>请先在训练任务列表中选择一项</translation>
    </message>
    <message>
        <source>Where to put the folder {name}</source>
        <translation>把文件夹 {name} 放在哪里</translation>
    </message>
    <message>
        <source>{format} …</source>
        <translation>{format}…</translation>
    </message>
</context>
<context>
    <name>FeatureMapPanel</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Drop an image on the window to send it through the network.</source>
        <translation>把一张图像拖到窗口上，看它经过网络时的特征图。</translation>
    </message>
    <message>
        <source>Feature maps</source>
        <translation>特征图</translation>
    </message>
    <message>
        <source>Image {number} of {images}: {name}</source>
        <translation>第 {number} 张图像，共 {images} 张：{name}</translation>
    </message>
    <message>
        <source>Next image</source>
        <translation>下一张图像</translation>
    </message>
    <message>
        <source>Open image</source>
        <translation>打开图像</translation>
    </message>
    <message>
        <source>Open image …</source>
        <translation>打开图像…</translation>
    </message>
    <message>
        <source>Previous image</source>
        <translation>上一张图像</translation>
    </message>
    <message>
        <source>Random weights: this is not the design that trains.</source>
        <translation>随机权重：这不是正在训练的设计。</translation>
    </message>
    <message>
        <source>Train the network to compare, or drop an image to send it through.</source>
        <translation>训练之后可以对比，也可以拖入一张图像，看它经过网络时的特征图。</translation>
    </message>
    <message>
        <source>after step {step}</source>
        <translation>第 {step} 步之后</translation>
    </message>
    <message>
        <source>black and white</source>
        <translation>黑白</translation>
    </message>
    <message>
        <source>class {number}</source>
        <translation>类别 {number}</translation>
    </message>
    <message>
        <source>cropped</source>
        <translation>已裁剪</translation>
    </message>
    <message>
        <source>grey</source>
        <translation>灰度</translation>
    </message>
    <message>
        <source>palette</source>
        <translation>调色板</translation>
    </message>
    <message>
        <source>rotated upright</source>
        <translation>已摆正</translation>
    </message>
    <message>
        <source>trained</source>
        <translation>训练后</translation>
    </message>
    <message>
        <source>untrained</source>
        <translation>训练前</translation>
    </message>
</context>
<context>
    <name>FeatureMapStrip</name>
    <message>
        <source>Feature maps</source>
        <translation>特征图</translation>
    </message>
    <message>
        <source>Select the next part</source>
        <translation>选择下一个部分</translation>
    </message>
    <message>
        <source>Select the part before</source>
        <translation>选择上一个部分</translation>
    </message>
    <message>
        <source>The image as the network receives it: {shape}</source>
        <translation>网络接收到的图像：{shape}</translation>
    </message>
    <message>
        <source>The most active of {channels} channels, {height}×{width} positions each.
Black is no response, white the channel&apos;s own maximum.</source>
        <translation>{channels} 个通道中最活跃的几个，每个有 {height}×{width} 个位置。
黑色表示没有响应，白色表示该通道自身的最大值。</translation>
    </message>
</context>
<context>
    <name>Files</name>
    <message>
        <source>1 queued run will be discarded.</source>
        <translation>队列中的 1 个训练任务将被丢弃。</translation>
    </message>
    <message>
        <source>A run is in progress</source>
        <translation>训练任务正在进行</translation>
    </message>
    <message>
        <source>Close and stop the run? It saves a checkpoint and can be resumed.</source>
        <translation>要停止训练任务并关闭吗？任务会保存检查点，之后可以继续。</translation>
    </message>
    <message>
        <source>Close and stop the {n} runs? They save checkpoints and can be resumed.</source>
        <translation>要停止 {n} 个训练任务并关闭吗？它们会保存检查点，之后可以继续。</translation>
    </message>
    <message>
        <source>Copied as PyTorch</source>
        <translation>已复制 PyTorch 代码</translation>
    </message>
    <message>
        <source>Copied the design as text</source>
        <translation>已将设计复制为文本</translation>
    </message>
    <message>
        <source>Could not open {name}</source>
        <translation>未能打开 {name}</translation>
    </message>
    <message>
        <source>Could not save {name}</source>
        <translation>未能保存 {name}</translation>
    </message>
    <message>
        <source>Designs (*{suffix})</source>
        <translation>设计 (*{suffix})</translation>
    </message>
    <message>
        <source>Designs and trained networks (*{suffix})</source>
        <translation>设计与训练好的网络 (*{suffix})</translation>
    </message>
    <message>
        <source>Example images</source>
        <translation>示例图像</translation>
    </message>
    <message>
        <source>File already exists</source>
        <translation>文件已存在</translation>
    </message>
    <message>
        <source>Folder with one subfolder of images per class</source>
        <translation>图像文件夹，每个类别一个子文件夹</translation>
    </message>
    <message>
        <source>Images to train on: {name}, {n} classes</source>
        <translation>训练用的图像：{name}，{n} 个类别</translation>
    </message>
    <message>
        <source>Make a folder of 167 small images of clothing? It takes less than 1 MB:
{place}</source>
        <translation>要建立一个含 167 张小幅服装图像的文件夹吗？占用不到 1 MB：
{place}</translation>
    </message>
    <message>
        <source>No recent files</source>
        <translation>没有最近打开的文件</translation>
    </message>
    <message>
        <source>Open design</source>
        <translation>打开设计</translation>
    </message>
    <message>
        <source>Opened {name}; training starts with its weights</source>
        <translation>已打开 {name}；训练将从其中的权重开始</translation>
    </message>
    <message>
        <source>Paste design</source>
        <translation>粘贴设计</translation>
    </message>
    <message>
        <source>Pasted {name}</source>
        <translation>已粘贴 {name}</translation>
    </message>
    <message>
        <source>ResNet Explorer</source>
        <translation>ResNet Explorer</translation>
    </message>
    <message>
        <source>Runs are queued</source>
        <translation>队列中还有训练任务</translation>
    </message>
    <message>
        <source>Save design</source>
        <translation>保存设计</translation>
    </message>
    <message>
        <source>Save the changes to {name}? If not, the file stays as it is; the next start shows them again.</source>
        <translation>要将更改保存到 {name} 吗？如果不保存，文件保持原样；下次启动时仍会显示这些更改。</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>已保存 {name}</translation>
    </message>
    <message>
        <source>Table of images and their classes</source>
        <translation>图像及其类别的表格</translation>
    </message>
    <message>
        <source>Tables (*.csv *.tsv *.txt)</source>
        <translation>表格 (*.csv *.tsv *.txt)</translation>
    </message>
    <message>
        <source>The example images cannot be made</source>
        <translation>无法建立示例图像</translation>
    </message>
    <message>
        <source>There is no design on the clipboard</source>
        <translation>剪贴板中没有设计</translation>
    </message>
    <message>
        <source>Unsaved changes</source>
        <translation>未保存的修改</translation>
    </message>
    <message>
        <source>{name} already exists. Replace it?</source>
        <translation>{name} 已存在。要替换吗？</translation>
    </message>
    <message>
        <source>{n} queued runs will be discarded.</source>
        <translation>队列中的 {n} 个训练任务将被丢弃。</translation>
    </message>
</context>
<context>
    <name>FlagOrders</name>
    <message>
        <source>Images as in the folder again: {n}</source>
        <translation>已恢复为文件夹中的原样：{n} 张</translation>
    </message>
    <message>
        <source>Images given the class {name}: {n}</source>
        <translation>已将 {n} 张图像改为类别 {name}</translation>
    </message>
    <message>
        <source>Images left out: {n}</source>
        <translation>已排除 {n} 张图像</translation>
    </message>
    <message>
        <source>Images marked as none of the classes: {n}</source>
        <translation>已将 {n} 张图像标为不属于任何类别</translation>
    </message>
    <message>
        <source>The last decision is taken back</source>
        <translation>已撤销上一次处理</translation>
    </message>
    <message>
        <source>given the class {name}</source>
        <translation>已改为类别 {name}</translation>
    </message>
    <message>
        <source>gone, or called otherwise by now</source>
        <translation>图像已不存在，或已改名</translation>
    </message>
    <message>
        <source>selected: {n}</source>
        <translation>已选 {n} 张</translation>
    </message>
</context>
<context>
    <name>Form</name>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
</context>
<context>
    <name>Highlight</name>
    <message>
        <source>Control that the lesson points to</source>
        <translation>课程所指的控件</translation>
    </message>
</context>
<context>
    <name>IdentityAnswer</name>
    <message>
        <source>Accuracy {before} → {after} on {n} images, another answer on {moved} of them, largest logit difference {difference}.</source>
        <translation>{n} 张图像上的精度 {before} → {after}，其中 {moved} 张的预测改变，logits 最大相差 {difference}。</translation>
    </message>
    <message>
        <source>The run counted {accuracy}, in its own precision and on all validation images.</source>
        <translation>训练记录的精度为 {accuracy}：用训练时的数值精度在全部验证图像上计算。</translation>
    </message>
    <message>
        <source>Unchanged to the last bit: all logits of {n} images are the same, accuracy {before}.</source>
        <translation>逐位不变：{n} 张图像的所有 logits 都相同，精度 {before}。</translation>
    </message>
    <message>
        <source>after</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>{name} and {more} more set to zero</source>
        <translation>已将 {name} 及另外 {more} 个块置零</translation>
    </message>
    <message>
        <source>{name} inserted</source>
        <translation>已插入 {name}</translation>
    </message>
    <message>
        <source>{name} set to zero</source>
        <translation>已将 {name} 置零</translation>
    </message>
</context>
<context>
    <name>IdentityPanel</name>
    <message>
        <source>Compare batch norms</source>
        <translation>比较批量规范化</translation>
    </message>
    <message>
        <source>Continue training from here</source>
        <translation>从这里继续训练</translation>
    </message>
    <message>
        <source>Insert an identity block</source>
        <translation>插入恒等块</translation>
    </message>
    <message>
        <source>Inserts it as {name}</source>
        <translation>插入后名为 {name}</translation>
    </message>
    <message>
        <source>Network: {network}</source>
        <translation>网络：{network}</translation>
    </message>
    <message>
        <source>Network: {network}, with {blocks} inserted</source>
        <translation>网络：{network}，已插入 {blocks}</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Runs one batch by its own statistics and by the running ones</source>
        <translation>让同一个小批量分别使用自身的统计量和移动平均统计量</translation>
    </message>
    <message>
        <source>Zero this branch</source>
        <translation>将此分支置零</translation>
    </message>
    <message>
        <source>random weights</source>
        <translation>随机权重</translation>
    </message>
    <message>
        <source>random weights, as this is not the design that trains</source>
        <translation>随机权重（这不是正在训练的设计）</translation>
    </message>
    <message>
        <source>{name}, after step {step}</source>
        <translation>{name}，第 {step} 步之后</translation>
    </message>
    <message>
        <source>{name}, as it trains</source>
        <translation>{name}，正在训练</translation>
    </message>
    <message>
        <source>{name}, trained</source>
        <translation>{name}（已训练）</translation>
    </message>
    <message>
        <source>{network} ({accuracy})</source>
        <translation>{network}，{accuracy}</translation>
    </message>
    <message>
        <source>{network}; set to zero: {blocks}</source>
        <translation>{network}；已置零：{blocks}</translation>
    </message>
</context>
<context>
    <name>IdentityTrial</name>
    <message>
        <source>Insert an identity block</source>
        <translation>插入恒等块</translation>
    </message>
    <message>
        <source>Testing on real images …</source>
        <translation>正在用真实图像测试…</translation>
    </message>
</context>
<context>
    <name>KnobRow</name>
    <message>
        <source>Do not vary this</source>
        <translation>不改变此项</translation>
    </message>
    <message>
        <source>Values of {name}</source>
        <translation>{name} 的取值</translation>
    </message>
    <message>
        <source>Values, as 1, 2, 4, 8</source>
        <translation>取值，如 1, 2, 4, 8</translation>
    </message>
    <message>
        <source>What is varied</source>
        <translation>改变什么</translation>
    </message>
    <message>
        <source>{name}: {value}</source>
        <translation>{name}：{value}</translation>
    </message>
</context>
<context>
    <name>LayerList</name>
    <message>
        <source>Difference</source>
        <translation>差异</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>预期</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Layers side by side</source>
        <translation>逐层对照</translation>
    </message>
    <message>
        <source>The largest difference of any output of the layer</source>
        <translation>该层输出的最大差异</translation>
    </message>
    <message>
        <source>Yours</source>
        <translation>你的</translation>
    </message>
    <message>
        <source>different</source>
        <translation>不同</translation>
    </message>
    <message>
        <source>equal</source>
        <translation>相同</translation>
    </message>
    <message>
        <source>missing in yours</source>
        <translation>你的块中没有</translation>
    </message>
    <message>
        <source>only in yours</source>
        <translation>只在你的块中</translation>
    </message>
</context>
<context>
    <name>LayerModel</name>
    <message>
        <source>{name}: {reason}</source>
        <translation>{name}：{reason}</translation>
    </message>
</context>
<context>
    <name>LayerTable</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>Copy the selected rows, or all of them</source>
        <translation>复制所选的行；未选择时复制所有行</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层表格</translation>
    </message>
    <message>
        <source>Open the block, or unfold the row</source>
        <translation>打开块，或展开这一行</translation>
    </message>
    <message>
        <source>Show only the columns that fit</source>
        <translation>只显示放得下的列</translation>
    </message>
    <message>
        <source>{columns} do not fit: show them</source>
        <translation>放不下的列：{columns}；点击显示</translation>
    </message>
</context>
<context>
    <name>LessonCard</name>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>关闭（Esc）</translation>
    </message>
    <message>
        <source>Done: {task}</source>
        <translation>已完成：{task}</translation>
    </message>
    <message>
        <source>Finish</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Next lesson</source>
        <translation>下一课</translation>
    </message>
    <message>
        <source>Skip the rest (Esc)</source>
        <translation>跳过其余部分（Esc）</translation>
    </message>
    <message>
        <source>To do: {task}</source>
        <translation>待完成：{task}</translation>
    </message>
</context>
<context>
    <name>LikelyBars</name>
    <message>
        <source>Probabilities</source>
        <translation>概率</translation>
    </message>
</context>
<context>
    <name>LrDialog</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Find a learning rate</source>
        <translation>寻找学习率</translation>
    </message>
    <message>
        <source>The loss falls fastest near {rate:g}; where it rises again, the rate is too high.</source>
        <translation>学习率约为 {rate:g} 时损失下降最快；损失重新上升处，学习率已过大。</translation>
    </message>
    <message>
        <source>Trains 100 steps from random weights, each at a higher rate than the last.</source>
        <translation>从随机初始权重开始训练 100 步，每一步的学习率都比上一步大。</translation>
    </message>
    <message>
        <source>Use {rate:g}</source>
        <translation>使用 {rate:g}</translation>
    </message>
    <message>
        <source>learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>loss (smoothed)</source>
        <translation>损失（平滑）</translation>
    </message>
</context>
<context>
    <name>Matrix</name>
    <message>
        <source>Class ↓</source>
        <translation>真实类别 ↓</translation>
    </message>
    <message>
        <source>Confusion matrix</source>
        <translation>混淆矩阵</translation>
    </message>
    <message>
        <source>Copy the confusion matrix</source>
        <translation>复制混淆矩阵</translation>
    </message>
    <message>
        <source>Show the images of the cell</source>
        <translation>显示单元格对应的图像</translation>
    </message>
    <message>
        <source>taken for →</source>
        <translation>预测为 →</translation>
    </message>
</context>
<context>
    <name>MatrixPanel</name>
    <message>
        <source>% of answers</source>
        <translation>占预测 %</translation>
    </message>
    <message>
        <source>% of class</source>
        <translation>占真实类别 %</translation>
    </message>
    <message>
        <source>All, as a picture</source>
        <translation>全部，以图显示</translation>
    </message>
    <message>
        <source>By confusion</source>
        <translation>按混淆程度</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>按名称</translation>
    </message>
    <message>
        <source>Classes that are confused stand side by side</source>
        <translation>相互混淆的类别排在一起</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>The order of the classes</source>
        <translation>类别的顺序</translation>
    </message>
    <message>
        <source>The worst of {total}</source>
        <translation>{total} 类中最差的</translation>
    </message>
    <message>
        <source>The worst {n} of {total}</source>
        <translation>{total} 类中最差的 {n} 类</translation>
    </message>
    <message>
        <source>What the cells show</source>
        <translation>单元格的内容</translation>
    </message>
    <message>
        <source>Which classes are shown</source>
        <translation>显示哪些类别</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>&amp;Design</source>
        <translation>设计(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Train</source>
        <translation>训练(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>Chapter</source>
        <translation>教材课程</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Names</source>
        <translation>命名</translation>
    </message>
    <message>
        <source>Open recent</source>
        <translation>最近打开</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>the chapter</source>
        <translation>教材</translation>
    </message>
    <message>
        <source>the paper</source>
        <translation>论文</translation>
    </message>
</context>
<context>
    <name>NameLine</name>
    <message>
        <source>Name of the design</source>
        <translation>设计的名称</translation>
    </message>
    <message>
        <source>Name of the design: click to edit it</source>
        <translation>设计的名称：点击即可修改</translation>
    </message>
    <message>
        <source>Name: {name}</source>
        <translation>名称：{name}</translation>
    </message>
</context>
<context>
    <name>NeighbourStrip</name>
    <message>
        <source>Nearest training images</source>
        <translation>最相近的训练图像</translation>
    </message>
</context>
<context>
    <name>NormsAnswer</name>
    <message>
        <source>Batch norm by running statistics, and by those of the batch</source>
        <translation>批量规范化：使用移动平均统计量与小批量统计量</translation>
    </message>
    <message>
        <source>By the batch&apos;s own statistics {batch} of {n} images are right, by the running ones {running}: far apart.</source>
        <translation>使用小批量自身的统计量，{n} 张图像中 {batch} 张正确；使用移动平均统计量，{running} 张正确：相差很远。</translation>
    </message>
    <message>
        <source>By the batch&apos;s own statistics {batch} of {n} images are right, by the running ones {running}: they agree.</source>
        <translation>使用小批量自身的统计量，{n} 张图像中 {batch} 张正确；使用移动平均统计量，{running} 张正确：两者一致。</translation>
    </message>
    <message>
        <source>The running averages have seen no training step: they are still mean 0 and variance 1.</source>
        <translation>移动平均还没有见过任何训练步：均值仍为 0，方差仍为 1。</translation>
    </message>
    <message>
        <source>The running averages have seen only {steps} steps: {share} of them is still their initial value.</source>
        <translation>移动平均只见过 {steps} 步：其中 {share} 仍是初始值。</translation>
    </message>
    <message>
        <source>The running averages have seen {steps} steps.</source>
        <translation>移动平均已见过 {steps} 步。</translation>
    </message>
    <message>
        <source>batch</source>
        <translation>小批量</translation>
    </message>
    <message>
        <source>running</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>{name}: mean {batch_mean}, running {running_mean}; variance {batch_variance}, running {running_variance}; means {distance} σ apart</source>
        <translation>{name}：均值 {batch_mean}，移动平均 {running_mean}；方差 {batch_variance}，移动平均 {running_variance}；均值相差 {distance} σ</translation>
    </message>
</context>
<context>
    <name>Notice</name>
    <message>
        <source>Details …</source>
        <translation>详情…</translation>
    </message>
    <message>
        <source>What went wrong</source>
        <translation>出了什么问题</translation>
    </message>
</context>
<context>
    <name>Pages</name>
    <message>
        <source>Copied the layer table</source>
        <translation>已复制层表格</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Find a command</source>
        <translation>查找命令</translation>
    </message>
    <message>
        <source>Not available now</source>
        <translation>目前不可用</translation>
    </message>
    <message>
        <source>Type some of its words</source>
        <translation>输入其中的几个词</translation>
    </message>
    <message>
        <source>on</source>
        <translation>已开启</translation>
    </message>
</context>
<context>
    <name>PartLegend</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>test {n}</source>
        <translation>测试集 {n}</translation>
    </message>
    <message>
        <source>training {n}</source>
        <translation>训练集 {n}</translation>
    </message>
    <message>
        <source>validation (the set&apos;s test part) {n}</source>
        <translation>验证集（数据集的测试部分）{n}</translation>
    </message>
    <message>
        <source>validation {n}</source>
        <translation>验证集 {n}</translation>
    </message>
</context>
<context>
    <name>Plots</name>
    <message>
        <source>Accuracy</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>How the runs learn</source>
        <translation>训练任务的学习情况</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>Other data</source>
        <translation>其他数据</translation>
    </message>
    <message>
        <source>Show runs on other data on the same axes too</source>
        <translation>也在同一坐标轴上显示使用其他数据的训练任务</translation>
    </message>
    <message>
        <source>Show the loss on a logarithmic axis</source>
        <translation>用对数坐标轴显示损失</translation>
    </message>
    <message>
        <source>Smoothing</source>
        <translation>平滑</translation>
    </message>
    <message>
        <source>Training values are means over {light:.0%} or {strong:.0%} of the visible steps</source>
        <translation>训练曲线取可见步数的 {light:.0%} 或 {strong:.0%} 上的平均值</translation>
    </message>
    <message>
        <source>log</source>
        <translation>对数</translation>
    </message>
    <message>
        <source>not smoothed</source>
        <translation>不平滑</translation>
    </message>
    <message>
        <source>smoothed</source>
        <translation>平滑</translation>
    </message>
    <message>
        <source>smoothed more</source>
        <translation>更平滑</translation>
    </message>
</context>
<context>
    <name>PositionGrid</name>
    <message>
        <source>Branch: {layer}</source>
        <translation>分支：{layer}</translation>
    </message>
    <message>
        <source>Drawn: the upper left {rows}×{columns} of {height}×{width}.</source>
        <translation>图中为 {height}×{width} 左上角的 {rows}×{columns}。</translation>
    </message>
    <message>
        <source>Positions that are read</source>
        <translation>读取的位置</translation>
    </message>
    <message>
        <source>Shortcut: {layer}</source>
        <translation>捷径：{layer}</translation>
    </message>
    <message>
        <source>Together they see the whole input.</source>
        <translation>两者合起来读取了整个输入。</translation>
    </message>
    <message>
        <source>reads every position</source>
        <translation>读取所有位置</translation>
    </message>
    <message>
        <source>reads {read} of {total} positions and never sees {rest} of them</source>
        <translation>每 {total} 个位置只读取 {read} 个，其余 {rest} 从不读取</translation>
    </message>
    <message>
        <source>{percent} of the input are never seen by the block.</source>
        <translation>输入中有 {percent} 的位置块从不读取。</translation>
    </message>
    <message>
        <source>{percent} of the input reach neither: the block never sees them.</source>
        <translation>输入中有 {percent} 的位置两条路径都不读取：整个块看不到它们。</translation>
    </message>
</context>
<context>
    <name>Preferences</name>
    <message>
        <source>Colours</source>
        <translation>配色</translation>
    </message>
    <message>
        <source>Folder of runs</source>
        <translation>训练任务文件夹</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Limit of decoded images</source>
        <translation>解码图像的空间上限</translation>
    </message>
    <message>
        <source>Start page</source>
        <translation>起始页面</translation>
    </message>
    <message>
        <source>Text size</source>
        <translation>文字大小</translation>
    </message>
    <message>
        <source>Threads of a run</source>
        <translation>训练任务的线程数</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>for projectors and colour blindness</source>
        <translation>适合投影和色觉障碍者</translation>
    </message>
    <message>
        <source>light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>不限</translation>
    </message>
    <message>
        <source>one per free core</source>
        <translation>每个空闲的核一个</translation>
    </message>
    <message>
        <source>same as system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>the last one</source>
        <translation>上次打开的页面</translation>
    </message>
    <message>
        <source>{size} in {folder}</source>
        <translation>{folder} 中有 {size}</translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>Browse …</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Defaults</source>
        <translation>恢复默认</translation>
    </message>
    <message>
        <source>Empty</source>
        <translation>清空</translation>
    </message>
    <message>
        <source>Preferences</source>
        <translation>首选项</translation>
    </message>
</context>
<context>
    <name>ProblemLine</name>
    <message>
        <source>Repair: {what}</source>
        <translation>修复：{what}</translation>
    </message>
</context>
<context>
    <name>ProblemList</name>
    <message>
        <source>Nothing seems to be wrong.</source>
        <translation>没有发现问题。</translation>
    </message>
    <message>
        <source>What may be wrong</source>
        <translation>可能的问题</translation>
    </message>
</context>
<context>
    <name>QueueList</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>改动</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>下移</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>上移</translation>
    </message>
    <message>
        <source>Open a run&apos;s design</source>
        <translation>打开训练任务的设计</translation>
    </message>
    <message>
        <source>Open design</source>
        <translation>打开设计</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Remove from queue</source>
        <translation>移出队列</translation>
    </message>
    <message>
        <source>Show this run</source>
        <translation>显示此任务</translation>
    </message>
    <message>
        <source>Show this study</source>
        <translation>显示此研究</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Study {name}</source>
        <translation>研究 {name}</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>custom</source>
        <translation>自定义</translation>
    </message>
    <message>
        <source>no changes</source>
        <translation>无改动</translation>
    </message>
    <message>
        <source>on hold</source>
        <translation>已搁置</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>queued</source>
        <translation>排队中</translation>
    </message>
    <message>
        <source>running</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>stopping</source>
        <translation>正在停止</translation>
    </message>
    <message>
        <source>{name} and its twin</source>
        <translation>{name} 及其对照网络</translation>
    </message>
    <message>
        <source>{name} beside {others}</source>
        <translation>{name}，对照：{others}</translation>
    </message>
    <message>
        <source>{name} · {n} seeds</source>
        <translation>{name} · {n} 个随机种子</translation>
    </message>
    <message>
        <source>{n} of {total}</source>
        <translation>{n} / {total}</translation>
    </message>
</context>
<context>
    <name>Real</name>
    <message>
        <source>at least {n}</source>
        <translation>至少 {n}</translation>
    </message>
    <message>
        <source>at most {n}</source>
        <translation>至多 {n}</translation>
    </message>
    <message>
        <source>less than {n}</source>
        <translation>小于 {n}</translation>
    </message>
    <message>
        <source>more than {n}</source>
        <translation>大于 {n}</translation>
    </message>
</context>
<context>
    <name>Remarks</name>
    <message>
        <source>Checkpoints take up to {needed} on the disk; {free} are free.</source>
        <translation>检查点最多占用磁盘 {needed}，可用空间为 {free}。</translation>
    </message>
    <message>
        <source>Decoded, the images take {needed} on the disk, and there is room for {room}: they are decoded again in every epoch.</source>
        <translation>解码后的图像要占用磁盘 {needed}，而可用空间为 {room}：每一轮都会重新解码。</translation>
    </message>
    <message>
        <source>Known weights learn best at low rates, after the new head.</source>
        <translation>已有权重宜在新分类头学好之后，用较小的学习率继续训练。</translation>
    </message>
    <message>
        <source>Late blocks: {reason}</source>
        <translation>后加入的残差块：{reason}</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Scanning the images …</source>
        <translation>正在扫描图像 …</translation>
    </message>
    <message>
        <source>The images have colour, but the design has one channel.</source>
        <translation>图像是彩色的，而设计只有一个通道。</translation>
    </message>
    <message>
        <source>Training never sees the {n} test images.</source>
        <translation>训练永远不会用到这 {n} 张测试图像。</translation>
    </message>
</context>
<context>
    <name>ReportDialog</name>
    <message>
        <source>Check</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Last errors</source>
        <translation>最近的错误</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
</context>
<context>
    <name>ResultThumbnails</name>
    <message>
        <source>no. {number}</source>
        <translation>第 {number} 张</translation>
    </message>
</context>
<context>
    <name>ResultsBar</name>
    <message>
        <source>Evaluating …</source>
        <translation>正在评估…</translation>
    </message>
    <message>
        <source>Evaluating: {done} of {total}</source>
        <translation>正在评估：{done}/{total}</translation>
    </message>
    <message>
        <source>Evaluation</source>
        <translation>评估</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Other images</source>
        <translation>其他图像</translation>
    </message>
    <message>
        <source>Test images</source>
        <translation>测试图像</translation>
    </message>
    <message>
        <source>The run whose results are shown: {name}</source>
        <translation>显示其结果的训练任务：{name}</translation>
    </message>
    <message>
        <source>Training images</source>
        <translation>训练图像</translation>
    </message>
    <message>
        <source>Validation images</source>
        <translation>验证图像</translation>
    </message>
    <message>
        <source>accuracy {accuracy}</source>
        <translation>精度 {accuracy}</translation>
    </message>
    <message>
        <source>evaluations on these images: {n}</source>
        <translation>在这些图像上评估的次数：{n}</translation>
    </message>
    <message>
        <source>images: {n}</source>
        <translation>{n} 张图像</translation>
    </message>
    <message>
        <source>loss {loss}</source>
        <translation>损失 {loss}</translation>
    </message>
    <message>
        <source>{mean} ± {deviation} over {n} seeds</source>
        <translation>{n} 个随机种子：{mean} ± {deviation}</translation>
    </message>
</context>
<context>
    <name>ResultsPage</name>
    <message>
        <source>Blocks</source>
        <translation>块</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Copied the confusion matrix</source>
        <translation>已复制混淆矩阵</translation>
    </message>
    <message>
        <source>Copied the results by class</source>
        <translation>已复制各类别的结果</translation>
    </message>
    <message>
        <source>Decide</source>
        <translation>处理</translation>
    </message>
    <message>
        <source>Evaluate on the test images</source>
        <translation>在测试图像上评估</translation>
    </message>
    <message>
        <source>Evaluate this run</source>
        <translation>评估这个训练任务</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Matrix</source>
        <translation>矩阵</translation>
    </message>
    <message>
        <source>Test images are for the end: whoever chooses between runs by what they show has learned from them. Evaluated on them so far: {n}</source>
        <translation>测试图像应留到最后再用：如果根据测试结果挑选训练任务，就等于从测试图像中学习了。至今在其上评估的次数：{n}</translation>
    </message>
    <message>
        <source>The results stand here once every image has been looked at.</source>
        <translation>评估完所有图像后，这里会显示结果。</translation>
    </message>
    <message>
        <source>The results stand here once the first epoch has been validated.</source>
        <translation>第一轮验证之后，这里会显示结果。</translation>
    </message>
    <message>
        <source>This run ended before its first epoch had been validated.</source>
        <translation>这个训练任务在第一轮验证之前就结束了。</translation>
    </message>
    <message>
        <source>This run has no validation images.</source>
        <translation>这个训练任务没有验证图像。</translation>
    </message>
    <message>
        <source>What shall become of the selected images</source>
        <translation>决定如何处理选中的图像</translation>
    </message>
    <message>
        <source>What the network of this run makes of each image has not been noted yet.</source>
        <translation>还没有记录这个训练任务的网络对每张图像的判断。</translation>
    </message>
    <message>
        <source>Which images a network gets wrong stands here once a run has been trained.</source>
        <translation>训练一个网络之后，这里会显示它把哪些图像分错了类。</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>为什么</translation>
    </message>
</context>
<context>
    <name>RunBar</name>
    <message>
        <source>End presentation</source>
        <translation>结束演示</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>训练任务</translation>
    </message>
    <message>
        <source>epoch {n}/{all}</source>
        <translation>第 {n}/{all} 轮</translation>
    </message>
    <message>
        <source>{epoch} · {time}</source>
        <translation>{epoch} · 剩余 {time}</translation>
    </message>
</context>
<context>
    <name>RunChanges</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>Not the design that trains: {changes}</source>
        <translation>不是正在训练的设计：{changes}</translation>
    </message>
    <message>
        <source>{changes} and more</source>
        <translation>{changes} 等</translation>
    </message>
</context>
<context>
    <name>RunKey</name>
    <message>
        <source>Hide the curves of {name}</source>
        <translation>隐藏 {name} 的曲线</translation>
    </message>
    <message>
        <source>Show the curves of {name}</source>
        <translation>显示 {name} 的曲线</translation>
    </message>
</context>
<context>
    <name>RunOrders</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>Design and recipe of {name} are already shown</source>
        <translation>当前显示的就是 {name} 的设计和训练方案</translation>
    </message>
    <message>
        <source>From {name}: {changes}</source>
        <translation>采用自 {name}：{changes}</translation>
    </message>
    <message>
        <source>Hide run</source>
        <translation>隐藏任务</translation>
    </message>
    <message>
        <source>Name:</source>
        <translation>名称：</translation>
    </message>
    <message>
        <source>Note on {name}</source>
        <translation>{name} 的备注</translation>
    </message>
    <message>
        <source>Note:</source>
        <translation>备注：</translation>
    </message>
    <message>
        <source>Open a run&apos;s design</source>
        <translation>打开训练任务的设计</translation>
    </message>
    <message>
        <source>Pinned {name} as baseline</source>
        <translation>已将 {name} 设为基线</translation>
    </message>
    <message>
        <source>Remove star of run</source>
        <translation>去掉任务的星标</translation>
    </message>
    <message>
        <source>Rename {name}</source>
        <translation>重命名 {name}</translation>
    </message>
    <message>
        <source>Show run again</source>
        <translation>重新显示任务</translation>
    </message>
    <message>
        <source>Sort by</source>
        <translation>排序方式</translation>
    </message>
    <message>
        <source>Star run</source>
        <translation>给任务加星标</translation>
    </message>
    <message>
        <source>Tags of {name}</source>
        <translation>{name}的标签</translation>
    </message>
    <message>
        <source>Tags, with commas between them:</source>
        <translation>标签，用逗号分隔：</translation>
    </message>
    <message>
        <source>Use a run&apos;s design</source>
        <translation>采用训练任务的设计</translation>
    </message>
    <message>
        <source>{name} is in the bin.</source>
        <translation>{name} 已移到回收站。</translation>
    </message>
    <message>
        <source>{n} runs</source>
        <translation>{n} 个训练任务</translation>
    </message>
    <message>
        <source>{n} runs are in the bin.</source>
        <translation>{n} 个训练任务已移到回收站。</translation>
    </message>
</context>
<context>
    <name>RunProgress</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>; </source>
        <translation>；</translation>
    </message>
    <message>
        <source>GPU {share} busy · {used} of {all} used · {celsius} °C</source>
        <translation>GPU 利用率 {share} · 显存 {used} / {all} · {celsius} °C</translation>
    </message>
    <message>
        <source>downloading weights: {share}</source>
        <translation>正在下载权重：{share}</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>finished</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>finished: best validation {accuracy} after epoch {n}</source>
        <translation>已完成：第 {n} 轮后验证精度最高，为 {accuracy}</translation>
    </message>
    <message>
        <source>loading torch …</source>
        <translation>正在加载 torch…</translation>
    </message>
    <message>
        <source>not the same batches: some ended earlier</source>
        <translation>小批量不同：有的训练提前结束了</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>reading images: {share}</source>
        <translation>正在读取图像：{share}</translation>
    </message>
    <message>
        <source>starting …</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>stopped after step {n}; can be resumed</source>
        <translation>已在第 {n} 步后停止，可以继续训练</translation>
    </message>
    <message>
        <source>stopped early, no improvement: best validation {accuracy} after epoch {n}</source>
        <translation>精度不再提高，已提前停止：第 {n} 轮后验证精度最高，为 {accuracy}</translation>
    </message>
    <message>
        <source>stopped while its images were read</source>
        <translation>在读取图像时停止</translation>
    </message>
    <message>
        <source>stopping: saving a checkpoint …</source>
        <translation>正在停止：保存检查点…</translation>
    </message>
    <message>
        <source>the same batches for all: {hash}</source>
        <translation>所有训练的小批量相同：{hash}</translation>
    </message>
    <message>
        <source>validation {accuracy}</source>
        <translation>验证精度 {accuracy}</translation>
    </message>
    <message>
        <source>validation: {accuracies}</source>
        <translation>验证精度：{accuracies}</translation>
    </message>
    <message>
        <source>weights: {table}</source>
        <translation>权重：{table}</translation>
    </message>
    <message>
        <source>{name} {accuracy}</source>
        <translation>{name} {accuracy}</translation>
    </message>
    <message>
        <source>{name}: {difference}</source>
        <translation>{name}：{difference}</translation>
    </message>
    <message>
        <source>{n} images/s</source>
        <translation>每秒 {n} 张图像</translation>
    </message>
    <message>
        <source>{reason}: {n} of {all} cores</source>
        <translation>{reason}：正在使用 {n} 个 CPU 核（共 {all} 个）</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>RunScatter</name>
    <message>
        <source>; data sets, each with a front of its own: {n}</source>
        <translation>；{n} 个数据集，各有自己的前沿</translation>
    </message>
    <message>
        <source>; {n} on the Pareto front</source>
        <translation>；{n} 个在帕累托前沿上</translation>
    </message>
    <message>
        <source>; {n} without accuracy or {quantity}</source>
        <translation>；{n} 个缺少精度或{quantity}</translation>
    </message>
    <message>
        <source>A click chooses a run, Ctrl and a click one more; arrow keys go from point to point</source>
        <translation>单击选择一个训练任务，按住 Ctrl 单击可多选；用方向键在各点之间移动</translation>
    </message>
    <message>
        <source>Accuracy against</source>
        <translation>精度随以下量的变化：</translation>
    </message>
    <message>
        <source>Accuracy of the runs</source>
        <translation>各训练任务的精度</translation>
    </message>
    <message>
        <source>None of these runs has been validated yet.</source>
        <translation>这些训练任务都还没有验证过。</translation>
    </message>
    <message>
        <source>The line is the Pareto front: no other run on the same data is as accurate with less</source>
        <translation>这条线是帕累托前沿：在相同的数据上，没有其他训练任务能用更少的代价达到同样的精度</translation>
    </message>
    <message>
        <source>{name}: {accuracy} · {quantity} {value}</source>
        <translation>{name}：{accuracy} · {quantity} {value}</translation>
    </message>
    <message>
        <source>{n} runs, {low} to {high}</source>
        <translation>{n} 个训练任务，精度 {low} 至 {high}</translation>
    </message>
    <message>
        <source>{words} · on the Pareto front</source>
        <translation>{words} · 在帕累托前沿上</translation>
    </message>
    <message>
        <source>{words}, point {n} of {total}</source>
        <translation>{words}，第 {n} 个点，共 {total} 个</translation>
    </message>
</context>
<context>
    <name>RunTable</name>
    <message>
        <source>Copy the selected rows, or all of them</source>
        <translation>复制所选的行；未选择时复制所有行</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>训练任务</translation>
    </message>
</context>
<context>
    <name>RunTableModel</name>
    <message>
        <source>Star</source>
        <translation>星标</translation>
    </message>
    <message>
        <source>not starred</source>
        <translation>没有星标</translation>
    </message>
    <message>
        <source>starred</source>
        <translation>有星标</translation>
    </message>
</context>
<context>
    <name>RunsPage</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>Against {name}: {changes}</source>
        <translation>与 {name} 相比：{changes}</translation>
    </message>
    <message>
        <source>Copied the table of runs</source>
        <translation>已复制训练任务表</translation>
    </message>
    <message>
        <source>Curves are drawn of the first {n} of them.</source>
        <translation>只绘制其中前 {n} 个的曲线。</translation>
    </message>
    <message>
        <source>Every run that you start is kept and listed here.</source>
        <translation>你启动的每个训练任务都会保存下来，并列在这里。</translation>
    </message>
    <message>
        <source>Filter by words, or accuracy &gt; 0.9 and params &lt; 1e6</source>
        <translation>按文字筛选，或 accuracy &gt; 0.9 and params &lt; 1e6</translation>
    </message>
    <message>
        <source>Filter runs</source>
        <translation>筛选训练任务</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Scatter plot</source>
        <translation>散点图</translation>
    </message>
    <message>
        <source>Select one run for its details, several for what differs between them.</source>
        <translation>选择一个训练任务查看详情，选择多个查看它们的差别。</translation>
    </message>
    <message>
        <source>Show only the columns that fit</source>
        <translation>只显示放得下的列</translation>
    </message>
    <message>
        <source>Studies</source>
        <translation>研究</translation>
    </message>
    <message>
        <source>The selected runs</source>
        <translation>所选的训练任务</translation>
    </message>
    <message>
        <source>Words are looked for in name, note, tags, design, data and state. Fields are compared by = != &lt; &lt;= &gt; &gt;= and ~ (contains), and joined by and, or, not and parentheses: accuracy, params, macs, depth, epochs, done, seconds, seed, state, created, data, device, name, note, tag, star, hidden, study, blocks, stage2.width, and every other field of a design or a recipe, such as lr or shortcut.</source>
        <translation>文字在名称、备注、标签、设计、数据和状态中查找。字段用 = != &lt; &lt;= &gt; &gt;= 和 ~（包含）比较，用 and、or、not 和括号连接：accuracy、params、macs、depth、epochs、done、seconds、seed、state、created、data、device、name、note、tag、star、hidden、study、blocks、stage2.width，以及设计或训练方案的其他任何字段，例如 lr 或 shortcut。</translation>
    </message>
    <message>
        <source>{columns} do not fit: show them</source>
        <translation>放不下的列：{columns}；点击显示</translation>
    </message>
    <message>
        <source>{name}: {design}</source>
        <translation>{name}：{design}</translation>
    </message>
    <message>
        <source>{n} of {total}</source>
        <translation>{n} / {total}</translation>
    </message>
    <message>
        <source>{reason}, at “{text}”</source>
        <translation>{reason}，位于“{text}”</translation>
    </message>
</context>
<context>
    <name>ScanBar</name>
    <message>
        <source>Looking for images …</source>
        <translation>正在查找图像 …</translation>
    </message>
    <message>
        <source>Scan</source>
        <translation>扫描</translation>
    </message>
    <message>
        <source>The scan was cancelled; this is what was known before.</source>
        <translation>扫描已取消；显示的是之前的结果。</translation>
    </message>
    <message>
        <source>grey</source>
        <translation>灰度</translation>
    </message>
    <message>
        <source>in colour</source>
        <translation>彩色</translation>
    </message>
    <message>
        <source>nearly all grey</source>
        <translation>几乎都是灰度</translation>
    </message>
    <message>
        <source>typically {width} × {height}</source>
        <translation>通常为 {width} × {height}</translation>
    </message>
    <message>
        <source>{done} of {total} images</source>
        <translation>{done} / {total} 张图像</translation>
    </message>
    <message>
        <source>{images} images in {classes} classes</source>
        <translation>{images} 张图像，{classes} 个类别</translation>
    </message>
    <message>
        <source>{share} in colour</source>
        <translation>{share} 为彩色</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>SearchList</name>
    <message>
        <source>Nothing is found by these words.</source>
        <translation>没有与这些词匹配的结果。</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>出错了</translation>
    </message>
    <message>
        <source>The last session cannot continue</source>
        <translation>无法恢复上次的会话</translation>
    </message>
    <message>
        <source>The session cannot be saved</source>
        <translation>无法保存当前会话</translation>
    </message>
    <message>
        <source>The window and any run in progress continue. Details: {log}</source>
        <translation>窗口和正在进行的训练任务会继续。详情：{log}</translation>
    </message>
</context>
<context>
    <name>Shortcuts</name>
    <message>
        <source>{text}: {keys}</source>
        <translation>{text}：{keys}</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Search by words or keys</source>
        <translation>按词语或按键搜索</translation>
    </message>
</context>
<context>
    <name>SourceView</name>
    <message>
        <source>Source code of the block</source>
        <translation>块的源代码</translation>
    </message>
</context>
<context>
    <name>SparkLine</name>
    <message>
        <source>Curves of the run</source>
        <translation>训练任务的曲线</translation>
    </message>
    <message>
        <source>Show the curves</source>
        <translation>显示曲线</translation>
    </message>
    <message>
        <source>{accuracy} · loss {loss}</source>
        <translation>{accuracy} · 损失 {loss}</translation>
    </message>
</context>
<context>
    <name>SplitControls</name>
    <message>
        <source>All classes have about as many training images.</source>
        <translation>各类别的训练图像数大致相同。</translation>
    </message>
    <message>
        <source>Some classes have no image to train on.</source>
        <translation>有的类别没有用于训练的图像。</translation>
    </message>
    <message>
        <source>The largest class has {n} × as many training images as the smallest.</source>
        <translation>最大类别的训练图像数是最小类别的 {n} 倍。</translation>
    </message>
</context>
<context>
    <name>StageDrag</name>
    <message>
        <source>{n} block</source>
        <translation>{n} 个块</translation>
    </message>
    <message>
        <source>{n} blocks</source>
        <translation>{n} 个块</translation>
    </message>
    <message>
        <source>{n} channel</source>
        <translation>{n} 个通道</translation>
    </message>
    <message>
        <source>{n} channels</source>
        <translation>{n} 个通道</translation>
    </message>
</context>
<context>
    <name>StageEdits</name>
    <message>
        <source>Add stage {number}</source>
        <translation>添加阶段 {number}</translation>
    </message>
    <message>
        <source>Move stage {number} after stage {other}</source>
        <translation>把阶段 {number} 移到阶段 {other} 之后</translation>
    </message>
    <message>
        <source>Move stage {number} before stage {other}</source>
        <translation>把阶段 {number} 移到阶段 {other} 之前</translation>
    </message>
    <message>
        <source>Remove stage {number}</source>
        <translation>删除阶段 {number}</translation>
    </message>
    <message>
        <source>Stage {number}: {field} {value}</source>
        <translation>阶段 {number}：{field} {value}</translation>
    </message>
</context>
<context>
    <name>StartButton</name>
    <message>
        <source>Other ways to start</source>
        <translation>其他开始方式</translation>
    </message>
</context>
<context>
    <name>StartOrders</name>
    <message>
        <source>Add to queue</source>
        <translation>加入队列</translation>
    </message>
    <message>
        <source>Add to queue with its plain twin</source>
        <translation>连同普通对照网络加入队列</translation>
    </message>
    <message>
        <source>Add to queue with its residual twin</source>
        <translation>连同残差对照网络加入队列</translation>
    </message>
    <message>
        <source>Data: {name}</source>
        <translation>数据：{name}</translation>
    </message>
    <message>
        <source>Fit design to data</source>
        <translation>按数据调整设计</translation>
    </message>
    <message>
        <source>Fit design to data ({shape}, {classes} classes)
and add to queue</source>
        <translation>按数据调整设计（{shape}，{classes} 类）
并加入队列</translation>
    </message>
    <message>
        <source>Fit design to data ({shape}, {classes} classes)
and start</source>
        <translation>按数据调整设计（{shape}，{classes} 类）
并开始训练</translation>
    </message>
    <message>
        <source>How much of a result is luck: the same network from several initial weights</source>
        <translation>结果中有多少是运气：同一个网络从多组初始权重开始训练</translation>
    </message>
    <message>
        <source>Many runs that vary this design or its recipe, with one plot of all</source>
        <translation>改变此设计或其训练方案的多个训练任务，合成一张图</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始训练</translation>
    </message>
    <message>
        <source>Start as a study …</source>
        <translation>作为研究开始…</translation>
    </message>
    <message>
        <source>Start with its plain twin</source>
        <translation>连同普通对照网络开始</translation>
    </message>
    <message>
        <source>Start with its residual twin</source>
        <translation>连同残差对照网络开始</translation>
    </message>
    <message>
        <source>Starts automatically when a device is free</source>
        <translation>有空闲设备时自动开始</translation>
    </message>
    <message>
        <source>The same network with other initial weights, on the same images in the same order</source>
        <translation>同一个网络，初始权重不同，图像及其顺序相同</translation>
    </message>
    <message>
        <source>Train all {n} anyway</source>
        <translation>照样训练全部 {n} 个</translation>
    </message>
    <message>
        <source>Train anyway</source>
        <translation>仍要训练</translation>
    </message>
    <message>
        <source>Train both anyway</source>
        <translation>仍要训练两个网络</translation>
    </message>
    <message>
        <source>Train both on the same images in the same order; weights that both have begin equal</source>
        <translation>两个网络以相同顺序训练相同的图像；两者都有的权重，初始值相同</translation>
    </message>
    <message>
        <source>Train this design with and without shortcuts on the same batches, and compare</source>
        <translation>在相同的小批量上同时训练有捷径和无捷径的两个网络，进行对比</translation>
    </message>
    <message>
        <source>{recipe}, at batch size {size}</source>
        <translation>{recipe}，批量大小 {size}</translation>
    </message>
    <message>
        <source>{start} beside the baseline</source>
        <translation>{start}，与基线对照</translation>
    </message>
    <message>
        <source>{start} beside the chosen run</source>
        <translation>{start}，与选中的训练任务对照</translation>
    </message>
    <message>
        <source>{start} beside the run {name}</source>
        <translation>{start}，与训练任务“{name}”对照</translation>
    </message>
    <message>
        <source>{start} with another seed</source>
        <translation>{start}，与另一随机种子对照</translation>
    </message>
    <message>
        <source>{start} with the recipe</source>
        <translation>{start}，与另一训练方案对照</translation>
    </message>
    <message>
        <source>{start} with {n} seeds</source>
        <translation>{start}，用 {n} 个随机种子</translation>
    </message>
</context>
<context>
    <name>StudiesPanel</name>
    <message>
        <source>Cannot be read: {n}. {first}</source>
        <translation>无法读取：{n} 个。{first}</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Study</source>
        <translation>研究</translation>
    </message>
    <message>
        <source>{study} · {date}</source>
        <translation>{study} · {date}</translation>
    </message>
</context>
<context>
    <name>StudyDialog</name>
    <message>
        <source>All are fitted to the data: {shape}, {classes} classes.</source>
        <translation>所有网络都会适配数据：{shape}，{classes} 个类别。</translation>
    </message>
    <message>
        <source>All begin with new weights, not with those chosen for Start.</source>
        <translation>所有网络都从新权重开始，不用为“开始训练”所选的权重。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Depths</source>
        <translation>层数</translation>
    </message>
    <message>
        <source>Each also plain, without shortcuts</source>
        <translation>每个再训练一个无捷径的普通网络</translation>
    </message>
    <message>
        <source>Every combination of values</source>
        <translation>取值的所有组合</translation>
    </message>
    <message>
        <source>How much of a result is luck: each network from several initial weights</source>
        <translation>结果中有多少是运气：每个网络从多组初始权重开始训练</translation>
    </message>
    <message>
        <source>Kind of study</source>
        <translation>研究的种类</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Nested classes: deeper networks from scratch, grown, and plain</source>
        <translation>嵌套函数类：更深的网络，从头训练、逐步加深、普通网络</translation>
    </message>
    <message>
        <source>Seeds</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Start 1 run</source>
        <translation>开始 1 个训练任务</translation>
    </message>
    <message>
        <source>Start as a study</source>
        <translation>作为研究开始</translation>
    </message>
    <message>
        <source>Start {n} runs</source>
        <translation>开始 {n} 个训练任务</translation>
    </message>
    <message>
        <source>Vary more</source>
        <translation>再改变一项</translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>约 {time}</translation>
    </message>
    <message>
        <source>about {time} on {n} devices</source>
        <translation>约 {time}，使用 {n} 个设备</translation>
    </message>
    <message>
        <source>measuring …</source>
        <translation>正在测算…</translation>
    </message>
    <message>
        <source>{n} runs, more than the {most} that a study may have</source>
        <translation>{n} 个训练任务，超过一项研究的上限 {most} 个</translation>
    </message>
    <message>
        <source>{n} runs, one for each network</source>
        <translation>{n} 个训练任务，每个网络一个</translation>
    </message>
    <message>
        <source>{n} runs: {points} networks with {seeds} seeds each</source>
        <translation>{n} 个训练任务：{points} 个网络，各用 {seeds} 个随机种子</translation>
    </message>
</context>
<context>
    <name>StudyOrders</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Continue study</source>
        <translation>继续研究</translation>
    </message>
    <message>
        <source>Copied the command that starts this study</source>
        <translation>已复制开始此研究的命令</translation>
    </message>
    <message>
        <source>Delete study</source>
        <translation>删除研究</translation>
    </message>
    <message>
        <source>Its plot is gone with it; its runs stay in the list unless they go too.</source>
        <translation>它的图会随之消失；训练任务仍留在列表中，除非一并移走。</translation>
    </message>
    <message>
        <source>Move its {n} runs to the bin as well</source>
        <translation>同时将它的 {n} 个训练任务移到回收站</translation>
    </message>
    <message>
        <source>Move the study {name} to the bin?</source>
        <translation>要将研究 {name} 移到回收站吗？</translation>
    </message>
    <message>
        <source>Move to the bin</source>
        <translation>移到回收站</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop its runs, which save checkpoints, and start no more of them</source>
        <translation>停止它的训练任务（会保存检查点），不再开始新的</translation>
    </message>
    <message>
        <source>Stop study</source>
        <translation>停止研究</translation>
    </message>
    <message>
        <source>The study is in the bin</source>
        <translation>研究已移到回收站</translation>
    </message>
    <message>
        <source>Train what is left, and again what failed</source>
        <translation>训练剩下的部分，并重新训练失败的部分</translation>
    </message>
</context>
<context>
    <name>StudyPlot</name>
    <message>
        <source>A click on a point selects its runs, a double click opens the first; so do arrow keys and Enter</source>
        <translation>单击一个点会选中它的训练任务，双击打开第一个；也可用方向键和回车键</translation>
    </message>
    <message>
        <source>Plot of the study</source>
        <translation>研究的图</translation>
    </message>
</context>
<context>
    <name>TextDialog</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
</context>
<context>
    <name>ThumbnailArea</name>
    <message>
        <source>Copy the selected files</source>
        <translation>复制选中的文件</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>No program was found that shows this image.</source>
        <translation>没有找到可以显示这张图像的程序。</translation>
    </message>
    <message>
        <source>Open the image</source>
        <translation>打开图像</translation>
    </message>
</context>
<context>
    <name>ThumbnailModel</name>
    <message>
        <source>{width}×{height} pixels</source>
        <translation>{width}×{height} 像素</translation>
    </message>
</context>
<context>
    <name>Totals</name>
    <message>
        <source>Totals</source>
        <translation>总计</translation>
    </message>
    <message>
        <source>Up to the first problem:</source>
        <translation>截至第一处问题：</translation>
    </message>
    <message>
        <source>receptive field {n} px</source>
        <translation>感受野 {n} 像素</translation>
    </message>
    <message>
        <source>receptive field {n} px (&gt; image)</source>
        <translation>感受野 {n} 像素（大于图像）</translation>
    </message>
    <message>
        <source>{n} MACs</source>
        <translation>{n} 次乘加运算</translation>
    </message>
    <message>
        <source>{n} layers</source>
        <translation>{n} 层</translation>
    </message>
    <message>
        <source>{n} params</source>
        <translation>{n} 个参数</translation>
    </message>
    <message>
        <source>{n} per image</source>
        <translation>每张图像 {n}</translation>
    </message>
    <message>
        <source>{params} parameters
{macs} multiply–accumulates of convolutions and linear layers per image; FLOPs are twice that: {flops}
{depth} convolutions and linear layers on the main path
One position at the end of the last stage sees {field} × {field} pixels of the input
{memory} bytes of layer outputs per image in float32</source>
        <translation>{params} 个参数
每张图像在卷积层和全连接层中共需 {macs} 次乘加运算；FLOPs 是它的两倍：{flops}
主路径上有 {depth} 个卷积层和全连接层
最后一个阶段的输出中，每个位置能看到输入的 {field} × {field} 个像素
以 float32 计，每张图像的各层输出共占 {memory} 字节</translation>
    </message>
    <message>
        <source>{path}: {params} params, {share}</source>
        <translation>{path}：{params} 个参数，占 {share}</translation>
    </message>
    <message>
        <source>✓ torchinfo agrees</source>
        <translation>✓ 与 torchinfo 一致</translation>
    </message>
    <message>
        <source>✗ torchinfo differs</source>
        <translation>✗ 与 torchinfo 不一致</translation>
    </message>
</context>
<context>
    <name>TrainingPanel</name>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>训练方案</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>auto ({device})</source>
        <translation>自动（{device}）</translation>
    </message>
    <message>
        <source>custom</source>
        <translation>自定义</translation>
    </message>
</context>
<context>
    <name>Tutor</name>
    <message>
        <source>Could not read {name}</source>
        <translation>无法读取 {name}</translation>
    </message>
    <message>
        <source>Lesson: {title}</source>
        <translation>课程：{title}</translation>
    </message>
    <message>
        <source>Questions</source>
        <translation>常见问题</translation>
    </message>
    <message>
        <source>The folder cannot be shown here</source>
        <translation>无法在这里显示文件夹</translation>
    </message>
    <message>
        <source>The folder of own lessons cannot be made</source>
        <translation>无法建立自编课程的文件夹</translation>
    </message>
    <message>
        <source>This lesson starts with {name}; Undo brings back yours.</source>
        <translation>本课从 {name} 开始；按“撤销”即可恢复你原来的设计。</translation>
    </message>
</context>
<context>
    <name>Watchdog</name>
    <message>
        <source>no step for {n} s</source>
        <translation>已有 {n} 秒没有完成一步</translation>
    </message>
    <message>
        <source>not responding</source>
        <translation>没有响应</translation>
    </message>
</context>
<context>
    <name>WeightsBox</name>
    <message>
        <source>A file …</source>
        <translation>文件 …</translation>
    </message>
    <message>
        <source>ImageNet (torchvision)</source>
        <translation>ImageNet（torchvision）</translation>
    </message>
    <message>
        <source>ImageNet {version} (torchvision)</source>
        <translation>ImageNet {version}（torchvision）</translation>
    </message>
    <message>
        <source>Weights (*.pth *.pt *.safetensors *.bin);;All files (*)</source>
        <translation>权重 (*.pth *.pt *.safetensors *.bin);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Weights to start with</source>
        <translation>初始权重</translation>
    </message>
    <message>
        <source>new</source>
        <translation>新权重</translation>
    </message>
    <message>
        <source>run {name}</source>
        <translation>训练任务“{name}”</translation>
    </message>
</context>
<context>
    <name>WeightsTable</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy the selected rows, or all of them</source>
        <translation>复制所选的行；未选择时复制所有行</translation>
    </message>
    <message>
        <source>Known weights</source>
        <translation>已有权重</translation>
    </message>
</context>
<context>
    <name>WeightsView</name>
    <message>
        <source>; </source>
        <translation>；</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Reading the weights …</source>
        <translation>正在读取权重 …</translation>
    </message>
    <message>
        <source>Table …</source>
        <translation>表格 …</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Use a file that I have …</source>
        <translation>使用已有的文件 …</translation>
    </message>
    <message>
        <source>new head</source>
        <translation>新的分类头</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
    <message>
        <source>{n} fitted to the channels</source>
        <translation>{n} 个已按通道数调整</translation>
    </message>
    <message>
        <source>{n} missing</source>
        <translation>缺少 {n} 个</translation>
    </message>
    <message>
        <source>{n} not used</source>
        <translation>{n} 个未使用</translation>
    </message>
    <message>
        <source>{n} of another shape</source>
        <translation>{n} 个形状不同</translation>
    </message>
    <message>
        <source>{n} of {all} tensors</source>
        <translation>{all} 个张量中取用 {n} 个</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>WhyPanel</name>
    <message>
        <source>Before training</source>
        <translation>训练之前</translation>
    </message>
    <message>
        <source>By the best weights, those of epoch {best}; the weights of epoch {epoch} are not kept.</source>
        <translation>所用的是第 {best} 轮的最佳权重；第 {epoch} 轮的权重没有保存。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Drag over the image to erase a rectangle of it; drag the rectangle to move what it holds; click with the right button to take that back</source>
        <translation>在图像上拖动可擦除一个矩形；拖动矩形可移动其中的内容；单击右键可撤销</translation>
    </message>
    <message>
        <source>Drag to erase</source>
        <translation>拖动即可擦除</translation>
    </message>
    <message>
        <source>Evidence in the output of</source>
        <translation>依据取自哪一部分的输出</translation>
    </message>
    <message>
        <source>Have the image as it was</source>
        <translation>恢复原来的图像</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Look for them</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>Nearest training images</source>
        <translation>最相近的训练图像</translation>
    </message>
    <message>
        <source>Select an image to see where the network finds what speaks for a class.</source>
        <translation>选择一张图像，查看网络在哪里找到支持某个类别的依据。</translation>
    </message>
    <message>
        <source>Take back the last change of the image</source>
        <translation>撤销对图像的上一次改动</translation>
    </message>
    <message>
        <source>The same image in the network as it was before it had learned anything</source>
        <translation>同一张图像在尚未学到任何东西的网络中的结果</translation>
    </message>
    <message>
        <source>Which part of the network is asked: the first ones see details, the last ones whole things (Grad-CAM)</source>
        <translation>查看网络的哪一部分：靠前的部分看到细节，靠后的部分看到整个物体（Grad-CAM）</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>为什么</translation>
    </message>
    <message>
        <source>nothing here speaks for {name}</source>
        <translation>这里没有支持“{name}”的依据</translation>
    </message>
    <message>
        <source>seen as {height} × {width}</source>
        <translation>网络所见为 {height} × {width}</translation>
    </message>
    <message>
        <source>{done} of {total} images</source>
        <translation>{done} / {total} 张图像</translation>
    </message>
    <message>
        <source>{file}, similarity {similarity}</source>
        <translation>{file}，相似度 {similarity}</translation>
    </message>
    <message>
        <source>{share} · likely next</source>
        <translation>{share} · 其次可能</translation>
    </message>
    <message>
        <source>{share} · prediction</source>
        <translation>{share} · 预测类别</translation>
    </message>
    <message>
        <source>{share} · truth</source>
        <translation>{share} · 真实类别</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>Design</source>
        <translation>设计</translation>
    </message>
    <message>
        <source>Preset {name}</source>
        <translation>预设 {name}</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>工具栏</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练设置</translation>
    </message>
    <message>
        <source>{title} · not the design that trains</source>
        <translation>{title} · 不是正在训练的设计</translation>
    </message>
</context>
<context>
    <name>WorkerClient</name>
    <message>
        <source>A run is being started …</source>
        <translation>正在启动训练任务…</translation>
    </message>
    <message>
        <source>A run is being stopped …</source>
        <translation>正在停止训练任务…</translation>
    </message>
    <message>
        <source>A run uses this device: trying other rates beside it would slow both down.</source>
        <translation>该设备上正在训练：同时试验其他学习率会让两者都变慢。</translation>
    </message>
    <message>
        <source>Loading torch …</source>
        <translation>正在加载 torch…</translation>
    </message>
    <message>
        <source>The training process is not running. Press Start to launch it.</source>
        <translation>训练进程没有运行。请按“开始训练”启动它。</translation>
    </message>
</context>
<context>
    <name>WorthBars</name>
    <message>
        <source>What each block is worth</source>
        <translation>每个块的作用</translation>
    </message>
</context>
<context>
    <name>_AloneForm</name>
    <message>
        <source>Input channels</source>
        <translation>输入通道数</translation>
    </message>
    <message>
        <source>Input size</source>
        <translation>输入尺寸</translation>
    </message>
    <message>
        <source>Stride</source>
        <translation>步幅</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽度</translation>
    </message>
</context>
<context>
    <name>_Drawing</name>
    <message>
        <source>Drawing</source>
        <translation>插图</translation>
    </message>
</context>
<context>
    <name>_Headings</name>
    <message>
        <source>Remove {name}</source>
        <translation>移除 {name}</translation>
    </message>
</context>
<context>
    <name>_NoBlock</name>
    <message>
        <source>Select the first block</source>
        <translation>选中第一个块</translation>
    </message>
    <message>
        <source>The selected block stands here: its layers and shapes, its source, and what happens without it.</source>
        <translation>这里显示选中的块：它的层与形状、源代码，以及没有它会怎样。</translation>
    </message>
</context>
<context>
    <name>_Rows</name>
    <message>
        <source>In the source</source>
        <translation>来源中的名称</translation>
    </message>
    <message>
        <source>Shape</source>
        <translation>形状</translation>
    </message>
    <message>
        <source>Shape there</source>
        <translation>来源中的形状</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>张量</translation>
    </message>
    <message>
        <source>What becomes of it</source>
        <translation>处理方式</translation>
    </message>
</context>
<context>
    <name>_Sides</name>
    <message>
        <source>channels</source>
        <translation>通道数</translation>
    </message>
    <message>
        <source>height</source>
        <translation>高度</translation>
    </message>
    <message>
        <source>width</source>
        <translation>宽度</translation>
    </message>
    <message>
        <source>{field}: {part}</source>
        <translation>{field}：{part}</translation>
    </message>
</context>
<context>
    <name>_StageEditor</name>
    <message>
        <source>Stage {number}</source>
        <translation>阶段 {number}</translation>
    </message>
    <message>
        <source>Stage {number}: {field}</source>
        <translation>阶段 {number}：{field}</translation>
    </message>
</context>
<context>
    <name>dialog</name>
    <message>
        <source>Line {line}: {words}</source>
        <translation>第 {line} 行：{words}</translation>
    </message>
</context>
<context>
    <name>plots</name>
    <message>
        <source>Loss and accuracy</source>
        <translation>损失与精度</translation>
    </message>
</context>
</TS>
