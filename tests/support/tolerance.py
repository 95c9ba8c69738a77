"""The one table of tolerances."""

# The largest error allowed, relative to the true value unless a test says otherwise.
TOLERANCE = {
    "equal": 1e-12,  # two float64 programs of the same formula
    "float32": 5e-6,  # a float32 program of a few additions, away from cancellation
    "proved": 1e-10,  # float64 against a symbolic result
}
