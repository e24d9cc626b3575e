"""Models are folders, found by name."""

import struct
import tomllib
from pathlib import Path

import pytest

from fanscribe.documents.options import ReadingOptions
from fanscribe.errors import UnknownModel, UnsupportedLanguage
from fanscribe.recognition.models import PACKAGED, PACKAGED_IN, find_model, open_model
from fanscribe.recognition.weights import read_shape
from functions.bake import PACKAGED as BAKED
from tests.conftest import ROOT
from tests.support.builders import a_model_folder, a_weights_file


def test_tiny_en_comes_with_the_installation() -> None:
    model = find_model("tiny.en")
    assert (model.name, model.languages, model.multilingual) == ("tiny.en", ("en",), False)
    assert (model.folder / "model.bin").is_file()


def test_the_image_bakes_the_model_that_the_installation_brings() -> None:
    """Its build installs the package before any of our code is there, so it names it once more."""
    requirement, inside = BAKED[PACKAGED]
    assert inside == "/".join(PACKAGED_IN)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert requirement in [line.replace(" ", "") for line in project["dependencies"]]


def test_a_models_footprint_is_reckoned_from_its_shape(tmp_path: Path) -> None:
    folder = a_model_folder(tmp_path)
    a_weights_file(folder / "model.bin", width=1280, layers=32, size=1_550_000_000)
    large = open_model(folder, "mine").footprint(tiles=4)
    assert round(large.loaded) == 350 + 1_550
    assert round(large.reader) == 2_218
    tiny = find_model("tiny.en").footprint(tiles=4)
    assert (large.threads, tiny.threads) == (2, 1)
    assert round(tiny.reader) == 181, "149 of it with beam 1; seen: 130 (benchmarks/notes.md)"


def test_a_shape_is_read_without_the_encoder(tmp_path: Path) -> None:
    whole = (find_model("tiny.en").folder / "model.bin").read_bytes()
    encoder = whole.index(b"encoder/conv1/bias")
    (tmp_path / "model.bin").write_bytes(whole[: encoder + 100])
    assert read_shape(tmp_path / "model.bin") == (384, 4)


@pytest.mark.parametrize("data", [b"", b"weights", struct.pack("I", 3), struct.pack("=IH", 6, 9)])
def test_weights_of_another_program_are_told(tmp_path: Path, data: bytes) -> None:
    folder = a_model_folder(tmp_path)
    (folder / "model.bin").write_bytes(data)
    with pytest.raises(UnknownModel, match=r"model\.bin .*Convert the model mine again"):
        open_model(folder, "mine").footprint(tiles=4)


def test_a_folder_is_a_model(tmp_path: Path) -> None:
    folder = a_model_folder(tmp_path / "mine", ["en", "fr", "haw"], multilingual=True)
    assert find_model(str(folder)).languages == ("en", "fr", "haw")


def test_an_english_only_model_is_known_by_its_vocabulary(tmp_path: Path) -> None:
    folder = a_model_folder(tmp_path / "mine", ["en", "fr"])
    assert find_model(str(folder)).languages == ("en",)


def test_the_path_of_the_weights_is_answered_with_their_folder(tmp_path: Path) -> None:
    folder = a_model_folder(tmp_path / "mine")
    with pytest.raises(
        UnknownModel, match=rf"a model is a folder with model\.bin in it: name its folder, {folder}"
    ):
        find_model(str(folder / "model.bin"))


def test_a_folder_without_weights_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match=r"holds no model: there is no model\.bin in it"):
        find_model(str(tmp_path))


def test_a_folder_without_vocabulary_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    with pytest.raises(UnknownModel, match="no vocabulary"):
        find_model(str(tmp_path))


def test_an_unknown_name_is_answered_with_the_names_that_exist() -> None:
    with pytest.raises(UnknownModel, match=r"no model 'larg-v3'.*tiny\.en.*large-v3.*turbo"):
        find_model("larg-v3")


def test_a_language_that_the_model_does_not_know_is_reported(tmp_path: Path) -> None:
    with pytest.raises(
        UnsupportedLanguage,
        match=r"tiny\.en does not know the language 'fr': it knows only English",
    ):
        find_model("tiny.en").check(ReadingOptions(language="fr"))
    model = open_model(a_model_folder(tmp_path / "mine", ["en", "fr"], multilingual=True), "mine")
    with pytest.raises(UnsupportedLanguage, match="knows en, fr"):
        model.check(ReadingOptions(language="de"))
    for language in ("fr", "multilingual", None):
        model.check(ReadingOptions(language=language, task="translate"))


def test_models_of_the_same_name_are_distinguished_by_their_weights(tmp_path: Path) -> None:
    one, other = a_model_folder(tmp_path / "a" / "mine"), a_model_folder(tmp_path / "b" / "mine")
    (other / "model.bin").write_bytes(b"other weights")
    assert open_model(one, "mine").identity != open_model(other, "mine").identity
