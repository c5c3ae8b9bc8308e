// What every widget stands on: elements, numbers as text, controls, and the sentence that says what changed.
// No imports and no exports: the Python side puts this text in front of a widget's own module.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false)
      node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** An HTML element; attributes that start with "on" are listeners. */
function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** A picture in CSS pixels, so that its letters keep their size however narrow the page is. */
function canvas(label) {
  return draw("svg", { class: "bp-picture", role: "img", "aria-label": label });
}

function resize(svg, width, height) {
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
}

/** A number as text: 0.123, −4.5, 1.2 × 10⁻⁷. */
function show(value, digits = 3) {
  if (Number.isNaN(value)) return "no number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 9.995e-4)) {
    const [mantissa, power] = value.toExponential(1).split("e");
    return `${mantissa} × 10${raised(Number(power))}`.replace("-", "−");
  }
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

function raised(power) {
  return String(power).replace(/./g, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)]));
}

function list(values, digits = 3) {
  return typeof values === "number" ? show(values, digits) : values.map((value) => show(value, digits)).join(", ");
}

/** The letter of a variable, with its bar if it is one: read aloud as "z bar". */
function letter(name, bar = false) {
  const [, base, index] = name.match(/^(\D+)(\d*)$/);
  const sub = index ? make("sub", {}, index) : null;
  if (!bar) return make("span", { class: "bp-letter" }, base, sub);
  return make(
    "span",
    { class: "bp-letter bp-bar" },
    make("span", { class: "bp-over" }, base),
    sub,
    make("span", { class: "bp-hidden" }, " bar"),
  );
}

/** The same in a picture, centred at (x, y). */
function drawnLetter(x, y, name, bar = false, size = 20) {
  const [, base, index] = name.match(/^(\D+)(\d*)$/);
  const group = draw("g", { class: "bp-letter" });
  const text = draw("text", { x, y: y + size * 0.3, "text-anchor": "middle", style: `font-size: ${size}px` }, base);
  if (index) text.append(draw("tspan", { dy: size * 0.2, style: `font-size: ${Math.max(12, size * 0.65)}px` }, index));
  group.append(text);
  if (bar) {
    const top = y - size * ("hldtb".includes(base) ? 0.47 : 0.27);
    const half = size * (base === "w" ? 0.32 : 0.24);
    const middle = index ? x - size * 0.18 : x;
    group.append(draw("line", { x1: middle - half, x2: middle + half, y1: top, y2: top, class: "bp-overline" }));
  }
  return group;
}

/** A row of letters and signs in a picture, from x on: ["w1 bar", "=", "z bar", "×", "x1"]. */
function drawnRow(x, y, parts) {
  const group = draw("g");
  let at = x + 9;
  for (const part of parts) {
    const [name, bar] = part.split(" ");
    const isLetter = /^[a-z]\d?$/.test(name);
    if (isLetter) group.append(drawnLetter(at, y - 5, name, bar === "bar", 18));
    else group.append(draw("text", { x: at, y, "text-anchor": "middle" }, name));
    at += name.length > 1 && isLetter ? 24 : 20;
  }
  return group;
}

function arrowHead(x1, y1, x2, y2, size = 7) {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const corner = (turn) => `${x2 - size * Math.cos(angle + turn)},${y2 - size * Math.sin(angle + turn)}`;
  return `${x2},${y2} ${corner(0.45)} ${corner(-0.45)}`;
}

/** An arrow: forward ones are solid and blue, backward ones dashed and vermilion. */
function arrow(x1, y1, x2, y2, kind) {
  return draw(
    "g",
    { class: `bp-arrow bp-${kind}` },
    draw("line", { x1, y1, x2, y2 }),
    draw("polygon", { points: arrowHead(x1, y1, x2, y2) }),
  );
}

/** A hatched ground: [its definition, what to fill with]. */
function hatch(angle = 45) {
  const id = `bp-hatch-${Math.random().toString(36).slice(2)}`; // one page may hold many widgets
  const pattern = draw(
    "pattern",
    { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${angle})` },
    draw("rect", { width: 7, height: 7, class: "bp-hatch-ground" }),
    draw("line", { x1: 0, y1: 0, x2: 0, y2: 7, class: "bp-hatch-line" }),
  );
  return [draw("defs", {}, pattern), `fill: url(#${id})`];
}

function still() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * The frame of a widget. `keys` are the traits it reads and keeps. Returns
 *   root, head    where to append; state: what is shown now
 *   onPaint(f)    f(state, width) is called after every change
 *   change(part)  changes the state and paints; no word to the kernel
 *   keep(part)    the same, and lets the kernel know (on release of a drag)
 *   say(word)     shows and reads aloud the word and then `tell(state)`; keep does so too
 */
function stage({ model, el }, title, keys, tell) {
  const sentence = make("p", { class: "bp-say", role: "status" });
  const root = make("section", {
    class: "bp",
    "aria-label": title,
    tabindex: "-1",
    "data-lm-suppress-shortcuts": "true",
  });
  const head = make("div", { class: "bp-head" }, make("p", { class: "bp-title" }, title));
  root.append(head);
  const state = Object.fromEntries(keys.map((key) => [key, model.get(key)]));
  const painters = [];
  let width = Math.min((el.clientWidth || 644) - 4, 760);
  const paint = () => painters.forEach((painter) => painter(state, width));
  const change = (part) => {
    Object.assign(state, part);
    paint();
  };
  const say = (word = "") => {
    sentence.textContent = `${word} ${tell(state)}`.trim();
  };
  const keep = (part = {}, word = "") => {
    change(part);
    say(word);
    const news = keys.filter((key) => JSON.stringify(model.get(key)) !== JSON.stringify(state[key]));
    news.forEach((key) => model.set(key, state[key]));
    if (news.length) model.save_changes();
  };
  const listeners = keys.map((key) => [`change:${key}`, () => change({ [key]: model.get(key) })]);
  listeners.forEach(([event, heard]) => model.on(event, heard));
  guard(root);
  const observer = new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (now > 0 && now !== width) {
      width = now;
      paint();
    }
  });
  el.append(root);
  observer.observe(root);
  const stops = [() => observer.disconnect(), () => listeners.forEach(([event, heard]) => model.off(event, heard))];
  return {
    root,
    head,
    state,
    change,
    keep,
    say,
    onPaint: (painter) => painters.push(painter),
    start: () => {
      root.append(sentence);
      paint();
      say();
      return () => stops.forEach((stop) => stop());
    },
    onStop: (stop) => stops.push(stop),
  };
}

/** Keys and clicks in a widget are the widget's: the notebook around it must not hear them as commands. */
function guard(root) {
  for (const event of ["keydown", "keyup", "keypress", "pointerdown", "mousedown", "dblclick", "contextmenu"]) {
    root.addEventListener(event, (heard) => heard.stopPropagation());
  }
  root.addEventListener("pointerdown", (event) => {
    const taker = event.target.closest("input, button, select, label, [tabindex]");
    if (taker === root || !taker) root.focus({ preventScroll: true });
  });
}

/**
 * A number that can be typed and dragged: `read(state)` gives it, `write(state, value)` the change it makes.
 * `log`: the slider runs over powers of ten, from 10^min to 10^max. `whole`: whole numbers only.
 * `free`: what is typed may lie outside the slider. `off(state)`: whether it has no meaning now.
 */
function dial(
  stage,
  { name, text, bar = false, min, max, step, read, write, log = false, long = false, whole = false, free = true, off },
) {
  const number = make("input", {
    type: "number",
    class: "bp-number",
    "aria-label": text,
    step: log || free ? "any" : step,
  });
  const range = make("input", { type: "range", class: "bp-range", "aria-label": `${text}, slider`, min, max, step });
  const [low, high] = free && !log ? [-1e6, 1e6] : log ? [10 ** min, 10 ** max] : [min, max];
  const take = (value, act) => {
    if (!Number.isFinite(value)) return;
    const inside = Math.max(low, Math.min(high, whole ? Math.round(value) : value));
    act(write(stage.state, inside), `${text} is ${show(inside)}.`);
  };
  const slid = () => (log ? Number((10 ** range.valueAsNumber).toPrecision(3)) : range.valueAsNumber);
  range.addEventListener("input", () => take(slid(), stage.change));
  range.addEventListener("change", () => take(slid(), stage.keep));
  number.addEventListener("input", () => take(number.valueAsNumber, stage.change));
  number.addEventListener("change", () => {
    take(number.valueAsNumber, stage.keep);
    number.value = tidy(read(stage.state));
  });
  stage.onPaint((state) => {
    const value = read(state);
    // what is being typed stays as it is typed
    if (number !== document.activeElement || (number.value !== "" && number.valueAsNumber !== value))
      number.value = tidy(value);
    range.value = log ? Math.log10(value) : value;
    if (log) range.setAttribute("aria-valuetext", show(value));
    number.disabled = range.disabled = Boolean(off && off(state));
  });
  const label = typeof name === "string" && /^[a-zα-ω]\d?$/.test(name) ? letter(name, bar) : make("span", {}, name);
  return make(
    "div",
    { class: `bp-dial${long ? " bp-dial-long" : ""}` },
    make("span", { class: "bp-dial-name", "aria-hidden": "true" }, label),
    number,
    range,
  );
}

function tidy(value) {
  return String(Number(value.toPrecision(4)));
}

/** Drag with the pointer anywhere on a node: `move(event)` on every move, `release()` at the end. */
function draggable(node, move, release) {
  let held = false;
  node.addEventListener("pointerdown", (event) => {
    held = true;
    node.setPointerCapture(event.pointerId);
    move(event);
  });
  node.addEventListener("pointermove", (event) => {
    if (held) move(event);
  });
  for (const end of ["pointerup", "pointercancel"])
    node.addEventListener(end, () => {
      if (held) {
        held = false;
        release();
      }
    });
}

/** A box to tick. */
function tick(stage, { text, read, write }) {
  const box = make("input", { type: "checkbox", class: "bp-box" });
  box.addEventListener("change", () => stage.keep(write(stage.state, box.checked)));
  stage.onPaint((state) => {
    box.checked = read(state);
  });
  return make("label", { class: "bp-tick" }, box, text);
}

/** A whole number with its thousands told apart. */
function count(value) {
  return value < 1e9 ? String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",") : show(value);
}

function choice(stage, { text, options, read, write }) {
  const select = make(
    "select",
    { class: "bp-select", "aria-label": text },
    Object.entries(options).map(([value, label]) => make("option", { value }, label)),
  );
  select.addEventListener("change", () =>
    stage.keep(write(stage.state, select.value), `${text} ${options[select.value]}.`),
  );
  stage.onPaint((state) => {
    select.value = read(state);
  });
  return make("label", { class: "bp-choice" }, make("span", {}, text), select);
}

function button(text, press, more = {}) {
  return make("button", { type: "button", class: "bp-button", onclick: press, ...more }, text);
}

/** A name and a value on one line. */
function readout(label, value, kind = "") {
  return make(
    "div",
    { class: `bp-readout ${kind}` },
    make("span", {}, label),
    make("span", { class: "bp-readout-value" }, value),
  );
}

function row(...children) {
  return make("div", { class: "bp-row" }, ...children);
}

function dials(...children) {
  return make("div", { class: "bp-dials" }, ...children);
}

/** Play and pause: `step()` returns false at the end. Where motion is unwelcome, it goes to the end at once. */
function player(stage, step, pace) {
  let timer = null;
  const toggle = button("Play", () => (timer ? stop() : play()));
  const stop = () => {
    if (!timer) return;
    clearInterval(timer);
    timer = null;
    toggle.textContent = "Play";
    stage.keep();
  };
  const play = () => {
    if (still()) {
      while (step());
      stage.keep();
      return;
    }
    toggle.textContent = "Pause";
    timer = setInterval(() => {
      if (!step()) stop();
    }, pace);
  };
  stage.onStop(() => clearInterval(timer));
  return { toggle, stop, playing: () => timer !== null };
}
