"""Reports to look at in a browser."""

import random
from heapq import heapreplace

from fanscribe.documents.job import Failure, InvocationTimes
from fanscribe.documents.payloads import Usage
from fanscribe.transcript.ledger import Ledger, settle_ledger
from fanscribe_local.client.executions import Child
from fanscribe_local.report.run import read_run
from fanscribe_local.report.sections import Report
from tests.browser.transcripts import AGAIN, HOSTILE_NAME
from tests.support.builders import a_plan, a_reading, damaged, tiles, words
from tests.support.histories import Call, a_child, a_state, an_execution, at, split

USAGE = Usage(
    audio_s=14_400, transcribe_s=3_020, rtf=0.21, gb_seconds=30_200, usd=0.5034, prices="2026-01-01"
)


def took(ms: int, cold: int = 0, load: int = 0, store: int = 300) -> InvocationTimes:
    return InvocationTimes(
        ms=ms,
        memory_mb=10_240,
        cold=cold,
        load=load,
        read=ms - load - store,
        tiles=4,
        audio=100_000,
    )


def of_chunks(count: int, at_once: int, seed: int = 1) -> Report:
    """Chunks of four tiles; some fail once, some are slow, every environment starts cold."""
    chance, free, children = random.Random(seed), [(4_200, False)] * at_once, list[Child]()
    for number in range(count):
        start, warm = free[0]
        start += chance.randrange(20, 60)
        cold, load = (
            (0, 0) if warm else (chance.randrange(1_800, 3_200), chance.randrange(1_500, 2_500))
        )
        ms = load + 300 + round(chance.lognormvariate(9.6, 0.3))
        asked, calls = start + 10, list[Call]()
        if chance.random() < 0.02:
            crash = chance.randrange(2_000, 9_000)
            calls.append(
                Call(
                    asked,
                    asked + crash,
                    None,
                    "Runtime.ExitError",
                    '{"errorMessage": "Runtime exited with signal 9"}',
                )
            )
            asked += crash + chance.randrange(500, 4_000)
        end = asked + cold + chance.randrange(30, 400) + ms
        children.append(
            a_child(4 * number, [*calls, Call(asked, end, took(ms, cold, load))], start, end + 20)
        )
        heapreplace(free, (end + 20, True))
    over = max(end for end, _ in free)
    events = [
        *split(4_000, count, at_once),
        *a_state("TranscribeChunks", 4_020, over, "Map"),
        *a_state("Merge", over + 10, over + 2_500),
    ]
    run = read_run(an_execution(over + 2_600), events, children, at(0))
    plan = a_plan(tiles(4 * count, 25, silent=range(7, 4 * count, 50)))
    return Report(run, plan, USAGE, ledger_of(4 * count, ()))


def ledger_of(count: int, missing: tuple[int, ...], error: str = "PoisonTile") -> Ledger:
    plan = a_plan(tiles(count, 25, silent=range(7, count, 50)))
    readings = {
        i: a_reading(i, words("word", i * 25_000)) for i in range(count) if i not in missing
    }
    readings |= {
        i: readings[i].model_copy(update={"second_look": AGAIN})
        for i in range(5, count, 13)
        if i in readings
    }
    return settle_ledger(plan, readings, {i: Failure(error=error) for i in missing})


def failed() -> Report:
    """The second chunk crashes for good, and hostile words are wherever words can be."""
    crash = '{"errorMessage": "</td></table><script>alert(1)</script> \\"x\\" \'y\' 😀 مرحبا"}'
    crashes = [
        Call(6_000 + 9_000 * i, 11_000 + 9_000 * i, None, "<b>Runtime.ExitError</b>", crash)
        for i in range(4)
    ]
    children = [
        a_child(0, [Call(6_000, 24_000, took(15_000, 2_000, 1_800))], 6_000, 24_010),
        a_child(4, crashes, 6_000, 38_100, "FAILED"),
        a_child(8, [Call(24_100, 41_000, took(16_800))], 24_050, 41_020),
    ]
    waits = [Call(10, 900, None, "JobInProgress", "Waiting."), Call(2_000, 5_000)]
    events = [
        *split(5_010, 3, 2, waits),
        *a_state("TranscribeChunks", 5_020, 41_100, "Map"),
        *a_state("Merge", 41_110, 43_000),
    ]
    execution = an_execution(
        43_200,
        "IncompleteTranscript",
        "<img src=x onerror=alert(2)>: 33.3% of the speech is missing.",
        HOSTILE_NAME,
    )
    return Report(
        read_run(execution, events, children, at(0)),
        a_plan(tiles(12, 25)),
        None,
        ledger_of(12, (4, 5, 6), "<i>Poison</i>"),
    )


def running() -> Report:
    """Two of five chunks are done, two are at it."""
    children = [
        a_child(0, [Call(6_000, 24_000, took(15_000, 2_000, 1_800))], 6_000, 24_010),
        a_child(4, [Call(6_000, 20_000, took(11_000, 2_000, 1_800))], 6_000, 20_010),
        a_child(8, [Call(20_100, None)], 20_050, None, "RUNNING"),
        a_child(12, [Call(24_100, None)], 24_050, None, "RUNNING"),
    ]
    events = [*split(5_010, 5, 2), *a_state("TranscribeChunks", 5_020, None, "Map")]
    run = read_run(an_execution(None), events, children, at(30_000))
    plan = a_plan(tiles(20, 25))
    ledger = settle_ledger(plan, {i: a_reading(i, words("word", i * 25_000)) for i in range(8)}, {})
    return Report(run, plan, USAGE, ledger)


def undecodable() -> Report:
    """A run that succeeded, with stretches that could not be decoded, one only for a moment."""
    plan = damaged(a_plan(tiles(8, 25, silent=(3,))), (30, 50), (60, 60.5), (186, 200))
    readings = {i: a_reading(i, words("word", i * 25_000)) for i in range(8) if i != 3}
    return of_chunks(2, 2)._replace(plan=plan, ledger=settle_ledger(plan, readings, {}))
