// Light or dark: as the system says, until the reader chooses.

const button = byId("theme");
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme ?? (prefersDark.matches ? "dark" : "light")) === "dark";
function name() { button.textContent = isDark() ? "Light" : "Dark"; }
button.addEventListener("click", () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; name(); });
prefersDark.addEventListener("change", name);
name();
