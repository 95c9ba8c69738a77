"""Do the checks notice? Every operation of jaxce's costs is changed, one at a time, and something must catch it."""
