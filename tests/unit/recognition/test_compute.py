"""What the processor can do is read as the kernel lists it, and CTranslate2 is asked for AVX-512
where that was seen to help.
"""

from pathlib import Path

import pytest

from fanscribe.recognition.compute import AVX512, cpu_features, widest_vectors

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
