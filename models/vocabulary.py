"""The closed lists of words that the record uses."""

from __future__ import annotations

from enum import StrEnum


class IncidentKind(StrEnum):
    """Real or drill; fixed at the declaration."""

    REAL = "real"
    DRILL = "drill"


class Severity(StrEnum):
    """`SEV1` is the worst. Nothing depends on it."""

    SEV1 = "SEV1"
    SEV2 = "SEV2"
    SEV3 = "SEV3"
    SEV4 = "SEV4"


class RoleKey(StrEnum):
    """The four built-in roles, in the order of first staffing."""

    COMMANDER = "commander"
    PRIMARY_SME = "primary_sme"
    LIAISON = "liaison"
    SCRIBE = "scribe"


class Source(StrEnum):
    """The door through which an entry came."""

    PAGE = "page"
    API = "api"
    SLACK = "slack"
    ALERT = "alert"
    DRILL = "drill"
    IMPORT = "import"
    SYSTEM = "system"


class Phase(StrEnum):
    """How far an incident has come; derived, never typed in."""

    DECLARED = "declared"
    STAFFED = "staffed"
    ALIGNED = "aligned"
    RESPONDING = "responding"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    STOOD_DOWN = "stood_down"
    REVIEWED = "reviewed"
    CANCELLED = "cancelled"


class HandoffState(StrEnum):
    """An offer is open until one of the other states closes it."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class CriterionState(StrEnum):
    """A criterion of the definition of resolved counts when met or waived."""

    OPEN = "open"
    MET = "met"
    WAIVED = "waived"


class GoalState(StrEnum):
    """A goal is open until it is achieved or dropped."""

    OPEN = "open"
    ACHIEVED = "achieved"
    DROPPED = "dropped"


class HypothesisState(StrEnum):
    """A hypothesis is open until evidence falsifies or supports it."""

    OPEN = "open"
    FALSIFIED = "falsified"
    SUPPORTED = "supported"


class ActionState(StrEnum):
    """An action is open until it is done, failed or dropped."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


class DecisionState(StrEnum):
    """A decision is proposed until the commander says go or no go."""

    PROPOSED = "proposed"
    GO = "go"
    NO_GO = "no_go"


class NoticeStage(StrEnum):
    """障害発生報, 続報 and 復旧報."""

    FIRST = "first"
    UPDATE = "update"
    RESOLUTION = "resolution"


class NoticeState(StrEnum):
    """A notice goes draft, approved, published; returned is a draft with a reason."""

    DRAFT = "draft"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"


class MarkName(StrEnum):
    """The two marks that a person sets; the others follow from the record."""

    IMPACT_START = "impact_start"
    MITIGATED = "mitigated"


class RetroKind(StrEnum):
    """What a retrospective item says of the response."""

    GOOD = "good"
    BAD = "bad"
    SURPRISE = "surprise"


class RetroAbout(StrEnum):
    """How we responded, or why it happened."""

    RESPONSE = "response"
    CAUSE = "cause"


class DeliveryState(StrEnum):
    """Where one message to Slack stands; `unknown` may or may not have arrived."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"


class ImportKind(StrEnum):
    """The kinds of entry that an imported timeline may hold."""

    CONTEXT = "context"
    TRIGGER = "trigger"
    IMPACT_START = "impact_start"
    ALERT = "alert"
    REPORT = "report"
    ACK = "ack"
    JOIN = "join"
    DECLARE = "declare"
    ROLE = "role"
    SEVERITY = "severity"
    OBSERVATION = "observation"
    HYPOTHESIS = "hypothesis"
    DECISION = "decision"
    ACTION = "action"
    RESULT = "result"
    COMMS = "comms"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    FOLLOWUP = "followup"
