"""An Equinox network with a cost of jaxce: the model returns weighted inputs, and the cost applies the output layer."""

import equinox as eqx
import jax
import jax.numpy as jnp
import optax

import jaxce

STEPS, BATCH_SIZE = 500, 10
optimizer = optax.sgd(0.5)


@eqx.filter_jit
def step(model, state, x, y):
    """One step on one minibatch: the new model and state, and the mean cost before the step."""

    def loss(model):
        return jaxce.log_likelihood(jaxce.softmax, jax.vmap(model)(x), y).mean()

    C, gradient = eqx.filter_value_and_grad(loss)(model)
    updates, state = optimizer.update(gradient, state)
    return eqx.apply_updates(model, updates), state, C


def main():
    """Train on the first images of MNIST, and print the accuracy on the test images."""
    data = jaxce.mnist.load()
    model = eqx.nn.MLP(784, 10, width_size=30, depth=1, activation=jax.nn.sigmoid, key=jax.random.key(0))
    state = optimizer.init(eqx.filter(model, eqx.is_array))
    images, labels = data.train
    for start in range(0, STEPS * BATCH_SIZE, BATCH_SIZE):
        stop = start + BATCH_SIZE
        model, state, _ = step(model, state, images[start:stop] / 255, labels[start:stop])
    accuracy = (jax.vmap(model)(jnp.asarray(data.test.images / 255)).argmax(axis=-1) == data.test.labels).mean()
    print(f"{accuracy:.1%} of the test images are recognised")


if __name__ == "__main__":
    main()
