"""Every command that a person can give: frozen, validated, free of ids and clocks.

A command says what is wanted; `models.rules` decides whether it may happen and
`services.commands` makes it so.
"""

from __future__ import annotations

from typing import Annotated, Union, get_args

from pydantic import Field, TypeAdapter

from models.commands import closing, direction, formation, outside, timeline, work
from models.commands.base import Command

AnyCommand = Annotated[
    Union[  # noqa: UP007 - a tuple of classes can only be splatted into Union
        formation.CheckIn,
        formation.CheckOut,
        formation.AssignRole,
        formation.ReleaseRole,
        formation.OfferHandoff,
        formation.AcceptHandoff,
        formation.DeclineHandoff,
        formation.CancelHandoff,
        formation.TakeCommand,
        formation.AddRole,
        direction.SetSituation,
        direction.DefineResolved,
        direction.MeetCriterion,
        direction.UnmeetCriterion,
        direction.WaiveCriterion,
        direction.SetGoal,
        direction.EndGoal,
        direction.SetCourse,
        direction.AgreeCourse,
        direction.StatusCheck,
        direction.SetSeverity,
        direction.SetMark,
        direction.SetCall,
        work.PostUpdate,
        work.AcknowledgeUpdate,
        work.RaiseHypothesis,
        work.SettleHypothesis,
        work.AssignAction,
        work.AcknowledgeAction,
        work.ExtendAction,
        work.EndAction,
        work.ProposeDecision,
        work.Object,
        work.Decide,
        timeline.Note,
        timeline.Status,
        timeline.Amend,
        outside.AddStakeholder,
        outside.DraftNotice,
        outside.EditNotice,
        outside.ApproveNotice,
        outside.ReturnNotice,
        outside.PublishNotice,
        outside.LogInquiry,
        outside.AnswerInquiry,
        closing.DeclareResolved,
        closing.Reopen,
        closing.SetStandDownCondition,
        closing.MeetStandDownCondition,
        closing.SaveReport,
        closing.StandDown,
        closing.Cancel,
        closing.HoldRetrospective,
        closing.AddRetroItem,
        closing.AddNextAction,
        closing.CompleteNextAction,
    ],
    Field(discriminator="type"),
]

COMMANDS: dict[str, type[Command]] = {
    command.model_fields["type"].default: command for command in get_args(get_args(AnyCommand)[0])
}
"""Command classes by their `type`, in the order of the contract."""

COMMAND_ADAPTER: TypeAdapter[Command] = TypeAdapter(AnyCommand)
