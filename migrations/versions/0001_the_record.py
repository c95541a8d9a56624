"""The record: the present, the timeline, deliveries, and the guards of the timeline."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.String(27).with_variant(sa.DateTime(timezone=True), "postgresql")

_SQLITE_GUARDS = (
    """
    CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'append-only: an entry is never changed'); END
    """,
    """
    CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'append-only: an entry is never deleted'); END
    """,
    # INSERT OR REPLACE deletes without the trigger above on any connection that has not
    # turned recursive_triggers on, and a tool beside this program has not.
    """
    CREATE TRIGGER entry_is_never_replaced BEFORE INSERT ON entry
    WHEN EXISTS (SELECT 1 FROM entry WHERE incident_id = NEW.incident_id AND seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'append-only: an entry is never replaced'); END
    """,
)
_POSTGRESQL_GUARDS = (
    """
    CREATE FUNCTION refuse_entry_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'append-only: an entry is never changed or deleted'
        USING ERRCODE = 'integrity_constraint_violation'; END $$
    """,
    """
    CREATE TRIGGER entry_is_never_changed BEFORE UPDATE OR DELETE ON entry
    FOR EACH ROW EXECUTE FUNCTION refuse_entry_change()
    """,
    """
    CREATE TRIGGER entry_is_never_truncated BEFORE TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_entry_change()
    """,
)


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("handle", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("slack_user_id", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("is_administrator", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("handle", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("slack_user_id", name=op.f("uq_person_slack_user_id")),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(), nullable=True),
        sa.Column("severity", sa.String(length=4), nullable=True),
        sa.Column("detected_at", TIME, nullable=True),
        sa.Column("detected_how", sa.String(), nullable=True),
        sa.Column("call_url", sa.String(), nullable=True),
        sa.Column("declared_at", TIME, nullable=True),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.Column("backfilled", sa.Boolean(), nullable=False),
        sa.Column("restored", sa.Boolean(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=True),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("status_checked_at", TIME, nullable=True),
        sa.Column("resolved_at", TIME, nullable=True),
        sa.Column("stood_down_at", TIME, nullable=True),
        sa.Column("unresolved_reason", sa.String(), nullable=True),
        sa.Column("cancelled_at", TIME, nullable=True),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('real', 'drill')", name=op.f("ck_incident_kind_known")),
        sa.CheckConstraint(
            "severity IN ('SEV1', 'SEV2', 'SEV3', 'SEV4')", name=op.f("ck_incident_severity_known")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by"], ["person.handle"], name=op.f("fk_incident_declared_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("uid", name=op.f("uq_incident_uid")),
    )
    op.create_index(op.f("ix_incident_is_closed"), "incident", ["is_closed"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.handle"], name=op.f("fk_token_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_token_digest")),
    )
    op.create_index(op.f("ix_token_person"), "token", ["person"], unique=False)
    op.create_table(
        "action",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("assigned_by", sa.String(), nullable=False),
        sa.Column("assigned_at", TIME, nullable=False),
        sa.Column("acknowledged_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'failed', 'dropped')", name=op.f("ck_action_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["assigned_by"], ["person.handle"], name=op.f("fk_action_assigned_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_action_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(["owner"], ["person.handle"], name=op.f("fk_action_owner_person")),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_action")),
    )
    op.create_table(
        "command_receipt",
        sa.Column("command_id", sa.String(length=36), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_command_receipt_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_command_receipt")),
    )
    op.create_table(
        "course",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("agreed_at", TIME, nullable=True),
        sa.Column("agreed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agreed_by"], ["person.handle"], name=op.f("fk_course_agreed_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_course_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["set_by"], ["person.handle"], name=op.f("fk_course_set_by_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_course")),
    )
    op.create_table(
        "decision",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proposal", sa.String(), nullable=False),
        sa.Column("risk", sa.String(), nullable=True),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("executor", sa.String(), nullable=True),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'go', 'no_go')", name=op.f("ck_decision_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.handle"], name=op.f("fk_decision_decided_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["executor"], ["person.handle"], name=op.f("fk_decision_executor_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_decision_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["person.handle"], name=op.f("fk_decision_proposed_by_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_decision")),
    )
    op.create_table(
        "entry",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("actor", sa.String(), nullable=True),
        sa.Column("via", sa.String(length=80), nullable=True),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=6), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("amends", sa.Integer(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "source IN ('page', 'api', 'slack', 'alert', 'drill', 'import', 'system')",
            name=op.f("ck_entry_source_known"),
        ),
        sa.CheckConstraint("seq > 0", name=op.f("ck_entry_seq_positive")),
        sa.ForeignKeyConstraint(["actor"], ["person.handle"], name=op.f("fk_entry_actor_person")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_entry_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", "seq", name=op.f("pk_entry")),
    )
    op.create_index("ix_entry_amends", "entry", ["incident_id", "amends"], unique=False)
    op.create_index("ix_entry_kind", "entry", ["incident_id", "kind"], unique=False)
    op.create_table(
        "goal",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'achieved', 'dropped')", name=op.f("ck_goal_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_goal_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(["owner"], ["person.handle"], name=op.f("fk_goal_owner_person")),
        sa.ForeignKeyConstraint(["set_by"], ["person.handle"], name=op.f("fk_goal_set_by_person")),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_goal")),
    )
    op.create_table(
        "hypothesis",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("claim", sa.String(), nullable=False),
        sa.Column("test", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("raised_by", sa.String(), nullable=False),
        sa.Column("raised_at", TIME, nullable=False),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("settled_at", TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'falsified', 'supported')", name=op.f("ck_hypothesis_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_hypothesis_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["raised_by"], ["person.handle"], name=op.f("fk_hypothesis_raised_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["person.handle"], name=op.f("fk_hypothesis_settled_by_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_hypothesis")),
    )
    op.create_table(
        "inquiry",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("logged_by", sa.String(), nullable=False),
        sa.Column("logged_at", TIME, nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.handle"], name=op.f("fk_inquiry_answered_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_inquiry_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["logged_by"], ["person.handle"], name=op.f("fk_inquiry_logged_by_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_inquiry")),
    )
    op.create_table(
        "mark",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=12), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.CheckConstraint(
            "name IN ('impact_start', 'mitigated')", name=op.f("ck_mark_name_known")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_mark_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(["set_by"], ["person.handle"], name=op.f("fk_mark_set_by_person")),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_mark")),
    )
    op.create_table(
        "next_action",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("completed_by", sa.String(), nullable=True),
        sa.Column("completed_at", TIME, nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by"], ["person.handle"], name=op.f("fk_next_action_added_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["completed_by"], ["person.handle"], name=op.f("fk_next_action_completed_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_next_action_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["owner"], ["person.handle"], name=op.f("fk_next_action_owner_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_next_action")),
    )
    op.create_table(
        "notice",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("drafted_at", TIME, nullable=False),
        sa.Column("edited_at", TIME, nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", TIME, nullable=True),
        sa.Column("return_reason", sa.String(), nullable=True),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("published_at", TIME, nullable=True),
        sa.CheckConstraint(
            "stage IN ('first', 'update', 'resolution')", name=op.f("ck_notice_stage_known")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'returned', 'approved', 'published')",
            name=op.f("ck_notice_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["person.handle"], name=op.f("fk_notice_approved_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by"], ["person.handle"], name=op.f("fk_notice_drafted_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_notice_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["person.handle"], name=op.f("fk_notice_published_by_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_notice")),
    )
    op.create_table(
        "presence",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("checked_in_at", TIME, nullable=False),
        sa.Column("checked_out_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_presence_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["person"], ["person.handle"], name=op.f("fk_presence_person_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "person", name=op.f("pk_presence")),
    )
    op.create_table(
        "report",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_report_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["person.handle"], name=op.f("fk_report_saved_by_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_report")),
    )
    op.create_table(
        "resolved_definition",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name=op.f("fk_resolved_definition_incident_id_incident"),
        ),
        sa.ForeignKeyConstraint(
            ["set_by"], ["person.handle"], name=op.f("fk_resolved_definition_set_by_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_resolved_definition")),
    )
    op.create_table(
        "retro_item",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("about", sa.String(length=8), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.CheckConstraint(
            "about IN ('response', 'cause')", name=op.f("ck_retro_item_about_known")
        ),
        sa.CheckConstraint(
            "kind IN ('good', 'bad', 'surprise')", name=op.f("ck_retro_item_kind_known")
        ),
        sa.ForeignKeyConstraint(
            ["added_by"], ["person.handle"], name=op.f("fk_retro_item_added_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_retro_item_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_retro_item")),
    )
    op.create_table(
        "retrospective",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("held_at", TIME, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_retrospective_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["person.handle"], name=op.f("fk_retrospective_recorded_by_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_retrospective")),
    )
    op.create_table(
        "role",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("name_ja", sa.String(length=80), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("built_in", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_role_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", "key", name=op.f("pk_role")),
    )
    op.create_table(
        "situation",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_situation_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["set_by"], ["person.handle"], name=op.f("fk_situation_set_by_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_situation")),
    )
    op.create_table(
        "sme_update",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("actions", sa.String(), nullable=False),
        sa.Column("needs", sa.String(), nullable=False),
        sa.Column("posted_by", sa.String(), nullable=False),
        sa.Column("posted_at", TIME, nullable=False),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("acknowledged_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"],
            ["person.handle"],
            name=op.f("fk_sme_update_acknowledged_by_person"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_sme_update_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["posted_by"], ["person.handle"], name=op.f("fk_sme_update_posted_by_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_sme_update")),
        sa.UniqueConstraint("incident_id", "entry", name=op.f("uq_sme_update_incident_id_entry")),
    )
    op.create_table(
        "stakeholder",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(), nullable=True),
        sa.Column("slack_user_id", sa.String(length=32), nullable=True),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by"], ["person.handle"], name=op.f("fk_stakeholder_added_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_stakeholder_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["person"], ["person.handle"], name=op.f("fk_stakeholder_person_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_stakeholder")),
    )
    op.create_table(
        "stand_down_condition",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("met_at", TIME, nullable=True),
        sa.Column("met_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name=op.f("fk_stand_down_condition_incident_id_incident"),
        ),
        sa.ForeignKeyConstraint(
            ["met_by"], ["person.handle"], name=op.f("fk_stand_down_condition_met_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["set_by"], ["person.handle"], name=op.f("fk_stand_down_condition_set_by_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_stand_down_condition")),
    )
    op.create_table(
        "assignment",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id", "role"],
            ["role.incident_id", "role.key"],
            name=op.f("fk_assignment_incident_id_role_role"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_assignment_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["person"], ["person.handle"], name=op.f("fk_assignment_person_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_person"), "assignment", ["person"], unique=False)
    op.create_index(
        "uq_assignment_once_a_person",
        "assignment",
        ["incident_id", "role", "person"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_assignment_one_holder",
        "assignment",
        ["incident_id", "role"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL AND single = 1"),
        postgresql_where=sa.text("ended_at IS NULL AND single"),
    )
    op.create_table(
        "attendee",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("retrospective", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id", "retrospective"],
            ["retrospective.incident_id", "retrospective.id"],
            name=op.f("fk_attendee_incident_id_retrospective_retrospective"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_attendee_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["person"], ["person.handle"], name=op.f("fk_attendee_person_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "retrospective", "person", name=op.f("pk_attendee")),
    )
    op.create_table(
        "criterion",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("changed_at", TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'met', 'waived')", name=op.f("ck_criterion_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["person.handle"], name=op.f("fk_criterion_changed_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id", "definition"],
            ["resolved_definition.incident_id", "resolved_definition.id"],
            name=op.f("fk_criterion_incident_id_definition_resolved_definition"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_criterion_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_criterion")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("destination", sa.String(length=13), nullable=False),
        sa.Column("state", sa.String(length=7), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=32), nullable=True),
        sa.Column("ts", sa.String(length=32), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("queued_at", TIME, nullable=False),
        sa.Column("attempted_at", TIME, nullable=True),
        sa.Column("sent_at", TIME, nullable=True),
        sa.CheckConstraint(
            "destination IN ('investigation', 'report', 'announce')",
            name=op.f("ck_delivery_destination_known"),
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'unknown', 'failed')",
            name=op.f("ck_delivery_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id", "seq"],
            ["entry.incident_id", "entry.seq"],
            name=op.f("fk_delivery_incident_id_seq_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_delivery_incident_id_incident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "incident_id",
            "seq",
            "destination",
            name=op.f("uq_delivery_incident_id_seq_destination"),
        ),
    )
    op.create_index("ix_delivery_state", "delivery", ["state", "incident_id"], unique=False)
    op.create_table(
        "handoff",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("giver", sa.String(), nullable=True),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("offered_by", sa.String(), nullable=False),
        sa.Column("offered_at", TIME, nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'declined', 'cancelled', 'lapsed')",
            name=op.f("ck_handoff_state_known"),
        ),
        sa.ForeignKeyConstraint(["giver"], ["person.handle"], name=op.f("fk_handoff_giver_person")),
        sa.ForeignKeyConstraint(
            ["incident_id", "role"],
            ["role.incident_id", "role.key"],
            name=op.f("fk_handoff_incident_id_role_role"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_handoff_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["offered_by"], ["person.handle"], name=op.f("fk_handoff_offered_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["receiver"], ["person.handle"], name=op.f("fk_handoff_receiver_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_handoff")),
    )
    op.create_index(
        "uq_handoff_one_open",
        "handoff",
        ["incident_id", "role", "receiver"],
        unique=True,
        sqlite_where=sa.text("state = 'offered'"),
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_table(
        "objection",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("decision", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("objected_by", sa.String(), nullable=False),
        sa.Column("objected_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id", "decision"],
            ["decision.incident_id", "decision.id"],
            name=op.f("fk_objection_incident_id_decision_decision"),
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_objection_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["objected_by"], ["person.handle"], name=op.f("fk_objection_objected_by_person")
        ),
        sa.PrimaryKeyConstraint("incident_id", "id", name=op.f("pk_objection")),
    )

    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for guard in _SQLITE_GUARDS if is_sqlite else _POSTGRESQL_GUARDS:
        op.execute(guard)


def downgrade() -> None:
    op.drop_table("objection")
    op.drop_index(
        "uq_handoff_one_open",
        table_name="handoff",
        sqlite_where=sa.text("state = 'offered'"),
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.drop_table("handoff")
    op.drop_index("ix_delivery_state", table_name="delivery")
    op.drop_table("delivery")
    op.drop_table("criterion")
    op.drop_table("attendee")
    op.drop_index(
        "uq_assignment_one_holder",
        table_name="assignment",
        sqlite_where=sa.text("ended_at IS NULL AND single = 1"),
        postgresql_where=sa.text("ended_at IS NULL AND single"),
    )
    op.drop_index(
        "uq_assignment_once_a_person",
        table_name="assignment",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_assignment_person"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_table("stand_down_condition")
    op.drop_table("stakeholder")
    op.drop_table("sme_update")
    op.drop_table("situation")
    op.drop_table("role")
    op.drop_table("retrospective")
    op.drop_table("retro_item")
    op.drop_table("resolved_definition")
    op.drop_table("report")
    op.drop_table("presence")
    op.drop_table("notice")
    op.drop_table("next_action")
    op.drop_table("mark")
    op.drop_table("inquiry")
    op.drop_table("hypothesis")
    op.drop_table("goal")
    op.drop_index("ix_entry_kind", table_name="entry")
    op.drop_index("ix_entry_amends", table_name="entry")
    op.drop_table("entry")
    op.drop_table("decision")
    op.drop_table("course")
    op.drop_table("command_receipt")
    op.drop_table("action")
    op.drop_index(op.f("ix_token_person"), table_name="token")
    op.drop_table("token")
    op.drop_index(op.f("ix_incident_is_closed"), table_name="incident")
    op.drop_table("incident")
    op.drop_table("person")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_entry_change()")
