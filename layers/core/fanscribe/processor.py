"""The processor: what it can do, and what CTranslate2 is to use of it."""

from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
AVX512 = frozenset({"avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw"})  # what CTranslate2 asks for (its cpu_info.cc)


def cpu_features(cpuinfo: Path = CPUINFO) -> list[str]:
    """The vector instructions (avx, avx2, avx512f, …) that the kernel lists; none where it has no such file."""
    return sorted(flag for flag in _line(cpuinfo, "flags").split() if flag.startswith("avx"))


def processor_name(cpuinfo: Path = CPUINFO) -> str:
    """As the kernel knows it, `AMD EPYC`; empty where it does not say, as on ARM."""
    return _line(cpuinfo, "model name").partition(":")[2].strip()


def widest_vectors(cpuinfo: Path = CPUINFO) -> dict[str, str]:
    """What tells CTranslate2 to use AVX-512, which it leaves out of its own choice (its cpu_isa.cc).

    Said to AMD's processors alone, where it was measured: 5 to 9 % less time for a tile. Some of Intel's slow down with it.
    """
    can = "AuthenticAMD" in _line(cpuinfo, "vendor_id") and AVX512.issubset(cpu_features(cpuinfo))
    return {"CT2_FORCE_CPU_ISA": "AVX512"} if can else {}


def _line(cpuinfo: Path, name: str) -> str:
    """The first processor's."""
    text = cpuinfo.read_text("utf-8") if cpuinfo.exists() else ""
    return next((line for line in text.splitlines() if line.startswith(name)), "")
