// Section 4, first part: choose an output and a delta, and see the cost that has it.

const point = {
  z: slider("design-sliders", {id: "design-z", name: letter("z"), min: -4, max: 4, step: 0.1, value: -2}, () => draw()),
  y: slider("design-sliders", {id: "design-y", name: `target ${letter("y")}`, min: 0, max: 1, step: 0.01, value: 1}, () => draw()),
};
const ticks = [-4, -2, 0, 2, 4].map((z) => [z, String(z).replace("-", "−")]);
const panel = (title, yName) => chart("design-charts", {title, x: [-4, 4], xTicks: ticks, xName: "z", yName, height: 180});
const drawCost = panel("The cost against z", "cost C, up to a constant");
const drawDelta = panel("The gradient against z", "delta = dC/dz");
for (const name of ["design-output", "design-delta"]) onChoice(name, () => draw());

const inSteps = Array.from({length: 161}, (_, place) => -4 + place / 20);

// An axis from the lowest to the highest of the values that belong to the middle of the picture.
function axis(values) {
  const finite = values.filter(Number.isFinite);
  const low = Math.max(Math.min(...finite), -6), high = Math.min(Math.max(...finite), 6);
  const y = [Math.floor(Math.min(low, 0)), Math.max(Math.ceil(high), Math.floor(low) + 1)];
  return {y, yTicks: [y[0], (y[0] + y[1]) / 2, y[1]].map((tick) => [tick, shown(tick, Number.isInteger(tick) ? 0 : 1)])};
}

function draw() {
  const name = `${chosen("design-output")}, ${chosen("design-delta")}`;
  const {output, delta, cost} = designs[name];
  const y = point.y.value, z = point.z.value;
  for (const shownOne of document.querySelectorAll("#design-formulas > *")) shownOne.hidden = shownOne.dataset.name !== name;
  const middle = cost({a: output({z: 0.5}), y});
  const at = (of) => inSteps.map((place) => [place, of(output({z: place}))]);
  const costs = at((a) => cost({a, y}) - middle), deltas = at((a) => delta({a, y}));
  const a = output({z}), C = cost({a, y}), slope = delta({a, y});
  const numbersOf = (line) => line.map(([, value]) => value);
  drawCost({...axis(numbersOf(costs)), lines: [{kind: "s1", at: costs}], points: [{kind: "s1", at: [z, C - middle]}]});
  drawDelta({...axis(numbersOf(deltas)), lines: [{kind: "s2", at: deltas}], points: [{kind: "s2", at: [z, slope]}]});
  put("design-a", a);
  put("design-C", C);
  put("design-slope", slope, signed(slope));
  say("design-live", `Output ${shown(a, 3)}, delta ${shown(slope, 3)}.`);
}
draw();
