"""The statements of the lecture, and where each is practised twice: as the board shows it, and where it never did."""

from __future__ import annotations

# What the lecture says, in our words; the exercises name these by number.
STATEMENTS = {
    "L1": "One-neuron regression is a computational graph: z, h, e, l",
    "L2": "Every expression can be cut into elementary steps; each step's output is what is stored",
    "L3": "The derivatives repeat the same quantities: backpropagation is caching for the chain rule",
    "L4": "Without it every architecture needs a new derivation",
    "L5": "Bar notation: v-bar = dl/dv, and l-bar = 1",
    "L6": "The pattern: bar of an input = bar of the output × slope of the output with respect to the input",
    "L7": "All bars of the neuron, one after the other; y-bar is known though y is never updated",
    "L8": "z-bar needs the slope of sigma at z",
    "L9": "Backward runs from outputs to inputs and takes the previous bar and what forward cached there",
    "L10": "There are no shortcuts: no w-bar without h-bar",
    "L11": "h-bar says how the loss depends on a hidden value",
    "L12": "To save memory, recompute the nonlinearity's output on the way back",
    "L13": "At z = w1 x1 + w2 x2 both terms get the same bar; the weight whose x is larger in size gets the larger bar",
    "L14": "The network with small inputs and a small output gets little gradient and hardly moves, however big it is",
    "L15": "So check how the gradient flows and whether the weights are being updated",
    "L16": "A layer is a class with forward and backward",
    "L17": "Product, linear, nonlinear and loss layers: any network by chaining them",
    "L18": "x-bar says how sensitive the loss is to the input",
    "L19": "Adversarial inputs: a few steps of gradient ascent on x",
    "L20": "It takes five lines of code and works on most inputs",
    "L21": "PyTorch needs the forward only and writes the backward for you",
}

# A place is an exercise, or a cell of a notebook that shows something, written "02:show_feature".
PLACES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "L1": (("linear", "relu", "forward"), ("logistic_forward",)),
    "L2": (("linear", "forward"), ("logistic_forward", "Node")),
    "L3": (("repeats", "dl_dv_cached"), ("logistic_backward", "06:show_visits", "topological_order")),
    "L4": (("repeats", "01:show_by_hand"), ("logistic_backward", "06:show_other")),
    "L5": (("bar_e", "02:show_nudge"), ("logistic_backward", "SoftmaxCrossEntropy")),
    "L6": (("bar_v", "bar_h", "bar_w", "bar_x"), ("new_steps", "MeanPool", "DepthwiseConv2d")),
    "L7": (("bar_y", "backward"), ("logistic_backward",)),
    "L8": (("bar_z",), ("Tanh", "ReLU6")),
    "L9": (("backward", "02:show_backward_film"), ("new_steps", "Network", "ReLU6")),
    "L10": (("order", "find_the_bug"), ("topological_order",)),
    "L11": (("bar_h", "02:show_feature"), ("logistic_backward", "02:show_attention")),
    "L12": (("backward_recompute",), ("02:show_memory", "Tanh", "ReLU6")),
    "L13": (
        ("who", "split", "gradient_share", "step_share"),
        ("branches_backward", "04:show_weights", "DepthwiseConv2d"),
    ),
    "L14": (("branches_forward", "branches_backward", "03:show_starving"), ("rescale", "Residual", "07:show_depth")),
    "L15": (("update_ratio", "03:show_first_step"), ("largest_stable_rate", "04:show_weights")),
    "L16": (("Product",), ("Linear", "MeanPool", "Residual", "DepthwiseConv2d")),
    "L17": (("Linear", "ReLU", "SquaredError", "Network"), ("SoftmaxCrossEntropy", "07:show_net")),
    "L18": (("input_bar", "sensitivity"), ("smooth_saliency", "05:show_quarters")),
    "L19": (("gradient_ascent", "07:show_ascent"), ("fgsm", "pgd", "targeted", "07:show_attack")),
    "L20": (("accuracy_curve",), ("05:show_why", "07:show_controls", "07:show_survival")),
    "L21": (("Value", "06:show_torch"), ("compose", "06:show_train_tape")),
}


def places_table() -> list[str]:
    """Return the lines of the table: statement, as on the board, elsewhere."""
    lines = [
        "## Each statement twice",
        "",
        "Each statement is practised twice: as on the lecture's board, and in a case that the board did not show. "
        "`02:show_feature` is a cell that shows something, in 02.",
        "",
        "| statement | | as on the board | where the board never showed it |",
        "|---|---|---|---|",
    ]
    for number, text in STATEMENTS.items():
        board, elsewhere = (", ".join(f"`{place}`" for place in places) for places in PLACES[number])
        lines.append(f"| {number} | {text} | {board} | {elsewhere} |")
    return [*lines, ""]
