"""The tables in docs/, made from the declarations."""

from __future__ import annotations

from autograder.course.statement_places import places_table
from barprop.exercises import EXERCISES

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


def exercises_page() -> str:
    """Return docs/exercises.md: lecture statement -> exercises, and every exercise with its points."""
    lines = [
        "# Exercises",
        "",
        "Made by `python -m autograder build` from the declarations in `barprop/exercises/`. Do not edit.",
        "",
        "## Where each statement of the lecture is practised",
        "",
        "| statement | | notebook | exercises |",
        "|---|---|---|---|",
    ]
    for number, text in STATEMENTS.items():
        found = [e for e in EXERCISES.values() if number in e.statements]
        notebooks = ", ".join(dict.fromkeys(e.notebook.split("_")[0] for e in found))
        lines.append(f"| {number} | {text} | {notebooks} | {', '.join(f'`{e.name}`' for e in found)} |")
    lines += [
        "",
        *places_table(STATEMENTS),
        "## Every exercise",
        "",
        "| notebook | exercise | points | minutes | level | known mistakes |",
    ]
    lines.append("|---|---|---|---|---|---|")
    for e in EXERCISES.values():
        row = (e.assignment, f"`{e.signature}`", e.points, e.minutes, e.level, len(e.mistakes))
        lines.append("| " + " | ".join(str(item).replace("|", "\\|") for item in row) + " |")
    points = sum(e.points for e in EXERCISES.values())
    minutes = sum(e.minutes for e in EXERCISES.values())
    mistakes = sum(len(e.mistakes) for e in EXERCISES.values())
    total = f"{len(EXERCISES)} exercises, {points} points, {minutes} minutes, {mistakes} mistakes recognised by name."
    return "\n".join([*lines, "", total, ""])
