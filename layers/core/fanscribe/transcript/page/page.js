// Times are milliseconds from the recording's start. Words are found by binary search, clicks by delegation: a four-hour
// transcript has 40,000 words, and no listener of its own for any of them.

const LINGER = 500 // ms that the last word stays lit after it ended, if none follows
const STEP = 5_000
const ALIKE = 2_000 // ms by which decoders may differ about the length of one recording
const MOST_HITS = 1_000
const FAR = 3 // screens: further away the page jumps there rather than scrolls

const $ = (id) => document.getElementById(id)
const page = JSON.parse($('data').textContent)
const [audio, slider, query] = [$('audio'), $('slider'), $('query')]
const turns = [...document.querySelectorAll('.turn')]
const tracks = page.tracks.map(([starts, ends], number) => ({
  starts, ends, words: [...document.querySelectorAll(`[data-track="${number}"] p span`)], lit: -1,
}))
const still = matchMedia('(prefers-reduced-motion: reduce)')
const bar = document.querySelector('.bar')

let position = 0 // what there is of a time while there is no recording
let last = tracks[0] // the track of the word that was last lit
let following = true

// ── Times ──

const clock = (ms) => {
  const [s, m, h] = [ms / 1_000 % 60, ms / 60_000 % 60, ms / 3_600_000].map(Math.floor)
  return h ? `${h}:${`${m}`.padStart(2, 0)}:${`${s}`.padStart(2, 0)}` : `${m}:${`${s}`.padStart(2, 0)}`
}

const lastAtMost = (sorted, value) => { // -1: all are more
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle] <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}

const playable = () => audio.readyState > 0
const now = () => playable() ? Math.round(audio.currentTime * 1_000) : position

// ── The word that is spoken ──

const show = () => {
  const time = now()
  const reached = tracks.map((track) => lastAtMost(track.starts, time))
  const ends = tracks.map((track, number) => track.ends[reached[number]] ?? -LINGER)
  const latest = Math.max(...ends)
  tracks.forEach((track, number) => {
    const lit = time <= ends[number] || (ends[number] === latest && time < latest + LINGER)
    light(track, lit ? reached[number] : -1)
  })
  slider.value = time
  const shown = clock(time)
  if ($('time').textContent !== shown) {
    $('time').textContent = shown
    slider.setAttribute('aria-valuetext', `${shown} of ${clock(page.duration)}`)
  }
}

const light = (track, word) => {
  if (word === track.lit) return
  track.words[track.lit]?.classList.remove('now')
  track.words[word]?.classList.add('now')
  track.lit = word
  if (word < 0) return
  last = track
  if (following && !audio.paused) reveal(track.words[word])
}

const reveal = (element) => {
  const { top, bottom } = element.getBoundingClientRect()
  if (top > bar.offsetHeight + 40 && bottom < innerHeight * 0.8) return
  const far = Math.abs(top) > FAR * innerHeight
  element.scrollIntoView({ block: 'center', behavior: far || still.matches ? 'instant' : 'smooth' })
}

const follow = (yes) => {
  following = yes
  $('follow').hidden = yes || audio.paused
}

const run = () => {
  show()
  if (!audio.paused) requestAnimationFrame(run)
}

const seek = (time) => {
  position = Math.max(0, Math.min(time, page.duration))
  if (playable()) audio.currentTime = position / 1_000
  follow(true)
  show()
}

const play = () => {
  if (!playable()) return say(`Open ${page.name} to hear it.`)
  audio.play().catch((error) => error.name === 'AbortError' || say(error.message)) // aborted: paused before it began
}
const toggle = () => audio.paused ? play() : audio.pause()

let silence
const say = (message) => {
  $('status').textContent = message
  clearTimeout(silence)
  silence = setTimeout(() => { $('status').textContent = '' }, 4_000)
}

// ── The recording: beside the page or a folder above it, else given by the reader ──

const encoded = encodeURIComponent(page.name)
const beside = location.protocol === 'file:' ? [encoded, `../${encoded}`] : []
let given = null

const look = () => {
  if (beside.length) audio.src = beside.shift()
}

const open = (file) => {
  if (!file) return
  given = file
  URL.revokeObjectURL(audio.src)
  audio.src = URL.createObjectURL(file)
}

const ready = (yes) => {
  for (const id of ['play', 'speed']) $(id).hidden = !yes
  $('open').hidden = yes
}

audio.addEventListener('error', () => {
  ready(false)
  if (given) say(`This browser can't play ${given.name}.`)
  else look()
})
audio.addEventListener('loadedmetadata', () => {
  ready(true)
  audio.currentTime = position / 1_000
  audio.playbackRate = $('speed').value
  const length = audio.duration * 1_000
  if (Math.abs(length - page.duration) > ALIKE) say(`This recording is ${clock(length)} long, the transcript ${clock(page.duration)}.`)
})
for (const event of ['play', 'pause', 'ended']) {
  audio.addEventListener(event, () => {
    document.body.classList.toggle('playing', !audio.paused)
    $('play').setAttribute('aria-label', audio.paused ? 'Play' : 'Pause')
    follow(following || event === 'play')
    run()
  })
}
audio.addEventListener('seeked', show)
$('file').addEventListener('change', (event) => open(event.target.files[0]))
$('open').addEventListener('click', () => $('file').click())
document.addEventListener('dragover', (event) => {
  event.preventDefault()
  document.body.classList.add('dropping')
})
for (const event of ['dragleave', 'drop']) document.addEventListener(event, () => document.body.classList.remove('dropping'))
document.addEventListener('drop', (event) => {
  event.preventDefault()
  open(event.dataTransfer.files[0])
})

// ── Places ──

let begins = null
const startOf = (word) => {
  begins ??= new Map(tracks.flatMap(({ starts, words }) => words.map((each, number) => [each, starts[number]])))
  return begins.get(word)
}

document.addEventListener('click', (event) => {
  const word = event.target.closest('.turn p span')
  const time = event.target.closest('button.time')
  if (word && getSelection().isCollapsed) seek(startOf(word))
  else if (time) seek(Number(time.value))
  else return
  if (time?.closest('.check')) reveal(turnAt(Number(time.value)))
  play()
})

const starts = turns.map((turn) => Number(turn.querySelector('.time').value))
const turnAt = (time) => turns[Math.max(0, lastAtMost(starts, time))]

const stepWord = (by) => {
  const reached = lastAtMost(last.starts, now())
  const word = Math.max(0, Math.min(reached + by, last.words.length - 1))
  if (last.words.length) seekTo(last.starts[word], last.words[word])
}
const stepTurn = (by) => {
  const turn = turns[Math.max(0, Math.min(lastAtMost(starts, now()) + by, turns.length - 1))]
  if (turn) seekTo(Number(turn.querySelector('.time').value), turn.querySelector('p'))
}
const seekTo = (time, element) => {
  seek(time)
  reveal(element)
}

const beginning = (place) => place.matches('.gap')
  ? Number(place.querySelector('.time').value)
  : startOf(place.matches('mark') ? place.querySelector('span') : place)

const stepAmong = (selector, none) => (by) => {
  const places = [...document.querySelectorAll(selector)]
  const times = places.map(beginning)
  const here = by > 0 ? times.findIndex((time) => time > now()) : times.findLastIndex((time) => time < now())
  if (here < 0) return say(places.length ? `${none} ${by > 0 ? 'after' : 'before'} here.` : `${none}.`)
  seekTo(times[here], places[here])
  say(places[here].title || places[here].querySelector('p').textContent)
}
const stepCheck = stepAmong('.gap, .turn mark', 'No place to check')
const stepUnsure = stepAmong('.turn .unsure', 'No unsure word')

for (const event of ['wheel', 'touchmove']) document.addEventListener(event, () => follow(false), { passive: true })
$('follow').addEventListener('click', () => {
  follow(true)
  const word = last.words[lastAtMost(last.starts, now())]
  if (word) reveal(word)
})

// ── Player ──

const faster = (by) => {
  const choices = $('speed')
  choices.selectedIndex = Math.max(0, Math.min(choices.selectedIndex + by, choices.length - 1))
  audio.playbackRate = choices.value
  say(`Speed ${choices.value}×`)
}

$('play').addEventListener('click', toggle)
$('speed').addEventListener('change', () => faster(0))
slider.addEventListener('input', () => {
  seek(Number(slider.value))
  reveal(turnAt(now()))
})

// ── Search: words as they are typed, whatever their case and accents ──

let index = null // all text, and where each word begins in it
let hits = [] // each is the words it touches
let hit = -1

const plain = (text) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

const indexed = () => {
  const [offsets, words] = [[], []]
  let text = ''
  for (const word of document.querySelectorAll('.turn p span')) {
    const before = word.previousSibling ?? (word.parentNode.tagName === 'MARK' ? word.parentNode.previousSibling : null)
    if (!before) text += '\n'
    else if (/\s$/.test(before.textContent)) text += ' '
    offsets.push(text.length)
    words.push(word)
    text += plain(word.textContent)
  }
  return { text, offsets, words }
}

const search = () => {
  for (const word of document.querySelectorAll('.hit')) word.classList.remove('hit', 'here')
  const wanted = plain(query.value).replace(/\s+/g, ' ').trim()
  hits = []
  hit = -1
  if (wanted) {
    index ??= indexed()
    let at = -1
    while (hits.length < MOST_HITS && (at = index.text.indexOf(wanted, at + 1)) >= 0) {
      const first = lastAtMost(index.offsets, at)
      hits.push(index.words.slice(first, lastAtMost(index.offsets, at + wanted.length - 1) + 1))
    }
  }
  for (const word of hits.flat()) word.classList.add('hit')
  $('previous').disabled = $('next').disabled = !hits.length
  $('found').textContent = wanted && !hits.length ? 'none' : ''
  if (hits.length) {
    const from = hits.findIndex(([word]) => startOf(word) >= now())
    goTo(Math.max(0, from))
  }
}

const goTo = (number) => {
  if (!hits.length) return
  for (const word of hits[hit] ?? []) word.classList.remove('here')
  hit = (number + hits.length) % hits.length
  for (const word of hits[hit]) word.classList.add('here')
  $('found').textContent = `${hit + 1} of ${hits.length}${hits.length === MOST_HITS ? '+' : ''}`
  if (audio.paused) seek(startOf(hits[hit][0]))
  follow(false)
  reveal(hits[hit][0])
}

const leave = () => {
  query.value = ''
  query.blur()
  search()
}

let typing
query.addEventListener('input', () => {
  clearTimeout(typing)
  typing = setTimeout(search, 100)
})
query.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') goTo(hit + (event.shiftKey ? -1 : 1))
  else if (event.key === 'Escape') leave()
})
$('next').addEventListener('click', () => goTo(hit + 1))
$('previous').addEventListener('click', () => goTo(hit - 1))

// ── Text and captions to take away ──

const text = () => turns
  .map((turn) => [turn.querySelector('.who'), turn.querySelector('p')].filter(Boolean).map((part) => part.textContent).join(': '))
  .join('\n\n') + '\n'

$('copy').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(text())
    say('Copied.')
  } catch {
    getSelection().selectAllChildren(document.querySelector('main'))
    say('The text is selected: copy it with Ctrl C or ⌘ C.')
  }
})

for (const button of document.querySelectorAll('.download')) {
  button.addEventListener('click', () => {
    const content = button.value === 'txt' ? text() : JSON.parse($('captions').textContent)[button.value]
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([content]))
    link.download = `${page.name.replace(/\.(?!\d+$)\w{2,5}$/, '')}.${button.value}`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  })
}

// ── Keyboard ──

const help = () => $('keys').showModal()
$('help').addEventListener('click', help)

const rightToLeft = () => {
  const word = last.words[Math.max(0, lastAtMost(last.starts, now()))]
  return word && getComputedStyle(word).direction === 'rtl'
}
const keys = {
  ' ': toggle,
  k: toggle,
  ArrowLeft: ({ shiftKey }) => shiftKey ? stepWord(rightToLeft() ? 1 : -1) : seek(now() - STEP),
  ArrowRight: ({ shiftKey }) => shiftKey ? stepWord(rightToLeft() ? -1 : 1) : seek(now() + STEP),
  ArrowUp: () => stepTurn(-1),
  ArrowDown: () => stepTurn(1),
  '<': () => faster(-1),
  '>': () => faster(1),
  '/': () => query.select(),
  Escape: leave,
  n: ({ shiftKey }) => stepCheck(shiftKey ? -1 : 1),
  u: ({ shiftKey }) => stepUnsure(shiftKey ? -1 : 1),
  '?': help,
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $('keys').open || !$('shortcuts').checked) return
  if (event.target.closest('input:not([type=range]), select')) return
  if (event.key === ' ' && event.target.closest('button, summary')) return
  if (/^Page|^Home$|^End$/.test(event.key)) follow(false)
  const vertical = /^Arrow(Up|Down)$/.test(event.key) && !event.shiftKey // the reader scrolls, or moves the slider
  if (vertical && event.target !== slider) return follow(false)
  const moved = vertical ? { ArrowUp: 'ArrowRight', ArrowDown: 'ArrowLeft' }[event.key] : event.key
  const act = keys[moved.length === 1 ? moved.toLowerCase() : moved]
  if (!act) return
  event.preventDefault()
  act(event)
})

// ── Begin ──

for (const turn of turns) turn.style.setProperty('--letters', turn.querySelector('p').textContent.length)
for (const kind of ['again', 'missing']) {
  for (const [start, end] of page[kind]) {
    const mark = document.createElement('i')
    mark.className = kind
    mark.style.left = `${100 * start / page.duration}%`
    mark.style.width = `${100 * (end - start) / page.duration}%`
    $('marks').append(mark)
  }
}
const language = $('language')
if (language) language.textContent = new Intl.DisplayNames(['en'], { type: 'language' }).of(language.textContent)
bar.hidden = document.querySelector('.actions').hidden = false
ready(false)
show()
look()
