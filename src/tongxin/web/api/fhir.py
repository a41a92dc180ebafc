"""FHIR R4 by machine: a referral with the child, the request, its task, consents, plan and grade as far as admitted."""

from collections.abc import Mapping
from typing import Any

from tongxin.flows import exchange_fhir
from tongxin.flows.refusals import NotAllowed
from tongxin.web.api.operations import TEXT, Call, Operation, not_found, thing

ENTRY = thing({"fullUrl": TEXT, "resource": {"type": "object", "required": ["resourceType"]}})
BUNDLE = thing({
    "resourceType": {"const": "Bundle"}, "type": {"const": "collection"}, "entry": {"type": "array", "items": ENTRY},
})


def _bundle(call: Call) -> Mapping[str, Any]:
    try:
        return exchange_fhir.bundle_of(
            referral_id=call.path["referral_id"], viewer=call.caller.viewer, at=call.at
        )
    except NotAllowed:
        raise not_found() from None


OPERATIONS = (
    Operation(
        "read_fhir", "GET", "fhir/referrals/<uuid:referral_id>", "fhir_read",
        "一份转介和这名儿童按 FHIR R4 的资料：共享同意没有成立的，没有方案和等级", BUNDLE, _bundle,
        media_type="application/fhir+json",
    ),
)
