#!/usr/bin/env bash
# Makes lighthouse-talk.mp3 from lighthouse-talk.txt.
# Needs the Debian packages flite, sox and lame.
set -euo pipefail
cd "$(dirname "$0")"

voice=rms               # flite's male US English voice, 16 kHz
after_sentence=0.4      # seconds of silence
after_paragraph=0.6     # added to the pause after its last sentence
long_pause_after=10     # the paragraph that asks for a quiet moment
long_pause=12.6         # added there in place of after_paragraph

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wav="-r 16000 -c 1 -b 16"
parts=()
paragraph=0

while IFS= read -r line; do
  [[ -n $line ]] || continue
  paragraph=$((paragraph + 1))

  # One sentence at a time: speak it, cut the silence off both ends, add ours.
  while IFS= read -r sentence; do
    part=$work/$(printf '%04d' ${#parts[@]}).wav
    flite -voice "$voice" -t "$sentence" -o "$work/raw.wav"
    sox -D "$work/raw.wav" $wav "$part" \
      silence 1 0.01 0.1% fade 0.005 reverse \
      silence 1 0.01 0.1% fade 0.005 reverse pad 0 "$after_sentence"
    parts+=("$part")
  done < <(sed -E 's/([.?!]) +/\1\n/g' <<<"$line")

  pause=$after_paragraph
  if ((paragraph == long_pause_after)); then pause=$long_pause; fi
  part=$work/$(printf '%04d' ${#parts[@]}).wav
  sox -D -n $wav "$part" trim 0 "$pause"
  parts+=("$part")
done <lighthouse-talk.txt

sox -D "${parts[@]}" "$work/talk.wav" norm -3
lame --quiet -m m -b 24 --resample 16 \
  --tt "How lighthouses learned to speak" --ta "Fanscribe (synthetic voice)" \
  "$work/talk.wav" lighthouse-talk.mp3
