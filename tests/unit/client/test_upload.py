from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from fanscribe import keys
from fanscribe_local.client.upload import MOST_PARTS, SMALLEST_PART, digest, pieces


@given(st.integers(1, 5 << 40))  # S3 takes at most 5 TiB
def test_pieces_are_the_whole_file_in_parts_that_s3_takes(size: int) -> None:
    planned = pieces(size)
    assert len(planned) <= MOST_PARTS
    assert [piece.number for piece in planned] == list(range(1, len(planned) + 1))
    assert [piece.start for piece in planned] == [
        0,
        *(piece.start + piece.size for piece in planned),
    ][:-1]
    assert sum(piece.size for piece in planned) == size
    assert all(piece.size >= SMALLEST_PART for piece in planned[:-1])
    assert 0 < planned[-1].size <= 5 << 30


def test_a_key_tells_the_content_and_the_name(tmp_path: Path) -> None:
    one, other = tmp_path / "one.wav", tmp_path / "other.wav"
    one.write_bytes(b"sound")
    other.write_bytes(b"noise")
    assert digest(one) != digest(other)
    assert keys.upload(digest(one), one.name) == f"uploads/{digest(one)}/one.wav"
