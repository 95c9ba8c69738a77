"""Section 6 as HTML: every equation with its proof, what was found out about it and its false copies; the errata."""

import re
from collections.abc import Iterator
from html import escape

from sympy import Expr, Sum

from derivations.algebra.letters import letters
from derivations.book import EQUATIONS, GROUPS
from derivations.book.errata import ERRATA, Erratum
from derivations.page.findings import Evidence, FalseCopy, Findings
from derivations.page.jax_lines import JAX_LINES
from derivations.page.mathml import mathml
from derivations.proof.equation import Equation
from derivations.proof.mutants import false_copies
from derivations.proof.printing import SUBSCRIPTS, SUPERSCRIPTS

SOURCES = {
    "000": "the book",
    "001": "the first commentary",
    "002": "the second commentary",
    "003": "the third commentary",
}


def anchor(label: str) -> str:
    """The name of an equation's place on the page.

    >>> anchor("84 with 83"), anchor("H(p, q) = H(p) + KL")
    ('eq-84-with-83', 'eq-H-p-q-H-p-KL')
    """
    return "eq-" + re.sub(r"[^\w']+", "-", label).strip("-").replace("'", "")


def reference(label: str) -> str:
    """A link to an equation, as its number."""
    return f'<a href="#{anchor(label)}">({escape(label)})</a>'


def formula(label: str) -> str:
    """An equation's statement on a line of its own, with a link to its proof."""
    shown = mathml(*_sides(EQUATIONS[label]), block=True)
    return f'<div class="formula"><div>{shown}</div><span class="number-of">{reference(label)}</span></div>'


def equations(findings: Findings) -> str:
    """Every equation, in groups."""
    return "\n".join(
        f'<div class="group"><h4>{escape(name)}</h4>\n'
        + "\n".join(_entry(equation, findings.equations[equation.label]) for equation in group.EQUATIONS)
        + "\n</div>"
        for name, group in GROUPS.items()
    )


def errata(findings: Findings) -> str:
    """Every erratum with the checker's verdict."""
    return "\n".join(_erratum(erratum, findings.errata[erratum.printed].says) for erratum in ERRATA)


def _sides(equation: Equation) -> tuple[Expr | str, ...]:
    return equation.statement.lhs, " = ", equation.statement.rhs


def _entry(equation: Equation, finding: Evidence) -> str:
    label, title = escape(equation.label), escape(equation.title)
    attributes = f'id="{anchor(equation.label)}" data-label="{label}" data-title="{title}"'
    words = escape(f"{equation.source} {' '.join(equation.letters.values())}")
    summary = (
        f'<summary><span class="label">({label})</span> <span class="title">{prose(equation.title)}</span>'
        f'<span class="statement">{mathml(*_sides(equation))}</span></summary>'
    )
    parts = _steps(equation), _letters(equation), _facts(equation, finding), _copies(equation, finding)
    details = f'<details>{summary}<div class="proof">{"".join(parts)}</div></details>'
    return f'<div class="equation" {attributes} data-words="{words}">{details}</div>'


def _steps(equation: Equation) -> str:
    left = f"<li>{mathml(equation.statement.lhs)}</li>"
    steps = (
        f'<li>{mathml(" = ", step.expression)}<span class="reason">{prose(step.reason)}</span></li>'
        for step in equation.steps
    )
    sign = f"<li>which is {escape(equation.sign)}</li>" if equation.sign else ""
    return f'<ol class="steps">{left}{"".join(steps)}{sign}</ol>'


def _letters(equation: Equation) -> str:
    meanings = "".join(f"<span>{part}</span>" for part in _meanings(equation))
    return f'<p class="letters">Here {meanings}.</p>' if meanings else ""


def _meanings(equation: Equation) -> Iterator[str]:
    """What each name stands for, what each letter is, what is given."""
    page = [*equation.statement.args, *equation.where.values(), *(step.expression for step in equation.steps)]
    used = set().union(*map(letters, page))
    yield from (mathml(name, " = ", meaning) for name, meaning in equation.where.items())
    for letter, word in equation.letters.items():
        if letters(letter) & used:
            yield f"{mathml(letter)} {prose(word)}"
    limits = {limit for part in page for total in part.atoms(Sum) for limit in total.limits}
    for index, low, high in sorted(limits, key=str):
        yield mathml(index, " = ", low, ",", "…", ",", high)
    yield from (mathml(letter, " ∈ ", values) for letter, values in equation.domain.items())
    yield from (f"given {mathml(condition)}" for condition in equation.given)


def _facts(equation: Equation, finding: Evidence) -> str:
    facts = [f"Proved for {escape(equation.holds_for)}, steps: {finding.steps}."]
    if finding.numbers:
        facts.append(f"<code>jax.grad</code> agrees within {finding.within} in {finding.numbers} numbers.")
    if equation.label in JAX_LINES:
        facts.append(f"In JAX: <code>{escape(JAX_LINES[equation.label])}</code>.")
    if equation.source:
        facts.append(f"Source: {escape(with_names(equation.source))}.")
    return f'<p class="facts">{" ".join(facts)}</p>'


def _copies(equation: Equation, finding: Evidence) -> str:
    copies = false_copies(equation)
    rows = [
        _copy(right, copy)
        for (right, change), copy in zip(copies.items(), finding.copies, strict=True)
        if copy.counterexample and change == copy.change
    ]
    if not rows:
        return ""
    return f'<details><summary>False copies, refuted</summary><ul class="copies">{"".join(rows)}</ul></details>'


def _copy(right: Expr, copy: FalseCopy) -> str:
    return (
        f'<li><span class="change">{with_indices(copy.change)}</span> {mathml(" = ", right)}'
        f'<span class="counterexample">{with_indices(copy.counterexample)}</span></li>'
    )


def with_indices(text: str) -> str:
    """A counterexample or a change, with layers and indices as in `show`, for places that take no elements.

    >>> with_indices("left is -1 at z^L[1, 2] = -1/2")
    'left is −1 at zᴸ₁₂ = −1/2'
    """
    for layer, sign in SUPERSCRIPTS.items():
        text = text.replace(layer, sign)
    text = re.sub(r"\[([\w, ]+)\]", lambda index: re.sub("[, ]", "", index[1]).translate(SUBSCRIPTS), text)
    return escape(re.sub(r"(?<![\w-])-(?=[\w(])", "−", text))


def with_names(text: str) -> str:
    """Where something was printed: the book and its commentaries have numbers elsewhere.

    >>> with_names("001, exercise A")
    'the first commentary, exercise A'
    """
    for number, name in SOURCES.items():
        text = text.replace(number, name)
    return text


def prose(text: str) -> str:
    """A title or a reason as HTML: its indices low, its powers high.

    >>> prose("a_j = e^z_j / S, and x - 1 < 2")
    'a<sub>j</sub> = e<sup>z<sub>j</sub></sup> / S, and x − 1 &lt; 2'
    """
    text = escape(text, quote=False).replace(" - ", " − ")
    text = re.sub(r"\^(\([^()]*\)|\{[^{}]*\}|-?\w+)", lambda power: f"<sup>{power[1].strip('{}')}</sup>", text)
    return re.sub(r"(?<=\w)_([a-z0-9]{1,2})(?![a-z])", r"<sub>\1</sub>", text)


def _erratum(erratum: Erratum, says: str) -> str:
    claim = erratum.claim.statement
    right = "".join(
        f'<p class="scroll"><span class="verdict true">right</span> {mathml(*_sides(equation))}'
        f"{' ' + reference(equation.label) if equation.label in EQUATIONS else ''}</p>"
        for equation in erratum.corrections()
    )
    kind = "says" if says.startswith("false") else "says holds"
    return (
        f'<div class="erratum"><p class="where">{escape(with_names(erratum.where))}</p><p>{prose(erratum.printed)}</p>'
        f'<p class="scroll"><span class="verdict false">printed</span> {mathml(claim.lhs, " = ", claim.rhs)}</p>'
        f'<p class="{kind}">{with_indices(says)}</p>{right}<p>{prose(with_names(erratum.remark))}</p></div>'
    )
