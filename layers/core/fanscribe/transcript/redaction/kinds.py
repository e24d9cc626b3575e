"""Signs of the kinds of personal data: words around a number, and passages that give it away.

Pure: regular expressions and lists of words. Presidio's recognizers are in recognizers.py.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from fanscribe.documents.redaction import Kind
from fanscribe.transcript.redaction.spoken import Run, Typed, plain, spelled

BEFORE, AFTER = 14, 6  # words before and after a number in which its kind is looked for
NEAR, SURE, PROBABLE = 0.85, 1.0, 0.6  # scores: by the words around it, by its form, perhaps
UNSAID = 0.45  # of a long number, whatever is said


class Candidate(NamedTuple):
    """A run of words, `first` to `last`, included, that may be personal data."""

    first: int
    last: int
    kind: Kind
    score: float


class Around(NamedTuple):
    """Words that tell what a number beside them is, and how long such numbers are."""

    words: re.Pattern[str]
    shortest: int
    longest: int


def _any_of(text: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{text})\b", re.IGNORECASE)


LONGEST = 60  # digits; models write some twice, or on and on
# In English and the words that German, French and Spanish speakers say
AROUND: Mapping[Kind, Around] = {
    "card": Around(
        _any_of(
            r"(?:credit|debit|bank) ?cards?|card(?: number)?|long number|visa|mastercard|amex|"
            r"american express|kreditkarte|carte (?:bleue|bancaire|de crédit)|tarjeta"
        ),
        12,
        LONGEST,
    ),
    "bank-account": Around(
        _any_of(
            r"account(?: number)?|routing(?: number)?|sort code|bank account|checking|savings|"
            r"direct debit|kontonummer|bankleitzahl|numéro de compte|número de cuenta"
        ),
        6,
        LONGEST,
    ),
    "phone": Around(
        _any_of(
            r"phone|telephone|cell|cellphone|mobile|call(?: me| us| back| him| her)?|text me|fax|"
            r"reach (?:me|us|him|her)|dial|ring me|whatsapp|extension|contact number|landline|"
            r"callback|telefon(?:nummer)?|handy(?:nummer)?|téléphone|portable|teléfono|móvil"
        ),
        7,
        LONGEST,
    ),
    "national-id": Around(
        _any_of(
            r"social(?: security)?|ssn|national insurance|ni number|passport|driver'?s licen[cs]e|"
            r"driving licen[cs]e|licen[cs]e number|tax(?:payer)? (?:id|identification|file|number)|"
            r"t\.?i\.?n|nhs(?: number)?|health card|medicare|medicaid|aadhaar|aadhar|pan card|"
            r"national id(?:entity|entification)?|identity (?:card|number)|id (?:card|number)|"
            r"social insurance|sin number|itin|ausweis(?:nummer)?|"
            r"steuer-?id(?:entifikationsnummer)?|"
            r"sécurité sociale|numéro (?:fiscal|de sécu)|dni|nie|cpf|bsn|burgerservicenummer|"
            r"codice fiscale|pesel|personnummer|curp"
        ),
        6,
        LONGEST,
    ),
    "password": Around(
        _any_of(
            r"pin(?: code| number)?|passcode|pass code|password|cvv|cvc|cvv2|security code|"
            r"verification code|access code|one-?time (?:code|password|passcode)|otp|"
            r"authenticat(?:or|ion) code|geheimzahl|passwort|code secret|mot de passe|contraseña"
        ),
        3,
        12,
    ),
}
LAST_FOUR = _any_of(
    r"last (?:four|4|three|3|five|5|six|6)(?: digits)?|ending (?:in|with)|ends (?:in|with)"
)
LONG = 8  # digits of a number that is somebody's, whatever is said around it
LONGEST_PHONE = 15
YEARS = re.compile(r"(?:1[5-9]|20)\d\d")
CURRENCIES = frozenset("$€£¥")
AMOUNT = re.compile(
    r"(?:dollars?|euros?|pounds?|percent|per cent|people|times|miles|kilomet\w+|met(?:er|re)s?|"
    r"years?|months?|days?|hours?|minutes?|seconds?|million|billion|bytes|megabytes|euro|prozent)\b",
    re.IGNORECASE,
)
BORN = _any_of(
    r"born|birth|birth ?days?|birthdate|d\.?o\.?b\.?|geboren|geburtsdatum|"
    r"geburtstag|née?|date de naissance|nací|nacimiento|fecha de nacimiento"
)


def by_words_around(words: Sequence[str], numbers: Sequence[Run]) -> Iterator[Candidate]:
    """Numbers whose kind the words before or after them say; the nearest decide. Long ones are
    somebody's, whatever is said.
    """
    for run in numbers:
        before = " ".join(map(plain, words[max(0, run.first - BEFORE) : run.first]))
        after = " ".join(map(plain, words[run.last + 1 : run.last + 1 + AFTER]))
        if AMOUNT.match(after) or words[run.first].strip()[:1] in CURRENCIES:
            continue
        nearest: list[tuple[int, Kind]] = []
        shortened = 3 <= run.digits <= 6 and LAST_FOUR.search(before[-40:]) is not None
        for kind, around in AROUND.items():
            if not (around.shortest <= run.digits <= around.longest or shortened):
                continue
            far = [len(before) - match.end() for match in around.words.finditer(before)]
            far += [match.start() + 15 for match in around.words.finditer(after)]
            nearest += [(min(far), kind)] if far else []
        if nearest:
            yield Candidate(run.first, run.last, min(nearest)[1], NEAR)
        elif likely := _of_its_length(run, words[run.first : run.last + 1]):
            score = NEAR if run.text.startswith("+") else UNSAID
            yield Candidate(run.first, run.last, likely, score)


def _of_its_length(run: Run, words: Sequence[str]) -> Kind | None:
    """What a number most likely is of which nobody says it. Years in a row are none."""
    if run.digits < LONG or all(YEARS.fullmatch(plain(word)) for word in words):
        return None
    if run.text.startswith("+") and run.digits <= LONGEST_PHONE:
        return "phone"
    if re.match(r"[A-Z]{2}\d\d", run.text) and run.digits > LONGEST_PHONE - 3:
        return "iban"
    return "card" if run.digits >= LONGEST_PHONE - 3 else "phone"


# ── Passages that give themselves away ───────────────────────────────────────────────────────────

STREETS = (
    r"Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Way|Terrace|"
    r"Crescent|Close|Square|Sq|Highway|Hwy|Parkway|Pkwy|Circle|Gardens|Grove|Row|Mews|Hill|Walk"
)
UNMISTAKEN = (
    r"street|road|avenue|boulevard|lane|drive|court|place|terrace|crescent|close|square|parkway"
)
UNIT = r"(?:,? (?:apartment|apt|suite|unit|flat|room|floor|number|#) ?\w{1,5}\b)?"
# a street, then what follows it: town, state, country, each with a capital, and a code
TOWN = r"(?:,?(?: in)?(?: [A-Z][\w'’.-]+){1,3}){0,3}"
POSTCODE = r"(?:,? (?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d))?"
ADDRESSES = (
    re.compile(
        rf"\b(?:(?i:flat|apartment|apt|suite|unit) \w{{1,4}},? )?\d{{1,6}}[A-Za-z]?,? "
        rf"(?:(?:[A-Z0-9][\w'’.-]*|de|la|of|the) ){{1,4}}(?i:{STREETS})\b\.?{UNIT}{TOWN}{POSTCODE}"
    ),
    re.compile(
        rf"\b[A-ZÄÖÜ][\w-]*(?:straße|strasse|gasse|weg|platz|allee|ring|ufer) \d{{1,4}}\w?\b"
        rf"(?:,? \d{{5}})?{TOWN}"
    ),
    re.compile(
        rf"\b\d{{1,4}}(?: bis| ter)?,? (?i:rue|avenue|boulevard|place|chemin|impasse|allée|quai|"
        rf"cours) (?:(?:d'|de la |de l'|de |du |des )?[A-ZÉÈ][\w'’-]*,? ?){{1,4}}(?:\d{{5}}{TOWN})?"
    ),
    re.compile(
        rf"\b(?i:calle|avenida|paseo|plaza) (?:(?:de la |de |del )?[A-ZÁÉÍÓÚ][\w'’-]*,? ?){{1,4}}"
        rf"(?:número )?\d{{1,4}}(?:,? \d{{5}}{TOWN})?"
    ),
    re.compile(  # in lower case, as a model may write it
        rf"(?:(?<= at )|(?<= is )|(?<= to )|(?<= on )|(?<=from ))\d{{1,5}}[A-Za-z]?,? "
        rf"(?!(?:the|of|a|an|my|miles?|more|new)\b)[a-z][\w'’-]*(?: [a-z][\w'’-]*)?,? "
        rf"(?:{UNMISTAKEN})\b\.?{UNIT}{TOWN}{POSTCODE}"
    ),
    re.compile(r"\b(?i:p\.? ?o\.? box|post office box) \d{1,7}\b" + TOWN + POSTCODE),
    re.compile(r"\b(?i:zip ?code|postcode|postal code|post code|zip)(?: is)? [A-Z\d][\w ]{3,8}\b"),
)
MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Januar|Februar|März|Mai|Juni|Juli|Oktober|"
    r"Dezember|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|"
    r"décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
    r"diciembre)"
)
ORDINAL = (
    r"(?:\d{1,2}(?:st|nd|rd|th)?\.?|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|"
    r"tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|"
    r"nineteenth|twentieth|thirtieth|(?:twenty|thirty)[- ]?(?:first|second|third|fourth|fifth|"
    r"sixth|seventh|eighth|ninth))"
)
YEAR = r"(?:19|20)\d\d"
DATES = re.compile(
    rf"\b(?:{MONTH},? (?:the )?{ORDINAL}(?:,? ?(?:of )?{YEAR})?|"
    rf"(?:the )?{ORDINAL} (?:of |de )?{MONTH}(?:,? (?:of |de )?{YEAR})?|{MONTH},? (?:of )?{YEAR}|"
    rf"\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{4}}|\d\d)|\d{{4}}-\d\d-\d\d|{YEAR})\b",
    re.IGNORECASE,
)
SAID_SO = r"(?:is|was|are|ist|est|es|=|:)"
SECRET = re.compile(
    r"\b(?i:pass ?(?:words?|codes?|phrases?)|secret (?:word|key|answer|question answer)|api ?key|"
    r"access key|access token|api token|secret|passwort|mot de passe|contraseña)"
    r"(?i: for [^.,?!]{1,30}?| to [^.,?!]{1,30}?)?,?:? "
    # after a pause, a model may end a sentence: "is. Coffee 94", "is coffee. 94"
    rf"(?:(?i:{SAID_SO})\.? )?(?i:still |now |just )?"
    r"(?P<secret>[^,?!]+?(?=[.?!,]*(?:$|[,?!]|\. (?!\d+\b)| "
    r"(?i:and|but|so|then|please|or|with|if|in case|that)\b)))"
)
NO_SECRET = re.compile(
    r"(?i:not|wrong|incorrect|expired|required|needed|too|very|stored|the|an?|in|on|never|being|set|"
    r"correct|right|for|of|to|what|secure|safe|reset|changed|here|there|managers?|protected|is|was|"
    r"are|has|have|can|will|must|should|and|or|that|which|you|we|i|it|hidden|policy|policies|field)"
    r"\b"
)
LONGEST_SECRET = 8  # words
KEYS = re.compile(
    r"\b(?:AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}|gh[pousr]_\w{20,}|sk-[\w-]{16,}|xox[abprs]-[\w-]{10,}|"
    r"AIza[\w-]{30,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+|(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])\w{24,})"
)
NAMED = re.compile(
    r"\b(?i:my (?:full |first |last |maiden |middle )?name(?:'s| is)|"
    r"(?:first|last|maiden|middle|sur|family|full) ?name(?:'s| is)|name of|ich heiße|"
    r"mein name ist|je m'appelle|mon nom est|me llamo|mi nombre es) (?:(?i:is) )?"
    r"(?P<name>[^\W\d_][\w'’-]*(?: "
    r"(?!(?i:and|or|but|from|with|calling|speaking|here|i|my|the|at|in|on|is|was|so|of|for)\b)"
    r"[^\W\d_][\w'’-]*){0,2})"
)
NO_NAME = re.compile(
    r"(?i:not|on|in|the|a|an|spelled|misspelled|written|wrong|what|this|that|it)\b"
)


def _inside(
    typed: Typed, match: re.Match[str], kind: Kind, score: float, group: str | int = 0
) -> Candidate:
    start, end = match.span(group)
    return Candidate(*typed.words(start, max(end, start + 1)), kind, score)


def by_passages(written: Typed, typed: Typed) -> Iterator[Candidate]:
    """Addresses, dates of birth, secrets and names that the words before them announce."""
    for text in (written, typed):
        for pattern in ADDRESSES:
            yield from (
                _inside(text, each, "address", NEAR) for each in pattern.finditer(text.text)
            )
        for match in DATES.finditer(text.text):
            if BORN.search(text.text[max(0, match.start() - 60) : match.start()]):
                yield _inside(text, match, "date-of-birth", NEAR)
        yield from (_inside(text, each, "password", SURE) for each in KEYS.finditer(text.text))
    for match in SECRET.finditer(written.text):
        if not NO_SECRET.match(match["secret"]):
            found = _inside(written, match, "password", PROBABLE, "secret")
            yield found._replace(last=min(found.last, found.first + LONGEST_SECRET - 1))
    yield from (
        _inside(written, each, "name", NEAR, "name")
        for each in NAMED.finditer(written.text)
        if not NO_NAME.match(each["name"])
    )


def by_spelling(words: Sequence[str]) -> Iterator[Candidate]:
    """Spelled names: letters, one by one, where a name or a spelling is announced."""
    for first, last in spelled(words):
        before = " ".join(map(plain, words[max(0, first - 10) : first])).lower()
        if re.search(r"\b(?:name|spell\w*|spelt|surname|that's|buchstabiert|épeler)\b", before):
            yield Candidate(first, last, "name", NEAR)
