// Rows of a name, a bar and a number.

// Bars from 0 to 1, or, if `both`, from -1 to 1 with 0 in the middle. `names` is HTML; the numbers have the ids `id`-1, ...
function bars(parent, id, names, {both = false} = {}) {
  const fills = names.map((name, place) => {
    const fill = element("span", {class: "fill"});
    byId(parent).append(
      element("div", {class: both ? "bar both" : "bar"},
        element("span", {class: "name", html: name}),
        element("span", {class: "track", "aria-hidden": "true"}, fill),
        data(`${id}-${place + 1}`)));
    return fill;
  });
  return (values, most = 1) => values.forEach((value, place) => {
    const share = Math.max(-1, Math.min(1, value / most)) * 100;
    const {style, classList} = fills[place];
    style.width = `${both ? Math.abs(share) / 2 : share}%`;
    if (both) style.left = share < 0 ? `${50 + share / 2}%` : "50%";
    classList.toggle("negative", value < 0);
    classList.toggle("cut", Math.abs(value) > most);
    put(`${id}-${place + 1}`, value, both ? signed(value) : shown(value));
  });
}
