// Line charts, as SVG: axes with a few ticks, lines, upright marks.

const SVG = "http://www.w3.org/2000/svg";
function shape(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// A picture as wide as its place, so that its letters have their size on every screen. `parts` makes its shapes, given the
// width and what is to be drawn.
function picture(parent, attributes, height, parts) {
  const svg = shape("svg", {...attributes, class: "chart"});
  byId(parent).append(svg);
  let latest;
  const draw = (content) => {
    latest = content;
    const width = Math.max(280, Math.min(700, byId(parent).clientWidth || 640));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.replaceChildren(...parts(width, content));
  };
  addEventListener("resize", () => { if (latest) draw(latest); });
  return draw;
}

// `x` and `y` are [lowest, highest]; `ticks` gives [value, text] for both axes; `title` says what is drawn.
function chart(parent, {title, height = 160, x, xTicks, xName, yName}) {
  const left = 54, right = 16, top = 30, bottom = 34;
  return picture(parent, {role: "img", "aria-label": title}, height, (width, {y, yTicks, lines, marks = [], points = []}) => {
    const across = (value) => left + (value - x[0]) / (x[1] - x[0]) * (width - left - right);
    const up = (value) => height - bottom - (value - y[0]) / (y[1] - y[0]) * (height - top - bottom);
    const parts = [shape("text", {x: left, y: 11, class: "axis-name"}, yName)];
    for (const [value, text] of yTicks) {
      parts.push(shape("line", {x1: left, x2: width - right, y1: up(value), y2: up(value), class: "grid"}));
      parts.push(shape("text", {x: left - 7, y: up(value) + 4, class: "tick end"}, text));
    }
    for (const [value, text] of xTicks) {
      parts.push(shape("text", {x: across(value), y: height - bottom + 15, class: "tick middle"}, text));
    }
    parts.push(shape("text", {x: width - right, y: height - 4, class: "axis-name end"}, xName));
    for (const {at, kind, text} of marks) {
      if (at < x[0] || at > x[1]) continue;
      const isLate = at > x[0] + 0.7 * (x[1] - x[0]);
      parts.push(shape("line", {x1: across(at), x2: across(at), y1: top - 14, y2: height - bottom, class: `mark ${kind}`}));
      parts.push(shape("text", {x: across(at) + (isLate ? -5 : 5), y: top - 6, class: `mark-name ${kind} ${isLate ? "end" : ""}`}, text));
    }
    for (const {at, kind} of lines) {
      const inside = at.filter(([, value]) => Number.isFinite(value));
      const path = inside.map(([p, value]) => `${across(p).toFixed(1)},${up(Math.max(y[0], Math.min(y[1], value))).toFixed(1)}`);
      parts.push(shape("polyline", {points: path.join(" "), class: `line ${kind}`}));
    }
    for (const {at: [p, value], kind} of points) {
      const inside = Math.max(y[0], Math.min(y[1], value));
      if (Number.isFinite(value)) parts.push(shape("circle", {cx: across(p), cy: up(inside), r: 4, class: `point ${kind}`}));
    }
    return parts;
  });
}
