"""Every route, and what one must be granted for the child or the county that it is about.

`part.<part>`: to read that part of the child's file; `record.<form>`: to record that form about the child;
`office.<action>`: to have that action by role, with `@county` where the thing named belongs to the county.
`~` at the end: the page lets in only some of them (who wrote the entry, who works in the round).
`own`: the director's own thing, nobody else's. `device`: a phone's own credentials; `client`: another system's token. The others are open to whoever the
word says.
"""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver

CHILD = "children/<uuid:child_id>/"
ROUND = "rounds/<uuid:round_id>/"
GROUP = "groups/<uuid:group_id>/"
MEETING = f"{GROUP}meetings/<int:number>/"
AMENDMENT = "amendments/<uuid:amendment_id>/"
AGREEMENT = "sharing/<uuid:agreement_id>/"
SHARING = "write_sharing|approve_sharing|receive_sharing"
LINE = "registers/lines/<uuid:line_id>/"
UPLOAD = "rosters/<uuid:upload_id>/"

TABLE = "coordination/"
COORDINATION: dict[str, str] = {
    **dict.fromkeys((f"{TABLE}{each}" for each in (
        "", "members/", "members/<slug:department>/", "meetings/", "orders/", "standards/", "policies/", "cases/",
        "experts/",
    )), "office.see_coordination"),
    **dict.fromkeys((f"{TABLE}{each}" for each in (
        "meetings/new/", "orders/new/", "standards/new/", "policies/new/", "experts/new/",
    )), "office.lead_coordination"),
    f"{TABLE}members/<slug:department>/set/": "office.lead_coordination",
    **dict.fromkeys((f"{TABLE}{each}" for each in (
        "meetings/<uuid:joint_id>/", "meetings/<uuid:joint_id>/<slug:joint_deed>/",
        "meetings/<uuid:joint_id>/paper/", "orders/<uuid:matter_id>/", "orders/<uuid:matter_id>/<slug:matter_deed>/",
        "standards/<uuid:standard_id>/", "standards/<uuid:standard_id>/<slug:standard_deed>/",
        "standards/<uuid:standard_id>/compare/", "cases/<uuid:typical_id>/",
        "cases/<uuid:typical_id>/<slug:typical_deed>/", "opinions/<uuid:opinion_id>/",
        "opinions/<uuid:opinion_id>/<slug:opinion_deed>/", "scans/<uuid:scan_id>/",
    )), "office.see_coordination@county~"),
    f"{TABLE}policies/<uuid:policy_id>/": "office.see_coordination@county",
    **dict.fromkeys((f"{TABLE}{each}" for each in (
        "standards/<uuid:standard_id>/revise/", "policies/<uuid:policy_id>/correct/",
        "policies/<uuid:policy_id>/end/", "experts/<uuid:expert_id>/", "experts/<uuid:expert_id>/end/",
    )), "office.lead_coordination@county"),
    f"{TABLE}cases/new/": "office.write_typical_cases",
    f"{TABLE}cases/<uuid:typical_id>/revise/": "office.write_typical_cases@county~",
    f"{TABLE}opinions/ask/": "office.write_typical_cases~",
}

NEEDS: dict[str, str] = {
    "": "work", "notices/read/": "work", "sign-in/": "public", "sign-out/": "signed_in", "post/": "signed_in",
    ".well-known/security.txt": "public",
    "children/": "work", "children/count/": "work", "children/search/": "work", "children/assign/": "work",
    "children/views/": "work", "children/views/<uuid:view_id>/drop/": "own",
    "children/new/": "office.open_file", "children/new/file/": "office.open_file",
    "children/new/file/draft/": "office.open_file", "children/new/like/": "office.open_file",
    CHILD: "part.roster", f"{CHILD}forms/<slug:form_id>/": "record.visit_record",
    f"{CHILD}forms/<slug:form_id>/draft/": "record.visit_record", "drafts/<uuid:draft_id>/discard/": "own",
    f"{CHILD}entries/<uuid:entry_id>/": "part.care",
    f"{CHILD}entries/<uuid:entry_id>/retract/": "record.visit_record~",
    f"{CHILD}entries/<uuid:entry_id>/move/": "record.visit_record~",
    f"{CHILD}entries/<uuid:entry_id>/paper/": "part.care",
    f"{CHILD}paper/": "part.roster", f"{CHILD}paper/<slug:paper_id>/": "part.roster",
    f"{CHILD}attachments/": "part.roster", f"{CHILD}attachments/<uuid:attachment_id>/": "part.care",
    f"{CHILD}attachments/<uuid:attachment_id>/retract/": "part.care~",
    "households/<uuid:household_id>/": "part.family",
    "forms/": "work", "forms/<slug:form_id>/blank/": "work",
    "district/": "office.see_figures", "workload/": "office.see_figures",
    "ledger/": "office.see_ledger", "ledger/check/": "office.see_ledger",
    "definitions/": "work", "definitions/<slug:kind>/<slug:name>/": "work",
    "confirmations/": "work", "tasks/": "work", "flags/": "work",
    "conferences/": "office.see_conferences", f"{CHILD}conferences/": "part.conference_tasks",
    f"{CHILD}conferences/<uuid:entry_id>/letters/<int:number>/": "part.conferences",
    "needs/": "office.see_needs", f"{CHILD}plans/": "part.psychological", f"{CHILD}courses/": "part.care",
    "protocols/": "office.see_protocols", "referrals/": "work",
    "referrals/board/": "office.see_referrals", f"{CHILD}referrals/<uuid:referral_id>/": "part.referral",
    f"{CHILD}referrals/<uuid:referral_id>/link/": "record.referral~",
    f"{CHILD}referrals/<uuid:referral_id>/stop/": "record.referral~",
    "asks/": "office.ask_children|answer_asks", "asks/new/": "office.ask_children",
    "asks/<uuid:ask_id>/": "office.ask_children|answer_asks@county~",
    **dict.fromkeys((f"asks/<uuid:ask_id>/{each}/" for each in ("match", "refuse")), "office.answer_asks@county~"),
    "asks/<uuid:ask_id>/withdraw/": "office.ask_children@county~",
    "api/openapi.json": "public",
    **dict.fromkeys((f"api/v1/{each}" for each in (
        "referrals", "referrals/<uuid:referral_id>", "referrals/<uuid:referral_id>/answers",
        "referrals/<uuid:referral_id>/referrals", "clues", "clues/<uuid:clue_id>", "figures",
    )), "client"),
    "clients/": "office.keep_clients", "clients/new/": "office.keep_clients",
    **dict.fromkeys((f"clients/<uuid:client_id>/{each}" for each in ("", "answer/", "renew/", "end/", "hooks/")),
                    "office.keep_clients@county"),
    "clients/hooks/<uuid:hook_id>/<slug:deed>/": "office.keep_clients@county~",
    "clients/deliveries/<uuid:delivery_id>/again/": "office.keep_clients@county~",
    "services/": "work", "services/new/": "office.keep_services",
    "services/<uuid:service_id>/": "office.keep_services@county",
    "r/": "public", "r/open/": "public", "r/answer/": "public", "r/paper/": "public",
    "crises/": "office.see_crisis_board", "crises/board/": "office.see_crisis_board",
    **COORDINATION,
    "groups/": "office.see_groups", "groups/new/": "office.manage_groups", GROUP: "office.see_groups@county~",
    **dict.fromkeys((f"{GROUP}{each}" for each in (
        "join/", "join/<uuid:child_id>/", "members/<uuid:member_id>/leave/", "end/",
    )), "office.manage_groups@county~"),
    MEETING: "office.see_groups@county~", f"{MEETING}paper/": "office.see_groups@county~",
    f"{MEETING}<slug:deed>/": "office.manage_groups@county~",
    "progress/": "office.see_progress", "supervision/": "office.see_progress",
    "supervision/record/": "office.supervise",
    "duty/": "office.see_duty", "duty/write/": "office.plan_duty~",
    f"{CHILD}crisis/take/": "record.crisis_step~", f"{CHILD}safety-plan/": "part.crisis",
    "rooms/": "office.see_rooms", "rooms/new/": "office.manage_rooms",
    "rooms/<uuid:room_id>/": "office.see_rooms@county",
    **dict.fromkeys((f"rooms/<uuid:room_id>/{each}/" for each in ("change", "close", "closures/<int:closure_id>/end")),
                    "office.manage_rooms@county~"),
    "rota/": "office.see_rooms", "rota/write/": "office.plan_rota~", "rota/leave/": "office.see_rooms~",
    "rota/swap/": "office.see_rooms~", "rota/shifts/<uuid:shift_id>/end/": "office.plan_rota@county~",
    "rota/changes/<uuid:change_id>/answer/": "office.see_rooms@county~",
    "bookings/": "office.book_rooms", "bookings/new/": "office.book_rooms",
    **dict.fromkeys((f"bookings/<uuid:booking_id>/{each}" for each in ("", "move/", "cancel/", "mark/")),
                    "office.book_rooms@county~"),
    f"{CHILD}bookings/": "part.care",
    "calendars/make/": "office.see_rooms", "calendars/<uuid:feed_id>/stop/": "office.see_rooms@county~",
    "calendars/<str:token>.ics": "public",
    "amendments/": "office.write_rules", "amendments/begin/": "office.write_rules",
    AMENDMENT: "office.write_rules@county", f"{AMENDMENT}<slug:deed>/": "office.write_rules@county~",
    f"{AMENDMENT}try/": "office.write_rules@county", f"{AMENDMENT}tried/": "office.write_rules@county",
    f"{AMENDMENT}forms/<slug:form_id>/": "office.write_rules@county",
    f"{AMENDMENT}options/": "office.write_rules@county",
    f"{AMENDMENT}options/<slug:name>/": "office.write_rules@county",
    f"{AMENDMENT}brand/": "office.write_rules@county",
    "help/": "signed_in", "help/<slug:page>/": "signed_in", "help/<slug:page>/pdf/": "signed_in",
    "rosters/": "office.import_roster", "rosters/held/": "office.import_roster",
    "rosters/held/<uuid:held_id>/": "office.import_roster@county",
    UPLOAD: "office.import_roster@county", f"{UPLOAD}progress/": "office.import_roster@county",
    f"{UPLOAD}continue/": "office.import_roster@county", f"{UPLOAD}rows/": "office.import_roster@county",
    f"{UPLOAD}rows/mended/": "office.import_roster@county", f"{UPLOAD}changes/": "office.import_roster@county",
    f"{UPLOAD}changes/<uuid:listing_id>/": "office.import_roster@county",
    "comparisons/": "office.compare_lists|settle_comparisons~",
    "comparisons/review/": "office.settle_comparisons",
    "comparisons/review/<uuid:answer_id>/": "office.settle_comparisons@county~",
    **dict.fromkeys((f"comparisons/<uuid:comparison_id>/{each}" for each in ("", "progress/", "answer/")),
                    "office.compare_lists|settle_comparisons@county~"),
    f"{CHILD}same/": "record.same_child", f"{CHILD}same/<uuid:other_id>/": "record.same_child~",
    "rounds/": "office.see_screening", "rounds/new/": "office.plan_screening",
    ROUND: "office.see_screening@county~", f"{ROUND}list/": "office.plan_screening@county~",
    f"{ROUND}known/": "office.plan_screening@county~", f"{ROUND}clear/": "office.plan_screening@county~",
    f"{ROUND}people/": "office.plan_screening@county~",
    f"{ROUND}people/<int:shift_id>/remove/": "office.plan_screening@county~",
    f"{ROUND}exception/": "office.see_screening@county~", f"{ROUND}start/": "office.plan_screening@county~",
    f"{ROUND}close/": "office.plan_screening@county~", f"{ROUND}drop/": "office.plan_screening@county~",
    f"{ROUND}make-up/": "office.plan_screening@county~", f"{ROUND}children/": "office.see_screening@county~",
    f"{ROUND}children/change/": "office.plan_screening@county~",
    f"{ROUND}results/": "office.read_screening@county~", f"{ROUND}results/draw/": "office.read_screening@county~",
    f"{ROUND}results/<uuid:participant_id>/": "office.read_screening@county~",
    f"{ROUND}results/<uuid:participant_id>/decide/": "office.read_screening@county~",
    f"{ROUND}results/<uuid:participant_id>/rate/": "office.read_screening@county~",
    f"{ROUND}report/": "office.read_screening@county~", f"{ROUND}report/table/": "office.read_screening@county~",
    f"{ROUND}kiosk/": "office.see_screening@county~", f"{ROUND}answering/": "office.see_screening@county~",
    f"{ROUND}answering/links/": "office.see_screening@county~",
    f"{ROUND}answering/<uuid:participant_id>/link/": "office.see_screening@county~",
    f"{ROUND}answering/<uuid:participant_id>/mark/": "office.see_screening@county~",
    f"{ROUND}paper/<uuid:participant_id>/": "office.see_screening@county~",
    f"{ROUND}answers/": "office.see_screening@county~", f"{ROUND}answers/empty/": "office.see_screening@county~",
    f"{CHILD}consent/": "part.care", f"{CHILD}consent/link/": "record.consent",
    f"{CHILD}consent/stop/": "record.consent",
    f"{CHILD}rights/": "part.care", f"{CHILD}rights/<uuid:request_id>/copy/": "record.rights_answer",
    f"{CHILD}rights/looks/": "record.rights_answer",
    f"{CHILD}rights/explain/": "part.psychological", f"{CHILD}rights/explain/print/": "part.psychological",
    f"{CHILD}rights/end/": "record.rights_answer", f"{CHILD}rights/end/<slug:deed>/": "record.rights_answer",
    "ended/": "office.end_files", "ended/<uuid:stored_id>/open/": "office.open_stored@county",
    "ended/<uuid:stored_id>/back/": "office.open_stored@county",
    "g/": "public", "g/open/": "public", "g/decide/": "public",
    f"{CHILD}look/": "part.psychological", "looking/": "work", "looking/asked/<uuid:statement_id>/": "here",
    "looking/glass/<uuid:glass_id>/": "here", "looking/unusual/<uuid:unusual_id>/explain/": "here",
    "looking/unusual/<uuid:unusual_id>/close/": "here", "glass/": "office.break_glass",
    "glass/<uuid:glass_id>/end/": "here",
    "holds/": "office.hold_files", "holds/<uuid:hold_id>/lift/": "office.hold_files@county",
    f"{CHILD}holds/": "office.hold_files@county", f"{CHILD}seal/": "office.keep_sealed_records@county",
    f"{CHILD}seal/receive/": "office.keep_sealed_records@county",
    "refusals/": "office.see_refusals",
    "sealed/": "office.keep_sealed_records|approve_unsealing",
    "sealed/<uuid:custody_id>/ask/": "office.keep_sealed_records@county",
    "sealed/asks/<uuid:asking_id>/answer/": "office.approve_unsealing@county~",
    "sealed/agreed/<uuid:agreed_id>/": "office.keep_sealed_records@county",
    "sealed/agreed/<uuid:agreed_id>/lift/": "office.keep_sealed_records@county",
    "sealed/agreed/<uuid:agreed_id>/scan/": "office.keep_sealed_records@county",
    "sealed/agreed/<uuid:agreed_id>/files/<uuid:apart_id>/": "office.keep_sealed_records@county",
    "retention/": "office.dispose_files", "retention/propose/": "office.dispose_files",
    "retention/<uuid:disposal_id>/decide/": "office.dispose_files@county~",
    "retention/<uuid:done_id>/certificate/": "office.dispose_files@county",
    "sharing/": f"office.{SHARING}", "sharing/new/": "office.write_sharing",
    "sharing/inbox/": "office.receive_sharing", "sharing/outbox/": "office.write_sharing|approve_sharing",
    f"{AGREEMENT}": f"office.{SHARING}@county~", f"{AGREEMENT}revise/": "office.write_sharing@county~",
    f"{AGREEMENT}decide/": "office.approve_sharing|receive_sharing@county~",
    f"{AGREEMENT}revoke/": f"office.{SHARING}@county~", f"{AGREEMENT}ask/": "office.receive_sharing@county~",
    **dict.fromkeys((f"sharing/deliveries/<uuid:delivery_id>/{each}" for each in ("", "open/", "receive/")),
                    "office.receive_sharing@county~"),
    **dict.fromkeys((f"sharing/requests/<uuid:request_id>/{each}" for each in ("", "answer/")),
                    f"office.{SHARING}@county~"),
    "sharing/duties/<uuid:duty_id>/": f"office.{SHARING}@county~", f"{CHILD}given/": "part.log",
    "registers/": "office.keep_registers|check_registers", f"{LINE}": "office.keep_registers|check_registers@county",
    **dict.fromkeys((f"{LINE}{each}/" for each in (
        "revise", "end", "certificate", "stages/<slug:stage>", "stages/<slug:stage>/skip",
    )), "office.keep_registers@county"),
    **dict.fromkeys((f"{LINE}review/", f"{LINE}close/"), "office.check_registers@county"),
    "registers/papers/<uuid:paper_id>/": "office.keep_registers|check_registers@county",
    "registers/<slug:register>/": "office.keep_registers|check_registers",
    "registers/<slug:register>/new/": "office.keep_registers", "registers/incident/report/": "work",
    "registers/report/<int:year>/": "office.keep_registers|check_registers",
    "registers/report/<int:year>/archive/": "office.keep_registers|check_registers",
    "arrivals/": "office.decide_arrivals", "arrivals/<uuid:arrival_id>/": "office.decide_arrivals@county",
    "arrivals/files/<uuid:file_id>/": "office.decide_arrivals@county",
    "arrivals/files/<uuid:file_id>/decide/": "office.decide_arrivals@county",
    "report/": "public", "inbound/<slug:door>/": "public", "report/send/": "public", "report/answer/": "public",
    "clues/": "office.take_clues|handle_clues", "clues/new/": "office.take_clues",
    **dict.fromkeys((f"clues/<uuid:clue_id>/{each}" for each in (
        "", "assign/", "raise/", "staff/", "match/", "steps/<slug:kind>/", "pictures/<uuid:picture_id>/",
    )), "office.take_clues|handle_clues@county~"),
    "clues/<uuid:clue_id>/reporter/": "office.see_reporters@county~",
    "devices/": "work", "devices/<uuid:device_id>/": "record.case_file~",
    "devices/<uuid:device_id>/stop/": "record.case_file~",
    "devices/<uuid:device_id>/import/": "office.see_devices@county",
    **dict.fromkeys(
        (f"a/{each}" for each in (
            "", "rest/", "open/", "state/", "agree/", "answer/", "finish/", "leave/", "out/", "kiosk/", "kiosk/who/",
            "kiosk/sit/", "kiosk/close/",
        )), "public",
    ),
    **dict.fromkeys(
        (f"field/{each}" for each in (
            "", "worker.js", "manifest.webmanifest", "files.json", "pack.json", "app/<path:path>",
        )), "public",
    ),
    **dict.fromkeys(
        (f"field/api/{each}/" for each in ("pair", "renew", "up", "down", "blob/<uuid:blob_id>", "wiped")), "device",
    ),
    "notifications/": "work", "notifications/add/": "work", "notifications/hours/": "work",
    "notifications/ways/": "office.tend_notices",
    **dict.fromkeys(
        (f"notifications/addresses/<uuid:address_id>/{each}/" for each in ("confirm", "again", "try", "remove")), "own",
    ),
    "exports/": "office.open_exports", "exports/new/": "office.ask_export",
    "recalls/": "work", "recalls/<uuid:recall_id>/": "here",
    **dict.fromkeys(
        (f"exports/<uuid:export_id>/{each}" for each in (
            "", "decide/", "download/", "password/", "revoke/", "texts/", "texts/page/", "texts/rest/",
        )),
        "here",
    ),
    "posts/": "office.hand_over", "posts/<uuid:post_id>/": "office.hand_over@county",
    "posts/leaves/<int:holding_id>/end/": "office.hand_over@county",
    "staff/": "office.manage_staff", "staff/new/": "office.manage_staff",
    **dict.fromkeys(
        (f"staff/<uuid:person_id>/{each}" for each in (
            "", "password/", "phone/", "deactivate/", "factors/remove/", "sessions/end/", "outside/",
        )), "office.manage_staff@county",
    ),
    "staff/<uuid:person_id>/hand-over/": "office.hand_over@county",
    "sign-in/second/": "public", "sign-in/outside/": "public",
    "sign-in/outside/back/": "public", "sign-in/outside/leave/": "public",
    "sign-in/passkey/": "public", "sign-in/passkey/ask/": "public",
    "lock/": "public", "lock/open/": "public", "lock/stay/": "signed_in",
    "security/": "signed_in",
    **dict.fromkeys(
        (f"security/{each}/" for each in (
            "confirm", "codes", "passkey", "passkey/ask", "recovery", "factors/<uuid:factor_id>/remove", "sessions/end",
        )), "signed_in",
    ),
    "first/": "signed_in", "password/": "signed_in", "conduct/": "signed_in", "introductions/": "work",
}


def served(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every route that the product serves, however deep it is declared."""
    for each in patterns:
        if isinstance(each, URLPattern):
            yield f"{before}{each.pattern}", each
        else:
            yield from served(each.url_patterns, f"{before}{each.pattern}")
