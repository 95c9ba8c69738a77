// Section 1: four sliders, the constant c, nudges, monotonicity and non-locality.

const START = [2.5, -1, 3.2, 0.5];
const NUDGES = [[1, 0.4], [3, -0.4], [2, -0.4], [4, -0.4]];
const TEN = [0.1, 0.5, 0.9, 0.2, 0.05, 0.3, 0.8, 0.1, 0, 0.2];

const activationsOf = (z) => z.map((_, place) => formulas["78"]({z, j: place + 1}));
const sliders = START.map((value, place) => slider("softmax-sliders",
  {id: `softmax-z-${place + 1}`, name: letter("z", place + 1), min: -5, max: 5, step: 0.1, value}, () => update()));
const drawActivations = bars("softmax-bars", "softmax-a", range(4).map((j) => letter("a", j)));
const shares = range(4).map((j) => element("span", {class: `share s${j}`, "aria-hidden": "true"}));
byId("softmax-shares").append(...shares);

for (const [neuron, by] of NUDGES) {
  const nudge = () => { sliders[neuron - 1].value = nudged(sliders.map((s) => s.value), neuron, by)[neuron - 1]; update(); };
  byId("softmax-nudges").append(element("tr", {},
    element("td", {}, element("button", {type: "button", id: `nudge-by-${neuron}`, onclick: nudge, html: `${letter("z", neuron)} ${by > 0 ? "+" : "−"} 0.4`})),
    element("td", {class: "number"}, data(`nudge-${neuron}`))));
}
for (const j of range(4)) {
  byId("softmax-jacobian").append(element("tr", {}, element("th", {scope: "row", html: letter("a", j)}),
    ...range(4).map((k) => element("td", {class: "number", id: `cell-${j}-${k}`}, data(`jacobian-${j}-${k}`)))));
}

// As a slider has it: in steps of 0.1 and between -5 and 5.
function nudged(z, neuron, by) {
  const moved = Math.max(-5, Math.min(5, Number((z[neuron - 1] + by).toFixed(1))));
  return z.map((value, place) => place === neuron - 1 ? moved : value);
}

function update() {
  const z = sliders.map((one) => one.value);
  const a = activationsOf(z);
  drawActivations(a);
  a.forEach((value, place) => { shares[place].style.width = `${100 * value}%`; });
  put("softmax-sum", a.reduce((total, value) => total + value, 0));
  for (const [neuron, by] of NUDGES) {
    const rise = activationsOf(nudged(z, neuron, by))[0] - a[0];
    put(`nudge-${neuron}`, rise, signed(rise));
  }
  for (const j of range(4)) for (const k of range(4)) {
    const slope = formulas["exercise 8"]({z, j, k});
    put(`jacobian-${j}-${k}`, slope, signed(slope));
    byId(`cell-${j}-${k}`).style.setProperty("--strength", Math.min(1, 0.12 + 3 * Math.abs(slope)).toFixed(3));
    byId(`cell-${j}-${k}`).className = `number ${slope > 0 ? "positive" : "negative"}`;
  }
  say("softmax-live", `Activations ${a.map((value) => shown(value, 3)).join(", ")}; they sum to 1.`);
}
byId("softmax-reset").addEventListener("click", () => {
  sliders.forEach((one, place) => { one.value = START[place]; });
  update();
});
update();

const c = slider("tempered-sliders", {id: "tempered-c", name: letter("c"), min: 0.1, max: 50, step: 0.1, value: 1}, () => updateTempered());
const drawTempered = bars("tempered-bars", "tempered-a", range(10).map((j) => letter("a", j)));
for (const value of [1, 5, 10, 50]) {
  byId("tempered-choices").append(element("button", {type: "button", id: `tempered-at-${value}`,
    onclick: () => { c.value = value; updateTempered(); }, html: `${letter("c")} = ${value}`}));
}
byId("tempered-tie").addEventListener("change", updateTempered);

function updateTempered() {
  const z = TEN.map((value, place) => place === 6 && byId("tempered-tie").checked ? 0.9 : value);
  const a = z.map((_, place) => formulas["83"]({z, c: c.value, j: place + 1}));
  drawTempered(a);
  const maxima = z.filter((value) => value === Math.max(...z)).length;
  const limit = formulas["exercise 12 (a maximum, c to infinity)"]({T: maxima});
  put("tempered-limit", limit, maxima === 1 ? "1" : `1/${maxima}`);
  const largest = maxima === 1 ? "The largest activation is" : `Each of the ${maxima} largest activations is`;
  say("tempered-live", `${largest} ${shown(Math.max(...a), 3)}; as c grows it tends to ${shown(limit, 2)}.`);
}
updateTempered();
