"""Bugs of costs that were shipped, written anew from descriptions, and the certificates that refute them."""

from derivations.bug_zoo import (
    absolute_at_zero,
    double_softmax,
    forgotten_cotangent,
    half_forward,
    hidden_gradient,
    padded_mean,
    padding_in_the_sum,
    smoothing_without_the_true_class,
    softplus_by_hand,
    where_trap,
)
from derivations.bug_zoo.specimen import Specimen

SPECIMENS = {
    module.__name__.rpartition(".")[2]: Specimen(module)
    for module in (
        forgotten_cotangent,
        padding_in_the_sum,
        half_forward,
        hidden_gradient,
        absolute_at_zero,
        softplus_by_hand,
        where_trap,
        double_softmax,
        smoothing_without_the_true_class,
        padded_mean,
    )
}
