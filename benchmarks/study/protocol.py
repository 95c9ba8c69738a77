"""What the study compares, with which numbers of everything: fixed before the first network was trained.

Two hypotheses are held apart. H1, the book's: from a saturated start, the cross-entropy learns faster. H2: after
training, its error is smaller. Each pair of cost and output layer gets its own learning rate from the same grid, by the
same number of networks, on the validation images. Only the final networks, which have other seeds, read the test
images.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import jax

from jaxce.network import Layer


class Combination(NamedTuple):
    """A cost and the output layer that it trains, by their names in `jaxce.COSTS` and `jaxce.OUTPUTS`."""

    cost: str
    output: str

    def __str__(self):
        """The pair's name in tables."""
        return f"{self.cost.replace('_', '-')}, {self.output}"


PAIRS = (
    Combination("quadratic", "linear"),
    Combination("quadratic", "sigmoid"),
    Combination("quadratic", "softmax"),
    Combination("cross_entropy", "sigmoid"),
    Combination("cross_entropy", "softmax"),
    Combination("log_likelihood", "softmax"),
)
LEFT_OUT = {
    Combination("cross_entropy", "linear"): "it is defined for 0 < z < 1 only, and random weights give other z",
    Combination("log_likelihood", "linear"): "it is defined for z > 0 only, and has no minimum: -ln z falls for ever",
    Combination(
        "log_likelihood", "sigmoid"
    ): "outputs that are all 1 minimise it, since wrong outputs have no gradient",
}

SATURATION = 8  # a power of two: products are exact


def saturate_outputs(layers: list[Layer]) -> list[Layer]:
    """The layers with output weights and biases 8 times as large: most outputs start at the end of their range.

    The weighted inputs of the outputs are then spread by about 10, at random sides, so that sigmoids start near 0 or 1,
    mostly wrong, and one output has nearly all of a softmax.
    """
    return [*layers[:-1], jax.tree.map(lambda leaf: SATURATION * leaf, layers[-1])]


# Each start: the scheme of the initial weights, and what becomes of the layers that are drawn.
STARTS: dict[str, tuple[str, Callable]] = {
    "large": ("large", list),
    "saturated": ("scaled", saturate_outputs),
    "scaled": ("scaled", list),
}


class Block(NamedTuple):
    """Networks that are compared with each other: all pairs, on the same data, of one size, from one start."""

    data_set: str
    wrong_labels: float
    hidden: int
    start: str

    def __str__(self):
        """The block's name in tables."""
        wrong = f", {self.wrong_labels:.0%} wrong labels" if self.wrong_labels else ""
        return f"{self.data_set}{wrong}, 784-{self.hidden}-10, {self.start} start"


class Protocol(NamedTuple):
    """The numbers of the study.

    Attributes:
        version: is raised with every change of the programs after which rows do not belong together any more.
        blocks: what is compared, in the order in which it is trained.
        pairs: what is compared in each block.
        learning_rates: the grid for every pair, in every block.
        tuning_seeds: of each learning rate.
        tuning_epochs: after these, the learning rate with the highest mean accuracy on the validation images is chosen.
        final_seeds: of the networks that are compared; none of them is among the tuning seeds.
        final_epochs: what they are trained for.
        book_epochs: what the networks with the book's own learning rates are trained for.
        batch_size: examples in a minibatch.
        examples: how many training images are used, from the first on.
        confidence: of the intervals.
        resamples: of the bootstrap.
    """

    version: int
    blocks: tuple[Block, ...]
    pairs: tuple[Combination, ...]
    learning_rates: tuple[float, ...]
    tuning_seeds: tuple[int, ...]
    tuning_epochs: int
    final_seeds: tuple[int, ...]
    final_epochs: int
    book_epochs: int
    batch_size: int = 10
    examples: int = 50_000
    confidence: float = 0.95
    resamples: int = 10_000


def _blocks(data_set, wrong_labels, hidden):
    return tuple(Block(data_set, wrong_labels, hidden, start) for start in STARTS)


# Three learning rates a decade, from 0.01 to 21.5.
LEARNING_RATES = tuple(float(f"{0.01 * 10 ** (step / 3):.3g}") for step in range(11))
WRONG = 0.2  # the share of training and validation labels that are replaced by a wrong one; test labels stay

STUDY = Protocol(
    version=1,
    blocks=(
        *_blocks("MNIST", 0, 30),
        *_blocks("Fashion-MNIST", 0, 30),
        *_blocks("MNIST", WRONG, 30),
        *_blocks("MNIST", 0, 100),
        *_blocks("Fashion-MNIST", 0, 100),
    ),
    pairs=PAIRS,
    learning_rates=LEARNING_RATES,
    tuning_seeds=(1000, 1001, 1002),
    tuning_epochs=4,
    final_seeds=tuple(range(20)),
    final_epochs=16,
    book_epochs=30,
)

QUICK_STUDY = STUDY._replace(
    blocks=(Block("MNIST", 0, 30, "large"),),
    pairs=(Combination("quadratic", "sigmoid"), Combination("cross_entropy", "sigmoid")),
    learning_rates=(0.1, 0.5, 3.0),
    tuning_seeds=(1000,),
    tuning_epochs=1,
    final_seeds=(0, 1, 2),
    final_epochs=2,
    book_epochs=2,
    examples=1000,
    resamples=200,
)

# The book's networks, from N(0, 1) weights: the pair, the learning rate, and the published accuracies in percent.
BOOK_START = "large"
BOOK = (
    (Combination("quadratic", "sigmoid"), 3.0, {30: 95.42, 100: 96.59}),
    (Combination("cross_entropy", "sigmoid"), 0.5, {30: 95.49, 100: 96.82}),
)
# The book's rule: the cross-entropy needs a sixth of the quadratic cost's learning rate.
RULE_FROM, RULE_TO, RULE_FACTOR = Combination("quadratic", "sigmoid"), Combination("cross_entropy", "sigmoid"), 1 / 6
STUCK = 0.05  # a network is stuck if it recognises less than this share of the test images of some class


class Training(NamedTuple):
    """Networks that are trained together, in one sweep.

    Attributes:
        stage: "tuning"; "final", with the learning rate chosen; "rule", with a sixth of the quadratic cost's; or
            "book", with the book's.
        block: data, size and start.
        pair: cost and output layer.
        learning_rates: of each seed; None where it follows from the rows of the tuning.
        seeds: of the networks.
        epochs: what they are trained for.
    """

    stage: str
    block: Block
    pair: Combination
    learning_rates: tuple[float, ...] | None
    seeds: tuple[int, ...]
    epochs: int

    @property
    def key(self) -> tuple:
        """What the rows of this task have in common, and no other row has."""
        return self.stage, *self.block, *self.pair


def tasks(protocol: Protocol) -> list[Training]:
    """Everything that is trained, in order: of each block first the tuning, then the final networks.

    Example:
        >>> [task.stage for task in tasks(QUICK_STUDY)]
        ['tuning', 'tuning', 'final', 'final', 'rule', 'book', 'book']
    """
    tuning = protocol.learning_rates, protocol.tuning_seeds, protocol.tuning_epochs
    final = None, protocol.final_seeds, protocol.final_epochs
    found = []
    for block in protocol.blocks:
        found += [Training("tuning", block, pair, *tuning) for pair in protocol.pairs]
        found += [Training("final", block, pair, *final) for pair in protocol.pairs]
        found += [Training("rule", block, RULE_TO, *final)]
        alike = [other for other in protocol.blocks if other[:-1] == block[:-1]]
        if block == alike[-1] and block[:2] == ("MNIST", 0):  # after all starts, which matter more
            like_the_book = block._replace(start=BOOK_START)
            for pair, rate, _ in BOOK:
                found.append(Training("book", like_the_book, pair, (rate,), protocol.final_seeds, protocol.book_epochs))
    return found


def network_epochs(protocol: Protocol) -> dict[int, int]:
    """How many epochs of one network there are, by the number of hidden neurons.

    Example:
        >>> network_epochs(QUICK_STUDY)
        {30: 34}
    """
    total: dict[int, int] = {}
    for task in tasks(protocol):
        count = len(task.seeds) * len(task.learning_rates or (math.nan,)) * task.epochs
        total[task.block.hidden] = total.get(task.block.hidden, 0) + count
    return total
