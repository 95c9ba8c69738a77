"""A Flax network with a cost of jaxce: the model returns weighted inputs, and the cost applies the output layer."""

import optax
from flax import nnx

import jaxce

STEPS, BATCH_SIZE = 500, 10


@nnx.jit
def step(model, optimizer, x, y):
    """One step on one minibatch, which updates the model in place; returns the mean cost before the step."""

    def loss(model):
        return jaxce.log_likelihood(jaxce.softmax, model(x), y).mean()

    C, gradient = nnx.value_and_grad(loss)(model)
    optimizer.update(model, gradient)
    return C


def main():
    """Train on the first images of MNIST, and print the accuracy on the test images."""
    data = jaxce.mnist.load()
    rngs = nnx.Rngs(0)
    model = nnx.Sequential(nnx.Linear(784, 30, rngs=rngs), nnx.sigmoid, nnx.Linear(30, 10, rngs=rngs))
    optimizer = nnx.Optimizer(model, optax.sgd(0.5), wrt=nnx.Param)
    images, labels = data.train
    for start in range(0, STEPS * BATCH_SIZE, BATCH_SIZE):
        stop = start + BATCH_SIZE
        step(model, optimizer, images[start:stop] / 255, labels[start:stop])
    accuracy = (model(data.test.images / 255).argmax(axis=-1) == data.test.labels).mean()
    print(f"{accuracy:.1%} of the test images are recognised")


if __name__ == "__main__":
    main()
