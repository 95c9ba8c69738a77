"""The page in a real browser: `make test-page` runs this file, which `make test` leaves out, since it needs chromium.

Every control is moved by the keyboard; nothing is requested and nothing is reported in the console; axe-core finds no
fault; and the numbers shown at 200 random settings are those of jaxce. With SCREENSHOTS=FOLDER, a picture of each
section is written for people to look at.
"""

import os
import shutil
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import sympy as sp

import jaxce
from derivations.book import EQUATIONS
from derivations.page.designed_costs import WISHES, a, read_cost, y, z
from derivations.page.findings import FINDINGS, read_findings

PAGE = Path(__file__).parents[3] / "docs/chapter3.html"
SECTIONS = ("softmax", "neuron", "forces", "design", "rounding", "equations")
SETTINGS = 200
AT_ONCE = 24  # equations: axe takes minutes for all of them together
WIDE, NARROW = {"width": 1200, "height": 900}, {"width": 380, "height": 800}

# Sets controls (ranges by id, radio buttons and check boxes by name or id) as a reader would, and reads all numbers.
DRIVE = """([section, settings]) => settings.map((setting) => {
  for (const [name, value] of Object.entries(setting)) {
    const radio = document.querySelector(`input[type="radio"][name="${name}"][value="${value}"]`);
    const control = radio ?? document.getElementById(name);
    if (control.type === "range") control.value = value; else control.checked = Boolean(value);
    control.dispatchEvent(new Event(control.type === "range" ? "input" : "change", {bubbles: true}));
  }
  return Object.fromEntries([...document.querySelectorAll(`#${section} data`)].map((data) => [data.id, data.value]));
})"""


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        yield browser
        browser.close()


@pytest.fixture
def complaints():
    """What was requested but the page itself, and what was said in the console: in the end nothing may be in it."""
    noticed: list[str] = []
    yield noticed
    assert noticed == []


@pytest.fixture
def opened(chromium, complaints):
    """Opens the page in a context of its own."""
    contexts = []

    def open_page(**options):
        context = chromium.new_context(**{"viewport": WIDE, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: complaints.append(request.url) if request.url != PAGE.as_uri() else None)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(PAGE.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_the_first_paint_comes_within_a_second(opened):
    painted = "performance.getEntriesByName('first-contentful-paint')"
    times = []
    for _ in range(5):  # the least, since what else the machine does is not the page's
        page = opened()
        page.wait_for_timeout(300)
        times.append(page.evaluate(f"() => {painted}[0].startTime"))
        page.close()
    print(f"first contentful paint: {min(times):.0f} ms at least, {max(times):.0f} ms at most")
    assert min(times) < 1000


def test_a_request_and_an_error_are_noticed(opened, complaints):
    page = opened()
    page.evaluate("() => { setTimeout(() => { throw new Error('wrong'); }); console.log('a word'); }")
    page.evaluate("() => fetch('https://example.invalid/').catch(() => {})")
    page.wait_for_timeout(200)
    assert {"wrong", "a word"} <= set(complaints)
    assert any("example.invalid" in complaint for complaint in complaints)
    complaints.clear()


def until(page, condition):
    """Wait until something is true on the page, whose policy lets no script evaluate a text, as Playwright does."""
    for _ in range(100):
        if page.evaluate(f"() => {condition}"):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not true within ten seconds: {condition}")


def press(page, selector, key):
    """Press a key on an element, and say whether anything on the page has changed thereby."""
    state = """() => [...document.querySelectorAll("main data, main output, button, #break-result, #found")]
      .map((one) => one.textContent).join() + [...document.querySelectorAll("input, select, details")]
      .map((one) => [one.value, one.checked, one.open]).join() + document.documentElement.dataset.theme"""
    before = page.evaluate(state)
    page.focus(selector)
    page.keyboard.press(key)
    return page.evaluate(state) != before


def test_every_slider_is_moved_by_the_arrow_keys(opened):
    page = opened()
    names = page.eval_on_selector_all("input[type=range]", "all => all.map((one) => one.id)")
    assert len(names) >= 20
    for name in names:
        shown = page.text_content(f"output[for={name}]")
        key = "ArrowLeft" if page.evaluate(f"byId('{name}').value === byId('{name}').max") else "ArrowRight"
        assert press(page, f"#{name}", key), name
        assert page.text_content(f"output[for={name}]") != shown, name


def test_every_button_is_pressed_by_the_keyboard(opened):
    page = opened(reduced_motion="reduce")
    names = page.eval_on_selector_all("button", "all => all.map((one) => one.id)")
    assert len(names) >= 14
    # What a button undoes is done first.
    first = {"softmax-reset": "nudge-by-1", "neuron-reset": "neuron-end", "tempered-at-1": "tempered-at-5"}
    for name in names:
        page.evaluate("() => byId('neuron-reset').click()")
        if name in first:
            press(page, f"#{first[name]}", "Enter")
        assert press(page, f"#{name}", "Enter"), name


def test_every_choice_is_made_by_the_keyboard(opened):
    page = opened()
    groups = page.eval_on_selector_all("input[type=radio]", "all => [...new Set(all.map((one) => one.name))]")
    assert len(groups) == 5
    for group in groups:
        assert press(page, f"input[name={group}]:checked", "ArrowRight"), group
    assert press(page, "#tempered-tie", "Space")
    page.check("input[name=neuron-cost][value=cross-entropy]")
    assert press(page, "#neuron-wrong", "Space")
    assert page.is_visible("#neuron-erratum")
    for menu in ("#break-equation", "#break-copy"):
        assert press(page, menu, "ArrowDown"), menu
    assert press(page, "#eq-84 summary", "Enter")


def test_the_tab_key_reaches_every_control(opened):
    page = opened()
    wanted = set(
        page.eval_on_selector_all(
            "button, input[type=range], select, input[type=search]", "all => all.map((one) => one.id)"
        )
    )
    for _ in range(150):
        page.keyboard.press("Tab")
        wanted.discard(page.evaluate("document.activeElement.id"))
    assert wanted == set()


def test_the_neuron_runs_and_pauses(opened):
    page = opened()
    page.click("#neuron-reset")
    page.click("#neuron-run")
    until(page, "Number(byId('neuron-epoch').value) > 5")
    page.click("#neuron-run")
    stopped = page.evaluate("byId('neuron-epoch').value")
    page.wait_for_timeout(200)
    assert page.evaluate("byId('neuron-epoch').value") == stopped
    page.click("#neuron-step")
    assert page.evaluate("byId('neuron-epoch').value") == str(int(stopped) + 1)


def test_nothing_moves_for_those_who_prefer_it(opened):
    page = opened(reduced_motion="reduce")
    page.click("#neuron-reset")
    page.click("#neuron-run")
    assert page.evaluate("byId('neuron-epoch').value") == "300"


def test_what_changes_is_said(opened):
    page = opened()
    press(page, "#softmax-z-1", "ArrowRight")
    until(page, "byId('softmax-live').textContent.startsWith('Activations 0.33')")


def test_the_search_finds_by_number_and_by_words(opened):
    page = opened()
    for words, label in (("84", "84"), ("escape time quadratic", "escape time, quadratic"), ("bp2", "BP2")):
        page.fill("#search", words)
        shown = page.eval_on_selector_all(".equation:not([hidden])", "all => all.map((one) => one.dataset.label)")
        assert label in shown
        assert len(shown) < 20
    page.fill("#search", "nothing of the kind")
    assert page.text_content("#found").startswith("0 of ")


def test_a_link_unfolds_its_equation(opened):
    page = opened()
    page.fill("#search", "54")
    page.click("#softmax a[href='#eq-78']")
    until(page, "document.querySelector('#eq-78 details').open")
    page.wait_for_timeout(100)
    assert page.is_visible("#eq-78 .steps")
    assert page.evaluate("document.querySelector('#eq-78').getBoundingClientRect().top") < WIDE["height"]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_is_wider_than_the_screen(opened, viewport):
    page = opened(viewport=viewport)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_print_shows_no_controls_that_cannot_be_pressed(opened):
    page = opened()
    page.emulate_media(media="print")
    assert not page.is_visible("nav")
    assert not page.is_visible("#softmax-reset")
    assert page.is_visible("#eq-84")


def axe(page, first=0, where="html"):
    """What axe-core finds wrong, the rule and the first elements, with only some of the equations, all unfolded."""
    page.evaluate(f"""() => [...document.querySelectorAll('.equation')].forEach((one, place) => {{
      if (place < {first} || place >= {first + AT_ONCE}) one.remove();
      else {{
        one.style.contentVisibility = "visible";  // as when it is on the screen
        one.querySelectorAll('details').forEach((details) => {{ details.open = true; }});
      }}
    }})""")
    page.wait_for_timeout(200)  # until what is too wide has been noticed
    page.evaluate(Path(os.environ["AXE"]).read_text())
    found = page.evaluate("(where) => axe.run(where, {resultTypes: ['violations']})", where)
    return [(one["id"], [node["html"][:150] for node in one["nodes"][:3]]) for one in found["violations"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(opened, theme):
    page = opened(color_scheme=theme)
    page.check("input[name=neuron-cost][value=cross-entropy]")
    page.check("#neuron-wrong")
    assert axe(page) == []


@pytest.mark.parametrize(("theme", "viewport"), [("light", NARROW), ("dark", WIDE)], ids=["narrow", "wide"])
def test_axe_finds_nothing_among_the_equations(opened, theme, viewport):
    for first in range(0, len(EQUATIONS), AT_ONCE):
        page = opened(color_scheme=theme, viewport=viewport)
        assert axe(page, first, where="#equations") == []
        page.close()


def test_what_is_too_wide_is_scrolled_by_the_keyboard(opened):
    page = opened(viewport=NARROW)
    page.evaluate("() => byId('eq-57').scrollIntoView()")
    until(page, "document.querySelector('#eq-57 .statement').tabIndex === 0")
    assert press_moves(page, "#eq-57 .statement")
    page.set_viewport_size(WIDE)
    until(page, "document.querySelector('#eq-57 .statement').tabIndex === -1")


def press_moves(page, selector):
    """Whether an arrow key scrolls an element."""
    page.focus(selector)
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    return page.evaluate(f"document.querySelector('{selector}').scrollLeft") > 0


def test_axe_finds_what_is_wrong(opened):
    page = opened()
    page.evaluate("() => { byId('search').labels[0].remove(); byId('search').removeAttribute('placeholder'); }")
    assert [rule for rule, _ in axe(page)] == ["label"]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_section_is_drawn(opened, theme, viewport, tmp_path):
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    page = opened(color_scheme=theme, viewport=viewport)
    for section in SECTIONS:
        page.evaluate(f"byId('{section}').scrollIntoView()")
        page.wait_for_timeout(100)
        picture = folder / f"{section}-{theme}-{viewport['width']}.png"
        if section == "equations":
            page.screenshot(path=picture)
        else:
            page.locator(f"#{section}").screenshot(path=picture)
        assert picture.stat().st_size > 10_000  # an empty one has less


# The numbers that are shown, at random settings of the controls.


def numbers(page, section, settings):
    """The numbers shown at each setting: arrays by the elements' names."""
    shown = page.evaluate(DRIVE, [section, settings])
    return {name: np.array([float(one[name]) for one in shown]) for name in shown[0]}


def compare(shown, wanted):
    for name, values in wanted.items():
        np.testing.assert_allclose(shown[name], values, rtol=1e-12, atol=1e-12, err_msg=name)
    print(f"{len(wanted) * SETTINGS} numbers compared")


def uniform(low, high, *shape, step=0.1, seed=0):
    """Random places of sliders from `low` to `high`, in their steps."""
    rng = np.random.default_rng(seed)
    steps = round((high - low) / step)
    return np.round(low + step * rng.integers(0, steps + 1, (SETTINGS, *shape)), 2)


def named(name, values):
    """Columns of an array [points, n, ...] by the names name-1, ..."""
    return {f"{name}-{place + 1}": np.asarray(values)[:, place] for place in range(values.shape[1])}


def sliders(name, values):
    return [{f"{name}-{place + 1}": value for place, value in enumerate(row)} for row in values.tolist()]


def over_points(function, *values):
    return jax.jit(jax.vmap(function))(*map(jnp.asarray, values))


def matrix(name, values):
    """Entries of arrays [points, n, n] by the names name-1-1, ..."""
    n = values.shape[1]
    return {f"{name}-{j + 1}-{k + 1}": np.asarray(values)[:, j, k] for j in range(n) for k in range(n)}


def test_numbers_of_softmax(opened):
    z = uniform(-5, 5, 4)
    shown = numbers(opened(), "softmax", sliders("softmax-z", z))
    activations = over_points(jaxce.softmax, z)
    wanted = named("softmax-a", activations) | matrix("jacobian", over_points(jax.jacobian(jaxce.softmax), z))
    for neuron, by in ((1, 0.4), (3, -0.4), (2, -0.4), (4, -0.4)):
        moved = z.copy()
        moved[:, neuron - 1] = np.clip(np.round(moved[:, neuron - 1] + by, 1), -5, 5)
        wanted[f"nudge-{neuron}"] = over_points(jaxce.softmax, moved)[:, 0] - activations[:, 0]
    compare(shown, wanted | {"softmax-sum": np.ones(SETTINGS)})


def test_numbers_of_the_constant(opened):
    c, tie = uniform(0.1, 50), uniform(0, 1, step=1, seed=1)
    settings = [{"tempered-c": one, "tempered-tie": bool(is_tied)} for one, is_tied in zip(c, tie, strict=True)]
    shown = numbers(opened(), "softmax", settings)
    z = np.tile([0.1, 0.5, 0.9, 0.2, 0.05, 0.3, 0.8, 0.1, 0, 0.2], (SETTINGS, 1))
    z[:, 6] += 0.1 * tie
    z = np.round(z, 2)
    activations = np.stack(
        [jaxce.tempered_softmax(float(one))(jnp.asarray(row)) for one, row in zip(c, z, strict=True)]
    )
    compare(shown, named("tempered-a", activations) | {"tempered-limit": 1 / (1 + tie)})


def cube(output, z, y):
    """The cost of a sigmoid neuron with delta = (a - y)^3, as it was designed."""
    formula = read_cost(read_findings(FINDINGS.read_text()).designs["sigmoid, (a - y)³"].cost)
    return jnp.sum(sp.lambdify([a, sp.Symbol("y", real=True)], formula, [jnp])(output(z), y))


def escape_time(cost):
    """The time until z = 0 as an integral over z, by Gauss's rule, of 1 / (2 eta dC/dz)."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    slope = jax.vmap(jax.grad(lambda z: cost(jaxce.sigmoid, z[None], jnp.zeros(1))))
    return lambda start, rate: jnp.sum(weights / slope((nodes + 1) / 2 * start)) * start / (4 * rate)


@pytest.mark.parametrize(
    ("name", "cost"), [("quadratic", jaxce.quadratic), ("cross-entropy", jaxce.cross_entropy), ("cube", cube)]
)
def test_numbers_of_the_slow_neuron(opened, name, cost):
    w, b, rate = uniform(0, 3), uniform(0, 3, seed=1), uniform(0.01, 1, step=0.01, seed=2)
    page = opened()
    page.evaluate(f"document.querySelector('input[name=neuron-cost][value={name}]').click()")
    settings = [{"neuron-w0": w[i], "neuron-b0": b[i], "neuron-eta": rate[i]} for i in range(SETTINGS)]
    # "To the end" is pressed after every setting.
    page.evaluate("byId('neuron-sliders').addEventListener('input', () => byId('neuron-end').click())")
    shown = numbers(page, "neuron", settings)

    def descent(w, b, rate):
        def step(state, _):
            C, (dw, db) = jax.value_and_grad(lambda wb: cost(jaxce.sigmoid, (wb[0] + wb[1])[None], jnp.zeros(1)))(state)
            activation = jaxce.sigmoid(state[0] + state[1])
            return (state[0] - rate * dw, state[1] - rate * db), (*state, activation, C, dw)

        return jax.lax.scan(step, (w, b), length=301)[1]

    path = over_points(descent, w, b, rate)
    ends = dict(zip(("w", "b", "a", "C", "slope"), (values[:, -1] for values in path), strict=True))
    wanted: dict[str, jax.typing.ArrayLike] = {f"neuron-{letter}": values for letter, values in ends.items()}
    below = np.asarray(path[2]) < 0.5
    wanted["neuron-reached"] = np.where(below.any(axis=1), below.argmax(axis=1), np.inf)
    wanted["neuron-predicted"] = over_points(escape_time(cost), w + b, rate)
    compare(shown, wanted)


def test_numbers_of_forces(opened):
    z, before, true = uniform(-5, 5, 4), uniform(0, 1, 2, step=0.01, seed=1), uniform(1, 4, step=1, seed=2)
    choices = [{"forces-class": str(int(t))} for t in true]
    settings = [
        s | t | u for s, t, u in zip(sliders("forces-z", z), choices, sliders("forces-before", before), strict=True)
    ]
    shown = numbers(opened(), "forces", settings)
    t = jnp.asarray(true, int) - 1
    by_q = over_points(lambda z, t: jax.grad(jaxce.log_likelihood, 1)(jaxce.linear, jaxce.softmax(z), t), z, t)
    by_z = over_points(lambda z, t: jax.grad(jaxce.log_likelihood, 1)(jaxce.softmax, z, t), z, t)
    weights = jnp.array([[0.5, -0.3], [-0.2, 0.4], [0.1, 0.6], [-0.4, -0.1]])

    def of_layer(z, x, t):
        params = [jaxce.Layer(weights, z - weights @ x)]
        return jax.grad(jaxce.loss)(params, x, t, cost=jaxce.log_likelihood, output=jaxce.softmax)[0]

    layer = over_points(of_layer, z, before, t)
    wanted = (
        named("force-q", by_q) | named("force-z", by_z) | named("handover-84", by_z) | named("handover-81", layer.b)
    )
    wanted |= {"force-z-sum": np.zeros(SETTINGS), "force-q-sum": by_q.sum(axis=1)}
    compare(shown, wanted | named("handover-82-1", layer.w[:, :, 0]) | named("handover-82-2", layer.w[:, :, 1]))


def test_numbers_of_designed_costs(opened):
    at, target = uniform(-4, 4), uniform(0, 1, step=0.01, seed=1)
    page = opened()
    designs = read_findings(FINDINGS.read_text()).designs
    for name, wish in WISHES.items():
        output, delta = name.split(", ")
        settings = [
            {"design-output": output, "design-delta": delta, "design-z": z_, "design-y": y_}
            for z_, y_ in zip(at, target, strict=True)
        ]
        shown = numbers(page, "design", settings)
        formulas = [wish.output.rewrite(sp.exp), wish.delta, read_cost(designs[name].cost)]
        computed = sp.lambdify([z, y], [part.subs(a, formulas[0]) for part in formulas], "numpy")(at, target)
        compare(shown, dict(zip(("design-a", "design-slope", "design-C"), computed, strict=True)))


def test_numbers_of_distances(opened):
    z, true = uniform(-5, 5, 5), uniform(1, 5, step=1, seed=1)
    choices = [{"distance-class": str(int(t))} for t in true]
    settings = [s | t for s, t in zip(sliders("distance-z", z), choices, strict=True)]
    shown = numbers(opened(), "design", settings)
    t = jnp.asarray(true, int) - 1
    places = jnp.arange(5)

    def distances(t):
        return jnp.abs(places - t).astype(float)

    def proposed(z, t):
        p = jaxce.softmax(z)
        return jnp.where(places == t, p - 1, p / jnp.maximum(distances(t), 1))

    def augmented(z, t):
        return jaxce.log_likelihood(jaxce.softmax, z + jnp.log(jnp.maximum(distances(t), 1)), t)

    def expected(z, t):
        return jnp.vdot(distances(t), jaxce.softmax(z))

    def mover(z, t):
        return jnp.sum((jnp.cumsum(jaxce.softmax(z)) - jnp.where(places >= t, 1.0, 0.0)) ** 2)

    def curl(z, t):
        jacobian = jax.jacfwd(proposed)(z, t)
        return jacobian - jacobian.T

    wanted = named("distance-proposed", -over_points(proposed, z, t)) | matrix("curl", over_points(curl, z, t))
    for name, cost in (("augmented", augmented), ("expected", expected), ("mover", mover)):
        wanted |= named(f"distance-{name}", -over_points(jax.grad(cost), z, t))
        wanted[f"distance-{name}-sum"] = np.zeros(SETTINGS)
    compare(shown, wanted)


def test_numbers_of_rounding(opened):
    at = uniform(0, 100, step=0.5)
    shown = numbers(opened(), "rounding", [{"rounding-z": one} for one in at.tolist()])
    z = np.stack([at, np.zeros_like(at)], axis=1)
    gradient = jax.grad(lambda z: jaxce.log_likelihood(jaxce.softmax, z, jnp.array(0)))
    np.testing.assert_allclose(shown["rounding-truth"], over_points(gradient, z)[:, 0], rtol=1e-12)
    in_float32 = over_points(gradient, z.astype(np.float32))[:, 0]
    np.testing.assert_allclose(shown["rounding-jaxce"], in_float32, rtol=4e-7)
