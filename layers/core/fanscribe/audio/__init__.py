"""The way from a media file to samples at 16 kHz."""
