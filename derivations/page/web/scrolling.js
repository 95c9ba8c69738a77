// What is wider than its place is scrolled by the keyboard too: it takes the focus, and what fits does not.

const boxes = document.querySelectorAll(".formula > div, .statement, .steps, .copies, .erratum .scroll");
const observer = new ResizeObserver((changes) => changes.forEach(({target}) => {
  if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
  else target.removeAttribute("tabindex");
}));
boxes.forEach((box) => observer.observe(box));
