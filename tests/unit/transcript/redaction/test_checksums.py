"""National numbers by their checksums."""

import pytest

from fanscribe.transcript.redaction.checksums import find


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("1 85 05 78 006 084 91", "1 85 05 78 006 084 92"),
        ("529.982.247-25", "529.982.247-26"),
        ("52998224725", "11111111111"),
        ("11010519491231002X", "110105194912310021"),
        ("HEGG560427MVZRRL04", "HEGG560427QVZRRL04"),
    ],
)
def test_only_a_right_checksum_counts(right: str, wrong: str) -> None:
    assert list(find(f"It is {right} you see")) == [(6, 6 + len(right))]
    assert not list(find(f"It is {wrong} you see"))
