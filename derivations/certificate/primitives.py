"""The JAX primitives that are supported: the rule of each, those that JAX runs itself, and those that are calls."""

from derivations.certificate.application import Rule
from derivations.certificate.bits import BITS
from derivations.certificate.comparisons import RELATIONS
from derivations.certificate.control import CONTROL
from derivations.certificate.elementwise import ELEMENTWISE
from derivations.certificate.linear_algebra import LINEAR_ALGEBRA
from derivations.certificate.ordering import ORDERING
from derivations.certificate.products import PRODUCTS
from derivations.certificate.reductions import REDUCTIONS
from derivations.certificate.structural import MOVES

RULES: dict[str, Rule] = {
    **MOVES,
    **ELEMENTWISE,
    **BITS,
    **RELATIONS,
    **REDUCTIONS,
    **ORDERING,
    **PRODUCTS,
    **LINEAR_ALGEBRA,
    **CONTROL,
}

# On integers and decided truth values JAX itself computes these, since overflow, shifts and division depend on types.
# None of them has a side effect or a callback.
OF_INTEGERS = frozenset(
    (
        *("abs", "add", "add_any", "div", "integer_pow", "max", "min", "mul", "mulhi", "neg", "pow", "rem", "sign"),
        *("square", "sub", "shift_left", "shift_right_arithmetic", "shift_right_logical", "clz", "population_count"),
        *("and", "or", "xor", "not", "eq", "ne", "lt", "le", "gt", "ge", "eq_to", "lt_to", "le_to", "clamp"),
        *("select_n", "convert_element_type", "bitcast_convert_type", "threefry2x32", "iota"),
        *("reduce", "reduce_sum", "reduce_prod", "reduce_max", "reduce_min", "reduce_and", "reduce_or", "reduce_xor"),
        *("reduce_window", "reduce_window_sum", "reduce_window_max", "reduce_window_min", "argmax", "argmin"),
        *("cumsum", "cumprod", "cummax", "cummin", "sort", "top_k", "dot_general", "conv_general_dilated"),
        *("concatenate", "stack", "unstack", "split", "slice", "rev", "pad", "tile", "gather", "dynamic_slice"),
        *("dynamic_update_slice", "scatter", "scatter-add", "scatter-sub", "scatter-mul", "scatter-min", "scatter-max"),
        *("lu_pivots_to_permutation",),
    )
)

# On truth values that the case does not decide, these give truth values; any other primitive has them decided first.
OF_TRUTHS = MOVES.keys() - {"iota"} | {"and", "or", "xor", "not", "reduce_and", "reduce_or", "select_n"}

# The primitives that run a program once on their operands, and the parameter that holds the program.
CALLS = {
    "call": "call_jaxpr",
    "call_hi_primitive": "_prim",
    "checkpoint": "jaxpr",
    "closed_call": "call_jaxpr",
    "composite": "jaxpr",
    "custom_jvp_call": "call_jaxpr",
    "custom_vjp_call": "call_jaxpr",
    "custom_vjp_call_jaxpr": "fun_jaxpr",
    "custom_vmap_call": "call",
    "jit": "jaxpr",
    "pjit": "jaxpr",
    "remat": "jaxpr",
    "remat2": "jaxpr",
}
