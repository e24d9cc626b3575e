"""Speakers: voices of tiles, speakers of the recording, a speaker for each word."""
