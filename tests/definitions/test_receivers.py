"""Whoever may receive what is shared is a kind of body that some department has."""

from datetime import date

from tongxin.lib import definitions, places


def test_receivers_of_purposes_are_bodies_that_departments_have() -> None:
    library = definitions.load_all(places.definitions_folder())
    sharing = definitions.resolve(library, "sharing", "sharing", on=date(2026, 1, 1)).content
    departments = definitions.resolve(library, "coordination", "departments", on=date(2026, 1, 1)).content
    known = {body for department in departments["departments"] for body in department["bodies"]}
    named = {body for purpose in sharing["purposes"] for body in purpose["receivers"]}
    assert named and named <= known
