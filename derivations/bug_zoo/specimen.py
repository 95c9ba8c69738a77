"""A specimen of the zoo: a faulty cost, the mended one, and the question that tells them apart."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from derivations.certificate.verdict import Certificate, Refutation


@dataclass(frozen=True)
class Specimen:
    """A module of the zoo: its docstring is the story, and `examine` refutes `faulty` and certifies `mended`."""

    module: ModuleType

    @property
    def title(self) -> str:
        """The first line of the story."""
        return (self.module.__doc__ or "").partition("\n")[0].rstrip(".")

    @property
    def story(self) -> str:
        """The rest of the story."""
        return (self.module.__doc__ or "").partition("\n")[2].strip()

    @property
    def code(self) -> str:
        """The costs, faulty and mended, with what they need of JAX."""
        source = inspect.getsource(self.module)
        imports = [line for line in source.splitlines() if line.startswith("import jax")]
        rest = source.rpartition("import Certificate, Refutation\n")[2]
        return "\n".join(imports) + "\n\n\n" + rest.partition("\n\n\ndef examine")[0].strip() + "\n"

    @property
    def faulty(self) -> Callable:
        """The cost with the bug."""
        return self.module.faulty

    @property
    def mended(self) -> Callable:
        """The cost without it."""
        return self.module.mended

    def examine(self, cost: Callable) -> Certificate | Refutation:
        """The verdict on a cost."""
        return self.module.examine(cost)
