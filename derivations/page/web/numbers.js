// Numbers: how they are shown, and where. A <data> element shows a few digits and holds all of them as its value.

function shown(number, digits = 4) {
  if (Number.isNaN(number)) return "nan";
  if (number === 0) return "0";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : "−∞";
  const size = Math.abs(number);
  if (size < 10 ** -digits || size >= 1e6) {
    const [digitsOf, power] = number.toExponential(Math.max(digits - 2, 0)).replaceAll("-", "−").split("e");
    return `${digitsOf}·10${[...power.replace("+", "")].map((sign) => RAISED[sign]).join("")}`;
  }
  return number.toFixed(size >= 100 ? 1 : digits).replace("-", "−");
}

const RAISED = Object.fromEntries([..."−0123456789"].map((sign, place) => [sign, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"[place]]));

const signed = (number, digits = 4) => (number > 0 ? "+" : "") + shown(number, digits);

function put(id, number, text = shown(number)) {
  const element = document.getElementById(id);
  element.value = String(number);
  element.textContent = text;
}

const range = (count) => Array.from({length: count}, (_, place) => place + 1);
