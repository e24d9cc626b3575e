"""Captions: a transcript as cues that can be read, by the custom of broadcasters (BBC, Netflix).

Pure.

For every transcript and every choice of options:

- A cue has at most `caption_lines` lines of at most `caption_line_length` characters. Lines and
  cues break between words.
- A cue lasts from 1 to 7 seconds. It never overlaps the next of its channel, nor leaves the
  recording, nor the order of words.
- No cue reaches over a pause of a second, nor over a gap in the transcript. A gap is a cue that
  says so.

These give way, in this order, where not all can be kept:

- A word longer than a line is cut, without a hyphen, and between signs that belong together only
  where nothing else is left; its time is shared out by characters.
- A word longer than 7 seconds has left the screen when it ends.
- Cues that begin less than a second apart are moved, none further than it must: they show a little
  early or late.
- Where not even the fewest possible cues have a second each in the whole recording, each gets the
  same share of it.
"""

from fanscribe.transcript.captions.cues import channels_of
from fanscribe.transcript.captions.gaps import Gap, gaps

__all__ = ["Gap", "channels_of", "gaps"]
