"""Arrays spread over devices along Explicit mesh axes, where JAX asks how a product and a selection are to be spread.

With axes that are Auto, and on one device, XLA decides: all specifications below are empty then.
"""

import contextlib
import math
from contextlib import AbstractContextManager
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import Mesh, NamedSharding, PartitionSpec


def product(w: jax.Array, a: jax.Array) -> jax.Array:
    """The matrix product w a, with rows spread as those of w, and columns as those of a.

    Example:
        >>> product(jnp.ones((2, 3)), jnp.ones((3, 4))).shape
        (2, 4)
    """
    rows, columns = _spec(w)[0], _spec(a)[1]
    rows = None if set(_names(rows)) & set(_names(columns)) else rows  # an axis spreads one dimension only
    return jnp.matmul(w, a, out_sharding=_sharding((w, a), rows, columns))


def taken(x: jax.Array, minibatches: jax.Array) -> jax.Array:
    """The examples x[minibatches], each minibatch spread over the devices as x is, if it can be divided among them.

    Example:
        >>> taken(jnp.arange(10.0), jnp.array([[3, 1], [4, 1]]))
        Array([[3., 1.], [4., 1.]], dtype=float...)
    """
    examples, *others = _spec(x)
    devices = math.prod(jax.typeof(x).sharding.mesh.shape[name] for name in _names(examples))
    examples = None if minibatches.shape[1] % devices else examples
    return x.at[minibatches].get(out_sharding=_sharding((x,), None, examples, *others), mode="promise_in_bounds")


def on_the_mesh_of(*trees: Any) -> AbstractContextManager:
    """A context in which JAX computes on the mesh with Explicit axes along which arrays are spread, if any are.

    Without it, JAX cannot differentiate a function of such arrays.
    """
    for leaf in jax.tree.leaves(trees):
        mesh = getattr(getattr(leaf, "sharding", None), "mesh", None)
        if isinstance(mesh, Mesh) and mesh.explicit_axes:
            return jax.set_mesh(mesh)
    return contextlib.nullcontext()


def _spec(array):
    """How an array is spread along the Explicit axes: an entry for each dimension."""
    return jax.typeof(array).sharding.spec


def _names(entry):
    """The mesh axes that an entry of a specification names."""
    return () if entry is None else entry if isinstance(entry, tuple) else (entry,)


def _sharding(arrays, *spec):
    """A sharding on the mesh of the arrays, or None where none of them is on a mesh with Explicit axes."""
    meshes = [mesh for array in arrays if (mesh := jax.typeof(array).sharding.mesh).explicit_axes]
    return NamedSharding(meshes[0], PartitionSpec(*spec)) if meshes else None
