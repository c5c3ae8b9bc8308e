"""topological_order as students write it."""

from __future__ import annotations

from autograder.samples import function

ORDER = "topological_order(node)"

_RECURSIVE = function(
    ORDER,
    "order, seen = [], set()",
    "def visit(node):",
    "    if id(node) not in seen:",
    "        seen.add(id(node))",
    "        for parent in node.parents:",
    "            visit(parent)",
    "        order.append(node)",
    "visit(node)",
    "return order",
)

_TWO_STACKS = function(
    ORDER,
    "order, seen, todo = [], set(), [(node, False)]",
    "while todo:",
    "    node, ready = todo.pop()",
    "    if ready:",
    "        order.append(node)",
    "    elif id(node) not in seen:",
    "        seen.add(id(node))",
    "        todo.append((node, True))",
    "        todo.extend((parent, False) for parent in node.parents)",
    "return order",
)

_ITERATORS = function(
    ORDER,
    "order, seen = [], {id(node)}",
    "path = [(node, iter(node.parents))]",
    "while path:",
    "    at, rest = path[-1]",
    "    for parent in rest:",
    "        if id(parent) not in seen:",
    "            seen.add(id(parent))",
    "            path.append((parent, iter(parent.parents)))",
    "            break",
    "    else:",
    "        order.append(path.pop()[0])",
    "return order",
)

_COUNTING_USES = function(
    ORDER,
    "uses, todo = {id(node): 0}, [node]",
    "while todo:",
    "    for parent in todo.pop().parents:",
    "        if id(parent) not in uses:",
    "            uses[id(parent)] = 0",
    "            todo.append(parent)",
    "        uses[id(parent)] += 1",
    "order, free = [], [node]",
    "while free:",
    "    at = free.pop()",
    "    order.append(at)",
    "    for parent in at.parents:",
    "        uses[id(parent)] -= 1",
    "        if uses[id(parent)] == 0:",
    "            free.append(parent)",
    "return order[::-1]",
)


def _walk(*inner: str, then: str = "order[::-1]") -> str:
    """Write a walk from the node, in the order of meeting."""
    return function(
        ORDER,
        "order, seen, todo = [], set(), [node]",
        "while todo:",
        *("    " + line for line in inner),
        f"return {then}",
    )


_WRONG_ORDER = {
    "calls itself": _RECURSIVE,
    "looks through a list": _TWO_STACKS.replace("seen, todo = [], set(), ", "seen, todo = [], [], ").replace(
        "seen.add(id(node))", "seen.append(id(node))"
    ),
    "remembers an earlier call": _TWO_STACKS.replace("topological_order(node)", "topological_order(node, seen={})")
    .replace("order, seen, todo = [], set(), ", "order, todo = [], ")
    .replace("seen.add(id(node))", "seen[id(node)] = node"),
    "told apart by == on a list": function(
        ORDER,
        "order, todo = [], [(node, False)]",
        "seen = set()",
        "while todo:",
        "    node, ready = todo.pop()",
        "    if ready:",
        "        if node not in order:",
        "            order.append(node)",
        "    elif id(node) not in seen:",
        "        seen.add(id(node))",
        "        todo += [(node, True), *((parent, False) for parent in node.parents)]",
        "return order",
    ),
    "told apart by ==": _TWO_STACKS.replace("id(node)", "node"),
    "wrong way round": _TWO_STACKS.replace("return order", "return order[::-1]"),
    "left out the node itself": _TWO_STACKS.replace("return order", "return order[:-1]"),
    "only its own parents": function(ORDER, "return [*{id(parent): parent for parent in node.parents}.values(), node]"),
    "left out the first ones": _TWO_STACKS.replace("return order", "return [n for n in order if n.parents]"),
    "uses counted twice, taken off once": function(
        ORDER,
        "uses, nodes = {id(node): 0}, [node]",
        "for one in nodes:",
        "    for parent in one.parents:",
        "        if id(parent) not in uses:",
        "            uses[id(parent)] = 0",
        "            nodes.append(parent)",
        "        uses[id(parent)] += 1",
        "free, order = [node], []",
        "while free:",
        "    order.append(free.pop())",
        "    for parent in {id(parent): parent for parent in order[-1].parents}.values():",
        "        uses[id(parent)] -= 1",
        "        if not uses[id(parent)]:",
        "            free.append(parent)",
        "return order[::-1]",
    ),
    "by the distance from the node": function(
        ORDER,
        "level, met = {id(node): 0}, [node]",
        "for one in met:",
        "    for parent in one.parents:",
        "        if id(parent) not in level:",
        "            level[id(parent)] = level[id(one)] + 1",
        "            met.append(parent)",
        "return sorted(met, key=lambda one: -level[id(one)])",
    ),
    "a node for every path": function(
        ORDER,
        "order, todo = [], [(node, False)]",
        "while todo:",
        "    node, ready = todo.pop()",
        "    if ready:",
        "        order.append(node)",
        "    else:",
        "        todo.append((node, True))",
        "        todo.extend((parent, False) for parent in node.parents)",
        "return order",
    ),
    "put down when first met": _walk(
        "at = todo.pop()",
        "if id(at) not in seen:",
        "    seen.add(id(at))",
        "    order.append(at)",
        "    todo.extend(reversed(at.parents))",
    ),
    "put down when first met, last parent first": _walk(
        "at = todo.pop()",
        "if id(at) not in seen:",
        "    seen.add(id(at))",
        "    order.append(at)",
        "    todo.extend(at.parents)",
    ),
    "level by level": _walk(
        "at = todo.pop(0)",
        "if id(at) not in seen:",
        "    seen.add(id(at))",
        "    order.append(at)",
        "    todo.extend(at.parents)",
    ),
    "marked when put on the list": (
        "def topological_order(node):\n"
        "    order, seen, todo = [], {id(node)}, [node]\n"
        "    while todo:\n"
        "        at = todo.pop()\n"
        "        order.append(at)\n"
        "        for parent in at.parents:\n"
        "            if id(parent) not in seen:\n"
        "                seen.add(id(parent))\n"
        "                todo.append(parent)\n"
        "    return order[::-1]\n"
    ),
    "marked when put on the list, last parent first": (
        "def topological_order(node):\n"
        "    order, seen, todo = [], {id(node)}, [node]\n"
        "    while todo:\n"
        "        at = todo.pop()\n"
        "        order.append(at)\n"
        "        for parent in reversed(at.parents):\n"
        "            if id(parent) not in seen:\n"
        "                seen.add(id(parent))\n"
        "                todo.append(parent)\n"
        "    return order[::-1]\n"
    ),
    "marked early, put down behind its parents": (
        "def topological_order(node):\n"
        "    order, seen, todo = [], {id(node)}, [(node, False)]\n"
        "    while todo:\n"
        "        at, done = todo.pop()\n"
        "        if done:\n"
        "            order.append(at)\n"
        "            continue\n"
        "        todo.append((at, True))\n"
        "        for parent in at.parents:\n"
        "            if id(parent) not in seen:\n"
        "                seen.add(id(parent))\n"
        "                todo.append((parent, False))\n"
        "    return order\n"
    ),
    "marked early, put down behind its parents, last parent first": (
        "def topological_order(node):\n"
        "    order, seen, todo = [], {id(node)}, [(node, False)]\n"
        "    while todo:\n"
        "        at, done = todo.pop()\n"
        "        if done:\n"
        "            order.append(at)\n"
        "            continue\n"
        "        todo.append((at, True))\n"
        "        for parent in reversed(at.parents):\n"
        "            if id(parent) not in seen:\n"
        "                seen.add(id(parent))\n"
        "                todo.append((parent, False))\n"
        "    return order\n"
    ),
}

WRONG = {
    "topological_order": _WRONG_ORDER,
}

RIGHT = {
    "topological_order": [_TWO_STACKS, _ITERATORS, _COUNTING_USES],
}
