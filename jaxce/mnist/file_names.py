"""The four files of a data set in MNIST's format, by the names that MNIST, EMNIST, QMNIST and unpackers give them."""

import re
from collections import defaultdict
from pathlib import Path

FILES = {
    ("train", "images"): "train-images-idx3-ubyte",
    ("train", "labels"): "train-labels-idx1-ubyte",
    ("test", "images"): "t10k-images-idx3-ubyte",
    ("test", "labels"): "t10k-labels-idx1-ubyte",
}
NAME = re.compile(r"(?P<data_set>.*?)-?(?P<part>train|t10k|test)-(?P<kind>images|labels)[-.]idx\d-(ubyte|int)(\.gz)?")
DEPTH = 3  # folders, one within the other, that are searched
NAMES_IN_A_MESSAGE = 20


def find_files(folder: Path) -> dict[tuple[str, str], Path]:
    """The files of the data set in a folder, or in folders within it, by part ("train" or "test") and kind.

    Raises:
        FileNotFoundError: one is missing.
        ValueError: there are several data sets, and none has MNIST's own names.

    Example:
        >>> import jaxce
        >>> find_files(Path(jaxce.mnist.__file__).parent)["test", "labels"].name
        't10k-labels-idx1-ubyte.gz'
    """
    data_sets = defaultdict(dict)
    for depth in range(1, DEPTH + 1):
        for file in sorted(folder.glob("/".join("*" * depth))):
            match = NAME.fullmatch(file.name)
            if match and file.is_file():
                part = "train" if match["part"] == "train" else "test"
                data_sets[match["data_set"]].setdefault((part, match["kind"]), file)
        complete = {name: files for name, files in data_sets.items() if files.keys() == FILES.keys()}
        if "" in complete:
            return complete[""]
        if len(complete) > 1:
            raise ValueError(f"{folder} holds several data sets: {', '.join(complete)}; leave one of them there")
        if complete:
            return next(iter(complete.values()))
    fullest = max(data_sets.values(), key=len, default={})
    missing = next(name for key, name in FILES.items() if key not in fullest)
    raise FileNotFoundError(f"{folder} has no file {missing} or {missing}.gz: {_content(folder)}")


def _content(folder):
    if not folder.is_dir():
        return "there is no such folder"
    names = sorted(str(file.relative_to(folder)) for pattern in ("*", "*/*") for file in folder.glob(pattern))
    shown, more = names[:NAMES_IN_A_MESSAGE], len(names) - NAMES_IN_A_MESSAGE
    rest = f" and {more} more" if more > 0 else ""
    return f"it holds {', '.join(map(repr, shown)) or 'nothing'}{rest}; MNIST's four IDX files are expected there"
