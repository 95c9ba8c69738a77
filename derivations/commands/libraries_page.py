"""The page about other people's libraries, made from the verdicts on the claims about them."""

from typing import NamedTuple

from derivations.certificate.verdict import Certificate, Refutation
from derivations.claims.claim import Claim, Kind
from derivations.claims.libraries import Library

PREFACE = """# Other people's libraries

Functions of JAX, optax, Keras (on JAX), NumPyro and RLax against the formula in their documentation, in the work that
it cites, or in a textbook: the value, and the gradient with respect to the first argument, which is called z here.
"Certified" means proved in exact real arithmetic, for the sizes of the arguments that are given
([certificates](certificates.md)). A refuted claim is shown with what the program does instead; often it is the
documentation that is wrong, or silent about a clip or an epsilon. Where a formula contains epsilon, it is certified for
every epsilon, whose value in the program is 1e-7.

This page is what the following prints, with the newest versions that run beside JAX 0.10. Packages that are not
installed are left out of it, and it says so.

```sh
pip install '.[libraries]'
python -m derivations certify --markdown              # this page
python -m derivations certify --package keras.losses  # a table of one package, with the refutations' inputs
```

"""


class Examined(NamedTuple):
    """The verdict on a claim, and the seconds that it took."""

    verdict: Certificate | Refutation
    seconds: float


class Section(NamedTuple):
    """A library with the verdicts on its claims, or the reason why it is left out."""

    library: Library
    claims: list[Claim]
    examined: list[Examined]
    absence: str = ""

    @property
    def is_right(self) -> bool:
        """Whether exactly those claims are refuted that do not hold."""
        return all(bool(one.verdict) == claim.holds for claim, one in zip(self.claims, self.examined, strict=True))

    @property
    def certified(self) -> int:
        """The number of certificates."""
        return sum(bool(one.verdict) for one in self.examined)


def page_of_libraries(sections: list[Section]) -> str:
    """The page in Markdown: a table of the packages, and one of each package's claims."""
    head = ["| package | version | claims | certified | refuted | seconds |", "|---|---|---:|---:|---:|---:|"]
    summary = "\n".join([*head, *(_summary(section) for section in sections if not section.absence)])
    return PREFACE + summary + "\n" + "".join(map(_section, sections))


def _summary(section: Section) -> str:
    count, seconds = len(section.claims), sum(one.seconds for one in section.examined)
    version = f"{section.library.distribution} {section.library.version}"
    cells = section.library.package, version, count, section.certified, count - section.certified, f"{seconds:.0f}"
    return f"| {' | '.join(map(str, cells))} |"


def _section(section: Section) -> str:
    title = f"\n## {section.library.package}\n\n"
    if section.absence:
        return f"{title}{section.absence}.\n"
    left_out = section.library.left_out.items()
    notes = "".join(f"- `{name}`: {reason}.\n" for name, reason in left_out)
    return title + "\n".join(table(section.claims)) + "\n" + (f"\nNot certified:\n\n{notes}" if notes else "")


def table(claims: list[Claim]) -> list[str]:
    """The rows of a table: the value and the gradient of a function in one row if the formula is the same."""
    rows: dict[tuple[str, str], list[str]] = {}
    reasons: dict[tuple[str, str], str] = {}
    for claim in claims:
        is_gradient = claim.kind is Kind.GRADIENT
        key = claim.function or claim.cost, claim.remark.removeprefix("d/dz of ")
        rows.setdefault(key, ["", ""])[is_gradient] = "certified" if claim.holds else "**refuted**"
        if claim.reason:
            reasons[key] = claim.reason
    lines = ["| function | formula | value | gradient | |", "|---|---|---|---|---|"]
    for (name, says), verdicts in rows.items():
        formula, reason = (text.replace("|", "\\|") for text in (says, reasons.get((name, says), "")))
        lines.append(f"| `{name}` | {formula} | {' | '.join(verdicts)} | {reason} |")
    return lines
