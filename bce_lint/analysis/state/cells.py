"""Hidden cells: what the store keeps at an address beside attributes and names; theirs begin with `$`, which no name of Python does."""

from __future__ import annotations

from typing import Final

ARGS: Final = "$args"
"""The arguments of a layer's constructor, by parameter."""
ASSUMED: Final = "$assumed"
"""At address 0: the outcomes of tests that hold on this path (`MustUses`)."""
AUTOCAST: Final = "$autocast"
"""At address 0: whether autocast is on (where it began, off, or alternatives)."""
GRAD: Final = "$grad"
"""At address 0: whether gradients are recorded."""
BUILT: Final = "$built"
"""Set on a generic instance that stands in this store."""
CASTING: Final = "$casting"
"""At address 0: whether some autocast may be on, on whatever device."""
CHANGED: Final = "$changed"
"""At the identity of an unknown value: since when its parts may be others."""
DIM: Final = "$dim"
"""The dimension that an activation was constructed with; the text `missing` where it was given none."""
FACTORY: Final = "$factory"
"""What a `defaultdict` calls for a key that it does not have."""
DTYPE: Final = "$dtype"
"""The dtype that a layer was constructed in, None where that is not known; by default the function that runs, of which it is certain
that nothing else has converted the layer."""
FORWARD: Final = "$forward"
"""The autocast region that a trainer put around the forward of a module."""
ITEM: Final = "$item"
"""One element of a data set; of a loader, one batch."""
ITEMS: Final = "$items"
"""What a list, set, container or named tuple holds (a `Seq`), or a dict or a container with keys (a `Table`)."""
LIVE: Final = "$live"
"""Set at an allocation site that has allocated."""
SUMMARY: Final = "$summary"
"""Set at an allocation site that may stand for several objects by now."""
REGION: Final = "$region"
"""The autocast region that the precision of a trainer opens."""
STARS: Final = "$stars"
"""The modules whose names a module has imported with `*`, in order."""
USES: Final = "$uses"
"""How the cells of `uses_of` begin."""
VALUE: Final = "$value"
"""What a context gives to `as`."""
WRAPPED: Final = "$wrapped"
"""Set on an object that stands for the wrapper that it is in as well."""
WEIGHT: Final = "$weight"
"""The class weight that a loss was constructed with."""


POS_WEIGHT: Final = "$pos_weight"
"""The weight of positive labels that a loss was constructed with."""


def uses_of(identity: int) -> str:
    """At address 0: the losses that took the tensor of an identity, on every path so far (`MustUses`)."""
    return f"{USES} {identity}"


def uses_in(name: str) -> int:
    """The identity in the name of such a cell; 0 for other cells."""
    return int(name[len(USES) :]) if name.startswith(USES) else 0


def absence_of(name: str) -> str:
    """Set where an attribute or a variable may be missing, as after `del`."""
    return f"$maybe {name}"
