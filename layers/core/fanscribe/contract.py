"""The base of every typed document: immutable, and an unknown field is an error rather than a
silent typo.
"""

from pydantic import BaseModel, ConfigDict, ValidationError


class Contract(BaseModel):
    """Base of all models that cross a boundary.

    Its errors don't quote their input: that may be somebody's words.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True
    )


# For dataclasses where there are so many that a model's own dictionary counts: they are as strict
STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)


def explain(error: ValidationError, skip: int = 0) -> str:
    """The first thing that is wrong, as `field: reason`; `skip` leaves out places that only
    pydantic knows.
    """
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"][skip:])
    return f"{place}: {first['msg'][:1].lower()}{first['msg'][1:]}"
