"""What several tests share: the oracle, the nine pairs, the tolerances, data files, random expressions."""
