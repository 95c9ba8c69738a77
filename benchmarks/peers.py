"""The same training in other libraries, each written as its own documentation would write it.

A contestant is prepared from a `Task` and then trains a sigmoid network epoch after epoch by plain stochastic gradient
descent on minibatches, with the images shuffled anew in each epoch. All begin with the same weights, except
scikit-learn, which draws its own. The cost is the cross-entropy of sigmoid outputs; for scikit-learn it is the
log-likelihood of softmax outputs, the only one that it has for several classes.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

import jaxce


class Task(NamedTuple):
    """What every contestant trains: a 784-hidden-10 network from given weights on given data."""

    data: jaxce.mnist.Data
    params: list[jaxce.Layer]
    learning_rate: float
    batch_size: int

    def pixels(self) -> np.ndarray:
        """The training images as floats from 0 to 1, which most libraries want."""
        return self.data.train.images.astype(np.float32) / 255

    def one_hot(self) -> np.ndarray:
        """The training labels as target vectors."""
        return np.eye(10, dtype=np.float32)[self.data.train.labels]

    def minibatches(self, order):
        """Cut an order of the examples into minibatches."""
        return (order[start : start + self.batch_size] for start in range(0, len(order), self.batch_size))


class Contestant(NamedTuple):
    """`train()` trains for one epoch; `predict(pixels)` returns labels, to check that the network has learned."""

    train: Callable[[], object]
    predict: Callable[[np.ndarray], np.ndarray]


def jaxce_fit(task: Task) -> Contestant:
    """One call of `jaxce.fit` for each epoch."""
    x, y = map(jnp.asarray, task.data.train)
    optimizer = optax.sgd(task.learning_rate)
    state: dict[str, Any] = {"params": task.params, "epoch": 0}

    def train():
        state["params"], _ = jaxce.fit(
            state["params"], (x, y), cost=jaxce.cross_entropy, output=jaxce.sigmoid, optimizer=optimizer, epochs=1,
            batch_size=task.batch_size, key=jax.random.key(state["epoch"]),
        )  # fmt: skip
        state["epoch"] += 1

    return Contestant(train, lambda x: _jax_predict(state["params"], x))


def _jax_predict(params, x):
    return np.asarray(jaxce.weighted_input(params, jnp.asarray(x)).argmax(axis=1))


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def numpy_vectorised(task: Task) -> Contestant:
    """Back-propagation of whole minibatches by matrix products."""
    x, y = task.pixels(), task.one_hot()
    (w1, b1), (w2, b2) = [(np.array(w), np.array(b)) for w, b in task.params]
    eta, rng = np.float32(task.learning_rate), np.random.default_rng(0)

    def train():
        for batch in task.minibatches(rng.permutation(len(x))):
            step = eta / np.float32(len(batch))
            a0 = x[batch]
            a1 = _sigmoid(a0 @ w1.T + b1)
            delta2 = _sigmoid(a1 @ w2.T + b2) - y[batch]
            delta1 = (delta2 @ w2) * a1 * (1 - a1)
            w2[...] -= step * (delta2.T @ a1)
            b2[...] -= step * delta2.sum(axis=0)
            w1[...] -= step * (delta1.T @ a0)
            b1[...] -= step * delta1.sum(axis=0)

    return Contestant(train, lambda x: (_sigmoid(x @ w1.T + b1) @ w2.T + b2).argmax(axis=1))


def numpy_per_example(task: Task) -> Contestant:
    """The book's own program: back-propagation of one example after another, on column vectors."""
    x, y = task.pixels()[:, :, None], task.one_hot()[:, :, None]
    weights, biases = [np.array(w) for w, _ in task.params], [np.array(b)[:, None] for _, b in task.params]
    rng = np.random.default_rng(0)

    def backprop(x, y):
        activations = [x]
        for w, b in zip(weights, biases, strict=True):
            activations.append(_sigmoid(np.dot(w, activations[-1]) + b))
        delta = activations[-1] - y
        nabla = [(np.dot(delta, activations[-2].T), delta)]
        for layer in range(2, len(activations)):
            a = activations[-layer]
            delta = np.dot(weights[-layer + 1].T, delta) * a * (1 - a)
            nabla.insert(0, (np.dot(delta, activations[-layer - 1].T), delta))
        return nabla

    def train():
        for batch in task.minibatches(rng.permutation(len(x))):
            total = [(np.zeros_like(w), np.zeros_like(b)) for w, b in zip(weights, biases, strict=True)]
            for i in batch:
                total = [(w + dw, b + db) for (w, b), (dw, db) in zip(total, backprop(x[i], y[i]), strict=True)]
            step = np.float32(task.learning_rate / len(batch))
            for layer, (dw, db) in enumerate(total):
                weights[layer] -= step * dw
                biases[layer] -= step * db

    def predict(x):
        a = _sigmoid(x @ weights[0].T + biases[0].T)
        return (a @ weights[1].T + biases[1].T).argmax(axis=1)

    return Contestant(train, predict)


def jitted_step(task: Task) -> Contestant:
    """JAX and optax as in optax's introduction: a jitted function takes each step, called from a Python loop."""
    x, y = jnp.asarray(task.pixels()), jnp.asarray(task.one_hot())
    optimizer = optax.sgd(task.learning_rate)
    params = [tuple(layer) for layer in task.params]
    state: dict[str, Any] = {"params": params, "optimizer": optimizer.init(params)}
    rng = np.random.default_rng(0)

    def logits(params, x):
        (w1, b1), (w2, b2) = params
        return jax.nn.sigmoid(x @ w1.T + b1) @ w2.T + b2

    def loss(params, x, y):
        return optax.sigmoid_binary_cross_entropy(logits(params, x), y).sum(axis=1).mean()

    @jax.jit
    def step(params, state, x, y, batch):
        gradient = jax.grad(loss)(params, x[batch], y[batch])
        updates, state = optimizer.update(gradient, state)
        return optax.apply_updates(params, updates), state

    def train():
        for batch in task.minibatches(rng.permutation(len(x))):
            state["params"], state["optimizer"] = step(state["params"], state["optimizer"], x, y, batch)
        jax.block_until_ready(state["params"])

    return Contestant(train, lambda x: np.asarray(logits(state["params"], x).argmax(axis=1)))


def flax_nnx(task: Task) -> Contestant:
    """Flax NNX as in its MNIST tutorial: a module, `nnx.Optimizer`, `nnx.jit`."""
    from flax import nnx

    class Model(nnx.Module):
        def __init__(self, rngs):
            (w1, _), (w2, _) = task.params
            self.linear1 = nnx.Linear(w1.shape[1], w1.shape[0], rngs=rngs)
            self.linear2 = nnx.Linear(w2.shape[1], w2.shape[0], rngs=rngs)

        def __call__(self, x):
            return self.linear2(nnx.sigmoid(self.linear1(x)))

    model = Model(nnx.Rngs(0))
    for linear, (w, b) in zip((model.linear1, model.linear2), task.params, strict=True):
        linear.kernel, linear.bias = nnx.Param(w.T), nnx.Param(b)
    optimizer = nnx.Optimizer(model, optax.sgd(task.learning_rate), wrt=nnx.Param)
    x, y = jnp.asarray(task.pixels()), jnp.asarray(task.one_hot())
    rng = np.random.default_rng(0)

    def loss(model, x, y):
        return optax.sigmoid_binary_cross_entropy(model(x), y).sum(axis=1).mean()

    @nnx.jit
    def step(model, optimizer, x, y, batch):
        optimizer.update(model, nnx.grad(loss)(model, x[batch], y[batch]))

    def train():
        cached = nnx.cached_partial(step, model, optimizer)  # as its performance guide advises
        for batch in task.minibatches(rng.permutation(len(x))):
            cached(x, y, batch)
        jax.block_until_ready(nnx.state(model))

    return Contestant(train, lambda x: np.asarray(model(jnp.asarray(x)).argmax(axis=1)))


def equinox(task: Task) -> Contestant:
    """Equinox as in its MNIST example: a module, `filter_jit` and `filter_grad`, an optax optimizer."""
    import equinox as eqx

    class Model(eqx.Module):
        layers: list

        def __call__(self, x):
            return self.layers[1](jax.nn.sigmoid(self.layers[0](x)))

    keys = jax.random.split(jax.random.key(0))
    model = Model(
        [eqx.nn.Linear(w.shape[1], w.shape[0], key=key) for (w, _), key in zip(task.params, keys, strict=True)]
    )
    leaves = [leaf for layer in task.params for leaf in layer]
    model = eqx.tree_at(lambda m: [leaf for l in m.layers for leaf in (l.weight, l.bias)], model, leaves)
    optimizer = optax.sgd(task.learning_rate)
    state = {"model": model, "optimizer": optimizer.init(eqx.filter(model, eqx.is_array))}
    x, y = jnp.asarray(task.pixels()), jnp.asarray(task.one_hot())
    rng = np.random.default_rng(0)

    def loss(model, x, y):
        return optax.sigmoid_binary_cross_entropy(jax.vmap(model)(x), y).sum(axis=1).mean()

    @eqx.filter_jit
    def step(model, state, x, y, batch):
        gradient = eqx.filter_grad(loss)(model, x[batch], y[batch])
        updates, state = optimizer.update(gradient, state, eqx.filter(model, eqx.is_array))
        return eqx.apply_updates(model, updates), state

    def train():
        for batch in task.minibatches(rng.permutation(len(x))):
            state["model"], state["optimizer"] = step(state["model"], state["optimizer"], x, y, batch)
        jax.block_until_ready(eqx.filter(state["model"], eqx.is_array))

    return Contestant(train, lambda x: np.asarray(jax.vmap(state["model"])(jnp.asarray(x)).argmax(axis=1)))


def pytorch(task: Task) -> Contestant:
    """PyTorch, eager: `nn.Sequential`, `BCEWithLogitsLoss`, `torch.optim.SGD`, with the images in memory."""
    import torch

    linears = [torch.nn.Linear(w.shape[1], w.shape[0]) for w, _ in task.params]
    model = torch.nn.Sequential(linears[0], torch.nn.Sigmoid(), linears[1])
    for linear, (w, b) in zip(linears, task.params, strict=True):
        linear.weight = torch.nn.Parameter(torch.tensor(np.asarray(w)))
        linear.bias = torch.nn.Parameter(torch.tensor(np.asarray(b)))
    optimizer = torch.optim.SGD(model.parameters(), lr=task.learning_rate)
    criterion = torch.nn.BCEWithLogitsLoss(reduction="sum")
    x, y = torch.tensor(task.pixels()), torch.tensor(task.one_hot())

    def train():
        for batch in torch.randperm(len(x)).split(task.batch_size):
            optimizer.zero_grad()
            loss = criterion(model(x[batch]), y[batch]) / len(batch)
            loss.backward()
            optimizer.step()

    def predict(pixels):
        with torch.no_grad():
            return model(torch.tensor(pixels)).argmax(dim=1).numpy()

    return Contestant(train, predict)


def scikit_learn(task: Task) -> Contestant:
    """scikit-learn's MLPClassifier; `partial_fit` is one epoch."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        task.params[0].w.shape[0], activation="logistic", solver="sgd", alpha=0, batch_size=task.batch_size,
        learning_rate_init=task.learning_rate, momentum=0, random_state=0,
    )  # fmt: skip
    x, labels = task.pixels(), task.data.train.labels
    return Contestant(lambda: model.partial_fit(x, labels, classes=np.arange(10)), model.predict)


# For each contestant, the distribution whose version is printed, and the function that prepares it.
CONTESTANTS = {
    "jaxce": ("jaxce", jaxce_fit),
    "NumPy, whole minibatches": ("numpy", numpy_vectorised),
    "NumPy, the book's program": ("numpy", numpy_per_example),
    "JAX and optax, jitted step": ("optax", jitted_step),
    "Flax NNX": ("flax", flax_nnx),
    "Equinox": ("equinox", equinox),
    "PyTorch, eager": ("torch", pytorch),
    "scikit-learn": ("scikit-learn", scikit_learn),
}
