"""What the processor can do is read as the kernel lists it, CTranslate2 is asked for AVX-512 where
that was seen to help, and cores are shared by as many readers as memory allows.
"""

from pathlib import Path

import pytest

from fanscribe.recognition.compute import (
    AVX512,
    Footprint,
    cpu_features,
    given_readers,
    readers,
    widest_vectors,
)

ALL = " ".join(sorted(AVX512))


def a_cpuinfo(folder: Path, vendor: str, flags: str) -> Path:
    file = folder / "cpuinfo"
    file.write_text(
        f"processor\t: 0\nvendor_id\t: {vendor}\n"
        f"flags\t\t: {flags}\n\nprocessor\t: 1\nflags\t\t: fpu\n"
    )
    return file


def test_vector_instructions_are_read_as_the_kernel_lists_them(tmp_path: Path) -> None:
    assert cpu_features(a_cpuinfo(tmp_path, "AuthenticAMD", "fpu sse4_2 avx512f avx2 avx fma")) == [
        "avx",
        "avx2",
        "avx512f",
    ]
    assert cpu_features(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("vendor", "flags", "variables"),
    [
        ("AuthenticAMD", f"fpu avx2 {ALL}", {"CT2_FORCE_CPU_ISA": "AVX512"}),
        ("AuthenticAMD", f"fpu avx2 {ALL.replace('avx512bw', '')}", {}),
        ("AuthenticAMD", "fpu avx2", {}),
        ("GenuineIntel", f"fpu avx2 {ALL}", {}),
    ],
)
def test_amds_with_all_of_avx_512_are_asked_to_use_it(
    tmp_path: Path, vendor: str, flags: str, variables: dict[str, str]
) -> None:
    assert widest_vectors(a_cpuinfo(tmp_path, vendor, flags)) == variables
    assert widest_vectors(tmp_path / "none") == {}


LIGHT = Footprint(loaded=400, reader=150, threads=1)
HEAVY = Footprint(loaded=1_900, reader=2_200, threads=2)


@pytest.mark.parametrize(
    ("cores", "memory_mb", "footprint", "count"),
    [
        (6, 10_240, LIGHT, 6),
        (2, 3_008, LIGHT, 2),
        (1, 3_008, LIGHT, 1),
        (2, 600, LIGHT, 1),  # a second one doesn't fit
        (6, 10_240, HEAVY, 3),  # of two threads each
        (2, 3_008, HEAVY, 1),  # not even one fits: it may do yet
        (6, 40_000, HEAVY, 3),  # whatever memory there is
        (2, 10_240, HEAVY, 2),  # of one thread each: there are few cores
        (6, 8_000, HEAVY, 2),
        (6, 0, LIGHT, 1),  # nobody knows how much memory there is
    ],
)
def test_a_reader_for_each_core_or_as_many_as_memory_allows_with_the_cores_shared_evenly(
    cores: int, memory_mb: int, footprint: Footprint, count: int
) -> None:
    assert readers(cores, memory_mb, footprint) == count


def test_the_command_may_say_how_many_read() -> None:
    assert given_readers({"FANSCRIBE_READERS": "3"}) == 3
    assert given_readers({}) is None
