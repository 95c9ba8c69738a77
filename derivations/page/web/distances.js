// Section 4, second part: classes at distances, the field that is no gradient, and three costs in its place.

const START = [1.5, 0.5, 1, 0, -0.5];
const sliders = START.map((value, place) => slider("distance-sliders",
  {id: `distance-z-${place + 1}`, name: letter("z", place + 1), min: -5, max: 5, step: 0.1, value}, () => update()));
onChoice("distance-class", () => update());

const FIELDS = {
  proposed: ({z, t, d}) => range(5).map((j) => j === t
    ? formulas["log-likelihood by the true logit"]({z, t})
    : formulas["log-likelihood by a wrong logit"]({z, j}) / d[j - 1]),
  augmented: ({z, t, d}) => range(5).map((j) => formulas["cost-augmented softmax, delta"]({z, w: d, j, t})),
  expected: ({z, distance}) => range(5).map((j) => formulas["expected distance"]({z, d: distance, j})),
  mover: ({z, t}) => range(5).map((j) => formulas["squared earth mover's distance"](
    {z, j, L: range(5).map((m) => range(5).map((k) => Number(k <= m))), G: range(5).map((m) => Number(t <= m))})),
};
const draw = Object.fromEntries(Object.keys(FIELDS).map((name) =>
  [name, bars(`distance-${name}`, `distance-${name}`, range(5).map((j) => letter("z", j)), {both: true})]));
for (const j of range(5)) {
  byId("distance-curl").append(element("tr", {}, element("th", {scope: "row"}, String(j)),
    ...range(5).map((k) => element("td", {class: "number"}, data(`curl-${j}-${k}`)))));
}

// dg_j/dz_k - dg_k/dz_j of the proposed field, from the two proved formulas.
function curl({z, d, t, j, k}) {
  if (j === k) return 0;
  if (j === t) return formulas["distance-aware field, curl (t, j)"]({z, d, t, j: k});
  if (k === t) return -formulas["distance-aware field, curl (t, j)"]({z, d, t, j});
  return formulas["distance-aware field, curl (j, k)"]({z, d, j, k});
}

function update() {
  const z = sliders.map((one) => one.value);
  const t = Number(chosen("distance-class"));
  const distance = range(5).map((j) => Math.abs(j - t));
  const d = distance.map((one) => one || 1); // where a formula wants a positive number for the true class, which it does not use
  for (const [name, field] of Object.entries(FIELDS)) {
    const forces = field({z, t, d, distance}).map((gradient) => -gradient);
    draw[name](forces);
    const sum = forces.reduce((total, force) => total + force, 0);
    put(`distance-${name}-sum`, sum, Math.abs(sum) < 1e-12 ? "0" : signed(sum));
  }
  for (const j of range(5)) for (const k of range(5)) {
    const value = curl({z, d, t, j, k});
    put(`curl-${j}-${k}`, value, j === k ? "0" : signed(value));
  }
  say("distance-live", `The proposed forces sum to ${byId("distance-proposed-sum").textContent}, the others to 0.`);
}
update();
