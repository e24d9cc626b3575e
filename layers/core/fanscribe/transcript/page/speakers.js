
// ── Speakers: names, and whose words are shown ──

const voices = new Map(page.speakers.map((voice) => [voice.number, voice]))
const everyone = [...turns]
const boxes = [...document.querySelectorAll('.only')]
const names = [...document.querySelectorAll('.name')]
// a mark for each speaker: \0, the number, \0
const marked = JSON.parse($('captions').textContent)

const shownAs = ({ name, label }) => name || label
const nameOf = (number) => shownAs(voices.get(Number(number)))
const short = (name) => {
  const signs = [...name]
  return signs.length > page.most ? `${signs.slice(0, page.most - 1).join('').trimEnd()}…` : name
}
const spelled = { // as the formats have names
  srt: (name) => short(name).replaceAll('-->', '--\u200b>'),
  vtt: (name) => name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
}
const inScript = (value) => JSON.stringify(value).replaceAll('<', '\\u003c')

const spread = (root) => { // names to wherever they stand
  for (const who of root.querySelectorAll('button.who')) who.textContent = nameOf(who.value)
  for (const box of root.querySelectorAll('.only')) {
    box.setAttribute('aria-label', `Show only ${nameOf(box.value)}`)
  }
  root.getElementById('data').textContent = inScript(page)
}

const fillCaptions = () => {
  const filled = Object.entries(marked).map(([kind, text]) => [
    kind, text.replace(/\0(\d+)\0/g, (_, number) => spelled[kind](nameOf(number))),
  ])
  $('captions').textContent = inScript(Object.fromEntries(filled))
}

const call = (number, typed) => {
  const voice = voices.get(number)
  const name = typed.replace(/\p{Cc}/gu, ' ').replace(/\s+/g, ' ').trim()
  names[page.speakers.indexOf(voice)].value = name
  if (name === voice.name) return
  voice.name = name
  spread(document)
  fillCaptions()
  document.querySelector('.unsaved').hidden = false
  say(`${voice.label} is ${name || 'without a name'}.`)
}

names.forEach((field, place) => {
  field.addEventListener('change', () => call(page.speakers[place].number, field.value))
})

const naming = $('naming')
document.addEventListener('click', ({ target }) => {
  const who = target.closest('button.who')
  if (!who) return
  const { label, name } = voices.get(Number(who.value))
  naming.dataset.number = who.value
  $('naming-label').textContent = label
  $('naming-name').value = name
  naming.showModal()
  $('naming-name').select()
})
naming.addEventListener('close', () => {
  if (naming.returnValue === 'name') call(Number(naming.dataset.number), $('naming-name').value)
  naming.returnValue = ''
})

// A turn that is not shown is no turn: search, keys and copies pass it by.
const choose = () => {
  const chosen = boxes.filter((box) => box.checked).map((box) => box.value)
  const wanted = ({ dataset, classList }) =>
    !chosen.length || chosen.includes(dataset.speaker) || classList.contains('gap')
  for (const turn of everyone) turn.classList.toggle('turn', wanted(turn))
  turns.splice(0, turns.length, ...everyone.filter(wanted))
  const times = turns.map((turn) => Number(turn.querySelector('.time').value))
  starts.splice(0, starts.length, ...times)
  index = null
  if (query.value) search()
  const told = chosen.map(nameOf).join(', ')
  say(told ? `Only ${told}.` : 'Everybody.')
}
for (const box of boxes) {
  box.disabled = !everyone.some((turn) => turn.dataset.speaker === box.value)
  box.addEventListener('change', choose)
}

const withNames = () => { // the page as it came, but for the names
  const copy = new DOMParser().parseFromString(source, 'text/html')
  spread(copy)
  copy.querySelectorAll('.name').forEach((field, place) => {
    field.setAttribute('value', page.speakers[place].name)
  })
  return `<!doctype html>\n${copy.documentElement.outerHTML}`
}
$('save').addEventListener('click', () => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([withNames()], { type: 'text/html' }))
  link.download = decodeURIComponent(location.pathname.split('/').pop()) || 'transcript.html'
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
  document.querySelector('.unsaved').hidden = true
})

fillCaptions()
document.querySelector('.speakers').disabled = false
