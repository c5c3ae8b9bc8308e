// The frame of a widget and its life: state, painting, what the kernel hears, the sentence that says what is shown.

import { make } from "./dom.js";
import { prose, spoken } from "./text.js";

const WIDEST = 840;

/** Whether the reader's system asks for no motion. */
export function still() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Whether this is a page that stands alone: without a kernel, now and later. @param {import("./types.js").Model} model */
export const alone = (model) => model.get("answered") !== undefined;

/**
 * @typedef {any} State the traits and the view, by name
 * @typedef {object} Stage
 * @property {HTMLElement} root where to append
 * @property {HTMLElement} head the line of the title
 * @property {State} state what is shown now
 * @property {(part: State) => void} change changes the state and paints; no word to the kernel
 * @property {(part?: State, word?: string) => void} keep the same, and lets the kernel know (on release of a drag)
 * @property {(word?: string) => void} say reads aloud the word and then `tell(state)`; keep does so too
 * @property {() => void} reset back to what the notebook asked for
 * @property {(painter: (state: State, width: number) => void) => void} onPaint called after every change
 * @property {(stop: () => void) => void} onStop called at the end, and before a reset
 * @property {(stop: () => void) => void} onEnd called at the end
 * @property {() => () => void} start to be called last; returns what ends the widget
 */

/**
 * The frame of a widget. `keys` are the traits it reads and keeps; `view` is state that is not kept: what is under the
 * pointer, a guess. `tell(state)` is the sentence, its variables in braces.
 * @param {import("./types.js").Context} context
 * @param {{title: string, task: string, keys: string[], tell: (state: State) => string, view?: State,
 *   other?: {when: (state: State) => boolean, title: string, task: string}}} what `other`: the words of a second mode
 * @returns {Stage}
 */
export function stage({ model, el }, { title, task, keys, tell, view = {}, other }) {
  const sentence = make("p", { class: "bp-say", "aria-hidden": "true" });
  const status = make("p", { class: "bp-hidden", role: "status" });
  const root = make("section", {
    class: "bp",
    "aria-label": title,
    tabindex: "-1",
    "data-lm-suppress-shortcuts": "true",
  });
  const heading = make("p", { class: "bp-title" }, title);
  const head = make("div", { class: "bp-head" }, heading);
  const asks = make("p", { class: "bp-task" }, ...prose(task));
  root.append(head, asks);
  const state = { ...view, ...Object.fromEntries(keys.map((key) => [key, model.get(key)])) };
  /** @type {((state: State, width: number) => void)[]} */
  const painters = [];
  let second = false;
  const entitle = () => {
    if (!other || other.when(state) === second) return;
    second = !second;
    const words = second ? other : { title, task };
    heading.textContent = words.title;
    root.setAttribute("aria-label", words.title);
    asks.replaceChildren(...prose(words.task));
  };
  /** @type {(() => void)[]} */
  const stops = [];
  /** @type {(() => void)[]} */
  const ends = [];
  let width = Math.min((el.clientWidth || 644) - 4, WIDEST);
  let last = "";
  let spokenWord = "";
  const paint = () => {
    entitle();
    for (const painter of painters) painter(state, width);
    const text = `${spokenWord} ${tell(state)}`.trim();
    if (text !== last) sentence.replaceChildren(...prose(text));
    last = text;
  };
  /** @param {State} part */
  const change = (part) => {
    spokenWord = "";
    Object.assign(state, part);
    paint();
  };
  const say = (word = "") => {
    spokenWord = word;
    paint();
    status.textContent = spoken(last);
  };
  const keep = (part = {}, word = "") => {
    Object.assign(state, part);
    say(word);
    const news = keys.filter((key) => JSON.stringify(model.get(key)) !== JSON.stringify(state[key]));
    for (const key of news) model.set(key, state[key]);
    if (news.length) model.save_changes();
  };
  const reset = () => {
    for (const stop of stops) stop();
    keep({ ...view, ...model.get("initial") });
  };
  const listeners = keys.map((key) => /** @type {const} */ ([`change:${key}`, () => change({ [key]: model.get(key) })]));
  for (const [event, heard] of listeners) model.on(event, heard);
  guard(root);
  const observer = new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (now > 0 && now !== width) {
      width = now;
      paint();
    }
  });
  const start = () => {
    root.append(sentence, status);
    el.append(root);
    observer.observe(root);
    say();
    return () => {
      for (const stop of [...stops, ...ends]) stop();
      for (const [event, heard] of listeners) model.off(event, heard);
      observer.disconnect();
    };
  };
  return {
    root,
    head,
    state,
    change,
    keep,
    say,
    reset,
    onPaint: (painter) => painters.push(painter),
    onStop: (stop) => stops.push(stop),
    onEnd: (stop) => ends.push(stop),
    start,
  };
}

/** Keys and clicks in a widget are the widget's: the notebook around it must not hear them as commands. @param {HTMLElement} root */
function guard(root) {
  for (const event of ["keydown", "keyup", "keypress", "pointerdown", "mousedown", "dblclick", "contextmenu"]) {
    root.addEventListener(event, (heard) => heard.stopPropagation());
  }
  root.addEventListener("pointerdown", (event) => {
    const taker = /** @type {Element} */ (event.target).closest("input, button, select, label, [tabindex]");
    if (taker === root || !taker) root.focus({ preventScroll: true });
  });
}
