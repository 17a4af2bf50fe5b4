"""CPU time of commands that should answer at once, `holdfast --help` first, beside a bare interpreter."""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(sys.executable).parent / "holdfast"
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "holdfast --version": [str(PROGRAM), "--version"],
    "holdfast --help": [str(PROGRAM), "--help"],
    "holdfast prove --help": [str(PROGRAM), "prove", "--help"],
    "holdfast prove (wrong use)": [str(PROGRAM), "prove"],
}
LIMIT_S = 0.3
"""What `holdfast --help` should stay below."""


def cpu_s(command: list[str]) -> float:
    """User and system time of one call, in CPU seconds."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    child.returncode = 0
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print a table and write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=10, help="calls of each command, after one to warm up")
    parser.add_argument("--output", type=Path, default=Path("benchmarks/results/startup.json"))
    options = parser.parse_args()
    rows = []
    print(f"{'command':<30}{'median CPU s':>14}{'max CPU s':>14}")
    for name, command in COMMANDS.items():
        cpu_s(command)
        times = [cpu_s(command) for _ in range(options.repeats)]
        rows.append({"command": name, "median_cpu_s": statistics.median(times), "max_cpu_s": max(times)})
        print(f"{name:<30}{statistics.median(times):>14.3f}{max(times):>14.3f}")
    record = {
        "version": 1,
        "benchmark": "startup",
        "limit_s": LIMIT_S,
        "repeats": options.repeats,
        "rows": rows,
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
