"""Other people's libraries: what is claimed of each, and whether it is installed."""

import importlib
import importlib.metadata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from derivations.claims.claim import Claim
from derivations.claims.jax_nn import jax_nn_claims
from derivations.claims.keras_losses import keras_claims
from derivations.claims.numpyro_distributions import NOT_OF_NUMPYRO, numpyro_claims
from derivations.claims.optax_losses import NOT_EXAMINED, optax_claims
from derivations.claims.rlax_losses import NOT_OF_RLAX, rlax_claims


@dataclass(frozen=True)
class Library:
    """A package: the distribution that contains it, the claims about it, and what is left out and why."""

    package: str
    distribution: str
    claims: Callable[[], Iterator[Claim]]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The version that is installed."""
        return importlib.metadata.version(self.distribution)

    @property
    def absence(self) -> str:
        """Why there are no claims, or "" if the library is installed."""
        try:
            next(self.claims())
        except ImportError as error:
            return f"{self.package} is left out: {error}"
        return ""


LIBRARIES = {
    library.package: library
    for library in (
        Library("jax.nn", "jax", jax_nn_claims),
        Library("optax.losses", "optax", optax_claims, NOT_EXAMINED),
        Library("keras.losses", "keras", keras_claims),
        Library("numpyro.distributions", "numpyro", numpyro_claims, NOT_OF_NUMPYRO),
        Library("rlax", "rlax", rlax_claims, NOT_OF_RLAX),
    )
}
