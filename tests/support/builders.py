"""Plans, readings and transcripts, said in the fewest words."""

import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from fanscribe.documents.job import Failure
from fanscribe.documents.options import ReadingOptions
from fanscribe.documents.plan import Origin, Plan, Recording, StoredAudio, Tile, Undecodable
from fanscribe.documents.reading import Reading, Word
from fanscribe.documents.speaker import Overlap, Speaker
from fanscribe.documents.track import Track
from fanscribe.recognition.models import MULTILINGUAL_VOCABULARY
from fanscribe.times import SAMPLE_RATE
from fanscribe.transcript.build import Transcript, build_transcript
from fanscribe.transcript.ledger import settle_ledger

SECOND = SAMPLE_RATE
DAMAGED = [
    (0, "Bonsoir à tous. Merci", 5_000),
    (1, "d'être venus. | Voici l'histoire.", 12_000),
    (2, "Fin.", 21_000),
]


def a_tile(index: int, start_s: float, end_s: float, *, silent: bool = False) -> Tile:
    start, end = round(start_s * SECOND), round(end_s * SECOND)
    return Tile(index=index, start=start, end=end, speech=() if silent else ((start, end),))


def tiles(count: int, seconds: float = 10, silent: Iterable[int] = ()) -> tuple[Tile, ...]:
    """`count` tiles of the same length; those in `silent` hold no speech."""
    quiet = set(silent)
    return tuple(a_tile(i, i * seconds, (i + 1) * seconds, silent=i in quiet) for i in range(count))


def a_plan(of_tiles: tuple[Tile, ...], options: ReadingOptions | None = None) -> Plan:
    recording = Recording(
        bucket="recordings",
        key="talk.mp3",
        etag="0123",
        samples=of_tiles[-1].end if of_tiles else 0,
    )
    job, options = "0123456789abcdef", options or ReadingOptions()
    return Plan(
        job=job,
        recording=recording,
        options=options,
        model="tiny.en",
        tiles=of_tiles,
        sound=StoredAudio(job=job),
    )


def words(text: str, start: int = 0, each: int = 300, gap: int = 100) -> tuple[Word, ...]:
    """The words of `text`, `each` ms long with `gap` ms between them; a `|` is a pause of two
    seconds.
    """
    said, now = [], start
    for token in text.split():
        if token == "|":
            now += 2_000
            continue
        said.append(Word(text=f" {token}", start=now, end=now + each, probability=0.9))
        now += each + gap
    return tuple(said)


def a_reading(
    tile: int, said: tuple[Word, ...], language: str = "en", logprob: float = -0.25
) -> Reading:
    return Reading(
        tile=tile,
        language=language,
        words=said,
        avg_logprob=logprob,
        no_speech_prob=0.01,
        compression_ratio=1.5,
    )


def a_transcript(
    text: str, failures: Mapping[int, Failure] | None = None, start: int = 0
) -> Transcript:
    """A transcript of one tile of 30 s per 60 words or so."""
    said = words(text, start)
    length = (said[-1].end if said else 0) / 1000 + 1
    plan = a_plan((a_tile(0, 0, length),))
    readings = {0: a_reading(0, said)}
    return build_transcript(plan, readings, settle_ledger(plan, readings, failures or {}))


def told_apart(
    transcript: Transcript,
    by: Sequence[int | None],
    names: Mapping[int, str | None] = MappingProxyType({}),
) -> Transcript:
    """The transcript with a speaker for each segment, in order and over again."""
    spoken = Counter[int]()
    segments = []
    for i, segment in enumerate(transcript.segments):
        speaker = by[i % len(by)]
        segments.append(segment.model_copy(update={"speaker": speaker}))
        if speaker is not None:
            spoken[speaker] += segment.end - segment.start
    speakers = tuple(
        Speaker(number=number, name=names.get(number), talk=talk)
        for number, talk in sorted(spoken.items())
    )
    return transcript.model_copy(update={"segments": tuple(segments), "speakers": speakers})


def a_meeting() -> Transcript:
    """Four tiles in which three speak, one of them with a name, two once at the same time; one is
    not told apart, and one tile could not be read.
    """
    plan = a_plan(tiles(4))
    said = (
        "Good morning. | Shall we begin with the lamp? Yes. It was lit every evening,",
        "and every morning somebody put it out. Who?",
        "The keeper did. | Or his daughter & her <friend>, I think.",
    )
    readings = {i: a_reading(i, words(text, i * 10_000)) for i, text in enumerate(said)}
    failed = {3: Failure(error="BadAudio")}
    transcript = build_transcript(plan, readings, settle_ledger(plan, readings, failed))
    meeting = told_apart(transcript, [None, 0, 1, 1, 1, 0, 2, 1], {0: "Ada <Lovelace> & Co."})
    overlap = Overlap(start=4_600, end=5_100, speakers=(0, 1))
    return meeting.model_copy(update={"overlaps": (overlap,)})


def damaged(plan: Plan, *stretches: tuple[float, float]) -> Plan:
    """The plan of a recording that could not be decoded from second to second, in any of its
    channels.
    """
    channels = sorted({tile.channel for tile in plan.tiles})
    lost = [
        Undecodable(channel=c, start=round(a * SECOND), end=round(b * SECOND))
        for c in channels
        for a, b in stretches
    ]
    return plan.model_copy(update={"undecodable": tuple(lost)})


def a_damaged_talk() -> Transcript:
    """Half a minute of a film with two tracks. 3 s, a moment, and the end are undecodable."""
    french = Track(1, "aac", 2, "fra", default=True, level=-18)
    comments = Track(2, "aac", 2, "eng", "Director & <crew> --> both", level=-20)
    plan = damaged(a_plan(tiles(3)), (8, 11), (15.5, 15.9), (26, 30))
    plan = plan.model_copy(
        update={"origin": Origin(tracks=(french, comments), track=1, channels=2, loudness=-18)}
    )
    readings = {i: a_reading(i, words(said, start), "fr") for i, said, start in DAMAGED}
    return build_transcript(plan, readings, settle_ledger(plan, readings, {}))


def a_weights_file(file: Path, width: int, layers: int, size: int = 1_000) -> None:
    """What CTranslate2's weights say of a decoder of so many layers, in a file of about so many
    bytes, all of them zero.
    """

    def variable(name: str, shape: tuple[int, ...], length: int) -> None:
        opened.write(struct.pack("H", len(name) + 1) + name.encode() + b"\0")
        opened.write(struct.pack(f"=B{len(shape)}IBI", len(shape), *shape, 4, length))
        opened.seek(length, 1)

    with file.open("wb") as opened:
        opened.write(
            struct.pack("=IH", 6, 12) + b"WhisperSpec\0" + struct.pack("=II", 3, layers + 1)
        )
        variable(
            "decoder/embeddings/weight", (size // width // 2, width), size // width // 2 * width * 2
        )
        for layer in range(layers):
            variable(f"decoder/layer_{layer}/ffn/linear_0/bias", (width,), 2 * width)
        opened.write(struct.pack("I", 0))


def a_model_folder(
    folder: Path, languages: Iterable[str] = ("en",), *, multilingual: bool = False
) -> Path:
    """A folder that looks like a converted model from outside: weights, and a vocabulary of the
    right size.
    """
    folder.mkdir(parents=True, exist_ok=True)
    a_weights_file(folder / "model.bin", width=384, layers=4)
    tokens = ["<|startoftranscript|>", *(f"<|{code}|>" for code in languages), "<|translate|>"]
    size = MULTILINGUAL_VOCABULARY if multilingual else MULTILINGUAL_VOCABULARY - 1
    tokens = [f"t{i}" for i in range(size - len(tokens))] + tokens
    (folder / "vocabulary.txt").write_text("\n".join(tokens) + "\n", "utf-8")
    return folder
