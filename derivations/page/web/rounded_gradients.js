// The gradient of the log-likelihood by z_1, for z = (z, 0) and the true class 1, in float32: each operation is rounded
// as the program rounds it. Only the exponential is better here, since it is computed in float64 and rounded once.

function f32(x) {
  const rounded = Math.fround(x);
  return Math.abs(rounded) < 2 ** -126 ? 0 : rounded; // as XLA does on CPUs
}
const exp32 = (x) => f32(Math.exp(x));
const log32 = (x) => f32(Math.log(x));

const ROUNDED = {
  // jaxce: -(1 - a_1), where 1 - a_1 = rest / (1 + rest) and rest leaves the largest exponential out.
  "jaxce": (z) => {
    const m = Math.max(z, 0);
    const e = [exp32(f32(z - m)), exp32(f32(0 - m))];
    const rest = Math.min(...e);
    const others = f32(rest + f32(1 - e[0]));
    return -f32(others / f32(1 + rest));
  },
  // optax: a_1 - 1, where a_1 is one exponential over the sum of both.
  "optax": (z) => {
    const m = Math.max(z, 0);
    const e = [exp32(f32(z - m)), exp32(f32(0 - m))];
    const total = f32(e[0] + e[1]);
    return f32(f32(f32(1 / total) * e[0]) - 1);
  },
  // The textbook's -ln(e^z_1 / sum), differentiated step by step: the logarithm, the quotient, the exponential.
  "textbook": (z) => {
    const e = [exp32(z), 1];
    const total = f32(e[0] + e[1]);
    const byActivation = -f32(1 / f32(e[0] / total));
    const byTotal = -f32(f32(byActivation * f32(1 / f32(total * total))) * e[0]);
    return f32(f32(f32(byActivation / total) + byTotal) * e[0]);
  },
};

// The truth, by the proved identity that loses no digits: with z_1 = z and z_2 = 0, and y = (1, 0).
const trueGradient = (z) => formulas["error of softmax"]({z: [z, 0], y: [1, 0], m: 1});

// The distance from the truth in units of the last place that a float32 of the truth's size has.
function inUlps(computed, truth) {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(truth))), -126);
  return Math.abs(computed - truth) / 2 ** (exponent - 23);
}
