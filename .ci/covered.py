"""Lines and branches that the tests ran, by room of layers/core/fanscribe: `make coverage`.

Reads `coverage json` from the file that is named. Ends with 1 if less than LEAST were run.
"""

import json
import sys
from collections import Counter
from pathlib import Path, PurePath
from typing import Any

LEAST = 0.95
COUNTS = ("covered_lines", "num_statements", "covered_branches", "num_branches")


def share(counts: Counter[str], *kinds: str) -> str:
    done = sum(counts[f"covered_{kind}"] for kind in kinds)
    of = sum(counts["num_statements" if kind == "lines" else f"num_{kind}"] for kind in kinds)
    return f"{done / of:7.1%}" if of else "      –"


def by_room(files: dict[str, Any]) -> dict[str, Counter[str]]:
    rooms: dict[str, Counter[str]] = {}
    for name, file in files.items():
        inside = PurePath(name).parts[PurePath(name).parts.index("fanscribe") + 1 :]
        counts = rooms.setdefault(inside[0], Counter())
        counts.update({count: file["summary"][count] for count in COUNTS})
    return rooms


def main(report: str) -> None:
    rooms = by_room(json.loads(Path(report).read_text("utf-8"))["files"])
    whole = sum(rooms.values(), Counter[str]())
    print("room                 lines  branches")
    for name, counts in sorted(rooms.items()):
        if counts["num_statements"]:
            print(f"{name:18} {share(counts, 'lines')}   {share(counts, 'branches')}")
    print(f"{'all':18} {share(whole, 'lines')}   {share(whole, 'branches')}")
    done = whole["covered_lines"] + whole["covered_branches"]
    if done < LEAST * (whole["num_statements"] + whole["num_branches"]):
        sys.exit(f"Less than {LEAST:.0%} of lines and branches were run.")


if __name__ == "__main__":
    main(sys.argv[1])
