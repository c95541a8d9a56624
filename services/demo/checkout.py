"""A live incident, 41 minutes old: checkout fails for some customers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from models.vocabulary import Severity
from services.commands import Declaration
from services.demo import cast
from services.demo.cast import Line

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from services.db import Database

_AGE = timedelta(minutes=41)


def play(database: Database, now: datetime) -> int:
    """Declare it 41 minutes before `now`, bring it to where it stands, return its number."""
    declared_at = now - _AGE
    return cast.play(
        database,
        Declaration(
            title="決済エラー: 一部のお客様が注文を完了できない",
            summary="カード決済の約 2 割が 502 で失敗。カートは消えない。",
            severity=Severity.SEV2,
            detected_at=declared_at - timedelta(minutes=3),
            detected_how="エラー率アラート(checkout-api 5xx > 5 %)",
            call_url="https://meet.example.com/inc-checkout",
        ),
        by="jun",
        declared_at=declared_at,
        story=lambda at: [*_formation(), *_direction(at), *_outside(at), *_now(at)],
    )


def _formation() -> list[Line]:
    return [
        Line(0.5, "jun", "take_command", {}),
        Line(1, "jun", "assign_role", {"role": "primary_sme", "person": "ken"}),
        Line(2, "jun", "assign_role", {"role": "liaison", "person": "aya"}),
        Line(2.2, "jun", "assign_role", {"role": "scribe", "person": "aya"}),
        Line(3, "mio", "check_in", {}),
        Line(3.5, "grace", "check_in", {}),
        Line(4, "jun", "offer_handoff", {"role": "commander", "to": "hana"}),
        Line(4.6, "hana", "accept_handoff", {"role": "commander"}),
    ]


def _direction(at: Callable[[float], str]) -> list[Line]:
    return [
        Line(5, "aya", "mark", {"name": "impact_start", "at": at(-6), "note": "最初の 502"}),
        Line(
            6,
            "hana",
            "set_situation",
            {
                "text": "カード決済の約 2 割が 502 で失敗している。銀行振込とコンビニ払いは正常。"
                "今日のデプロイの直後から。"
            },
        ),
        Line(
            7,
            "hana",
            "define_resolved",
            {
                "criteria": [
                    "決済エラー率が 15 分間 0.5 % 未満",
                    "失敗した注文の再実行がすべて完了",
                    "二重請求が 0 件と確認できた",
                ]
            },
        ),
        Line(
            8,
            "hana",
            "set_goal",
            {"text": "決済を普段どおりに戻す", "owner": "ken", "due_at": at(55)},
        ),
        Line(8.5, "hana", "set_goal", {"text": "二重請求の有無を調べる", "due_at": at(70)}),
        Line(
            9, "hana", "set_course", {"text": "先に新しい接続プールの設定を戻し、原因は後で調べる"}
        ),
        Line(10, "ken", "agree_course", {}),
        Line(
            11,
            "ken",
            "raise_hypothesis",
            {"claim": "接続プールの上限が小さすぎる", "test": "上限だけ戻した 1 台と比べる"},
        ),
        Line(
            12,
            "ken",
            "raise_hypothesis",
            {"claim": "キャッシュが冷えている", "test": "ヒット率を見る"},
        ),
        Line(
            16,
            "ken",
            "settle_hypothesis",
            {"hypothesis": 2, "outcome": "falsified", "evidence": "ヒット率は 97 % で普段どおり"},
        ),
    ]


def _outside(at: Callable[[float], str]) -> list[Line]:
    first = {
        "what": {
            "ja": "カード決済の一部が失敗しています。",
            "en": "Some card payments are failing.",
        },
        "impact": {
            "ja": "カードで支払うお客様の約 2 割。ほかの支払い方法は使えます。",
            "en": "About one in five customers who pay by card. Other methods work.",
        },
        "workaround": {
            "ja": "銀行振込かコンビニ払いをご案内ください。",
            "en": "Offer bank transfer or convenience store payment.",
        },
        "next_update_at": at(46),
    }
    return [
        Line(12.5, "aya", "add_stakeholder", {"name": "カスタマーサポート"}),
        Line(12.8, "aya", "add_stakeholder", {"name": "経理部", "person": "noor"}),
        Line(13, "aya", "draft_notice", {"stage": "first", "fields": first}),
        Line(14, "hana", "approve_notice", {"notice": 1}),
        Line(14.5, "aya", "publish_notice", {"notice": 1}),
        Line(18, "sam", "log_inquiry", {"from": "営業部", "text": "返金は必要ですか。"}),
        Line(
            20,
            "aya",
            "answer_inquiry",
            {"inquiry": 1, "text": "いまは不要です。二重請求の確認が済み次第お知らせします。"},
        ),
        Line(
            36,
            "grace",
            "log_inquiry",
            {"from": "Partner desk", "text": "Do marketplace sellers need to do anything?"},
        ),
    ]


def _now(at: Callable[[float], str]) -> list[Line]:
    return [
        Line(
            21,
            "hana",
            "assign_action",
            {"text": "接続プールの設定を 1 台だけ戻す", "owner": "ken", "due_at": at(28)},
        ),
        Line(21.5, "ken", "acknowledge_action", {"action": 1}),
        Line(
            27,
            "ken",
            "end_action",
            {"action": 1, "outcome": "done", "result": "戻した 1 台では 502 が出なくなった"},
        ),
        Line(
            28,
            "ken",
            "settle_hypothesis",
            {"hypothesis": 1, "outcome": "supported", "evidence": "戻した 1 台のエラー率は 0 %"},
        ),
        Line(
            29,
            "ken",
            "propose_decision",
            {"proposal": "設定を全台で戻す", "risk": "入れ替え中に接続が 10 秒ほど切れる"},
        ),
        Line(
            30,
            "aya",
            "object",
            {"decision": 1, "reason": "限定品の販売開始と重なる。5 分ずらせませんか。"},
        ),
        Line(31, "hana", "decide", {"decision": 1, "outcome": "go", "executor": "ken"}),
        Line(
            31.5,
            "hana",
            "assign_action",
            {"text": "設定を全台で順に戻す", "owner": "ken", "due_at": at(45)},
        ),
        Line(
            32,
            "hana",
            "assign_action",
            {"text": "失敗した注文の一覧を出す", "owner": "mio", "due_at": at(38)},
        ),
        Line(
            33,
            "aya",
            "status",
            {"text": "全台の 3 割で設定を戻し終えた。エラー率は 9 % まで低下。"},
        ),
        Line(
            34,
            "ken",
            "post_update",
            {
                "conditions": "半数で戻し終え、エラー率は 6 %。",
                "actions": "残りを 5 台ずつ戻している。",
                "needs": "再実行を始める前に、二重請求の確認を誰かに頼みたい。",
            },
        ),
        Line(37, "hana", "status_check", {}),
        Line(
            38,
            "aya",
            "note",
            {"text": "最初の問い合わせは宣言の前に届いていた。", "occurred_at": at(-1)},
        ),
        Line(39, "hana", "meet_criterion", {"criterion": 3, "note": "経理部が全件を照合"}),
        Line(40, "aya", "offer_handoff", {"role": "scribe", "to": "leo"}),
        Line(
            40.4,
            "ken",
            "propose_decision",
            {"proposal": "失敗した注文の再実行を、全台で戻し終えたら始める"},
        ),
    ]
