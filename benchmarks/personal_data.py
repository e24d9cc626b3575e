"""Sentences with personal data, made by templates: what is to be found is known word by word.

The values are invented, with right checksums where there are any. `[…]` in a template stands for a
value; half of the numbers are digits, as a model writes them, and half are spoken.
"""

import random
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from fanscribe.documents.redaction import KINDS, Kind

SEED = 21
EACH = 30  # sentences of a kind


def _listed(words: str) -> list[str]:
    return words.split()


DIGITS = _listed("zero one two three four five six seven eight nine")
FIRST = _listed(
    "Maria Kevin Priya Siobhan Wei Fatima Olu Hannah Giorgos Emily Mohammed Yuki Lars Chloe "
    "Dmitri Aisha Carlos Ingrid Thabo Rebecca"
)
LAST = _listed(
    "Gonzalez Smith Raghavan O'Neill Zhang Haddad Adeyemi Berger Papadopoulos Watson Khan Tanaka "
    "Nilsson Dubois Ivanov Bello Fernandez Larsen Nkosi Goldberg"
)
STREETS = _listed("Elm Oak Maple Church Station Victoria Mill Park Washington Lakeview")
ENDS = _listed("Street Road Avenue Lane Drive Close")
TOWNS = _listed("Springfield Leeds Portland Bristol Austin Dayton Bath Denver")
MONTHS = _listed(
    "January February March April May June July August September October November December"
)
WORDS = _listed("sunshine dragon falcon orange thunder meadow silver coffee")
SITES = _listed("example acme northwind contoso fabrikam globex")

TEMPLATES: dict[Kind, list[str]] = {
    "name": [
        "Hello, this is [name] from the billing department.",
        "Could I speak to [name] about the delivery?",
        "My name is [name] and I am calling about an invoice.",
        "I talked to [name] last week and nothing has happened.",
        "Please send the documents to [name] before Friday.",
        "[name] will call you back in the afternoon.",
        "The doctor, [name], said it was nothing serious.",
        "We met [name] and [name] at the conference.",
        "Thanks for waiting, [first], I have found the order.",
        "Is that you, [first]?",
    ],
    "email": [
        "You can write to me at [email] any time.",
        "My email address is [email].",
        "Send it to [email], please.",
        "It is [email], all in lower case.",
        "I never got your mail, I am at [email].",
    ],
    "phone": [
        "You can reach me at [phone] after six.",
        "My phone number is [phone].",
        "Call me back on [phone], please.",
        "The number is [phone], and that is my mobile.",
        "It is [phone] if we get cut off.",
    ],
    "address": [
        "I live at [address].",
        "Please deliver it to [address] on Monday.",
        "My address is [address].",
        "We have moved to [address].",
        "The flat is at [address], on the second floor.",
    ],
    "card": [
        "My card number is [card].",
        "Please charge it to my Visa, [card].",
        "Okay, the long number is [card].",
        "It says [card] on the front of the card.",
        "You have the card ending in [last4] on file.",
    ],
    "bank-account": [
        "My account number is [account].",
        "The account is [account] with the same bank.",
        "Put it into my checking account, that is [account].",
        "The routing number is [routing].",
        "The sort code is [sort] for that branch.",
    ],
    "iban": [
        "The IBAN is [iban].",
        "Please transfer it to [iban].",
        "My new account is [iban], from next month on.",
    ],
    "national-id": [
        "My social security number is [ssn].",
        "The social is [ssn].",
        "My national insurance number is [nino].",
        "It is [nino] on my payslip.",
        "My passport number is [passport].",
        "The NHS number is [nhs].",
    ],
    "date-of-birth": [
        "I was born on [date].",
        "My date of birth is [date].",
        "My birthday is [date].",
        "Date of birth? [date].",
    ],
    "password": [
        "My password is [secret].",
        "The password was [secret], but I changed it.",
        "My PIN is [pin].",
        "The security code on the back is [pin3].",
        "They texted me a verification code, it is [code].",
        "Log in with the passphrase [secret] and wait.",
    ],
    "ip": [
        "The server is at [ip].",
        "My IP address is [ip].",
        "It keeps connecting to [ip] for some reason.",
    ],
    "url": [
        "Go to [url] and log in.",
        "The form is on [url].",
        "I found your page at [url] yesterday.",
    ],
}
NONE = [
    "We opened in nineteen ninety four with about one hundred and fifty people.",
    "The train leaves at 10:45 from platform seven.",
    "It costs 1,250 dollars, or 12 percent less if you pay today.",
    "I think the second chapter is better than the first one.",
    "Once upon a time there were three bears who lived in a forest.",
    "The password has expired, so you have to set a new one.",
    "She was born in a small town and moved away at the age of twenty.",
    "At this point in time we can't say more about that.",
    "Your order has been shipped and should arrive on March 3rd.",
    "The meeting is on Tuesday the 14th at half past nine.",
    "Chapter 12, page 240, the third paragraph from the top.",
    "He scored 28 points and took 11 rebounds in 35 minutes.",
    "The population grew from 2010 to 2020 by four million.",
    "Do you have an account with us, or a card?",
    "We looked at the street, the road and the avenue behind it.",
    "Version 3.11 is faster than version 3.10 by a fifth.",
    "London is bigger than Paris, and Berlin is cheaper than both.",
    "Call again when you know more about it.",
    "There are 365 days in a year, and 366 in some.",
    "My phone is broken, and my email does not work either.",
]
# Written by hand after the rules, which were not mended by them: `{kind|value}`
BY_HAND = """
Yeah hi, {name|Deborah} here, I'm ringing about the boiler.
Right, so that's {name|Tomasz Kowalczyk}, K-O-W, and then the rest as you'd expect.
You'll want to talk to {name|Doctor Okafor} or her deputy {name|Lewis}.
{name|Jim}, can you hear us?
I spoke with a {name|Ms. Abernathy} on the fourth and she promised a refund.
My husband {name|Raj} set it up, I don't really use it.
It was either {name|Anneliese} or {name|Bettina} who signed for it.
Sure, it's {email|k.abernathy at outlook dot com}.
Could you resend it to {email|billing@harrow-tools.co.uk}, the other one bounced.
It's my first name dot last name, so {email|deborah dot lane at gmail dot com}.
Try {email|d_lane_1974@yahoo.com}, that's the old one.
The best one is {phone|0161 496 0018}, leave a message.
It's area code {phone|three oh three, five five five, oh one seven two}.
Is it still {phone|plus four nine, one five one, two three four five six seven eight}?
Her cell is {phone|(415) 555-0132} and she picks up after five.
We're out at {address|1600 Pennsylvania Avenue, Washington}.
That's {address|Flat 3, 27 Cromwell Road, London SW7 2LD}.
The van should come to {address|12 rue de la Paix} in the centre.
Send the cheque to {address|P.O. Box 1147, Dayton, Ohio 45401}.
She lives in {address|a yellow house behind the church in Penrith}.
Okay it goes {card|five three five three, one one one one, oh nine oh nine, double two double four}.
Sixteen digits, {card|4929-1234-5678-9012}, and it's a Visa.
The card finishes in {card|nine nine oh two}.
Same bank, number {bank-account|7 1 0 4 4 9 0 2}, in her name.
The routing, let me see, {bank-account|oh two one oh oh oh oh two one}.
Sort code {bank-account|40-47-84} and account {bank-account|7087 2490}.
It's a German one, {iban|DE89 3704 0044 0532 0130 00}.
The IBAN starts with {iban|F R 1 4 2 0 0 4 1 0 1 0 0 5 0 5 0 0 0 1 3 M 0 2 6 0 6}.
Mine's {national-id|two one nine, oh nine, nine nine nine nine}, that's the social.
On my licence it says {national-id|MORGA657054SM9IJ}.
My Aadhaar, hold on, {national-id|2345 6789 0124}.
The tax file number is {national-id|one two three, four five six, seven eight two}.
I turned sixty this year, born {date-of-birth|the ninth of June 1966}.
DOB {date-of-birth|11 08 79}.
Her birthday's {date-of-birth|Halloween}, same as mine.
He was born back in {date-of-birth|1948}.
Then you type {password|hunter two}, all small, as the password.
The wifi password is {password|blue-kettle-99}, with dashes.
My old PIN was {password|0852}, don't laugh.
The one-time code I got is {password|7 7 1 0 3 2}.
The CVV, {password|three eight one}.
Set the key to {password|sk-live-4f9a8b7c6d5e4f3a2b1c}.
The camera sits on {ip|192.168.0.44}, the printer one above.
I can ping {ip|ten dot one dot seven dot nine}.
It's all at {url|harrow-tools dot co dot uk slash returns}.
There's a link, {url|https://bit.ly/3xY7Qz}, in the chat.
We met by the river on the second of May and talked about 1984 and other books.
The budget is 4.5 million, up from 3.9, and 62 percent of that is wages.
Turn left at the third light, go 200 yards, and it's the white building.
Room 402, then take the lift to floor 12 and ask for the manager.
Our flight is BA 117 at 8:25, gate 33, and we land at 11:05.
It took 35 minutes, 12 of them on the motorway.
""".strip().split("\n")


class Value(NamedTuple):
    """Personal data as it is written in a sentence."""

    text: str
    kind: Kind


class Sentence(NamedTuple):
    """Words, and for each the number of its value among `values`, or None."""

    words: list[str]
    of: list[int | None]
    values: list[Value]

    @property
    def text(self) -> str:
        return " ".join(self.words)


def sentences(each: int = EACH) -> list[Sentence]:
    """The labelled set, the same at every call."""
    chance = random.Random(SEED)
    makers = _makers(chance)
    made = [
        _filled(TEMPLATES[kind][i % len(TEMPLATES[kind])], makers)
        for kind in KINDS
        for i in range(each)
    ]
    return made + [_filled(text, makers) for text in NONE]


def by_hand() -> list[Sentence]:
    """The sentences that the rules have not seen."""
    made = []
    for line in BY_HAND:
        words: list[str] = []
        of: list[int | None] = []
        values: list[Value] = []
        for before, kind, value, after in re.findall(
            r"([^{]*)(?:\{([\w-]+)\|([^}]*)\}(\S*))?", line
        ):
            words += before.split()
            of += [None] * len(before.split())
            if kind:
                words += f"{value}{after}".split()
                of += [len(values)] * len(f"{value}{after}".split())
                values.append(Value(value, next(each for each in KINDS if each == kind)))
        made.append(Sentence(words, of, values))
    return made


def _filled(template: str, makers: dict[str, Callable[[], Value]]) -> Sentence:
    words: list[str] = []
    of: list[int | None] = []
    values: list[Value] = []
    for part in re.findall(r"\[\w+\]\S*|\S+", template):
        slot = re.fullmatch(r"\[(\w+)\](\S*)", part)
        if slot is None:
            words.append(part)
            of.append(None)
            continue
        value = makers[slot[1]]()
        own = value.text.split()
        own[-1] += slot[2]
        words += own
        of += [len(values)] * len(own)
        values.append(value)
    return Sentence(words, of, values)


class _Values:
    """Invented values, each at random."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.any = chance.choice

    def number(self, count: int) -> str:
        return "".join(self.any("123456789") for _ in range(count))

    def said(self, digits: str, groups: str) -> str:
        """As a model writes it, or spoken digit by digit with pauses."""
        if self.chance.random() < 0.5:
            return groups
        return " ".join(
            DIGITS[int(digit)] + ("," if i % 4 == 3 and i + 1 < len(digits) else "")
            for i, digit in enumerate(digits)
        )

    def spelled(self, code: str, groups: str) -> str:
        """The same for a code with letters."""
        if self.chance.random() < 0.5:
            return groups
        return " ".join(DIGITS[int(sign)] if sign.isdigit() else sign for sign in code)

    def plain(self, count: int) -> str:
        digits = self.number(count)
        return self.said(digits, digits)

    def name(self) -> str:
        return f"{self.any(FIRST)} {self.any(LAST)}"

    def email(self) -> str:
        user, site = self.any(FIRST).lower(), self.any(SITES)
        last = re.sub(r"\W", "", self.any(LAST)).lower()
        forms = [
            f"{user}.{last}@{site}.com",
            f"{user} dot {last} at {site} dot com",
            f"{user}{last} at {site}.org",
            f"{user} underscore {last} at {site} dot co dot uk",
        ]
        return self.any(forms)

    def phone(self) -> str:
        area, rest = self.any(["212", "415", "303", "617"]), self.number(7)
        if self.chance.random() < 0.3:
            digits = "07" + self.any("4579") + self.number(8)
            return self.said(digits, f"{digits[:5]} {digits[5:]}")
        return self.said(area + rest, f"{area}-{rest[:3]}-{rest[3:]}")

    def address(self) -> str:
        street = f"{self.number(2)} {self.any(STREETS)} {self.any(ENDS)}"
        return self.any([street, f"{street}, {self.any(TOWNS)}"])

    def card(self) -> str:
        digits = self.any(["4" + self.number(14), "5" + self.any("12345") + self.number(13)])
        digits += next(str(last) for last in range(10) if _luhn(f"{digits}{last}"))
        return self.said(digits, " ".join(_grouped(digits, 4)))

    def routing(self) -> str:
        digits = self.any("02") + self.number(7)
        weights = (3, 7, 1, 3, 7, 1, 3, 7)
        total = sum(int(d) * w for d, w in zip(digits, weights, strict=True))
        digits += str(-total % 10)
        return self.said(digits, digits)

    def sort_code(self) -> str:
        return "-".join(_grouped(self.number(6), 2))

    def iban(self) -> str:
        bank, account = self.any(["NWBK", "BARC", "LOYD"]), self.number(14)
        moved = "".join(str(int(sign, 36)) for sign in f"{bank}{account}GB00")
        whole = f"GB{98 - int(moved) % 97:02}{bank}{account}"
        return self.spelled(whole, " ".join(_grouped(whole, 4)))

    def ssn(self) -> str:
        digits = self.any(["212", "417", "561"]) + self.number(6)
        return self.said(digits, f"{digits[:3]}-{digits[3:5]}-{digits[5:]}")

    def nino(self) -> str:
        code = self.any(["AB", "JK", "NP"]) + self.number(6) + self.any("ABCD")
        return self.spelled(code, " ".join(_grouped(code, 2)))

    def nhs(self) -> str:
        digits, check = "", 10
        while check == 10:
            digits = self.number(9)
            check = 11 - sum(int(d) * (10 - i) for i, d in enumerate(digits)) % 11
        digits += str(check % 11)
        return self.said(digits, f"{digits[:3]} {digits[3:6]} {digits[6:]}")

    def date(self) -> str:
        month, day = self.any(MONTHS), self.chance.randint(4, 20)
        year = self.chance.randint(1941, 2004)
        forms = [
            f"{month} {day}, {year}",
            f"the {day}th of {month} {year}",
            f"{day:02}/{MONTHS.index(month) + 1:02}/{year}",
            f"{month} {day}",
        ]
        return self.any(forms)

    def secret(self) -> str:
        return f"{self.any(WORDS)} {self.any([self.number(2), self.any(WORDS)])}"

    def ip(self) -> str:
        parts = [str(self.chance.randint(1, 254)) for _ in range(4)]
        return self.any([".".join(parts), " dot ".join(parts)])

    def url(self) -> str:
        site = self.any(SITES)
        forms = [
            f"www.{site}.com/account",
            f"{site}.org",
            f"{site} dot com",
            f"www dot {site} dot co dot uk slash help",
        ]
        return self.any(forms)


def _makers(chance: random.Random) -> dict[str, Callable[[], Value]]:
    """For each slot what fills it."""
    make = _Values(chance)
    made: dict[str, tuple[Kind, Callable[[], str]]] = {
        "name": ("name", make.name),
        "first": ("name", lambda: make.any(FIRST)),
        "email": ("email", make.email),
        "phone": ("phone", make.phone),
        "address": ("address", make.address),
        "card": ("card", make.card),
        "last4": ("card", lambda: make.plain(4)),
        "account": ("bank-account", lambda: make.plain(8)),
        "routing": ("bank-account", make.routing),
        "sort": ("bank-account", make.sort_code),
        "iban": ("iban", make.iban),
        "ssn": ("national-id", make.ssn),
        "nino": ("national-id", make.nino),
        "passport": ("national-id", lambda: make.plain(9)),
        "nhs": ("national-id", make.nhs),
        "date": ("date-of-birth", make.date),
        "secret": ("password", make.secret),
        "pin": ("password", lambda: make.plain(4)),
        "pin3": ("password", lambda: make.plain(3)),
        "code": ("password", lambda: make.plain(6)),
        "ip": ("ip", make.ip),
        "url": ("url", make.url),
    }
    return {slot: _valued(kind, maker) for slot, (kind, maker) in made.items()}


def _valued(kind: Kind, make: Callable[[], str]) -> Callable[[], Value]:
    return lambda: Value(make(), kind)


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + (i % 2)) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _grouped(text: str, size: int) -> Iterator[str]:
    return (text[i : i + size] for i in range(0, len(text), size))
