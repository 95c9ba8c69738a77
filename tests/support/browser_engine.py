"""JavaScript run by V8, the engine of Chromium, without a browser."""

import json
from typing import Any

from py_mini_racer import MiniRacer


class Engine:
    """An engine into which scripts are loaded; what an expression gives comes back as JSON has it."""

    def __init__(self, *scripts: str):
        self._context = MiniRacer()
        for script in scripts:
            self._context.eval(script)

    def run(self, expression: str, **values: Any) -> Any:
        """The value of an expression in which the given names stand for values; nan and infinities are strings."""
        names = "".join(f"const {name} = {json.dumps(value)}; " for name, value in values.items())
        keep = "(_, value) => typeof value === 'number' && !Number.isFinite(value) ? String(value) : value"
        return json.loads(
            str(self._context.eval(f"(() => {{ {names}return JSON.stringify({expression}, {keep}); }})()"))
        )
