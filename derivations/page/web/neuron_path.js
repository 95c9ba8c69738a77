// The slow neuron: one input x, one target y, gradient descent. No picture is drawn here.

const NEURON_COSTS = {
  "quadratic": {
    slope: ({w, b, x, y}) => [formulas["55"]({w, b, x, y}), formulas["56"]({w, b, x, y})],
    cost: ({w, b, x, y}) => formulas["54"]({w, b, x, y}),
    escape: ({z_0, η}) => formulas["escape time, quadratic"]({z_0, η}),
  },
  "cross-entropy": {
    slope: ({w, b, x, y}) => {
      const one = {w: [w], b, x: [[x]], y: [y]};
      return [formulas["61"]({...one, j: 1}), formulas["62"](one)];
    },
    cost: ({w, b, x, y}) => formulas["57"]({w: [w], b, x: [[x]], y: [y]}),
    escape: ({z_0, η}) => formulas["escape time, cross-entropy"]({z_0, η}),
  },
  "cube": {
    slope: ({w, b, x, y}) => {
      const delta = designs["sigmoid, (a - y)³"].delta({a: activation({w, b, x}), y});
      return [x * delta, delta];
    },
    cost: ({w, b, x, y}) => designs["sigmoid, (a - y)³"].cost({a: activation({w, b, x}), y}),
    escape: ({z_0, η}) => formulas["escape time, cube"]({z_0, η}),
  },
  // What the book's animation does: an erratum.
  "animation": {
    slope: ({w, b}) => { const printed = misprints["the book's animation"]({w, b}); return [printed, printed]; },
    cost: ({w, b, x, y}) => formulas["57"]({w: [w], b, x: [[x]], y: [y]}),
  },
};

// s(w x + b), which is the mean of one example's s(z) - y with the target y = 0.
function activation({w, b, x}) {
  return formulas["62"]({w: [w], b, x: [[x]], y: [0]});
}

// The states of the neuron before the first step and after each: w, b, a, C and dC/dw.
function neuronPath({name, w, b, x = 1, y = 0, η, epochs}) {
  const {slope, cost} = NEURON_COSTS[name];
  const path = [];
  for (let epoch = 0; epoch <= epochs; epoch++) {
    const [byWeight, byBias] = slope({w, b, x, y});
    path.push({epoch, w, b, a: activation({w, b, x}), C: cost({w, b, x, y}), byWeight});
    w -= η * byWeight;
    b -= η * byBias;
  }
  return path;
}

// The first epoch at which the activation is below one half; Infinity if it is at none.
const escapedAt = (path) => path.find(({a}) => a < 0.5)?.epoch ?? Infinity;
