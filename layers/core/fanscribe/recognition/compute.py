"""A model's means of computing: the device, the type of its numbers, the processor's vector
instructions, the cores and how many readers share them.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from fanscribe.contract import Contract

CPUINFO = Path("/proc/cpuinfo")
# flags that CTranslate2 asks for (its cpu_info.cc)
AVX512 = frozenset({"avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw"})

Device = Literal["cpu", "cuda"]
ComputeType = Literal["int8", "float16", "int8_float16"]

# A reader of n threads does n ** GAIN times as much as one of one thread: two threads take 0.54
# (turbo) to 0.7 (small) of the time of one
GAIN = 0.7
FEW_CORES = 4  # of less, each has a reader of its own
SPARE = 0.95  # of the memory that readers may fill: what they need is reckoned, not measured


class Footprint(Contract):
    """Needs of a reader: memory, in MB, and cores."""

    loaded: float  # the model, and all that a process has besides
    reader: float  # each reader of it
    threads: int  # that each should have, where there are four cores or more


class Computing(Contract):
    """The device of a model and the type of its numbers, by CTranslate2's names."""

    device: Device
    compute_type: ComputeType


ON_CPU = Computing(device="cpu", compute_type="int8")


def computing(environment: Mapping[str, str] = os.environ) -> Computing:
    """The choice that the command makes in FANSCRIBE_DEVICE and FANSCRIBE_COMPUTE_TYPE.

    On Lambda nothing does: it has CPUs alone.
    """
    device = environment.get("FANSCRIBE_DEVICE", "cpu")
    usual = "float16" if device == "cuda" else "int8"
    return Computing.model_validate(
        {"device": device, "compute_type": environment.get("FANSCRIBE_COMPUTE_TYPE", usual)}
    )


def threads(environment: Mapping[str, str] = os.environ) -> int:
    """Cores that the model may use: OMP_NUM_THREADS where it is set, else all of the system's."""
    return int(environment.get("OMP_NUM_THREADS") or os.cpu_count() or 1)


def readers(cores: int, memory_mb: float, footprint: Footprint) -> int:
    """How many read side by side, sharing the model and the cores evenly, as far as memory allows.

    Two of one thread beat one of two, or are as good (large-v3). Of six cores three readers of two
    threads have most of what six of one gain, and of large models a tile that is the last, or is
    read again, would take one thread too long while the other cores wait.
    """
    fit = int((memory_mb * SPARE - footprint.loaded) / footprint.reader)
    wanted = cores // footprint.threads if cores >= FEW_CORES else cores
    return max(range(1, max(1, min(wanted, fit)) + 1), key=lambda n: n * (cores // n) ** GAIN)


def batch_size(waiting: int, readers: int, most: int) -> int:
    """Tiles for a reader's next batch: at most its share of those that wait, so batches get smaller
    towards the end and all readers are busy to the last.
    """
    return min(most, -(-waiting // readers)) if readers > 1 else most


def given_readers(environment: Mapping[str, str] = os.environ) -> int | None:
    """The choice that the command makes in FANSCRIBE_READERS, for it knows this machine's memory.

    On Lambda nothing does.
    """
    given = environment.get("FANSCRIBE_READERS")
    return int(given) if given else None


def cpu_features(cpuinfo: Path = CPUINFO) -> list[str]:
    """The vector instructions (avx, avx2, avx512f, …) that the kernel lists; none where it has no
    such file.
    """
    return sorted(flag for flag in _line(cpuinfo, "flags").split() if flag.startswith("avx"))


def processor_name(cpuinfo: Path = CPUINFO) -> str:
    """The processor as the kernel names it, `AMD EPYC`; empty where it does not say, as on ARM."""
    return _line(cpuinfo, "model name").partition(":")[2].strip()


def widest_vectors(cpuinfo: Path = CPUINFO) -> dict[str, str]:
    """The setting that makes CTranslate2 use AVX-512, which its own choice leaves out (its
    cpu_isa.cc).

    Set for AMD's processors alone, where it was measured: 5 to 9 % less time for a tile. Some of
    Intel's slow down with it.
    """
    can = "AuthenticAMD" in _line(cpuinfo, "vendor_id") and AVX512.issubset(cpu_features(cpuinfo))
    return {"CT2_FORCE_CPU_ISA": "AVX512"} if can else {}


def _line(cpuinfo: Path, name: str) -> str:
    """The first processor's."""
    text = cpuinfo.read_text("utf-8") if cpuinfo.exists() else ""
    return next((line for line in text.splitlines() if line.startswith(name)), "")
