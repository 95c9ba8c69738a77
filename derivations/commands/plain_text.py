"""Characters that a terminal cannot show, such as those of mathematics in a C locale, as characters that it can."""

import codecs
import io
import sys
import unicodedata

# Of one character each, so that what stands below it still does.
PLAIN = str.maketrans("⎛⎜⎝⎞⎟⎠⌠⎮⌡─⋅√∂∞→⁻₋", r"/|\\|/||" + "|-*Vdo>--")


def plain(text: str) -> str:
    """The text in ASCII: a letter without its accent or its place, the name of a Greek letter, or a question mark.

    >>> plain("σ(zᴸ₁) ⎛─")
    'sigma(zL1) /-'
    """
    return "".join(map(_plain_character, text.translate(PLAIN)))


def _plain_character(character):
    base = "".join(part for part in unicodedata.normalize("NFKD", character) if part.isascii())
    name = unicodedata.name(character, "")
    if base or "COMBINING" in name:
        return base
    if name.startswith("GREEK"):
        word = name.split()[-1].lower()
        return word.capitalize() if "CAPITAL" in name else word
    return "?"


def use_plain_characters() -> None:
    """Let standard output and error write, in place of characters that their encoding has not, plain ones."""
    codecs.register_error("plain", _in_plain_characters)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")


def _in_plain_characters(error):
    return plain(error.object[error.start : error.end]), error.end
