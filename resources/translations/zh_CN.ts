<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AloneForm</name>
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
    <name>BlockFigure</name>
    <message>
        <source>Figure of the block</source>
        <translation>残差块示意图</translation>
    </message>
    <message>
        <source>every {n}th position,
zeros for new channels</source>
        <translation>每 {n} 个位置取一个，
新增通道补零</translation>
    </message>
    <message>
        <source>identity</source>
        <translation>恒等映射</translation>
    </message>
    <message>
        <source>{input} → {path} → {output}; {shortcut}</source>
        <translation>{input} → {path} → {output}；{shortcut}</translation>
    </message>
</context>
<context>
    <name>BlockView</name>
    <message>
        <source>Back to the layers</source>
        <translation>返回各层</translation>
    </message>
    <message>
        <source>Block only</source>
        <translation>只看一个块</translation>
    </message>
    <message>
        <source>One block</source>
        <translation>单个残差块</translation>
    </message>
    <message>
        <source>One block on any input, without stem and head</source>
        <translation>任意输入上的一个残差块，不含输入层和输出层</translation>
    </message>
    <message>
        <source>Select a block in the diagram.</source>
        <translation>请在结构图中选择一个残差块。</translation>
    </message>
    <message>
        <source>Source of the block</source>
        <translation>残差块的代码</translation>
    </message>
    <message>
        <source>{name}: {input} → {output}, {params} parameters, {macs} MACs</source>
        <translation>{name}：{input} → {output}，{params} 个参数，{macs} 次乘加运算</translation>
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
        <source>Finish</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Skip the rest (Esc)</source>
        <translation>跳过其余部分（Esc）</translation>
    </message>
    <message>
        <source>○ Your turn</source>
        <translation>○ 请动手试试</translation>
    </message>
    <message>
        <source>✓ Done</source>
        <translation>✓ 已完成</translation>
    </message>
</context>
<context>
    <name>CurvePlot</name>
    <message>
        <source> · validation {value:.4f}</source>
        <translation> · 验证 {value:.4f}</translation>
    </message>
    <message>
        <source>; validation {last:.3f} after {n} epochs, between {least:.3f} and {most:.3f}</source>
        <translation>；{n} 轮后验证为 {last:.3f}，介于 {least:.3f} 与 {most:.3f} 之间</translation>
    </message>
    <message>
        <source>; validation {values}</source>
        <translation>；验证 {values}</translation>
    </message>
    <message>
        <source>{n} published runs</source>
        <translation>{n} 次公开运行</translation>
    </message>
    <message>
        <source>{title} from {first:.3f} to {last:.3f} over {steps:.0f} steps</source>
        <translation>{title}在 {steps:.0f} 步内从 {first:.3f} 变为 {last:.3f}</translation>
    </message>
    <message>
        <source>{title}, {name}:</source>
        <translation>{title}，{name}：</translation>
    </message>
    <message>
        <source>{title}: nothing yet</source>
        <translation>{title}：暂无数据</translation>
    </message>
    <message>
        <source>— training   ● validation</source>
        <translation>— 训练   ● 验证</translation>
    </message>
</context>
<context>
    <name>DesignEditor</name>
    <message>
        <source>Add stage</source>
        <translation>添加阶段</translation>
    </message>
    <message>
        <source>Add stage {number}</source>
        <translation>添加阶段 {number}</translation>
    </message>
    <message>
        <source>{field}: {value}</source>
        <translation>{field}：{value}</translation>
    </message>
</context>
<context>
    <name>Diagram</name>
    <message>
        <source>Diagram</source>
        <translation>结构图</translation>
    </message>
</context>
<context>
    <name>Document</name>
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
    <name>Drawing</name>
    <message>
        <source>Drawing</source>
        <translation>示意图</translation>
    </message>
</context>
<context>
    <name>IdentityPanel</name>
    <message>
        <source>0, bit for bit</source>
        <translation>0，逐位相同</translation>
    </message>
    <message>
        <source>As {name}</source>
        <translation>与 {name} 相同</translation>
    </message>
    <message>
        <source>Go on training from here</source>
        <translation>由此继续训练</translation>
    </message>
    <message>
        <source>Insert an identity block</source>
        <translation>插入恒等块</translation>
    </message>
    <message>
        <source>Logits before and after</source>
        <translation>前后的未规范化预测（logits）</translation>
    </message>
    <message>
        <source>Network: fresh weights</source>
        <translation>网络：初始权重</translation>
    </message>
    <message>
        <source>Network: {name}, trained</source>
        <translation>网络：{name}，已训练</translation>
    </message>
    <message>
        <source>Network: {name}, trained, with {blocks} put in</source>
        <translation>网络：{name}，已训练，并插入 {blocks}</translation>
    </message>
    <message>
        <source>Next image</source>
        <translation>下一张图像</translation>
    </message>
    <message>
        <source>Put it back</source>
        <translation>恢复原样</translation>
    </message>
    <message>
        <source>Zero this branch</source>
        <translation>将此分支置零</translation>
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
        <source>class {number}</source>
        <translation>第 {number} 类</translation>
    </message>
    <message>
        <source>{done}: accuracy {before} → {after} of {n} images, largest difference of a logit {difference}</source>
        <translation>{done}：{n} 张图像上的精度 {before} → {after}，logits 最大相差 {difference}</translation>
    </message>
    <message>
        <source>{name} ({accuracy})</source>
        <translation>{name}（{accuracy}）</translation>
    </message>
    <message>
        <source>{name} and {more} more at zero</source>
        <translation>{name} 及另外 {more} 个块置零</translation>
    </message>
    <message>
        <source>{name} at zero</source>
        <translation>{name} 置零</translation>
    </message>
    <message>
        <source>{name} put in</source>
        <translation>插入 {name}</translation>
    </message>
</context>
<context>
    <name>Files</name>
    <message>
        <source>A run is under way</source>
        <translation>正在训练</translation>
    </message>
    <message>
        <source>Close and stop the run? It writes a checkpoint and can be resumed.</source>
        <translation>要停止训练并关闭吗？训练会保存检查点，之后可以继续。</translation>
    </message>
    <message>
        <source>Close and stop the {n} runs? They write checkpoints and can be resumed.</source>
        <translation>要停止 {n} 个训练并关闭吗？它们会保存检查点，之后可以继续。</translation>
    </message>
    <message>
        <source>Designs (*{suffix})</source>
        <translation>设计 (*{suffix})</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Open design</source>
        <translation>打开设计</translation>
    </message>
    <message>
        <source>Open {name}</source>
        <translation>打开 {name}</translation>
    </message>
    <message>
        <source>Paste design</source>
        <translation>粘贴设计</translation>
    </message>
    <message>
        <source>ResNet Explorer</source>
        <translation>ResNet Explorer</translation>
    </message>
    <message>
        <source>Runs are waiting</source>
        <translation>队列中还有训练</translation>
    </message>
    <message>
        <source>Save design</source>
        <translation>保存设计</translation>
    </message>
    <message>
        <source>Save the changes to {name}?</source>
        <translation>要保存对 {name} 的修改吗？</translation>
    </message>
    <message>
        <source>The clipboard holds no design</source>
        <translation>剪贴板中没有网络设计</translation>
    </message>
    <message>
        <source>The queue is lost; runs that wait in it: {n}</source>
        <translation>队列不会保留，其中等待的训练：{n} 个</translation>
    </message>
    <message>
        <source>There is such a file</source>
        <translation>文件已存在</translation>
    </message>
    <message>
        <source>Unsaved changes</source>
        <translation>未保存的修改</translation>
    </message>
    <message>
        <source>nothing yet</source>
        <translation>暂无</translation>
    </message>
    <message>
        <source>{format} …</source>
        <translation>{format}…</translation>
    </message>
    <message>
        <source>{name} is not exported</source>
        <translation>未能导出 {name}</translation>
    </message>
    <message>
        <source>{name} is not opened</source>
        <translation>未能打开 {name}</translation>
    </message>
    <message>
        <source>{name} is not saved</source>
        <translation>未能保存 {name}</translation>
    </message>
    <message>
        <source>{name} is there already. Replace it?</source>
        <translation>{name} 已存在。要替换吗？</translation>
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
    <name>GradientBars</name>
    <message>
        <source>Gradient norm by depth</source>
        <translation>各层的梯度范数</translation>
    </message>
    <message>
        <source>The norm of the loss&apos;s gradient in the stem, in every block and in the head, at the latest step</source>
        <translation>最近一步中，损失在输入层、每个残差块和输出层处的梯度范数</translation>
    </message>
    <message>
        <source>at step {n}</source>
        <translation>第 {n} 步</translation>
    </message>
    <message>
        <source>{name}: gradient norm {first} in the stem, {last} in the head, at step {n}</source>
        <translation>{name}：第 {n} 步的梯度范数，输入层为 {first}，输出层为 {last}</translation>
    </message>
</context>
<context>
    <name>History</name>
    <message>
        <source>Open the design of a run</source>
        <translation>打开一次训练所用的设计</translation>
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
        <source>Layers</source>
        <translation>各层</translation>
    </message>
</context>
<context>
    <name>Highlight</name>
    <message>
        <source>What the lesson points at</source>
        <translation>课程所指之处</translation>
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
        <source>Add stage</source>
        <translation>添加阶段</translation>
    </message>
    <message>
        <source>Add to queue</source>
        <translation>加入队列</translation>
    </message>
    <message>
        <source>Add to queue with its plain twin</source>
        <translation>连同普通网络加入队列</translation>
    </message>
    <message>
        <source>Add to queue with its residual twin</source>
        <translation>连同残差网络加入队列</translation>
    </message>
    <message>
        <source>Chapter</source>
        <translation>教材课程</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>配色</translation>
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
        <translation>复制各层表格</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Find a learning rate …</source>
        <translation>寻找学习率…</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Larger text</source>
        <translation>放大文字</translation>
    </message>
    <message>
        <source>Names</source>
        <translation>命名</translation>
    </message>
    <message>
        <source>Open block</source>
        <translation>打开块</translation>
    </message>
    <message>
        <source>Open recent</source>
        <translation>最近打开</translation>
    </message>
    <message>
        <source>Open …</source>
        <translation>打开…</translation>
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
        <source>Present</source>
        <translation>演示</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Save as …</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>See the image travel</source>
        <translation>看图像穿过网络</translation>
    </message>
    <message>
        <source>Smaller text</source>
        <translation>缩小文字</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始训练</translation>
    </message>
    <message>
        <source>Start with its plain twin</source>
        <translation>连同普通网络开始</translation>
    </message>
    <message>
        <source>Start with its residual twin</source>
        <translation>连同残差网络开始</translation>
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
        <source>Tour</source>
        <translation>导览</translation>
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
        <source>Usual text size</source>
        <translation>默认文字大小</translation>
    </message>
    <message>
        <source>as the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>for a projector and for colour-blind eyes</source>
        <translation>适合投影和色觉障碍者</translation>
    </message>
    <message>
        <source>light</source>
        <translation>浅色</translation>
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
    <name>QueueList</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>Bring to front</source>
        <translation>切换到此训练</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>改动</translation>
    </message>
    <message>
        <source>It waits because a run was stopped or the training process would not start</source>
        <translation>队列已暂停：有训练被停止，或训练进程无法启动</translation>
    </message>
    <message>
        <source>Let it begin earlier</source>
        <translation>提前</translation>
    </message>
    <message>
        <source>Let it begin later</source>
        <translation>推后</translation>
    </message>
    <message>
        <source>Open its design</source>
        <translation>打开其设计</translation>
    </message>
    <message>
        <source>Open the design of a run</source>
        <translation>打开一次训练所用的设计</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Start the queue</source>
        <translation>启动队列</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Take it out of the queue</source>
        <translation>移出队列</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>held</source>
        <translation>已搁置</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
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
        <source>the same again</source>
        <translation>与上次相同</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>your own</source>
        <translation>自定义</translation>
    </message>
    <message>
        <source>{name} and its twin</source>
        <translation>{name} 及其对照网络</translation>
    </message>
</context>
<context>
    <name>Plots</name>
    <message>
        <source>Accuracy</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>Loss and accuracy appear here, step by step, once a run has started.</source>
        <translation>训练开始后，这里会逐步画出损失和精度曲线。</translation>
    </message>
    <message>
        <source>Loss on a logarithmic axis</source>
        <translation>用对数坐标显示损失</translation>
    </message>
    <message>
        <source>log</source>
        <translation>对数</translation>
    </message>
    <message>
        <source>step</source>
        <translation>步</translation>
    </message>
</context>
<context>
    <name>Estimates</name>
    <message>
        <source>measuring …</source>
        <translation>正在测算…</translation>
    </message>
    <message>
        <source>needs {memory}</source>
        <translation>需要 {memory}</translation>
    </message>
    <message>
        <source>needs {memory} · about {time} an epoch</source>
        <translation>需要 {memory} · 每轮约 {time}</translation>
    </message>
    <message>
        <source>only {memory} free</source>
        <translation>仅剩 {memory} 可用</translation>
    </message>
    <message>
        <source>{size}: about {time} an epoch</source>
        <translation>{size}：每轮约 {time}</translation>
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
    <name>RunProgress</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>ended early, no longer better: best validation {accuracy} after epoch {n}</source>
        <translation>不再提高，提前结束：第 {n} 轮后验证精度最高，为 {accuracy}</translation>
    </message>
    <message>
        <source>epoch {n}/{all}</source>
        <translation>第 {n}/{all} 轮</translation>
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
        <translation>训练完成：第 {n} 轮后验证精度最高，为 {accuracy}</translation>
    </message>
    <message>
        <source>loading torch …</source>
        <translation>正在加载 torch…</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
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
        <source>stopped after step {n}; it can be resumed</source>
        <translation>已在第 {n} 步后停止，可以继续训练</translation>
    </message>
    <message>
        <source>stopping: writing a checkpoint …</source>
        <translation>正在停止：保存检查点…</translation>
    </message>
    <message>
        <source>trained on an earlier design</source>
        <translation>所训练的是之前的设计</translation>
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
        <source>{kind} {accuracy}</source>
        <translation>{kind} {accuracy}</translation>
    </message>
    <message>
        <source>{n} images/s</source>
        <translation>每秒 {n} 张图像</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>HeartbeatThread</name>
    <message>
        <source>no step for {n} s</source>
        <translation>已有 {n} 秒没有进展</translation>
    </message>
    <message>
        <source>not responding</source>
        <translation>没有响应</translation>
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
    <name>RunList</name>
    <message>
        <source>, </source>
        <translation>，</translation>
    </message>
    <message>
        <source>Best</source>
        <translation>最佳</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>改动</translation>
    </message>
    <message>
        <source>Open its design</source>
        <translation>打开其设计</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续训练</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>训练记录</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
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
        <source>interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>running</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>the same again</source>
        <translation>与上次相同</translation>
    </message>
</context>
<context>
    <name>TrainingRun</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>出错了</translation>
    </message>
    <message>
        <source>The window and a run under way go on. Details are in {log}</source>
        <translation>窗口和正在进行的训练不受影响。详情见 {log}</translation>
    </message>
</context>
<context>
    <name>StageEditor</name>
    <message>
        <source>Remove stage {number}</source>
        <translation>删除阶段 {number}</translation>
    </message>
    <message>
        <source>Stage {number}</source>
        <translation>阶段 {number}</translation>
    </message>
    <message>
        <source>Stage {number}: {field}</source>
        <translation>阶段 {number}：{field}</translation>
    </message>
    <message>
        <source>Stage {number}: {field} {value}</source>
        <translation>阶段 {number}：{field} {value}</translation>
    </message>
</context>
<context>
    <name>FeatureMapStrip</name>
    <message>
        <source>Feature maps</source>
        <translation>特征图</translation>
    </message>
    <message>
        <source>The image as the network gets it: {shape}</source>
        <translation>网络实际得到的图像：{shape}</translation>
    </message>
    <message>
        <source>The most active of {channels} channels, {height}×{width} positions each.
Black is silence, white the channel&apos;s own maximum.</source>
        <translation>{channels} 个通道中最活跃的几个，每个有 {height}×{width} 个位置。
黑色表示没有响应，白色是该通道自身的最大值。</translation>
    </message>
</context>
<context>
    <name>LrDialog</name>
    <message>
        <source>A hundred steps from fresh weights, each with a larger rate than the last.</source>
        <translation>从初始权重出发走一百步，学习率一步比一步大。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Find a learning rate</source>
        <translation>寻找学习率</translation>
    </message>
    <message>
        <source>The loss falls fastest at about {rate:g}; where it rises again, rates are too large.</source>
        <translation>学习率约为 {rate:g} 时损失下降最快；损失回升之处学习率已过大。</translation>
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
        <source>loss, averaged</source>
        <translation>损失（平滑）</translation>
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
        <translation>{n} 次乘加</translation>
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
{macs} multiply–accumulates of convolutions and linear layers for one image; FLOPs are twice as many: {flops}
{depth} convolutions and linear layers on the main path
One position at the end of the last stage sees {field} × {field} pixels of the input
{memory} bytes of layer outputs for one image in float32</source>
        <translation>{params} 个参数
处理一张图像，卷积层和全连接层共需 {macs} 次乘加运算；FLOPs 是它的两倍：{flops}
主路径上有 {depth} 个卷积层和全连接层
最后一个阶段的输出中，每个位置能看到输入的 {field} × {field} 个像素
以 float32 计，一张图像的各层输出共占 {memory} 字节</translation>
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
    <name>WorkerClient</name>
    <message>
        <source>A run is under way; this goes on when it has ended.</source>
        <translation>正在训练；训练结束后继续。</translation>
    </message>
    <message>
        <source>The training process is not running; Start starts it.</source>
        <translation>训练进程没有运行；按“开始训练”即可启动。</translation>
    </message>
    <message>
        <source>torch is being loaded …</source>
        <translation>正在加载 torch…</translation>
    </message>
</context>
<context>
    <name>TrainingPanel</name>
    <message>
        <source>A folder with one sub-folder of images a class</source>
        <translation>每个类别一个子文件夹的图像文件夹</translation>
    </message>
    <message>
        <source>Add to queue</source>
        <translation>加入队列</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Fit design to data</source>
        <translation>使设计适配数据</translation>
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
        <source>Folder of images …</source>
        <translation>图像文件夹…</translation>
    </message>
    <message>
        <source>It begins by itself when its turn has come</source>
        <translation>轮到时会自动开始训练</translation>
    </message>
    <message>
        <source>Recipe</source>
        <translation>训练方案</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始训练</translation>
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
        <source>Train this design with and without shortcuts, on the same batches, and watch both learn</source>
        <translation>用相同的小批量，同时训练有捷径和无捷径的两个网络，对比它们如何学习</translation>
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
        <source>your own</source>
        <translation>自定义</translation>
    </message>
    <message>
        <source>… and its plain twin</source>
        <translation>…连同普通网络</translation>
    </message>
    <message>
        <source>… and its residual twin</source>
        <translation>…连同残差网络</translation>
    </message>
</context>
<context>
    <name>RunButtons</name>
    <message>
        <source>Finish the batch, write a checkpoint and end; the run can be resumed</source>
        <translation>完成当前小批量、保存检查点后结束；之后可以继续训练</translation>
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
        <source>Step</source>
        <translation>单步</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Train on one mini-batch and pause again</source>
        <translation>训练一个小批量，然后再次暂停</translation>
    </message>
</context>
<context>
    <name>FeatureMapPanel</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Drop an image on the window to send it through.</source>
        <translation>把一张图像拖到窗口上，看它穿过网络。</translation>
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
        <source>Previous image</source>
        <translation>上一张图像</translation>
    </message>
    <message>
        <source>The image&apos;s travel</source>
        <translation>图像之旅</translation>
    </message>
    <message>
        <source>Train it, then compare. Or drop an image to send it through.</source>
        <translation>训练之后再来比较，或拖入一张图像看它穿过网络。</translation>
    </message>
    <message>
        <source>black and white</source>
        <translation>黑白图像</translation>
    </message>
    <message>
        <source>class {number}</source>
        <translation>第 {number} 类</translation>
    </message>
    <message>
        <source>cropped</source>
        <translation>已裁剪</translation>
    </message>
    <message>
        <source>grey</source>
        <translation>灰度图像</translation>
    </message>
    <message>
        <source>palette</source>
        <translation>调色板图像</translation>
    </message>
    <message>
        <source>trained</source>
        <translation>训练后</translation>
    </message>
    <message>
        <source>turned upright</source>
        <translation>已转正</translation>
    </message>
    <message>
        <source>untrained</source>
        <translation>训练前</translation>
    </message>
</context>
<context>
    <name>IdentityTrial</name>
    <message>
        <source>Insert an identity block</source>
        <translation>插入恒等块</translation>
    </message>
    <message>
        <source>Trying it on real images …</source>
        <translation>正在用真实图像试验…</translation>
    </message>
</context>
<context>
    <name>Tutor</name>
    <message>
        <source>{name} cannot be read</source>
        <translation>无法读取 {name}</translation>
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
        <translation>训练</translation>
    </message>
</context>
<context>
    <name>explorer</name>
    <message>
        <source>1 or 3</source>
        <translation>1 或 3</translation>
    </message>
    <message>
        <source>A data set&apos;s name, or a folder with one sub-folder of images a class.</source>
        <translation>数据集的名称，或每个类别一个子文件夹的图像文件夹。</translation>
    </message>
    <message>
        <source>A longer gradient is cut to this length; 0: never.</source>
        <translation>梯度的长度超过此值时截短到此值；0：不裁剪。</translation>
    </message>
    <message>
        <source>A padded shortcut can add channels but not remove them: {inputs} come in, {outputs} go out.</source>
        <translation>补零的捷径只能增加通道，不能减少：输入 {inputs} 个通道，输出 {outputs} 个。</translation>
    </message>
    <message>
        <source>A pre-activation block has no norm on its shortcut: ignored.</source>
        <translation>预激活残差块的捷径上没有规范化，此项不起作用。</translation>
    </message>
    <message>
        <source>Ankle boot</source>
        <translation>短靴</translation>
    </message>
    <message>
        <source>Averaged weights</source>
        <translation>权重平均</translation>
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
        <source>Biases</source>
        <translation>偏置</translation>
    </message>
    <message>
        <source>Block</source>
        <translation>块类型</translation>
    </message>
    <message>
        <source>Blocks</source>
        <translation>块数</translation>
    </message>
    <message>
        <source>Channels of the blocks; a bottleneck puts out four times as many.</source>
        <translation>残差块的通道数；瓶颈块的输出通道数是它的四倍。</translation>
    </message>
    <message>
        <source>Channels that the stem puts out.</source>
        <translation>输入层的输出通道数。</translation>
    </message>
    <message>
        <source>Channels × height × width of the images.</source>
        <translation>图像的通道数 × 高 × 宽。</translation>
    </message>
    <message>
        <source>Channels × height × width of what comes out</source>
        <translation>输出的通道数 × 高 × 宽</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>类别数</translation>
    </message>
    <message>
        <source>Coat</source>
        <translation>外套</translation>
    </message>
    <message>
        <source>Convolutions keep a bias, as the chapter&apos;s do; the norm behind undoes it.</source>
        <translation>卷积保留偏置，与教材一致；随后的规范化会将其抵消。</translation>
    </message>
    <message>
        <source>Crops</source>
        <translation>裁剪</translation>
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
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Dress</source>
        <translation>连衣裙</translation>
    </message>
    <message>
        <source>Early stop</source>
        <translation>提前停止</translation>
    </message>
    <message>
        <source>End after so many epochs without a better validation accuracy; 0: never.</source>
        <translation>验证精度这么多轮没有提高就结束；0：从不。</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>轮数</translation>
    </message>
    <message>
        <source>Epochs in which the rate rises from nothing; 0: 30 % of a one-cycle, else none.</source>
        <translation>学习率从零升起所用的轮数；0：one-cycle 用全程的 30 %，其余没有预热。</translation>
    </message>
    <message>
        <source>Erasing</source>
        <translation>擦除</translation>
    </message>
    <message>
        <source>Fashion-MNIST</source>
        <translation>Fashion-MNIST</translation>
    </message>
    <message>
        <source>Fashion-MNIST 12k (bundled subset)</source>
        <translation>Fashion-MNIST 12k（内置子集）</translation>
    </message>
    <message>
        <source>Fashion-MNIST is not on this machine; put its four files into {path}</source>
        <translation>这台机器上没有 Fashion-MNIST；请将它的四个文件放入 {path}</translation>
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
        <source>Final test accuracies of {count} published runs of this network and recipe: {least:.3f} to {most:.3f}.</source>
        <translation>{count} 次公开运行（相同网络与训练方案）的最终测试精度：{least:.3f} 至 {most:.3f}。</translation>
    </message>
    <message>
        <source>Fixes the initial weights and the order of the images.</source>
        <translation>决定初始权重和图像的顺序。</translation>
    </message>
    <message>
        <source>Flips</source>
        <translation>翻转</translation>
    </message>
    <message>
        <source>Give stage 1 one block</source>
        <translation>给阶段 1 一个残差块</translation>
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
        <source>Groups belong to the 3×3 convolution of a bottleneck; a basic block has none.</source>
        <translation>只有瓶颈块的 3×3 卷积可以分组，基本块不能。</translation>
    </message>
    <message>
        <source>Groups of a bottleneck&apos;s 3×3 convolution (ResNeXt).</source>
        <translation>瓶颈块中 3×3 卷积的分组数（ResNeXt）。</translation>
    </message>
    <message>
        <source>How many kinds of image the network tells apart.</source>
        <translation>网络要区分多少类图像。</translation>
    </message>
    <message>
        <source>How many residual blocks follow one another in this stage.</source>
        <translation>这个阶段依次有多少个残差块。</translation>
    </message>
    <message>
        <source>How much of the target is spread over all classes.</source>
        <translation>目标中平均分给所有类别的份额。</translation>
    </message>
    <message>
        <source>How much the first block of the stage divides height and width by.</source>
        <translation>阶段中第一个残差块将高和宽缩小为几分之一。</translation>
    </message>
    <message>
        <source>How often every training image is seen.</source>
        <translation>每张训练图像要学习多少遍。</translation>
    </message>
    <message>
        <source>How the learning rate changes: constant; cosine: down to 0; one-cycle: up, then down to 0.</source>
        <translation>学习率如何变化。constant：保持不变；cosine：按余弦降到 0；one-cycle：先升高，再降到 0。</translation>
    </message>
    <message>
        <source>Images per step.</source>
        <translation>每一步使用的图像数。</translation>
    </message>
    <message>
        <source>Initial weights</source>
        <translation>初始权重</translation>
    </message>
    <message>
        <source>Inner width of a bottleneck = width × group width / 64 × groups (wide ResNet: 128).</source>
        <translation>瓶颈块的内部宽度 = 宽度 × 组宽 / 64 × 分组数（宽 ResNet 为 128）。</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>是一个文件夹</translation>
    </message>
    <message>
        <source>Judge a moving average that keeps this much of itself a step; 0: the weights.</source>
        <translation>用权重的移动平均来验证和保存，每步保留这么多；0：用权重本身。</translation>
    </message>
    <message>
        <source>Label smoothing</source>
        <translation>标签平滑</translation>
    </message>
    <message>
        <source>Layer</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Lower the learning rate, or begin with weights that do less.</source>
        <translation>请降低学习率，或换用作用较小的初始权重。</translation>
    </message>
    <message>
        <source>MACs</source>
        <translation>乘加运算</translation>
    </message>
    <message>
        <source>Make the network or its input smaller.</source>
        <translation>请缩小网络或它的输入。</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Mirror half of the images, drawn at random.</source>
        <translation>随机抽取一半图像作左右镜像。</translation>
    </message>
    <message>
        <source>Momentum</source>
        <translation>动量</translation>
    </message>
    <message>
        <source>Momentum that looks one step ahead.</source>
        <translation>先向前看一步再计算梯度的动量法。</translation>
    </message>
    <message>
        <source>Multiply–accumulates of convolutions and linear layers for one image</source>
        <translation>卷积层和线性层对一张图像的乘加次数</translation>
    </message>
    <message>
        <source>Nesterov</source>
        <translation>Nesterov</translation>
    </message>
    <message>
        <source>No identity: a 1×1 convolution stands on the shortcut, and what is left is what it makes of x.</source>
        <translation>不是恒等映射：捷径上有 1×1 卷积，剩下的是它对 x 的变换。</translation>
    </message>
    <message>
        <source>No identity: a plain block has no shortcut, so it puts out 0 whatever comes in, and x is lost.</source>
        <translation>不是恒等映射：普通块没有捷径，无论输入什么都输出 0，x 就此丢失。</translation>
    </message>
    <message>
        <source>No identity: the shape changes from {input} to {output}, and what is left is what the 1×1 convolution on the shortcut makes of x.</source>
        <translation>不是恒等映射：形状从 {input} 变为 {output}，剩下的是捷径上的 1×1 卷积对 x 的变换。</translation>
    </message>
    <message>
        <source>No identity: the shape changes from {input} to {output}, and what is left is x thinned out, with zeros for the new channels.</source>
        <translation>不是恒等映射：形状从 {input} 变为 {output}，剩下的是抽稀后的 x，新增通道为零。</translation>
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
        <source>Norm on shortcut</source>
        <translation>捷径规范化</translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>不是文件夹</translation>
    </message>
    <message>
        <source>Of sgd; 0 is plain gradient descent.</source>
        <translation>用于 sgd；取 0 即普通的梯度下降。</translation>
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
        <source>Parameters</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>Params</source>
        <translation>参数</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>没有权限</translation>
    </message>
    <message>
        <source>Pre-activation networks: norm and ReLU before the head.</source>
        <translation>预激活网络在输出层之前的规范化和 ReLU。</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>数值精度</translation>
    </message>
    <message>
        <source>Pullover</source>
        <translation>套衫</translation>
    </message>
    <message>
        <source>Pulls the weights of convolutions and of the linear layer towards zero.</source>
        <translation>使卷积层和全连接层的权重趋向于零。</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>文件系统是只读的</translation>
    </message>
    <message>
        <source>Receptive field: how many pixels of the input one position sees, along a side</source>
        <translation>感受野：一个位置在每一边能看到多少个输入像素</translation>
    </message>
    <message>
        <source>Sandal</source>
        <translation>凉鞋</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>学习率调度</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
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
        <source>Shift each image by up to this many pixels; black comes in.</source>
        <translation>每张图像随机平移至多这么多像素，空出处补黑。</translation>
    </message>
    <message>
        <source>Shirt</source>
        <translation>衬衫</translation>
    </message>
    <message>
        <source>Shortcut</source>
        <translation>捷径连接</translation>
    </message>
    <message>
        <source>Sneaker</source>
        <translation>运动鞋</translation>
    </message>
    <message>
        <source>Stage {stage} strides over a map that is 1×1 already.</source>
        <translation>到阶段 {stage} 时特征图已是 1×1，步幅不再起作用。</translation>
    </message>
    <message>
        <source>Standalone PyTorch source</source>
        <translation>独立的 PyTorch 代码</translation>
    </message>
    <message>
        <source>Start as identity</source>
        <translation>初始为恒等</translation>
    </message>
    <message>
        <source>Start with random weights</source>
        <translation>改用随机初始权重</translation>
    </message>
    <message>
        <source>Stem</source>
        <translation>输入层</translation>
    </message>
    <message>
        <source>Stem width</source>
        <translation>输入层宽度</translation>
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
        <source>The darker part is the middle half of them, {low:.3f} to {high:.3f}; the line is the median, {median:.3f}.</source>
        <translation>较深的部分是居中的一半，{low:.3f} 至 {high:.3f}；横线是中位数 {median:.3f}。</translation>
    </message>
    <message>
        <source>The first block of a stage brings its width and stride: insert behind it.</source>
        <translation>阶段的宽度和步幅由第一个残差块带来：请插在它之后。</translation>
    </message>
    <message>
        <source>The highest rate of the schedule.</source>
        <translation>调度过程中的最高学习率。</translation>
    </message>
    <message>
        <source>The last convolution puts out 0, so the sum is x, and nothing follows it: f(x) = x exactly.</source>
        <translation>最后一个卷积输出 0，于是和就是 x，其后再无运算：f(x) = x，分毫不差。</translation>
    </message>
    <message>
        <source>The last layer of every residual branch starts at zero.</source>
        <translation>每个残差分支的最后一层从零开始，整个块初始时是恒等映射。</translation>
    </message>
    <message>
        <source>The last norm puts out 0, so the sum is x, and ReLU leaves x ≥ 0 as it is: f(x) = x exactly.</source>
        <translation>最后的规范化输出 0，于是和就是 x，而 ReLU 不改变 x ≥ 0：f(x) = x，分毫不差。</translation>
    </message>
    <message>
        <source>The network has no block: give at least one stage a block.</source>
        <translation>网络中没有残差块：至少要给一个阶段一个块。</translation>
    </message>
    <message>
        <source>The share of batches in which images and their labels are mixed.</source>
        <translation>图像与标签相互混合的批量所占的比例。</translation>
    </message>
    <message>
        <source>The share of images that lose a random rectangle to black.</source>
        <translation>随机涂黑一个矩形的图像所占的比例。</translation>
    </message>
    <message>
        <source>The training process could not be started.</source>
        <translation>无法启动训练进程。</translation>
    </message>
    <message>
        <source>The training process did not answer and was ended.</source>
        <translation>训练进程没有响应，已被结束。</translation>
    </message>
    <message>
        <source>The training process ended by itself (exit status {code}).</source>
        <translation>训练进程自行退出（退出码 {code}）。</translation>
    </message>
    <message>
        <source>The training process was killed (signal {code}); memory may have run out.</source>
        <translation>训练进程被终止（信号 {code}），可能是内存不足。</translation>
    </message>
    <message>
        <source>Trousers</source>
        <translation>裤子</translation>
    </message>
    <message>
        <source>Try a batch size of {batch_size}.</source>
        <translation>请试试批量大小 {batch_size}。</translation>
    </message>
    <message>
        <source>Turn the norm on the shortcut off</source>
        <translation>关闭捷径规范化</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Use one group of width 64</source>
        <translation>改为一组，组宽 64</translation>
    </message>
    <message>
        <source>Use projection shortcuts</source>
        <translation>改用投影捷径</translation>
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
        <source>What the layers put out for one image, in float32</source>
        <translation>各层对一张图像的输出，按 float32 计</translation>
    </message>
    <message>
        <source>Where a bottleneck strides: its 3×3 (v1.5, as torchvision) or its first 1×1 (v1, the paper).</source>
        <translation>瓶颈块的步幅放在哪里：3×3 卷积（v1.5，与 torchvision 一致），或第一个 1×1 卷积（v1，论文）。</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽度</translation>
    </message>
    <message>
        <source>Width {width} × group width {group_width} / 64 leaves the 3×3 convolution without a channel.</source>
        <translation>宽度 {width} × 组宽 {group_width} / 64 不足一个通道，3×3 卷积无通道可用。</translation>
    </message>
    <message>
        <source>Without shortcuts, branches that start at zero let nothing through.</source>
        <translation>没有捷径连接时，从零开始的分支不让任何信息通过。</translation>
    </message>
    <message>
        <source>a line of more than {most:,} characters is not read</source>
        <translation>不读取超过 {most:,} 个字符的行</translation>
    </message>
    <message>
        <source>a run is under way</source>
        <translation>正在训练</translation>
    </message>
    <message>
        <source>and {count} more do not fit</source>
        <translation>另有 {count} 个也不符</translation>
    </message>
    <message>
        <source>are no finite numbers any more</source>
        <translation>已不再是有限的数</translation>
    </message>
    <message>
        <source>auto, cpu, cuda, cuda:1 … or mps; auto takes the fastest that is there.</source>
        <translation>auto、cpu、cuda、cuda:1…或 mps；auto 会选择现有设备中最快的。</translation>
    </message>
    <message>
        <source>auto: bf16 where the hardware multiplies it fast, else fp32.</source>
        <translation>auto：硬件能快速计算 bf16 时用 bf16，否则用 fp32。</translation>
    </message>
    <message>
        <source>basic: two 3×3 convolutions. bottleneck: 1×1, 3×3, 1×1. preact: norm and ReLU come first.</source>
        <translation>basic（基本块）：两个 3×3 卷积。bottleneck（瓶颈块）：1×1、3×3、1×1。preact（预激活）：先做规范化和 ReLU。</translation>
    </message>
    <message>
        <source>best</source>
        <translation>最佳</translation>
    </message>
    <message>
        <source>better than {share} % of {count} published runs</source>
        <translation>优于 {count} 次公开运行中的 {share} %</translation>
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
        <source>chapter</source>
        <translation>教材</translation>
    </message>
    <message>
        <source>could not write to {path!r}: {error}</source>
        <translation>无法写入 {path!r}：{error}</translation>
    </message>
    <message>
        <source>could not write {name}, {free:,} MB free: {reason}</source>
        <translation>无法写入 {name}，剩余 {free:,} MB：{reason}</translation>
    </message>
    <message>
        <source>degradation</source>
        <translation>退化现象</translation>
    </message>
    <message>
        <source>has a line of more than {limit} characters, so it is no design</source>
        <translation>有一行超过 {limit} 个字符，不会是网络设计</translation>
    </message>
    <message>
        <source>has changed since the run began: an epoch had {there} steps and has {here} now</source>
        <translation>自训练开始以来已有变化：当时每轮 {there} 步，现在是 {here} 步</translation>
    </message>
    <message>
        <source>has more than {limit} characters</source>
        <translation>超过 {limit} 个字符</translation>
    </message>
    <message>
        <source>has shape {shape}, this design wants {wanted}</source>
        <translation>形状为 {shape}，而此设计需要 {wanted}</translation>
    </message>
    <message>
        <source>he: normal, by fan out. xavier: uniform, by both fans, as the chapter.</source>
        <translation>he：正态分布，按输出数缩放。xavier：均匀分布，按输入数和输出数缩放，与教材一致。</translation>
    </message>
    <message>
        <source>identity shortcut</source>
        <translation>恒等捷径</translation>
    </message>
    <message>
        <source>imagenet: 7×7 convolution with stride 2, then max pooling. cifar: one 3×3 convolution, size kept.</source>
        <translation>输入层（stem）。imagenet：步幅为 2 的 7×7 卷积，再接最大汇聚。cifar：一个 3×3 卷积，尺寸不变。</translation>
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
        <source>is larger than {limit} kB, so it is no design</source>
        <translation>大于 {limit} kB，不会是网络设计</translation>
    </message>
    <message>
        <source>is missing</source>
        <translation>缺失</translation>
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
        <source>is not a key of this file</source>
        <translation>不是此文件可用的键</translation>
    </message>
    <message>
        <source>is not a regular file</source>
        <translation>不是普通文件</translation>
    </message>
    <message>
        <source>is not a run</source>
        <translation>不是训练记录</translation>
    </message>
    <message>
        <source>is not a run: {error}</source>
        <translation>不是训练记录：{error}</translation>
    </message>
    <message>
        <source>is not a weight of this design</source>
        <translation>不是此设计的权重</translation>
    </message>
    <message>
        <source>is required</source>
        <translation>不可缺少</translation>
    </message>
    <message>
        <source>is too large, or has too long a line, to be a lesson</source>
        <translation>文件太大或某一行太长，不会是课程</translation>
    </message>
    <message>
        <source>it is more than plain data; none of it was run</source>
        <translation>其中不只是纯数据；没有运行其中任何内容</translation>
    </message>
    <message>
        <source>its sha256 is not the one in run.json</source>
        <translation>其 sha256 与 run.json 中的不符</translation>
    </message>
    <message>
        <source>more was needed than there is</source>
        <translation>所需超过现有</translation>
    </message>
    <message>
        <source>must be a list or table of values, not {value}</source>
        <translation>必须是一列值或一张表，而不是 {value}</translation>
    </message>
    <message>
        <source>must be a number, not {value}</source>
        <translation>必须是数，而不是 {value}</translation>
    </message>
    <message>
        <source>must be a text, not {value}</source>
        <translation>必须是文本，而不是 {value}</translation>
    </message>
    <message>
        <source>must be a whole number, not {value}</source>
        <translation>必须是整数，而不是 {value}</translation>
    </message>
    <message>
        <source>must be at least 2: {layer} has maps of 1×1, and a norm needs two values</source>
        <translation>至少为 2：{layer} 的特征图是 1×1，而规范化需要两个值</translation>
    </message>
    <message>
        <source>must be at least {limit}, not {value}</source>
        <translation>至少为 {limit}，而不是 {value}</translation>
    </message>
    <message>
        <source>must be at most {limit}, not {value}</source>
        <translation>至多为 {limit}，而不是 {value}</translation>
    </message>
    <message>
        <source>must be block:CxHxW:classes:WIDTHxBLOCKS/STRIDE,…[:key=value,…]</source>
        <translation>必须写作“块类型:通道x高x宽:类别数:宽度x块数/步幅,…[:键=值,…]”</translation>
    </message>
    <message>
        <source>must be less than {limit}, not {value}</source>
        <translation>必须小于 {limit}，而不是 {value}</translation>
    </message>
    <message>
        <source>must be more than {limit}, not {value}</source>
        <translation>必须大于 {limit}，而不是 {value}</translation>
    </message>
    <message>
        <source>must be one of {options}</source>
        <translation>必须是其中之一：{options}</translation>
    </message>
    <message>
        <source>must be true or false, not {value}</source>
        <translation>必须是 true 或 false，而不是 {value}</translation>
    </message>
    <message>
        <source>must be {known}</source>
        <translation>必须是 {known}</translation>
    </message>
    <message>
        <source>must have at least {limit} entries or letters</source>
        <translation>至少要有 {limit} 项或字符</translation>
    </message>
    <message>
        <source>must have at most {limit} entries or letters</source>
        <translation>至多有 {limit} 项或字符</translation>
    </message>
    <message>
        <source>no checkpoint had been written: the run begins anew</source>
        <translation>还没有保存过检查点：训练从头开始</translation>
    </message>
    <message>
        <source>no image in the class folder {path!r}</source>
        <translation>类别文件夹 {path!r} 中没有图像</translation>
    </message>
    <message>
        <source>no shortcut</source>
        <translation>无捷径</translation>
    </message>
    <message>
        <source>of no known format</source>
        <translation>格式未知</translation>
    </message>
    <message>
        <source>out of memory on {device} at batch size {batch_size}: {shortage}</source>
        <translation>在 {device} 上批量大小为 {batch_size} 时内存不足：{shortage}</translation>
    </message>
    <message>
        <source>padded shortcut</source>
        <translation>补零捷径</translation>
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
        <source>projection shortcut</source>
        <translation>投影捷径</translation>
    </message>
    <message>
        <source>projection: 1×1 convolution where the shape changes (option B). pad: zeros for new channels (A). projection-all: 1×1 everywhere (C). none: a plain network.</source>
        <translation>projection：形状改变处用 1×1 卷积（方案 B）。pad：新增通道补零（方案 A）。projection-all：处处用 1×1 卷积（方案 C）。none：没有捷径的普通网络。</translation>
    </message>
    <message>
        <source>puts out numbers too large for a float: the weights have no use</source>
        <translation>输出的数超出了浮点数的范围：这些权重已无用处</translation>
    </message>
    <message>
        <source>quick</source>
        <translation>快速</translation>
    </message>
    <message>
        <source>residual</source>
        <translation>残差网络</translation>
    </message>
    <message>
        <source>sgd: stochastic gradient descent. adamw: Adam with decoupled weight decay.</source>
        <translation>sgd：随机梯度下降。adamw：解耦权重衰减的 Adam。</translation>
    </message>
    <message>
        <source>small</source>
        <translation>小型</translation>
    </message>
    <message>
        <source>stage {number} added</source>
        <translation>增加阶段 {number}</translation>
    </message>
    <message>
        <source>stage {number} removed</source>
        <translation>去掉阶段 {number}</translation>
    </message>
    <message>
        <source>stage {number}: {change}</source>
        <translation>阶段 {number}：{change}</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>the design is not its parent&apos;s with {blocks} more: {changes}</source>
        <translation>此设计并非原网络加上 {blocks}：{changes}</translation>
    </message>
    <message>
        <source>the design takes {channels} channels, an image has 1 or 3</source>
        <translation>此设计接受 {channels} 个通道，而图像有 1 或 3 个通道</translation>
    </message>
    <message>
        <source>the design takes {channels} channels, {data} has {wanted}</source>
        <translation>此设计接受 {channels} 个通道，而 {data} 的通道数是 {wanted}</translation>
    </message>
    <message>
        <source>the images need {needed:.1f} GB of memory, {free:.1f} GB are free</source>
        <translation>图像需要 {needed:.1f} GB 内存，可用 {free:.1f} GB</translation>
    </message>
    <message>
        <source>the loss became {loss} at step {step}, with learning rate {rate:g}</source>
        <translation>第 {step} 步的损失变成了 {loss}，学习率为 {rate:g}</translation>
    </message>
    <message>
        <source>the loss falls at no rate from {least:g} on</source>
        <translation>从 {least:g} 起，损失在任何学习率下都不下降</translation>
    </message>
    <message>
        <source>the run {run} has done {done} already; ask for more</source>
        <translation>训练 {run} 已完成 {done} 轮；请设定更多轮数</translation>
    </message>
    <message>
        <source>the run {run} has no weights yet</source>
        <translation>训练 {run} 还没有权重</translation>
    </message>
    <message>
        <source>the validation loss became {loss} after step {step}, with learning rate {rate:g}</source>
        <translation>第 {step} 步后验证损失变成了 {loss}，学习率为 {rate:g}</translation>
    </message>
    <message>
        <source>the window has no control {name!r}</source>
        <translation>窗口中没有控件 {name!r}</translation>
    </message>
    <message>
        <source>there are {names}</source>
        <translation>现有 {names}</translation>
    </message>
    <message>
        <source>there is no data set and no folder {path!r}</source>
        <translation>没有名为 {path!r} 的数据集或文件夹</translation>
    </message>
    <message>
        <source>there is no deed {name!r}</source>
        <translation>没有名为 {name!r} 的操作</translation>
    </message>
    <message>
        <source>there is no drawing {name!r}</source>
        <translation>没有名为 {name!r} 的插图</translation>
    </message>
    <message>
        <source>there is no file {path!r}</source>
        <translation>没有文件 {path!r}</translation>
    </message>
    <message>
        <source>there is no run {text!r} in {folder!r}</source>
        <translation>{folder!r} 中没有训练 {text!r}</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>没有这个文件</translation>
    </message>
    <message>
        <source>there is no {name!r} here; {rest}</source>
        <translation>这里没有 {name!r}；{rest}</translation>
    </message>
    <message>
        <source>torch {torch} wants CUDA {cuda}, which the driver here does not offer</source>
        <translation>torch {torch} 需要 CUDA {cuda}，而此处的驱动程序不支持</translation>
    </message>
    <message>
        <source>torch {torch} was built without CUDA</source>
        <translation>torch {torch} 构建时未包含 CUDA</translation>
    </message>
    <message>
        <source>wide</source>
        <translation>加宽</translation>
    </message>
    <message>
        <source>writing broke off</source>
        <translation>写入中断</translation>
    </message>
    <message>
        <source>{damage}; going on from {name}</source>
        <translation>{damage}；从 {name} 继续</translation>
    </message>
    <message>
        <source>{damage}; without that file the weights of the last checkpoint are taken</source>
        <translation>{damage}；移走该文件后将采用最近检查点的权重</translation>
    </message>
    <message>
        <source>{data} has a label {highest}; the design has {classes} classes</source>
        <translation>{data} 中有标签 {highest}，而此设计只有 {classes} 类</translation>
    </message>
    <message>
        <source>{data} has no images to train or to validate with</source>
        <translation>{data} 中没有可用于训练或验证的图像</translation>
    </message>
    <message>
        <source>{key} {before} → {after}</source>
        <translation>{key} {before} → {after}</translation>
    </message>
    <message>
        <source>{kind}: {reason}</source>
        <translation>{kind}：{reason}</translation>
    </message>
    <message>
        <source>{name} has {count} blocks already, the most there can be.</source>
        <translation>{name} 已有 {count} 个残差块，不能再多了。</translation>
    </message>
    <message>
        <source>{name} is damaged ({cause})</source>
        <translation>{name} 已损坏（{cause}）</translation>
    </message>
    <message>
        <source>{name} was not written: {weight} holds values that are not finite</source>
        <translation>未写入 {name}：{weight} 含有非有限的数值</translation>
    </message>
    <message>
        <source>{needed}, {free:,.0f} MiB are free</source>
        <translation>{needed}，可用 {free:,.0f} MiB</translation>
    </message>
    <message>
        <source>{n} h</source>
        <translation>{n} 小时</translation>
    </message>
    <message>
        <source>{n} min</source>
        <translation>{n} 分钟</translation>
    </message>
    <message>
        <source>{n} s</source>
        <translation>{n} 秒</translation>
    </message>
    <message>
        <source>{path!r} cannot be read: {error}</source>
        <translation>无法读取 {path!r}：{error}</translation>
    </message>
    <message>
        <source>{path!r} cannot be written: {error}</source>
        <translation>无法写入 {path!r}：{error}</translation>
    </message>
    <message>
        <source>{path!r} is a class that training does not have</source>
        <translation>{path!r} 是训练集中没有的类别</translation>
    </message>
    <message>
        <source>{path!r} is damaged: its sha256 is not the known one</source>
        <translation>{path!r} 已损坏：其 sha256 与已知的不符</translation>
    </message>
    <message>
        <source>{path!r} is missing</source>
        <translation>缺少 {path!r}</translation>
    </message>
    <message>
        <source>{path!r} is not a good image: {reason}</source>
        <translation>{path!r} 不是可用的图像：{reason}</translation>
    </message>
    <message>
        <source>{path!r} is not a good safetensors file: {error}</source>
        <translation>{path!r} 不是完好的 safetensors 文件：{error}</translation>
    </message>
    <message>
        <source>{path!r} needs one sub-folder of images for each of at least two classes</source>
        <translation>{path!r} 至少要有两个类别，每个类别一个图像子文件夹</translation>
    </message>
    <message>
        <source>{path} is no place for a block: blocks follow one another without a gap.</source>
        <translation>{path} 不能放残差块：块与块必须首尾相接。</translation>
    </message>
    <message>
        <source>{reason} In a terminal, resnet-explorer check says what is missing.</source>
        <translation>{reason} 在终端运行 resnet-explorer check 可以查出缺少什么。</translation>
    </message>
    <message>
        <source>{run}: {reason}</source>
        <translation>{run}：{reason}</translation>
    </message>
    <message>
        <source>{schema} was made by a newer version; this one reads {known}</source>
        <translation>版本 {schema} 由更新的程序写成；此程序只能读取 {known}</translation>
    </message>
    <message>
        <source>{wanted} more were needed</source>
        <translation>还需要 {wanted}</translation>
    </message>
    <message>
        <source>{where}: {what}</source>
        <translation>{where}：{what}</translation>
    </message>
</context>
</TS>
