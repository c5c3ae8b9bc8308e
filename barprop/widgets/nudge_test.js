// A bar beside its finite difference, and the error of the difference against the size of the nudge.

import { axes, path, scale } from "./shared/chart.js";
import { choice, dial, dials, draggable, row } from "./shared/controls.js";
import { canvas, draw, make, resize } from "./shared/dom.js";
import { ACTIVATIONS, SIGMA_NAMES, bars, values } from "./shared/neuron.js";
import { stage } from "./shared/stage.js";
import { letter, raised, show } from "./shared/text.js";

const NUDGED = { w1: "w₁", w2: "w₂", x1: "x₁", x2: "x₂", v: "v", y: "y", z: "z", h: "h", e: "e" };

/** The loss with one variable nudged, as a function of the nudge; from z, h or e on, only the rest is run again. */
function nudged(given, variable) {
  const { x, w, v, y, sigma } = given;
  const [name, index] = [variable[0], Number(variable[1]) - 1];
  const loss = (e, target = y) => (target - e) ** 2 / 2;
  const at = values(given);
  if (name === "z") return (by) => loss(v * ACTIVATIONS[sigma].value(at.z + by));
  if (name === "h") return (by) => loss(v * (at.h + by));
  if (name === "e") return (by) => loss(at.e + by);
  const moved = (entries, by) => entries.map((old, i) => (i === index ? old + by : old));
  return (by) =>
    values({
      sigma,
      x: name === "x" ? moved(x, by) : x,
      w: name === "w" ? moved(w, by) : w,
      v: name === "v" ? v + by : v,
      y: name === "y" ? y + by : y,
    }).l;
}

function finiteDifference(given, variable, step, kind) {
  const loss = nudged(given, variable);
  return kind === "central" ? (loss(step) - loss(-step)) / (2 * step) : (loss(step) - loss(0)) / step;
}

function barOf(given, variable) {
  const bar = bars(given, values(given))[variable[0]];
  return variable.length === 2 ? bar[Number(variable[1]) - 1] : bar;
}

/** How many leading digits two numbers share. */
function sharedDigits(one, other) {
  if (one === other) return 15;
  const error = Math.abs(one - other) / Math.max(Math.abs(other), 1e-300);
  return Math.max(0, Math.min(15, Math.floor(-Math.log10(error))));
}

const FLOOR = 1e-16;
const POWERS = Array.from({ length: 89 }, (_, index) => -12 + index / 8);

function paintErrors(svg, state, width) {
  const height = 250;
  resize(svg, width, height);
  const bar = barOf(state, state.variable);
  const error = (step) => Math.max(FLOOR, Math.abs(finiteDifference(state, state.variable, step, state.kind) - bar));
  const x = scale(1e-12, 1e-1, 62, width - 14, true);
  const y = scale(FLOOR, 10, height - 44, 26, true);
  const power = (value) => `10${raised(Math.round(Math.log10(value)))}`;
  const ticks = (powers) => powers.map((each) => Number(`1e${each}`));
  const parts = axes(x, y, {
    xTicks: ticks([-12, -10, -8, -6, -4, -2]),
    yTicks: ticks([-16, -12, -8, -4, 0]),
    name: power,
    xText: "size of the nudge",
    yText: "error of the finite difference",
  });
  parts.push(
    path(
      POWERS.map((p) => [x.to(10 ** p), y.to(Math.min(10, error(10 ** p)))]),
      "bp-curve bp-curve-forward",
    ),
  );
  const [px, py] = [x.to(Math.max(1e-12, Math.min(0.1, state.step))), y.to(Math.min(10, error(state.step)))];
  parts.push(
    draw("line", { x1: px, x2: px, y1: y.start, y2: y.end, class: "bp-marker" }),
    draw("circle", { cx: px, cy: py, r: 6, class: "bp-spot" }),
  );
  parts.push(
    draw("text", { x: x.to(2e-12), y: y.to(1), class: "bp-soft-text" }, "← rounding"),
    draw("text", { x: x.to(7e-2), y: y.to(1), "text-anchor": "end", class: "bp-soft-text" }, "curvature →"),
  );
  svg.replaceChildren(...parts);
}

function long(value) {
  return (value < 0 ? "−" : " ") + Math.abs(value).toPrecision(12);
}

function compared(state) {
  const bar = barOf(state, state.variable);
  const found = finiteDifference(state, state.variable, state.step, state.kind);
  return { bar, found, error: Math.abs(found - bar), digits: sharedDigits(found, bar) };
}

function toldNudge(state) {
  const { error, digits } = compared(state);
  const name = `{${state.variable}}`;
  const agree = error === 0 ? "they are equal" : `they share ${digits} digit${digits === 1 ? "" : "s"}`;
  return `Nudging ${name} by ${show(state.step)}: the finite difference misses {bar ${state.variable}} by ${show(error)}; ${agree}.`;
}

function render(context) {
  const page = stage(context, { title: "Nudge it and see", task: "", keys: ["x", "w", "v", "y", "sigma", "variable", "step", "kind"], tell: toldNudge });
  const svg = canvas("The error of the finite difference against the size of the nudge, both on logarithmic axes.");
  const table = make("div", { class: "bp-beside" });
  page.onPaint((state, width) => {
    paintErrors(svg, state, width);
    const { bar, found } = compared(state);
    const loss = nudged(state, state.variable);
    const other = state.kind === "central" ? -state.step : 0;
    const line = (kind, label, value) =>
      make(
        "div",
        { class: `bp-beside-line bp-beside-${kind}` },
        make("span", { class: "bp-beside-label" }, label),
        make("span", { class: "bp-digits" }, long(value)),
      );
    table.replaceChildren(
      line("plain", "loss, nudged up", loss(state.step)),
      line("plain", other ? "loss, nudged down" : "loss, not nudged", loss(other)),
      line("forward", "finite difference", found),
      line("backward", ["the bar ", letter(state.variable, true)], bar),
    );
  });
  const dragTo = (event, act) => {
    const box = svg.getBoundingClientRect();
    const part = scale(1e-12, 1e-1, 62, box.width - 14, true).from(event.clientX - box.left);
    act({ step: Number(Math.max(1e-12, Math.min(0.1, part)).toPrecision(3)) });
  };
  svg.classList.add("bp-draggable");
  draggable(
    svg,
    (event) => dragTo(event, page.change),
    () => page.keep(),
  );
  const single = (key, index) =>
    dial(page, {
      name: index === undefined ? key : `${key}${index + 1}`,
      text: index === undefined ? key : `${key} ${index + 1}`,
      min: -2,
      max: 2,
      step: 0.05,
      read: (now) => (index === undefined ? now[key] : now[key][index]),
      write: (now, value) => ({
        [key]: index === undefined ? value : now[key].map((old, i) => (i === index ? value : old)),
      }),
    });
  page.head.append(
    choice(page, { text: "σ is", options: SIGMA_NAMES, read: (now) => now.sigma, write: (_, sigma) => ({ sigma }) }),
  );
  page.root.append(
    row(
      choice(page, {
        text: "nudge",
        options: NUDGED,
        read: (now) => now.variable,
        write: (_, variable) => ({ variable }),
      }),
      choice(page, {
        text: "difference",
        options: { central: "both ways", "one-sided": "one way" },
        read: (now) => now.kind,
        write: (_, kind) => ({ kind }),
      }),
    ),
    dials(
      dial(page, {
        name: "nudge by",
        text: "size of the nudge",
        min: -12,
        max: -1,
        step: 0.25,
        log: true,
        read: (now) => now.step,
        write: (_, step) => ({ step }),
      }),
    ),
    table,
    svg,
    dials(single("x", 0), single("x", 1), single("w", 0), single("w", 1), single("v"), single("y")),
  );
  return page.start();
}

export { finiteDifference, barOf, sharedDigits, nudged };
export default { render };
