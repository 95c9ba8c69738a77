"""What several tests share: the oracle, the nine pairs, the tolerances, files to read."""
