// Native range inputs, each with its name and its value.

// `options`: id, name (HTML), min, max, step, value. `changed` is called after every movement.
function slider(parent, {id, name, min, max, step, value}, changed) {
  const input = element("input", {type: "range", id, min, max, step, value});
  const digits = (String(step).split(".")[1] ?? "").length;
  const output = element("output", {for: id});
  const update = () => { output.textContent = Number(input.value).toFixed(digits).replace("-", "−"); };
  input.addEventListener("input", () => { update(); changed(); });
  update();
  byId(parent).append(element("div", {class: "slider"}, element("label", {for: id, html: name}), input, output));
  return {
    get value() { return Number(input.value); },
    set value(number) { input.value = number; update(); },
  };
}

// The chosen value of radio buttons of one name, which stand in the page.
const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`).value;
function onChoice(name, changed) {
  for (const input of document.querySelectorAll(`input[name="${name}"]`)) input.addEventListener("change", changed);
}
