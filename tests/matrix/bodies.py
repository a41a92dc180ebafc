"""What somebody sends whom a page lets in only part of the way."""

# What has to be in a body before a page comes to who asks.
BODIES = {
    "activities/new/": {"activity": "01997000-0000-7000-8000-000000000011"},
    "activities/<uuid:activity_id>/begin/": {"occasion": "01997000-0000-7000-8000-000000000012"},
    "activities/<uuid:activity_id>/count/": {"occasion": "01997000-0000-7000-8000-000000000013"},
    "activities/<uuid:activity_id>/photos/": {"photo": "01997000-0000-7000-8000-000000000014"},
    "publicity/": {"line": "01997000-0000-7000-8000-000000000015"},
    "training/lessons/<slug:lesson>/": {"try": "01997000-0000-7000-8000-000000000021"},
    "training/exams/<slug:exam>/begin/": {"sitting": "01997000-0000-7000-8000-000000000022"},
    "training/sessions/new/": {"session": "01997000-0000-7000-8000-000000000023"},
    "training/plans/<uuid:plan_id>/lines/": {"key": "01997000-0000-7000-8000-000000000024"},
    "training/coverage/remind/": {"target": "child_director"},
    "supervision/hours/": {"meeting": "01997000-0000-7000-8000-000000000025"},
    "gatherings/": {"gathering": "01997000-0000-7000-8000-000000000001"},
    "children/<uuid:child_id>/pairings/<uuid:pairing_id>/log/": {"contact": "01997000-0000-7000-8000-000000000002"},
    "places/boxes/<uuid:box_id>/": {"opening": "01997000-0000-7000-8000-000000000003"},
    "places/<uuid:site_id>/inspect/": {"inspection": "01997000-0000-7000-8000-000000000004"},
    "sharing/<uuid:agreement_id>/decide/": {"agrees": "yes", "of": "1", "side": "giver"},
    "sharing/requests/<uuid:request_id>/answer/": {"deed": "refuse"},
    "children/<uuid:child_id>/entries/<uuid:entry_id>/retract/": {"reason": "mistaken"},
    "children/<uuid:child_id>/attachments/<uuid:attachment_id>/retract/": {"reason": "wrong_child"},
    "rounds/<uuid:round_id>/answering/<uuid:participant_id>/mark/": {"mark": "revoke"},
}
