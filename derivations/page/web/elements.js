// Elements of the page, made by code.

const byId = (id) => document.getElementById(id);

function element(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "html") made.innerHTML = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...content);
  return made;
}

const data = (id) => element("data", {id});

// A letter with an index, as z₁, in italics.
const letter = (name, index = "") => `<i>${name}</i>${index === "" ? "" : `<sub>${index}</sub>`}`;

const wantsStillness = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// What changed, in words, for those who hear the page: said once the reader has stopped moving a slider.
const pending = new Map();
function say(id, words) {
  clearTimeout(pending.get(id));
  pending.set(id, setTimeout(() => { byId(id).textContent = words; }, 400));
}
