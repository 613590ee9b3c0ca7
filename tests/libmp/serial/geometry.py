"""Classes that a C++ program knows by name or not at all; what Python's own classes do not show."""
import copyreg
import dataclasses


class Point:
    """What MP_PICKLE_AS(Point, "geometry.Point", x, y) meets."""

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self):
        return hash((self.x, self.y))

    class Named:
        """A class inside another."""

        def __init__(self, name):
            self.name = name

        def __eq__(self, other):
            return type(self) is type(other) and self.name == other.name


@dataclasses.dataclass
class Slotted:
    __slots__ = ("x", "y")
    x: float
    y: float


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    x: float
    y: float


class Keyworded:
    """Made by NEWOBJ_EX."""

    def __new__(cls, *args, scale):
        made = object.__new__(cls)
        made.args = args
        made.scale = scale
        return made

    def __getnewargs_ex__(self):
        return (self.args, {"scale": self.scale})

    def __eq__(self, other):
        return vars(self) == vars(other)


class Record(dict):
    """A dict with attributes."""


class Row(list):
    """A list with attributes."""


def set_state(target, state):
    target.__dict__.update(state)


class Handed(Point):
    """Its state is set by a function."""

    def __reduce__(self):
        return (copyreg.__newobj__, (Handed,), vars(self), None, None, set_state)


class Complaint(ValueError):
    """An exception of the user's."""
