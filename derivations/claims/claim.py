"""A claim that a program computes a formula. Code selects claims by their fields; the words are for readers.

What is printed of a claim, `name` and `says`, is made from the fields, so that rewording it changes no selection.
"""

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from enum import Enum

import sympy as sp

from derivations.certificate.certifier import certify
from derivations.certificate.verdict import Certificate, Refutation


class Kind(Enum):
    """Which function of its subject the program computes, and the text for it."""

    VALUE = "{}"
    GRADIENT = "d/dz {}"
    GRADIENT_BY_TARGETS = "d/dy {}"
    HESSIAN = "d2/dz2 {}"
    MIXED_DERIVATIVE = "d2/dz dy {}"
    CURVATURE = "v^T (d2/dz2 {}) v"
    JACOBIANS = "derivative of {}"
    SLOPE = "sum of d/dz {}, forward"  # the sum of the gradient's components, in forward mode
    NETWORK_GRADIENT = "network, {}"
    GRADIENT_OF_FUNCTION = "d {}"  # with respect to its first argument
    LAYER_GRADIENT = "d/d(w, b, a) {}"
    LAST_LAYER = "last layer, {}"
    HIDDEN_LAYER = "network with a hidden layer, {}"
    LAYER = "layer"  # w a + b


class Part(Enum):
    """One of the functions that an output layer offers to costs."""

    ACTIVATIONS = "a, 1 - a"
    LOGARITHMS = "ln a, ln(1 - a)"
    SQUARE = "(a - y)^2 / 2"
    PULLBACK = "(da/dz)^T (a - y)"


class Targets(Enum):
    """The form of the targets y."""

    ANY = "y"  # symbols, one for each output neuron
    LABELS = "labels"  # integers, the classes


class Situation(Enum):
    """What is special about the inputs or the call of the program."""

    PLAIN = ""
    MASKED = "where"
    BESIDE_DERIVATIVE = "beside its derivative"
    EIGHT_BITS = "uint8"
    NO_SUCH_LABEL = "which no output has"
    BOUNDARY = "at or beyond the domain boundary"
    NAN = "z = nan, 1"
    ONE_OUTPUT = "y = 1"
    ZERO_PROBABILITY = "and one output of z = -oo, y = 0"


PATIENCE = 3600.0  # seconds, so that a busy machine does not make a claim undecided


@dataclass(frozen=True)
class Claim:
    """The claim that a program computes a formula of its arguments where `assuming` holds; `certify()` examines it.

    The subject: `cost` and `output` are names in the library's registries, `c` the output's constant, `part` a function
    of the output layer; or `cost` is a name in `optax.losses`; or `function` is that of a user. The inputs: `size` is
    the number of outputs, `block` how many of them are computed at a time, `layers` the sizes of a network, `label` the
    class if there is one for all, `axis` that along which the outputs run if there are two examples. `equation` is its
    label in the book. `package` is the library of other people to which `function` belongs, and `literals` names some
    of its program's. `holds` is false of a claim that should be refuted. `remark` and `reason`, which says why it does
    not hold, are for readers only.
    """

    program: Callable
    formula: object
    arguments: tuple
    assuming: tuple = ()
    _: KW_ONLY
    kind: Kind = Kind.VALUE
    function: str = ""
    cost: str = ""
    output: str = ""
    c: sp.Rational = sp.S.One
    part: Part | None = None
    size: int | None = None
    block: int | None = None
    layers: tuple[int, ...] = ()
    targets: Targets | None = None
    label: int | None = None
    axis: int | None = None
    situation: Situation = Situation.PLAIN
    equation: str = ""
    package: str = ""
    literals: Mapping[float, sp.Expr] = field(default_factory=dict)
    holds: bool = True
    remark: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        """The program in words."""
        layer = self.output + (f", c = {self.c}" if self.c != 1 else "")
        subject = self.function or " + ".join(filter(None, (self.cost, layer)))
        return self.kind.value.format(f"{subject}: {self.part.value}" if self.part else subject)

    @property
    def says(self) -> str:
        """The rest of the claim in words."""
        parts = (
            self.equation,
            f"sizes {'-'.join(map(str, self.layers))}" if self.layers else "",
            f"K = {self.size}" if self.size else "",
            f"blocks of {self.block}" if self.block else "",
            f"2 examples, axis {self.axis}" if self.axis is not None else "",
            f"label {self.label}" if self.label is not None else self.targets.value if self.targets else "",
            self.situation.value,
            self.remark,
        )
        return ", ".join(filter(None, parts))

    def __str__(self) -> str:
        return f"{self.name}, {self.says}"

    def certify(self) -> Certificate | Refutation:
        """The verdict; UnprovedError if there is none."""
        return certify(
            self.program,
            self.formula,
            *self.arguments,
            assuming=self.assuming,
            literals=self.literals,
            name=self.name,
            claim=self.says,
            seconds=PATIENCE,
        )
