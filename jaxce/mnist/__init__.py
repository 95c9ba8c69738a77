"""The MNIST data set and a reader of its format."""
