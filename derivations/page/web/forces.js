// Section 3: the gradient at every node, and its hand over to back-propagation.

const START = [2, 1, 0.5, -1];
const WEIGHTS = [[0.5, -0.3], [-0.2, 0.4], [0.1, 0.6], [-0.4, -0.1]];
const LONGEST = 62; // of an arrow, in units of the picture; it stands for a force of 1

const sliders = START.map((value, place) => slider("forces-sliders",
  {id: `forces-z-${place + 1}`, name: letter("z", place + 1), min: -5, max: 5, step: 0.1, value}, () => update()));
const before = [0.8, 0.3].map((value, place) => slider("forces-before",
  {id: `forces-before-${place + 1}`, name: letter("a", place + 1) + " of the layer before", min: 0, max: 1, step: 0.01, value}, () => update()));
onChoice("forces-class", () => update());

const drawForces = picture("forces-picture", {role: "img", "aria-labelledby": "forces-caption"}, 350, (width, {byProbability, byLogit}) => [
  shape("text", {x: 0, y: 12, class: "axis-name"}, "on probabilities"),
  shape("text", {x: 0, y: 187, class: "axis-name"}, "on logits"),
  shape("line", {x1: 0, x2: width, y1: 170, y2: 170, class: "grid"}),
  ...range(4).flatMap((j) => [
    ...node((j - 0.5) * width / 4, 90, `q${"₀₁₂₃₄"[j]}`, -byProbability[j - 1]),
    ...node((j - 0.5) * width / 4, 262, `z${"₀₁₂₃₄"[j]}`, -byLogit[j - 1]),
  ]),
]);
for (const kind of ["q", "z"]) {
  byId(`forces-by-${kind}`).append(element("th", {scope: "row", html: kind === "q" ? "by a probability" : "by a logit"}),
    ...range(4).map((j) => element("td", {class: "number"}, data(`force-${kind}-${j}`))),
    element("td", {class: "number"}, data(`force-${kind}-sum`)));
}
for (const j of range(4)) {
  byId("forces-handover").append(element("tr", {}, element("th", {scope: "row"}, String(j)),
    ...["84", "81", "82-1", "82-2"].map((label) => element("td", {class: "number"}, data(`handover-${label}-${j}`)))));
}

// A node and the force on it: minus the gradient, upwards if it is positive.
function node(x, y, text, force) {
  const length = Math.min(1, Math.abs(force)) * LONGEST;
  const side = force > 0 ? -1 : 1;
  const start = y + side * 17;
  const kind = force > 0 ? "pull" : "push";
  const parts = [shape("circle", {cx: x, cy: y, r: 17, class: "node"}), shape("text", {x, y: y + 5, class: "node-name"}, text)];
  if (length < 0.5) return parts;
  const end = start + side * length;
  parts.push(shape("line", {x1: x, x2: x, y1: start, y2: end, class: `arrow ${kind}`}));
  const head = Math.min(8, length);
  parts.push(shape("polygon", {points: `${x},${end + side * 2} ${x - 5},${end - side * head} ${x + 5},${end - side * head}`, class: `head ${kind}`}));
  if (Math.abs(force) > 1) parts.push(shape("text", {x: x + 10, y: end + 4, class: "tick"}, `${shown(Math.abs(force), 2)} (cut)`));
  return parts;
}

function update() {
  const z = sliders.map((one) => one.value);
  const t = Number(chosen("forces-class"));
  const q = activationsOf(z);
  const byProbability = range(4).map((j) => formulas["log-likelihood by a probability"]({q, j, t}));
  const byLogit = range(4).map((j) => formulas["log-likelihood by a logit"]({z, j, t}));
  const total = (forces) => forces.reduce((sum, force) => sum + force, 0);
  for (const [kind, forces] of [["q", byProbability], ["z", byLogit]]) {
    forces.forEach((force, place) => put(`force-${kind}-${place + 1}`, force, signed(force)));
    const sum = total(forces);
    put(`force-${kind}-sum`, sum, kind === "z" ? shown(Math.abs(sum) < 1e-12 ? 0 : sum) : signed(sum));
  }
  drawForces({byProbability, byLogit});
  const a_before = before.map((one) => one.value);
  const b = z.map((value, place) => value - WEIGHTS[place].reduce((sum, weight, k) => sum + weight * a_before[k], 0));
  const y = range(4).map((j) => Number(j === t));
  const layer = {a_before, w: WEIGHTS, b, y, K: 4};
  for (const j of range(4)) {
    for (const [label, value] of [["84", formulas["84"]({z, y, j})], ["81", formulas["81"]({...layer, j})],
      ["82-1", formulas["82"]({...layer, j, k: 1})], ["82-2", formulas["82"]({...layer, j, k: 2})]]) {
      put(`handover-${label}-${j}`, value, signed(value));
    }
  }
  say("forces-live", `Forces on the logits: ${byLogit.map((force) => signed(-force, 3)).join(", ")}; they sum to 0.`);
}
const activationsOf = (z) => z.map((_, place) => formulas["78"]({z, j: place + 1}));
update();
