"""Convert a Whisper checkpoint for baking: `convert.py NAME_OR_FOLDER TARGET`.

Run by `make model`, with .venv-convert's Python.

What `ct2-transformers-converter --quantization float16` does, and then the weights as int8, as
CTranslate2 makes them when it loads: its converter's int8 takes digits from the convolutions too,
which are computed as floats. Besides, the two files that faster-whisper looks for beside the
weights: copied from the checkpoint they may be missing, or called otherwise by another version of
transformers.
"""

import sys
from pathlib import Path

from ctranslate2.converters import TransformersConverter
from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperTokenizerFast

from fanscribe.recognition.int8 import to_int8


def convert(checkpoint: str, target: Path) -> None:
    """From a name on the Hugging Face hub, or a folder, to a folder with `model.bin`."""
    if target.exists():
        sys.exit(f"{target} is there already. Remove it to convert {checkpoint} again.")
    try:
        kind = WhisperConfig.get_config_dict(checkpoint)[0].get("model_type")
    except OSError as error:
        sys.exit(
            f"{checkpoint} is no checkpoint in a folder here, and can't be had from the hub: "
            f"{str(error).splitlines()[0]}"
        )
    if kind != "whisper":
        sys.exit(f"{checkpoint} is no Whisper checkpoint: its model_type is {kind!r}.")
    TransformersConverter(checkpoint).convert(str(target), quantization="float16")
    to_int8(target / "model.bin")
    WhisperTokenizerFast.from_pretrained(checkpoint).backend_tokenizer.save(
        str(target / "tokenizer.json")
    )
    WhisperFeatureExtractor.from_pretrained(checkpoint).to_json_file(
        target / "preprocessor_config.json"
    )
    print(f"{checkpoint} is in {target}. Deploy it: make deploy MODEL={target}")


if __name__ == "__main__":
    convert(sys.argv[1], Path(sys.argv[2]))
