"""The equivalent mutants, with the reason why each computes the same as jaxce, or the same to a few ulps."""

_BITS = "more bits for the exponent than the type has: nothing is rounded by them"
_SPLIT = "the numbers are split at another digit, and the second part makes up for it to the same few ulps"
_SQUARED = "it is squared"
_BOUNDARY = "at the boundary both branches are the same, or right to the same few ulps"
_UNIT = "the logarithms are multiplied by the unit again, and it is still large enough for them"
_TYPE = "float32 is converted to float32"
_LABEL = "32-bit labels are converted to int32, which changes only labels that no output has"
_OUTSIDE = "outside the domain the cost is nan with either"
_INFINITE = "it is asked of infinite costs alone"
_TIMES_0 = "it is multiplied by 0"
_ONLY = "an index beyond the end is that of the last, which is the only one"
_ANY = "with any finite number, every exponential of -inf is 0"
_CHOICE = "it is a choice of two"
_ORDER = "the same numbers are added up in another order, to few ulps"
_NOT_USED = "the value is not used: `where` selects nothing that is computed from it"

EQUIVALENT: dict[str, str] = {
    "exponentials._NEGLIGIBLE: -1000.0 -> -1001.0": "e^-1001 is 0 in every floating type, as e^-1000 is",
    "fusion.fusion_barrier: jnp.finfo(x.dtype).nexp -> jnp.finfo(x.dtype).nmant": _BITS,
    "summation.in_two_parts: 2 -> 3": _SPLIT,
    "summation.in_two_parts: limits.nmant + 1 -> limits.nmant - 1": _SPLIT,
    "softmax_layer._share: in_two_parts(reciprocal, 3) -> in_two_parts(reciprocal, 4)": _SPLIT,
    "softmax_layer._minus_1: e > 0.5 -> e >= 0.5": _BOUNDARY,
    "softmax_layer._minus_1: jnp.where(are_near, e, 1) -> jnp.where(are_near, e, 2)": _NOT_USED,
    "summation.in_two_parts: limits.nmant + 1 -> limits.nmant + 2": _SPLIT,
    "summation.in_two_parts: limits.nexp -> limits.nmant": _BITS,
    "summation.in_two_parts: digits - 1 -> digits - 2": _SPLIT,
    "summation.plus_1: 1 - (total - x_part) -> total - x_part - 1": (
        "0 either way for x from 0 to 2^24 in float32, where total - 1 is exact; no sum of exponentials is larger"
    ),
    "exponentials._scaled_difference: _NEGLIGIBLE / c / 2 -> _NEGLIGIBLE / c * 2": (
        "exp(-1000) and exp(-4000) are both 0 in every floating type"
    ),
    "summation.MOST_IN_PAIRS: 16 -> 17": "seventeen may be added either way",
    "summation.are_few: 2 < size <= MOST_IN_PAIRS -> 2 < size < MOST_IN_PAIRS": "sixteen may be added either way",
    "summation.are_few: 2 < size <= MOST_IN_PAIRS -> 3 < size <= MOST_IN_PAIRS": "XLA adds three terms one after the "
    "other, as here",
    "summation.stored_sum_of: _added_in_pairs(jnp.split(x, x.shape[axis], axis), 2) -> "
    "_added_in_pairs(jnp.split(x, x.shape[axis], axis), 3)": _ORDER,
    "exponentials._scaled_difference: jnp.finfo(z.dtype).nmant + 1 -> jnp.finfo(z.dtype).nmant - 1": _SPLIT,
    "exponentials._scaled_difference: jnp.finfo(z.dtype).nmant + 1 -> jnp.finfo(z.dtype).nexp + 1": _SPLIT,
    "exponentials._scaled_difference: jnp.finfo(z.dtype).nmant + 1 -> jnp.finfo(z.dtype).nmant + 2": _SPLIT,
    "exponentials._scaled_difference: (jnp.finfo(z.dtype).nmant + 1) // 2 -> "
    "(jnp.finfo(z.dtype).nmant + 1) // 3": _SPLIT,
    "output_layer.Output: f(z) - y -> y - f(z)": _SQUARED,
    "output_layer.working_precision: jnp.finfo(z.dtype).bits < 32 -> jnp.finfo(z.dtype).bits <= 32": _TYPE,
    "output_layer.working_precision: jnp.finfo(z.dtype).bits < 32 -> jnp.finfo(z.dtype).bits < 33": _TYPE,
    "output_layer.Output: 0.5 -> 1.5": _NOT_USED,
    "output_layer.nan_unless: jnp.where(condition, 0, jnp.inf) -> jnp.where(condition, 1, jnp.inf)": _TIMES_0,
    "output_layer.nan_unless: jnp.where(condition, 0, jnp.inf) -> jnp.where(condition, 0, jnp.nan)": _TIMES_0,
    "output_layer.mask_logits: jnp.where(where.any(axis, keepdims=True), absent, 0) -> "
    "jnp.where(where.any(axis, keepdims=True), absent, 1)": "all outputs are equal then, whatever they are",
    "output_layer.nan_unless: x + 0 * jnp.where(condition, 0, jnp.inf).astype(x.dtype) -> "
    "x - 0 * jnp.where(condition, 0, jnp.inf).astype(x.dtype)": "0 or nan is added; it may as well be subtracted",
    "softmax_layer._half_squared_residual: y + jnp.zeros_like(e) -> y - jnp.zeros_like(e)": "y either way",
    "layer_by_blocks._finite: jnp.where(jnp.isneginf(m), 0, m) -> jnp.where(jnp.isneginf(m), 1, m)": _ANY,
    "layer_by_blocks._cost: jnp.where(are_all_hidden, 0, blocks.m) -> jnp.where(are_all_hidden, 1, blocks.m)": _ANY,
    "layer_by_blocks._cost: m[0] -> m[1]": _ONLY,
    "layer_by_blocks._cost: rest[0] -> rest[1]": _ONLY,
    "layer_by_blocks._cost: jnp.where(are_all_hidden, 0, rest[0] + _sum(e * blocks.rest)) -> "
    "jnp.where(are_all_hidden, 1, rest[0] + _sum(e * blocks.rest))": "where all classes are hidden, so are their "
    "targets, and it is multiplied by 0",
    "softmax_layer._log_unit: 2.0 * max(1.0, 2.0 ** math.ceil(math.log2(c))) -> "
    "3.0 * max(1.0, 2.0 ** math.ceil(math.log2(c)))": _UNIT,
    "softmax_layer._log_unit: max(1.0, 2.0 ** math.ceil(math.log2(c))) -> "
    "max(2.0, 2.0 ** math.ceil(math.log2(c)))": _UNIT,
    "softmax_layer._log_unit: 2.0 ** math.ceil(math.log2(c)) -> 3.0 ** math.ceil(math.log2(c))": _UNIT,
    "softmax_layer._logs: others < jnp.finfo(z.dtype).eps -> others <= jnp.finfo(z.dtype).eps": _BOUNDARY,
    "softmax_layer._logs: jnp.where(are_tiny, 1, others) -> jnp.where(are_tiny, 2, others)": _NOT_USED,
    "softmax_layer._without_first_maximum: jnp.where(nothing, 0, others) -> jnp.where(nothing, 1, others)": _NOT_USED,
    "softmax_layer._without_first_maximum: jnp.where(nothing, 0, a_among_others) -> "
    "jnp.where(nothing, 1, a_among_others)": "it is multiplied by the "
    "largest output's 1 - y, which is 0 unless the cost is infinite, and then it has no derivative",
    "softmax_layer._log_complement_pullback: jnp.where(is_first_maximum, 1, _sum_of_others(e, rest)) -> "
    "jnp.where(is_first_maximum, 2, _sum_of_others(e, rest))": _NOT_USED,
    "softmax_layer._half_squared_residual: (1 - y) * e - y * _sum_of_others(e, rest) -> "
    "y * _sum_of_others(e, rest) - (1 - y) * e": _SQUARED,
    "outputs.linear: z - y -> y - z": _SQUARED,
    "outputs._linear_logs: -jnp.inf -> jnp.inf": _OUTSIDE,
    "outputs._linear_logs: -jnp.inf -> -jnp.nan": _OUTSIDE,
    "cost_with_options.CostWithOptions: 0 <= label < z.shape[axis] -> 0 <= label <= z.shape[axis]": "the target of an "
    "output beyond the last is nan, and so not 1",
    "outputs._linear_logs: jnp.where(z < 0, jnp.inf, z) -> jnp.where(z < 0, jnp.nan, z)": _OUTSIDE,
    "outputs._linear_log_pullback: jnp.where(is_nothing, 1, z) -> jnp.where(is_nothing, 2, z)": "0 is divided by it",
    "focal_cost.Focal: jnp.where(is_one, 1, complement) -> jnp.where(is_one, 2, complement)": _NOT_USED,
    "focal_cost.Focal: jnp.where(is_one, 1, complement) -> jnp.where(is_one, 2, complement) (2)": _NOT_USED,
    "focal_cost.Focal: jnp.where(is_zero, 0, log) -> jnp.where(is_zero, 1, log)": _NOT_USED,
    "focal_cost.Focal: jnp.where(is_one, 1, a_log / jnp.where(is_one, 1, complement)) -> "
    "jnp.where(is_one, 2, a_log / jnp.where(is_one, 1, complement))": "where a is 1, it is multiplied by gamma and by "
    "(1 - a)^gamma, one of which is 0",
    "axes._mask: (z.shape, examples) -> (examples, z.shape)": "no mask has both numbers of dimensions",
    "axes._mask: (1, full) -> (full, 1)": _CHOICE,
    "options.ignoring: (bool, np.bool_) -> (np.bool_, bool)": _CHOICE,
    "cost_with_options._along: (1, z.shape[axis]) -> (z.shape[axis], 1)": _CHOICE,
    "layer_by_blocks._check: (of_examples, of_outputs) -> (of_outputs, of_examples) (2)": _CHOICE,
    "layer_by_blocks._costs: jnp.promote_types(working_precision(w).dtype, working_precision(a).dtype) -> "
    "jnp.promote_types(working_precision(a).dtype, working_precision(w).dtype)": "it is the type for both",
    "layer_by_blocks._costs: jnp.where(where[..., None], a, 0) -> jnp.where(where[..., None], a, 1)": "any number will "
    "do: those examples cost 0",
    "layer_by_blocks._by_blocks: jax.tree.leaves(of_classes)[0] -> jax.tree.leaves(of_classes)[1]": "every array has "
    "as many classes",
    "layer_by_blocks._by_blocks: False -> True": "it keeps the compiler from computing only once what is computed "
    "again; within a loop it does not do so",
    "layer_by_blocks._times_distance: jnp.where(ignored, 0, distance) -> jnp.where(ignored, 1, distance)": _NOT_USED,
    "layer_by_blocks._sum: len(x) <= 16 -> len(x) < 16": "sixteen numbers are added up either way",
    "layer_by_blocks._sum: len(x) <= 16 -> len(x) <= 17": _ORDER,
    "layer_by_blocks._sum: (0, 16 * count - len(x)) -> (16 * count - len(x), 0)": _ORDER,
    "layer_by_blocks._sum: padded.reshape(count, 16, *x.shape[1:]) -> padded.reshape(16, count, *x.shape[1:])": _ORDER,
    "costs.with_delta: in_range is True -> in_range is False": "where all is in range, nothing is made nan",
    "costs._if_defined: C > 0 -> C >= 0": _INFINITE,
    "costs._if_defined: C > 0 -> C > 1": _INFINITE,
    "targets.at_labels: jnp.sum(x, axis, where=dense_targets(x, y, axis) == 1) -> "
    "jnp.prod(x, axis, where=dense_targets(x, y, axis) == 1)": "one element is chosen",
    "axes._mask: True -> False": "the two have as many dimensions",
    "outputs._linear_logs: inside < 0.25 -> inside <= 0.25": _BOUNDARY,
    "outputs.sigmoid: 0.0 -> 1.0": _NOT_USED,
    "outputs._sigmoid_half_squared_residual: z < 0 -> z <= 0": _BOUNDARY,
    "outputs._sigmoid_half_squared_residual: z < 0 -> z <= 0 (2)": _BOUNDARY,
    "outputs._sigmoid_half_squared_residual: (1 - y) * e - y -> y - (1 - y) * e": _SQUARED,
    "outputs._sigmoid_half_squared_residual: 1 - y - y * e -> y * e - (1 - y)": _SQUARED,
    "outputs._sigmoid_residual_pullback: z < 0 -> z <= 0": _BOUNDARY,
    "targets.wide_labels: jnp.iinfo(labels.dtype).bits < 32 -> jnp.iinfo(labels.dtype).bits <= 32": _LABEL,
    "targets.wide_labels: jnp.iinfo(labels.dtype).bits < 32 -> jnp.iinfo(labels.dtype).bits < 33": _LABEL,
    "costs.times_log: jnp.where(ignored, 0, log) -> jnp.where(ignored, 1, log)": _NOT_USED,
    "costs._log_likelihood: jnp.max(z, axis) -> jnp.min(z, axis)": "either is nan where one of them is",
}
