"""Ogg files, read page by page (RFC 3533): which parts are whole, and what is lost. Pure.

Each page has a number and a checksum, and the time (granule) at which its last packet ends. FFmpeg
passes over pages that are damaged, and looks at nobody's numbers: it takes what follows a lost page
for what came next. So a file is given to it in runs, between whose pages nothing is lost. Files
that are joined ("chaining") are runs of their own, too.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import Struct
from typing import NamedTuple, Protocol

CAPTURE = b"OggS\x00"  # every page begins so
HEAD = Struct("<5xBqIIIB")  # flags, granule, serial, number, checksum, count of segments
FIRST, LAST = 2, 4  # flags: a stream begins, and ends
REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
ONES = 0xFFFF_FFFF
AT_ONCE = 1 << 20  # bytes
LARGEST = HEAD.size + 255 + 255 * 255  # bytes of a page
MOST_RUNS = 10_000  # a stream of songs has one for each
MOST_LOST = 1_000  # pages, and
LONGEST_LOST = 1 << 24  # units of time, that a page which is not whole may be ahead; minutes
STRAY = 1 << 22  # units of time in a page of a stream whose beginning is lost, at most
MOST_HEAD = 4 << 20  # bytes of headers that are read again: a cover may be among them
OPUS = b"OpusHead"
SOUND = (b"\x01vorbis", OPUS, b"\x7fFLAC", b"fLaC", b"Speex   ")


class File(Protocol):
    """A source of bytes: a file, or a wrapper that reports its progress."""

    def read(self, size: int, /) -> bytes:
        """Read at most `size` bytes."""


class Page(NamedTuple):
    """A page, [start, end) in the file.

    `granule` is the time that it ends at; -1: no packet ends in it.
    """

    start: int
    end: int
    flags: int
    granule: int
    serial: int
    number: int
    whole: bool
    packet: bytes  # the first bytes of it


@dataclass
class Run:
    """A stretch of a file in which no page of sound is lost, [start, end)."""

    link: int  # which of the joined files it is of
    start: int
    end: int
    torn: bool = False  # pages were lost before it,
    of: int = 0  # of this stream
    first: bool = True  # of its file
    head: tuple[int, int] = (0, 0)  # the file's headers, without which it can't be read
    begins: dict[int, int] = field(default_factory=dict)  # by stream: when its first page ends,
    ends: dict[int, int] = field(default_factory=dict)  # and its last one
    # By stream: when pages end that are lost behind it, where nothing else comes
    lost: dict[int, int] = field(default_factory=dict)
    ended: bool = True  # the streams of sound have their end mark, if this is the last of its file
    tail: int = 0  # bytes behind the last page of a file that has no end mark

    @property
    def head_size(self) -> int:
        """Bytes of the headers, where they are not in the run itself."""
        return self.head[1] - self.head[0] if self.head[1] <= self.start else 0


def runs(file: File) -> list[Run]:
    """Divide a file into runs. `file` is at its beginning, and is read to its end."""
    found = _Runs()
    for page in pages(file):
        found.take(page)
    return found.finish()


def pages(file: File) -> Iterator[Page]:
    """Find all pages, and what begins like one and is none, or not whole.

    The last one has nothing in it: it stands for the end of the file.
    """
    place, data, turned, at = 0, b"", b"", 0
    more = True
    while more or at < len(data):
        if more and len(data) - at < LARGEST:
            read = file.read(AT_ONCE)
            more = bool(read)
            place, data, at = place + at, data[at:] + read, 0
            turned = data.translate(REVERSED)
        page = _page(data, turned, at, place)
        if page:
            yield page
        if page and page.whole:
            at = page.end - place
            continue
        found = data.find(CAPTURE, at + 1)
        at = found if found >= 0 else max(at, len(data) - len(CAPTURE) + 1) if more else len(data)
    end = place + at
    yield Page(end, end, 0, -1, 0, 0, whole=True, packet=b"")


def _page(data: bytes, turned: bytes, at: int, place: int) -> Page | None:
    """Read the page that begins there, if one does."""
    if not data.startswith(CAPTURE, at) or len(data) < at + HEAD.size:
        return None
    flags, granule, serial, number, _, count = HEAD.unpack_from(data, at)
    begins = at + HEAD.size + count
    end = begins + sum(data[at + HEAD.size : begins])
    whole = end <= len(data) and _checksum(turned, at, end) == turned[at + 22 : at + 26]
    packet = data[begins : begins + 12]
    return Page(place + at, place + end, flags, granule, serial, number, whole, packet)


def _checksum(turned: bytes, start: int, end: int) -> bytes:
    """Ogg's checksum is zlib's, of bytes whose bits are turned round, and with other ends."""
    view = memoryview(turned)
    found = zlib.crc32(view[start : start + 22], ONES)
    found = zlib.crc32(bytes(4), found)
    return (zlib.crc32(view[start + 26 : end], found) ^ ONES).to_bytes(4)


@dataclass
class _Stream:
    """A stream of one of the joined files, as far as it was read."""

    index: int  # FFmpeg numbers them so
    number: int  # of its last page
    delay: int  # units of time before its sound begins
    is_sound: bool
    granule: int = 0
    lost: int = 0
    ended: bool = False

    def is_again(self, page: Page) -> bool:
        """Say whether a page is the last one once more."""
        same = (page.number, page.granule) == (self.number, self.granule)
        return self.is_sound and same


class _Runs:
    """Puts pages together to runs."""

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._streams: dict[int, _Stream] = {}
        self._begun = False  # behind the first pages of the streams
        self._timed = False  # behind the headers
        self._pages = self._odd = 0  # how many there are, and how many with an unexpected number
        self._end = 0  # of the last page
        self._strays: dict[int, list[int]] = {}  # times of pages whose stream never began

    def take(self, page: Page) -> None:
        """Take the next page, or what is like one."""
        if not page.whole:
            self._take_broken(page)
            return
        if page.end == page.start:  # the end of the file
            self._close(page.end)
            self._end = page.end
            return
        if page.flags & FIRST and (self._begun or not self._runs):
            self._begin_link(page)
        stream = self._streams.get(page.serial)
        if page.flags & FIRST:
            self._streams[page.serial] = _stream(page, len(self._streams))
        elif stream:
            self._go_on(stream, page)
        else:
            self._strays.setdefault(page.serial, []).append(page.granule)
        self._begun = self._begun or not page.flags & FIRST
        self._end = page.end

    def finish(self) -> list[Run]:
        """Hand out the runs, at least one.

        Numbers that are mostly wrong mean nothing: some programs don't count.
        """
        if 2 * self._odd <= self._pages:
            return self._runs or [Run(0, 0, self._end)]
        joined: list[Run] = []
        for run in self._runs:
            goes_on = bool(joined) and run.link == joined[-1].link
            run.start = joined.pop().start if goes_on else min(run.start, run.head[0])
            run.torn, run.first = False, True
            joined.append(run)
        return joined

    def _begin_link(self, page: Page) -> None:
        self._close(page.start)
        link = self._runs[-1].link + 1 if self._runs else 0
        start = page.start if self._runs else 0
        self._runs.append(Run(link, start, page.end, head=(page.start, page.end)))
        self._streams, self._strays, self._begun, self._timed = {}, {}, False, False

    def _go_on(self, stream: _Stream, page: Page) -> None:
        """Take a page of a stream that has begun."""
        if stream.is_again(page) and self._timed:
            self._leave_out(page)
            return
        follows = page.number == (stream.number + 1) & ONES
        headers = not self._timed and page.granule <= 0
        run = self._runs[-1]
        if stream.is_sound and not headers:
            self._pages += 1
            self._odd += not follows
            size = run.head[1] - run.head[0]
            if not follows and len(self._runs) < MOST_RUNS and size <= MOST_HEAD:
                run = self._tear(run, page, stream.index)
        if headers and page.granule == 0:
            run.head = (run.head[0], page.end)
        self._timed = self._timed or page.granule > 0
        stream.number = page.number
        if page.granule >= 0:
            stream.granule, stream.lost = page.granule, 0
            run.ends[stream.index] = page.granule - stream.delay
            if page.granule:
                run.begins.setdefault(stream.index, page.granule - stream.delay)
        stream.ended = stream.ended or bool(page.flags & LAST)

    def _leave_out(self, page: Page) -> None:
        """Go on behind a page that is there already."""
        run = self._runs[-1]
        run.end = self._end
        self._runs.append(Run(run.link, page.end, page.end, first=False, head=run.head))

    def _tear(self, run: Run, page: Page, of: int) -> Run:
        """Begin a run behind pages that are lost."""
        first = not self._timed
        if first:
            self._runs.pop()  # there is nothing in it but headers
        else:
            run.end = self._end
        new = Run(run.link, page.start, page.end, torn=True, of=of, first=first, head=run.head)
        self._runs.append(new)
        return new

    def _take_broken(self, page: Page) -> None:
        """Note what a page says that is not whole, if it can be believed."""
        stream = self._streams.get(page.serial)
        if stream is None or not 0 < (page.number - stream.number) & ONES <= MOST_LOST:
            return
        if stream.granule < page.granule <= stream.granule + LONGEST_LOST:
            stream.lost = max(stream.lost, page.granule)

    def _close(self, end: int) -> None:
        """End a file, which is followed by another one or by nothing."""
        if not self._runs:
            return
        run = self._runs[-1]
        run.end = end
        sounds = [stream for stream in self._streams.values() if stream.is_sound]
        every = [max(times) for times in self._strays.values() if max(times) < STRAY * len(times)]
        strays = max(0, sum(every))
        for each in sounds:
            if each.lost or strays:
                run.lost[each.index] = max(each.lost, each.granule) + strays - each.delay
        run.ended = all(stream.ended for stream in sounds)
        run.tail = 0 if run.ended else end - self._end


def _stream(page: Page, index: int) -> _Stream:
    packet = page.packet
    delay = int.from_bytes(packet[10:12], "little") if packet.startswith(OPUS) else 0
    return _Stream(index, page.number, delay, packet.startswith(SOUND))
