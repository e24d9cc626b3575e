"""How long errors are waited out, and what that leaves of a history: docs/adr/0019 reckons so."""

import heapq
import itertools
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from fanscribe.audio.sections import MOST
from tests.support.lambda_errors import THROTTLED, WAKING
from tests.unit.deployment.test_definition import lambda_tasks, states

HISTORY = 25_000  # events: docs.aws.amazon.com/step-functions, "Step Functions service quotas"
A_TRY = 3  # events: TaskScheduled, TaskStarted, TaskFailed; the last try has TaskSucceeded
A_STATE = 2  # events: entered, left; an iteration of a Map as many again
A_MAP_RUN = 4  # events: MapStateStarted, MapRunStarted, MapRunFailed, MapStateFailed
ROUNDS = 2  # of sections: once more where another track, downmix or gain is needed
RETRIES = lambda_tasks()
HOUR = 3600


def rule(task: str, error: str) -> dict[str, Any]:
    (found,) = [rule for rule in RETRIES[task] if error in rule["ErrorEquals"]]
    return found


def most_s(rule: dict[str, Any], number: int) -> float:
    """The longest wait before a repetition, numbered from 0."""
    grown = float(rule["IntervalSeconds"] * rule["BackoffRate"] ** number)
    return min(grown, float(rule.get("MaxDelaySeconds", grown)))


def total_s(rule: dict[str, Any]) -> float:
    """All waits together: on average, with full jitter; without any, always."""
    share = 0.5 if rule["JitterStrategy"] == "FULL" else 1.0
    return share * sum(most_s(rule, number) for number in range(rule["MaxAttempts"]))


def events(task: str) -> int:
    """Events of one visit of a task, in which all tries but the last of each rule are used."""
    tries = 1 + sum(int(rule["MaxAttempts"]) for rule in RETRIES[task])
    return A_TRY * tries + A_STATE


@pytest.mark.parametrize("task", RETRIES)
@pytest.mark.parametrize("error", WAKING)
def test_a_function_that_wakes_is_waited_for_ten_minutes_at_least(task: str, error: str) -> None:
    """Two minutes are what it takes. Without jitter: full jitter may add up to nothing."""
    waking = rule(task, error)
    assert waking["JitterStrategy"] == "NONE"
    assert 10 * 60 <= total_s(waking) < 11 * 60
    waits = [most_s(waking, number) for number in range(waking["MaxAttempts"])]
    assert max(waits) <= 30, "soon seen when it is awake"


@pytest.mark.parametrize("task", RETRIES)
@pytest.mark.parametrize("error", THROTTLED)
def test_a_throttled_call_waits_for_most_of_a_day(task: str, error: str) -> None:
    throttled = rule(task, error)
    assert throttled["JitterStrategy"] == "FULL", "so that those who wait don't come all at once"
    assert 22 * HOUR < total_s(throttled) < 24 * HOUR
    most = [most_s(throttled, number) for number in range(throttled["MaxAttempts"])]
    chance = random.Random(19)
    waits = [sum(chance.uniform(0, longest) for longest in most) for _ in range(10_000)]
    assert min(waits) > 15 * HOUR, "also the unluckiest of ten thousand"


def test_the_history_of_a_job_has_room_for_every_repetition_of_every_task() -> None:
    """The longest: sections, twice, each task repeated as often as may be, and the other states."""
    visits = {"Split": 1 + ROUNDS, "SplitSection": ROUNDS * MOST, "DetectLanguage": 1}
    visits |= {"FindPersonalData": 1, "Merge": 1}
    in_progress = A_TRY * rule("Split", "JobInProgress")["MaxAttempts"]
    only_once = in_progress * (visits["Split"] - 1)  # the job is this execution's from then on
    tasks = sum(count * events(task) for task, count in visits.items())
    iterations = visits["SplitSection"] * A_STATE
    others = A_STATE * (len(list(states())) + ROUNDS * 3)
    (unread,) = dict(states())["TranscribeChunks"]["Retry"]
    map_runs = A_MAP_RUN * (1 + unread["MaxAttempts"])
    assert tasks - only_once + iterations + others + map_runs < HISTORY


def test_the_history_of_a_chunk_has_room_for_fifty_invocations_and_every_repetition() -> None:
    assert events("Transcribe") * 50 < HISTORY


@dataclass
class Account:
    """Few invocations run at once: who finds no room is refused, and comes again by the rule."""

    room: int
    chunks: int
    lasts_s: dict[str, float]
    chance: random.Random = field(default_factory=lambda: random.Random(500))
    most_tries: int = 0
    refused: int = 0
    ended_s: list[float] = field(default_factory=list)
    _queue: list[tuple[float, int, str, int, int]] = field(default_factory=list)
    _order: Any = field(default_factory=itertools.count)

    def take(self, uploads: int) -> None:
        """Let executions start, ten a second, and run until nothing is left."""
        remaining = [self.chunks] * uploads
        for job in range(uploads):
            self._at(job / 10, "Split", job)
        while self._queue:
            now, _, what, job, tries = heapq.heappop(self._queue)
            if not what.startswith("end of "):
                self._ask(now, what, job, tries)
                continue
            self.room += 1
            match what.removeprefix("end of "):
                case "Split":
                    for _ in range(self.chunks):
                        self._at(now, "Transcribe", job)
                case "Transcribe":
                    remaining[job] -= 1
                    if not remaining[job]:
                        self._at(now, "Merge", job)
                case "Merge":
                    self.ended_s.append(now)

    def _ask(self, now: float, task: str, job: int, tries: int) -> None:
        if self.room:
            self.room -= 1
            self.most_tries = max(self.most_tries, tries)
            lasts_s = self.lasts_s[task] * self.chance.uniform(0.7, 1.3)
            self._at(now + lasts_s, f"end of {task}", job)
            return
        self.refused += 1
        throttled = rule(task, *THROTTLED)
        if tries < throttled["MaxAttempts"]:
            self._at(now + self.chance.uniform(0, most_s(throttled, tries)), task, job, tries + 1)

    def _at(self, when: float, what: str, job: int, tries: int = 0) -> None:
        heapq.heappush(self._queue, (when, next(self._order), what, job, tries))


def test_five_hundred_uploads_at_a_concurrency_of_ten_queue_and_none_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Half a thousand hours, read at a seventh of their length: four chunks of two minutes each."""
    lasts_s = {"Split": 8.0, "Transcribe": 120.0, "Merge": 3.0}
    account = Account(room=10, chunks=4, lasts_s=lasts_s)
    account.take(500)
    busy_s = 500 * (lasts_s["Split"] + 4 * lasts_s["Transcribe"] + lasts_s["Merge"]) / 10
    with capsys.disabled():
        hours, busy, most = max(account.ended_s) / HOUR, busy_s / HOUR, account.most_tries
        print(f"\n500 uploads: {hours:.1f} h, {busy:.1f} of work; {account.refused:,} refusals")
        print(f"at most {most} of one call")
    assert len(account.ended_s) == 500
    most = rule("Transcribe", *THROTTLED)["MaxAttempts"]
    assert account.most_tries < most / 2
    assert max(account.ended_s) < 1.15 * busy_s, "few of the ten stand idle while others wait"
