"""Do the checks notice? Jaxce's costs are mutated, one operation at a time, and some check must kill each mutant."""
