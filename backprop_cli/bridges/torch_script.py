"""The network and its training as a PyTorch script, for one process or for several under `torchrun`."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

from backprop_cli.bridges.script import Arrays, Script, frozen_arrays, parameter_arrays, script_of, shape_of
from backprop_cli.bridges.torch_pieces import (
    BATCHES,
    CHECKPOINT,
    CLASSES,
    DISTRIBUTED_MAIN,
    MODULES,
    OUTPUT_LOSSES,
    SHARED_BIAS,
    SHUFFLED,
    net_input_loss,
)
from backprop_cli.functions.activations import Activation
from backprop_cli.network.network import ParameterRow, Setup


def torch_script(setup: Setup, distributed: bool = False) -> Script:
    """A script whose last line of output is `loss` and the loss after the file's steps."""
    arrays = Arrays(setup, "torch.tensor({})", 'torch.from_numpy(arrays["{}"])')
    data = list(_data(setup, arrays))
    code = [*_network(setup), *_loss(setup), *_samplers(setup, distributed), *_main(setup, distributed)]
    body = ["torch.set_default_dtype(torch.float64)", "", *arrays.loaded(), *_settings(setup), *data, *code]
    libraries = list(_libraries(distributed, bool(arrays.beside), "\n".join(code)))
    command = "torchrun --nproc-per-node 2 FILE" if distributed else "python FILE"
    return script_of(setup, "A PyTorch script of this network and its training.", command, libraries, body, arrays)


def _libraries(distributed: bool, is_beside: bool, code: str) -> Iterator[str]:
    if is_beside:
        yield "import numpy as np"
    yield "import torch"
    if distributed:
        yield "import torch.distributed as dist"
    yield "from torch import nn"
    if "F." in code:
        yield "from torch.nn import functional as F"
    if distributed:
        yield "from torch.nn.parallel import DistributedDataParallel"
    yield f"from torch.utils.data import DataLoader, {'Sampler, ' if '(Sampler)' in code else ''}TensorDataset"


def _settings(setup: Setup) -> Iterator[str]:
    schedule = setup.schedule
    yield f"STEPS = {schedule.steps}"
    if setup.updates:
        yield f"MADE = {setup.updates}  # updates of an earlier run"
    yield f"LEARNING_RATE = {schedule.learning_rate!r}"
    yield f"BATCH_SIZE = {schedule.batch_limit(len(setup.samples))}"
    if setup.schedule.is_shuffled:
        yield f"SEED = {schedule.seed}"
    yield ""


def _data(setup: Setup, arrays: Arrays) -> Iterator[str]:
    yield f"inputs = {arrays.of('inputs', setup.samples.inputs)}"
    yield f"targets = {arrays.of('targets', setup.samples.targets)}"
    yield from _state_dict("START = {", setup.network.parameters, arrays, "")
    if setup.velocity is not None:
        yield from _state_dict("VELOCITY = {  # the optimizer's memory of an earlier run", setup.velocity, arrays, "v")


def _state_dict(head: str, row: ParameterRow, arrays: Arrays, prefix: str) -> Iterator[str]:
    yield head
    for index, weights, biases in parameter_arrays(row):
        for ending, letter, array in (("weight", "W", weights), ("bias", "b", biases)):
            if array is not None:
                values = arrays.of(f"{prefix}{letter}{index}", array)
                yield indent(f'"layers.{2 * index - 2}.{ending}": {values},', "    ")
    yield "}"


# ── the module ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _network(setup: Setup) -> Iterator[str]:
    names, network = setup.network.names, setup.network
    if "shared" in names.biases:
        yield from ("", "", *SHARED_BIAS.splitlines())
    for name in dict.fromkeys(activation.name for activation in network.activations):
        if name in CLASSES:
            yield from ("", "", *CLASSES[name].splitlines())
    yield from ("", "", "class Network(nn.Module):", f'    """{shape_of(setup)}."""', "")
    yield from ("    def __init__(self):", "        super().__init__()", "        self.layers = nn.Sequential(")
    for layer, activation in enumerate(network.activations):
        sources, units = names.widths[layer : layer + 2]
        if names.biases[layer] == "shared":
            yield f"            SharedBias({sources}, {units}),"
        else:
            yield f"            nn.Linear({sources}, {units}{', bias=False' if names.biases[layer] == 'none' else ''}),"
        if layer < names.depth - 1 or net_input_loss(network) is None:
            yield f"            {_module(activation)},"
    yield from ("        )", "", "    def forward(self, x):", "        return self.layers(x)")


def _module(activation: Activation) -> str:
    settings = ", ".join(repr(value) for value in activation.settings)
    return MODULES[activation.name].format(settings)


# ── the loss ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _loss(setup: Setup) -> Iterator[str]:
    network = setup.network
    of_net_inputs = net_input_loss(network)
    yield from ("", "")
    if of_net_inputs is not None:
        yield "def losses(z, target):"
        yield f'    """E of each sample from the net inputs of the outputs; the {network.activations[-1].name} is in it."""'
        yield f"    return {of_net_inputs}"
    else:
        yield "def losses(output, target):"
        yield '    """E of each sample."""'
        settings = network.loss.setting_values()
        yield f"    return {OUTPUT_LOSSES[network.loss.name].format(**{k: repr(v) for k, v in settings.items()})}"
    if network.penalty:
        yield from ("", "", "def penalty(model):", '    """R, which is part of the loss."""', "    total = 0.0")
        yield "    for name, parameter in model.named_parameters():"
        divisor = f" / {network.penalty.divisor}" if network.penalty.divisor > 1 else ""
        for kind, ending in (("weights", "weight"), ("biases", "bias")):
            l2, l1 = getattr(network.penalty.l2, kind), getattr(network.penalty.l1, kind)
            terms = [f"0.5 * {l2!r} * parameter.square().sum()"] if l2 else []
            terms += [f"{l1!r} * parameter.abs().sum()"] if l1 else []
            if terms:
                joined = " + ".join(terms)
                yield f'        if name.endswith("{ending}"):'
                yield f"            total = total + {f'({joined}){divisor}' if divisor else joined}"
        yield "    return total"


# ── the training ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _samplers(setup: Setup, distributed: bool) -> Iterator[str]:
    if distributed:
        order = "list(range(self.count))"
        if setup.schedule.is_shuffled:
            order += '\n        random.Random(f"{SEED}/{self.epoch}").shuffle(order)'
        used = setup.schedule.pass_length(len(setup.samples))
        yield from ("", "", *BATCHES.format(order=order, used=used).splitlines())
        yield from ("", "", *CHECKPOINT.splitlines())
    elif setup.schedule.is_shuffled:
        yield from ("", "", *SHUFFLED.splitlines())


def _main(setup: Setup, distributed: bool) -> Iterator[str]:
    yield from ("", "", "def train(arguments):" if distributed else "def main():")
    lines = [*_prepared(setup, distributed), *_loop(setup, distributed), *_end(setup, distributed)]
    yield from (f"    {line}" if line else "" for line in lines)
    if distributed:
        yield from ("", "", *DISTRIBUTED_MAIN.splitlines())
    yield from ("", "", 'if __name__ == "__main__":', "    main()")


def _prepared(setup: Setup, distributed: bool) -> Iterator[str]:
    schedule = setup.schedule
    if distributed:
        yield "rank, processes = dist.get_rank(), dist.get_world_size()"
        yield 'device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if torch.cuda.is_available() else torch.device("cpu")'
        yield "module = Network().to(device)"
    else:
        yield "model = Network()"
    module = "module" if distributed else "model"
    yield f"{module}.load_state_dict(START)"
    yield from _freezing(setup, module)
    if distributed:
        yield "model = DistributedDataParallel(module)"
        yield "sampler = ShardedBatches(len(inputs), BATCH_SIZE, rank, processes)"
        yield "loader = DataLoader(TensorDataset(inputs, targets), sampler=sampler, batch_size=None)"
    else:
        options = ["batch_size=BATCH_SIZE"]
        if setup.schedule.is_shuffled:
            yield "sampler = Shuffled(len(inputs))"
            options.append("sampler=sampler")
        if schedule.drop_last:
            options.append("drop_last=True")
        yield f"loader = DataLoader(TensorDataset(inputs, targets), {', '.join(options)})"
    yield from _optimizer(setup, module, ".to(device)" if distributed else "")


def _freezing(setup: Setup, module: str) -> Iterator[str]:
    frozen = frozen_arrays(setup)
    if frozen is None:
        return
    partly = []
    for index, pair in enumerate(frozen):
        for ending, mask in zip(("weight", "bias"), pair, strict=True):
            if mask is None or not mask.any():
                continue
            name = f"layers.{2 * index}.{ending}"
            if mask.all():
                yield f'{module}.get_parameter("{name}").requires_grad_(False)'
            else:
                partly.append(f'    "{name}": torch.tensor({mask.tolist()!r}),')
    if partly:
        yield from ("frozen = {", *partly, "}")


def _is_partly_frozen(setup: Setup) -> bool:
    return any(
        mask is not None and mask.any() and not mask.all() for pair in frozen_arrays(setup) or () for mask in pair
    )


def _optimizer(setup: Setup, module: str, moved: str) -> Iterator[str]:
    schedule, decay = setup.schedule, setup.schedule.weight_decay
    options = ["lr=LEARNING_RATE"]
    options += [f"momentum={schedule.momentum!r}"] if schedule.momentum else []
    options += [f"dampening={schedule.dampening!r}"] if schedule.dampening else []
    options += ["nesterov=True"] if schedule.nesterov else []
    if decay.weights == decay.biases or set(setup.network.names.biases) == {"none"}:
        options += [f"weight_decay={decay.weights!r}"] if decay.weights else []
        yield f"optimizer = torch.optim.SGD({module}.parameters(), {', '.join(options)})"
    else:
        yield "groups = ["
        for ending, factor in (("weight", decay.weights), ("bias", decay.biases)):
            chosen = f'[p for name, p in {module}.named_parameters() if name.endswith("{ending}")]'
            yield f'    {{"params": {chosen}, "weight_decay": {factor!r}}},'
        yield "]"
        yield f"optimizer = torch.optim.SGD(groups, {', '.join(options)})"
    yield "scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)  # the learning rate stays as it is"
    if setup.velocity is not None:
        yield "for name, values in VELOCITY.items():"
        yield f'    optimizer.state[{module}.get_parameter(name)]["momentum_buffer"] = values{moved}'


def _loop(setup: Setup, distributed: bool) -> Iterator[str]:
    yield "step = 0"
    if distributed:
        yield "if os.path.exists(arguments.checkpoint):"
        yield "    step = resume(arguments.checkpoint, module, optimizer, scheduler, device)"
    is_skipping = distributed or bool(setup.updates)
    if is_skipping:
        first = "MADE + step" if setup.updates else "step"
        yield f"epoch, skipped = divmod({first}, len(loader))"
    else:
        yield "epoch = 0"
    yield "while step < STEPS:"
    if distributed or setup.schedule.is_shuffled:
        yield "    sampler.epoch = epoch"
    yield f"    for x, t in {'islice(loader, skipped, None)' if is_skipping else 'loader'}:"
    yield from (f"        {line}" for line in _step(setup, distributed))
    yield "    epoch += 1"
    if is_skipping:
        yield "    skipped = 0"


def _step(setup: Setup, distributed: bool) -> Iterator[str]:
    penalty = " + penalty(model)" if setup.network.penalty else ""
    is_mean = setup.schedule.reduction == "mean"
    yield "optimizer.zero_grad()"
    if distributed:
        yield "x, t = x.to(device), t.to(device)"
        if is_mean:
            yield "count = torch.tensor(float(len(x)), device=device)"
            yield "dist.all_reduce(count)"
        scale = "processes / count" if is_mean else "processes"
        yield f"loss = losses(model(x), t).sum() * {scale}{penalty}  # gradients are averaged over the processes"
    else:
        yield f"loss = losses(model(x), t).{'mean' if is_mean else 'sum'}(){penalty}"
    yield from ("loss.backward()", "optimizer.step()", "scheduler.step()")
    if _is_partly_frozen(setup):
        module, moved = ("module", ".to(device)") if distributed else ("model", "")
        yield from ("with torch.no_grad():", "    for name, mask in frozen.items():")
        yield f"        {module}.get_parameter(name)[mask] = START[name][mask]{moved}"
    yield "step += 1"
    if distributed:
        yield "if rank == 0 and (step % arguments.every == 0 or step == STEPS):"
        yield "    save(arguments.checkpoint, module, optimizer, scheduler, step)"
    yield from ("if step == STEPS:", "    break")


def _end(setup: Setup, distributed: bool) -> Iterator[str]:
    reduce = "mean" if setup.schedule.reduction == "mean" else "sum"
    penalty = " + penalty(model)" if setup.network.penalty else ""
    yield "with torch.no_grad():"
    if not distributed:
        yield f"    total = losses(model(inputs), targets).{reduce}(){penalty}"
        yield 'print("loss", float(total))'
        return
    yield "    own = slice(rank, None, processes)"
    yield "    total = losses(module(inputs[own].to(device)), targets[own].to(device)).sum()"
    yield "    dist.all_reduce(total)"
    if reduce == "mean":
        yield "    total = total / len(inputs)"
    if penalty:
        yield "    total = total + penalty(module)"
    yield from ("if rank == 0:", '    print("loss", float(total))')
