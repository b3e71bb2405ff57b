"""The same network and the same step in PyTorch eager.

The first line that it writes is PyTorch's version. Then each line that it reads names a contender ("default", "float32" or "bfloat16": the
latter two with channels last), and it answers with the images per second of one block.
"""
import contextlib
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

depth, side, batch, warm_up_steps, steps, threads = map(int, sys.argv[1:])


class Block(nn.Module):
    def __init__(self, inputs, outputs, tuned):
        super().__init__()
        self.padding, self.tuned = (outputs - inputs) // 2, tuned
        self.first = nn.Conv2d(inputs, outputs, 3, stride=2 if self.padding else 1, padding=1, bias=False)
        self.first_normalisation = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.second_normalisation = nn.BatchNorm2d(outputs)

    def forward(self, x):
        h = F.relu(self.first_normalisation(self.first(x)), inplace=True)
        h = self.second_normalisation(self.second(h))
        h += self.around(x)
        return F.relu(h, inplace=True)

    def around(self, x):
        if not self.padding:
            return x
        if self.tuned:  # the gradient of a slice takes the layout of what was sliced
            x = F.pad(x.permute(0, 2, 3, 1)[:, ::2, ::2], (self.padding, self.padding))
            return x.permute(0, 3, 1, 2)
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.padding, self.padding))


def network(tuned):
    blocks = []
    for width in (16, 32, 64):
        for block in range((depth - 2) // 6):
            blocks.append(Block(width // 2 if block == 0 and width > 16 else width, width, tuned))
    stem = [nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


class Contender:
    def __init__(self, name):
        torch.manual_seed(1)
        layout = torch.contiguous_format if name == "default" else torch.channels_last
        self.cast = (lambda: torch.autocast("cpu", dtype=torch.bfloat16)) if name == "bfloat16" else contextlib.nullcontext
        self.network = network(tuned=name != "default").to(memory_format=layout)
        self.optimizer = torch.optim.SGD(self.network.parameters(), 0.01, momentum=0.9, weight_decay=2e-4)
        self.images = torch.randn(batch, 3, side, side).to(memory_format=layout)
        self.labels = torch.randint(0, 10, [batch])

    def train(self, count):
        for _ in range(count):
            self.optimizer.zero_grad()
            with self.cast():
                logits = self.network(self.images)
            F.cross_entropy(logits.float(), self.labels).backward()
            self.optimizer.step()

    def images_per_second(self):
        self.train(warm_up_steps)
        begun = time.perf_counter()
        self.train(steps)
        return steps * batch / (time.perf_counter() - begun)


torch.set_num_threads(threads)  # explicit, because some builds use one thread by default
print(torch.__version__, flush=True)
contenders = {}
for line in sys.stdin:
    name = line.strip()
    if name not in contenders:
        contenders[name] = Contender(name)
    print(contenders[name].images_per_second(), flush=True)
