"""recordlinkage as its guide shows it, on the same lists: `python linkage_recordlinkage.py FOLDER OUT`."""

import sys
from pathlib import Path

import pandas
import recordlinkage


def main(folder: Path, out: Path) -> None:
    """Every pair its classifier takes for a match."""
    left, right = (pandas.read_parquet(folder / f"{side}.parquet") for side in ("left", "right"))
    for table in (left, right):
        table["id_no"] = table["id_no"].replace("", None)
    indexer = recordlinkage.Index()
    for keys in (["id_no"], ["name", "birth"], ["phone", "birth"], ["name", "phone"]):
        indexer.block(keys)
    pairs = indexer.index(left, right)
    compare = recordlinkage.Compare()
    compare.string("name", "name", method="jarowinkler", threshold=0.85, label="name")
    compare.string("guardian", "guardian", method="jarowinkler", threshold=0.85, label="guardian")
    for column in ("id_no", "birth", "sex", "phone", "division"):
        compare.exact(column, column, label=column)
    features = compare.compute(pairs, left, right)
    matched = recordlinkage.ECMClassifier(binarize=0.8).fit_predict(features)
    found = matched.to_frame(index=False)
    found.columns = ["l", "r"]
    found["merged"] = True
    found.to_parquet(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
