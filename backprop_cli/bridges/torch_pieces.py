"""How PyTorch spells each function, and the pieces of a script that do not depend on the network."""

from __future__ import annotations

from backprop_cli.network.network import Network

MODULES = {
    "linear": "nn.Identity()",
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "relu": "nn.ReLU()",
    "leaky_relu": "nn.LeakyReLU({})",
    "elu": "nn.ELU({})",
    "selu": "nn.SELU()",
    "gelu": "nn.GELU()",
    "silu": "nn.SiLU()",
    "softplus": "nn.Softplus(threshold=40)",
    "softsign": "nn.Softsign()",
    "hard_sigmoid": "HardSigmoid()",
    "hard_tanh": "nn.Hardtanh()",
    "mish": "nn.Mish()",
    "softmax": "nn.Softmax(dim=1)",
    "bipolar_sigmoid": "BipolarSigmoid()",
}
"""Softplus turns into z from the threshold on, by default from 20, where that costs half of the digits."""

CLASSES = {
    "hard_sigmoid": '''\
class HardSigmoid(nn.Module):
    """z/6 + 1/2 between 0 and 1; PyTorch's own has only the single precision of 1/6."""

    def forward(self, z):
        return F.hardtanh(z / 6 + 0.5, 0.0, 1.0)''',
    "bipolar_sigmoid": '''\
class BipolarSigmoid(nn.Module):
    """2/(1 + exp(-z)) - 1."""

    def forward(self, z):
        return torch.tanh(z / 2)''',
}

OUTPUT_LOSSES = {
    "half_squared_error": "0.5 * (target - output).square().sum(dim=1)",
    "squared_error": "(target - output).square().sum(dim=1)",
    "mean_squared_error": "(target - output).square().mean(dim=1)",
    "absolute_error": "(target - output).abs().sum(dim=1)",
    "mean_absolute_error": "(target - output).abs().mean(dim=1)",
    "huber": 'F.huber_loss(output, target, reduction="none", delta={delta}).sum(dim=1)',
    "log_cosh": "((d := (output - target).abs()) + F.softplus(-2 * d) - math.log(2)).sum(dim=1)",
    "binary_cross_entropy": "-(torch.xlogy(target, output) + torch.special.xlog1py(1 - target, -output)).sum(dim=1)",
    "cross_entropy": "-torch.xlogy(target, output).sum(dim=1)",
    "kl_divergence": "(torch.xlogy(target, target) - torch.xlogy(target, output)).sum(dim=1)",
    "hinge": "F.relu(1 - target * output).sum(dim=1)",
    "output": "output.sum(dim=1)",
}
"""E of each sample, from the outputs."""

_NET_INPUT_LOSSES = {
    ("softmax", "cross_entropy"): 'F.cross_entropy(z, target, reduction="none")',
    ("softmax", "kl_divergence"): 'F.kl_div(F.log_softmax(z, dim=1), target, reduction="none").sum(dim=1)',
    ("sigmoid", "binary_cross_entropy"): 'F.binary_cross_entropy_with_logits(z, target, reduction="none").sum(dim=1)',
    ("sigmoid", "cross_entropy"): "-(target * F.logsigmoid(z)).sum(dim=1)",
    ("sigmoid", "kl_divergence"): 'F.kl_div(F.logsigmoid(z), target, reduction="none").sum(dim=1)',
}


def net_input_loss(network: Network) -> str | None:
    """The loss from the net inputs of the outputs, for pairs of activation and loss that PyTorch computes together."""
    return _NET_INPUT_LOSSES.get((network.activations[-1].name, network.loss.name))


SHARED_BIAS = '''\
class SharedBias(nn.Linear):
    """A linear layer whose units share one bias."""

    def __init__(self, sources, units):
        super().__init__(sources, units, bias=False)
        self.bias = nn.Parameter(torch.zeros(1))'''

SHUFFLED = '''\
class Shuffled(Sampler):
    """The samples in an order that depends on the seed and the number of the pass alone."""

    def __init__(self, count):
        self.count = count
        self.epoch = 0

    def __len__(self):
        return self.count

    def __iter__(self):
        order = list(range(self.count))
        random.Random(f"{SEED}/{self.epoch}").shuffle(order)
        return iter(order)'''

BATCHES = '''\
class ShardedBatches(Sampler):
    """This process's share of each batch; all shares together are the batches of a single process."""

    def __init__(self, count, size, rank, processes):
        self.count, self.size, self.rank, self.processes = count, size, rank, processes
        self.used = {used}
        self.epoch = 0

    def __len__(self):
        return -(-self.used // self.size)

    def __iter__(self):
        order = {order}
        for first in range(0, self.used, self.size):
            batch = order[first : min(first + self.size, self.used)]
            yield torch.tensor(batch[self.rank :: self.processes], dtype=torch.long)'''

CHECKPOINT = '''\
def save(path, module, optimizer, scheduler, step):
    """Write a checkpoint, whole or not at all."""
    state = {"model": module.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(state | {"scheduler": scheduler.state_dict(), "step": step}, f"{path}.tmp")
    os.replace(f"{path}.tmp", path)


def resume(path, module, optimizer, scheduler, device):
    """Go on from a checkpoint; the number of updates made before it."""
    state = torch.load(path, map_location=device, weights_only=True)
    module.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    scheduler.load_state_dict(state["scheduler"])
    return state["step"]'''

DISTRIBUTED_MAIN = """\
def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", default="checkpoint.pt", help="is resumed from where it is there")
    parser.add_argument("--every", type=int, default=1000, help="updates between two checkpoints")
    arguments = parser.parse_args()
    dist.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    train(arguments)
    gc.collect()  # what the model holds of the process group would keep its threads until Python ends, and abort it
    dist.destroy_process_group()"""
