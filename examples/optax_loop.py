"""A training loop with optax: jaxce provides the network and its loss, optax the optimizer."""

import jax
import optax

import jaxce

STEPS, BATCH_SIZE = 500, 32
optimizer = optax.adam(1e-3)


@jax.jit
def step(params, state, x, y):
    """One step on one minibatch: the new parameters and state, and the mean cost before the step."""
    C, gradient = jax.value_and_grad(jaxce.loss)(params, x, y, cost=jaxce.cross_entropy, output=jaxce.sigmoid)
    updates, state = optimizer.update(gradient, state, params)
    return optax.apply_updates(params, updates), state, C


def main():
    """Train on the first images of MNIST, and print the accuracy on the test images."""
    data = jaxce.mnist.load()
    params = jaxce.init(jax.random.key(0), (784, 100, 10))
    state = optimizer.init(params)
    for start in range(0, STEPS * BATCH_SIZE, BATCH_SIZE):
        x, y = (part[start : start + BATCH_SIZE] for part in data.train)  # images of bytes, integer labels
        params, state, _ = step(params, state, x, y)
    accuracy = jaxce.accuracy(params, *data.test)
    print(f"{accuracy:.1%} of the test images are recognised")


if __name__ == "__main__":
    main()
