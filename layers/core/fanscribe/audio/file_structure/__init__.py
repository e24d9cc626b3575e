"""Facts in a media file, read without decoding: whether its sound is encrypted, and whether the
file is as long as it says. Pure, and quick to import.

A file may claim anything. Little of it is read, whatever its bytes are (chunks.py has the bounds),
and nothing is said of a file that is not understood.

Not here, because they name no length in bytes and no encryption: Ogg, FLAC, FLV, MPEG program
streams, and bare aac, ac3 and amr.
"""
