"""The id under which a page makes a new thing: a form carries it, so that sending it twice makes the thing once."""

from uuid import UUID

from django.http import HttpRequest

from tongxin.lib import ids

NAME = "id"


def given_id(request: HttpRequest, name: str = NAME) -> UUID:
    """The id that a form carried; a fresh one where it carried none."""
    return ids.id_in(request.POST.get(name, "")) or ids.new_id()


def fresh(request: HttpRequest) -> dict[str, str]:
    """That id, for a page's form: the one before where the form comes back with what was refused."""
    return {NAME: str(given_id(request))}
