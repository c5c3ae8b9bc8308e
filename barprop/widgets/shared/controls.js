// What a reader can take hold of: numbers, boxes, choices, presets, buttons, Play.

import { make } from "./dom.js";
import { still } from "./stage.js";
import { prose, show, spoken, tidy, typed } from "./text.js";

/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {import("./stage.js").State} State */

/**
 * Drag with the pointer anywhere on a node: `move(event)` on every move, `release()` at the end.
 * @param {Element} node
 * @param {(event: any) => void} move
 * @param {() => void} release
 */
export function draggable(node, move, release) {
  let held = false;
  node.addEventListener("pointerdown", (event) => {
    held = true;
    node.setPointerCapture(/** @type {PointerEvent} */ (event).pointerId);
    move(event);
  });
  node.addEventListener("pointermove", (event) => {
    if (held) move(event);
  });
  for (const end of ["pointerup", "pointercancel"])
    node.addEventListener(end, () => {
      if (!held) return;
      held = false;
      release();
    });
}

/**
 * @typedef {object} Quantity a number of the state
 * @property {string} name what stands beside it: a letter in braces, or words
 * @property {string} [text] what it is called when read aloud; the name where it is missing
 * @property {number} min
 * @property {number} max
 * @property {number} step
 * @property {(state: State) => number} read
 * @property {(state: State, value: number) => State} write the change that a new value makes
 * @property {boolean} [log] its slider runs over powers of ten, from 10^min to 10^max
 * @property {boolean} [whole] whole numbers only
 * @property {boolean} [free] what is typed may lie outside the slider
 * @property {(state: State) => boolean} [off] whether it has no meaning now
 * @property {(state: State) => boolean} [stale] whether the state is not as it was last set here; the box is then empty
 */

/**
 * What a value becomes in this quantity's bounds, and how a drag of so many pixels moves it.
 * @param {Quantity} quantity
 */
function bounds({ min, max, step, log = false, whole = false, free = true }) {
  const [low, high] = free && !log ? [-1e6, 1e6] : log ? [10 ** min, 10 ** max] : [min, max];
  /** @param {number} value */
  const inside = (value) => Math.max(low, Math.min(high, whole ? Math.round(value) : value));
  /** @param {number} value */
  const along = (value) => (log ? Math.log10(value) : value);
  /** @param {number} place */
  const back = (place) => inside(log ? Number((10 ** place).toPrecision(3)) : place);
  /** @param {number} from @param {number} pixels */
  const moved = (from, pixels) => {
    const place = along(from) + (pixels * (max - min)) / 240;
    const kept = Math.max(Math.min(min, along(from)), Math.min(Math.max(max, along(from)), place));
    return back(Number((Math.round(kept / step) * step).toFixed(6)));
  };
  return { inside, along, back, moved };
}

/**
 * A number that is dragged sideways where it stands. A press without a drag does what it did before.
 * @param {Stage} stage
 * @param {Element} node
 * @param {Quantity} quantity
 */
export function scrub(stage, node, quantity) {
  const { moved } = bounds(quantity);
  /** @type {{x: number, from: number, on: boolean} | null} */
  let held = null;
  node.classList.add("bp-scrub");
  node.addEventListener("pointerdown", (event) => {
    if (quantity.off?.(stage.state)) return;
    held = { x: /** @type {PointerEvent} */ (event).clientX, from: quantity.read(stage.state), on: false };
  });
  node.addEventListener("pointermove", (event) => {
    const { clientX, pointerId } = /** @type {PointerEvent} */ (event);
    if (!held || (!held.on && Math.abs(clientX - held.x) < 4)) return;
    if (!held.on) {
      held = { ...held, x: clientX, on: true };
      node.setPointerCapture(pointerId);
      if (node instanceof HTMLElement) node.blur();
    }
    event.preventDefault();
    stage.change(quantity.write(stage.state, moved(held.from, clientX - held.x)));
  });
  for (const end of ["pointerup", "pointercancel"])
    node.addEventListener(end, () => {
      const dragged = held?.on;
      held = null;
      if (dragged) stage.keep({}, named(quantity, quantity.read(stage.state)));
    });
}

/** @param {string} text what begins a sentence; a variable in braces stays as it is */
const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** @param {Quantity} quantity @param {number} value */
function named({ name, text }, value) {
  return `${capital(text ?? name)}${name.startsWith("{") ? " is" : ":"} ${show(value)}.`;
}

/**
 * A number that can be typed, slid, and dragged where it stands.
 * @param {Stage} stage
 * @param {Quantity} quantity
 */
export function dial(stage, quantity) {
  const { name, text = name, min, max, step, read, write, log = false, off, stale } = quantity;
  const { inside, along, back, moved } = bounds(quantity);
  const said = spoken(text);
  const number = make("input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    class: "bp-number",
    "aria-label": said,
  });
  const range = make("input", { type: "range", class: "bp-range", "aria-label": `${said}, slider`, min, max, step });
  /** @param {number} value @param {(part: State, word: string) => void} act */
  const set = (value, act) => {
    if (Number.isFinite(value)) act(write(stage.state, inside(value)), named(quantity, inside(value)));
  };
  range.addEventListener("input", () => set(back(range.valueAsNumber), stage.change));
  range.addEventListener("change", () => set(back(range.valueAsNumber), stage.keep));
  number.addEventListener("input", () => set(typed(number.value), stage.change));
  number.addEventListener("change", () => {
    set(typed(number.value), stage.keep);
    number.value = tidy(read(stage.state));
  });
  number.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    set(moved(read(stage.state), (way * step * 240) / (max - min)), stage.keep);
    number.value = tidy(read(stage.state));
  });
  scrub(stage, number, quantity);
  stage.onPaint((state) => {
    const value = read(state);
    number.placeholder = stale?.(state) ? "–" : "";
    if (number.placeholder && number !== document.activeElement) number.value = "";
    // what is being typed stays as it is typed
    else if (number !== document.activeElement || (number.value !== "" && typed(number.value) !== value))
      number.value = tidy(value);
    range.value = String(along(value));
    if (log) range.setAttribute("aria-valuetext", show(value));
    number.disabled = range.disabled = Boolean(off?.(state));
  });
  return make("div", { class: "bp-dial" }, make("span", { class: "bp-dial-name" }, ...prose(name)), number, range);
}

/** A grid of dials; their names, boxes and sliders line up. @param {...HTMLElement} children */
export function dials(...children) {
  return make("div", { class: "bp-dials" }, ...children);
}

/**
 * A box to tick.
 * @param {Stage} stage
 * @param {{text: any, read: (state: State) => boolean, write: (state: State, on: boolean) => State}} what
 */
export function tick(stage, { text, read, write }) {
  const box = make("input", { type: "checkbox", class: "bp-box" });
  box.addEventListener("change", () => stage.keep(write(stage.state, box.checked)));
  stage.onPaint((state) => {
    box.checked = read(state);
  });
  return make("label", { class: "bp-tick" }, box, text);
}

/**
 * One of several words.
 * @param {Stage} stage
 * @param {{text: string, options: Record<string, string>, read: (state: State) => string,
 *   write: (state: State, value: string) => State, off?: (state: State) => boolean}} what `off`: it has no meaning now
 */
export function choice(stage, { text, options, read, write, off }) {
  const select = make(
    "select",
    { class: "bp-select", "aria-label": text },
    Object.entries(options).map(([value, label]) => make("option", { value }, label)),
  );
  select.addEventListener("change", () =>
    stage.keep(write(stage.state, select.value), `${capital(text)} ${options[select.value]}.`),
  );
  stage.onPaint((state) => {
    select.value = read(state);
    select.disabled = Boolean(off?.(state));
  });
  return make("label", { class: "bp-choice" }, make("span", {}, text), select);
}

/**
 * @param {string} text
 * @param {(event: any) => void} press
 * @param {Record<string, any>} [more]
 */
export function button(text, press, more = {}) {
  return make("button", { type: "button", class: "bp-button", onclick: press, ...more }, text);
}

/**
 * A row of settings to begin with; the one that the state is at is marked.
 * @param {Stage} stage
 * @param {Record<string, (state: State) => State>} settings
 * @param {(state: State) => void} [before] called before a setting is taken
 */
export function presets(stage, settings, before) {
  /** @param {State} state @param {State} part */
  const same = (state, part) => Object.keys(part).every((key) => JSON.stringify(state[key]) === JSON.stringify(part[key]));
  return Object.entries(settings).map(([name, part]) => {
    const one = button(name, () => {
      before?.(stage.state);
      stage.keep(part(stage.state), `${name}.`);
    });
    stage.onPaint((state) => one.setAttribute("aria-pressed", String(same(state, part(state)))));
    return one;
  });
}

/** @param {Stage} stage */
export function resetButton(stage) {
  return button("Reset", () => stage.reset());
}

/** A name and a value on one line. @param {any} label @param {any} value */
export function readout(label, value, kind = "") {
  return make(
    "div",
    { class: `bp-readout ${kind}` },
    make("span", {}, label),
    make("span", { class: "bp-readout-value" }, value),
  );
}

/** Things side by side, as many as there is room for. @param {...(HTMLElement | null)} children */
export function row(...children) {
  return make("div", { class: "bp-row" }, ...children);
}

/**
 * Play and pause: `step()` returns false at the end. Where motion is unwelcome, it goes to the end at once.
 * @param {Stage} stage
 * @param {() => boolean} step
 * @param {number} pace in milliseconds
 */
export function player(stage, step, pace) {
  /** @type {ReturnType<typeof setInterval> | null} */
  let timer = null;
  const halt = () => {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    toggle.textContent = "Play";
  };
  const stop = () => {
    const playing = timer !== null;
    halt();
    if (playing) stage.keep();
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
  const toggle = button("Play", () => (timer === null ? play() : stop()));
  stage.onStop(halt);
  return { toggle, stop, playing: () => timer !== null };
}
