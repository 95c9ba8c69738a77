// Section 2: the slow neuron, its escape, and the book's animation.

const EPOCHS = 300;
const settings = {
  w: slider("neuron-sliders", {id: "neuron-w0", name: `start ${letter("w")}`, min: 0, max: 3, step: 0.1, value: 2}, restart),
  b: slider("neuron-sliders", {id: "neuron-b0", name: `start ${letter("b")}`, min: 0, max: 3, step: 0.1, value: 2}, restart),
  η: slider("neuron-sliders", {id: "neuron-eta", name: letter("η"), min: 0.01, max: 1, step: 0.01, value: 0.15}, restart),
};
const epochTicks = [0, 50, 100, 150, 200, 250, 300].map((epoch) => [epoch, String(epoch)]);
const drawing = (title, yName) => chart("neuron-charts", {title, x: [0, EPOCHS], xTicks: epochTicks, xName: "epoch", yName});
const drawOutput = drawing("The neuron's output against the epoch", "output a");
const drawCost = drawing("The cost against the epoch", "cost C");
const drawSlope = drawing("The size of the cost's derivative by the weight against the epoch", "|∂C/∂w|");

let paths, escape, epoch = 0, timer = 0;

function restart() {
  pause();
  const name = chosen("neuron-cost");
  const start = {w: settings.w.value, b: settings.b.value, η: settings.η.value, epochs: EPOCHS};
  paths = [{kind: "s1", at: neuronPath({name, ...start})}];
  byId("neuron-wrong").disabled = name !== "cross-entropy";
  if (name === "cross-entropy" && byId("neuron-wrong").checked) paths.push({kind: "wrong", at: neuronPath({name: "animation", ...start})});
  escape = NEURON_COSTS[name].escape({z_0: start.w + start.b, η: start.η});
  epoch = 0;
  draw();
}

// From 0 to a round number at or above every value of a path, so that the axis stays while a run is drawn.
function axis(value) {
  const most = Math.max(...paths[0].at.map(value).filter(Number.isFinite), 1e-6);
  const unit = 10 ** Math.floor(Math.log10(most));
  const end = [1, 2, 5, 10].map((factor) => factor * unit).find((round) => round >= most * 0.999);
  return {y: [0, end], yTicks: [0, end / 2, end].map((tick) => [tick, String(Number(tick.toPrecision(3)))])};
}

function draw() {
  const {w, b, a, C, byWeight} = paths[0].at[epoch];
  const reached = escapedAt(paths[0].at);
  const marks = [];
  if (escape > 0) marks.push({at: escape, kind: "predicted", text: `predicted ${escape.toFixed(1)}`});
  const line = (value) => paths.map(({kind, at}) => ({kind, at: at.slice(0, epoch + 1).map((state) => [state.epoch, value(state)])}));
  const point = (value) => paths.map(({kind, at}) => ({kind, at: [epoch, value(at[epoch])]}));
  const picture = (value) => ({lines: line(value), points: point(value)});
  drawOutput({y: [0, 1], yTicks: [[0, "0"], [0.5, "0.5"], [1, "1"]], marks, ...picture((state) => state.a)});
  drawCost({...axis((state) => state.C), marks: marks.map((mark) => ({...mark, text: ""})), ...picture((state) => state.C)});
  drawSlope({...axis((state) => Math.abs(state.byWeight)), marks: marks.map((mark) => ({...mark, text: ""})), ...picture((state) => Math.abs(state.byWeight))});
  Object.entries({epoch, w, b, a, C}).forEach(([name, value]) => put(`neuron-${name}`, value, name === "epoch" ? String(value) : shown(value)));
  put("neuron-slope", byWeight, signed(byWeight));
  put("neuron-predicted", escape, escape > EPOCHS ? `${shown(escape)}, beyond this axis` : shown(escape, 1));
  put("neuron-reached", reached, reached === Infinity ? "not within 300 epochs" : epoch >= reached ? `epoch ${reached}` : "not yet");
  byId("neuron-erratum").hidden = paths.length === 1;
  if (!timer) say("neuron-live", `Epoch ${epoch}: output ${shown(a, 3)}, cost ${shown(C, 3)}.`);
}

function step() {
  if (epoch < EPOCHS) epoch += 1;
  if (epoch === EPOCHS) pause();
  draw();
}
function pause() {
  cancelAnimationFrame(timer);
  timer = 0;
  byId("neuron-run").textContent = "Run";
}
function run() {
  if (timer) { pause(); draw(); return; }
  if (epoch === EPOCHS) epoch = 0;
  if (wantsStillness()) { epoch = EPOCHS; draw(); return; }
  byId("neuron-run").textContent = "Pause";
  const frame = () => { timer = requestAnimationFrame(frame); step(); };
  timer = requestAnimationFrame(frame);
}
byId("neuron-run").addEventListener("click", run);
byId("neuron-step").addEventListener("click", () => { pause(); step(); });
byId("neuron-end").addEventListener("click", () => { pause(); epoch = EPOCHS; draw(); });
byId("neuron-reset").addEventListener("click", restart);
byId("neuron-wrong").addEventListener("change", () => { const now = epoch; restart(); epoch = now; draw(); });
onChoice("neuron-cost", restart);
restart();
epoch = EPOCHS;
draw();
