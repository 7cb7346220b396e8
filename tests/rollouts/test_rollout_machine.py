"""The state machine against a model of rows and platform, in any order of events."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from connector_kit.models import Operation, Push, Rollout, Wave
from connector_kit.rollouts.decide import (
    CurrentWave,
    InFlight,
    Report,
    Snapshot,
    failing_now,
    next_steps,
)
from connector_kit.rollouts.steps import (
    Claim,
    CompleteRollout,
    CompleteWave,
    Halt,
    PushAgain,
    Settle,
    StartWave,
    Undo,
    VerifyWave,
)
from connector_kit.rollouts.verdicts import ABORTED, UNDONE

SETTLED = tuple(state for state in Push.State if state not in Push.UNSETTLED)
OUTCOMES = [outcome for outcome in Operation.Outcome if outcome != Operation.Outcome.IGNORED]
CODES = ["platform_unavailable", "component_deleted", "author_error", "update_in_progress"]


@dataclass
class Row:
    id: int
    wave: int
    state: Push.State = Push.State.WAITING
    attempts: int = 0
    due_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    report: Report | None = None
    verified: bool = False
    is_begun: bool = False
    is_undo: bool = False
    is_bare: bool = False
    is_locked: bool = False
    code: str = ""


class Rollouts(RuleBasedStateMachine):
    """Ticks, updates, crashes and the publisher's controls, interleaved at will."""

    @initialize(
        sizes=st.lists(st.integers(0, 8), min_size=1, max_size=3),
        window=st.integers(1, 4),
        limit=st.integers(1, 4),
        attempts=st.integers(1, 3),
        share=st.sampled_from([0, 40, 100]),
    )
    def start(self, sizes, window, limit, attempts, share):
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.state, self.forgiven = Rollout.State.RUNNING, 0
        self.window, self.limit, self.max_attempts, self.share = window, limit, attempts, share
        self.waves = dict.fromkeys(range(len(sizes)), Wave.State.WAITING)
        members = [wave for wave, size in enumerate(sizes) for _ in range(size)]
        self.rows = {number: Row(number, wave) for number, wave in enumerate(members)}
        self.operations = 0

    def in_state(self, *states):
        return [row for row in self.rows.values() if row.state in states]

    def in_flight(self):
        return tuple(
            InFlight(
                id=row.id,
                state=row.state,
                attempts=row.attempts,
                due_at=row.due_at,
                report=row.report,
                is_undo=row.is_undo,
                is_bare=row.is_bare,
                is_locked=row.is_locked,
                code=row.code,
            )
            for row in self.in_state(*Push.IN_FLIGHT)
        )

    def snapshot(self):
        return Snapshot(
            state=self.state,
            window=self.window,
            failure_limit=self.limit,
            max_attempts=self.max_attempts,
            wave_failure_share=self.share,
            failures=len(self.in_state(Push.State.FAILED)) - self.forgiven,
            in_flight=self.in_flight(),
            wave=self.current_wave(),
        )

    def current_wave(self):
        wave = next((w for w, state in self.waves.items() if state != Wave.State.COMPLETED), None)
        if wave is None:
            return None
        rows = self.members(wave)
        waiting = [row for row in rows if row.state == Push.State.WAITING]
        begun = [row for row in rows if row.is_begun]
        return CurrentWave(
            wave,
            self.waves[wave],
            due=tuple(row.id for row in waiting if row.due_at <= self.now)[: self.window],
            has_unsettled=any(row.state not in SETTLED and not row.is_undo for row in rows),
            has_unverified=any(
                row.state == Push.State.UPDATED and not row.verified for row in rows
            ),
            pushed=len(begun),
            failed=sum(self.has_failed(row) for row in begun),
            is_last=wave == max(self.waves),
        )

    @staticmethod
    def has_failed(row):
        return row.state == Push.State.FAILED or (row.is_undo and row.code != ABORTED)

    def members(self, wave):
        return [row for row in self.rows.values() if row.wave == wave]

    @rule(times=st.integers(1, 3))
    def ticks(self, times):
        for _ in range(times):
            self.tick()

    def tick(self):
        for step in next_steps(self.snapshot(), self.now):
            self.write(step)

    def write(self, step):
        match step:
            case Settle() | PushAgain() | Undo():
                self.end(self.rows[step.push], step)
            case Claim():
                for push in step.pushes:
                    self.claim(self.rows[push])
            case StartWave():
                self.waves[step.wave] = Wave.State.RUNNING
            case VerifyWave():
                for row in self.members(step.wave):
                    row.verified |= row.state == Push.State.UPDATED
            case CompleteWave():
                self.complete_wave(self.members(step.wave))
                self.waves[step.wave] = Wave.State.COMPLETED
            case CompleteRollout():
                assert not self.in_state(*Push.UNSETTLED)
                self.state = Rollout.State.COMPLETED
            case Halt():
                assert self.state == Rollout.State.RUNNING
                self.state = Rollout.State.HALTED

    def complete_wave(self, rows):
        assert all(row.state in SETTLED or row.is_undo for row in rows)

    def end(self, row, step):
        assert row.state in Push.IN_FLIGHT, "only what has begun gets an outcome"
        row.report = None
        if isinstance(step, Settle):
            row.state, row.code = step.state, step.code
            return
        row.state, row.due_at, row.code = Push.State.RETRYING, step.due_at, step.code
        if isinstance(step, Undo):
            assert row.is_locked or step.code in (ABORTED, "no_answer")
            row.is_undo, row.is_bare, row.attempts = True, step.is_bare, 0
        else:
            row.attempts = max(step.attempts, 0)

    def claim(self, row):
        assert row.due_at <= self.now
        if row.state == Push.State.WAITING:
            self.require_leave_to_begin(row)
        assert row.state in (Push.State.WAITING, Push.State.RETRYING)
        row.state, row.attempts, row.is_begun = Push.State.CLAIMED, row.attempts + 1, True
        row.due_at = self.now + timedelta(seconds=60)
        assert row.is_undo or row.attempts <= self.max_attempts

    def require_leave_to_begin(self, row):
        assert self.state == Rollout.State.RUNNING
        assert all(
            self.waves[wave] == Wave.State.COMPLETED for wave in self.waves if wave < row.wave
        )
        failed = len(self.in_state(Push.State.FAILED)) + failing_now(self.in_flight())
        assert failed - self.forgiven < self.limit, "nothing is begun beyond the failure limit"
        held = [other for other in self.in_state(*Push.IN_FLIGHT) if not other.is_undo]
        assert len(held) < self.window, "what waits for its next attempt keeps its place"

    @precondition(lambda self: self.in_state(Push.State.CLAIMED))
    @rule(data=st.data())
    def the_platform_accepts_a_push(self, data):
        self.send(data.draw(st.sampled_from(self.in_state(Push.State.CLAIMED))))

    def send(self, row):
        row.state, row.due_at = Push.State.SENT, self.now + timedelta(seconds=300)
        row.is_locked |= row.report is None  # the platform locks before it calls

    @precondition(lambda self: self.in_state(*Push.PUSHED))
    @rule(
        data=st.data(),
        outcome=st.sampled_from(["", *OUTCOMES]),
        code=st.sampled_from([*CODES, "license_expired"]),
        lease=st.integers(-60, 60),
        unlocks=st.booleans(),
    )
    def an_update_reports(self, data, outcome, code, lease, unlocks):
        row = data.draw(st.sampled_from(self.in_state(*Push.PUSHED)))
        if row.report and row.report.outcome in Operation.COMPLETE:
            return  # what was carried out stays so, whatever another call reports
        self.operations += 1
        is_failed = outcome == Operation.Outcome.FAILED
        gives_back = unlocks or code == "license_expired"
        row.is_locked = outcome not in Operation.COMPLETE and not (is_failed and gives_back)
        row.report = Report(
            self.operations,
            outcome,
            code=code if outcome == Operation.Outcome.FAILED else "",
            alive_until=self.now + timedelta(seconds=lease),
        )

    @rule(seconds=st.sampled_from([1, 61, 301]))
    def time_passes(self, seconds):
        self.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.state == Rollout.State.RUNNING and self.operations > 2)
    @rule(state=st.sampled_from([Rollout.State.PAUSED] * 3 + [Rollout.State.ABORTED]))
    def the_publisher_stops_it(self, state):
        self.state = state
        if state == Rollout.State.ABORTED:
            for row in self.in_state(Push.State.WAITING):
                row.state = Push.State.SKIPPED
            for row in self.in_state(Push.State.RETRYING):
                if not row.is_undo:
                    self.end(row, Undo(row.id, self.now, ABORTED, UNDONE))

    @precondition(lambda self: self.state in (Rollout.State.PAUSED, Rollout.State.HALTED))
    @rule()
    def the_publisher_resumes_it(self):
        self.state = Rollout.State.RUNNING
        self.forgiven = len(self.in_state(Push.State.FAILED)) + failing_now(self.in_flight())

    @invariant()
    def nobody_is_locked_without_being_looked_after(self):
        """Whatever the publisher pressed, a locked customer is in flight until he is not."""
        if hasattr(self, "rows"):
            assert not [row for row in self.in_state(*SETTLED) if row.is_locked]

    def teardown(self):
        """When everything works again and ticks go on, nobody is in flight and nobody locked."""
        if not hasattr(self, "rows"):
            return
        for _ in range(20 * (len(self.rows) + 1)):
            for row in self.in_state(Push.State.CLAIMED):
                self.send(row)
            for row in self.in_state(Push.State.SENT):
                row.report, row.is_locked = Report(10**6, Operation.Outcome.DONE), False
            self.tick()
            self.now += timedelta(seconds=61)
        assert not self.in_state(*Push.IN_FLIGHT)
        assert not [row for row in self.rows.values() if row.is_locked]
        assert self.state != Rollout.State.RUNNING


Rollouts.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestRolloutMachine = Rollouts.TestCase
