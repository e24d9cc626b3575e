"""The models that tell speakers apart: in the cache, and looked for only if they are needed."""

import os
from pathlib import Path

import pytest

from fanscribe.errors import UnknownModel
from fanscribe.speakers.building import EMBEDDING, RECIPE, RECIPE_FILE, SEGMENTATION
from fanscribe.speakers.models import FOLDER, find_models, is_current
from fanscribe_local.cli.speaker_models import have_speaker_models


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of a machine that has built them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(FOLDER, "")  # so that what is set meanwhile is taken back
    monkeypatch.delenv(FOLDER)
    folder = tmp_path / "fanscribe" / "speakers"
    folder.mkdir(parents=True)
    for name in (SEGMENTATION, EMBEDDING):
        (folder / name).touch()
    (folder / RECIPE_FILE).write_text(RECIPE)
    return folder


def test_they_are_named_to_the_functions_if_speakers_are_asked_for(cache: Path) -> None:
    have_speaker_models({"speakers": "auto"})
    assert os.environ[FOLDER] == str(cache)
    assert find_models() == cache


@pytest.mark.parametrize("options", [{}, {"speakers": "off"}])
def test_who_asks_for_no_speakers_needs_none(cache: Path, options: dict[str, str]) -> None:
    (cache / EMBEDDING).unlink()
    have_speaker_models(options)
    assert FOLDER not in os.environ


def test_a_folder_that_was_named_stays(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    have_speaker_models({"speakers": "2"})
    assert os.environ[FOLDER] == str(tmp_path) != str(cache)


def test_a_folder_without_them_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match=f"no speaker models in {tmp_path}.*building.build"):
        find_models({FOLDER: str(tmp_path)})


def test_models_of_another_recipe_are_not_current(cache: Path) -> None:
    assert is_current(cache)
    (cache / RECIPE_FILE).write_text("1")
    assert not is_current(cache)
    (cache / RECIPE_FILE).unlink()
    assert not is_current(cache), "from before there were recipes"


def test_a_named_folder_needs_no_recipe(cache: Path) -> None:
    (cache / RECIPE_FILE).unlink()
    assert find_models({FOLDER: str(cache)}) == cache
