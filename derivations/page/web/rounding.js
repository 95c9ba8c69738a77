// Section 5: where learning stops by rounding alone.

const NAMES = ["jaxce", "optax", "textbook"];
const HIGHEST = 100;
const input = slider("rounding-sliders", {id: "rounding-z", name: letter("z"), min: 0, max: HIGHEST, step: 0.5, value: 18}, () => update());
const drawErrors = chart("rounding-chart", {title: "The gradient's error in ulps against z", height: 260, x: [0, HIGHEST],
  xTicks: [0, 20, 40, 60, 80, 100].map((z) => [z, String(z)]), xName: "z", yName: "error, in ulps (units in the last place)"});
const places = Array.from({length: 2 * HIGHEST + 1}, (_, place) => place / 2);

// On a logarithmic scale; an error of nan is drawn at the top, and one below a tenth of an ulp at the bottom.
const height = (error) => Number.isNaN(error) ? 8.5 : Math.max(-1, Math.log10(error));
const lines = NAMES.map((name, place) => ({kind: `s${place + 1}`, at: places.map((z) => [z, height(inUlps(ROUNDED[name](z), trueGradient(z)))])}));

for (const name of NAMES) {
  const stops = places.find((z) => ROUNDED[name](z) === 0 && trueGradient(z) !== 0);
  const breaks = places.find((z) => Number.isNaN(ROUNDED[name](z)));
  const ends = [];
  if (stops !== undefined) ends.push(`0 from z = ${stops} on`);
  if (breaks !== undefined) ends.push(`nan from z = ${breaks} on`);
  byId("rounding-rows").append(element("tr", {}, element("th", {scope: "row", class: `name s${NAMES.indexOf(name) + 1}`}, name === "textbook" ? "the textbook’s form" : name),
    element("td", {class: "number"}, data(`rounding-${name}`)), element("td", {class: "number"}, data(`ulps-${name}`)),
    element("td", {id: `rounding-ends-${name}`}, ends.join(", "))));
}

function update() {
  const z = input.value, truth = trueGradient(z);
  put("rounding-truth", truth, shown(truth, 6));
  for (const name of NAMES) {
    const computed = ROUNDED[name](z);
    put(`rounding-${name}`, computed, shown(computed, 6));
    const error = inUlps(computed, truth);
    put(`ulps-${name}`, error, Number.isNaN(error) ? "nan" : error >= 100 ? Math.round(error).toLocaleString("en") : error.toFixed(1));
  }
  drawErrors({y: [-1, 8.5], yTicks: [[0, "1"], [2, "100"], [4, "10⁴"], [6, "10⁶"], [8, "10⁸"]], lines,
    marks: [{at: z, kind: "here", text: `z = ${z}`}],
    points: NAMES.map((name, place) => ({kind: `s${place + 1}`, at: [z, height(inUlps(ROUNDED[name](z), truth))]}))});
  say("rounding-live", `At z = ${z}: ${NAMES.map((name) => `${name} ${byId(`ulps-${name}`).textContent} ulps`).join(", ")}.`);
}
update();
