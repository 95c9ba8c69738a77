"""The chapter itself: its equations, its exercises and those that its commentaries add, each with its derivation."""

from derivations.book import (
    backpropagation,
    class_distances,
    cost_options,
    desired_gradient,
    escape_times,
    exercises,
    information,
    many_neurons,
    nine_pairs,
    one_neuron,
    probability,
    proper_scores,
    softmax,
    stable_identities,
)
from derivations.proof.equation import Equation

GROUPS = {
    "one neuron": one_neuron,
    "many neurons": many_neurons,
    "the gradient that one would like": desired_gradient,
    "softmax": softmax,
    "back-propagation": backpropagation,
    "the nine pairs": nine_pairs,
    "options of costs": cost_options,
    "exercises": exercises,
    "probability models": probability,
    "information theory": information,
    "scores of probabilities": proper_scores,
    "distances between classes": class_distances,
    "escape from saturation": escape_times,
    "numerical identities": stable_identities,
}
EQUATIONS: dict[str, Equation] = {equation.label: equation for group in GROUPS.values() for equation in group.EQUATIONS}
