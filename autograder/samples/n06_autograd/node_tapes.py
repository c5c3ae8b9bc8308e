"""Node as students write it: every declared mistake, and right answers written differently."""

_NODE = """
class Node:
    def __init__(self, data, parents=(), back=lambda bar: ()):
        self.data = np.array(data, dtype=float)
        self.bar = np.zeros_like(self.data)
        self.parents, self.back = parents, back

    def receive(self, bar):
        self.bar = self.bar + bar

    def __add__(self, other):
        return Node(self.data + other.data, (self, other), lambda bar: (bar, bar))

    def __mul__(self, other):
        return Node(self.data * other.data, (self, other), lambda bar: (bar * other.data, bar * self.data))

    def backward(self):
        order = topological_order(self)
        for node in order:
            node.bar = np.zeros_like(node.data)
        self.bar = np.ones_like(self.data)
        for node in reversed(order):
            for parent, bar in zip(node.parents, node.back(node.bar)):
                parent.receive(bar)
"""

# Closures that add to the bars themselves, as in micrograd.
_CLOSURES = """
class Node:
    def __init__(self, data, parents=()):
        self.data = np.asarray(data, dtype=float)
        self.bar = None
        self.parents = list(parents)
        self.push = lambda: None

    def __add__(self, other):
        out = Node(self.data + other.data, (self, other))

        def push():
            self.bar = self.bar + out.bar
            other.bar = other.bar + out.bar

        out.push = push
        return out

    def __mul__(self, other):
        out = Node(self.data * other.data, [self, other])

        def push():
            self.bar = self.bar + out.bar * other.data
            other.bar = other.bar + out.bar * self.data

        out.push = push
        return out

    def backward(self):
        order = topological_order(self)
        for node in order:
            node.bar = np.zeros(node.data.shape)
        self.bar = np.ones(self.data.shape)
        while order:
            order.pop().push()
"""

# The node knows its kind; backward holds the two steps and a count of the bars that are still to come.
_KINDS = """
class Node:
    def __init__(self, data, kind="leaf", *parents):
        self.data = np.array(data, dtype=np.float64)
        self.kind, self.parents, self.bar = kind, parents, 0.0

    def __add__(self, other):
        return Node(self.data + other.data, "+", self, other)

    def __mul__(self, other):
        return Node(self.data * other.data, "*", self, other)

    def backward(self):
        waits, todo = {id(self): 0}, [self]
        while todo:
            node = todo.pop()
            node.bar = np.zeros(node.data.shape)
            for parent in node.parents:
                if id(parent) not in waits:
                    waits[id(parent)] = 0
                    todo.append(parent)
                waits[id(parent)] += 1
        self.bar, complete = np.ones(self.data.shape), [self]
        while complete:
            node = complete.pop()
            for parent, partner in zip(node.parents, node.parents[::-1]):
                parent.bar = parent.bar + (node.bar * partner.data if node.kind == "*" else node.bar)
                waits[id(parent)] -= 1
                if not waits[id(parent)]:
                    complete.append(parent)
"""

RIGHT_NODE = [_NODE, _CLOSURES, _KINDS]


def _node(*changes: tuple[str, str]) -> str:
    """Write the first tape with some lines changed."""
    source = _NODE
    for old, new in changes:
        if source.count(old) != 1:
            raise ValueError(f"{old!r} stands {source.count(old)} times in the tape")
        source = source.replace(old, new)
    return source


def _walking(*lines: str) -> str:
    """Write the first tape with another backward()."""
    start = _NODE.index("    def backward(self):")
    return _NODE[:start] + "    def backward(self):\n" + "".join(f"        {line}\n" for line in lines)


_BACK_MUL = "(bar * other.data, bar * self.data)"
_ZEROS = "            node.bar = np.zeros_like(node.data)\n"
_SEED = "self.bar = np.ones_like(self.data)\n        for"
_SEND = "                parent.receive(bar)\n"
_ZERO_ALL = ("for node in topological_order(self):", "    node.bar = np.zeros_like(node.data)")
_PUSH = (
    "def push(node):",
    "    for parent, bar in {pairs}:",
    "        parent.receive(bar)",
    "        push(parent)",
    *_ZERO_ALL,
    "self.bar = np.ones_like(self.data)",
    "push(self)",
)
_PAIRS = "zip(node.parents, node.back(node.bar))"

WRONG_NODE = {
    "seeded with the data": _node((_SEED, "self.bar = self.data.copy()\n        for")),
    "assigned instead of added": _node(("self.bar = self.bar + bar", "self.bar = bar")),
    "two bars in one array": _node(
        (_ZEROS, "            node.bar = None\n"),
        (
            "self.bar = self.bar + bar",
            "if self.bar is None:\n            self.bar = bar\n        else:\n            self.bar += bar",
        ),
    ),
    "own value instead of the other's": _node((_BACK_MUL, "(bar * self.data, bar * other.data)")),
    "product like a sum": _node((_BACK_MUL, "(bar, bar)")),
    "nothing starts from zero": _node((_ZEROS, "            pass\n")),
    "only the inputs start from zero": _node((_ZEROS, "            if not node.parents:\n    " + _ZEROS)),
    "the inputs do not start from zero": _node((_ZEROS, "            if node.parents:\n    " + _ZEROS)),
    "backward clears the graph": _node((_SEND, _SEND + "        for node in order:\n            node.parents = ()\n")),
    "seeded with one number": _node((_SEED, "self.bar = np.array(1.0)\n        for")),
    "bars for the inputs only": _walking(
        "order = topological_order(self)",
        "bars = {id(node): np.zeros(node.data.shape) for node in order}",
        "bars[id(self)] = np.ones(self.data.shape)",
        "for node in reversed(order):",
        "    if not node.parents:",
        "        node.bar = bars[id(node)]",
        "    for parent, bar in zip(node.parents, node.back(bars[id(node)])):",
        "        bars[id(parent)] = bars[id(parent)] + bar",
        "self.bar = bars[id(self)]",
    ),
    "walked forwards": _node(("for node in reversed(order):", "for node in order:")),
    "passed on too early": _walking(
        *_ZERO_ALL,
        "self.bar, order, place = np.ones_like(self.data), [self], 0",
        "while place < len(order):",
        "    order += [p for p in order[place].parents if not any(p is other for other in order)]",
        "    place += 1",
        "for node in order:",
        "    for parent, bar in zip(node.parents, node.back(node.bar)):",
        "        parent.receive(bar)",
    ),
    "a node visited twice": _walking(_PUSH[0], _PUSH[1].format(pairs=_PAIRS), *_PUSH[2:]),
    "a node visited twice, last use first": _walking(
        _PUSH[0], _PUSH[1].format(pairs=f"reversed(list({_PAIRS}))"), *_PUSH[2:]
    ),
    "every bar taken as 1": _node(("node.back(node.bar)", "node.back(self.bar)")),
    "walks every path": _walking(
        *_ZERO_ALL,
        "todo = [(self, np.ones_like(self.data))]",
        "while todo:",
        "    node, bar = todo.pop()",
        "    node.receive(bar)",
        "    todo += zip(node.parents, node.back(bar))",
    ),
}
