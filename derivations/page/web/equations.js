// Section 6: search among the equations, unfold them, break them.

const entries = [...document.querySelectorAll(".equation")];
const texts = entries.map((entry) => `${entry.dataset.words} ${entry.querySelector("summary").textContent}`.toLowerCase());

function search() {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  entries.forEach((entry, place) => {
    const numbers = entry.dataset.label.toLowerCase().split(/[^\w.]+/);
    entry.hidden = !words.every((word) => /^(\d+|bp\d)$/.test(word) ? numbers.includes(word) : texts[place].includes(word));
    found += !entry.hidden;
  });
  for (const group of document.querySelectorAll(".group")) group.hidden = !group.querySelector(".equation:not([hidden])");
  byId("found").textContent = found === entries.length ? `All ${found} equations.` : `${found} of ${entries.length} equations.`;
}
byId("search").addEventListener("input", search);
search();

// A link to an equation unfolds it.
function unfold() {
  const target = location.hash.startsWith("#eq-") && byId(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.hidden) { byId("search").value = ""; search(); }
  target.querySelector("details").open = true;
  for (const again of [0, 1]) requestAnimationFrame(() => target.scrollIntoView({block: again ? "start" : "center"})); // what is near it has its height by then
}
addEventListener("hashchange", unfold);
unfold();

// Break it: an equation, one of its false copies, and what refutes that.
const menu = byId("break-equation"), copies = byId("break-copy");
for (const entry of entries) if (entry.querySelector(".copies")) menu.append(element("option", {value: entry.id}, `(${entry.dataset.label}) ${entry.dataset.title}`));
menu.value = "eq-84";
function choose() {
  const rows = [...byId(menu.value).querySelectorAll(".copies > li")];
  copies.replaceChildren(...rows.map((row, place) => element("option", {value: place}, row.querySelector(".change").textContent)));
  showCopy();
}
function showCopy() {
  const entry = byId(menu.value);
  byId("break-true").replaceChildren(entry.querySelector("summary math").cloneNode(true));
  byId("break-result").replaceChildren(...[...entry.querySelectorAll(".copies > li")[Number(copies.value)].cloneNode(true).childNodes]);
}
menu.addEventListener("change", choose);
copies.addEventListener("change", showCopy);
choose();
